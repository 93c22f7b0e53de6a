/* SPDX-License-Identifier: Apache-2.0 */
/*
 * first-sample VOICE TEXT N: how long it takes from a call of Render on the session bus to the
 * first sample in the pipe; N times, a line with milliseconds each. All sound is read to its end.
 */
#include <dbus/dbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static DBusMessage *make_call(int fd, const char *voice, const char *text)
{
    DBusMessage *call = dbus_message_new_method_call(
        "org.sori.Speech.Provider", "/org/sori/Speech/Provider", "org.sori.Speech1", "Render");
    DBusMessageIter arguments, options, entry, variant;
    const char *key = "voice";

    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_UNIX_FD, &fd);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &text);
    dbus_message_iter_open_container(&arguments, DBUS_TYPE_ARRAY, "{sv}", &options);
    dbus_message_iter_open_container(&options, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
    dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
    dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, "s", &variant);
    dbus_message_iter_append_basic(&variant, DBUS_TYPE_STRING, &voice);
    dbus_message_iter_close_container(&entry, &variant);
    dbus_message_iter_close_container(&options, &entry);
    dbus_message_iter_close_container(&arguments, &options);
    return call;
}

/* Ms; negative when there was no sound. */
static double measure(DBusConnection *bus, const char *voice, const char *text)
{
    char samples[4096];
    double begun, first = -1;
    DBusMessage *call;
    int ends[2];

    if (pipe(ends) < 0)
        return -1;
    call = make_call(ends[1], voice, text);
    close(ends[1]);
    begun = now_ms();
    dbus_connection_send(bus, call, NULL);
    dbus_connection_flush(bus);
    dbus_message_unref(call); /* with its copy of the pipe's end */
    while (read(ends[0], samples, sizeof samples) > 0)
        if (first < 0)
            first = now_ms() - begun;
    close(ends[0]);
    return first;
}

int main(int argc, char **argv)
{
    DBusConnection *bus = dbus_bus_get(DBUS_BUS_SESSION, NULL);
    char *end;
    long n = argc == 4 ? strtol(argv[3], &end, 10) : 0;

    for (long i = 0; bus && i < n; i++) {
        double ms = measure(bus, argv[1], argv[2]);
        if (ms < 0)
            return 1;
        printf("%.2f\n", ms);
    }
    return !bus || !n;
}
