/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "neural/layers.h"

int conv1d_bind(const struct gguf *gguf, const char *name, size_t in, size_t out, size_t kernel,
                unsigned flags, struct conv1d *ret_conv, struct gguf_error *ret_error)
{
    struct linear linear;
    int r = linear_bind_shape(gguf, name, GGUF_SHAPE(in, kernel, out), flags, &linear, ret_error);

    if (r < 0)
        return r;
    *ret_conv = (struct conv1d){linear, in, out, kernel};
    return 0;
}

void conv1d_free(struct conv1d *conv)
{
    linear_free(&conv->linear);
}

void conv1d_forward(const struct conv1d *conv, const struct compute *compute, const float *x,
                    size_t n, float *ret_y)
{
    /* Frames lie one after the other: a window of them is a column, the next window overlaps it. */
    linear_forward(&conv->linear, compute, x, conv->in, n, ret_y, conv->out, 0);
}

size_t conv1d_state_floats(const struct conv1d *conv, size_t chunk)
{
    return (conv->kernel - 1 + chunk) * conv->in;
}

void conv1d_state_init(const struct conv1d *conv, size_t chunk, float *memory,
                       struct conv1d_state *ret_state)
{
    *ret_state = (struct conv1d_state){.frames = memory, .chunk = chunk};
    conv1d_state_reset(conv, ret_state);
}

void conv1d_state_reset(const struct conv1d *conv, struct conv1d_state *state)
{
    state->count = (conv->kernel - 1) / 2;
    memset(state->frames, 0, state->count * conv->in * sizeof *state->frames);
}

size_t conv1d_push(const struct conv1d *conv, const struct compute *compute,
                   struct conv1d_state *state, const float *x, size_t n, float *ret_y)
{
    float *to = state->frames + state->count * conv->in;
    size_t keep = conv->kernel - 1, ready;

    if (x)
        memcpy(to, x, n * conv->in * sizeof *to);
    else
        memset(to, 0, n * conv->in * sizeof *to);
    state->count += n;
    if (state->count <= keep)
        return 0;
    ready = state->count - keep;
    conv1d_forward(conv, compute, state->frames, ready, ret_y);
    memmove(state->frames, state->frames + ready * conv->in, keep * conv->in * sizeof *to);
    state->count = keep;
    return ready;
}

int dilated_conv_bind(const struct gguf *gguf, const char *past, const char *current, size_t in,
                      size_t out, size_t dilation, unsigned flags, struct dilated_conv *ret_conv,
                      struct gguf_error *ret_error)
{
    struct dilated_conv conv = {.in = in, .out = out, .dilation = dilation};
    int r = linear_bind(gguf, past, out, in, flags & ~LINEAR_BIAS, &conv.past, ret_error);

    if (r >= 0)
        r = linear_bind(gguf, current, out, in, flags, &conv.current, ret_error);
    if (r < 0) {
        dilated_conv_free(&conv);
        return r;
    }
    *ret_conv = conv;
    return 0;
}

void dilated_conv_free(struct dilated_conv *conv)
{
    linear_free(&conv->past);
    linear_free(&conv->current);
}

size_t dilated_state_floats(const struct dilated_conv *conv)
{
    return conv->dilation * conv->in;
}

void dilated_state_init(const struct dilated_conv *conv, float *memory,
                        struct dilated_state *ret_state)
{
    *ret_state = (struct dilated_state){.ring = memory};
    dilated_state_reset(conv, ret_state);
}

void dilated_state_reset(const struct dilated_conv *conv, struct dilated_state *state)
{
    memset(state->ring, 0, dilated_state_floats(conv) * sizeof *state->ring);
    state->at = 0;
}

void dilated_conv_step(const struct dilated_conv *conv, const struct compute *compute,
                       struct dilated_state *state, const float *x, float *ret_y, unsigned flags)
{
    float *old = state->ring + state->at * conv->in; /* x[n - dilation], replaced by x[n] */

    linear_step(&conv->past, compute, old, ret_y, flags);
    linear_step(&conv->current, compute, x, ret_y, flags | MATMUL_ADD);
    memcpy(old, x, conv->in * sizeof *old);
    state->at = state->at + 1 == conv->dilation ? 0 : state->at + 1;
}
