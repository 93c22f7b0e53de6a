/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/gate.h"

#include <stddef.h>
#include <time.h>

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t gate_clock_ms(void)
{
    return now_ns() / 1000000u;
}

void gate_init(struct gate *gate)
{
    *gate = (struct gate){.pass = 0};
    pthread_mutex_init(&gate->lock, NULL);
}

void gate_clear(struct gate *gate)
{
    pthread_mutex_destroy(&gate->lock);
}

void gate_user_init(struct gate_user *user, unsigned weight)
{
    *user = (struct gate_user){.weight = weight ? weight : 1};
    pthread_cond_init(&user->turn, NULL);
}

void gate_user_clear(struct gate_user *user)
{
    pthread_cond_destroy(&user->turn);
}

static struct gate_user *lowest(struct gate *gate)
{
    struct gate_user *best = gate->waiting;

    for (struct gate_user *user = best; user; user = user->next)
        if (user->pass < best->pass)
            best = user;
    return best;
}

static void let_in(struct gate *gate, struct gate_user *user)
{
    gate->inside = user;
    gate->pass = user->pass;
    user->entered_ns = now_ns();
    atomic_store(&user->since_ms, user->entered_ns / 1000000u);
}

static void wait_for_turn(struct gate *gate, struct gate_user *user)
{
    struct gate_user **link = &gate->waiting;

    if (!gate->inside && !gate->waiting) {
        let_in(gate, user);
        return;
    }
    while (*link) /* at the end, so that equals are served in order */
        link = &(*link)->next;
    *link = user;
    user->next = NULL;
    user->waiting = true;
    while (user->waiting)
        pthread_cond_wait(&user->turn, &gate->lock);
}

/* Charges the time used and hands over. */
static void hand_over(struct gate *gate, struct gate_user *user)
{
    struct gate_user *next, **link = &gate->waiting;

    user->pass += (double)(now_ns() - user->entered_ns) / user->weight;
    atomic_store(&user->since_ms, 0);
    gate->inside = NULL;
    next = lowest(gate);
    if (!next)
        return;
    while (*link != next)
        link = &(*link)->next;
    *link = next->next;
    let_in(gate, next);
    next->waiting = false;
    pthread_cond_signal(&next->turn);
}

void gate_enter(struct gate *gate, struct gate_user *user)
{
    pthread_mutex_lock(&gate->lock);
    if (user->pass < gate->pass)
        user->pass = gate->pass;
    wait_for_turn(gate, user);
    pthread_mutex_unlock(&gate->lock);
}

void gate_leave(struct gate *gate, struct gate_user *user)
{
    pthread_mutex_lock(&gate->lock);
    hand_over(gate, user);
    pthread_mutex_unlock(&gate->lock);
}

void gate_yield(struct gate *gate, struct gate_user *user)
{
    const struct gate_user *next;
    uint64_t now = now_ns();

    pthread_mutex_lock(&gate->lock);
    user->pass += (double)(now - user->entered_ns) / user->weight;
    user->entered_ns = now;
    atomic_store(&user->since_ms, now / 1000000u);
    next = lowest(gate);
    if (next && next->pass < user->pass) {
        hand_over(gate, user);
        wait_for_turn(gate, user);
    }
    pthread_mutex_unlock(&gate->lock);
}
