/* SPDX-License-Identifier: Apache-2.0 */
/* speaking.h: the options that say which voice speaks and how, shared by several commands */
#ifndef CLIENT_SPEAKING_H
#define CLIENT_SPEAKING_H

#include <stdint.h>

#include "client/options.h"
#include "client/settings.h"
#include "worker/pipeline.h"

enum { MAX_SETS = 16 };

struct speaking {
    const char *voice;
    const char *vocoder;        /* PLUGIN KEY=VALUE ..., or NULL for the voice's own */
    const char *sets[MAX_SETS]; /* STAGE.KEY=VALUE */
    size_t n_sets;
    unsigned threads;
    double rate, pitch, volume;
    uint64_t seed;
    uint32_t text_format, reading, punctuation, capitals; /* as in struct sori_stream_params */
    unsigned given; /* of the voice, rate, pitch and volume, those that are the user's choice */
};

enum {
    GIVEN_VOICE = 1u << 0,
    GIVEN_RATE = 1u << 1,
    GIVEN_PITCH = 1u << 2,
    GIVEN_VOLUME = 1u << 3,
};

#define SPEAKING_DEFAULTS                                                                          \
    {                                                                                              \
        .voice = "heart", .threads = 1, .rate = 1, .pitch = 1, .volume = 1                         \
    }

/* Rows of the option table; struct speaking is the first member of the command's options. */
#define SPEAKING_ROWS                                                                              \
    {'v', "voice", "NAME", "voice, a name or a path with a slash", speaking_set_voice},            \
        {0, "vocoder", "SPEC", "another vocoder for the voice, such as griffinlim",                \
         speaking_set_vocoder},                                                                    \
        {0, "set", "STAGE.KEY=VALUE", "change a setting of a stage of the voice",                  \
         speaking_set_set},                                                                        \
        {'t', "threads", "N", "compute threads [1]", speaking_set_threads},                        \
        {0, "rate", "FACTOR", "speaking rate, 0.1 to 10", speaking_set_rate},                      \
        {'s', "speed", "WPM", "the same in words a minute, 18 to 1750 [175]", speaking_set_speed}, \
        {0, "pitch", "FACTOR", "pitch, 0.5 to 2", speaking_set_pitch},                             \
        {'p', "pitch-level", "N", "the same from 0 to 99 [50]", speaking_set_level},               \
        {0, "volume", "FACTOR", "volume, 0 to 4", speaking_set_volume},                            \
        {'a', "amplitude", "N", "the same from 0 to 200 [100]", speaking_set_amplitude},           \
    {                                                                                              \
        0, "seed", "N", "seed of all random choices", speaking_set_seed                            \
    }

/* Rows of those commands whose text is a person's. */
#define READING_ROWS                                                                               \
    {0, "ssml", NULL, "the text is SSML", speaking_set_ssml},                                      \
        {0, "reading", "NAME", "read as text, spelling, character or key [text]",                  \
         speaking_set_reading},                                                                    \
        {0, "punctuation", "LEVEL", "name natural, none, some, most or all [natural]",             \
         speaking_set_punctuation},                                                                \
    {                                                                                              \
        0, "capitals", "NAME", "tell capitals: none, spelled or icon [none]",                      \
            speaking_set_capitals                                                                  \
    }

int speaking_set_ssml(void *options, const char *unused);
int speaking_set_reading(void *options, const char *argument);
int speaking_set_punctuation(void *options, const char *argument);
int speaking_set_capitals(void *options, const char *argument);
int speaking_set_voice(void *options, const char *argument);
int speaking_set_vocoder(void *options, const char *argument);
int speaking_set_set(void *options, const char *argument);
int speaking_set_threads(void *options, const char *argument);
int speaking_set_rate(void *options, const char *argument);
int speaking_set_speed(void *options, const char *argument);
int speaking_set_pitch(void *options, const char *argument);
int speaking_set_level(void *options, const char *argument);
int speaking_set_volume(void *options, const char *argument);
int speaking_set_amplitude(void *options, const char *argument);
int speaking_set_seed(void *options, const char *argument);

/* Takes what was not given from the settings, whose strings must live as long. */
void speaking_settle(struct speaking *speaking, const struct config *config);

/* A request that is spoken so; the rest of it is the command's. */
struct speech speaking_speech(const struct speaking *speaking);

/* The same with what was not given left to the daemon, as in struct remote_order. */
struct speaking speaking_for_daemon(const struct speaking *speaking);

/* Finds the voice, with the changes that the options make. Negative errno with fail_message(). */
int speaking_voice(const struct speaking *speaking, struct voice **ret_voice);

/* Finds and loads it, up to the stage `role_limit` if that is not NULL. */
int speaking_open(const struct speaking *speaking, const char *role_limit,
                  struct pipeline **ret_pipeline);

#endif
