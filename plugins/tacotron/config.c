/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "tacotron/config.h"

#define KEY(name) "sori-tacotron." name

static int read_numbers(const struct gguf *gguf, struct tacotron_config *config,
                        struct gguf_error *ret_error)
{
    const struct gguf_number numbers[] = {
        {KEY("width"), 8, 4096, &config->width},
        {KEY("heads"), 1, TACOTRON_MAX_HEADS, &config->heads},
        {KEY("feed_forward"), 8, 16384, &config->feed_forward},
        {KEY("encoder_layers"), 1, TACOTRON_MAX_LAYERS, &config->encoder_layers},
        {KEY("decoder_layers"), 1, TACOTRON_MAX_LAYERS, &config->decoder_layers},
        {KEY("prenet"), 1, 4096, &config->prenet},
        {KEY("postnet"), 1, 4096, &config->postnet},
        {KEY("postnet_layers"), 2, TACOTRON_MAX_CONVOLUTIONS, &config->postnet_layers},
        {KEY("postnet_kernel"), 1, 31, &config->postnet_kernel},
        {KEY("duration_kernel"), 1, 31, &config->duration_kernel},
        {KEY("attention_window"), 1, 4096, &config->window},
        {KEY("position_limit"), 1, 4096, &config->position_limit},
        {KEY("frames_per_step"), 1, TACOTRON_MAX_FRAMES_PER_STEP, &config->frames_per_step},
        {KEY("mels"), 1, 512, &config->mels},
        {KEY("lead_steps"), 1, 64, &config->lead_steps},
        {KEY("sample_rate"), 8000, 192000, &config->sample_rate},
        {KEY("hop_length"), 1, 8192, &config->hop_length},
        {KEY("n_fft"), 16, 65536, &config->n_fft},
    };

    return gguf_get_numbers(gguf, numbers, sizeof numbers / sizeof *numbers, ret_error);
}

static int read_reals(const struct gguf *gguf, struct tacotron_config *config,
                      struct gguf_error *ret_error)
{
    float dropout;
    const struct gguf_real reals[] = {
        {KEY("f_min"), 0, 96000, &config->f_min},
        {KEY("f_max"), 1, 96000, &config->f_max},
        {KEY("layer_norm_epsilon"), 1e-9f, 1e-2f, &config->epsilon},
        /* The masks are random bits: no other share can be drawn. */
        {KEY("prenet_dropout"), 0.5f, 0.5f, &dropout},
    };

    return gguf_get_reals(gguf, reals, sizeof reals / sizeof *reals, ret_error);
}

/* The code point that makes up the whole of `text`, or 0. */
static uint32_t only_code_point(struct sori_span text)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length;
    uint32_t c;

    if (!text.size)
        return 0;
    c = text.data[0];
    length = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : 4;
    if (text.size != length || c > 0xf4 || (c >= 0x80 && c < 0xc2))
        return 0;
    c = length == 1 ? c : c & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text.data[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (text.data[i] & 0x3f);
    }
    return c < lowest[length] || c > 0x10ffff ? 0 : c;
}

static int read_symbols(const struct gguf *gguf, struct tacotron_config *config,
                        struct gguf_error *ret_error)
{
    struct gguf_value value;
    int r = gguf_get_strings(gguf, KEY("symbols"), 2, TACOTRON_MAX_SYMBOLS, &value, ret_error);

    if (r < 0)
        return r;
    config->n_symbols = (uint32_t)value.count;
    for (size_t i = 1; i < value.count; i++) {
        config->symbols[i] = only_code_point(gguf_value_string(&value, i));
        if (!config->symbols[i])
            return gguf_refuse(ret_error, -EBADMSG,
                               "a member of " KEY("symbols") " is not one code point");
    }
    config->full_stop = tacotron_token(config, '.');
    if (!config->full_stop)
        return gguf_refuse(ret_error, -EBADMSG, KEY("symbols") " has no full stop");
    return 0;
}

static int check_fit(const struct tacotron_config *config, struct gguf_error *ret_error)
{
    if (config->width % config->heads || config->width % 2)
        return gguf_refuse(ret_error, -EBADMSG,
                           KEY("width") " is not an even multiple of " KEY("heads"));
    if (!(config->postnet_kernel % 2) || !(config->duration_kernel % 2))
        return gguf_refuse(ret_error, -EBADMSG,
                           KEY("postnet_kernel") " and " KEY("duration_kernel") " must be odd");
    return 0;
}

int tacotron_config_read(const struct gguf *gguf, struct tacotron_config *ret_config,
                         struct gguf_error *ret_error)
{
    struct tacotron_config config = {0};
    int r = gguf_check_architecture(gguf, "sori-tacotron", "an acoustic model", ret_error);

    if (r >= 0)
        r = read_numbers(gguf, &config, ret_error);
    if (r >= 0)
        r = read_reals(gguf, &config, ret_error);
    if (r >= 0)
        r = gguf_copy_f32s(gguf, KEY("attention_slopes"), config.heads, 0, 1000, config.slopes,
                           ret_error);
    if (r >= 0)
        r = gguf_copy_f32s(gguf, KEY("cross_slopes"), config.heads, 0, 1000, config.cross_slopes,
                           ret_error);
    if (r >= 0)
        r = read_symbols(gguf, &config, ret_error);
    if (r >= 0)
        r = check_fit(&config, ret_error);
    if (r >= 0)
        *ret_config = config;
    return r;
}

uint32_t tacotron_token(const struct tacotron_config *config, uint32_t symbol)
{
    for (uint32_t i = 1; i < config->n_symbols; i++)
        if (config->symbols[i] == symbol)
            return i;
    return 0;
}
