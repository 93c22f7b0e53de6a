/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/voice-choice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/station.h"
#include "worker/error.h"

/* Told once, not for each request. */
static void warn(struct queue *queue, const char *trouble, const struct voice_info *instead)
{
    char warning[sizeof queue->warning];

    snprintf(warning, sizeof warning, "%.300s; '%.60s' speaks instead", trouble, instead->id);
    if (!strcmp(warning, queue->warning))
        return;
    memcpy(queue->warning, warning, sizeof warning);
    fprintf(stderr, "sorid: %s\n", warning);
}

/* That of the settings, else the first one. */
static const struct voice_info *usual_voice(struct queue *queue)
{
    const struct voice_info *voice = voices_find(queue->voices, queue->config->voice);
    char trouble[120];

    if (voice)
        return voice;
    voice = voices_get(queue->voices, 0);
    if (!voice) {
        fail(-ENOENT, "no voices are installed");
        return NULL;
    }
    snprintf(trouble, sizeof trouble, "there is no voice '%.60s'", queue->config->voice);
    warn(queue, trouble, voice);
    return voice;
}

const struct voice_info *voice_choose(struct queue *queue, const struct request_options *options)
{
    const struct voice_info *voice = NULL;

    if (options->voice && *options->voice) {
        voice = voices_find(queue->voices, options->voice);
        if (!voice)
            fail(-ENOENT, "there is no voice '%.60s'", options->voice);
        return voice;
    }
    if (options->language && *options->language)
        voice =
            voices_for_language(queue->voices, options->language, queue->config->voice, NULL, NULL);
    return voice ? voice : usual_voice(queue);
}

static bool is_doubtful(const void *pool, const struct voice_info *voice)
{
    return pool_doubts(pool, voice);
}

/* Of the language that was asked for, or of the voice that failed, if there is one; else any. */
static const struct voice_info *another_voice(const struct request *request)
{
    const struct queue *queue = request->queue;
    const struct voice_info *failed = voices_find(queue->voices, request->voice), *voice = NULL;
    const char *asked = request->options.language;
    const char *language = asked ? asked : failed ? failed->language : "";

    if (*language)
        voice = voices_for_language(queue->voices, language, queue->config->voice, is_doubtful,
                                    queue->pool);
    for (size_t i = 0; !voice && i < voices_count(queue->voices); i++)
        if (!pool_doubts(queue->pool, voices_get(queue->voices, i)))
            voice = voices_get(queue->voices, i);
    return voice && (!failed || strcmp(voice->id, failed->id)) ? voice : NULL;
}

bool voice_choose_again(struct request *request, const char *why)
{
    const struct voice_info *voice;
    char trouble[320], *id;

    if (request->voice_named || request->started || request->received ||
        request->voices_tried > VOICES_MAX_TRIES)
        return false;
    snprintf(trouble, sizeof trouble, "the voice '%.60s' does not load: %.200s", request->voice,
             why);
    voice = another_voice(request);
    id = voice ? strdup(voice->id) : NULL;
    if (!id)
        return false;
    warn(request->queue, trouble, voice);
    free(request->voice);
    request->voice = id;
    request->voices_tried++;
    return true;
}

void voice_chosen_well(struct request *request)
{
    struct queue *queue = request->queue;

    if (!request->voices_tried && !strcmp(request->voice, queue->config->voice))
        *queue->warning = 0;
}
