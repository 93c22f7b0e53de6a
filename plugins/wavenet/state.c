/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "neural/arena.h"
#include "wavenet/filterbank.h"
#include "wavenet/state.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void place_condition(struct wavenet_state *state, struct arena *arena)
{
    const struct wavenet_config *config = state->config;

    state->gain_frames = config->condition_kernel + 2;
    state->normalised = arena_take(arena, larger(config->mels, config->condition));
    state->gate_bias = arena_take(arena, 2 * (size_t)config->residual * config->layers);
    state->log_gains = arena_take(arena, state->gain_frames * config->bands);
    for (size_t i = 0; i < 2; i++) {
        const struct conv1d *conv = &state->weights->condition[i];
        float *memory = arena_take(arena, conv1d_state_floats(conv, 1));
        if (memory)
            conv1d_state_init(conv, 1, memory, &state->convolutions[i]);
        state->conditions[i] = arena_take(arena, config->condition);
    }
}

static void place_rings(struct wavenet_state *state, struct arena *arena)
{
    const struct wavenet_config *config = state->config;

    for (size_t l = 0; l < config->layers; l++) {
        struct wavenet_ring *ring = &state->rings[l];
        ring->size = config->dilations[l];
        if (state->weights->precision == WAVENET_INT8) {
            ring->q = arena_take_bytes(arena, ring->size * config->residual);
            ring->scales = arena_take(arena, ring->size);
        } else {
            ring->x = arena_take(arena, ring->size * config->residual);
        }
    }
}

static void place_steps(struct wavenet_state *state, struct arena *arena)
{
    const struct wavenet_config *config = state->config;
    size_t frame = (size_t)config->steps_per_frame * config->bands;
    size_t widest = larger(config->residual, larger(config->skip, config->output));

    state->noise = arena_take(arena, frame);
    state->subbands = arena_take(arena, frame);
    state->gains = arena_take(arena, frame);
    state->previous = arena_take(arena, config->bands);
    state->x = arena_take(arena, (size_t)config->residual + config->skip);
    state->z = arena_take(arena, 2 * (size_t)config->residual);
    state->h = arena_take(arena, widest);
    state->hidden = arena_take(arena, config->output);
    state->out = arena_take(arena, 2 * (size_t)config->bands);
    state->q = arena_take_bytes(arena, widest);
    place_rings(state, arena);
}

static void place(void *opaque, struct arena *arena)
{
    struct wavenet_state *state = opaque;
    const struct wavenet_config *config = state->config;

    place_condition(state, arena);
    place_steps(state, arena);
    state->reach = filterbank_reach(config->bands, config->taps);
    state->window = arena_take(arena, (2 * state->reach + config->steps_per_frame) * config->bands);
}

DEFINE_CLEANUP(wavenet_state, struct wavenet_state *, wavenet_state_free)

int wavenet_state_new(const struct wavenet_config *config, const struct wavenet_weights *weights,
                      const struct noise_table *table, const struct kernels *kernels,
                      struct wavenet_state **ret_state)
{
    _cleanup_(cleanup_wavenet_state) struct wavenet_state *state = calloc(1, sizeof *state);
    size_t scratch = 0;
    int r;

    if (!state)
        return -ENOMEM;
    state->config = config;
    state->weights = weights;
    state->table = table;
    for (size_t i = 0; i < 2; i++)
        scratch = larger(scratch, linear_scratch(&weights->condition[i].linear, 1));
    for (size_t l = 0; l < config->layers; l++)
        scratch = larger(scratch, linear_scratch(&weights->layers[l].condition, 1));
    r = compute_init(kernels, NULL, scratch, &state->compute);
    if (r < 0)
        return r;

    state->rings = calloc(config->layers, sizeof *state->rings);
    if (!state->rings)
        return -ENOMEM;
    r = arena_lay_out(place, state, &state->memory);
    if (r < 0)
        return r;
    *ret_state = steal(state);
    return 0;
}

struct wavenet_state *wavenet_state_free(struct wavenet_state *state)
{
    if (state) {
        compute_free(&state->compute);
        free(state->rings);
        free(state->memory);
        free(state);
    }
    return NULL;
}
