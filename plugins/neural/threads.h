/* SPDX-License-Identifier: Apache-2.0 */
/*
 * threads.h: a small pool for loops over ranges
 *
 * A pool of n threads is the caller's thread and n - 1 workers that live as long as the pool; with
 * n = 1 no thread is started and a loop is a plain call. A loop is cut into many small chunks that
 * idle threads take as they go, so that a core that is busy with something else slows a loop only
 * in proportion. A waiting thread spins for some microseconds, then sleeps on a condition variable.
 *
 * Use. One thread at a time runs loops on a pool; a loop body must not run another one on it.
 * Processes fork at any time: a child finds no workers, and in it a pool may only be freed (in the
 * child that is free of the memory, without joining) or run, which then does all work on the
 * caller.
 */
#ifndef NEURAL_THREADS_H
#define NEURAL_THREADS_H

#include <stddef.h>

struct threads;

/* Items first..end - 1 of a loop; several run at once, each item exactly once. */
typedef void threads_body(void *data, size_t first, size_t end);

/* Starts a pool of `count` threads, 1..THREADS_MAX. -EINVAL, -ENOMEM, -EAGAIN (no more threads). */
int threads_new(size_t count, struct threads **ret_threads);

/* Joins the workers. No loop may be running. NULL is fine. Returns NULL. */
struct threads *threads_free(struct threads *threads);

/* Threads of the pool, the caller's included; 1 for NULL. */
size_t threads_count(const struct threads *threads);

/*
 * Runs body(data, ...) over 0..items - 1 in pieces that start at multiples of `grain` (>= 1) and
 * returns when all are done; what the body wrote is visible then. NULL: the caller's thread only.
 * How the range is cut depends on timing: a body's results must not.
 */
void threads_run(struct threads *threads, size_t items, size_t grain, threads_body *body,
                 void *data);

#endif
