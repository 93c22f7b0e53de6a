/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vocoder without weights: mel frames to samples by phase reconstruction. Files in reading order:
 * invert.h, invert.c, stream.h.
 *
 * Settings: iterations=N (how often each frame's phases are revised, 1..512, default 64; in steps
 * of lookahead + 3), lookahead=N (frames that it waits for, 2..32, default 5: 62.5 ms).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/cleanup.h"
#include "griffinlim/stream.h"

struct griffinlim_model {
    const struct sori_host *host;
    struct invert_settings settings;
};

static int read_number(const struct sori_host *host, const struct sori_setting *setting,
                       unsigned min, unsigned max, unsigned *ret_number)
{
    char *end;
    unsigned long value = strtoul(setting->value, &end, 10);

    if (end == setting->value || *end || value < min || value > max)
        return host->error(host, -EINVAL, "%s is '%s', not a number from %u to %u", setting->key,
                           setting->value, min, max);
    *ret_number = (unsigned)value;
    return 0;
}

static int read_settings(const struct sori_host *host, const struct sori_setting *settings,
                         size_t n_settings, struct invert_settings *ret_settings)
{
    /* Momentum: 0.99, best for whole utterances, is worse than 0.6 on a sliding window. */
    struct invert_settings result = {
        .format = MEL_FORMAT_DEFAULT, .lookahead = 5, .momentum = 0.6f};
    unsigned iterations = 64, each;
    int r = 0;

    for (size_t i = 0; i < n_settings && r >= 0; i++) {
        if (!strcmp(settings[i].key, "iterations"))
            r = read_number(host, &settings[i], 1, 512, &iterations);
        else if (!strcmp(settings[i].key, "lookahead"))
            r = read_number(host, &settings[i], 2, 32, &result.lookahead);
        else
            r = host->error(host, -EINVAL, "unknown setting '%s' (known: iterations, lookahead)",
                            settings[i].key);
    }
    if (r < 0)
        return r;
    /* A frame takes part in the rounds of lookahead + 1 hops and of the two that it reaches back.
     */
    each = result.lookahead + 3;
    result.rounds = (iterations + each - 1) / each;
    if (result.rounds > 64)
        result.rounds = 64;
    *ret_settings = result;
    return 0;
}

static int griffinlim_load(const struct sori_host *host, const struct sori_setting *settings,
                           size_t n_settings, void **ret_model)
{
    _cleanup_free_ struct griffinlim_model *model = calloc(1, sizeof *model);
    int r;

    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    r = read_settings(host, settings, n_settings, &model->settings);
    if (r < 0)
        return r;
    *ret_model = steal(model);
    return 0;
}

static void griffinlim_unload(void *model)
{
    free(model);
}

static int griffinlim_describe(const void *opaque, struct sori_stage_info *ret_info)
{
    const struct griffinlim_model *model = opaque;
    const struct mel_format *format = &model->settings.format;

    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_MEL,
                  .sample_rate = format->sample_rate,
                  .channels = format->bands,
                  .hop_length = format->hop_length,
                  .n_fft = format->n_fft,
                  .f_min = (float)format->f_min,
                  .f_max = (float)format->f_max},
        .output = {.media = SORI_MEDIA_SAMPLES, .sample_rate = format->sample_rate, .channels = 1},
    };
    return 0;
}

static bool differs(uint32_t given, uint32_t wanted)
{
    return given && given != wanted;
}

static int griffinlim_begin(void *opaque, const struct sori_stream_params *params,
                            void **ret_stream)
{
    const struct griffinlim_model *model = opaque;
    const struct sori_host *host = model->host;
    const struct mel_format *format = &model->settings.format;
    const struct sori_format *input = &params->input;
    struct griffinlim_stream *stream;
    int r;

    if (input->media != SORI_MEDIA_MEL || differs(input->channels, format->bands) ||
        differs(input->hop_length, format->hop_length) || differs(input->n_fft, format->n_fft) ||
        differs(input->sample_rate, format->sample_rate))
        return host->error(host, -EINVAL,
                           "the input must be mel frames of %u bands every %u samples of %u Hz",
                           format->bands, format->hop_length, format->sample_rate);
    r = griffinlim_stream_new(host, &model->settings, params, &stream);
    if (r < 0)
        return host->error(host, r, "out of memory");
    *ret_stream = stream;
    return 0;
}

static void griffinlim_end(void *opaque)
{
    griffinlim_stream_free(opaque);
}

static const struct sori_stage griffinlim_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof griffinlim_stage,
    .kind = SORI_STAGE_VOCODER,
    .name = "griffinlim",
    .summary = "vocoder without weights, mel frames to samples by phase reconstruction",
    .licence = "Apache-2.0",
    .load = griffinlim_load,
    .unload = griffinlim_unload,
    .describe = griffinlim_describe,
    .begin = griffinlim_begin,
    .feed = vocoding_feed,
    .drain = vocoding_drain,
    .cancel = vocoding_cancel,
    .end = griffinlim_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &griffinlim_stage : NULL;
}
