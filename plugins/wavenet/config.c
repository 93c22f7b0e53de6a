/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wavenet/config.h"

#define KEY(name) "sori-wavenet." name

static int refuse(struct gguf_error *ret_error, int error, const char *message)
{
    *ret_error = (struct gguf_error){.rule = GGUF_OUT_OF_RANGE};
    snprintf(ret_error->message, sizeof ret_error->message, "%s", message);
    return error;
}

static int check_architecture(const struct gguf *gguf, struct gguf_error *ret_error)
{
    static const char expected[] = "sori-wavenet";
    struct sori_span name;
    int r = gguf_get_string(gguf, "general.architecture", &name, ret_error);

    if (r < 0)
        return r;
    if (name.size != sizeof expected - 1 || memcmp(name.data, expected, name.size))
        return refuse(ret_error, -ENOTSUP,
                      "not a vocoder of this kind (general.architecture is not sori-wavenet)");
    return 0;
}

static int read_numbers(const struct gguf *gguf, struct wavenet_config *config,
                        struct gguf_error *ret_error)
{
    const struct {
        const char *key;
        uint32_t min, max, *ret_value;
    } numbers[] = {
        {KEY("residual_channels"), 1, WAVENET_MAX_CHANNELS, &config->residual},
        {KEY("skip_channels"), 1, WAVENET_MAX_CHANNELS, &config->skip},
        {KEY("output_channels"), 1, WAVENET_MAX_CHANNELS, &config->output},
        {KEY("condition_channels"), 1, WAVENET_MAX_CHANNELS, &config->condition},
        {KEY("condition_kernel"), 3, 31, &config->condition_kernel},
        {KEY("bands"), 1, WAVENET_MAX_BANDS, &config->bands},
        {KEY("pqmf_taps"), 1, 1023, &config->taps},
        {KEY("steps_per_frame"), 1, 4096, &config->steps_per_frame},
        {KEY("mels"), 1, 512, &config->mels},
        {KEY("sample_rate"), 8000, 192000, &config->sample_rate},
        {KEY("hop_length"), 1, 8192, &config->hop_length},
        {KEY("n_fft"), 16, 65536, &config->n_fft},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        int r = gguf_get_u32(gguf, numbers[i].key, numbers[i].min, numbers[i].max,
                             numbers[i].ret_value, ret_error);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_reals(const struct gguf *gguf, struct wavenet_config *config,
                      struct gguf_error *ret_error)
{
    const struct {
        const char *key;
        float min, max, *ret_value;
    } reals[] = {
        {KEY("f_min"), 0, 96000, &config->f_min},
        {KEY("f_max"), 1, 96000, &config->f_max},
        {KEY("log_sigma_min"), -30, 0, &config->log_sigma_min},
        {KEY("output_limit"), 1e-3f, 1e3f, &config->output_limit},
        {KEY("gain_floor"), 1e-9f, 1, &config->gain_floor},
    };

    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        int r = gguf_get_f32(gguf, reals[i].key, reals[i].min, reals[i].max, reals[i].ret_value,
                             ret_error);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_dilations(const struct gguf *gguf, struct wavenet_config *config,
                          struct gguf_error *ret_error)
{
    struct gguf_value value;
    int r =
        gguf_get_u32s(gguf, KEY("dilations"), 1, WAVENET_MAX_LAYERS, 1, 4096, &value, ret_error);

    if (r < 0)
        return r;
    config->layers = (uint32_t)value.count;
    for (size_t i = 0; i < value.count; i++)
        config->dilations[i] = gguf_value_u32(&value, i);
    return 0;
}

static int read_temperatures(const struct gguf *gguf, const char *key, uint32_t bands,
                             float *ret_values, struct gguf_error *ret_error)
{
    struct gguf_value value;
    int r = gguf_get_f32s(gguf, key, bands, bands, 0, 100, &value, ret_error);

    if (r < 0)
        return r;
    for (size_t i = 0; i < bands; i++)
        ret_values[i] = gguf_value_f32(&value, i);
    return 0;
}

static int check_fit(const struct wavenet_config *config, struct gguf_error *ret_error)
{
    if (!(config->taps % 2) || !(config->condition_kernel % 2))
        return refuse(ret_error, -EBADMSG,
                      KEY("pqmf_taps") " and " KEY("condition_kernel") " must be odd");
    if ((uint64_t)config->steps_per_frame * config->bands != config->hop_length)
        return refuse(ret_error, -EBADMSG,
                      KEY("steps_per_frame") " times " KEY("bands") " is not the hop length");
    return 0;
}

int wavenet_config_read(const struct gguf *gguf, struct wavenet_config *ret_config,
                        struct gguf_error *ret_error)
{
    struct wavenet_config config = {0};
    int r = check_architecture(gguf, ret_error);

    if (r >= 0)
        r = read_numbers(gguf, &config, ret_error);
    if (r >= 0)
        r = read_reals(gguf, &config, ret_error);
    if (r >= 0)
        r = read_dilations(gguf, &config, ret_error);
    if (r >= 0)
        r = read_temperatures(gguf, KEY("temperature_low"), config.bands, config.temperature_low,
                              ret_error);
    if (r >= 0)
        r = read_temperatures(gguf, KEY("temperature_high"), config.bands, config.temperature_high,
                              ret_error);
    if (r >= 0)
        r = check_fit(&config, ret_error);
    if (r >= 0)
        *ret_config = config;
    return r;
}
