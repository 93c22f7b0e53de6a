/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/settings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/*
 * The defaults suit a small model that speaks: little chance, so that it keeps to the point, and a
 * penalty against the loops that small models fall into.
 */
static const struct llm_settings defaults = {
    .max_tokens = 256,
    .sampler = {.temperature = 0.3f,
                .top_k = 40,
                .top_p = 0.95f,
                .min_p = 0.05f,
                .repeat_penalty = 1.1f,
                .repeat_last = 128},
};

static const char default_system[] =
    "You are a helpful assistant that speaks. Answer in a few short, plain sentences.";

static const char *const prompts[] = {"chat", "raw", NULL};
static const char *const tasks[] = {
    [LLM_GENERATE] = "generate", [LLM_TOKENS] = "tokens", [LLM_BENCH] = "bench", NULL};

struct row {
    const char *key;
    double min, max;
    uint32_t *ret_whole; /* one of these two, or */
    float *ret_real;
    char **ret_text; /* this, or */
    const char *const *words;
    uint32_t *ret_word; /* the place among the words */
};

static int set_number(const struct sori_host *host, const struct row *row, const char *text)
{
    char *end;
    double value;

    errno = 0;
    value = strtod(text, &end);
    if (end == text || *end || errno || !(value >= row->min && value <= row->max))
        return host->error(host, -EINVAL, "%s is '%s', not a number from %g to %g", row->key, text,
                           row->min, row->max);
    if (row->ret_real) {
        *row->ret_real = (float)value;
        return 0;
    }
    if (value != floor(value))
        return host->error(host, -EINVAL, "%s is '%s', not a whole number", row->key, text);
    *row->ret_whole = (uint32_t)value;
    return 0;
}

static int set_word(const struct sori_host *host, const struct row *row, const char *text)
{
    for (uint32_t i = 0; row->words[i]; i++)
        if (!strcmp(row->words[i], text)) {
            *row->ret_word = i;
            return 0;
        }
    return host->error(host, -EINVAL, "%s is '%s', not %s, %s%s%s", row->key, text, row->words[0],
                       row->words[1], row->words[2] ? " or " : "",
                       row->words[2] ? row->words[2] : "");
}

static int set_text(const struct sori_host *host, char **to, const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        return host->error(host, -ENOMEM, "out of memory");
    free(*to);
    *to = copy;
    return 0;
}

static int add_stop(const struct sori_host *host, struct llm_settings *settings, const char *text)
{
    size_t most = sizeof settings->stops / sizeof *settings->stops, size = strlen(text);
    int r;

    if (settings->n_stops == most || !size || size > WRITTEN_MAX_STOP_SIZE)
        return host->error(host, -EINVAL, "at most %zu stops of 1 to %d bytes are possible", most,
                           WRITTEN_MAX_STOP_SIZE);
    r = set_text(host, &settings->stops[settings->n_stops], text);
    if (r >= 0)
        settings->n_stops++;
    return r;
}

static int set(const struct sori_host *host, struct llm_settings *settings, const char *key,
               const char *value)
{
    struct sampler_settings *sampler = &settings->sampler;
    uint32_t task = settings->task;
    const struct row rows[] = {
        {.key = "model", .ret_text = &settings->model},
        {.key = "template", .ret_text = &settings->template_name},
        {.key = "system", .ret_text = &settings->system},
        {.key = "prompt", .words = prompts, .ret_word = &settings->raw},
        {.key = "task", .words = tasks, .ret_word = &task},
        {"threads", 1, THREADS_MAX, .ret_whole = &settings->threads},
        {"context", 64, LLM_MAX_CONTEXT, .ret_whole = &settings->context},
        {"max-tokens", 1, LLM_MAX_ANSWER, .ret_whole = &settings->max_tokens},
        {"ignore-end", 0, 1, .ret_whole = &settings->ignore_end},
        {"temperature", 0, TEMPERATURE_MAX, .ret_real = &sampler->temperature},
        {"top-k", 0, SAMPLER_CANDIDATES, .ret_whole = &sampler->top_k},
        {"top-p", 0, 1, .ret_real = &sampler->top_p},
        {"min-p", 0, 1, .ret_real = &sampler->min_p},
        {"repeat-penalty", 0.1, 10, .ret_real = &sampler->repeat_penalty},
        {"repeat-last", 0, SAMPLER_MAX_LAST, .ret_whole = &sampler->repeat_last},
    };
    int r;

    if (!strcmp(key, "stop"))
        return add_stop(host, settings, value);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].key, key))
            continue;
        if (rows[i].ret_text)
            return set_text(host, rows[i].ret_text, value);
        r = rows[i].words ? set_word(host, &rows[i], value) : set_number(host, &rows[i], value);
        settings->task = (enum llm_task)task;
        return r;
    }
    return host->error(host, -EINVAL,
                       "unknown setting '%s' (known: model, template, system, prompt, task, "
                       "threads, context, max-tokens, ignore-end, stop, temperature, top-k, "
                       "top-p, min-p, repeat-penalty, repeat-last)",
                       key);
}

int llm_settings_read(const struct sori_host *host, const struct sori_setting *settings,
                      size_t n_settings, struct llm_settings *ret_settings)
{
    struct llm_settings result = defaults;
    int r = set_text(host, &result.system, default_system);

    for (size_t i = 0; i < n_settings && r >= 0; i++)
        r = set(host, &result, settings[i].key, settings[i].value);
    if (r >= 0 && (!result.model || !*result.model))
        r = host->error(host, -EINVAL, "the setting model=FILE is missing");
    if (r < 0) {
        llm_settings_free(&result);
        return r;
    }
    *ret_settings = result;
    return 0;
}

void llm_settings_free(struct llm_settings *settings)
{
    free(settings->model);
    free(settings->template_name);
    free(settings->system);
    for (size_t i = 0; i < settings->n_stops; i++)
        free(settings->stops[i]);
    *settings = (struct llm_settings){0};
}
