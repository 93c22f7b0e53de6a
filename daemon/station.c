/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/station.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "daemon/station-private.h"
#include "worker/error.h"

static void station_start(struct station *station);

/* --- which runs may be under way -------------------------------------------------------------- */

static unsigned streams(const struct station *station)
{
    unsigned n = station->cancelled;

    for (const struct run *run = station->first; run; run = run->next)
        n += run->stream != 0;
    return n;
}

static struct run *first_suspect(const struct station *station)
{
    for (struct run *run = station->first; run; run = run->next)
        if (run->suspect)
            return run;
    return NULL;
}

static void watch(struct station *station)
{
    if (station->worker)
        worker_watch(station->worker, station->open && streams(station),
                     (uint64_t)(station->pool->queue->config->watchdog * 1000));
}

/* Begins the streams that may begin: all of them, or one suspect and no other. */
static void dispatch(void *opaque)
{
    struct station *station = opaque;
    struct run *suspect = first_suspect(station), *next;

    if (!station->open)
        return;
    for (struct run *run = station->first; run; run = next) {
        next = run->next;
        if (run->stream || streams(station) >= STREAMS_MAX)
            continue;
        if (!suspect || (run == suspect && !streams(station)))
            run_begin(run);
    }
    watch(station);
}

/* --- life ------------------------------------------------------------------------------------- */

int station_new(struct pool *pool, const struct voice_info *voice, bool model,
                struct station **ret_station)
{
    struct station *station = calloc(1, sizeof *station);

    if (!station)
        return fail(-ENOMEM, "out of memory");
    station->pool = pool;
    station->model = model;
    station->stamp = voice->stamp;
    station->timer.opaque = station->dispatch.opaque = station;
    station->dispatch.call = dispatch;
    station->id = strdup(voice->id);
    station->path = strdup(voice->path);
    station->next = pool->stations;
    pool->stations = station;
    if (!station->id || !station->path) {
        station_free(station);
        return fail(-ENOMEM, "out of memory");
    }
    *ret_station = station;
    return 0;
}

void station_free(struct station *station)
{
    struct station **link = &station->pool->stations;

    while (*link != station)
        link = &(*link)->next;
    *link = station->next;
    loop_timer_stop(&station->timer);
    loop_call_cancel(&station->dispatch);
    worker_stop(station->worker);
    free(station->id);
    free(station->path);
    free(station);
}

static void set_timer(struct station *station, void (*call)(void *opaque), uint64_t after_ms)
{
    station->timer.call = call;
    loop_timer_start(station->pool->queue->loop, &station->timer, after_ms);
}

static void unload(void *opaque)
{
    struct station *station = opaque;

    if (!station->first)
        station_free(station);
}

/* Nobody uses it: it may go after a while. */
void station_rest(struct station *station)
{
    struct queue *queue = station->pool->queue;

    station->used_ms = loop_time(queue->loop);
    if (!station->first && station->stale)
        set_timer(station, unload, 0);
    else if (!station->first && queue->config->unload > 0)
        set_timer(station, unload, (uint64_t)(queue->config->unload * 1000));
}

/* --- trouble ---------------------------------------------------------------------------------- */

/*
 * All its runs end with an error. For a while requests are told the same without another try, each
 * time for longer, so that a client that tries again at once does not start process after process.
 */
static void station_fail(struct station *station, int error, const char *message)
{
    uint64_t pause = RESPAWN_MIN_MS << (station->failures < 5 ? station->failures : 5);
    struct run *run;

    station->worker = worker_stop(station->worker);
    station->open = false;
    station->cancelled = station->refusals = station->stillborn = 0;
    station->failures++;
    station->barred_ms =
        loop_time(station->pool->queue->loop) + (pause < RESPAWN_MAX_MS ? pause : RESPAWN_MAX_MS);
    station->error = error;
    snprintf(station->trouble, sizeof station->trouble, "%s", message);
    set_timer(station, unload, 2 * RESPAWN_MAX_MS);
    while ((run = station->first)) {
        run_unlink(run);
        request_not_opened(run, error, message);
    }
}

int station_check(const struct station *station)
{
    if (loop_time(station->pool->queue->loop) >= station->barred_ms)
        return 0;
    return fail(station->error, "%s", station->trouble);
}

void station_forgive(struct station *station)
{
    station->barred_ms = 0;
    station->failures = 0;
}

/* --- what the worker says --------------------------------------------------------------------- */

static int opened(struct station *station, const struct frame *frame)
{
    struct frame_opened told;
    struct run *next;

    memcpy(&told, frame->payload, sizeof told);
    if (station->open ||
        (!station->model && (told.sample_rate < 1000 || told.sample_rate > 384000)))
        return -EBADMSG;
    loop_timer_stop(&station->timer);
    station->open = true;
    station->stillborn = station->refusals = station->failures = 0;
    station->sample_rate = told.sample_rate;
    for (struct run *run = station->first; run; run = next) {
        next = run->next;
        request_opened(run, told.sample_rate);
    }
    loop_defer(station->pool->queue->loop, &station->dispatch);
    if (!station->first)
        station_rest(station);
    return 0;
}

static int done(struct station *station, struct run *run, const struct frame *frame)
{
    struct frame_done told;
    char message[300];

    memcpy(&told, frame->payload, sizeof told);
    snprintf(message, sizeof message, "%.*s", (int)(frame->size - sizeof told),
             (const char *)frame->payload + sizeof told);
    if (!frame->stream) { /* it could not open the voice, and ends */
        station_fail(station, told.result, message);
        return 0;
    }
    if (!run) {
        if (station->cancelled)
            station->cancelled--;
    } else {
        station->proved = true;
        station->delay_ms = 0;
        run_unlink(run);
        run->suspect = false;
        request_run_ended(run, told.result, message);
    }
    loop_defer(station->pool->queue->loop, &station->dispatch);
    station_rest(station);
    return 0;
}

static int handle_frame(void *opaque, const struct frame *frame)
{
    struct station *station = opaque;
    struct run *run = station->first;

    while (run && (!run->stream || run->stream != frame->stream))
        run = run->next;
    if (frame->type == FRAME_OPENED)
        return opened(station, frame);
    if (frame->type == FRAME_DONE)
        return done(station, run, frame);
    return run ? request_frame(run, frame) : 0; /* of a stream that was cancelled: dropped */
}

static void handle_room(void *opaque)
{
    struct station *station = opaque;

    for (struct run *run = station->first; run; run = run->next)
        run_text(run);
}

/* --- its death -------------------------------------------------------------------------------- */

/* At once after a kill from outside, when the worker was any good; else not sooner than a second
 * after the last start, and later each time. */
static uint64_t respawn_delay(struct station *station, bool outside)
{
    uint64_t age = loop_time(station->pool->queue->loop) - station->started_ms;

    if (outside && station->proved)
        return 0;
    station->delay_ms =
        station->proved || !station->delay_ms ? RESPAWN_MIN_MS : 2 * station->delay_ms;
    if (station->delay_ms > RESPAWN_MAX_MS)
        station->delay_ms = RESPAWN_MAX_MS;
    return age < station->delay_ms ? station->delay_ms - age : 0;
}

static void start_again(void *opaque)
{
    struct station *station = opaque;

    if (station->first)
        station_start(station);
    else
        station_free(station);
}

static void handle_gone(void *opaque, const struct worker_death *death)
{
    struct station *station = opaque;
    struct run *next;
    char message[200];

    station->worker = NULL;
    station->cancelled = 0;
    station->pool->queue->figures.worker_deaths++;
    fprintf(stderr, "sorid: the worker of '%s' is gone: %s\n", station->id, death->why);
    if (!station->open && ++station->stillborn >= (death->outside ? KILLS_MAX : DEATHS_MAX)) {
        snprintf(message, sizeof message, "the worker of '%s' died while it loaded: %s",
                 station->id, death->why);
        station_fail(station, -EIO, message);
        return;
    }
    station->open = false;
    snprintf(message, sizeof message, "the worker of '%s' died while speaking this: %s",
             station->id, death->why);
    for (struct run *run = station->first; run; run = next) {
        bool guilty = run_was_at_work(run, death) && run_charge(run, death);
        next = run->next;
        run->stream = 0;
        if (guilty) {
            run_unlink(run);
            request_run_ended(run, -EIO, message);
        }
    }
    if (station->first)
        set_timer(station, start_again, respawn_delay(station, death->outside));
    else
        set_timer(station, unload, RESPAWN_MIN_MS); /* remembers until then when it was started */
}

static const struct worker_events worker_events = {handle_frame, handle_room, handle_gone};

/* --- starting --------------------------------------------------------------------------------- */

static void opening_failed(void *opaque)
{
    struct station *station = opaque;

    station_fail(station, -ETIMEDOUT, "the voice did not load in time");
}

static unsigned threads_of(const struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (config->threads)
        return config->threads;
    return cores < 1 ? 1 : cores > 8 ? 8 : (unsigned)cores;
}

static void station_start(struct station *station)
{
    struct queue *queue = station->pool->queue;
    char threads[16], message[240];
    const char *arguments[] = {station->path, threads, queue->config->sandbox ? "yes" : "no", NULL};
    int r;

    snprintf(threads, sizeof threads, "%u", threads_of(queue->config));
    station->started_ms = loop_time(queue->loop);
    station->proved = false;
    r = worker_start(queue->loop, "synthesis", arguments, &worker_events, station,
                     &station->worker);
    if (r < 0) {
        snprintf(message, sizeof message, "cannot start a worker: %.200s", fail_message());
        if (worker_may_start_later(r) && ++station->refusals < START_TRIES) {
            set_timer(station, start_again, START_AGAIN_MS);
            return;
        }
        fprintf(stderr, "sorid: %s\n", message);
        station_fail(station, r, message);
        return;
    }
    station->refusals = 0;
    queue->figures.worker_starts++;
    set_timer(station, opening_failed, WORKER_OPEN_MS);
}

/* While it waits to start again, a timer does that; while it is loading, it is being started. */
void station_wake(struct station *station)
{
    struct queue *queue = station->pool->queue;
    uint64_t age = loop_time(queue->loop) - station->started_ms;

    if (station->worker) {
        if (station->open)
            loop_timer_stop(&station->timer);
        loop_defer(queue->loop, &station->dispatch);
    } else if (!station->timer.loop || station->timer.call != start_again) {
        uint64_t due = station->delay_ms > age ? station->delay_ms - age : 0;
        set_timer(station, start_again, due);
    }
}
