/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/run.h"

#include <sori/stage.h>

#include "base/limits.h"
#include "daemon/station-private.h"
#include "daemon/station.h"

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

void run_begin(struct run *run)
{
    struct station *station = run->station;
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
/* --- its place in a station ------------------------------------------------------------------- */

void run_unlink(struct run *run)
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

void run_link(struct run *run, struct station *station)
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
/* --- who was it ------------------------------------------------------------------------------- */

bool run_was_at_work(const struct run *run, const struct worker_death *death)
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

bool run_charge(struct run *run, const struct worker_death *death)
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
