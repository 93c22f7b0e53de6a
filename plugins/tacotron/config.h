/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h: the shape of an acoustic model, from the `sori-tacotron.*` keys of its GGUF file
 *
 * Every number is checked against the ceilings here before anything is sized by it. A *symbol* is a
 * phoneme symbol (one code point), a *token* its number in the model's table, a *step* one run of
 * the decoder, which gives `frames_per_step` mel frames.
 */
#ifndef TACOTRON_CONFIG_H
#define TACOTRON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "neural/gguf.h"

/* Ceilings of the tables below: several times what models of this kind have. */
#define TACOTRON_MAX_HEADS 16u
#define TACOTRON_MAX_LAYERS 16u
#define TACOTRON_MAX_CONVOLUTIONS 8u
#define TACOTRON_MAX_SYMBOLS 512u
#define TACOTRON_MAX_FRAMES_PER_STEP 8u
/*
 * Tokens of one pass, both ends included, unless the file says less: the longest sentence that the
 * pilot voice was trained on has 165 (10 s), and the position code of the encoder is untrained
 * beyond. Longer sentences are cut (text.h).
 */
#define TACOTRON_MAX_TOKENS 164u

struct tacotron_config {
    uint32_t width, heads, feed_forward; /* of every attention layer; width = heads * head size */
    uint32_t encoder_layers, decoder_layers;
    uint32_t prenet;                                  /* channels */
    uint32_t postnet, postnet_layers, postnet_kernel; /* channels, convolutions, taps */
    uint32_t duration_kernel;                         /* taps */
    uint32_t window;                                  /* steps that the decoder looks back */
    uint32_t position_limit;                          /* rows of the step position tables */
    uint32_t frames_per_step, mels;
    uint32_t lead_steps; /* silence before the first symbol */
    uint32_t sample_rate, hop_length, n_fft;
    float f_min, f_max, epsilon;
    float slopes[TACOTRON_MAX_HEADS], cross_slopes[TACOTRON_MAX_HEADS];
    uint32_t n_symbols;
    uint32_t symbols[TACOTRON_MAX_SYMBOLS]; /* code point of each token; token 0 has none */
    uint32_t full_stop;                     /* token of '.' */
};

/*
 * Fills in *ret_config. Errors of the gguf_get functions; -ENOTSUP: another architecture or an
 * option that this code does not have; -EBADMSG: numbers that do not fit together. On failure
 * ret_error says why.
 */
int tacotron_config_read(const struct gguf *gguf, struct tacotron_config *ret_config,
                         struct gguf_error *ret_error);

/* The token of a code point, or 0 when the model does not know it. */
uint32_t tacotron_token(const struct tacotron_config *config, uint32_t symbol);

#endif
