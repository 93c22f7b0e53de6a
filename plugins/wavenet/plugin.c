/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vocoder: mel frames to samples, by an autoregressive WaveNet (gated dilated causal
 * convolutions) over the sub-bands of a filter bank. Files in reading order: infer.c, condition.c,
 * step.c, filterbank.h, noise.h, comb.h, pitch.h, stream.c.
 *
 * Settings: model=FILE (GGUF of architecture sori-wavenet), precision=f32|f16|int8 (of the matrices
 * in the inner loop, default int8), comb=on|off (the filter that the file asks for, default on).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "wavenet/stream.h"

struct wavenet_model {
    const struct sori_host *host;
    struct gguf *gguf;
    struct wavenet_config config;
    struct wavenet_weights weights;
    struct noise_table noise;
    uint64_t parameters;
};

static void wavenet_unload(void *opaque)
{
    struct wavenet_model *model = opaque;
    if (!model)
        return;
    wavenet_weights_free(&model->weights, &model->config);
    gguf_free(model->gguf);
    free(model);
}

DEFINE_CLEANUP(wavenet_model, struct wavenet_model *, wavenet_unload)

struct wavenet_settings {
    const char *file;
    enum wavenet_precision precision;
    bool comb;
};

static int read_precision(const struct sori_host *host, const char *value,
                          enum wavenet_precision *ret_precision)
{
    static const char *const names[] = {
        [WAVENET_F32] = "f32", [WAVENET_F16] = "f16", [WAVENET_INT8] = "int8"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(value, names[i])) {
            *ret_precision = (enum wavenet_precision)i;
            return 0;
        }
    return host->error(host, -EINVAL, "precision is '%s', not f32, f16 or int8", value);
}

static int read_comb(const struct sori_host *host, const char *value, bool *ret_comb)
{
    if (strcmp(value, "on") && strcmp(value, "off"))
        return host->error(host, -EINVAL, "comb is '%s', not on or off", value);
    *ret_comb = !strcmp(value, "on");
    return 0;
}

static int read_settings(const struct sori_host *host, const struct sori_setting *settings,
                         size_t n_settings, struct wavenet_settings *ret_settings)
{
    struct wavenet_settings result = {.precision = WAVENET_INT8, .comb = true};
    int r = 0;

    for (size_t i = 0; i < n_settings && r >= 0; i++) {
        if (!strcmp(settings[i].key, "model"))
            result.file = settings[i].value;
        else if (!strcmp(settings[i].key, "precision"))
            r = read_precision(host, settings[i].value, &result.precision);
        else if (!strcmp(settings[i].key, "comb"))
            r = read_comb(host, settings[i].value, &result.comb);
        else
            r = host->error(host, -EINVAL, "unknown setting '%s' (known: model, precision, comb)",
                            settings[i].key);
    }
    if (r >= 0 && (!result.file || !*result.file))
        r = host->error(host, -EINVAL, "the setting model=FILE is missing");
    if (r >= 0)
        *ret_settings = result;
    return r;
}

static int read_model(struct wavenet_model *model, struct sori_span file,
                      const struct wavenet_settings *settings)
{
    struct gguf_error error = {0};
    int r = gguf_open(file, &model->gguf, &error);

    if (r >= 0)
        r = wavenet_config_read(model->gguf, &model->config, &error);
    if (r >= 0)
        r = wavenet_weights_bind(model->gguf, &model->config, settings->precision, &model->weights,
                                 &error);
    if (r < 0)
        return model->host->error(model->host, r == -ENOENT || r == -ERANGE ? -EBADMSG : r,
                                  "%s: %s", settings->file, error.message);
    if (!settings->comb)
        model->config.comb = (struct comb_config){0};
    noise_table_init(&model->noise);
    model->parameters = gguf_parameters(model->gguf);
    return 0;
}

static int wavenet_load(const struct sori_host *host, const struct sori_setting *settings,
                        size_t n_settings, void **ret_model)
{
    _cleanup_(cleanup_wavenet_model) struct wavenet_model *model = calloc(1, sizeof *model);
    struct wavenet_settings chosen;
    struct sori_span file;
    int r;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    r = read_settings(host, settings, n_settings, &chosen);
    if (r >= 0)
        r = host->map(host, chosen.file, &file);
    if (r >= 0)
        r = read_model(model, file, &chosen);
    if (r < 0)
        return r;
    *ret_model = steal(model);
    return 0;
}

static int wavenet_describe(const void *opaque, struct sori_stage_info *ret_info)
{
    const struct wavenet_model *model = opaque;
    const struct wavenet_config *config = &model->config;

    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_MEL,
                  .sample_rate = config->sample_rate,
                  .channels = config->mels,
                  .hop_length = config->hop_length,
                  .n_fft = config->n_fft,
                  .f_min = config->f_min,
                  .f_max = config->f_max},
        .output = {.media = SORI_MEDIA_SAMPLES, .sample_rate = config->sample_rate, .channels = 1},
        .parameters = model->parameters,
    };
    return 0;
}

static int wavenet_stage_begin(void *opaque, const struct sori_stream_params *params,
                               void **ret_stream)
{
    const struct wavenet_model *model = opaque;
    const struct sori_host *host = model->host;
    const struct sori_format *input = &params->input;
    struct wavenet_stream *stream;
    int r;

    if (input->media != SORI_MEDIA_MEL ||
        (input->channels && input->channels != model->config.mels) ||
        (input->hop_length && input->hop_length != model->config.hop_length))
        return host->error(host, -EINVAL,
                           "the input must be mel frames of %u bands every %u samples",
                           model->config.mels, model->config.hop_length);
    r = wavenet_stream_new(host, &model->config, &model->weights, &model->noise, params, &stream);
    if (r < 0)
        return host->error(host, r, "out of memory");
    *ret_stream = stream;
    return 0;
}

static void wavenet_end(void *opaque)
{
    wavenet_stream_free(opaque);
}

static const struct sori_stage wavenet_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof wavenet_stage,
    .kind = SORI_STAGE_VOCODER,
    .name = "wavenet",
    .summary = "multi-band WaveNet vocoder, mel frames to samples",
    .licence = "Apache-2.0",
    .load = wavenet_load,
    .unload = wavenet_unload,
    .describe = wavenet_describe,
    .begin = wavenet_stage_begin,
    .feed = vocoding_feed,
    .drain = vocoding_drain,
    .cancel = vocoding_cancel,
    .end = wavenet_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &wavenet_stage : NULL;
}
