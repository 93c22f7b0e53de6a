/* SPDX-License-Identifier: Apache-2.0 */
/* socket-listen.h: where the socket comes from, and who may connect */
#ifndef DAEMON_SOCKET_LISTEN_H
#define DAEMON_SOCKET_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>

/* A socket that listens. `path` is owned, NULL for one that the service manager gave. */
struct listener {
    int fd;
    char *path;
    struct stat status; /* of the path: it is removed only while it is still ours */
};

/* Errors as of frontend_socket_start(). */
int listener_open(struct listener *ret_listener);
/* Closes, and removes the file if it is still the one that was made. */
void listener_close(struct listener *listener);

/* Whether the peer of a connection runs under our own user id (SO_PEERCRED). */
bool peer_is_ours(int fd);

#endif
