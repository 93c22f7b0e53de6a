/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/station.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/station-private.h"

/* Makes a place: stops the station that was not used for longest. */
static void make_room(struct pool *pool)
{
    struct station *oldest = NULL;
    unsigned n = 0;

    for (struct station *station = pool->stations; station; station = station->next) {
        n += station->worker || station->first;
        if (!station->first && station->worker && (!oldest || station->used_ms < oldest->used_ms))
            oldest = station;
    }
    if (n >= pool->queue->config->loaded_voices && oldest)
        station_free(oldest);
}

static int station_find(struct pool *pool, const struct voice_info *voice, bool model,
                        struct station **ret_station)
{
    struct station *station = pool->stations;

    while (station && (station->stale || strcmp(station->id, voice->id) || station->model != model))
        station = station->next;
    if (!station) {
        make_room(pool);
        return station_new(pool, voice, model, ret_station);
    }
    *ret_station = station;
    return 0;
}

int run_start(struct run *run, struct pool *pool, const struct voice_info *voice)
{
    struct station *station;
    int r = station_find(pool, voice, run->generator, &station);

    if (r >= 0)
        r = station_check(station);
    if (r < 0)
        return r;
    run_link(run, station);
    if (station->open)
        request_opened(run, station->sample_rate);
    station_wake(station);
    return 0;
}

bool pool_doubts(const struct pool *pool, const struct voice_info *voice)
{
    const struct station *station = pool->stations;

    while (station && (station->model || strcmp(station->id, voice->id)))
        station = station->next;
    return station && station->failures;
}

void run_stop(struct run *run)
{
    struct station *station = run->station;

    if (!station)
        return;
    if (run->stream && station->worker) {
        worker_send(station->worker, FRAME_CANCEL, run->stream, NULL, 0);
        station->cancelled++;
    }
    run_unlink(run);
    loop_defer(station->pool->queue->loop, &station->dispatch);
    if (station->worker && station->open)
        station_rest(station);
}

/* Those that the list no longer has as they were loaded end with what they are doing. */
void pool_voices_changed(struct pool *pool)
{
    const struct voices *voices = pool->queue->voices;

    for (struct station *station = pool->stations; station; station = station->next) {
        const struct voice_info *now =
            station->model ? models_find(voices, station->id) : voices_find(voices, station->id);
        station_forgive(station);
        if (now && now->stamp == station->stamp && !strcmp(now->path, station->path))
            continue;
        station->stale = true;
        station_rest(station);
    }
}

int pool_new(struct queue *queue, struct pool **ret_pool)
{
    struct pool *pool = calloc(1, sizeof *pool);

    if (!pool)
        return -ENOMEM;
    pool->queue = queue;
    *ret_pool = pool;
    return 0;
}

struct pool *pool_free(struct pool *pool)
{
    if (!pool)
        return NULL;
    while (pool->stations)
        station_free(pool->stations);
    free(pool);
    return NULL;
}
