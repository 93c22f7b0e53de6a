/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "neural/arena.h"
#include "tacotron/state.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t chunk_frames(const struct tacotron_config *config)
{
    return (size_t)TACOTRON_STEPS_AT_ONCE * config->frames_per_step;
}

size_t tacotron_decode_frames(const struct tacotron_config *config)
{
    /* A flush gives what one convolution held back. */
    return larger(chunk_frames(config), config->postnet_kernel / 2);
}

static void place_cache(struct arena *arena, const struct attention *attention, size_t capacity,
                        struct attention_cache *cache)
{
    float *memory = arena_take(arena, attention_cache_floats(attention, capacity));
    if (memory)
        attention_cache_init(attention, capacity, memory, cache);
}

static void place_encoder(struct tacotron_state *state, struct arena *arena)
{
    const struct tacotron_config *config = state->config;
    size_t width = config->width, tokens = TACOTRON_MAX_TOKENS;

    state->encoded = arena_take(arena, tokens * width);
    state->placed = arena_take(arena, tokens * width);
    state->log_steps = arena_take(arena, tokens);
    state->hidden = arena_take(arena, (tokens + config->duration_kernel - 1) * width);
    state->normed = arena_take(arena, tokens * width);
    state->wide = arena_take(arena, tokens * larger(3 * width, config->feed_forward));
    place_cache(arena, &state->encoder_attention, tokens, &state->encoder_cache);
    for (size_t l = 0; l < config->decoder_layers; l++)
        place_cache(arena, &state->cross_attention, tokens, &state->cross_cache[l]);
}

static void place_decoder(struct tacotron_state *state, struct arena *arena)
{
    const struct tacotron_config *config = state->config;

    state->x = arena_take(arena, config->width);
    state->prenet = arena_take(arena, 2 * (size_t)config->prenet);
    state->previous = arena_take(arena, (size_t)config->frames_per_step * config->mels);
    for (size_t l = 0; l < config->decoder_layers; l++)
        place_cache(arena, &state->self_attention, config->window, &state->self_cache[l]);
}

static void place_postnet(struct tacotron_state *state, struct arena *arena)
{
    const struct tacotron_config *config = state->config;
    size_t frames = tacotron_decode_frames(config);

    state->lag = (size_t)config->postnet_layers * (config->postnet_kernel / 2);
    state->raw_frames = state->lag + frames;
    state->chunk = arena_take(arena, frames * config->mels);
    for (size_t i = 0; i < 2; i++)
        state->channels[i] = arena_take(arena, frames * larger(config->postnet, config->mels));
    state->raw = arena_take(arena, state->raw_frames * config->mels);
    for (size_t i = 0; i < config->postnet_layers; i++) {
        const struct conv1d *conv = &state->weights->postnet[i];
        float *memory = arena_take(arena, conv1d_state_floats(conv, frames));
        if (memory)
            conv1d_state_init(conv, frames, memory, &state->convolutions[i]);
    }
}

static void place(void *opaque, struct arena *arena)
{
    struct tacotron_state *state = opaque;

    place_encoder(state, arena);
    place_decoder(state, arena);
    place_postnet(state, arena);
}

/* The most scratch that any layer needs for its quantised activations. */
static size_t scratch_blocks(const struct tacotron_weights *weights,
                             const struct tacotron_config *config)
{
    size_t most = 0, all = TACOTRON_MAX_TOKENS;

    for (size_t l = 0; l < config->encoder_layers; l++) {
        const struct tacotron_encoder_layer *layer = &weights->encoder[l];
        most = larger(most, linear_scratch(&layer->self.qkv, all));
        most = larger(most, linear_scratch(&layer->self.out, all));
        most = larger(most, linear_scratch(&layer->feed_forward.up, all));
        most = larger(most, linear_scratch(&layer->feed_forward.down, all));
    }
    for (size_t l = 0; l < config->decoder_layers; l++) {
        most = larger(most, linear_scratch(&weights->decoder[l].self.qkv, 1));
        most = larger(most, linear_scratch(&weights->decoder[l].self.out, 1));
        most = larger(most, linear_scratch(&weights->decoder[l].cross.q, 1));
        most = larger(most, linear_scratch(&weights->decoder[l].cross.kv, all));
        most = larger(most, linear_scratch(&weights->decoder[l].cross.out, 1));
        most = larger(most, linear_scratch(&weights->decoder[l].feed_forward.up, 1));
        most = larger(most, linear_scratch(&weights->decoder[l].feed_forward.down, 1));
    }
    for (size_t i = 0; i < 2; i++) {
        most = larger(most, linear_scratch(&weights->duration[i].linear, all));
        most = larger(most, linear_scratch(&weights->prenet[i], 1));
    }
    for (size_t i = 0; i < config->postnet_layers; i++)
        most = larger(most, linear_scratch(&weights->postnet[i].linear, chunk_frames(config)));
    most = larger(most, linear_scratch(&weights->duration_out, all));
    most = larger(most, linear_scratch(&weights->from_encoder, all));
    most = larger(most, linear_scratch(&weights->from_prenet, 1));
    return larger(most, linear_scratch(&weights->out, 1));
}

DEFINE_CLEANUP(tacotron_state, struct tacotron_state *, tacotron_state_free)

int tacotron_state_new(const struct tacotron_config *config, const struct tacotron_weights *weights,
                       const struct kernels *kernels, const atomic_bool *cancelled,
                       struct tacotron_state **ret_state)
{
    _cleanup_(cleanup_tacotron_state) struct tacotron_state *state = calloc(1, sizeof *state);
    size_t head = config->width / config->heads;
    int r;

    if (!state)
        return -ENOMEM;
    state->config = config;
    state->weights = weights;
    state->cancelled = cancelled;
    state->encoder_attention =
        (struct attention){config->heads, head, 1 / sqrtf((float)head), NULL};
    state->self_attention = state->cross_attention = state->encoder_attention;
    state->self_attention.slopes = config->slopes;
    state->cross_attention.slopes = config->cross_slopes;
    r = compute_init(kernels, NULL, scratch_blocks(weights, config), &state->compute);
    if (r < 0)
        return r;

    r = arena_lay_out(place, state, &state->memory);
    if (r < 0)
        return r;
    *ret_state = steal(state);
    return 0;
}

struct tacotron_state *tacotron_state_free(struct tacotron_state *state)
{
    if (state) {
        compute_free(&state->compute);
        free(state->memory);
        free(state);
    }
    return NULL;
}
