/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sori/types.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/player.h"
#include "daemon/request-private.h"
#include "daemon/station.h"
#include "worker/error.h"

void request_options_init(struct request_options *options)
{
    *options = (struct request_options){
        .kind = REQUEST_SPEAK, .priority = PRIORITY_TEXT, .volume = -1, .temperature = -1};
}

const char *request_outcome_name(enum request_outcome outcome)
{
    static const char *const names[] = {[REQUEST_DONE] = "done",
                                        [REQUEST_CANCELLED] = "cancelled",
                                        [REQUEST_INTERRUPTED] = "interrupted",
                                        [REQUEST_FAILED] = "error"};

    return outcome >= REQUEST_DONE && outcome <= REQUEST_FAILED ? names[outcome] : NULL;
}

/* --- what a front end may ask ----------------------------------------------------------------- */

uint32_t request_id(const struct request *request)
{
    return request->id;
}

enum request_kind request_kind(const struct request *request)
{
    return request->options.kind;
}

unsigned request_flags(const struct request *request)
{
    return request->options.flags;
}

struct client *request_client(const struct request *request)
{
    return request->client;
}

const char *request_voice(const struct request *request)
{
    return request->voice ? request->voice : "";
}

const char *request_text(const struct request *request, size_t *ret_size)
{
    *ret_size = request->text_size;
    return request->text ? request->text : "";
}

bool request_plays(const struct request *request)
{
    return request->options.flags & REQUEST_PLAY;
}

bool request_gives_audio(const struct request *request)
{
    return request->options.flags & REQUEST_AUDIO;
}

bool request_is_complete(const struct request *request)
{
    return request->speak.done;
}

static bool is_spoken(const struct request *request)
{
    return request_plays(request) || request_gives_audio(request);
}

/* --- text ------------------------------------------------------------------------------------- */

int request_add_text(struct request *request, const char *text, size_t size)
{
    if (size > TEXT_MAX_SIZE - request->text_size)
        return fail(-EMSGSIZE, "the text is longer than %u bytes", TEXT_MAX_SIZE);
    if (size > request->text_capacity - request->text_size) {
        size_t capacity = 2 * (request->text_size + size);
        char *grown;
        if (capacity > TEXT_MAX_SIZE)
            capacity = TEXT_MAX_SIZE;
        grown = realloc(request->text, capacity);
        if (!grown)
            return fail(-ENOMEM, "out of memory");
        request->text = grown;
        request->text_capacity = capacity;
    }
    if (size)
        memcpy(request->text + request->text_size, text, size);
    request->text_size += size;
    return 0;
}

int request_append(struct request *request, const char *text, size_t size)
{
    int r;

    if (request->state == REQUEST_ENDING)
        return 0;
    if (!(request->options.flags & REQUEST_OPEN) || request->text_ended ||
        request->options.kind != REQUEST_SPEAK)
        return fail(-EINVAL, "the text of this request was ended");
    r = request_add_text(request, text, size);
    if (r >= 0)
        run_text(&request->speak);
    return r;
}

void request_end_text(struct request *request)
{
    if (request->options.kind == REQUEST_ASK || request->state == REQUEST_ENDING)
        return;
    request->text_ended = true;
    run_text(&request->speak);
}

/* --- the end ---------------------------------------------------------------------------------- */

void request_free(struct request *request)
{
    if (!request)
        return;
    loop_call_cancel(&request->pump);
    loop_call_cancel(&request->finish);
    sound_clear(&request->sound);
    free(request->voice);
    free(request->model);
    free(request->prompt);
    free(request->text);
    free((char *)request->options.language);
    free((char *)request->options.system);
    free(request);
}

void request_finish(struct request *request, enum request_outcome outcome, const char *message)
{
    struct queue *queue = request->queue;

    if (request->state == REQUEST_ENDING)
        return;
    request->state = REQUEST_ENDING;
    request->outcome = outcome;
    snprintf(request->message, sizeof request->message, "%s", message ? message : "");
    run_stop(&request->speak);
    run_stop(&request->generate);
    if (queue->heard == request) {
        queue->heard = NULL;
        player_release(queue->player, request);
    }
    loop_call_cancel(&request->pump);
    loop_defer(queue->loop, &request->finish);
}

void request_fail(struct request *request, const char *message)
{
    request_finish(request, REQUEST_FAILED, message);
}

void request_cancel(struct request *request)
{
    request_finish(request, REQUEST_CANCELLED, NULL);
}

/* Everything that was asked for has happened. */
static void finish_if_done(struct request *request)
{
    if (!request->speak.done || request->state == REQUEST_ENDING)
        return;
    if (request_gives_audio(request) &&
        (request->given < request->received || sound_event(&request->sound)))
        return;
    if (request_plays(request) && !request->heard_all)
        return;
    request_finish(request, REQUEST_DONE, NULL);
}

/* --- to the front end ------------------------------------------------------------------------- */

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
    if (request->state != REQUEST_ENDING)
        release(request);
}

void request_heard_all(struct request *request)
{
    request->heard_all = true;
    request_heard(request, request->received);
    if (!request_gives_audio(request))
        tell_events(request, UINT64_MAX);
    finish_if_done(request);
}

/* --- from the worker -------------------------------------------------------------------------- */

void request_opened(struct run *run, unsigned sample_rate)
{
    struct request *request = run->request;

    if (run->generator)
        return;
    if (!sample_rate) {
        request_fail(request, "the voice gives no sound");
        return;
    }
    request->sample_rate = sample_rate;
    request_pump(request);
}

static int add_samples(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    const unsigned char *samples = frame->payload;
    size_t n = frame->size / sizeof(int16_t), skipped;

    run->came += n;
    if (run->came > run->granted)
        return -EBADMSG;
    skipped = n < run->skip_samples ? n : (size_t)run->skip_samples;
    run->skip_samples -= skipped;
    samples += skipped * sizeof(int16_t);
    n -= skipped;
    if (n > sound_room(&request->sound))
        return -EBADMSG;
    sound_add(&request->sound, samples, n);
    request->received += n;
    if (n)
        request_pump(request);
    if (n && queue_hears(request))
        player_feed(request->queue->player);
    return 0;
}

static size_t text_offset(const struct run *run, size_t offset)
{
    const struct request *request = run->request;

    return offset > request->text_size - run->base_text ? request->text_size
                                                        : run->base_text + offset;
}

static int add_event(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    struct frame_event told;
    struct request_event event;

    memcpy(&told, frame->payload, sizeof told);
    if (told.type < SORI_EVENT_SENTENCE || told.type > SORI_EVENT_MARK)
        return -EBADMSG;
    if (run->skip_events) {
        run->skip_events--;
        return 0;
    }
    event = (struct request_event){
        .type = (enum request_event_type)told.type,
        .position = run->base_position + told.position,
        .text_start = text_offset(run, told.text_start),
        .text_end = text_offset(run, told.text_end),
    };
    if (event.position < request->received)
        event.position = request->received; /* its moment has passed; the order counts */
    if (event.type == REQUEST_EVENT_SENTENCE && !(request->options.flags & REQUEST_SSML)) {
        request->restart_text = event.text_start;
        request->restart_position = event.position;
        request->restart_events = 0;
    }
    request->restart_events++;
    /* More than fit: thousands of marks without a sound between them. Those that fit count. */
    sound_add_event(&request->sound, &event, (const char *)frame->payload + sizeof told,
                    frame->size - sizeof told);
    request_pump(request);
    return 0;
}

static int add_answer(struct run *run, const struct frame *frame)
{
    struct request *request = run->request;
    const char *text = (const char *)frame->payload;
    size_t size = frame->size, skipped = size < run->skip_bytes ? size : run->skip_bytes;

    run->skip_bytes -= skipped;
    text += skipped;
    size -= skipped;
    if (!size)
        return 0;
    if (request_add_text(request, text, size) < 0) { /* long enough; it is said to here */
        run_stop(run);
        request_run_ended(run, 0, NULL);
        return 0;
    }
    if (request->events && request->events->text)
        request->events->text(request->opaque, request, text, size);
    run_text(&request->speak);
    return 0;
}

int request_frame(struct run *run, const struct frame *frame)
{
    if (frame->type == FRAME_AUDIO && !run->generator)
        return add_samples(run, frame);
    if (frame->type == FRAME_EVENT && !run->generator)
        return add_event(run, frame);
    if (frame->type == FRAME_TEXT && run->generator)
        return add_answer(run, frame);
    return -EBADMSG;
}

void request_run_ended(struct run *run, int result, const char *message)
{
    struct request *request = run->request;

    run->done = true;
    if (result < 0) {
        request_fail(request, message && *message ? message : strerror(-result));
        return;
    }
    if (run->generator) {
        request->text_ended = true;
        run_text(&request->speak);
        if (!is_spoken(request))
            request_finish(request, REQUEST_DONE, NULL);
        return;
    }
    request_pump(request);
    if (queue_hears(request))
        player_feed(request->queue->player);
    queue_schedule(request->queue);
}

/* --- the beginning ---------------------------------------------------------------------------- */

static int begin_run(struct run *run, const struct voice_info *voice, const char *what)
{
    char message[160];
    int r;

    if (!voice) {
        snprintf(message, sizeof message, "the %s is not there any more", what);
        request_fail(run->request, message);
        return -ENOENT;
    }
    r = run_start(run, run->request->queue->pool, voice);
    if (r < 0)
        request_fail(run->request, "out of memory");
    return r;
}

int request_begin(struct request *request)
{
    const struct voices *voices = request->queue->voices;
    int r = 0;

    request->begun = true;
    request->state = request->started ? REQUEST_SPEAKING : REQUEST_RUNNING;
    request->client->served = ++request->queue->turns;
    if (is_spoken(request) && !request->sound.ring && sound_init(&request->sound) < 0) {
        request_fail(request, "out of memory");
        return -ENOMEM;
    }
    if (request->options.kind == REQUEST_ASK && !request->generate.done)
        r = begin_run(&request->generate, models_find(voices, request->model), "language model");
    if (r >= 0 && is_spoken(request) && !request->speak.done)
        r = begin_run(&request->speak, voices_find(voices, request->voice), "voice");
    pump(request);
    return r;
}

void request_make_calls(struct request *request, void (*finish)(void *opaque))
{
    request->pump = (struct loop_call){.call = pump, .opaque = request};
    request->finish = (struct loop_call){.call = finish, .opaque = request};
}
