/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/pipeline.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/rate.h"
#include "worker/ahead.h"
#include "worker/delivery.h"
#include "worker/error.h"
#include "worker/stage.h"

struct pipeline {
    struct stage *stages[CHAIN_MAX_STAGES]; /* of the voice, then the effect */
    size_t n_stages;
    size_t n_front;       /* of them come before the voice */
    struct stage *effect; /* tempo and pitch, loaded when first asked for */
    unsigned threads;
    struct sori_format format;
    pthread_mutex_t lock; /* of `effect`, against pipeline_cancel() */
    atomic_bool cancelled;

    /* the run under way */
    const struct speech *speech;
    struct stage *chain[CHAIN_MAX_STAGES + 1];
    size_t n_chain;
    struct ahead *ahead; /* where the front has a thread of its own */
    struct delivery delivery;
};

DEFINE_CLEANUP(pipeline, struct pipeline *, pipeline_close)

/* --- putting the chain together --------------------------------------------------------------- */

static bool differ(double a, double b)
{
    return a > 0 && b > 0 && a != b;
}

static bool formats_fit(const struct sori_format *out, const struct sori_format *in)
{
    return out->media == in->media && !differ(out->sample_rate, in->sample_rate) &&
           !differ(out->channels, in->channels) && !differ(out->hop_length, in->hop_length) &&
           !differ(out->n_fft, in->n_fft) && !differ((double)out->f_max, (double)in->f_max);
}

static int check_fit(const struct stage *before, const struct stage *stage)
{
    static const char *const media[] = {"nothing", "text", "phonemes", "mel frames", "samples"};
    const struct sori_format *in = &stage->info.input;
    const struct sori_format first = {.media = SORI_MEDIA_TEXT};
    const struct sori_format *out = before ? &before->info.output : &first;

    if (formats_fit(out, in))
        return 0;
    if (out->media != in->media && out->media < 5 && in->media < 5)
        return fail(-EINVAL, "%s takes %s, but %s gives %s", stage->plugin->stage->name,
                    media[in->media], before ? before->plugin->stage->name : "the request",
                    media[out->media]);
    return fail(-EINVAL, "%s and %s differ in sample rate, bands or hop length",
                before ? before->plugin->stage->name : "the request", stage->plugin->stage->name);
}

static int add_stage(struct pipeline *pipeline, const struct stage_spec *spec,
                     const struct voice *voice)
{
    struct stage **stage = &pipeline->stages[pipeline->n_stages];
    int r;

    if (pipeline->n_stages == CHAIN_MAX_STAGES)
        return fail(-EINVAL, "more than %d stages", CHAIN_MAX_STAGES);
    r = stage_load(spec, voice, pipeline->threads, stage);
    if (r < 0)
        return r;
    pipeline->n_stages++;
    r = check_fit(pipeline->n_stages > 1 ? stage[-1] : NULL, *stage);
    if (r < 0)
        return r;
    pipeline->format = (*stage)->info.output;
    return 0;
}

int pipeline_open_behind(const struct stage_spec *front, size_t n_front, const struct voice *voice,
                         const char *role_limit, unsigned threads, struct pipeline **ret_pipeline)
{
    _cleanup_(cleanup_pipeline) struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    int r = 0;

    if (!pipeline)
        return fail(-ENOMEM, "out of memory");
    pthread_mutex_init(&pipeline->lock, NULL);
    pipeline->threads = threads;
    for (size_t i = 0; i < n_front && r >= 0; i++)
        r = add_stage(pipeline, &front[i], NULL);
    if (r < 0)
        return r;
    pipeline->n_front = n_front;
    for (size_t i = 0; voice && i < voice->n_stages; i++) {
        r = add_stage(pipeline, &voice->chain[i], voice);
        if (r < 0)
            return fail_prefix(r, "voice '%s'", voice->id);
        if (role_limit && !strcmp(voice->chain[i].role, role_limit))
            break;
    }
    *ret_pipeline = steal(pipeline);
    return 0;
}

int pipeline_open(const struct voice *voice, const char *role_limit, unsigned threads,
                  struct pipeline **ret_pipeline)
{
    return pipeline_open_behind(NULL, 0, voice, role_limit, threads, ret_pipeline);
}

struct pipeline *pipeline_close(struct pipeline *pipeline)
{
    if (!pipeline)
        return NULL;
    stage_unload(pipeline->effect);
    while (pipeline->n_stages)
        stage_unload(pipeline->stages[--pipeline->n_stages]);
    pthread_mutex_destroy(&pipeline->lock);
    delivery_clear(&pipeline->delivery);
    free(pipeline);
    return NULL;
}

const struct sori_format *pipeline_format(const struct pipeline *pipeline)
{
    return &pipeline->format;
}

int pipeline_share(struct pipeline *pipeline, struct pipeline **ret_pipeline)
{
    _cleanup_(cleanup_pipeline) struct pipeline *shared = calloc(1, sizeof *shared);
    int r = 0;

    if (!shared)
        return fail(-ENOMEM, "out of memory");
    pthread_mutex_init(&shared->lock, NULL);
    shared->threads = pipeline->threads;
    shared->format = pipeline->format;
    for (size_t i = 0; r >= 0 && i < pipeline->n_stages; i++) {
        r = stage_share(pipeline->stages[i], &shared->stages[i]);
        shared->n_stages += r >= 0;
    }
    if (r >= 0 && pipeline->effect)
        r = stage_share(pipeline->effect, &shared->effect);
    if (r < 0)
        return r;
    shared->n_front = pipeline->n_front;
    *ret_pipeline = steal(shared);
    return 0;
}

/* --- one request ------------------------------------------------------------------------------ */

/* The effect stage, for what the voice cannot do itself: another pitch, and extreme rates. */
static int need_effect(struct pipeline *pipeline)
{
    struct stage_spec spec = {.role = (char *)"effect", .plugin = (char *)"sonic"};
    struct stage *stage;
    int r;

    if (pipeline->effect)
        return 0;
    r = stage_load(&spec, NULL, pipeline->threads, &stage);
    if (r < 0)
        return r;
    pthread_mutex_lock(&pipeline->lock);
    pipeline->effect = stage;
    pthread_mutex_unlock(&pipeline->lock);
    return check_fit(pipeline->stages[pipeline->n_stages - 1], stage);
}

void pipeline_prepare(struct pipeline *pipeline)
{
    if (pipeline->format.media == SORI_MEDIA_SAMPLES)
        need_effect(pipeline);
}

static bool in_range(double value, double min, double max)
{
    return value >= min && value <= max; /* false for NaN */
}

static int check_speech(const struct speech *speech)
{
    if (!in_range(speech->rate, RATE_MIN, RATE_MAX))
        return fail(-EINVAL, "rate %g is not from %g to %g", speech->rate, RATE_MIN, RATE_MAX);
    if (!in_range(speech->pitch, PITCH_MIN, PITCH_MAX))
        return fail(-EINVAL, "pitch %g is not from %g to %g", speech->pitch, PITCH_MIN, PITCH_MAX);
    if (!in_range(speech->volume, 0, VOLUME_MAX))
        return fail(-EINVAL, "volume %g is not from 0 to %g", speech->volume, VOLUME_MAX);
    return 0;
}

static void end_all(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->n_chain; i++)
        stage_end(pipeline->chain[i]);
}

/* How much of the rate the voice does itself: a synthesiser all, a model what it does well. */
static double voice_rate(const struct pipeline *pipeline)
{
    double rate = pipeline->speech->rate;

    if (pipeline->format.media != SORI_MEDIA_SAMPLES)
        return rate;
    for (size_t i = 0; i < pipeline->n_stages; i++)
        if (pipeline->stages[i]->plugin->stage->kind == SORI_STAGE_ACOUSTIC)
            return rate_of_voice(rate);
    return rate;
}

static int begin_all(struct pipeline *pipeline)
{
    const struct speech *speech = pipeline->speech;
    double rate = voice_rate(pipeline);
    struct sori_stream_params params = {
        .size = sizeof params,
        .input = {.media = SORI_MEDIA_TEXT},
        .rate = rate,
        .pitch = 1,
        .volume = 1,
        .seed = speech->seed,
        .text_format = speech->text_format,
        .reading = speech->reading,
        .punctuation = speech->punctuation,
        .capitals = speech->capitals,
        .max_tokens = speech->max_tokens,
        .temperature = speech->temperature,
    };
    int r = 0;

    pipeline->n_chain = 0;
    for (size_t i = 0; i < pipeline->n_stages; i++)
        pipeline->chain[pipeline->n_chain++] = pipeline->stages[i];
    if (pipeline->format.media == SORI_MEDIA_SAMPLES) {
        bool needed = speech->pitch != 1 || rate != speech->rate;
        /* Markup may change the pitch; most does not, and can be spoken without. */
        if (needed || speech->text_format == SORI_TEXT_SSML)
            r = need_effect(pipeline);
        if (r < 0 && needed)
            return r;
        r = 0;
        if (pipeline->effect && (needed || speech->text_format == SORI_TEXT_SSML))
            pipeline->chain[pipeline->n_chain++] = pipeline->effect;
    }
    for (size_t i = 0; r >= 0 && i < pipeline->n_chain; i++) {
        struct stage *stage = pipeline->chain[i];
        if (stage == pipeline->effect) {
            params.pitch = speech->pitch;
            params.rate = speech->rate / rate;
        }
        r = stage_begin(stage, &params);
        params.input = stage->info.output;
    }
    return r;
}

/* The text of the request. 0 or SORI_DONE. */
static int read_text(struct pipeline *pipeline, struct sori_block *ret_block)
{
    const struct speech *speech = pipeline->speech;
    struct sori_block block = {.media = SORI_MEDIA_TEXT};
    const char *text = NULL;
    int r;

    if (speech->read_block) {
        r = speech->read_block(speech->opaque, &block);
    } else {
        r = speech->read(speech->opaque, &text, &block.count);
        block.data = text;
    }
    if (r > 0)
        *ret_block = block;
    return r > 0 ? 0 : r == 0 ? SORI_DONE : r;
}

/* What stage i has ready. */
static int drain(struct pipeline *pipeline, size_t i, struct sori_block *ret_block)
{
    int r = atomic_load(&pipeline->cancelled) ? fail(-ECANCELED, "cancelled")
                                              : stage_drain(pipeline->chain[i], ret_block);

    if (r == 0 && i < pipeline->n_front && pipeline->speech->written)
        r = pipeline->speech->written(pipeline->speech->opaque, i, ret_block);
    return r;
}

/*
 * The next block of stage i: what it can give without more input, else fed with the next block of
 * the stage before, and so on up to the source of text. 0 or SORI_DONE.
 */
static int pull(struct pipeline *pipeline, size_t i, struct sori_block *ret_block)
{
    for (;;) {
        struct sori_block input = {.media = SORI_MEDIA_TEXT};
        int r = drain(pipeline, i, ret_block);
        if (r != SORI_MORE)
            return r;
        if (!i)
            r = read_text(pipeline, &input);
        else if (i == pipeline->n_front && pipeline->ahead)
            r = ahead_take(pipeline->ahead, &input);
        else
            r = pull(pipeline, i - 1, &input);
        if (r >= 0)
            r = stage_feed(pipeline->chain[i], r == SORI_DONE ? NULL : &input);
        if (r < 0)
            return r;
    }
}

static int pull_front(void *opaque, struct sori_block *ret_block)
{
    struct pipeline *pipeline = opaque;

    return pull(pipeline, pipeline->n_front - 1, ret_block);
}

/* A thread of its own for the stages before the voice. */
static int start_front(struct pipeline *pipeline)
{
    if (!pipeline->n_front || pipeline->n_front == pipeline->n_chain)
        return 0;
    return ahead_start(pull_front, pipeline, &pipeline->ahead);
}

/* After a failure behind it the front may still be at work. Keeps fail_message(). */
static void stop_front(struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline->ahead && i < pipeline->n_front; i++)
        stage_cancel(pipeline->chain[i]);
    pipeline->ahead = ahead_stop(pipeline->ahead);
}

int pipeline_run(struct pipeline *pipeline, const struct speech *speech)
{
    struct sori_block block = {0};
    int r = check_speech(speech);

    if (r < 0)
        return r;
    pipeline->speech = speech;
    delivery_begin(&pipeline->delivery, pipeline->format.sample_rate, speech->volume,
                   speech->capitals == SORI_CAPITALS_ICON, speech->write, speech->opaque);
    r = begin_all(pipeline);
    if (r >= 0)
        r = start_front(pipeline);
    while (r >= 0 && (r = pull(pipeline, pipeline->n_chain - 1, &block)) == 0)
        r = delivery_block(&pipeline->delivery, &block);
    if (r == SORI_DONE)
        r = delivery_end(&pipeline->delivery);
    stop_front(pipeline);
    end_all(pipeline);
    pipeline_uncancel(pipeline);
    pipeline->n_chain = 0;
    return r < 0 ? r : 0;
}

void pipeline_uncancel(struct pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->n_stages; i++)
        stage_reset(pipeline->stages[i]);
    if (pipeline->effect)
        stage_reset(pipeline->effect);
    atomic_store(&pipeline->cancelled, false);
}

void pipeline_cancel(struct pipeline *pipeline)
{
    atomic_store(&pipeline->cancelled, true);
    for (size_t i = 0; i < pipeline->n_stages; i++)
        stage_cancel(pipeline->stages[i]);
    pthread_mutex_lock(&pipeline->lock);
    if (pipeline->effect)
        stage_cancel(pipeline->effect);
    pthread_mutex_unlock(&pipeline->lock);
}
