/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: an autoregressive Transformer, one step for every 25 ms of sound. The lengths of the
 * tokens say which one is active, so it can neither skip nor repeat.
 *
 *     u = drop(relu(prenet_1(drop(relu(prenet_0(previous frames))))))
 *     x = from_prenet(u) + from_encoder(E_p) + position[k] + remaining[r]
 *     x += self-attention over the last steps, bias -slope (steps back)
 *     x += cross-attention over all tokens, bias -slope |token - p|
 *     x += down(relu(up(norm(x))))                                          for each layer
 *     frames = out(norm(x))
 *
 * p is the active token, k the steps since its start, r those to its end, both clamped.
 */
#include <errno.h>
#include <string.h>

#include "tacotron/state.h"

/* drop(relu(h)): half of the channels become 0, the others double (dropout, p = 0.5). */
static void drop(struct tacotron_dropout *dropout, float *h, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++) {
        bool keep;
        if (dropout->given) {
            keep = *dropout->given++;
        } else {
            word = i % 64 ? word >> 1 : random_next(&dropout->bits);
            keep = word & 1;
        }
        h[i] = keep && h[i] > 0 ? 2 * h[i] : 0;
    }
}

static void prenet(struct tacotron_state *state, float *ret_x)
{
    const struct tacotron_weights *weights = state->weights;
    size_t size = state->config->prenet;
    float *first = state->prenet, *second = state->prenet + size;

    linear_step(&weights->prenet[0], &state->compute, state->previous, first, 0);
    drop(&state->dropout, first, size);
    linear_step(&weights->prenet[1], &state->compute, first, second, 0);
    drop(&state->dropout, second, size);
    linear_step(&weights->from_prenet, &state->compute, second, ret_x, 0);
}

static void add_row(struct tacotron_state *state, const struct embedding *table, uint32_t row,
                    float *x)
{
    uint32_t last = state->config->position_limit - 1;

    embedding_row(table, row < last ? row : last, state->normed);
    state->compute.kernels->add(x, state->normed, state->config->width, x);
}

static void place(struct tacotron_state *state, float *x)
{
    size_t width = state->config->width;
    uint32_t remaining = state->steps[state->token] - 1 - state->step;

    state->compute.kernels->add(x, state->placed + state->token * width, width, x);
    add_row(state, &state->weights->position, state->step, x);
    add_row(state, &state->weights->remaining, remaining, x);
}

static void attend_self(struct tacotron_state *state, size_t l, float *x)
{
    const struct tacotron_self *layer = &state->weights->decoder[l].self;
    const struct compute *compute = &state->compute;
    size_t width = state->config->width;
    float *qkv = state->wide;

    norm_forward(&layer->norm, compute, x, 1, state->normed);
    linear_step(&layer->qkv, compute, state->normed, qkv, 0);
    attention_append(&state->self_attention, qkv + width, qkv + 2 * width, 3 * width, 1,
                     &state->self_cache[l]);
    attention_causal(&state->self_attention, compute, qkv, &state->self_cache[l], state->normed);
    linear_step(&layer->out, compute, state->normed, x, MATMUL_ADD);
}

static void attend_cross(struct tacotron_state *state, size_t l, float *x)
{
    const struct tacotron_cross *layer = &state->weights->decoder[l].cross;
    const struct compute *compute = &state->compute;
    size_t width = state->config->width;

    norm_forward(&layer->norm, compute, x, 1, state->normed);
    linear_step(&layer->q, compute, state->normed, state->wide, 0);
    attention_full(&state->cross_attention, compute, state->wide, width, 1, state->token,
                   &state->cross_cache[l], state->normed, width);
    linear_step(&layer->out, compute, state->normed, x, MATMUL_ADD);
}

static void advance(struct tacotron_state *state)
{
    if (++state->step < state->steps[state->token])
        return;
    state->step = 0;
    state->token++;
}

void tacotron_decoder_step(struct tacotron_state *state)
{
    float *x = state->x;

    prenet(state, x);
    place(state, x);
    for (size_t l = 0; l < state->config->decoder_layers; l++) {
        attend_self(state, l, x);
        attend_cross(state, l, x);
        tacotron_feed_forward(state, &state->weights->decoder[l].feed_forward, x, 1);
    }
    norm_forward(&state->weights->decoder_norm, &state->compute, x, 1, x);
    linear_step(&state->weights->out, &state->compute, x, state->previous, 0);
    advance(state);
}

void tacotron_begin(struct tacotron_state *state, const uint32_t *steps, uint64_t seed)
{
    const struct tacotron_config *config = state->config;

    state->steps = steps;
    state->token = state->step = 0;
    random_seed(&state->dropout.bits, seed);
    memset(state->previous, 0, (size_t)config->frames_per_step * config->mels * sizeof(float));
    for (size_t l = 0; l < config->decoder_layers; l++)
        attention_cache_reset(&state->self_cache[l]);
    tacotron_postnet_reset(state);
}

/* Some steps; state->chunk holds their frames. Returns how many frames. */
static size_t decode_chunk(struct tacotron_state *state)
{
    size_t frames = state->config->frames_per_step, mels = state->config->mels, n = 0;

    for (size_t i = 0; i < TACOTRON_STEPS_AT_ONCE && state->token < state->n_tokens; i++) {
        tacotron_decoder_step(state);
        memcpy(state->chunk + n * mels, state->previous, frames * mels * sizeof(float));
        n += frames;
    }
    return n;
}

int tacotron_decode(struct tacotron_state *state, float *ret_mel)
{
    size_t n = 0;

    while (!n && state->token < state->n_tokens) {
        if (state->cancelled && atomic_load(state->cancelled))
            return -ECANCELED;
        n = tacotron_postnet_push(state, state->chunk, decode_chunk(state), ret_mel);
    }
    return (int)(n ? n : tacotron_postnet_flush(state, ret_mel));
}
