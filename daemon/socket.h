/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socket.h: the Unix socket $XDG_RUNTIME_DIR/sori/socket
 *
 * The folder is 0700, the socket 0600, and whoever connects under another user id is sent away
 * before a byte of his is read. A socket that nobody listens on any more is replaced; a living one
 * is left alone. Under socket activation (LISTEN_FDS) the service manager's socket is used.
 */
#ifndef DAEMON_SOCKET_H
#define DAEMON_SOCKET_H

#include "daemon/daemon.h"

struct frontend_socket;

/*
 * Listens. -EADDRINUSE: another daemon does; -ENOENT: no XDG_RUNTIME_DIR; other errors of socket,
 * bind and mkdir; fail_message() has words.
 */
int frontend_socket_start(struct daemon *daemon, struct frontend_socket **ret_frontend);
/* Ends all connections. NULL is fine. Returns NULL. */
struct frontend_socket *frontend_socket_stop(struct frontend_socket *frontend);

#endif
