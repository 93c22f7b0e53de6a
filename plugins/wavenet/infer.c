/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forward pass: frames -> gate biases and gains (condition.c) -> sub-band samples (step.c) ->
 * samples (filterbank.h).
 */
#include <string.h>

#include "wavenet/filterbank.h"
#include "wavenet/state.h"

size_t wavenet_block_samples(const struct wavenet_config *config)
{
    size_t reach = filterbank_reach(config->bands, config->taps);
    return (reach > config->steps_per_frame ? reach : config->steps_per_frame) * config->bands;
}

static void clear_rings(struct wavenet_state *state)
{
    size_t R = state->config->residual;

    for (size_t l = 0; l < state->config->layers; l++) {
        struct wavenet_ring *ring = &state->rings[l];
        ring->at = 0;
        if (ring->x)
            memset(ring->x, 0, ring->size * R * sizeof *ring->x);
        if (ring->q) {
            memset(ring->q, 0, ring->size * R);
            memset(ring->scales, 0, ring->size * sizeof *ring->scales);
        }
    }
}

void wavenet_begin(struct wavenet_state *state, uint64_t seed)
{
    size_t bands = state->config->bands;

    random_seed(&state->bits, seed);
    wavenet_condition_begin(state);
    memset(state->previous, 0, bands * sizeof(float));
    clear_rings(state);
    /* The window of the first step starts with the zeros before the sentence. */
    memset(state->window, 0, state->reach * bands * sizeof(float));
    state->held = state->reach;
    state->tail_given = false;
}

/* Samples of all steps in the window whose followers are there; those steps move out. */
static size_t synthesise(struct wavenet_state *state, float *ret_samples)
{
    const struct matrix *matrix = &state->weights->synthesis;
    size_t bands = state->config->bands;
    size_t n = state->held > 2 * state->reach ? state->held - 2 * state->reach : 0;

    state->compute.kernels->matmul[matrix->type](matrix, NULL, state->window, bands, n, ret_samples,
                                                 bands, 0);
    state->held -= n;
    memmove(state->window, state->window + n * bands, state->held * bands * sizeof(float));
    return n * bands;
}

static size_t generate_frame(struct wavenet_state *state, bool last, float *ret_samples)
{
    size_t steps = state->config->steps_per_frame, bands = state->config->bands;

    wavenet_gains(state, last);
    state->frames_out++;
    wavenet_steps(state);
    state->compute.kernels->mul(state->subbands, state->gains, steps * bands,
                                state->window + state->held * bands);
    state->held += steps;
    return synthesise(state, ret_samples);
}

static size_t give_tail(struct wavenet_state *state, float *ret_samples)
{
    size_t bands = state->config->bands;

    if (state->tail_given || !state->frames_in)
        return 0;
    state->tail_given = true;
    memset(state->window + state->held * bands, 0, state->reach * bands * sizeof(float));
    state->held += state->reach;
    return synthesise(state, ret_samples);
}

size_t wavenet_push(struct wavenet_state *state, const float *log_mel, float *ret_samples)
{
    return wavenet_condition_push(state, log_mel) ? generate_frame(state, false, ret_samples) : 0;
}

size_t wavenet_flush(struct wavenet_state *state, float *ret_samples)
{
    bool done;

    if (wavenet_condition_flush(state, &done))
        return generate_frame(state, state->frames_out + 1 == state->frames_in, ret_samples);
    return give_tail(state, ret_samples);
}
