/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon.h: what the parts of sorid share
 *
 * main.c makes the parts in this order and frees them in reverse. A front end gets this structure,
 * keeps the pointer, and has a pair of functions
 *
 *     int frontend_NAME_start(struct daemon *daemon, struct frontend_NAME **ret_frontend);
 *     struct frontend_NAME *frontend_NAME_stop(struct frontend_NAME *frontend);
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <stdbool.h>

#include "daemon/loop.h"
#include "daemon/queue.h"
#include "daemon/voices.h"

struct config;

struct daemon {
    struct loop *loop;
    struct config *config; /* daemon/config.h; the values may change on SIGHUP */
    struct voices *voices;
    struct queue *queue;

    unsigned holds; /* reasons not to exit when idle */
    struct loop_timer idle;
};

/*
 * A reason to stay alive: a connected socket peer, a call being answered. Without one, and without
 * requests, the daemon exits after the configured idle time. Each hold is released once.
 */
void daemon_hold(struct daemon *daemon);
void daemon_release(struct daemon *daemon);

/*
 * Whether a descriptor just accepted or received lies in the reserve that is kept for workers and
 * their sockets (DESCRIPTORS_RESERVED below the limit): close it and refuse the peer politely.
 */
bool descriptor_is_reserved(int fd);

#endif
