/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/layers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/limits.h"
#include "neural/blas.h"

/* Multiply-adds below which handing work to other threads costs more than it saves. */
enum { THREADS_MIN_WORK = 200000 };

/* Inside a product: what is added has its bias already. */
#define LINEAR_NO_BIAS 4u

int compute_init(const struct kernels *kernels, struct threads *threads, size_t blocks,
                 struct compute *ret_compute)
{
    struct q8_block *scratch = NULL;

    if (blocks) {
        scratch = aligned_calloc(blocks, sizeof *scratch);
        if (!scratch)
            return -ENOMEM;
    }
    *ret_compute = (struct compute){kernels, threads, scratch, blocks};
    return 0;
}

void compute_free(struct compute *compute)
{
    free(compute->scratch);
    *compute = (struct compute){0};
}

/* --- linear -------------------------------------------------------------------------------------
 */

#define LINEAR_TYPES TENSOR_SET_REAL

static enum matrix_type matrix_type(enum tensor_type type)
{
    static const enum matrix_type types[TENSOR_TYPES] = {
        [TENSOR_F32] = MATRIX_F32,   [TENSOR_F16] = MATRIX_F16,   [TENSOR_BF16] = MATRIX_BF16,
        [TENSOR_Q8_0] = MATRIX_Q8_0, [TENSOR_Q4_0] = MATRIX_Q4_0, [TENSOR_Q4_1] = MATRIX_Q4_1,
        [TENSOR_Q5_0] = MATRIX_Q5_0, [TENSOR_Q5_1] = MATRIX_Q5_1, [TENSOR_Q4_K] = MATRIX_Q4_K,
        [TENSOR_Q5_K] = MATRIX_Q5_K, [TENSOR_Q6_K] = MATRIX_Q6_K,
    };
    return types[type];
}

/* "name.suffix"; a name too long for any tensor is one that the file does not have. */
static int full_name(const char *name, const char *suffix, char ret_name[GGUF_MAX_KEY])
{
    size_t length = strlen(name), more = strlen(suffix) + 1;

    if (length >= GGUF_MAX_KEY || more >= GGUF_MAX_KEY - length)
        return -ENOENT;
    memcpy(ret_name, name, length);
    ret_name[length] = '.';
    memcpy(ret_name + length + 1, suffix, more);
    return 0;
}

static int bind_floats(const struct gguf *gguf, const char *name, const char *suffix, size_t n,
                       const float **ret_floats, struct gguf_error *ret_error)
{
    char full[GGUF_MAX_KEY];
    struct tensor tensor;
    int r = full_name(name, suffix, full);

    if (r >= 0)
        r = gguf_bind(gguf, full, TENSOR_SET(TENSOR_F32), GGUF_SHAPE(n), &tensor, ret_error);
    if (r >= 0)
        *ret_floats = tensor.data;
    return r;
}

static int pack(struct linear *linear)
{
    const struct matrix *w = &linear->weight;
    size_t item = w->type == MATRIX_F32 ? sizeof(float) : sizeof(uint16_t);
    size_t size = packed_size(w->rows, w->cols);

    linear->owned = size ? aligned_calloc(size, item) : NULL;
    if (!linear->owned)
        return -ENOMEM;
    if (w->type == MATRIX_F32)
        linear->weight = pack_f32(w->data, w->cols, w->rows, w->cols, linear->owned);
    else
        linear->weight = pack_f16(w->data, w->cols, w->rows, w->cols, linear->owned);
    return 0;
}

static int bind_matrix(const struct gguf *gguf, const char *weight, const size_t *ne, size_t n_dims,
                       unsigned flags, struct linear *ret_linear, struct gguf_error *ret_error)
{
    struct tensor tensor;
    int r = gguf_bind(gguf, weight, LINEAR_TYPES, ne, n_dims, &tensor, ret_error);

    if (r < 0)
        return r;
    ret_linear->weight = (struct matrix){
        .type = matrix_type(tensor.type),
        .rows = ne[n_dims - 1],
        .cols = tensor_values(&tensor) / ne[n_dims - 1],
        .data = tensor.data,
    };
    if (flags & LINEAR_PACK && (tensor.type == TENSOR_F32 || tensor.type == TENSOR_F16))
        return pack(ret_linear);
    return 0;
}

int linear_bind_shape(const struct gguf *gguf, const char *name, const size_t *ne, size_t n_dims,
                      unsigned flags, struct linear *ret_linear, struct gguf_error *ret_error)
{
    char weight[GGUF_MAX_KEY];
    struct linear linear = {0};
    int r = full_name(name, "weight", weight);

    if (r >= 0 && flags & LINEAR_BIAS)
        r = bind_floats(gguf, name, "bias", ne[n_dims - 1], &linear.bias, ret_error);
    if (r >= 0)
        r = bind_matrix(gguf, weight, ne, n_dims, flags, &linear, ret_error);
    if (r < 0) {
        linear_free(&linear);
        return r;
    }
    *ret_linear = linear;
    return 0;
}

int linear_bind(const struct gguf *gguf, const char *name, size_t rows, size_t cols, unsigned flags,
                struct linear *ret_linear, struct gguf_error *ret_error)
{
    return linear_bind_shape(gguf, name, GGUF_SHAPE(cols, rows), flags, ret_linear, ret_error);
}

void linear_free(struct linear *linear)
{
    free(linear->owned);
    *linear = (struct linear){0};
}

size_t linear_scratch(const struct linear *linear, size_t n)
{
    return matrix_is_quantised(linear->weight.type) ? n * (linear->weight.cols / TENSOR_BLOCK) : 0;
}

/* Products of the same columns, on several threads: each takes panels of rows. */
struct product {
    const struct linear *const *linears;
    size_t count;
    const struct kernels *kernels;
    const void *x;
    size_t x_stride, n;
    float *const *y;
    size_t first_column, column_stride; /* where the columns begin */
    size_t y_stride;
    unsigned flags;
};

static size_t panels(const struct linear *linear)
{
    return (linear->weight.rows + PANEL_ROWS - 1) / PANEL_ROWS;
}

/* Panels first..end - 1 of one matrix. */
static void product_panels(const struct product *p, size_t which, size_t first, size_t end)
{
    const struct linear *linear = p->linears[which];
    size_t row = first * PANEL_ROWS, rows = linear->weight.rows - row;
    struct matrix part;

    if (rows > (end - first) * PANEL_ROWS)
        rows = (end - first) * PANEL_ROWS;
    part = matrix_rows(&linear->weight, row, rows);
    p->kernels->matmul[part.type](
        &part, linear->bias && !(p->flags & LINEAR_NO_BIAS) ? linear->bias + row : NULL, p->x,
        p->x_stride, p->n, p->y[which] + p->first_column * p->column_stride + row, p->y_stride,
        p->flags & MATMUL_ADD);
}

/* Panels are counted through all matrices. */
static void product_items(void *data, size_t first, size_t end)
{
    const struct product *p = data;

    for (size_t which = 0, at = 0; which < p->count && at < end; which++) {
        size_t next = at + panels(p->linears[which]);
        if (first < next)
            product_panels(p, which, (first > at ? first : at) - at,
                           (end < next ? end : next) - at);
        at = next;
    }
}

static void product_run(const struct product *p, struct threads *threads)
{
    size_t items = 0, work = 0;

    for (size_t i = 0; i < p->count; i++) {
        const struct matrix *w = &p->linears[i]->weight;
        items += panels(p->linears[i]);
        work += w->rows * w->cols * p->n;
    }
    if (threads && work >= THREADS_MIN_WORK)
        threads_run(threads, items, 1, product_items, (void *)p);
    else
        product_items((void *)p, 0, items);
}

/* What n / 32 blocks leave of the floats, in blocks again. */
static void quantise_rest(const struct kernels *kernels, const float *x, size_t n,
                          const struct q8_block *blocks, struct q8_block *ret_rest)
{
    for (size_t b = 0; b < n / TENSOR_BLOCK; b++) {
        float rest[TENSOR_BLOCK];
        for (size_t i = 0; i < TENSOR_BLOCK; i++)
            rest[i] = x[b * TENSOR_BLOCK + i] - blocks[b].scale * (float)blocks[b].q[i];
        kernels->quantise_q8(rest, TENSOR_BLOCK, ret_rest + b);
    }
}

/* What the parts of a fine product are added to: the bias, or nothing. */
static void put_bias(const struct product *p, size_t n, unsigned flags)
{
    for (size_t k = 0; k < p->count; k++)
        for (size_t i = 0; i < n; i++) {
            const float *bias = p->linears[k]->bias;
            size_t rows = p->linears[k]->weight.rows;
            float *y = p->y[k] + i * p->column_stride;
            if (!(flags & MATMUL_ADD))
                memset(y, 0, rows * sizeof *y);
            if (bias)
                p->kernels->add(y, bias, rows, y);
        }
}

/*
 * Columns and their rests, one after the other. A single column goes with its rest: both are added
 * to the same y, so that the weights are read once.
 */
static void run_fine(struct product *p, struct threads *threads, size_t blocks)
{
    p->flags = MATMUL_ADD | LINEAR_NO_BIAS;
    if (p->n == 1) {
        p->n = 2;
        p->y_stride = 0;
        product_run(p, threads);
        p->n = 1;
        p->y_stride = p->column_stride;
        return;
    }
    product_run(p, threads);
    p->x = (const struct q8_block *)p->x + p->n * blocks;
    product_run(p, threads);
}

/* As many columns at once as the scratch holds; with LINEAR_FINE the rest of each as well. */
static void forward_quantised(const struct compute *compute, struct product *p, const float *x,
                              size_t x_stride, size_t n, unsigned flags)
{
    size_t cols = p->linears[0]->weight.cols, blocks = cols / TENSOR_BLOCK;
    bool fine = flags & LINEAR_FINE && compute->scratch_blocks >= 2 * blocks;
    size_t at_once = compute->scratch_blocks / (fine ? 2 * blocks : blocks);

    if (fine)
        put_bias(p, n, flags);
    p->x_stride = blocks;
    for (size_t first = 0; first < n; first += p->n) {
        p->n = n - first < at_once ? n - first : at_once;
        p->first_column = first;
        p->x = compute->scratch;
        p->flags = flags & MATMUL_ADD;
        for (size_t i = 0; i < p->n; i++) {
            const float *column = x + (first + i) * x_stride;
            struct q8_block *q = compute->scratch + i * blocks;
            compute->kernels->quantise_q8(column, cols, q);
            if (fine)
                quantise_rest(compute->kernels, column, cols, q, q + p->n * blocks);
        }
        if (fine)
            run_fine(p, compute->threads, blocks);
        else
            product_run(p, compute->threads);
    }
}

static void forward(const struct linear *const *linears, size_t count,
                    const struct compute *compute, const float *x, size_t x_stride, size_t n,
                    float *const *ret_y, size_t y_stride, unsigned flags)
{
    const struct matrix *w = &linears[0]->weight;
    struct product product = {
        .linears = linears,
        .count = count,
        .kernels = compute->kernels,
        .x = x,
        .x_stride = x_stride,
        .n = n,
        .y = ret_y,
        .column_stride = y_stride,
        .y_stride = y_stride,
        .flags = flags & MATMUL_ADD,
    };

    if (matrix_is_quantised(w->type)) {
        forward_quantised(compute, &product, x, x_stride, n, flags);
        return;
    }
    if (count == 1 && w->type == MATRIX_F32 && n >= BLAS_MIN_COLUMNS &&
        !blas_matmul(w->data, w->rows, w->cols, linears[0]->bias, x, x_stride, n, ret_y[0],
                     y_stride, flags & MATMUL_ADD))
        return;
    product_run(&product, compute->threads);
}

void linear_forward(const struct linear *linear, const struct compute *compute, const float *x,
                    size_t x_stride, size_t n, float *ret_y, size_t y_stride, unsigned flags)
{
    forward(&linear, 1, compute, x, x_stride, n, &ret_y, y_stride, flags);
}

void linear_forward_many(const struct linear *const *linears, size_t count,
                         const struct compute *compute, const float *x, size_t x_stride, size_t n,
                         float *const *ret_y, size_t y_stride, unsigned flags)
{
    bool together = true;

    for (size_t i = 0; i < count; i++)
        together = together && matrix_is_quantised(linears[i]->weight.type);
    if (together) {
        forward(linears, count, compute, x, x_stride, n, ret_y, y_stride, flags);
        return;
    }
    for (size_t i = 0; i < count; i++)
        forward(linears + i, 1, compute, x, x_stride, n, ret_y + i, y_stride, flags);
}

/* --- embedding ----------------------------------------------------------------------------------
 */

int embedding_bind(const struct gguf *gguf, const char *name, size_t count, size_t width,
                   struct embedding *ret_embedding, struct gguf_error *ret_error)
{
    char full[GGUF_MAX_KEY];
    int r = full_name(name, "weight", full);

    if (r < 0)
        return r;
    return gguf_bind(gguf, full, TENSOR_SET_REAL, GGUF_SHAPE(width, count), &ret_embedding->table,
                     ret_error);
}

void embedding_row(const struct embedding *embedding, size_t id, float *ret_row)
{
    const struct tensor *table = &embedding->table;
    tensor_to_float(table->type, tensor_row(table, id), table->ne[0], ret_row);
}

/* --- norms --------------------------------------------------------------------------------------
 */

int layer_norm_bind(const struct gguf *gguf, const char *name, size_t width, float epsilon,
                    struct norm *ret_norm, struct gguf_error *ret_error)
{
    struct norm norm = {.width = width, .epsilon = epsilon};
    int r = bind_floats(gguf, name, "weight", width, &norm.weight, ret_error);

    if (r >= 0)
        r = bind_floats(gguf, name, "bias", width, &norm.bias, ret_error);
    if (r >= 0)
        *ret_norm = norm;
    return r;
}

int rms_norm_bind(const struct gguf *gguf, const char *name, size_t width, float epsilon,
                  struct norm *ret_norm, struct gguf_error *ret_error)
{
    struct norm norm = {.width = width, .epsilon = epsilon};
    int r = bind_floats(gguf, name, "weight", width, &norm.weight, ret_error);

    if (r >= 0)
        *ret_norm = norm;
    return r;
}

void norm_forward(const struct norm *norm, const struct compute *compute, const float *x, size_t n,
                  float *ret_y)
{
    for (size_t i = 0; i < n; i++, x += norm->width, ret_y += norm->width)
        if (norm->bias)
            compute->kernels->layer_norm(x, norm->weight, norm->bias, norm->epsilon, norm->width,
                                         ret_y);
        else
            compute->kernels->rms_norm(x, norm->weight, norm->epsilon, norm->width, ret_y);
}
