/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/bytes.h"
#include "daemon/socket-listen.h"
#include "daemon/wyoming-event.h"
#include "daemon/wyoming.h"
#include "worker/error.h"

/* Connections taken in one turn of the loop, so that a flood of them delays nobody else; and how
 * long to wait when the process is out of descriptors, where epoll would call again at once. */
enum { ACCEPT_AT_ONCE = 16, OUT_OF_DESCRIPTORS_MS = 100 };

struct frontend_socket {
    struct daemon *daemon;
    struct listener listener;
    struct loop_fd watch;
    struct loop_timer again;
    struct wyoming *connections[CLIENTS_MAX];
};

DEFINE_CLEANUP(frontend, struct frontend_socket *, frontend_socket_stop)

static void gone(void *opaque, struct wyoming *wyoming)
{
    struct frontend_socket *frontend = opaque;

    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (frontend->connections[i] == wyoming)
            frontend->connections[i] = wyoming_close(wyoming);
}

/* Says why, if the socket takes it, and hangs up. */
static void refuse(int fd, const char *code, const char *text)
{
    struct bytes bytes = {0};

    if (wyoming_write(&bytes, "error", json_pack("{s:s, s:s}", "text", text, "code", code), NULL,
                      0) >= 0)
        send(fd, bytes_first(&bytes), bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    bytes_clear(&bytes);
}

/* Makes a place: the one goes that has owed us the rest of an event for longest. False when none
 * does. */
static bool send_one_away(struct frontend_socket *frontend)
{
    size_t slowest = 0;
    uint64_t since = UINT64_MAX;

    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        const struct wyoming *wyoming = frontend->connections[i];
        if (wyoming && wyoming_waits_since(wyoming) < since) {
            slowest = i;
            since = wyoming_waits_since(wyoming);
        }
    }
    if (since == UINT64_MAX)
        return false;
    wyoming_send_away(frontend->connections[slowest]);
    frontend->connections[slowest] = wyoming_close(frontend->connections[slowest]);
    return true;
}

/* -EUSERS: all places are taken, here or by clients on the bus. */
static int give_place(struct frontend_socket *frontend, int fd)
{
    size_t place = 0;

    while (place < CLIENTS_MAX && frontend->connections[place])
        place++;
    if (place == CLIENTS_MAX)
        return -EUSERS;
    return wyoming_open(frontend->daemon, fd, gone, frontend, &frontend->connections[place]);
}

static void welcome(struct frontend_socket *frontend, int accepted)
{
    _cleanup_close_ int fd = accepted;
    int r;

    if (!peer_is_ours(fd)) /* not a word to strangers, and nothing of theirs is read */
        return;
    r = descriptor_is_reserved(fd) ? -EMFILE : give_place(frontend, fd);
    if (r == -EUSERS && send_one_away(frontend))
        r = give_place(frontend, fd);
    if (r < 0)
        refuse(fd, "busy", r == -ENOMEM ? "out of memory" : "too many clients");
    else
        steal_fd(&fd);
}

static void listen_again(void *opaque)
{
    struct frontend_socket *frontend = opaque;

    loop_fd_change(&frontend->watch, EPOLLIN);
}

static void accept_some(void *opaque, uint32_t events)
{
    struct frontend_socket *frontend = opaque;

    for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
        int fd = accept4(frontend->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            welcome(frontend, fd);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            loop_fd_change(&frontend->watch, 0);
            loop_timer_start(frontend->daemon->loop, &frontend->again, OUT_OF_DESCRIPTORS_MS);
            return;
        } else if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

int frontend_socket_start(struct daemon *daemon, struct frontend_socket **ret_frontend)
{
    _cleanup_(cleanup_frontend) struct frontend_socket *frontend = calloc(1, sizeof *frontend);
    int r;

    if (!frontend)
        return fail(-ENOMEM, "out of memory");
    frontend->daemon = daemon;
    frontend->listener.fd = -1;
    frontend->watch = (struct loop_fd){.call = accept_some, .opaque = frontend};
    frontend->again = (struct loop_timer){.call = listen_again, .opaque = frontend};
    r = listener_open(&frontend->listener);
    if (r < 0)
        return r;
    r = loop_fd_add(daemon->loop, &frontend->watch, frontend->listener.fd, EPOLLIN);
    if (r < 0)
        return fail(r, "socket: %s", strerror(-r));
    *ret_frontend = steal(frontend);
    return 0;
}

struct frontend_socket *frontend_socket_stop(struct frontend_socket *frontend)
{
    if (!frontend)
        return NULL;
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        wyoming_close(frontend->connections[i]);
    loop_timer_stop(&frontend->again);
    loop_fd_remove(&frontend->watch);
    listener_close(&frontend->listener);
    free(frontend);
    return NULL;
}
