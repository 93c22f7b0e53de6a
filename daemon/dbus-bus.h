/* SPDX-License-Identifier: Apache-2.0 */
/* dbus-bus.h: what the parts of the D-Bus front end share; for dbus*.c only */
#ifndef DAEMON_DBUS_BUS_H
#define DAEMON_DBUS_BUS_H

#include <dbus/dbus.h>

#include "daemon/daemon.h"
#include "daemon/dbus-connection.h"
#include "daemon/dbus.h"
#include "daemon/stream.h"

#define BUS_NAME "org.sori.Speech.Provider"
#define BUS_PATH "/org/sori/Speech/Provider"
#define PROVIDER_INTERFACE "org.freedesktop.Speech.Provider"
#define SPEECH_INTERFACE "org.sori.Speech1"

struct peer;
struct job;

struct frontend_dbus {
    struct daemon *daemon;
    struct bus_link *link;
    DBusConnection *connection;
    struct peer *peers;
    struct loop_call tidy; /* frees peers that have no jobs any more */
    bool paused;           /* as last told */
};

struct dbus_method {
    const char *interface, *name, *signature;
    void (*call)(struct frontend_dbus *bus, DBusMessage *message);
};
extern const struct dbus_method provider_methods[], speech_methods[], property_methods[];
extern const size_t n_provider_methods, n_speech_methods, n_property_methods;

/* --- dbus-message.c --------------------------------------------------------------------------- */

/* Sends and frees; NULL (out of memory) is passed over. */
void bus_send(struct frontend_dbus *bus, DBusMessage *message);
/* The text if D-Bus takes it (libdbus aborts on what is not UTF-8), else a remark; NULL: "". */
const char *bus_text(const char *text);
/* The answer, with the arguments of dbus_message_append_args. */
void bus_reply(struct frontend_dbus *bus, DBusMessage *call, int first_type, ...);
void bus_error(struct frontend_dbus *bus, DBusMessage *call, const char *name, const char *format,
               ...) __attribute__((format(printf, 4, 5)));
/* The error that belongs to a negative errno value, with fail_message(). */
void bus_fail(struct frontend_dbus *bus, DBusMessage *call, int error);

/* `a{sv}` entries. False when out of memory. */
bool bus_append_entry(DBusMessageIter *dictionary, const char *key, int type, const void *value);

/*
 * Reads an `a{sv}` into options; `format` gets "raw" or "spiel". -EINVAL names the option that is
 * unknown, of another type, or out of range. The strings belong to the message.
 */
int bus_read_options(DBusMessageIter *dictionary, struct request_options *options,
                     enum stream_format *format);

/* --- dbus-properties.c ------------------------------------------------------------------------ */

/* Tells everybody that properties have changed. */
void bus_voices_changed(struct frontend_dbus *bus);
void bus_paused_changed(struct frontend_dbus *bus);
/* Appends the value as a variant; false when out of memory. */
bool provider_append_voices(const struct frontend_dbus *bus, DBusMessageIter *to);

/* --- dbus-job.c ------------------------------------------------------------------------------- */

/* What is to be said for the sender of `call`; takes over `fd` (-1: none), also on failure. */
struct job_order {
    const struct request_options *options;
    const char *text;
    int fd;
    enum stream_format format;
    bool signals; /* tell the sender how it goes */
};
/* Errors of queue_submit() and stream_open(); -EUSERS, -EDQUOT: too many peers, too many streams.
 */
int job_start(struct frontend_dbus *bus, DBusMessage *call, const struct job_order *order,
              struct request **ret_request);
/* The peer has left the bus: what sounds is said to its end, the rest is cancelled. */
void peer_lost(struct frontend_dbus *bus, const char *name);
void peers_clear(struct frontend_dbus *bus);
void peers_tidy(void *opaque);

#endif
