/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker-link.h: one worker process, the socket to it, and its end
 *
 * Started with posix_spawn: standard input and output are /dev/null, standard error is ours, the
 * socket is descriptor 3, and nothing else is open. Its end is noticed through a pidfd; what it had
 * sent before is handed on first.
 *
 * While it is busy it is asked for a sign of life several times per watchdog time. A worker that
 * does not answer, or says that a stream is stuck for that long, is killed with SIGKILL: a plugin
 * may ignore anything less.
 */
#ifndef DAEMON_WORKER_LINK_H
#define DAEMON_WORKER_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/frame.h"
#include "daemon/loop.h"

struct worker;

struct worker_death {
    const char *why; /* in words */
    bool outside;    /* SIGKILL that we did not send: says little about what it was doing */
    uint32_t stream; /* the one that was stuck; 0: not known */
};

struct worker_events {
    /* Each frame but PONG. A negative result means that it is damaged: the worker is killed. */
    int (*frame)(void *opaque, const struct frame *frame);
    /* There is room for text or samples again after worker_room() was short. */
    void (*room)(void *opaque);
    /* It is gone, whoever wanted that, and freed after the call. */
    void (*gone)(void *opaque, const struct worker_death *death);
};

/*
 * Starts sori-worker with these arguments ("%d" as the socket's number is the link's; `arguments`
 * begin with the role and end with NULL). 0, -ENOMEM, or the errno value of what failed, with
 * fail_message().
 */
int worker_start(struct loop *loop, const char *role, const char *const *arguments,
                 const struct worker_events *events, void *opaque, struct worker **ret_worker);
/* Whether that failure is one of descriptors, processes or memory, which passes. */
bool worker_may_start_later(int error);
/* Lets it end by itself, or kills it after a while; no event comes any more. NULL is fine. Returns
 * NULL. */
struct worker *worker_stop(struct worker *worker);
/* Turns the loop until all that were stopped are gone, so that none outlives the daemon. */
void workers_wait(struct loop *loop);
/* Kills it; `gone` comes with `why` (a literal) and `stream`. */
void worker_kill(struct worker *worker, const char *why, uint32_t stream);

/* Queues a frame. A worker that does not read is killed; nothing is to be done about it here. */
void worker_send(struct worker *worker, enum frame_type type, uint32_t stream, const void *payload,
                 size_t size);
/* Bytes of payload that can be sent now as text or samples; control frames always have room. */
size_t worker_room(struct worker *worker);

/* Whether signs of life are asked for, and how long it may be silent. */
void worker_watch(struct worker *worker, bool busy, uint64_t watchdog_ms);

int worker_pid(const struct worker *worker);

#endif
