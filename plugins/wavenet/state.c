/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "wavenet/filterbank.h"
#include "wavenet/state.h"

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* A bump allocator that is run twice: once to count, once to hand out. */
struct layout {
    float *memory;
    size_t used;
};

static float *take(struct layout *layout, size_t count)
{
    float *taken = layout->memory ? layout->memory + layout->used : NULL;
    layout->used += (count + 15) / 16 * 16; /* whole cache lines */
    return taken;
}

static int8_t *take_bytes(struct layout *layout, size_t count)
{
    return (int8_t *)take(layout, (count + sizeof(float) - 1) / sizeof(float));
}

static void place_condition(struct wavenet_state *state, struct layout *layout)
{
    const struct wavenet_config *config = state->config;

    state->gain_frames = config->condition_kernel + 2;
    state->normalised = take(layout, larger(config->mels, config->condition));
    state->gate_bias = take(layout, 2 * (size_t)config->residual * config->layers);
    state->log_gains = take(layout, state->gain_frames * config->bands);
    for (size_t i = 0; i < 2; i++) {
        const struct conv1d *conv = &state->weights->condition[i];
        float *memory = take(layout, conv1d_state_floats(conv, 1));
        if (memory)
            conv1d_state_init(conv, 1, memory, &state->convolutions[i]);
        state->conditions[i] = take(layout, config->condition);
    }
}

static void place_rings(struct wavenet_state *state, struct layout *layout)
{
    const struct wavenet_config *config = state->config;

    for (size_t l = 0; l < config->layers; l++) {
        struct wavenet_ring *ring = &state->rings[l];
        ring->size = config->dilations[l];
        if (state->weights->precision == WAVENET_INT8) {
            ring->q = take_bytes(layout, ring->size * config->residual);
            ring->scales = take(layout, ring->size);
        } else {
            ring->x = take(layout, ring->size * config->residual);
        }
    }
}

static void place_steps(struct wavenet_state *state, struct layout *layout)
{
    const struct wavenet_config *config = state->config;
    size_t frame = (size_t)config->steps_per_frame * config->bands;
    size_t widest = larger(config->residual, larger(config->skip, config->output));

    state->noise = take(layout, frame);
    state->subbands = take(layout, frame);
    state->gains = take(layout, frame);
    state->previous = take(layout, config->bands);
    state->x = take(layout, (size_t)config->residual + config->skip);
    state->z = take(layout, 2 * (size_t)config->residual);
    state->h = take(layout, widest);
    state->hidden = take(layout, config->output);
    state->out = take(layout, 2 * (size_t)config->bands);
    state->q = take_bytes(layout, widest);
    place_rings(state, layout);
}

static void place(struct wavenet_state *state, struct layout *layout)
{
    const struct wavenet_config *config = state->config;

    place_condition(state, layout);
    place_steps(state, layout);
    state->reach = filterbank_reach(config->bands, config->taps);
    state->window = take(layout, (2 * state->reach + config->steps_per_frame) * config->bands);
}

DEFINE_CLEANUP(wavenet_state, struct wavenet_state *, wavenet_state_free)

int wavenet_state_new(const struct wavenet_config *config, const struct wavenet_weights *weights,
                      const struct noise_table *table, const struct kernels *kernels,
                      struct wavenet_state **ret_state)
{
    _cleanup_(cleanup_wavenet_state) struct wavenet_state *state = calloc(1, sizeof *state);
    struct layout layout = {0};
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
    place(state, &layout);
    state->memory = layout.memory = aligned_calloc(layout.used, sizeof(float));
    if (!state->memory)
        return -ENOMEM;
    layout.used = 0;
    place(state, &layout);
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
