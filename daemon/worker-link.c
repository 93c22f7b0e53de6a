/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/worker-link.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/error.h"

extern char **environ;

enum {
    SOCKET = 3,             /* its number in the worker */
    CONTROL_ROOM = 8 << 10, /* kept free for frames that must not wait: some 200 of them */
    PINGS = 4,              /* per watchdog time */
    STOP_MS = 3000,         /* until a worker that shall end is killed */
};

struct worker {
    struct loop *loop;
    const struct worker_events *events; /* NULL: stopped */
    void *opaque;
    pid_t pid;
    int socket, pidfd;
    struct loop_fd socket_watch, pidfd_watch;
    struct loop_timer timer;        /* watchdog, or the patience with one that shall end */
    uint64_t watchdog_ms, heard_ms; /* watchdog_ms 0: not watched */
    uint64_t asked_ms;              /* when it was asked for a sign of life, or should have been */
    bool wants_room, killed;
    const char *why;
    uint32_t stuck;
    struct frame_reader reader;
    struct frame_writer writer;
};

static unsigned living; /* of the process, which has one thread that starts workers */

static struct worker *worker_free(struct worker *worker)
{
    if (!worker)
        return NULL;
    living--;
    loop_timer_stop(&worker->timer);
    loop_fd_remove(&worker->socket_watch);
    loop_fd_remove(&worker->pidfd_watch);
    if (worker->socket >= 0)
        close(worker->socket);
    if (worker->pidfd >= 0)
        close(worker->pidfd);
    free(worker);
    return NULL;
}

DEFINE_CLEANUP(worker, struct worker *, worker_free)

int worker_pid(const struct worker *worker)
{
    return worker->pid;
}

/* --- its end ---------------------------------------------------------------------------------- */

void worker_kill(struct worker *worker, const char *why, uint32_t stream)
{
    if (worker->killed)
        return;
    worker->killed = true;
    worker->why = why;
    worker->stuck = stream;
    kill(worker->pid, SIGKILL); /* not reaped yet: the number is still its own */
}

static void patience_ends(void *opaque)
{
    worker_kill(opaque, "it did not end", 0);
}

/* Of a worker that has nothing more to say. */
static void wait_for_end(struct worker *worker)
{
    worker->watchdog_ms = 0;
    worker->timer.call = patience_ends;
    loop_timer_start(worker->loop, &worker->timer, STOP_MS);
}

/* Hands on the frames that came. Stops when the worker is stopped by what it said. */
static void read_frames(struct worker *worker)
{
    struct frame frame;
    struct frame_pong pong;
    int r;

    while (worker->events && (r = frame_next(&worker->reader, &frame)) != 0) {
        if (r > 0 && frame.type == FRAME_PONG) {
            worker->heard_ms = loop_time(worker->loop);
            memcpy(&pong, frame.payload, sizeof pong);
            if (worker->watchdog_ms && pong.stuck_ms >= worker->watchdog_ms)
                worker_kill(worker, "it hung", pong.stream);
        } else if (r > 0) {
            r = worker->events->frame(worker->opaque, &frame);
        }
        if (r < 0) {
            worker_kill(worker, "it sent a damaged frame", 0);
            return;
        }
    }
}

static void receive(struct worker *worker)
{
    int r = 1;

    while (r > 0 && worker->events) {
        r = frame_fill(&worker->reader, worker->socket);
        if (r > 0)
            read_frames(worker);
        if (worker->killed)
            break;
    }
    if (r >= 0 || worker->killed)
        return;
    loop_fd_remove(&worker->socket_watch);
    if (r != -EPIPE && r != -ECONNRESET)
        worker_kill(worker, "its socket broke", 0);
    else if (worker->events) /* the end of the process follows, or is helped along */
        wait_for_end(worker);
}

static void describe(const struct worker *worker, const siginfo_t *info, char ret_why[static 100])
{
    if (worker->killed)
        snprintf(ret_why, 100, "%s", worker->why);
    else if (info->si_code == CLD_EXITED)
        snprintf(ret_why, 100, "it ended with status %d", info->si_status);
    else
        snprintf(ret_why, 100, "it died of signal %d (%s)", info->si_status,
                 strsignal(info->si_status));
}

static void pidfd_ready(void *opaque, uint32_t events)
{
    struct worker *worker = opaque;
    siginfo_t info = {0};
    char why[100];
    struct worker_death death = {.why = why};

    receive(worker);
    if (waitid(P_PIDFD, (id_t)worker->pidfd, &info, WEXITED) < 0 && errno == EINTR)
        return;
    describe(worker, &info, why);
    death.stream = worker->stuck;
    death.outside = !worker->killed && info.si_code == CLD_KILLED && info.si_status == SIGKILL;
    if (worker->events)
        worker->events->gone(worker->opaque, &death);
    worker_free(worker);
}

struct worker *worker_stop(struct worker *worker)
{
    if (!worker)
        return NULL;
    worker->events = NULL;
    loop_fd_remove(&worker->socket_watch);
    shutdown(worker->socket, SHUT_RDWR);
    wait_for_end(worker);
    return NULL;
}

void workers_wait(struct loop *loop)
{
    int r = 0;

    while (living && r >= 0)
        r = loop_turn(loop, STOP_MS);
}

/* --- the socket ------------------------------------------------------------------------------- */

static void flush(struct worker *worker)
{
    int r = frame_flush(&worker->writer, worker->socket);

    /* An error is the worker's end, which is noticed elsewhere. */
    loop_fd_change(&worker->socket_watch, r == 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void socket_ready(void *opaque, uint32_t events)
{
    struct worker *worker = opaque;

    if (events & EPOLLOUT)
        flush(worker);
    if (worker->wants_room && worker->events && worker_room(worker)) {
        worker->wants_room = false;
        worker->events->room(worker->opaque);
    }
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        receive(worker);
}

void worker_send(struct worker *worker, enum frame_type type, uint32_t stream, const void *payload,
                 size_t size)
{
    if (frame_put(&worker->writer, type, stream, payload, size, NULL, 0) < 0)
        worker_kill(worker, "it did not read what it was sent", 0);
    else
        flush(worker);
}

size_t worker_room(struct worker *worker)
{
    size_t room = frame_room(&worker->writer), taken = CONTROL_ROOM + sizeof(struct frame_header);

    room = room > taken ? room - taken : 0;
    if (room < CONTROL_ROOM) /* no crumbs */
        room = 0;
    if (!room)
        worker->wants_room = true;
    return room < FRAME_MAX_PAYLOAD ? room : FRAME_MAX_PAYLOAD;
}

/* --- the watchdog ----------------------------------------------------------------------------- */

/* Time in which we were not there to ask (stopped, starved) is none in which it was silent. */
static void pass_over(struct worker *worker, uint64_t now, uint64_t period)
{
    uint64_t away = now - worker->asked_ms;

    if (away > period)
        worker->heard_ms += away - period;
    if (worker->heard_ms > now)
        worker->heard_ms = now;
    worker->asked_ms = now;
}

static void watchdog_due(void *opaque)
{
    struct worker *worker = opaque;
    uint64_t period = worker->watchdog_ms / PINGS + 1, now = loop_time(worker->loop);

    if (!worker->watchdog_ms)
        return;
    pass_over(worker, now, period);
    if (now - worker->heard_ms >= worker->watchdog_ms) {
        worker_kill(worker, "it gave no sign of life", 0);
        return;
    }
    worker_send(worker, FRAME_PING, 0, NULL, 0);
    loop_timer_start(worker->loop, &worker->timer, period);
}

void worker_watch(struct worker *worker, bool busy, uint64_t watchdog_ms)
{
    bool watched = worker->watchdog_ms;

    if (!worker->socket_watch.loop) /* it is ending */
        return;
    worker->watchdog_ms = busy ? watchdog_ms : 0;
    if (!busy) {
        loop_timer_stop(&worker->timer);
    } else if (!watched) {
        worker->heard_ms = worker->asked_ms = loop_time(worker->loop);
        loop_timer_start(worker->loop, &worker->timer, watchdog_ms / PINGS + 1);
    }
}

/* --- its beginning ---------------------------------------------------------------------------- */

/* Installed, or as SORI_WORKER says (from a build tree). */
static const char *program(void)
{
    const char *path = getenv("SORI_WORKER");

    return path && *path ? path : SORI_WORKER_PATH;
}

static int spawn(const char *const *argv, int socket, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    int r;

    if (posix_spawn_file_actions_init(&actions))
        return -ENOMEM;
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    r = posix_spawn_file_actions_adddup2(&actions, socket, SOCKET);
    if (!r)
        r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    if (!r)
        r = posix_spawn_file_actions_adddup2(&actions, 0, 1);
    if (!r)
        r = posix_spawn_file_actions_addclosefrom_np(&actions, SOCKET + 1);
    if (!r)
        r = posix_spawn(ret_pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -r;
}

/* Both ends closed on exec; the worker's one is never SOCKET itself, so that dup2 opens it. */
static int make_sockets(int ret_sockets[2])
{
    int moved;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_sockets) < 0)
        return -errno;
    moved = fcntl(ret_sockets[1], F_DUPFD_CLOEXEC, SOCKET + 1);
    if (moved < 0 || fcntl(ret_sockets[0], F_SETFL, O_NONBLOCK) < 0) {
        int error = -errno;
        if (moved >= 0)
            close(moved);
        close(ret_sockets[0]);
        close(ret_sockets[1]);
        return error;
    }
    close(ret_sockets[1]);
    ret_sockets[1] = moved;
    return 0;
}

static int watch(struct worker *worker)
{
    int r;

    worker->pidfd = pidfd_open(worker->pid, 0);
    if (worker->pidfd < 0)
        return -errno;
    r = loop_fd_add(worker->loop, &worker->pidfd_watch, worker->pidfd, EPOLLIN);
    if (r >= 0)
        r = loop_fd_add(worker->loop, &worker->socket_watch, worker->socket, EPOLLIN);
    return r;
}

bool worker_may_start_later(int error)
{
    return error == -ENOMEM || error == -EAGAIN || error == -EMFILE || error == -ENFILE;
}

int worker_start(struct loop *loop, const char *role, const char *const *arguments,
                 const struct worker_events *events, void *opaque, struct worker **ret_worker)
{
    _cleanup_(cleanup_worker) struct worker *worker = calloc(1, sizeof *worker);
    const char *argv[8] = {program(), role, "3"};
    int sockets[2], r;

    if (!worker)
        return fail(-ENOMEM, "out of memory");
    living++;
    worker->socket = worker->pidfd = -1;
    for (size_t i = 0; i < 4 && arguments[i]; i++)
        argv[3 + i] = arguments[i];
    r = make_sockets(sockets);
    if (r < 0)
        return fail(r, "no sockets for a worker: %s", strerror(-r));
    worker->loop = loop;
    worker->events = events;
    worker->opaque = opaque;
    worker->socket = sockets[0];
    worker->socket_watch = (struct loop_fd){.call = socket_ready, .opaque = worker};
    worker->pidfd_watch = (struct loop_fd){.call = pidfd_ready, .opaque = worker};
    worker->timer = (struct loop_timer){.call = watchdog_due, .opaque = worker};
    r = spawn(argv, sockets[1], &worker->pid);
    close(sockets[1]);
    if (r < 0)
        return fail(r, "%s: %s", argv[0], strerror(-r));
    r = watch(worker);
    if (r < 0) {
        kill(worker->pid, SIGKILL);
        waitpid(worker->pid, NULL, 0);
        return fail(r, "a worker cannot be watched: %s", strerror(-r));
    }
    *ret_worker = steal(worker);
    return 0;
}
