/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h: the event loop of sorid and of its workers' main thread
 *
 * One thread, epoll. Descriptors, timers and deferred calls are structures that their owner embeds
 * and keeps in place while they are in use, so that starting a timer or deferring a call can never
 * fail for want of memory. All of them start zeroed, `= {.call = f, .opaque = x}` being enough, and
 * stopping or removing one that is not in use is fine; each may be done from within any callback,
 * including its own.
 *
 * The order within one turn: deferred calls, timers that are due, descriptors that are ready.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct loop;

/* A descriptor: `call` gets EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as they stand (level triggered).
 */
struct loop_fd {
    void (*call)(void *opaque, uint32_t events);
    void *opaque;
    /* the loop's own */
    struct loop *loop; /* NULL while it is not watched */
    int fd;
    uint32_t events;
};

/* A timer: one shot; start it again for the next one. */
struct loop_timer {
    void (*call)(void *opaque);
    void *opaque;
    /* the loop's own */
    struct loop *loop; /* NULL while it is not running */
    struct loop_timer *previous, *next;
    uint64_t due;
};

/* A call to be made once, in the next turn of the loop. */
struct loop_call {
    void (*call)(void *opaque);
    void *opaque;
    /* the loop's own */
    struct loop *loop; /* NULL while it is not queued */
    struct loop_call *previous, *next;
};

/* 0, -ENOMEM or the errno value of epoll_create1 and signalfd. */
int loop_new(struct loop **ret_loop);
/* What is still registered is forgotten, not called. NULL is fine. Returns NULL. */
struct loop *loop_free(struct loop *loop);

/* Turns until loop_stop(). Returns what was given there, or the negative errno value of epoll. */
int loop_run(struct loop *loop);
/* One turn; waits at most `timeout_ms` (-1: no limit) for something to do. */
int loop_turn(struct loop *loop, int timeout_ms);
void loop_stop(struct loop *loop, int result);

/* Milliseconds of CLOCK_MONOTONIC as of the beginning of this turn; and as of now. */
uint64_t loop_time(const struct loop *loop);
uint64_t clock_ms(void);

/*
 * Watches `fd` (which stays the caller's, and must be removed before it is closed) for `events`; 0
 * is fine and leaves EPOLLHUP and EPOLLERR. One loop_fd for each descriptor. 0 or the errno value
 * of epoll_ctl.
 */
int loop_fd_add(struct loop *loop, struct loop_fd *watch, int fd, uint32_t events);
/* Other events; nothing when they are the same or the descriptor is not watched. */
void loop_fd_change(struct loop_fd *watch, uint32_t events);
void loop_fd_remove(struct loop_fd *watch);

/* (Re)starts the timer. */
void loop_timer_start(struct loop *loop, struct loop_timer *timer, uint64_t after_ms);
void loop_timer_stop(struct loop_timer *timer);

/* Queues the call; nothing when it is queued already. */
void loop_defer(struct loop *loop, struct loop_call *call);
void loop_call_cancel(struct loop_call *call);

/*
 * Blocks the signal and calls `call` for it in the loop; one function for each signal, NULL drops
 * it silently. Before threads are started. 0 or a negative errno value.
 */
int loop_signal(struct loop *loop, int signal_number, void (*call)(void *opaque, int signal_number),
                void *opaque);

#endif
