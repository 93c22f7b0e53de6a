/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { EVENTS_AT_ONCE = 32, SIGNALS = 65 };

struct loop_signal {
    void (*call)(void *opaque, int signal_number);
    void *opaque;
};

struct loop {
    int epoll;
    uint64_t time;
    bool stopped;
    int result;
    struct loop_timer *timers; /* by due time */
    struct loop_call *first, *last;

    /* the events of this turn: removing a descriptor takes it out of those still to be told */
    struct epoll_event events[EVENTS_AT_ONCE];
    int n_events;

    int signals;
    sigset_t mask;
    struct loop_fd signal_watch;
    struct loop_signal on_signal[SIGNALS];
};

DEFINE_CLEANUP(loop, struct loop *, loop_free)

uint64_t clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t loop_time(const struct loop *loop)
{
    return loop->time;
}

int loop_new(struct loop **ret_loop)
{
    _cleanup_(cleanup_loop) struct loop *loop = calloc(1, sizeof *loop);

    if (!loop)
        return -ENOMEM;
    loop->signals = -1;
    sigemptyset(&loop->mask);
    loop->time = clock_ms();
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        return -errno;
    *ret_loop = steal(loop);
    return 0;
}

struct loop *loop_free(struct loop *loop)
{
    if (!loop)
        return NULL;
    while (loop->timers)
        loop_timer_stop(loop->timers);
    while (loop->first)
        loop_call_cancel(loop->first);
    if (loop->signals >= 0)
        close(loop->signals);
    if (loop->epoll >= 0)
        close(loop->epoll);
    free(loop);
    return NULL;
}

void loop_stop(struct loop *loop, int result)
{
    loop->stopped = true;
    loop->result = result;
}

/* --- descriptors ------------------------------------------------------------------------------ */

int loop_fd_add(struct loop *loop, struct loop_fd *watch, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        return -errno;
    watch->loop = loop;
    watch->fd = fd;
    watch->events = events;
    return 0;
}

void loop_fd_change(struct loop_fd *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};

    if (!watch->loop || watch->events == events)
        return;
    /* Cannot fail: the descriptor is registered and nothing is allocated. */
    if (epoll_ctl(watch->loop->epoll, EPOLL_CTL_MOD, watch->fd, &event) == 0)
        watch->events = events;
}

void loop_fd_remove(struct loop_fd *watch)
{
    struct loop *loop = watch->loop;

    if (!loop)
        return;
    epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = 0; i < loop->n_events; i++)
        if (loop->events[i].data.ptr == watch)
            loop->events[i].data.ptr = NULL;
    watch->loop = NULL;
}

/* --- timers ----------------------------------------------------------------------------------- */

/* A sorted list: there are a few dozen timers, and inserting into one allocates nothing. */
void loop_timer_start(struct loop *loop, struct loop_timer *timer, uint64_t after_ms)
{
    struct loop_timer *before = NULL, *after;

    loop_timer_stop(timer);
    after = loop->timers;
    timer->due = clock_ms() + after_ms;
    while (after && after->due <= timer->due) {
        before = after;
        after = after->next;
    }
    timer->loop = loop;
    timer->previous = before;
    timer->next = after;
    if (before)
        before->next = timer;
    else
        loop->timers = timer;
    if (after)
        after->previous = timer;
}

void loop_timer_stop(struct loop_timer *timer)
{
    if (!timer->loop)
        return;
    if (timer->previous)
        timer->previous->next = timer->next;
    else
        timer->loop->timers = timer->next;
    if (timer->next)
        timer->next->previous = timer->previous;
    timer->loop = NULL;
    timer->previous = timer->next = NULL;
}

/* Those that were due when the turn began; one that a callback starts anew waits for the next. */
static void call_timers(struct loop *loop)
{
    while (loop->timers && loop->timers->due <= loop->time && !loop->stopped) {
        struct loop_timer *timer = loop->timers;
        loop_timer_stop(timer);
        timer->call(timer->opaque);
    }
}

/* --- deferred calls --------------------------------------------------------------------------- */

void loop_defer(struct loop *loop, struct loop_call *call)
{
    if (call->loop)
        return;
    call->loop = loop;
    call->next = NULL;
    call->previous = loop->last;
    if (loop->last)
        loop->last->next = call;
    else
        loop->first = call;
    loop->last = call;
}

void loop_call_cancel(struct loop_call *call)
{
    struct loop *loop = call->loop;

    if (!loop)
        return;
    if (call->previous)
        call->previous->next = call->next;
    else
        loop->first = call->next;
    if (call->next)
        call->next->previous = call->previous;
    else
        loop->last = call->previous;
    call->loop = NULL;
    call->previous = call->next = NULL;
}

/* Those queued before the turn: what they defer themselves waits for the next one. */
static void make_calls(struct loop *loop)
{
    struct loop_call end = {0};

    if (!loop->first)
        return;
    loop_defer(loop, &end);
    while (loop->first != &end) {
        struct loop_call *call = loop->first;
        loop_call_cancel(call);
        call->call(call->opaque);
    }
    loop_call_cancel(&end);
}

/* --- signals ---------------------------------------------------------------------------------- */

static void read_signals(void *opaque, uint32_t events)
{
    struct loop *loop = opaque;
    struct signalfd_siginfo info;

    while (read(loop->signals, &info, sizeof info) == sizeof info) {
        const struct loop_signal *signal = &loop->on_signal[info.ssi_signo % SIGNALS];
        if (signal->call)
            signal->call(signal->opaque, (int)info.ssi_signo);
    }
}

int loop_signal(struct loop *loop, int signal_number, void (*call)(void *opaque, int signal_number),
                void *opaque)
{
    int fd;

    if (signal_number <= 0 || signal_number >= SIGNALS)
        return -EINVAL;
    sigaddset(&loop->mask, signal_number);
    if (sigprocmask(SIG_BLOCK, &loop->mask, NULL) < 0)
        return -errno;
    fd = signalfd(loop->signals, &loop->mask, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    loop->on_signal[signal_number] = (struct loop_signal){call, opaque};
    if (loop->signals >= 0)
        return 0;
    loop->signals = fd;
    loop->signal_watch = (struct loop_fd){.call = read_signals, .opaque = loop};
    return loop_fd_add(loop, &loop->signal_watch, fd, EPOLLIN);
}

/* --- turning ---------------------------------------------------------------------------------- */

static int time_to_wait(const struct loop *loop, int timeout_ms)
{
    uint64_t now = clock_ms(), until;

    if (loop->first)
        return 0;
    if (!loop->timers)
        return timeout_ms;
    until = loop->timers->due > now ? loop->timers->due - now : 0;
    if (until > INT32_MAX)
        until = INT32_MAX;
    return timeout_ms >= 0 && (uint64_t)timeout_ms < until ? timeout_ms : (int)until;
}

int loop_turn(struct loop *loop, int timeout_ms)
{
    int n = epoll_wait(loop->epoll, loop->events, EVENTS_AT_ONCE, time_to_wait(loop, timeout_ms));

    loop->stopped = false; /* turns after the end of loop_run() do their work */
    if (n < 0 && errno != EINTR)
        return -errno;
    loop->time = clock_ms();
    loop->n_events = n > 0 ? n : 0;
    make_calls(loop);
    call_timers(loop);
    for (int i = 0; i < loop->n_events && !loop->stopped; i++) {
        struct loop_fd *watch = loop->events[i].data.ptr;
        if (watch)
            watch->call(watch->opaque, loop->events[i].events);
    }
    loop->n_events = 0;
    return 0;
}

int loop_run(struct loop *loop)
{
    int r = 0;

    do
        r = loop_turn(loop, -1);
    while (r >= 0 && !loop->stopped);
    return r < 0 ? r : loop->result;
}
