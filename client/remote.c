/* SPDX-License-Identifier: Apache-2.0 */
#include "client/remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/session-bus.h"
#include "worker/error.h"

#define NAME "org.sori.Speech.Provider"
#define OBJECT "/org/sori/Speech/Provider"
#define INTERFACE "org.sori.Speech1"

/* An answer comes within milliseconds; starting the daemon may take a moment on a busy machine. */
enum { CALL_MS = 20000, START_MS = 10000 };

struct remote {
    DBusConnection *connection;
    int stop; /* readable when no answer is waited for any more; -1: there is no such thing */
};

DEFINE_CLEANUP(remote, struct remote *, remote_close)

static void unref_message(DBusMessage **message)
{
    if (*message)
        dbus_message_unref(*message);
}

/* What an error of the bus means to us. */
static int bus_failure(const DBusError *error)
{
    static const char *const absent[] = {
        DBUS_ERROR_SERVICE_UNKNOWN, DBUS_ERROR_NAME_HAS_NO_OWNER, DBUS_ERROR_NO_SERVER,
        DBUS_ERROR_FILE_NOT_FOUND,  DBUS_ERROR_NO_REPLY,          DBUS_ERROR_DISCONNECTED,
        DBUS_ERROR_ACCESS_DENIED,
    };

    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (dbus_error_has_name(error, absent[i]))
            return fail(-ENOTCONN, "the daemon: %s", error->message);
    if (!strncmp(error->name, "org.freedesktop.DBus.Error.Spawn.", 33))
        return fail(-ENOTCONN, "the daemon: %s", error->message);
    return fail(dbus_error_has_name(error, DBUS_ERROR_INVALID_ARGS) ? -EINVAL : -EIO, "%s",
                error->message);
}

/* --- calls ------------------------------------------------------------------------------------ */

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits for input, or to be stopped. 0 or a negative errno value. */
static int wait_for_bus(struct remote *remote, uint64_t end)
{
    struct pollfd fds[2] = {{.events = POLLIN}, {.fd = remote->stop, .events = POLLIN}};
    uint64_t now = now_ms();

    if (now >= end)
        return fail(-ENOTCONN, "the daemon does not answer");
    if (!dbus_connection_get_unix_fd(remote->connection, &fds[0].fd))
        return fail(-ENOTCONN, "the session bus has gone");
    if (poll(fds, 2, (int)(end - now)) < 0 && errno != EINTR)
        return fail(-errno, "poll: %s", strerror(errno));
    if (fds[1].revents)
        return fail(-ECANCELED, "interrupted");
    dbus_connection_read_write(remote->connection, 0);
    return 0;
}

/* The answer to a call, or an error; signals before it are passed over, there are none of a job. */
static int wait_for_reply(struct remote *remote, dbus_uint32_t serial, unsigned patience_ms,
                          DBusMessage **ret_reply)
{
    uint64_t end = now_ms() + patience_ms;
    int r = 0;

    while (r == 0) {
        DBusMessage *message = dbus_connection_pop_message(remote->connection);
        if (message && dbus_message_get_reply_serial(message) == serial) {
            *ret_reply = message;
            return 0;
        }
        if (message && dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
            r = fail(-ENOTCONN, "the session bus has gone");
        else if (!message)
            r = wait_for_bus(remote, end);
        if (message)
            dbus_message_unref(message);
    }
    return r;
}

static int call(struct remote *remote, DBusMessage *message, unsigned patience_ms,
                DBusMessage **ret_reply)
{
    _cleanup_(unref_message) DBusMessage *reply = NULL;
    DBusError error = DBUS_ERROR_INIT;
    dbus_uint32_t serial;
    int r;

    if (!dbus_connection_send(remote->connection, message, &serial))
        return fail(-ENOMEM, "out of memory");
    dbus_connection_flush(remote->connection);
    r = wait_for_reply(remote, serial, patience_ms, &reply);
    if (r >= 0 && dbus_set_error_from_message(&error, reply))
        r = bus_failure(&error);
    dbus_error_free(&error);
    if (r >= 0 && ret_reply)
        *ret_reply = steal(reply);
    return r;
}

/* --- opening ---------------------------------------------------------------------------------- */

static int check_running(DBusConnection *connection)
{
    DBusError error = DBUS_ERROR_INIT;
    bool running = dbus_bus_name_has_owner(connection, NAME, &error);

    dbus_error_free(&error);
    return running ? 0 : fail(-ENOTCONN, "the daemon does not run");
}

/* Whether it answers, and starts it. One that hangs is known before it has a text to speak later.
 */
static int check_answers(struct remote *remote)
{
    _cleanup_(unref_message) DBusMessage *message =
        dbus_message_new_method_call(NAME, OBJECT, DBUS_INTERFACE_PEER, "Ping");

    return message ? call(remote, message, START_MS, NULL) : fail(-ENOMEM, "out of memory");
}

int remote_open(bool running, int stop, struct remote **ret_remote)
{
    _cleanup_(cleanup_remote) struct remote *remote = calloc(1, sizeof *remote);
    DBusError error = DBUS_ERROR_INIT;
    int r = 0;

    if (!remote)
        return fail(-ENOMEM, "out of memory");
    remote->stop = stop;
    if (!session_bus_is_there())
        return fail(-ENOTCONN, "there is no session bus, and so no daemon");
    remote->connection = dbus_bus_get_private(DBUS_BUS_SESSION, &error);
    if (!remote->connection)
        r = fail(-ENOTCONN, "session bus: %s", error.message);
    dbus_error_free(&error);
    if (r >= 0) {
        dbus_connection_set_exit_on_disconnect(remote->connection, FALSE);
        r = running ? check_running(remote->connection) : 0;
    }
    if (r >= 0)
        r = check_answers(remote);
    if (r < 0)
        return r;
    *ret_remote = steal(remote);
    return 0;
}

struct remote *remote_close(struct remote *remote)
{
    if (!remote)
        return NULL;
    if (remote->connection) {
        dbus_connection_flush(remote->connection);
        dbus_connection_close(remote->connection);
        dbus_connection_unref(remote->connection);
    }
    free(remote);
    return NULL;
}

/* --- asking ----------------------------------------------------------------------------------- */

int remote_call(struct remote *remote, const char *method, DBusMessage **ret_reply)
{
    _cleanup_(unref_message) DBusMessage *message =
        dbus_message_new_method_call(NAME, OBJECT, INTERFACE, method);

    return message ? call(remote, message, CALL_MS, ret_reply) : fail(-ENOMEM, "out of memory");
}

static bool add(DBusMessageIter *options, const char *key, int type, const void *value)
{
    const char signature[] = {(char)type, 0};
    DBusMessageIter entry, variant;

    return dbus_message_iter_open_container(options, DBUS_TYPE_DICT_ENTRY, NULL, &entry) &&
           dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key) &&
           dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant) &&
           dbus_message_iter_append_basic(&variant, type, value) &&
           dbus_message_iter_close_container(&entry, &variant) &&
           dbus_message_iter_close_container(options, &entry);
}

static bool add_options(DBusMessageIter *to, const struct remote_order *order)
{
    DBusMessageIter options;
    dbus_uint64_t seed = order->seed;
    dbus_bool_t ssml = order->ssml;

    return dbus_message_iter_open_container(to, DBUS_TYPE_ARRAY, "{sv}", &options) &&
           (!order->voice || add(&options, "voice", DBUS_TYPE_STRING, &order->voice)) &&
           (!order->model || add(&options, "model", DBUS_TYPE_STRING, &order->model)) &&
           (!order->priority || add(&options, "priority", DBUS_TYPE_STRING, &order->priority)) &&
           (!(order->rate > 0) || add(&options, "rate", DBUS_TYPE_DOUBLE, &order->rate)) &&
           (!(order->pitch > 0) || add(&options, "pitch", DBUS_TYPE_DOUBLE, &order->pitch)) &&
           (order->volume < 0 || add(&options, "volume", DBUS_TYPE_DOUBLE, &order->volume)) &&
           (!seed || add(&options, "seed", DBUS_TYPE_UINT64, &seed)) &&
           (!ssml || add(&options, "ssml", DBUS_TYPE_BOOLEAN, &ssml)) &&
           dbus_message_iter_close_container(to, &options);
}

int remote_start(struct remote *remote, const struct remote_order *order, uint32_t *ret_job)
{
    _cleanup_(unref_message) DBusMessage *reply = NULL;
    _cleanup_(unref_message) DBusMessage *message =
        dbus_message_new_method_call(NAME, OBJECT, INTERFACE, order->method);
    DBusMessageIter arguments;
    dbus_uint32_t job;
    int r;

    if (!message)
        return fail(-ENOMEM, "out of memory");
    dbus_message_iter_init_append(message, &arguments);
    if (!dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &order->text) ||
        !add_options(&arguments, order))
        return fail(-ENOMEM, "out of memory");
    /* The signals come to us alone; only the daemon's end must be asked for. */
    dbus_bus_add_match(remote->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',member='NameOwnerChanged',arg0='" NAME "',arg2=''",
                       NULL);
    r = call(remote, message, CALL_MS, &reply);
    if (r < 0)
        return r;
    if (!dbus_message_get_args(reply, NULL, DBUS_TYPE_UINT32, &job, DBUS_TYPE_INVALID))
        return fail(-EIO, "the daemon's answer makes no sense");
    *ret_job = job;
    return 0;
}

/* --- waiting ---------------------------------------------------------------------------------- */

static int outcome(DBusMessage *signal)
{
    dbus_uint32_t job;
    const char *reason, *words;

    if (!dbus_message_get_args(signal, NULL, DBUS_TYPE_UINT32, &job, DBUS_TYPE_STRING, &reason,
                               DBUS_TYPE_STRING, &words, DBUS_TYPE_INVALID))
        return fail(-EIO, "the daemon's signal makes no sense");
    if (!strcmp(reason, "done"))
        return 1;
    if (!strcmp(reason, "error"))
        return fail(-EIO, "%s", *words ? words : "the daemon could not speak it");
    return fail(-ECANCELED, "%s", reason);
}

/* 0: nothing that ends the job; 1: it was said to its end. */
static int take(const struct remote_order *order, uint32_t job, DBusMessage *message)
{
    DBusMessageIter arguments;
    dbus_uint32_t number = 0;
    const char *piece;

    if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected") ||
        dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
        return fail(-EIO, "the daemon has gone");
    if (!dbus_message_has_interface(message, INTERFACE) ||
        !dbus_message_iter_init(message, &arguments) ||
        dbus_message_iter_get_arg_type(&arguments) != DBUS_TYPE_UINT32)
        return 0;
    dbus_message_iter_get_basic(&arguments, &number);
    if (number != job)
        return 0;
    if (dbus_message_is_signal(message, INTERFACE, "Finished"))
        return outcome(message);
    if (order->piece && dbus_message_is_signal(message, INTERFACE, "Text") &&
        dbus_message_get_args(message, NULL, DBUS_TYPE_UINT32, &number, DBUS_TYPE_STRING, &piece,
                              DBUS_TYPE_INVALID))
        order->piece(order->opaque, piece);
    return 0;
}

static void cancel(struct remote *remote, uint32_t job)
{
    _cleanup_(unref_message) DBusMessage *message =
        dbus_message_new_method_call(NAME, OBJECT, INTERFACE, "Cancel");
    dbus_uint32_t number = job;

    if (!message ||
        !dbus_message_append_args(message, DBUS_TYPE_UINT32, &number, DBUS_TYPE_INVALID))
        return;
    dbus_message_set_no_reply(message, TRUE);
    dbus_connection_send(remote->connection, message, NULL);
    dbus_connection_flush(remote->connection);
}

int remote_wait(struct remote *remote, const struct remote_order *order, uint32_t job)
{
    struct pollfd fds[2] = {{.events = POLLIN}, {.fd = remote->stop, .events = POLLIN}};
    int r = 0;

    if (!dbus_connection_get_unix_fd(remote->connection, &fds[0].fd))
        return fail(-EIO, "the session bus has gone");
    while (r == 0) {
        _cleanup_(unref_message) DBusMessage *message =
            dbus_connection_pop_message(remote->connection);
        if (message) {
            r = take(order, job, message);
            continue;
        }
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return fail(-errno, "poll: %s", strerror(errno));
        if (fds[1].revents) {
            cancel(remote, job);
            fds[1].fd = -1; /* and wait for the end of the sound */
        }
        dbus_connection_read_write(remote->connection, 0);
    }
    return r < 0 ? r : 0;
}
