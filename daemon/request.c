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
#include "daemon/voice-choice.h"
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

bool request_sounds(const struct request *request)
{
    return request_plays(request) && !request->heard_all;
}

bool request_gives_audio(const struct request *request)
{
    return request->options.flags & REQUEST_AUDIO;
}

bool request_is_complete(const struct request *request)
{
    return request->speak.done;
}

bool request_is_spoken(const struct request *request)
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
    loop_timer_stop(&request->reader_watch);
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
    loop_timer_stop(&request->reader_watch);
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

/* --- the beginning ---------------------------------------------------------------------------- */

static int begin_run(struct run *run, const struct voice_info *voice, const char *what)
{
    if (!voice)
        return fail(-ENOENT, "the %s is not there any more", what);
    return run_start(run, run->request->queue->pool, voice);
}

int request_begin_speaking(struct request *request)
{
    const struct voices *voices = request->queue->voices;
    int r = begin_run(&request->speak, voices_find(voices, request->voice), "voice");

    while (r < 0 && voice_choose_again(request, fail_message()))
        r = begin_run(&request->speak, voices_find(voices, request->voice), "voice");
    if (r < 0)
        request_fail(request, fail_message());
    return r;
}

static int begin_generating(struct request *request)
{
    const struct voices *voices = request->queue->voices;
    int r = begin_run(&request->generate, models_find(voices, request->model), "language model");

    if (r < 0)
        request_fail(request, fail_message());
    return r;
}

int request_begin(struct request *request)
{
    int r = 0;

    request->begun = true;
    request->state = request->started ? REQUEST_SPEAKING : REQUEST_RUNNING;
    request->client->served = ++request->queue->turns;
    if (request_is_spoken(request) && !request->sound.ring && sound_init(&request->sound) < 0) {
        request_fail(request, "out of memory");
        return -ENOMEM;
    }
    if (request->options.kind == REQUEST_ASK && !request->generate.done)
        r = begin_generating(request);
    if (r >= 0 && request_is_spoken(request) && !request->speak.done)
        r = request_begin_speaking(request);
    if (request->state != REQUEST_ENDING)
        request_pump(request);
    return r;
}

void request_make_calls(struct request *request, void (*finish)(void *opaque))
{
    request_make_front(request);
    request->finish = (struct loop_call){.call = finish, .opaque = request};
}
