/* SPDX-License-Identifier: Apache-2.0 */
/* What a request tells its front end, and when it is over. */
#include "base/limits.h"
#include "daemon/player.h"
#include "daemon/request-private.h"
#include "daemon/station.h"

/* Everything that was asked for has happened. */
static void finish_if_done(struct request *request)
{
    if (!request->speak.done || request->state == REQUEST_ENDING)
        return;
    if (request_gives_audio(request) &&
        (request->given < request->received || sound_event(&request->sound)))
        return;
    if (request_sounds(request))
        return;
    if (request->unread)
        request_fail(request, "it was spoken, but its sound was not read in time and was given up");
    else
        request_finish(request, REQUEST_DONE, NULL);
}

void request_start(struct request *request)
{
    if (request->started)
        return;
    request->started = true;
    request->state = REQUEST_SPEAKING;
    if (request->events && request->events->started)
        request->events->started(request->opaque, request, request->sample_rate);
}

static void tell_event(struct request *request, const struct sound_event *told)
{
    struct request_event event = told->event;

    event.name = event.type == REQUEST_EVENT_MARK ? told->name : NULL;
    if (event.type == REQUEST_EVENT_SENTENCE && event.text_start > request->spoken) {
        request->spoken = event.text_start;
        if (request->events && request->events->progress)
            request->events->progress(request->opaque, request, request->spoken,
                                      request->text_size);
    }
    if (request->events && request->events->event)
        request->events->event(request->opaque, request, &event);
}

/* Events up to and including that position. */
static void tell_events(struct request *request, uint64_t position)
{
    const struct sound_event *next;

    while (request->state != REQUEST_ENDING && (next = sound_event(&request->sound)) &&
           next->event.position <= position) {
        struct sound_event told = *next;
        sound_pop_event(&request->sound);
        tell_event(request, &told);
    }
}

/* Samples up to the next event. False when the front end has had enough. */
static bool give_samples(struct request *request)
{
    const struct sound_event *next = sound_event(&request->sound);
    const int16_t *samples;
    size_t n = sound_at(&request->sound, request->given, &samples), taken = n;

    if (next && next->event.position - request->given < n)
        n = (size_t)(next->event.position - request->given);
    if (!n)
        return false;
    taken = n;
    request->ready = false;
    if (request->events && request->events->audio)
        taken = request->events->audio(request->opaque, request, samples, n);
    if (taken > n)
        taken = n;
    request->given += taken;
    request->blocked = taken < n && !request->ready; /* it may have said so meanwhile */
    return !request->blocked;
}

static void give(struct request *request)
{
    bool more = true;

    while (more && request->state != REQUEST_ENDING && !request->blocked) {
        tell_events(request, request->given);
        more = request->state != REQUEST_ENDING && give_samples(request);
    }
    /* Those behind the last sample. */
    if (request->speak.done && request->given == request->received)
        tell_events(request, UINT64_MAX);
}

/* What nobody needs any more makes room. */
static void release(struct request *request)
{
    uint64_t until = UINT64_MAX;

    if (request_gives_audio(request))
        until = request->given;
    if (request_plays(request) && request->heard < until)
        until = request->heard;
    sound_release(&request->sound, until);
    run_credit(&request->speak);
}

/* --- who does not read ------------------------------------------------------------------------ */

/* The loudspeaker has come to the end of what there is, and no more can come because the front end
 * does not take what it was offered. */
static bool starves(const struct request *request)
{
    return queue_hears(request) && request->blocked && !request->speak.done &&
           !request->queue->paused && sound_room(&request->sound) < CREDIT_CRUMB &&
           request->heard + CREDIT_CRUMB > request->received;
}

/* One that wants to be heard and read is heard: the reader gets no more. */
static void give_up_reader(struct request *request)
{
    request->options.flags &= ~(unsigned)REQUEST_AUDIO;
    request->unread = true;
    request->blocked = false;
    tell_events(request, request->heard);
    if (request->state != REQUEST_ENDING)
        release(request);
}

/* Counts the time that the loudspeaker has waited for the reader: a reader that takes a little now
 * and then stalls it too. */
static void watch_reader(void *opaque)
{
    struct request *request = opaque;
    uint64_t now = loop_time(request->queue->loop);

    if (request->starves_since)
        request->starved_ms += now - request->starves_since;
    request->starves_since = 0;
    loop_timer_stop(&request->reader_watch);
    if (!starves(request))
        return;
    if (request->starved_ms >= READER_MAX_WAIT_MS) {
        give_up_reader(request);
        return;
    }
    request->starves_since = now;
    loop_timer_start(request->queue->loop, &request->reader_watch,
                     READER_MAX_WAIT_MS - request->starved_ms);
}

/* --- whenever something has changed ----------------------------------------------------------- */

static void pump(void *opaque)
{
    struct request *request = opaque;
    bool was_blocked = request->blocked;

    if (request_gives_audio(request) && request->sample_rate &&
        (request->received || request->speak.done)) {
        request_start(request);
        give(request);
    }
    if (request->state == REQUEST_ENDING)
        return;
    release(request);
    watch_reader(request);
    finish_if_done(request);
    if (was_blocked != request->blocked)
        queue_schedule(request->queue);
}

void request_pump(struct request *request)
{
    if (request->state != REQUEST_ENDING)
        loop_defer(request->queue->loop, &request->pump);
}

void request_audio_ready(struct request *request)
{
    request->blocked = false;
    request->ready = true;
    request_pump(request);
}

void request_heard(struct request *request, uint64_t position)
{
    if (request->state == REQUEST_ENDING || position < request->heard)
        return;
    request->heard = position < request->received ? position : request->received;
    if (!request_gives_audio(request))
        tell_events(request, request->heard);
    if (request->state == REQUEST_ENDING)
        return;
    release(request);
    watch_reader(request);
}

/* Its reader may take longer, but not the loudspeaker with it. */
void request_heard_all(struct request *request)
{
    struct queue *queue = request->queue;

    request->heard_all = true;
    request_heard(request, request->received);
    if (!request_gives_audio(request))
        tell_events(request, UINT64_MAX);
    finish_if_done(request);
    if (queue->heard == request) {
        queue->heard = NULL;
        player_release(queue->player, request);
        queue_schedule(queue);
    }
}

void request_make_front(struct request *request)
{
    request->pump = (struct loop_call){.call = pump, .opaque = request};
    request->reader_watch = (struct loop_timer){.call = watch_reader, .opaque = request};
}
