/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "wavenet/config.h"

#define KEY(name) "sori-wavenet." name

static int read_numbers(const struct gguf *gguf, struct wavenet_config *config,
                        struct gguf_error *ret_error)
{
    const struct gguf_number numbers[] = {
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

    return gguf_get_numbers(gguf, numbers, sizeof numbers / sizeof *numbers, ret_error);
}

static int read_reals(const struct gguf *gguf, struct wavenet_config *config,
                      struct gguf_error *ret_error)
{
    const struct gguf_real reals[] = {
        {KEY("f_min"), 0, 96000, &config->f_min},
        {KEY("f_max"), 1, 96000, &config->f_max},
        {KEY("log_sigma_min"), -30, 0, &config->log_sigma_min},
        {KEY("output_limit"), 1e-3f, 1e3f, &config->output_limit},
        {KEY("gain_floor"), 1e-9f, 1, &config->gain_floor},
    };

    return gguf_get_reals(gguf, reals, sizeof reals / sizeof *reals, ret_error);
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

/* The filter came later than the first files: without its first key there is none. */
static int read_comb(const struct gguf *gguf, uint32_t sample_rate, struct comb_config *ret_comb,
                     struct gguf_error *ret_error)
{
    struct comb_config comb = {0};
    int r =
        gguf_get_f32(gguf, KEY("comb_cutoff"), 1, (float)sample_rate / 2, &comb.cutoff, ret_error);

    if (r == -ENOENT)
        return 0;
    if (r >= 0)
        r = gguf_get_f32(gguf, KEY("comb_onset"), -1, 1, &comb.onset, ret_error);
    if (r >= 0)
        r = gguf_get_f32(gguf, KEY("comb_full"), -1, 1, &comb.full, ret_error);
    if (r >= 0 && comb.full <= comb.onset)
        r = gguf_refuse(ret_error, -EBADMSG, KEY("comb_full") " is not above " KEY("comb_onset"));
    if (r >= 0)
        *ret_comb = comb;
    return r;
}

static int check_fit(const struct wavenet_config *config, struct gguf_error *ret_error)
{
    if (!(config->taps % 2) || !(config->condition_kernel % 2))
        return gguf_refuse(ret_error, -EBADMSG,
                           KEY("pqmf_taps") " and " KEY("condition_kernel") " must be odd");
    if ((uint64_t)config->steps_per_frame * config->bands != config->hop_length)
        return gguf_refuse(ret_error, -EBADMSG,
                           KEY("steps_per_frame") " times " KEY("bands") " is not the hop length");
    return 0;
}

int wavenet_config_read(const struct gguf *gguf, struct wavenet_config *ret_config,
                        struct gguf_error *ret_error)
{
    struct wavenet_config config = {0};
    int r = gguf_check_architecture(gguf, "sori-wavenet", "a vocoder", ret_error);

    if (r >= 0)
        r = read_numbers(gguf, &config, ret_error);
    if (r >= 0)
        r = read_reals(gguf, &config, ret_error);
    if (r >= 0)
        r = read_dilations(gguf, &config, ret_error);
    if (r >= 0)
        r = gguf_copy_f32s(gguf, KEY("temperature_low"), config.bands, 0, 100,
                           config.temperature_low, ret_error);
    if (r >= 0)
        r = gguf_copy_f32s(gguf, KEY("temperature_high"), config.bands, 0, 100,
                           config.temperature_high, ret_error);
    if (r >= 0)
        r = read_comb(gguf, config.sample_rate, &config.comb, ret_error);
    if (r >= 0)
        r = check_fit(&config, ret_error);
    if (r >= 0)
        *ret_config = config;
    return r;
}
