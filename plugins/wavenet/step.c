/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loop: one step gives one sample of each band, from the one before.
 *
 *     x = in(y[n - 1]);  s = skip bias
 *     z = P_l + past x_l[n - d] + current x_l[n]                    for each layer l
 *     h = tanh(z_i) sigmoid(z_(R + i))
 *     (x, s) += out h
 *     (mean, log sigma) = out(relu(hidden(relu(s))))
 *     y[n] = clip(mean + tau sigma noise),  tau = low + (high - low) min(1, sigma)
 *
 * The noise is shaped by the model's own certainty: it is damped where sigma is small, in voiced
 * sounds, and full in unvoiced ones.
 *
 * int8: x, h and relu(s) are quantised with one scale for each vector (that of h is fixed, since
 * |h| < 1), sums are exact integers, and x and s stay fp32 between the layers, so that errors do
 * not pile up in the residual.
 */
#include <string.h>

#include "wavenet/state.h"

static void draw_noise(struct wavenet_state *state, size_t count)
{
    if (state->given_noise) {
        memcpy(state->noise, state->given_noise, count * sizeof(float));
        state->given_noise += count;
        return;
    }
    for (size_t i = 0; i < count; i++)
        state->noise[i] = noise_next(state->table, &state->bits);
}

static void multiply(const struct kernels *kernels, const struct matrix *w, const float *bias,
                     const float *x, float *ret_y, unsigned flags)
{
    kernels->matmul[w->type](w, bias, x, w->cols, 1, ret_y, w->rows, flags);
}

static void multiply_i8(const struct kernels *kernels, const struct matrix_i8 *w, const float *bias,
                        const int8_t *x, float scale, float *ret_y, unsigned flags)
{
    kernels->matmul_i8(w, bias, x, w->cols, &scale, 1, ret_y, w->rows, flags);
}

static void layers_f(struct wavenet_state *state)
{
    const struct kernels *kernels = state->compute.kernels;
    size_t R = state->config->residual;
    const float *bias = state->gate_bias;

    for (size_t l = 0; l < state->config->layers; l++, bias += 2 * R) {
        const struct wavenet_layer *layer = &state->weights->layers[l];
        struct wavenet_ring *ring = &state->rings[l];
        float *old = ring->x + ring->at * R;

        multiply(kernels, &layer->past.f, bias, old, state->z, 0);
        multiply(kernels, &layer->current.f, NULL, state->x, state->z, MATMUL_ADD);
        memcpy(old, state->x, R * sizeof *old);
        ring->at = ring->at + 1 < ring->size ? ring->at + 1 : 0;
        kernels->gate(state->z, R, state->h);
        multiply(kernels, &layer->out.f, layer->out_bias, state->h, state->x, MATMUL_ADD);
    }
}

static void layers_i8(struct wavenet_state *state)
{
    const struct kernels *kernels = state->compute.kernels;
    size_t R = state->config->residual;
    const float *bias = state->gate_bias;

    for (size_t l = 0; l < state->config->layers; l++, bias += 2 * R) {
        const struct wavenet_layer *layer = &state->weights->layers[l];
        struct wavenet_ring *ring = &state->rings[l];
        int8_t *old = ring->q + ring->at * R;
        float *old_scale = &ring->scales[ring->at];

        multiply_i8(kernels, &layer->past.i8, bias, old, *old_scale, state->z, 0);
        *old_scale = kernels->quantise_max(state->x, R, old);
        multiply_i8(kernels, &layer->current.i8, NULL, old, *old_scale, state->z, MATMUL_ADD);
        ring->at = ring->at + 1 < ring->size ? ring->at + 1 : 0;
        kernels->gate_i8(state->z, R, state->q);
        multiply_i8(kernels, &layer->out.i8, layer->out_bias, state->q, 1.0f / 127, state->x,
                    MATMUL_ADD);
    }
}

/* relu(s) in state->h -> state->out */
static void output(struct wavenet_state *state)
{
    const struct kernels *kernels = state->compute.kernels;
    const struct wavenet_weights *weights = state->weights;

    if (weights->precision == WAVENET_INT8) {
        float scale = kernels->quantise_max(state->h, state->config->skip, state->q);
        multiply_i8(kernels, &weights->hidden.i8, weights->hidden_bias, state->q, scale,
                    state->hidden, 0);
    } else {
        multiply(kernels, &weights->hidden.f, weights->hidden_bias, state->h, state->hidden, 0);
    }
    kernels->relu(state->hidden, state->config->output, state->hidden);
    multiply(kernels, &weights->out, weights->out_bias, state->hidden, state->out, 0);
}

static void sample(struct wavenet_state *state, const float *noise, float *ret_y)
{
    const struct wavenet_config *config = state->config;
    size_t bands = config->bands;
    const float *mean = state->out;
    float *sigma = state->out + bands;

    for (size_t b = 0; b < bands; b++)
        sigma[b] = sigma[b] > config->log_sigma_min ? sigma[b] : config->log_sigma_min;
    state->compute.kernels->exp(sigma, bands, sigma);
    for (size_t b = 0; b < bands; b++) {
        float low = config->temperature_low[b], high = config->temperature_high[b];
        float tau = low + (high - low) * (sigma[b] < 1 ? sigma[b] : 1);
        float y = mean[b] + tau * sigma[b] * noise[b], limit = config->output_limit;
        ret_y[b] = y > limit ? limit : y < -limit ? -limit : y;
    }
}

void wavenet_steps(struct wavenet_state *state)
{
    const struct kernels *kernels = state->compute.kernels;
    const struct wavenet_weights *weights = state->weights;
    size_t bands = state->config->bands, steps = state->config->steps_per_frame;
    size_t R = state->config->residual, S = state->config->skip;

    draw_noise(state, steps * bands);
    for (size_t n = 0; n < steps; n++) {
        float *y = state->subbands + n * bands;
        multiply(kernels, &weights->in, weights->in_bias, state->previous, state->x, 0);
        memcpy(state->x + R, weights->skip_bias, S * sizeof(float));
        if (weights->precision == WAVENET_INT8)
            layers_i8(state);
        else
            layers_f(state);
        kernels->relu(state->x + R, S, state->h);
        output(state);
        sample(state, state->noise + n * bands, y);
        memcpy(state->previous, state->forced ? state->forced : y, bands * sizeof(float));
        state->forced += state->forced ? bands : 0;
    }
}
