/* SPDX-License-Identifier: Apache-2.0 */
/* Wyoming's events: any cut into pieces gives the same events, and each survives being written. */
#include <errno.h>

#include "base/limits.h"
#include "daemon/wyoming-connection.h"
#include "fuzz/fuzz.h"

static void check_again(const struct wyoming_event *event)
{
    struct wyoming_reader reader = {0};
    struct wyoming_event again;
    struct bytes bytes = {0};
    size_t taken;
    int r = wyoming_write(&bytes, "again", json_incref(event->data), "xyz", 3);

    FUZZ_ASSERT(r == 0);
    r = wyoming_read(&reader, bytes_first(&bytes), bytes.size, &taken, &again);
    if (r == 1) {
        FUZZ_ASSERT(taken == bytes.size && !strcmp(again.type, "again"));
        FUZZ_ASSERT(json_equal(again.data, event->data));
        wyoming_event_clear(&again);
    } else {
        FUZZ_ASSERT(r == -EMSGSIZE); /* with escapes it may be longer than it came */
    }
    wyoming_reader_clear(&reader);
    bytes_clear(&bytes);
}

static void use(const struct wyoming_event *event)
{
    struct request_options options = {0};
    const char *text, *why;
    size_t size;

    FUZZ_ASSERT(event->type && json_is_object(event->data));
    text = wyoming_text(event->data, "text", &size);
    if (text)
        fuzz_touch(text, size);
    why = wyoming_options(event->data, &options);
    FUZZ_ASSERT(!why || *why);
    check_again(event);
}

/* The number of events, or the error. */
static int read_all(const uint8_t *data, size_t size, size_t piece, bool look)
{
    struct wyoming_reader reader = {0};
    struct wyoming_event event;
    int n = 0, r = 0;

    for (size_t at = 0, taken; at < size && r >= 0; at += taken) {
        size_t left = size - at < piece ? size - at : piece;
        char *copy = (char *)fuzz_copy(data + at, left);
        r = wyoming_read(&reader, copy, left, &taken, &event);
        free(copy);
        if (r < 0)
            break;
        FUZZ_ASSERT(r == 1 ? taken <= left : taken == left);
        if (r == 1) {
            n++;
            if (look)
                use(&event);
            wyoming_event_clear(&event);
        }
    }
    FUZZ_ASSERT(r >= 0 || r == -EMSGSIZE || r == -EBADMSG);
    wyoming_reader_clear(&reader);
    return r < 0 ? r : n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = 1 + fuzz_take(&data, &size);

    FUZZ_ASSERT(read_all(data, size, SIZE_MAX, true) == read_all(data, size, piece, false));
    return 0;
}
