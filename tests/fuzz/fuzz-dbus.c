/* SPDX-License-Identifier: Apache-2.0 */
/* Options of D-Bus calls: every dictionary in a message, whatever its peer put into it. */
#include <errno.h>

#include "base/limits.h"
#include "daemon/dbus-bus.h"
#include "fuzz/fuzz.h"
#include "worker/error.h"

static void use_options(DBusMessageIter *dictionary)
{
    struct request_options options = {.rate = 1, .pitch = 1, .volume = 1};
    enum stream_format format = STREAM_RAW;
    int r = bus_read_options(dictionary, &options, &format);

    FUZZ_ASSERT(r == 0 || (r == -EINVAL && *fail_message()));
    if (r < 0)
        return;
    FUZZ_ASSERT(options.rate >= RATE_MIN && options.rate <= RATE_MAX);
    FUZZ_ASSERT(options.pitch >= PITCH_MIN && options.pitch <= PITCH_MAX);
    FUZZ_ASSERT(options.volume >= 0 && options.volume <= VOLUME_MAX);
    FUZZ_ASSERT(format == STREAM_RAW || format == STREAM_SPIEL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    DBusMessage *message = dbus_message_demarshal((const char *)data, (int)size, NULL);
    DBusMessageIter arguments;

    if (!message)
        return 0;
    for (bool more = dbus_message_iter_init(message, &arguments); more;
         more = dbus_message_iter_next(&arguments)) {
        char *signature = dbus_message_iter_get_signature(&arguments);
        FUZZ_ASSERT(signature);
        if (!strcmp(signature, "a{sv}"))
            use_options(&arguments);
        dbus_free(signature);
    }
    dbus_message_unref(message);
    return 0;
}
