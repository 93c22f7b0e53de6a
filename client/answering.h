/* SPDX-License-Identifier: Apache-2.0 */
/* answering.h: the options that say which language model answers and how, shared by commands */
#ifndef CLIENT_ANSWERING_H
#define CLIENT_ANSWERING_H

#include "client/speaking.h"

/* With the model those that a stage may have; a stop may come several times. */
enum { ANSWERING_MAX_SETTINGS = STAGE_MAX_SETTINGS - 1 };

/* First member of the command's options; `speaking` in turn is its first. */
struct answering {
    struct speaking speaking;
    const char *model;
    struct sori_setting settings[ANSWERING_MAX_SETTINGS]; /* for the stage, which checks them */
    size_t n_settings;
    char *path; /* of the model, once found */
    char temperature[32], max_tokens[16];
};

#define ANSWERING_DEFAULTS                                                                         \
    {                                                                                              \
        .speaking = SPEAKING_DEFAULTS                                                              \
    }

#define ANSWERING_ROWS                                                                             \
    {'m', "model", "MODEL", "language model, a name or a GGUF file", answering_set_model},         \
        {0, "temperature", "X", "0: always the likeliest word; more: variety",                     \
         answering_set_temperature},                                                               \
        {'n', "max-tokens", "N", "length of an answer, in tokens", answering_set_max_tokens},      \
        {0, "top-k", "N", "only the N likeliest tokens, 0: all", answering_set_top_k},             \
        {0, "top-p", "X", "only the likeliest that make up X", answering_set_top_p},               \
        {0, "min-p", "X", "only those X times as likely as the first", answering_set_min_p},       \
        {0, "repeat-penalty", "X", "against repetition, 1: none", answering_set_repeat_penalty},   \
        {0, "context", "N", "tokens that the model can look back on", answering_set_context},      \
        {0, "system", "TEXT", "what the model is told first", answering_set_system},               \
        {0, "template", "NAME", "family of its chat template, instead of the file's",              \
         answering_set_template},                                                                  \
    {                                                                                              \
        0, "stop", "TEXT", "end an answer before this text; may be repeated", answering_set_stop   \
    }

int answering_set_model(void *options, const char *argument);
int answering_set_temperature(void *options, const char *argument);
int answering_set_max_tokens(void *options, const char *argument);
int answering_set_top_k(void *options, const char *argument);
int answering_set_top_p(void *options, const char *argument);
int answering_set_min_p(void *options, const char *argument);
int answering_set_repeat_penalty(void *options, const char *argument);
int answering_set_context(void *options, const char *argument);
int answering_set_system(void *options, const char *argument);
int answering_set_template(void *options, const char *argument);
int answering_set_stop(void *options, const char *argument);

/* Sets a setting of the stage, instead of what was set before. -EINVAL: too many. */
int answering_set(struct answering *answering, const char *key, const char *value);

/* As speaking_settle(), with the part of it. -EINVAL: too many settings. */
int answering_settle(struct answering *answering, const struct config *config);

/*
 * Loads the model; `spoken`: with the voice behind it, else its text comes out. Negative errno with
 * fail_message(); answering_clear() frees what it needs besides.
 */
int answering_open(struct answering *answering, bool spoken, struct pipeline **ret_pipeline);
void answering_clear(struct answering *answering);

#endif
