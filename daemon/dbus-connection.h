/* SPDX-License-Identifier: Apache-2.0 */
/* dbus-connection.h: a libdbus connection that lives in our event loop; for dbus*.c only */
#ifndef DAEMON_DBUS_CONNECTION_H
#define DAEMON_DBUS_CONNECTION_H

#include <dbus/dbus.h>

#include "daemon/loop.h"

struct bus_link;

/* Connects to the session bus. -ENOTCONN and why in fail_message(), -ENOMEM. */
int bus_link_open(struct loop *loop, struct bus_link **ret_link);
/* Sends what is still to be sent and hangs up. NULL is fine. Returns NULL. */
struct bus_link *bus_link_close(struct bus_link *link);
DBusConnection *bus_link_connection(const struct bus_link *link);

#endif
