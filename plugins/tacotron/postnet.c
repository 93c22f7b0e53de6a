/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The postnet: convolutions over time that add detail to the decoder's frames,
 *
 *     mel = o + conv(tanh(conv(... tanh(conv(o)))))
 *
 * Each convolution sees (kernel - 1) / 2 frames ahead, so the output lags by that times the number
 * of convolutions. Every one of them has zeros outside the sentence, so at the end each gets its
 * own zeros after all frames of the one before: they are flushed in turn.
 */
#include <string.h>

#include "tacotron/state.h"

void tacotron_postnet_reset(struct tacotron_state *state)
{
    for (size_t i = 0; i < state->config->postnet_layers; i++)
        conv1d_state_reset(&state->weights->postnet[i], &state->convolutions[i]);
    state->raw_in = state->raw_out = 0;
    state->flushed = 0;
}

static float *raw_frame(struct tacotron_state *state, uint64_t index)
{
    return state->raw + index % state->raw_frames * state->config->mels;
}

/* Corrections of n frames: adds the frames themselves and undoes the normalisation. */
static void finish(struct tacotron_state *state, const float *corrections, size_t n, float *ret_mel)
{
    size_t mels = state->config->mels;
    const float *mean = state->weights->mean, *std = state->weights->std;

    for (size_t i = 0; i < n; i++) {
        const float *raw = raw_frame(state, state->raw_out++);
        for (size_t m = 0; m < mels; m++)
            ret_mel[i * mels + m] = (raw[m] + corrections[i * mels + m]) * std[m] + mean[m];
    }
}

/* n frames (NULL: zeros) through convolution `first` and all behind it. */
static size_t run(struct tacotron_state *state, size_t first, const float *x, size_t n,
                  float *ret_mel)
{
    size_t layers = state->config->postnet_layers;

    for (size_t i = first; i < layers && n; i++) {
        const struct conv1d *conv = &state->weights->postnet[i];
        float *y = state->channels[i % 2];
        n = conv1d_push(conv, &state->compute, &state->convolutions[i], x, n, y);
        if (i + 1 < layers)
            state->compute.kernels->tanh(y, n * conv->out, y);
        x = y;
    }
    finish(state, x, n, ret_mel);
    return n;
}

size_t tacotron_postnet_push(struct tacotron_state *state, const float *frames, size_t n,
                             float *ret_mel)
{
    size_t mels = state->config->mels;

    for (size_t i = 0; i < n; i++)
        memcpy(raw_frame(state, state->raw_in++), frames + i * mels, mels * sizeof(float));
    return run(state, 0, frames, n, ret_mel);
}

size_t tacotron_postnet_flush(struct tacotron_state *state, float *ret_mel)
{
    size_t n = 0, lag = state->config->postnet_kernel / 2;

    while (!n && lag && state->flushed < state->config->postnet_layers)
        n = run(state, state->flushed++, NULL, lag, ret_mel);
    return n;
}
