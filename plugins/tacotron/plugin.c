/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acoustic model: phonemes to mel frames, by a Transformer encoder and an autoregressive
 * Transformer decoder whose alignment follows from predicted lengths. Files in reading order:
 * text.h, encoder.c, decoder.c, postnet.c, stream.c.
 *
 * Settings: model=FILE (GGUF of architecture sori-tacotron).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "tacotron/stream.h"

struct tacotron_model {
    const struct sori_host *host;
    struct gguf *gguf;
    struct tacotron_config config;
    struct tacotron_weights weights;
    uint64_t parameters;
};

static void tacotron_unload(void *opaque)
{
    struct tacotron_model *model = opaque;
    if (!model)
        return;
    tacotron_weights_free(&model->weights);
    gguf_free(model->gguf);
    free(model);
}

DEFINE_CLEANUP(tacotron_model, struct tacotron_model *, tacotron_unload)

static int read_settings(const struct sori_host *host, const struct sori_setting *settings,
                         size_t n_settings, const char **ret_file)
{
    const char *file = NULL;

    for (size_t i = 0; i < n_settings; i++) {
        if (strcmp(settings[i].key, "model"))
            return host->error(host, -EINVAL, "unknown setting '%s' (known: model)",
                               settings[i].key);
        file = settings[i].value;
    }
    if (!file || !*file)
        return host->error(host, -EINVAL, "the setting model=FILE is missing");
    *ret_file = file;
    return 0;
}

static int read_model(struct tacotron_model *model, struct sori_span file, const char *name)
{
    struct gguf_error error = {0};
    int r = gguf_open(file, &model->gguf, &error);

    if (r >= 0)
        r = tacotron_config_read(model->gguf, &model->config, &error);
    if (r >= 0)
        r = tacotron_weights_bind(model->gguf, &model->config, &model->weights, &error);
    if (r < 0)
        return model->host->error(model->host, r == -ENOENT || r == -ERANGE ? -EBADMSG : r,
                                  "%s: %s", name, error.message);
    model->parameters = gguf_parameters(model->gguf);
    return 0;
}

static int tacotron_load(const struct sori_host *host, const struct sori_setting *settings,
                         size_t n_settings, void **ret_model)
{
    _cleanup_(cleanup_tacotron_model) struct tacotron_model *model = calloc(1, sizeof *model);
    struct sori_span file;
    const char *name = "";
    int r;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    r = read_settings(host, settings, n_settings, &name);
    if (r >= 0)
        r = host->map(host, name, &file);
    if (r >= 0)
        r = read_model(model, file, name);
    if (r < 0)
        return r;
    *ret_model = steal(model);
    return 0;
}

static int tacotron_describe(const void *opaque, struct sori_stage_info *ret_info)
{
    const struct tacotron_model *model = opaque;
    const struct tacotron_config *config = &model->config;

    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_PHONEMES},
        .output = {.media = SORI_MEDIA_MEL,
                   .sample_rate = config->sample_rate,
                   .channels = config->mels,
                   .hop_length = config->hop_length,
                   .n_fft = config->n_fft,
                   .f_min = config->f_min,
                   .f_max = config->f_max},
        .parameters = model->parameters,
    };
    return 0;
}

static int tacotron_stage_begin(void *opaque, const struct sori_stream_params *params,
                                void **ret_stream)
{
    const struct tacotron_model *model = opaque;
    const struct sori_host *host = model->host;
    struct tacotron_stream *stream;
    int r;

    if (params->input.media != SORI_MEDIA_PHONEMES)
        return host->error(host, -EINVAL, "the input must be phonemes");
    if (!(params->rate >= RATE_MIN && params->rate <= RATE_MAX))
        return host->error(host, -EINVAL, "rate %g is not from %g to %g", params->rate, RATE_MIN,
                           RATE_MAX);
    r = tacotron_stream_new(host, &model->config, &model->weights, params, &stream);
    if (r < 0)
        return host->error(host, r, "out of memory");
    *ret_stream = stream;
    return 0;
}

static bool is_cancelled(const struct tacotron_stream *stream)
{
    return atomic_load(&stream->cancelled);
}

static int tacotron_feed(void *opaque, const struct sori_block *block)
{
    struct tacotron_stream *stream = opaque;
    int r;

    if (is_cancelled(stream))
        return -ECANCELED;
    r = tacotron_stream_feed(stream, block);
    return r < 0 ? stream->host->error(stream->host, r, "out of memory") : r;
}

static int tacotron_drain(void *opaque, struct sori_block *ret_block)
{
    struct tacotron_stream *stream = opaque;

    if (is_cancelled(stream))
        return -ECANCELED;
    return tacotron_stream_drain(stream, ret_block);
}

static void tacotron_cancel(void *opaque)
{
    struct tacotron_stream *stream = opaque;
    atomic_store(&stream->cancelled, true);
}

static void tacotron_end(void *opaque)
{
    tacotron_stream_free(opaque);
}

static const struct sori_stage tacotron_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof tacotron_stage,
    .kind = SORI_STAGE_ACOUSTIC,
    .name = "tacotron",
    .summary = "Transformer acoustic model, phonemes to mel frames",
    .licence = "Apache-2.0",
    .load = tacotron_load,
    .unload = tacotron_unload,
    .describe = tacotron_describe,
    .begin = tacotron_stage_begin,
    .feed = tacotron_feed,
    .drain = tacotron_drain,
    .cancel = tacotron_cancel,
    .end = tacotron_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &tacotron_stage : NULL;
}
