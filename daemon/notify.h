/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify.h: telling the service manager, sd_notify(3) without its library
 *
 * A datagram to the socket in $NOTIFY_SOCKET. Without one, nothing happens. With $WATCHDOG_USEC the
 * loop shows a sign of life twice in that time.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include "daemon/loop.h"

struct notify {
    struct loop *loop;
    struct loop_timer timer;
    uint64_t period_ms;
};

/* Reads the environment. Workers do not inherit it: the variables are removed. */
void notify_init(struct notify *notify, struct loop *loop);
/* "READY=1", "STOPPING=1", "RELOADING=1\nMONOTONIC_USEC=..." */
void notify_send(const char *state);
void notify_clear(struct notify *notify);

#endif
