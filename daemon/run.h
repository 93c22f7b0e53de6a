/* SPDX-License-Identifier: Apache-2.0 */
/* run.h: a request's work as a stream of a worker; for run.c, station.c and pool.c only */
#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

#include "daemon/request-private.h"
#include "daemon/worker-link.h"

void run_link(struct run *run, struct station *station);
/* Of the station that it is on; its stream is nobody's any more. */
void run_unlink(struct run *run);
/* Begins a stream on the station's worker, where the run was before the last one ended. */
void run_begin(struct run *run);

/* Whether it can have been at work when the worker died: one that waits for credit computes
 * nothing. */
bool run_was_at_work(const struct run *run, const struct worker_death *death);
/* Counts the death against the run. True when that was once too often. */
bool run_charge(struct run *run, const struct worker_death *death);

#endif
