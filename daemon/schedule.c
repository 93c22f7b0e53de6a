/* SPDX-License-Identifier: Apache-2.0 */
/* Which requests run, and which one is heard. */
#include "base/limits.h"
#include "daemon/player.h"
#include "daemon/request-private.h"
#include "daemon/station.h"

bool queue_hears(const struct request *request)
{
    return request->queue->heard == request;
}

static bool waits_to_be_heard(const struct request *request)
{
    return request_sounds(request) && request->state != REQUEST_ENDING && !queue_hears(request);
}

/* The most important of those that wait for the loudspeaker, the first of equals; a held one only
 * when there is no other. */
static struct request *next_to_be_heard(const struct queue *queue)
{
    struct request *best = NULL;

    for (struct request *request = queue->first; request; request = request->next) {
        if (!waits_to_be_heard(request))
            continue;
        if (!best || (best->held && !request->held) ||
            (best->held == request->held && request->options.priority < best->options.priority))
            best = request;
    }
    return best;
}

/* One is heard; the next one is made ready once that one has been synthesised. */
static void schedule_loudspeaker(struct queue *queue)
{
    struct request *next = next_to_be_heard(queue);

    if (!queue->heard && next) {
        queue->heard = next;
        if (next->held) /* the last of a row is not to be lost any more */
            next->options.priority = PRIORITY_MESSAGE;
        next->held = false;
        if (next->begun || request_begin(next) >= 0)
            player_play(queue->player, next);
        request_pump(next);
    } else if (next && !next->begun && !next->held && request_is_complete(queue->heard)) {
        request_begin(next);
    }
}

struct load {
    unsigned busy, begun;    /* audio-only requests under way: those that are not blocked; all */
    struct request *blocked; /* one of those that are */
};

static struct load measure(const struct queue *queue)
{
    struct load load = {0};

    for (struct request *request = queue->first; request; request = request->next) {
        bool blocked = request->blocked && !request->speak.done;
        if (request_plays(request) || !request->begun || request->state == REQUEST_ENDING ||
            request->speak.done)
            continue;
        load.begun++;
        load.busy += !blocked;
        if (blocked && !load.blocked)
            load.blocked = request;
    }
    return load;
}

static bool is_before(const struct request *a, const struct request *b)
{
    if (a->options.priority != b->options.priority)
        return a->options.priority < b->options.priority;
    return a->client->served < b->client->served;
}

/* A parked one may go on when its front end has taken what there was. */
static bool may_begin(const struct request *request)
{
    if (request_plays(request) || request->begun || request->state == REQUEST_ENDING)
        return false;
    return !request->parked || (!request->blocked && request->given == request->received);
}

static struct request *next_to_begin(const struct queue *queue)
{
    struct request *best = NULL;

    for (struct request *request = queue->first; request; request = request->next)
        if (may_begin(request) && (!best || is_before(request, best)))
            best = request;
    return best;
}

/*
 * A front end that takes nothing (a client that pauses) must not keep others out: it does not
 * count, and when all streams are taken by such, one of them is parked: its stream ends, and it
 * begins anew at its last sentence when it is wanted.
 */
static void park(struct request *request)
{
    run_stop(&request->speak);
    run_stop(&request->generate);
    request->begun = false;
    request->parked = true;
}

static void schedule_audio(struct queue *queue)
{
    /* Some streams are left for what is heard and what is heard next. */
    const unsigned streams = STREAMS_MAX - 3;
    struct request *next;

    while ((next = next_to_begin(queue))) {
        struct load load = measure(queue);
        if (load.busy >= queue->config->concurrent)
            return;
        if (load.begun >= streams && !load.blocked)
            return;
        if (load.begun >= streams)
            park(load.blocked);
        next->parked = false;
        request_begin(next);
    }
}

static void schedule(void *opaque)
{
    struct queue *queue = opaque;

    schedule_loudspeaker(queue);
    schedule_audio(queue);
}

void queue_schedule(struct queue *queue)
{
    loop_defer(queue->loop, &queue->schedule);
}

void queue_make_schedule(struct queue *queue)
{
    queue->schedule = (struct loop_call){.call = schedule, .opaque = queue};
}
