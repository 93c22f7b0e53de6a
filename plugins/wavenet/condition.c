/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frame tells the steps: biases of the gates and gains of the bands.
 *
 *     c = relu(conv_1(relu(conv_0((log-mel - mean) / std))))      zeros outside the sentence
 *     gate bias of layer l = condition_l(c)
 *     log gain of band b = 0.5 ln(sum_m w_b[m] exp(2 log-mel[m]) + floor^2)
 *     gain = exp(interpolation of the log gains between the middles of the frames)
 */
#include <math.h>

#include "wavenet/state.h"

void wavenet_condition_begin(struct wavenet_state *state)
{
    for (size_t i = 0; i < 2; i++)
        conv1d_state_reset(&state->weights->condition[i], &state->convolutions[i]);
    state->frames_in = state->frames_out = 0;
    state->flushed = 0;
}

static float *log_gain(struct wavenet_state *state, uint64_t frame)
{
    return state->log_gains + frame % state->gain_frames * state->config->bands;
}

static void measure(struct wavenet_state *state, const float *log_mel)
{
    const struct matrix *matrix = &state->weights->gain_matrix;
    const struct kernels *kernels = state->compute.kernels;
    size_t mels = state->config->mels, bands = state->config->bands;
    float *power = state->normalised, *gain = log_gain(state, state->frames_in);
    float floor = state->config->gain_floor;

    for (size_t m = 0; m < mels; m++)
        power[m] = 2 * log_mel[m];
    kernels->exp(power, mels, power);
    kernels->matmul[matrix->type](matrix, NULL, power, mels, 1, gain, bands, 0);
    for (size_t b = 0; b < bands; b++)
        gain[b] = 0.5f * logf(gain[b] + floor * floor);
}

/* One frame (NULL: zeros) into convolution `first`, and what comes out into those behind it. */
static bool convolve(struct wavenet_state *state, size_t first, const float *x)
{
    const struct compute *compute = &state->compute;

    for (size_t i = first; i < 2; i++) {
        float *y = state->conditions[i];
        if (!conv1d_push(&state->weights->condition[i], compute, &state->convolutions[i], x, 1, y))
            return false;
        compute->kernels->relu(y, state->config->condition, y);
        x = y;
    }
    for (size_t l = 0; l < state->config->layers; l++)
        linear_step(&state->weights->layers[l].condition, compute, x,
                    state->gate_bias + 2 * (size_t)state->config->residual * l, 0);
    return true;
}

bool wavenet_condition_push(struct wavenet_state *state, const float *log_mel)
{
    const float *mean = state->weights->mean, *std = state->weights->std;

    measure(state, log_mel);
    state->frames_in++;
    for (size_t m = 0; m < state->config->mels; m++)
        state->normalised[m] = (log_mel[m] - mean[m]) / std[m];
    return convolve(state, 0, state->normalised);
}

bool wavenet_condition_flush(struct wavenet_state *state, bool *ret_done)
{
    size_t lag = state->config->condition_kernel / 2;

    *ret_done = false;
    while (state->frames_in && state->flushed < 2 * lag)
        if (convolve(state, state->flushed++ / lag, NULL))
            return true;
    *ret_done = true;
    return false;
}

/* ret_y[i] = a + (b - a) (i + offset) / period for the steps first..end - 1 of a frame. */
static void interpolate(const float *a, const float *b, size_t bands, size_t first, size_t end,
                        double offset, double period, float *ret_y)
{
    for (size_t i = first; i < end; i++) {
        float weight = (float)(((double)i + offset) / period);
        for (size_t band = 0; band < bands; band++)
            ret_y[i * bands + band] = a[band] + weight * (b[band] - a[band]);
    }
}

void wavenet_gains(struct wavenet_state *state, bool last)
{
    size_t bands = state->config->bands, steps = state->config->steps_per_frame;
    size_t middle = steps / 2;
    uint64_t frame = state->frames_out;
    const float *here = log_gain(state, frame);
    const float *before = frame ? log_gain(state, frame - 1) : here;
    const float *after = last ? here : log_gain(state, frame + 1);

    interpolate(before, here, bands, 0, middle, (double)(steps - middle), (double)steps,
                state->gains);
    interpolate(here, after, bands, middle, steps, -(double)middle, (double)steps, state->gains);
    state->compute.kernels->exp(state->gains, steps * bands, state->gains);
}
