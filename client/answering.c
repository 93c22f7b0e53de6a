/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answering.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/model-find.h"

DEFINE_CLEANUP(voice, struct voice *, voice_free)

/* Beside what was set before. */
static int add(struct answering *answering, const char *key, const char *value)
{
    if (answering->n_settings == ANSWERING_MAX_SETTINGS)
        return fail(-EINVAL, "more than %d settings", ANSWERING_MAX_SETTINGS);
    answering->settings[answering->n_settings++] = (struct sori_setting){key, value};
    return 0;
}

int answering_set(struct answering *answering, const char *key, const char *value)
{
    for (size_t i = 0; i < answering->n_settings; i++)
        if (!strcmp(answering->settings[i].key, key)) {
            answering->settings[i].value = value;
            return 0;
        }
    return add(answering, key, value);
}

int answering_set_model(void *options, const char *argument)
{
    ((struct answering *)options)->model = argument;
    return *argument ? 0 : fail(-EINVAL, "the name is empty");
}

/* A number is looked at here, so that the message names the option. */
static int set_number(void *options, const char *key, const char *argument, double max)
{
    double number;
    int r = parse_number(argument, 0, max, &number);

    return r < 0 ? r : answering_set(options, key, argument);
}

int answering_set_temperature(void *options, const char *argument)
{
    return set_number(options, "temperature", argument, TEMPERATURE_MAX);
}

int answering_set_max_tokens(void *options, const char *argument)
{
    return set_number(options, "max-tokens", argument, LLM_MAX_ANSWER);
}

int answering_set_top_k(void *options, const char *argument)
{
    return set_number(options, "top-k", argument, TOKENIZER_MAX_TOKENS);
}

int answering_set_top_p(void *options, const char *argument)
{
    return set_number(options, "top-p", argument, 1);
}

int answering_set_min_p(void *options, const char *argument)
{
    return set_number(options, "min-p", argument, 1);
}

int answering_set_repeat_penalty(void *options, const char *argument)
{
    return set_number(options, "repeat-penalty", argument, 10);
}

int answering_set_context(void *options, const char *argument)
{
    return set_number(options, "context", argument, LLM_MAX_CONTEXT);
}

int answering_set_system(void *options, const char *argument)
{
    return answering_set(options, "system", argument);
}

int answering_set_template(void *options, const char *argument)
{
    return *argument ? answering_set(options, "template", argument)
                     : fail(-EINVAL, "the name is empty");
}

int answering_set_stop(void *options, const char *argument)
{
    return *argument ? add(options, "stop", argument) : fail(-EINVAL, "the text is empty");
}

static bool is_set(const struct answering *answering, const char *key)
{
    for (size_t i = 0; i < answering->n_settings; i++)
        if (!strcmp(answering->settings[i].key, key))
            return true;
    return false;
}

int answering_settle(struct answering *answering, const struct config *config)
{
    const struct sori_setting settings[] = {{"system", config->system},
                                            {"temperature", answering->temperature},
                                            {"max-tokens", answering->max_tokens}};
    int r = 0;

    speaking_settle(&answering->speaking, config);
    if (!answering->model && *config->model)
        answering->model = config->model;
    snprintf(answering->temperature, sizeof answering->temperature, "%g", config->temperature);
    snprintf(answering->max_tokens, sizeof answering->max_tokens, "%u", config->max_tokens);
    for (size_t i = 0; r >= 0 && i < sizeof settings / sizeof *settings; i++)
        if (*settings[i].value && !is_set(answering, settings[i].key))
            r = add(answering, settings[i].key, settings[i].value);
    return r;
}

int answering_open(struct answering *answering, bool spoken, struct pipeline **ret_pipeline)
{
    _cleanup_(cleanup_voice) struct voice *voice = NULL;
    struct stage_spec front[2] = {
        {.role = (char *)"generator", .plugin = (char *)"llm"},
        {.role = (char *)"filter", .plugin = (char *)"speakable"},
    };
    int r = answering->path ? 0 : model_find(answering->model, &answering->path);

    if (r >= 0 && spoken)
        r = speaking_voice(&answering->speaking, &voice);
    if (r < 0)
        return r;
    front[0].settings[front[0].n_settings++] = (struct sori_setting){"model", answering->path};
    for (size_t i = 0; i < answering->n_settings; i++)
        front[0].settings[front[0].n_settings++] = answering->settings[i];
    r = pipeline_open_behind(front, spoken ? 2 : 1, voice, NULL, answering->speaking.threads,
                             ret_pipeline);
    return r;
}

void answering_clear(struct answering *answering)
{
    free(answering->path);
    answering->path = NULL;
}
