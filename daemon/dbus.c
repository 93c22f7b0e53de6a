/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/dbus.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/dbus-bus.h"
#include "worker/error.h"

DEFINE_CLEANUP(frontend, struct frontend_dbus *, frontend_dbus_stop)

/* --- calls ------------------------------------------------------------------------------------ */

/* A call without an interface means the first method of that name (D-Bus specification). */
static const struct dbus_method *find_in(const struct dbus_method *methods, size_t n,
                                         DBusMessage *call)
{
    const char *interface = dbus_message_get_interface(call);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(methods[i].name, dbus_message_get_member(call)) &&
            (!interface || !strcmp(methods[i].interface, interface)))
            return &methods[i];
    return NULL;
}

static const struct dbus_method *find_method(DBusMessage *call)
{
    const struct dbus_method *method = find_in(provider_methods, n_provider_methods, call);

    if (!method)
        method = find_in(speech_methods, n_speech_methods, call);
    return method ? method : find_in(property_methods, n_property_methods, call);
}

/* The folders above the object answer Introspect and nothing else. */
static bool is_parent(const char *path)
{
    size_t n = strlen(path);

    return !strcmp(path, "/") || (!strncmp(BUS_PATH, path, n) && BUS_PATH[n] == '/');
}

static DBusHandlerResult call_method(DBusConnection *connection, DBusMessage *call, void *opaque)
{
    struct frontend_dbus *bus = opaque;
    const char *path = dbus_message_get_path(call);
    const struct dbus_method *method;

    if (dbus_message_get_type(call) != DBUS_MESSAGE_TYPE_METHOD_CALL)
        return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
    method = find_method(call);
    if (strcmp(path, BUS_PATH) && !is_parent(path))
        bus_error(bus, call, DBUS_ERROR_UNKNOWN_OBJECT, "there is no object '%.120s'", path);
    else if (!method || (strcmp(path, BUS_PATH) && strcmp(method->name, "Introspect")))
        bus_error(bus, call, DBUS_ERROR_UNKNOWN_METHOD, "there is no method '%.60s'",
                  dbus_message_get_member(call));
    else if (!dbus_message_has_signature(call, method->signature))
        bus_error(bus, call, DBUS_ERROR_INVALID_ARGS, "%s takes '%s', not '%.60s'", method->name,
                  method->signature, dbus_message_get_signature(call));
    else
        method->call(bus, call);
    return DBUS_HANDLER_RESULT_HANDLED;
}

/* --- signals ---------------------------------------------------------------------------------- */

static void owner_changed(struct frontend_dbus *bus, DBusMessage *signal)
{
    const char *name, *before, *now;

    if (dbus_message_has_sender(signal, DBUS_SERVICE_DBUS) &&
        dbus_message_get_args(signal, NULL, DBUS_TYPE_STRING, &name, DBUS_TYPE_STRING, &before,
                              DBUS_TYPE_STRING, &now, DBUS_TYPE_INVALID) &&
        !*now)
        peer_lost(bus, name);
}

static DBusHandlerResult filter(DBusConnection *connection, DBusMessage *message, void *opaque)
{
    struct frontend_dbus *bus = opaque;

    if (dbus_message_is_signal(message, DBUS_INTERFACE_LOCAL, "Disconnected"))
        loop_stop(bus->daemon->loop, 0); /* the session is over, and nobody else would end us */
    else if (dbus_message_is_signal(message, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
        owner_changed(bus, message);
    return DBUS_HANDLER_RESULT_NOT_YET_HANDLED;
}

static void voices_changed(void *opaque)
{
    bus_voices_changed(opaque);
}

/* --- life ------------------------------------------------------------------------------------- */

static int take_name(struct frontend_dbus *bus)
{
    DBusError error = DBUS_ERROR_INIT;
    int owner =
        dbus_bus_request_name(bus->connection, BUS_NAME, DBUS_NAME_FLAG_DO_NOT_QUEUE, &error);
    int r = 0;

    if (dbus_error_is_set(&error))
        r = fail(-ENOTCONN, "session bus: %s", error.message);
    else if (owner != DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER)
        r = fail(-EADDRINUSE, "session bus: another daemon has the name " BUS_NAME);
    dbus_error_free(&error);
    return r;
}

/* One rule for all peers: the loss of a name comes behind all messages of its owner. */
static int listen(struct frontend_dbus *bus)
{
    static const DBusObjectPathVTable table = {.message_function = call_method};

    if (!dbus_connection_add_filter(bus->connection, filter, bus, NULL) ||
        !dbus_connection_register_fallback(bus->connection, "/", &table, bus))
        return fail(-ENOMEM, "out of memory");
    dbus_bus_add_match(bus->connection,
                       "type='signal',sender='" DBUS_SERVICE_DBUS
                       "',interface='" DBUS_INTERFACE_DBUS "',member='NameOwnerChanged',arg2=''",
                       NULL);
    return 0;
}

int frontend_dbus_start(struct daemon *daemon, struct frontend_dbus **ret_frontend)
{
    _cleanup_(cleanup_frontend) struct frontend_dbus *bus = calloc(1, sizeof *bus);
    int r;

    if (!bus)
        return fail(-ENOMEM, "out of memory");
    signal(SIGPIPE, SIG_IGN); /* a reader that goes away is told by EPIPE */
    bus->daemon = daemon;
    bus->tidy = (struct loop_call){.call = peers_tidy, .opaque = bus};
    r = bus_link_open(daemon->loop, &bus->link);
    if (r < 0)
        return r;
    bus->connection = bus_link_connection(bus->link);
    r = listen(bus);
    if (r >= 0)
        r = take_name(bus);
    if (r >= 0 && voices_watch(daemon->voices, voices_changed, bus) < 0)
        r = fail(-ENOSPC, "session bus: too many watch the voices");
    if (r < 0)
        return r;
    *ret_frontend = steal(bus);
    return 0;
}

struct frontend_dbus *frontend_dbus_stop(struct frontend_dbus *frontend)
{
    if (!frontend)
        return NULL;
    peers_clear(frontend);
    loop_call_cancel(&frontend->tidy);
    if (frontend->connection) {
        dbus_connection_remove_filter(frontend->connection, filter, frontend);
        dbus_connection_unregister_object_path(frontend->connection, "/");
    }
    bus_link_close(frontend->link);
    free(frontend);
    return NULL;
}
