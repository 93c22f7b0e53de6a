/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "neural/tensor-name.h"
#include "wavenet/filterbank.h"
#include "wavenet/weights.h"

/* What all binding functions need; `error` is the first failure and stops the rest. */
struct binder {
    const struct gguf *gguf;
    const struct wavenet_config *config;
    struct gguf_error *ret_error;
    enum wavenet_precision precision;
    int error;
    char name[TENSOR_NAME_SIZE];
};

static void fail_memory(struct binder *binder)
{
    *binder->ret_error = (struct gguf_error){.rule = GGUF_NO_MEMORY};
    snprintf(binder->ret_error->message, sizeof binder->ret_error->message, "out of memory");
    binder->error = -ENOMEM;
}

/* Zeroed floats, or NULL after an error. */
static float *floats(struct binder *binder, size_t count)
{
    float *memory = binder->error < 0 ? NULL : aligned_calloc(count, sizeof(float));
    if (!memory && binder->error >= 0)
        fail_memory(binder);
    return memory;
}

/* The tensor [rows][cols] as floats in memory of the caller. */
static void read_rows(struct binder *binder, size_t rows, size_t cols, float *ret_rows,
                      const char *name)
{
    struct tensor tensor;

    if (binder->error >= 0)
        binder->error = gguf_bind(binder->gguf, name, TENSOR_SET_REAL, GGUF_SHAPE(cols, rows),
                                  &tensor, binder->ret_error);
    for (size_t r = 0; binder->error >= 0 && r < rows; r++)
        tensor_to_float(tensor.type, tensor_row(&tensor, r), cols, ret_rows + r * cols);
}

static void read_vector(struct binder *binder, size_t count, const float **ret_vector,
                        const char *name)
{
    struct tensor tensor;

    if (binder->error >= 0)
        binder->error = gguf_bind(binder->gguf, name, TENSOR_SET(TENSOR_F32), GGUF_SHAPE(count),
                                  &tensor, binder->ret_error);
    if (binder->error >= 0)
        *ret_vector = tensor.data;
}

/* --- packing ------------------------------------------------------------------------------------
 */

static void pack_halves(struct binder *binder, const float *rows, size_t n_rows, size_t cols,
                        struct wavenet_matrix *matrix)
{
    _cleanup_free_ uint16_t *halves = calloc(n_rows * cols, sizeof *halves);

    matrix->owned = aligned_calloc(packed_size(n_rows, cols), sizeof(uint16_t));
    if (!halves || !matrix->owned) {
        fail_memory(binder);
        return;
    }
    for (size_t i = 0; i < n_rows * cols; i++)
        halves[i] = half_from_float(rows[i]);
    matrix->f = pack_f16(halves, cols, n_rows, cols, matrix->owned);
}

/* Packs rows[n_rows][cols] for the precision of the model. */
static void pack(struct binder *binder, const float *rows, size_t n_rows, size_t cols,
                 struct wavenet_matrix *matrix)
{
    if (binder->error < 0)
        return;
    if (binder->precision == WAVENET_F16) {
        pack_halves(binder, rows, n_rows, cols, matrix);
        return;
    }
    matrix->owned = binder->precision == WAVENET_INT8
                        ? aligned_calloc(packed_i8_size(n_rows, cols), 1)
                        : aligned_calloc(packed_size(n_rows, cols), sizeof(float));
    if (!matrix->owned)
        fail_memory(binder);
    else if (binder->precision == WAVENET_INT8)
        matrix->i8 = pack_i8(rows, cols, n_rows, cols, matrix->owned);
    else
        matrix->f = pack_f32(rows, cols, n_rows, cols, matrix->owned);
}

/* A matrix that stays fp32; *ret_data is its memory. */
static void bind_fixed(struct binder *binder, const char *name, size_t rows, size_t cols,
                       struct matrix *matrix, float **ret_data)
{
    _cleanup_free_ float *raw = floats(binder, rows * cols);

    *ret_data = floats(binder, packed_size(rows, cols));
    read_rows(binder, rows, cols, raw, name);
    if (binder->error >= 0)
        *matrix = pack_f32(raw, cols, rows, cols, *ret_data);
}

/* --- the model ----------------------------------------------------------------------------------
 */

static void bind_layer(struct binder *binder, struct wavenet_layer *layer, unsigned l)
{
    const struct wavenet_config *config = binder->config;
    size_t R = config->residual, S = config->skip;
    _cleanup_free_ float *raw = floats(binder, (3 * R + S) * R + R);
    const float *bias;

    if (binder->error >= 0)
        binder->error = linear_bind(binder->gguf, tensor_name(binder->name, "layer.%u.cond", l),
                                    2 * R, config->condition, LINEAR_BIAS | LINEAR_PACK,
                                    &layer->condition, binder->ret_error);
    read_rows(binder, 2 * R, R, raw, tensor_name(binder->name, "layer.%u.past.weight", l));
    pack(binder, raw, 2 * R, R, &layer->past);
    read_rows(binder, 2 * R, R, raw, tensor_name(binder->name, "layer.%u.cur.weight", l));
    pack(binder, raw, 2 * R, R, &layer->current);
    read_rows(binder, R, R, raw, tensor_name(binder->name, "layer.%u.res.weight", l));
    read_rows(binder, S, R, raw ? raw + R * R : NULL,
              tensor_name(binder->name, "layer.%u.skip.weight", l));
    pack(binder, raw, R + S, R, &layer->out);
    layer->out_bias = floats(binder, R + S);
    read_vector(binder, R, &bias, tensor_name(binder->name, "layer.%u.res.bias", l));
    if (binder->error >= 0)
        memcpy(layer->out_bias, bias, R * sizeof *bias);
}

static void bind_layers(struct binder *binder, struct wavenet_weights *weights)
{
    if (binder->error < 0)
        return;
    weights->layers = calloc(binder->config->layers, sizeof *weights->layers);
    if (!weights->layers)
        fail_memory(binder);
    for (unsigned l = 0; l < binder->config->layers && binder->error >= 0; l++)
        bind_layer(binder, &weights->layers[l], l);
}

static void bind_condition(struct binder *binder, struct wavenet_weights *weights)
{
    const struct wavenet_config *config = binder->config;

    for (unsigned i = 0; i < 2 && binder->error >= 0; i++)
        binder->error =
            conv1d_bind(binder->gguf, i ? "cond.1" : "cond.0", i ? config->condition : config->mels,
                        config->condition, config->condition_kernel, LINEAR_BIAS | LINEAR_PACK,
                        &weights->condition[i], binder->ret_error);
    read_vector(binder, config->mels, &weights->mean, "mel.mean");
    read_vector(binder, config->mels, &weights->std, "mel.std");
    bind_fixed(binder, "gain.w", config->bands, config->mels, &weights->gain_matrix,
               &weights->gain);
}

static void bind_output(struct binder *binder, struct wavenet_weights *weights)
{
    const struct wavenet_config *config = binder->config;
    size_t S = config->skip, O = config->output;
    _cleanup_free_ float *raw = floats(binder, S * O);

    read_vector(binder, S, &weights->skip_bias, "skip.bias");
    read_rows(binder, O, S, raw, "out.0.weight");
    pack(binder, raw, O, S, &weights->hidden);
    read_vector(binder, O, &weights->hidden_bias, "out.0.bias");
    bind_fixed(binder, "out.1.weight", 2 * (size_t)config->bands, O, &weights->out,
               &weights->out_data);
    read_vector(binder, 2 * (size_t)config->bands, &weights->out_bias, "out.1.bias");
}

static void bind_filterbank(struct binder *binder, struct wavenet_weights *weights)
{
    size_t bands = binder->config->bands, taps = binder->config->taps;
    size_t cols = filterbank_window(bands, taps) * bands;
    _cleanup_free_ float *bank = floats(binder, bands * taps);
    _cleanup_free_ float *rows = floats(binder, bands * cols);

    read_rows(binder, bands, taps, bank, "pqmf.synthesis");
    weights->synthesis_data = floats(binder, packed_size(bands, cols));
    if (binder->error < 0)
        return;
    filterbank_matrix(bank, bands, taps, rows);
    weights->synthesis = pack_f32(rows, cols, bands, cols, weights->synthesis_data);
}

int wavenet_weights_bind(const struct gguf *gguf, const struct wavenet_config *config,
                         enum wavenet_precision precision, struct wavenet_weights *ret_weights,
                         struct gguf_error *ret_error)
{
    struct wavenet_weights weights = {.precision = precision};
    struct binder binder = {gguf, config, ret_error, precision, 0};

    bind_condition(&binder, &weights);
    bind_fixed(&binder, "in.weight", config->residual, config->bands, &weights.in,
               &weights.in_data);
    read_vector(&binder, config->residual, &weights.in_bias, "in.bias");
    bind_layers(&binder, &weights);
    bind_output(&binder, &weights);
    bind_filterbank(&binder, &weights);
    if (binder.error < 0) {
        wavenet_weights_free(&weights, config);
        return binder.error;
    }
    *ret_weights = weights;
    return 0;
}

static void free_layer(struct wavenet_layer *layer)
{
    linear_free(&layer->condition);
    free(layer->past.owned);
    free(layer->current.owned);
    free(layer->out.owned);
    free(layer->out_bias);
}

void wavenet_weights_free(struct wavenet_weights *weights, const struct wavenet_config *config)
{
    for (unsigned l = 0; weights->layers && l < config->layers; l++)
        free_layer(&weights->layers[l]);
    free(weights->layers);
    for (unsigned i = 0; i < 2; i++)
        conv1d_free(&weights->condition[i]);
    free(weights->gain);
    free(weights->hidden.owned);
    free(weights->in_data);
    free(weights->out_data);
    free(weights->synthesis_data);
}
