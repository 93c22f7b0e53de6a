/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/station.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sori/stage.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/worker-link.h"
#include "worker/error.h"

enum { CREDIT_CRUMB = 2048 }; /* samples: less is not worth a frame */

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
    unsigned stillborn;      /* workers in a row that ended before the voice was open */
    bool proved;             /* this worker has brought something new */
    struct loop_timer timer; /* to start again, to give up opening, or to unload */
    struct loop_call dispatch;
};

struct pool {
    struct queue *queue;
    struct station *stations;
    uint32_t last_stream;
};

static void station_start(struct station *station);

/* --- runs and streams ------------------------------------------------------------------------- */

static uint64_t run_progress(const struct run *run)
{
    return run->generator ? run->request->text_size : run->request->received;
}

/* The text of the run, and whether all of it is there. */
static const char *run_source(const struct run *run, size_t *ret_size, bool *ret_ended)
{
    const struct request *request = run->request;

    *ret_size = run->generator ? request->prompt_size : request->text_size;
    *ret_ended = run->generator ? request->prompt_ended : request->text_ended;
    return run->generator ? request->prompt : request->text;
}

static unsigned weight_of(const struct request *request)
{
    static const unsigned weights[] = {[PRIORITY_IMPORTANT] = 16,
                                       [PRIORITY_MESSAGE] = 8,
                                       [PRIORITY_TEXT] = 8,
                                       [PRIORITY_NOTIFICATION] = 4,
                                       [PRIORITY_PROGRESS] = 2};

    /* What is heard must not run dry. */
    return request_plays(request) ? 64 : weights[request->options.priority];
}

void run_text(struct run *run)
{
    struct station *station = run->station;
    size_t size, n;
    bool ended;
    const char *text;

    if (!station || !run->stream || run->end_sent)
        return;
    text = run_source(run, &size, &ended);
    while (run->sent < size && (n = worker_room(station->worker)) > 0) {
        if (n > size - run->sent)
            n = size - run->sent;
        worker_send(station->worker, FRAME_TEXT, run->stream, text + run->sent, n);
        run->sent += n;
    }
    if (run->sent == size && ended) {
        worker_send(station->worker, FRAME_TEXT_END, run->stream, NULL, 0);
        run->end_sent = true;
    }
}

/* Samples that may be under way beyond those that were granted. */
static uint64_t credit_due(const struct run *run)
{
    uint64_t room = sound_room(&run->request->sound) + run->skip_samples;
    uint64_t outstanding = run->granted - run->came;

    return room > outstanding ? room - outstanding : 0;
}

void run_credit(struct run *run)
{
    struct frame_number number = {.value = credit_due(run)};

    if (!run->station || !run->stream || run->generator || number.value < CREDIT_CRUMB)
        return;
    run->granted += number.value;
    worker_send(run->station->worker, FRAME_CREDIT, run->stream, &number, sizeof number);
}

/* Where the stream begins: at the last sentence that began, or for a language model at the
 * beginning; what is known from there on will be dropped. SSML is read from its beginning. */
static void find_restart(struct run *run)
{
    const struct request *request = run->request;

    run->base_text = run->generator ? 0 : request->restart_text;
    run->base_position = run->generator ? 0 : request->restart_position;
    run->skip_samples = run->generator ? 0 : request->received - request->restart_position;
    run->skip_events = run->generator ? 0 : request->restart_events;
    run->skip_bytes = run->generator ? request->text_size : 0;
    run->progress_at_start = run_progress(run);
    run->sent = run->base_text;
    run->end_sent = false;
    run->came = 0;
}

static void begin_stream(struct station *station, struct run *run)
{
    const struct request_options *options = &run->request->options;
    struct frame_start start = {
        .rate = options->rate,
        .pitch = options->pitch,
        .volume = options->volume,
        .seed = options->seed,
        .text_format = options->flags & REQUEST_SSML ? SORI_TEXT_SSML : SORI_TEXT_PLAIN,
        .reading = options->reading,
        .punctuation = options->punctuation,
        .capitals = options->capitals,
        .weight = weight_of(run->request),
        .temperature = options->temperature,
        .max_tokens = options->max_tokens,
        .system_size = run->generator ? (uint32_t)run->request->system_size : 0,
    };

    find_restart(run);
    run->granted = 0;
    start.credit = (uint32_t)credit_due(run);
    run->granted = start.credit;
    if (++station->pool->last_stream == 0)
        station->pool->last_stream = 1;
    run->stream = station->pool->last_stream;
    worker_send(station->worker, FRAME_START, run->stream, &start, sizeof start);
    run_text(run);
}

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
            begin_stream(station, run);
    }
    watch(station);
}

static void unlink_run(struct run *run)
{
    struct station *station = run->station;

    if (run->previous)
        run->previous->next = run->next;
    else
        station->first = run->next;
    if (run->next)
        run->next->previous = run->previous;
    else
        station->last = run->previous;
    run->previous = run->next = NULL;
    run->station = NULL;
    run->stream = 0;
}

static void link_run(struct station *station, struct run *run)
{
    run->station = station;
    run->stream = 0;
    run->next = NULL;
    run->previous = station->last;
    if (station->last)
        station->last->next = run;
    else
        station->first = run;
    station->last = run;
}

/* --- loading and unloading -------------------------------------------------------------------- */

static void station_free(struct station *station)
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
static void rest(struct station *station)
{
    struct queue *queue = station->pool->queue;

    station->used_ms = loop_time(queue->loop);
    if (!station->first && queue->config->unload > 0)
        set_timer(station, unload, (uint64_t)(queue->config->unload * 1000));
}

/* Makes a place: stops the station that was not used for longest. */
static void make_room(struct pool *pool)
{
    struct station *oldest = NULL;
    unsigned n = 0;

    for (struct station *station = pool->stations; station; station = station->next) {
        n++;
        if (!station->first && (!oldest || station->used_ms < oldest->used_ms))
            oldest = station;
    }
    if (n >= pool->queue->config->loaded_voices && oldest)
        station_free(oldest);
}

/* All its runs end with an error, and so does it: the next request tries anew. */
static void station_fail(struct station *station, int error, const char *message)
{
    struct run *run;

    while ((run = station->first)) {
        unlink_run(run);
        request_run_ended(run, error, message);
    }
    station_free(station);
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
    station->stillborn = 0;
    station->sample_rate = told.sample_rate;
    for (struct run *run = station->first; run; run = next) {
        next = run->next;
        request_opened(run, told.sample_rate);
    }
    loop_defer(station->pool->queue->loop, &station->dispatch);
    if (!station->first)
        rest(station);
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
        unlink_run(run);
        run->suspect = false;
        request_run_ended(run, told.result, message);
    }
    loop_defer(station->pool->queue->loop, &station->dispatch);
    rest(station);
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

/* Whether the run can have been at work: one that waits for credit computes nothing. */
static bool was_at_work(const struct run *run, const struct worker_death *death)
{
    if (death->stream)
        return run->stream == death->stream;
    return run->stream && (run->generator || run->granted > run->came);
}

/* Kills in quick succession count once: they may leave no time for any progress. */
static bool charge_kill(struct run *run, uint64_t now)
{
    if (run->kills && now - run->killed_ms < RESPAWN_MIN_MS)
        return false;
    run->killed_ms = now;
    return ++run->kills >= KILLS_MAX;
}

/* Counts against the run. True when that was once too often. */
static bool charge(struct run *run, const struct worker_death *death)
{
    if (run_progress(run) > run->progress_at_start) {
        run->deaths = run->kills = 0;
        run->station->proved = true;
    }
    if (death->outside)
        return charge_kill(run, loop_time(run->station->pool->queue->loop));
    run->suspect = true;
    return ++run->deaths >= DEATHS_MAX;
}

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
        bool guilty = was_at_work(run, death) && charge(run, death);
        next = run->next;
        run->stream = 0;
        if (guilty) {
            unlink_run(run);
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
        fprintf(stderr, "sorid: %s\n", message);
        if (worker_may_start_later(r))
            set_timer(station, start_again, RESPAWN_MIN_MS);
        else
            station_fail(station, r, message);
        return;
    }
    queue->figures.worker_starts++;
    set_timer(station, opening_failed, WORKER_OPEN_MS);
}

/* While it waits to start again, a timer does that; while it is loading, it is being started. */
static void wake(struct station *station)
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

static int station_find(struct pool *pool, const struct voice_info *voice, bool model,
                        struct station **ret_station)
{
    struct station *station = pool->stations;

    while (station && (strcmp(station->id, voice->id) || station->model != model))
        station = station->next;
    if (!station) {
        make_room(pool);
        station = calloc(1, sizeof *station);
        if (!station)
            return -ENOMEM;
        station->pool = pool;
        station->model = model;
        station->timer.opaque = station->dispatch.opaque = station;
        station->dispatch.call = dispatch;
        station->id = strdup(voice->id);
        station->path = strdup(voice->path);
        station->next = pool->stations;
        pool->stations = station;
        if (!station->id || !station->path) {
            station_free(station);
            return -ENOMEM;
        }
    }
    *ret_station = station;
    return 0;
}

int run_start(struct run *run, struct pool *pool, const struct voice_info *voice)
{
    struct station *station;
    int r = station_find(pool, voice, run->generator, &station);

    if (r < 0)
        return r;
    link_run(station, run);
    if (station->open)
        request_opened(run, station->sample_rate);
    wake(station);
    return 0;
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
    unlink_run(run);
    loop_defer(station->pool->queue->loop, &station->dispatch);
    if (station->worker && station->open)
        rest(station);
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
