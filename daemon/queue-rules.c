/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/queue-rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/stage.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "daemon/player.h"
#include "daemon/voice-choice.h"
#include "worker/error.h"

DEFINE_CLEANUP(request, struct request *, request_free)

/* --- what a request must be ------------------------------------------------------------------- */

static bool in_range(double value, double min, double max)
{
    return value >= min && value <= max; /* false for NaN */
}

static int check_numbers(const struct request_options *options)
{
    if (options->rate != 0 && !in_range(options->rate, RATE_MIN, RATE_MAX))
        return fail(-EINVAL, "rate %g is not from %g to %g", options->rate, RATE_MIN, RATE_MAX);
    if (options->pitch != 0 && !in_range(options->pitch, PITCH_MIN, PITCH_MAX))
        return fail(-EINVAL, "pitch %g is not from %g to %g", options->pitch, PITCH_MIN, PITCH_MAX);
    if (!(options->volume < 0) && !in_range(options->volume, 0, VOLUME_MAX))
        return fail(-EINVAL, "volume %g is not from 0 to %g", options->volume, VOLUME_MAX);
    if (!(options->temperature < 0) && !in_range(options->temperature, 0, TEMPERATURE_MAX))
        return fail(-EINVAL, "temperature %g is not from 0 to %g", options->temperature,
                    TEMPERATURE_MAX);
    if (options->max_tokens > LLM_MAX_ANSWER)
        return fail(-EINVAL, "%u tokens are more than %u", options->max_tokens, LLM_MAX_ANSWER);
    return 0;
}

int rules_check_options(const struct request_options *options, const char *text, size_t size)
{
    bool open = options->flags & REQUEST_OPEN;
    size_t bad;

    if (!priority_name(options->priority))
        return fail(-EINVAL, "there is no priority %d", (int)options->priority);
    if (options->kind != REQUEST_SPEAK && options->kind != REQUEST_ASK)
        return fail(-EINVAL, "there is no request of kind %d", (int)options->kind);
    if (options->kind == REQUEST_SPEAK && !(options->flags & (REQUEST_PLAY | REQUEST_AUDIO)))
        return fail(-EINVAL, "the request neither sounds nor gives audio back");
    if (options->kind == REQUEST_ASK && open)
        return fail(-EINVAL, "a prompt has to be complete");
    if (options->reading > SORI_READ_KEY || options->punctuation > SORI_PUNCTUATION_ALL ||
        options->capitals > SORI_CAPITALS_ICON)
        return fail(-EINVAL, "there is no such way of reading");
    if (size > TEXT_MAX_SIZE)
        return fail(-EMSGSIZE, "the text is longer than %u bytes", TEXT_MAX_SIZE);
    if (!open && !utf8_is_valid(text, size, &bad))
        return fail(-EINVAL, "the text is not UTF-8 at byte %zu", bad);
    return check_numbers(options);
}

static const struct voice_info *choose_model(const struct queue *queue,
                                             const struct request_options *options)
{
    const char *name = options->model && *options->model ? options->model : queue->config->model;
    const struct voice_info *model =
        *name ? models_find(queue->voices, name) : models_get(queue->voices, 0);

    if (!model && *name)
        fail(-ENOENT, "there is no language model '%.60s'", name);
    else if (!model)
        fail(-ENOENT, "no language model is installed");
    return model;
}

static int copy_text(char **field, const char *text)
{
    if (!text || !*text)
        return 0;
    *field = strdup(text);
    return *field ? 0 : fail(-ENOMEM, "out of memory");
}

static void set_defaults(const struct config *config, struct request_options *options)
{
    if (options->rate == 0)
        options->rate = config->rate;
    if (options->pitch == 0)
        options->pitch = config->pitch;
    if (options->volume < 0)
        options->volume = config->volume;
    if (options->seed == 0)
        options->seed = config->seed;
    if (options->temperature < 0)
        options->temperature = config->temperature;
    if (options->max_tokens == 0)
        options->max_tokens = config->max_tokens;
}

static int take_prompt(struct request *request, const char *text, size_t size)
{
    const char *system = request->options.system;

    request->system_size = system ? strlen(system) : 0;
    request->prompt = malloc(request->system_size + size + 1);
    if (!request->prompt)
        return fail(-ENOMEM, "out of memory");
    if (system)
        memcpy(request->prompt, system, request->system_size);
    memcpy(request->prompt + request->system_size, text, size);
    request->prompt_size = request->system_size + size;
    request->prompt_ended = true;
    return 0;
}

static int fill_in(struct request *request, const struct request_options *options, const char *text,
                   size_t size)
{
    struct queue *queue = request->queue;
    const struct voice_info *voice = voice_choose(queue, options), *model = NULL;
    bool ask = options->kind == REQUEST_ASK;
    int r;

    if (voice && ask)
        model = choose_model(queue, options);
    if (!voice || (ask && !model))
        return -ENOENT;
    r = copy_text(&request->voice, voice->id);
    if (r >= 0 && model)
        r = copy_text(&request->model, model->id);
    if (r >= 0)
        r = copy_text((char **)&request->options.language, options->language);
    if (r >= 0)
        r = copy_text((char **)&request->options.system,
                      options->system ? options->system : queue->config->system);
    if (r >= 0)
        r = ask ? take_prompt(request, text, size) : request_add_text(request, text, size);
    return r;
}

int rules_make_request(struct queue *queue, const struct request_options *options, const char *text,
                       size_t size, struct request **ret_request)
{
    _cleanup_(cleanup_request) struct request *request = calloc(1, sizeof *request);
    int r;

    if (!request)
        return fail(-ENOMEM, "out of memory");
    request->queue = queue;
    request->options = *options;
    request->voice_named = options->voice && *options->voice;
    request->options.voice = request->options.model = NULL;
    request->options.language = request->options.system = NULL;
    set_defaults(queue->config, &request->options);
    request->state = REQUEST_WAITING;
    request->text_ended = options->kind == REQUEST_SPEAK && !(options->flags & REQUEST_OPEN);
    request->speak.request = request->generate.request = request;
    request->generate.generator = true;
    r = fill_in(request, options, text, size);
    if (r < 0)
        return r;
    *ret_request = steal(request);
    return 0;
}

/* --- whom it interrupts ----------------------------------------------------------------------- */

static bool competes(const struct request *other, const struct request *request)
{
    return other != request && request_sounds(other) && other->state != REQUEST_ENDING;
}

/* Ends all others of these priorities, whether they sound or wait, but for held ones. */
static void interrupt(struct queue *queue, const struct request *request, enum priority from,
                      enum priority to)
{
    for (struct request *other = queue->first; other; other = other->next)
        if (competes(other, request) && other->options.priority >= from &&
            other->options.priority <= to && !other->held)
            request_finish(other, REQUEST_INTERRUPTED, NULL);
}

/* Of a row of progress messages only the last one is held; none interrupts one that sounds. */
static void replace_held(struct queue *queue, const struct request *request)
{
    for (struct request *other = queue->first; other; other = other->next)
        if (competes(other, request) && other->held)
            request_finish(other, REQUEST_INTERRUPTED, NULL);
}

/* Whether another one sounds or waits that is not itself a progress message being held. */
static bool is_alone(const struct queue *queue, const struct request *request)
{
    for (const struct request *other = queue->first; other; other = other->next)
        if (competes(other, request) && !other->held)
            return false;
    return true;
}

/* Takes the loudspeaker from the one that is heard; messages come back to it. */
static void take_over(struct queue *queue)
{
    struct request *heard = queue->heard;

    if (!heard || heard->options.priority == PRIORITY_IMPORTANT)
        return;
    if (heard->options.priority == PRIORITY_MESSAGE) {
        queue->heard = NULL;
        player_release(queue->player, heard);
    } else {
        request_finish(heard, REQUEST_INTERRUPTED, NULL);
    }
}

void rules_apply(struct queue *queue, struct request *request)
{
    switch (request->options.priority) {
    case PRIORITY_IMPORTANT:
        take_over(queue);
        interrupt(queue, request, PRIORITY_NOTIFICATION, PRIORITY_PROGRESS);
        break;
    case PRIORITY_MESSAGE:
    case PRIORITY_TEXT:
        interrupt(queue, request, PRIORITY_TEXT, PRIORITY_PROGRESS);
        break;
    case PRIORITY_NOTIFICATION:
        interrupt(queue, request, PRIORITY_NOTIFICATION, PRIORITY_NOTIFICATION);
        if (!is_alone(queue, request))
            request_finish(request, REQUEST_INTERRUPTED, NULL);
        break;
    case PRIORITY_PROGRESS:
        replace_held(queue, request);
        request->held = !is_alone(queue, request);
        break;
    }
}
