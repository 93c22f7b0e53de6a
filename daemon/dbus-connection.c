/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/dbus-connection.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/session-bus.h"
#include "worker/error.h"

/* libdbus makes one watch for reading and one for writing, on one descriptor. */
enum { MAX_WATCHES = 4 };

struct bus_link {
    struct loop *loop;
    DBusConnection *connection;
    struct loop_fd io;
    DBusWatch *watches[MAX_WATCHES];
    struct loop_call dispatch;
};

struct bus_timer {
    struct loop *loop;
    struct loop_timer timer;
    DBusTimeout *timeout;
};

DEFINE_CLEANUP(link, struct bus_link *, bus_link_close)

/* --- descriptors ------------------------------------------------------------------------------ */

static void set_interest(struct bus_link *link)
{
    uint32_t events = 0;

    for (size_t i = 0; i < MAX_WATCHES; i++) {
        DBusWatch *watch = link->watches[i];
        if (!watch || !dbus_watch_get_enabled(watch))
            continue;
        if (dbus_watch_get_flags(watch) & DBUS_WATCH_READABLE)
            events |= EPOLLIN;
        if (dbus_watch_get_flags(watch) & DBUS_WATCH_WRITABLE)
            events |= EPOLLOUT;
    }
    loop_fd_change(&link->io, events);
}

static dbus_bool_t add_watch(DBusWatch *watch, void *opaque)
{
    struct bus_link *link = opaque;
    size_t i = 0;

    while (i < MAX_WATCHES && link->watches[i])
        i++;
    if (i == MAX_WATCHES)
        return FALSE;
    if (!link->io.loop && loop_fd_add(link->loop, &link->io, dbus_watch_get_unix_fd(watch), 0) < 0)
        return FALSE;
    link->watches[i] = watch;
    set_interest(link);
    return TRUE;
}

static void remove_watch(DBusWatch *watch, void *opaque)
{
    struct bus_link *link = opaque;
    bool any = false;

    for (size_t i = 0; i < MAX_WATCHES; i++) {
        if (link->watches[i] == watch)
            link->watches[i] = NULL;
        any |= link->watches[i] != NULL;
    }
    if (any)
        set_interest(link);
    else
        loop_fd_remove(&link->io);
}

static void toggle_watch(DBusWatch *watch, void *opaque)
{
    set_interest(opaque);
}

static void ready(void *opaque, uint32_t events)
{
    struct bus_link *link = opaque;
    unsigned error =
        (events & EPOLLERR ? DBUS_WATCH_ERROR : 0) | (events & EPOLLHUP ? DBUS_WATCH_HANGUP : 0);

    for (size_t i = 0; i < MAX_WATCHES; i++) {
        DBusWatch *watch = link->watches[i];
        unsigned flags = error;
        if (!watch || !dbus_watch_get_enabled(watch))
            continue;
        if (events & EPOLLIN)
            flags |= dbus_watch_get_flags(watch) & DBUS_WATCH_READABLE;
        if (events & EPOLLOUT)
            flags |= dbus_watch_get_flags(watch) & DBUS_WATCH_WRITABLE;
        if (flags)
            dbus_watch_handle(watch, flags);
    }
}

/* --- timeouts --------------------------------------------------------------------------------- */

static void time_out(void *opaque)
{
    struct bus_timer *timer = opaque;

    loop_timer_start(timer->loop, &timer->timer,
                     (uint64_t)dbus_timeout_get_interval(timer->timeout));
    dbus_timeout_handle(timer->timeout); /* may remove the timeout */
}

static void toggle_timeout(DBusTimeout *timeout, void *opaque)
{
    struct bus_timer *timer = dbus_timeout_get_data(timeout);

    loop_timer_stop(&timer->timer);
    if (dbus_timeout_get_enabled(timeout))
        loop_timer_start(timer->loop, &timer->timer, (uint64_t)dbus_timeout_get_interval(timeout));
}

static dbus_bool_t add_timeout(DBusTimeout *timeout, void *opaque)
{
    struct bus_link *link = opaque;
    struct bus_timer *timer = calloc(1, sizeof *timer);

    if (!timer)
        return FALSE;
    timer->loop = link->loop;
    timer->timeout = timeout;
    timer->timer = (struct loop_timer){.call = time_out, .opaque = timer};
    dbus_timeout_set_data(timeout, timer, NULL);
    toggle_timeout(timeout, link);
    return TRUE;
}

static void remove_timeout(DBusTimeout *timeout, void *opaque)
{
    struct bus_timer *timer = dbus_timeout_get_data(timeout);

    loop_timer_stop(&timer->timer);
    free(timer);
}

/* --- messages --------------------------------------------------------------------------------- */

/* One message a turn: whoever floods the bus delays no other descriptor. */
static void dispatch(void *opaque)
{
    struct bus_link *link = opaque;

    if (dbus_connection_dispatch(link->connection) == DBUS_DISPATCH_DATA_REMAINS)
        loop_defer(link->loop, &link->dispatch);
}

static void dispatch_status(DBusConnection *connection, DBusDispatchStatus status, void *opaque)
{
    struct bus_link *link = opaque;

    if (status != DBUS_DISPATCH_COMPLETE)
        loop_defer(link->loop, &link->dispatch);
}

/* --- life ------------------------------------------------------------------------------------- */

static int connect_session(DBusConnection **ret_connection)
{
    DBusError error = DBUS_ERROR_INIT;
    DBusConnection *connection;
    int r = 0;

    if (!session_bus_is_there())
        return fail(-ENOTCONN, "there is no session bus");
    connection = dbus_bus_get_private(DBUS_BUS_SESSION, &error);
    if (connection)
        *ret_connection = connection;
    else
        r = fail(-ENOTCONN, "session bus: %s", error.message ? error.message : "none");
    dbus_error_free(&error);
    return r;
}

int bus_link_open(struct loop *loop, struct bus_link **ret_link)
{
    _cleanup_(cleanup_link) struct bus_link *link = calloc(1, sizeof *link);
    int r;

    if (!link)
        return fail(-ENOMEM, "out of memory");
    link->loop = loop;
    link->io = (struct loop_fd){.call = ready, .opaque = link};
    link->dispatch = (struct loop_call){.call = dispatch, .opaque = link};
    r = connect_session(&link->connection);
    if (r < 0)
        return r;
    dbus_connection_set_exit_on_disconnect(link->connection, FALSE);
    if (!dbus_connection_set_watch_functions(link->connection, add_watch, remove_watch,
                                             toggle_watch, link, NULL) ||
        !dbus_connection_set_timeout_functions(link->connection, add_timeout, remove_timeout,
                                               toggle_timeout, link, NULL))
        return fail(-ENOMEM, "out of memory");
    dbus_connection_set_dispatch_status_function(link->connection, dispatch_status, link, NULL);
    loop_defer(loop, &link->dispatch); /* what came while connecting */
    *ret_link = steal(link);
    return 0;
}

struct bus_link *bus_link_close(struct bus_link *link)
{
    if (!link)
        return NULL;
    if (link->connection) {
        dbus_connection_flush(link->connection);
        dbus_connection_set_dispatch_status_function(link->connection, NULL, NULL, NULL);
        dbus_connection_set_watch_functions(link->connection, NULL, NULL, NULL, NULL, NULL);
        dbus_connection_set_timeout_functions(link->connection, NULL, NULL, NULL, NULL, NULL);
        dbus_connection_close(link->connection);
        dbus_connection_unref(link->connection);
    }
    loop_call_cancel(&link->dispatch);
    loop_fd_remove(&link->io);
    free(link);
    return NULL;
}

DBusConnection *bus_link_connection(const struct bus_link *link)
{
    return link->connection;
}
