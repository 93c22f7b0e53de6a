/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dbus.h: the session bus, as org.sori.Speech.Provider
 *
 * One object, /org/sori/Speech/Provider, with Spiel's interface (dbus-provider.c) and Sori's own
 * (dbus-speech.c); sori-dbus(7) describes both.
 */
#ifndef DAEMON_DBUS_H
#define DAEMON_DBUS_H

#include "daemon/daemon.h"

struct frontend_dbus;

/*
 * Connects and takes the name. -ENOTCONN: there is no session bus; -EADDRINUSE: another daemon has
 * the name; -ENOMEM; fail_message() has words. When the bus goes away, the loop stops.
 */
int frontend_dbus_start(struct daemon *daemon, struct frontend_dbus **ret_frontend);
/* Gives the name back and hangs up. NULL is fine. Returns NULL. */
struct frontend_dbus *frontend_dbus_stop(struct frontend_dbus *frontend);

#endif
