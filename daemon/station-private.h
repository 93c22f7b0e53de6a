/* SPDX-License-Identifier: Apache-2.0 */
/* station-private.h: the inside of stations; for station.c, pool.c and run.c only */
#ifndef DAEMON_STATION_PRIVATE_H
#define DAEMON_STATION_PRIVATE_H

#include "daemon/run.h"

struct station {
    struct pool *pool;
    struct station *next;
    char *id, *path;
    bool model;
    struct worker *worker; /* NULL: none, or none yet */
    bool open;
    unsigned sample_rate;
    struct run *first, *last;
    unsigned cancelled; /* streams that were cancelled and have not ended */
    uint64_t started_ms, used_ms, delay_ms;
    unsigned stillborn; /* workers in a row that ended before the voice was open */
    bool proved;        /* this worker has brought something new */
    unsigned refusals;  /* starts in a row that the system refused */
    uint64_t stamp;     /* of the voice, as it was when this was made */
    bool stale;         /* it has changed since: for the runs that are there, and no others */

    /* after a failure: what requests are told until then */
    uint64_t barred_ms;
    unsigned failures; /* in a row */
    int error;
    char trouble[300];

    struct loop_timer timer; /* to start again, to give up opening, or to unload */
    struct loop_call dispatch;
};

struct pool {
    struct queue *queue;
    struct station *stations;
    uint32_t last_stream;
};

/* --- station.c -------------------------------------------------------------------------------- */

/* Of a pool. -ENOMEM. */
int station_new(struct pool *pool, const struct voice_info *voice, bool model,
                struct station **ret_station);
void station_free(struct station *station);
/* Starts its worker, or its streams, as soon as that may be. */
void station_wake(struct station *station);
/* 0, or the error of a failure that is not long ago, with fail_message(). */
int station_check(const struct station *station);
/* Something has changed: it may be tried again at once. */
void station_forgive(struct station *station);
/* Nobody uses it: it may go after a while. */
void station_rest(struct station *station);

#endif
