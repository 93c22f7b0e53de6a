/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h: one stream computes at a time, each for its share
 *
 * The streams of a worker take turns, a block of sound each, so that all go on and one alone has
 * every core. Stride scheduling (Waldspurger and Weihl, 1995): a stream's pass grows by the time it
 * used divided by its weight, and the lowest pass is next. A stream that comes or comes back starts
 * at the pass of those that are there: it may not catch up on time that it did not ask for.
 */
#ifndef WORKER_GATE_H
#define WORKER_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gate_user {
    unsigned weight; /* from 1 */
    double pass;
    uint64_t entered_ns;
    _Atomic uint64_t since_ms; /* when it last went in; 0 while it is not in */
    bool waiting;
    pthread_cond_t turn;
    struct gate_user *next; /* of those waiting */
};

struct gate {
    pthread_mutex_t lock;
    struct gate_user *inside, *waiting;
    double pass; /* of the last one that went in */
};

void gate_init(struct gate *gate);
void gate_clear(struct gate *gate);
void gate_user_init(struct gate_user *user, unsigned weight);
void gate_user_clear(struct gate_user *user);

/* Waits for its turn. */
void gate_enter(struct gate *gate, struct gate_user *user);
void gate_leave(struct gate *gate, struct gate_user *user);
/* Lets another one in if that is due. */
void gate_yield(struct gate *gate, struct gate_user *user);

uint64_t gate_clock_ms(void);

#endif
