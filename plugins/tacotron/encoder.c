/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder: a Transformer over the tokens of a whole sentence (pre-norm, no mask), and from its
 * output the length of each token.
 *
 *     e_i = embedding[token_i] sqrt(D) + position(i)
 *     e += out(attention(qkv(norm(e))));  e += down(relu(up(norm(e))))      for each layer
 *     E = norm(e)
 *     log(1 + steps) = out(norm(relu(conv(norm(relu(conv(E)))))))
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "tacotron/state.h"

/* Vaswani et al. (2017): position(i)[2k] = sin(i / 10000^(2k / D)), [2k + 1] the cosine. */
static void add_position(size_t i, size_t width, float *e)
{
    for (size_t k = 0; k < width; k += 2) {
        double angle = (double)i * exp(-log(10000.0) * (double)k / (double)width);
        e[k] += (float)sin(angle);
        e[k + 1] += (float)cos(angle);
    }
}

static void embed(struct tacotron_state *state, const uint32_t *tokens, float *ret_e)
{
    size_t width = state->config->width;
    float scale = sqrtf((float)width);

    for (size_t i = 0; i < state->n_tokens; i++) {
        float *e = ret_e + i * width;
        embedding_row(&state->weights->symbols, tokens[i], e);
        for (size_t j = 0; j < width; j++)
            e[j] *= scale;
        add_position(i, width, e);
    }
}

static void attend(struct tacotron_state *state, const struct tacotron_self *layer, float *e)
{
    const struct compute *compute = &state->compute;
    size_t width = state->config->width, n = state->n_tokens;
    float *qkv = state->wide;

    norm_forward(&layer->norm, compute, e, n, state->normed);
    linear_forward(&layer->qkv, compute, state->normed, width, n, qkv, 3 * width, 0);
    attention_cache_reset(&state->encoder_cache);
    attention_append(&state->encoder_attention, qkv + width, qkv + 2 * width, 3 * width, n,
                     &state->encoder_cache);
    attention_full(&state->encoder_attention, compute, qkv, 3 * width, n, 0, &state->encoder_cache,
                   state->normed, width);
    linear_forward(&layer->out, compute, state->normed, width, n, e, width, MATMUL_ADD);
}

void tacotron_feed_forward(struct tacotron_state *state, const struct tacotron_feed_forward *layer,
                           float *x, size_t n)
{
    const struct compute *compute = &state->compute;
    size_t width = state->config->width, inner = state->config->feed_forward;

    norm_forward(&layer->norm, compute, x, n, state->normed);
    linear_forward(&layer->up, compute, state->normed, width, n, state->wide, inner, 0);
    compute->kernels->relu(state->wide, n * inner, state->wide);
    linear_forward(&layer->down, compute, state->wide, inner, n, x, width, MATMUL_ADD);
}

/* x[n][D] -> norm(relu(conv(x))); `hidden` is the scratch that pads x with the zeros outside. */
static void duration_layer(struct tacotron_state *state, size_t i, const float *x, float *ret_y)
{
    const struct conv1d *conv = &state->weights->duration[i];
    size_t width = state->config->width, n = state->n_tokens, pad = (conv->kernel - 1) / 2 * width;

    memset(state->hidden, 0, pad * sizeof *x);
    memcpy(state->hidden + pad, x, n * width * sizeof *x);
    memset(state->hidden + pad + n * width, 0, pad * sizeof *x);
    conv1d_forward(conv, &state->compute, state->hidden, n, ret_y);
    state->compute.kernels->relu(ret_y, n * width, ret_y);
    norm_forward(&state->weights->duration_norm[i], &state->compute, ret_y, n, ret_y);
}

static void predict_lengths(struct tacotron_state *state)
{
    duration_layer(state, 0, state->encoded, state->normed);
    duration_layer(state, 1, state->normed, state->normed);
    linear_forward(&state->weights->duration_out, &state->compute, state->normed,
                   state->config->width, state->n_tokens, state->log_steps, 1, 0);
}

/* What the decoder needs of the sentence in every step: projected once. */
static void prepare_decoder(struct tacotron_state *state)
{
    size_t width = state->config->width, n = state->n_tokens;

    linear_forward(&state->weights->from_encoder, &state->compute, state->encoded, width, n,
                   state->placed, width, 0);
    for (size_t l = 0; l < state->config->decoder_layers; l++) {
        linear_forward(&state->weights->decoder[l].cross.kv, &state->compute, state->encoded, width,
                       n, state->wide, 2 * width, 0);
        attention_cache_reset(&state->cross_cache[l]);
        attention_append(&state->cross_attention, state->wide, state->wide + width, 2 * width, n,
                         &state->cross_cache[l]);
    }
}

static bool is_cancelled(const struct tacotron_state *state)
{
    return state->cancelled && atomic_load(state->cancelled);
}

int tacotron_encode(struct tacotron_state *state, const uint32_t *tokens, size_t n)
{
    float *e = state->encoded;

    state->n_tokens = n;
    embed(state, tokens, e);
    for (size_t l = 0; l < state->config->encoder_layers; l++) {
        if (is_cancelled(state))
            return -ECANCELED;
        attend(state, &state->weights->encoder[l].self, e);
        tacotron_feed_forward(state, &state->weights->encoder[l].feed_forward, e, n);
    }
    norm_forward(&state->weights->encoder_norm, &state->compute, e, n, e);
    predict_lengths(state);
    prepare_decoder(state);
    return is_cancelled(state) ? -ECANCELED : 0;
}
