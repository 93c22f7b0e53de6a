/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speaking.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "client/suggest.h"
#include "worker/error.h"

DEFINE_CLEANUP(voice, struct voice *, voice_free)

/* What espeak-ng calls normal. */
#define NORMAL_WPM 175.0

int speaking_set_voice(void *options, const char *argument)
{
    struct speaking *speaking = options;

    speaking->voice = argument;
    speaking->given |= GIVEN_VOICE;
    return 0;
}

int speaking_set_vocoder(void *options, const char *argument)
{
    ((struct speaking *)options)->vocoder = argument;
    return 0;
}

int speaking_set_set(void *options, const char *argument)
{
    struct speaking *speaking = options;
    const char *equals = strchr(argument, '='), *dot = strchr(argument, '.');

    if (!equals || !dot || dot > equals)
        return fail(-EINVAL, "'%.60s' is not STAGE.KEY=VALUE", argument);
    if (speaking->n_sets == MAX_SETS)
        return fail(-EINVAL, "given more than %d times", MAX_SETS);
    speaking->sets[speaking->n_sets++] = argument;
    return 0;
}

int speaking_set_threads(void *options, const char *argument)
{
    double number;
    int r = parse_number(argument, 1, 64, &number);

    if (r >= 0)
        ((struct speaking *)options)->threads = (unsigned)number;
    return r;
}

/* A choice that was made, perhaps in another unit. */
static int give(void *options, unsigned what, double *field, double value)
{
    *field = value;
    ((struct speaking *)options)->given |= what;
    return 0;
}

int speaking_set_rate(void *options, const char *argument)
{
    double rate;
    int r = parse_number(argument, RATE_MIN, RATE_MAX, &rate);

    return r < 0 ? r : give(options, GIVEN_RATE, &((struct speaking *)options)->rate, rate);
}

int speaking_set_speed(void *options, const char *argument)
{
    double wpm;
    int r = parse_number(argument, ceil(NORMAL_WPM * RATE_MIN), NORMAL_WPM * RATE_MAX, &wpm);

    return r < 0 ? r
                 : give(options, GIVEN_RATE, &((struct speaking *)options)->rate, wpm / NORMAL_WPM);
}

int speaking_set_pitch(void *options, const char *argument)
{
    double pitch;
    int r = parse_number(argument, PITCH_MIN, PITCH_MAX, &pitch);

    return r < 0 ? r : give(options, GIVEN_PITCH, &((struct speaking *)options)->pitch, pitch);
}

/* 50 is the voice's own pitch, each 50 steps an octave. */
int speaking_set_level(void *options, const char *argument)
{
    double level;
    int r = parse_number(argument, 0, 99, &level);

    return r < 0 ? r
                 : give(options, GIVEN_PITCH, &((struct speaking *)options)->pitch,
                        exp2((level - 50) / 50));
}

int speaking_set_volume(void *options, const char *argument)
{
    double volume;
    int r = parse_number(argument, 0, VOLUME_MAX, &volume);

    return r < 0 ? r : give(options, GIVEN_VOLUME, &((struct speaking *)options)->volume, volume);
}

int speaking_set_amplitude(void *options, const char *argument)
{
    double amplitude;
    int r = parse_number(argument, 0, 200, &amplitude);

    return r < 0 ? r
                 : give(options, GIVEN_VOLUME, &((struct speaking *)options)->volume,
                        amplitude / 100);
}

int speaking_set_seed(void *options, const char *argument)
{
    char *end;
    unsigned long long seed;

    errno = 0;
    seed = strtoull(argument, &end, 0);
    if (errno || *end || !isdigit((unsigned char)*argument))
        return fail(-EINVAL, "'%.60s' is not a whole number below 2^64", argument);
    ((struct speaking *)options)->seed = seed;
    return 0;
}

int speaking_set_ssml(void *options, const char *unused)
{
    ((struct speaking *)options)->text_format = SORI_TEXT_SSML;
    return 0;
}

/* The place of `name` in the list, which ends with NULL. */
static int set_name(const char *const *names, const char *name, uint32_t *ret_value)
{
    for (uint32_t i = 0; names[i]; i++)
        if (!strcmp(names[i], name)) {
            *ret_value = i;
            return 0;
        }
    return fail(-EINVAL, "there is no '%.60s'", name);
}

int speaking_set_reading(void *options, const char *argument)
{
    static const char *const names[] = {"text", "spelling", "character", "key", NULL};

    return set_name(names, argument, &((struct speaking *)options)->reading);
}

int speaking_set_punctuation(void *options, const char *argument)
{
    static const char *const names[] = {"natural", "none", "some", "most", "all", NULL};

    return set_name(names, argument, &((struct speaking *)options)->punctuation);
}

int speaking_set_capitals(void *options, const char *argument)
{
    static const char *const names[] = {"none", "spelled", "icon", NULL};

    return set_name(names, argument, &((struct speaking *)options)->capitals);
}

void speaking_settle(struct speaking *speaking, const struct config *config)
{
    if (!(speaking->given & GIVEN_VOICE))
        speaking->voice = config->voice;
    if (!(speaking->given & GIVEN_RATE))
        speaking->rate = config->rate;
    if (!(speaking->given & GIVEN_PITCH))
        speaking->pitch = config->pitch;
    if (!(speaking->given & GIVEN_VOLUME))
        speaking->volume = config->volume;
    if (!speaking->seed)
        speaking->seed = config->seed;
}

struct speech speaking_speech(const struct speaking *speaking)
{
    return (struct speech){
        .rate = speaking->rate,
        .pitch = speaking->pitch,
        .volume = speaking->volume,
        .seed = speaking->seed,
        .text_format = speaking->text_format,
        .reading = speaking->reading,
        .punctuation = speaking->punctuation,
        .capitals = speaking->capitals,
    };
}

struct speaking speaking_for_daemon(const struct speaking *speaking)
{
    struct speaking left = *speaking;

    if (!(left.given & GIVEN_VOICE))
        left.voice = NULL;
    if (!(left.given & GIVEN_RATE))
        left.rate = 0;
    if (!(left.given & GIVEN_PITCH))
        left.pitch = 0;
    if (!(left.given & GIVEN_VOLUME))
        left.volume = -1;
    return left;
}

static int offer_voice(void *opaque, const struct voice *voice)
{
    suggest_offer(opaque, voice->id);
    return 0;
}

/* Adds the nearest name to the list of voices that voice_find() has put into the message. */
static int suggest_voice(const char *name)
{
    struct suggestion suggestion;
    char message[512];

    snprintf(message, sizeof message, "%s", fail_message());
    suggest_start(&suggestion, name);
    if (voice_each(offer_voice, &suggestion) < 0 || !*suggestion.best)
        return fail(-ENOENT, "%s", message);
    return fail(-ENOENT, "%s; did you mean '%s'?", message, suggestion.best);
}

static int take_path(void *opaque, const struct voice *voice)
{
    char **path = opaque;

    *path = strdup(voice->path);
    return *path ? 1 : fail(-ENOMEM, "out of memory");
}

/* The first one there is: nobody has asked for the one that is missing. */
static int any_voice(const char *missing, struct voice **ret_voice)
{
    _cleanup_free_ char *path = NULL;
    int r = voice_each(take_path, &path);

    if (r == 0)
        return fail(-ENOENT, "no voice '%.60s': no voices are installed", missing);
    r = r < 0 ? r : voice_read(path, ret_voice);
    if (r >= 0)
        fprintf(stderr, "sori: no voice '%.60s': '%s' speaks instead\n", missing, (*ret_voice)->id);
    return r;
}

int speaking_voice(const struct speaking *speaking, struct voice **ret_voice)
{
    _cleanup_(cleanup_voice) struct voice *voice = NULL;
    int r = voice_find(speaking->voice, &voice);

    if (r == -ENOENT && !(speaking->given & GIVEN_VOICE))
        r = any_voice(speaking->voice, &voice);
    else if (r == -ENOENT && !strchr(speaking->voice, '/'))
        return suggest_voice(speaking->voice);
    if (r >= 0 && speaking->vocoder)
        r = voice_replace(voice, "vocoder", speaking->vocoder);
    for (size_t i = 0; r >= 0 && i < speaking->n_sets; i++) {
        const char *equals = strchr(speaking->sets[i], '=');
        _cleanup_free_ char *name =
            strndup(speaking->sets[i], (size_t)(equals - speaking->sets[i]));
        r = name ? voice_set(voice, name, equals + 1) : fail(-ENOMEM, "out of memory");
    }
    if (r < 0)
        return r;
    *ret_voice = steal(voice);
    return 0;
}

int speaking_open(const struct speaking *speaking, const char *role_limit,
                  struct pipeline **ret_pipeline)
{
    _cleanup_(cleanup_voice) struct voice *voice = NULL;
    int r = speaking_voice(speaking, &voice);

    return r < 0 ? r : pipeline_open(voice, role_limit, speaking->threads, ret_pipeline);
}
