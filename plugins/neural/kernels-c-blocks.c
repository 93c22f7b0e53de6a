/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference for quantised weights: groups of weights that share a scale become small integers,
 * and their products with the activations' integers are summed exactly; tensor.h has the layouts.
 */
#include "neural/kernels-c.h"

/* 32 weights: w = scale q + min, or with two scales one for each half and no min. */
struct group {
    int16_t q[TENSOR_BLOCK]; /* of 16 bits: compilers make products of pairs of it */
    float scale[2], min;
};

static void put_nibbles(const uint8_t *qs, int16_t *q)
{
    for (size_t i = 0; i < 16; i++) {
        q[i] = qs[i] & 15;
        q[i + 16] = qs[i] >> 4;
    }
}

static void add_fifth_bits(const uint8_t *qh, int16_t *q)
{
    for (size_t i = 0; i < TENSOR_BLOCK; i++)
        q[i] = (int16_t)(q[i] | (qh[i / 8] >> (i % 8) & 1) << 4);
}

static void read_q8_0(const struct block_q8_0 *w, size_t b, struct group *group)
{
    group->scale[0] = half_to_float(w[b].d);
    for (size_t i = 0; i < TENSOR_BLOCK; i++)
        group->q[i] = w[b].qs[i];
}

static void read_q4_0(const struct block_q4_0 *w, size_t b, struct group *group)
{
    group->scale[0] = half_to_float(w[b].d);
    group->min = -8 * group->scale[0];
    put_nibbles(w[b].qs, group->q);
}

static void read_q4_1(const struct block_q4_1 *w, size_t b, struct group *group)
{
    group->scale[0] = half_to_float(w[b].d);
    group->min = half_to_float(w[b].m);
    put_nibbles(w[b].qs, group->q);
}

static void read_q5_0(const struct block_q5_0 *w, size_t b, struct group *group)
{
    group->scale[0] = half_to_float(w[b].d);
    group->min = -16 * group->scale[0];
    put_nibbles(w[b].qs, group->q);
    add_fifth_bits(w[b].qh, group->q);
}

static void read_q5_1(const struct block_q5_1 *w, size_t b, struct group *group)
{
    group->scale[0] = half_to_float(w[b].d);
    group->min = half_to_float(w[b].m);
    put_nibbles(w[b].qs, group->q);
    add_fifth_bits(w[b].qh, group->q);
}

/* The six-bit scale and minimum of group g of a superblock. */
static void read_scale(const uint8_t *scales, size_t g, float d, float dmin, struct group *group)
{
    int scale = scales[g] & 63, min = scales[g + 4] & 63;

    if (g >= 4) {
        scale = (scales[g + 4] & 15) | (scales[g - 4] >> 6) << 4;
        min = scales[g + 4] >> 4 | (scales[g] >> 6) << 4;
    }
    group->scale[0] = d * (float)scale;
    group->min = -dmin * (float)min;
}

static void read_q4_k(const struct block_q4_k *w, size_t b, struct group *group)
{
    const struct block_q4_k *block = w + b / 8;
    size_t g = b % 8;

    read_scale(block->scales, g, half_to_float(block->d), half_to_float(block->dmin), group);
    for (size_t i = 0; i < TENSOR_BLOCK; i++)
        group->q[i] = block->qs[32 * (g / 2) + i] >> 4 * (g % 2) & 15;
}

static void read_q5_k(const struct block_q5_k *w, size_t b, struct group *group)
{
    const struct block_q5_k *block = w + b / 8;
    size_t g = b % 8;

    read_scale(block->scales, g, half_to_float(block->d), half_to_float(block->dmin), group);
    for (size_t i = 0; i < TENSOR_BLOCK; i++)
        group->q[i] = (int16_t)((block->qs[32 * (g / 2) + i] >> 4 * (g % 2) & 15) |
                                (block->qh[i] >> g & 1) << 4);
}

static void read_q6_k(const struct block_q6_k *w, size_t b, struct group *group)
{
    const struct block_q6_k *block = w + b / 8;
    size_t half = b % 8 / 4, quarter = b % 4;
    float d = half_to_float(block->d);

    group->scale[0] = d * (float)block->scales[2 * (b % 8)];
    group->scale[1] = d * (float)block->scales[2 * (b % 8) + 1];
    for (size_t i = 0; i < TENSOR_BLOCK; i++) {
        int low = block->ql[64 * half + 32 * (quarter % 2) + i] >> 4 * (quarter / 2) & 15;
        int high = block->qh[32 * half + i] >> 2 * quarter & 3;
        group->q[i] = (int16_t)((low | high << 4) - 32);
    }
}

static int32_t integer_dot(const int16_t *w, const int8_t *x, size_t n)
{
    int32_t dot = 0;
    for (size_t i = 0; i < n; i++)
        dot += w[i] * x[i];
    return dot;
}

/* One scale and a minimum; the minimum is 0 where there is none. */
static float group_dot(const struct group *w, const struct q8_block *x)
{
    return w->scale[0] * x->scale * (float)integer_dot(w->q, x->q, 32) + w->min * x->sum;
}

static float halves_dot(const struct group *w, const struct q8_block *x)
{
    return w->scale[0] * x->scale * (float)integer_dot(w->q, x->q, 16) +
           w->scale[1] * x->scale * (float)integer_dot(w->q + 16, x->q + 16, 16);
}

/* Columns that a group is read for at once. */
enum { COLUMNS = 16 };

#define DEFINE_MATMUL(name, values, dot)                                                           \
    static void name##_row(const struct block_##name *row, size_t blocks,                          \
                           const struct q8_block *x, size_t x_stride, size_t n, float *ret_sums)   \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            ret_sums[i] = 0;                                                                       \
        for (size_t b = 0; b < blocks; b++) {                                                      \
            struct group group = {.min = 0};                                                       \
            read_##name(row, b, &group);                                                           \
            for (size_t i = 0; i < n; i++)                                                         \
                ret_sums[i] += dot(&group, x + i * x_stride + b);                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    void c_matmul_##name(const struct matrix *m, const float *bias, const void *columns,           \
                         size_t x_stride, size_t n, float *ret_y, size_t y_stride, unsigned flags) \
    {                                                                                              \
        const struct block_##name *rows = m->data;                                                 \
        const struct q8_block *x = columns;                                                        \
        float sums[COLUMNS];                                                                       \
        for (size_t r = 0; r < m->rows; r++, rows += m->cols / (values))                           \
            for (size_t first = 0; first < n; first += COLUMNS) {                                  \
                size_t some = n - first < COLUMNS ? n - first : COLUMNS;                           \
                name##_row(rows, m->cols / TENSOR_BLOCK, x + first * x_stride, x_stride, some,     \
                           sums);                                                                  \
                for (size_t i = 0; i < some; i++) {                                                \
                    float *y = ret_y + (first + i) * y_stride + r;                                 \
                    float sum = sums[i] + (bias ? bias[r] : 0);                                    \
                    *y = flags & MATMUL_ADD ? *y + sum : sum;                                      \
                }                                                                                  \
            }                                                                                      \
    }

DEFINE_MATMUL(q8_0, TENSOR_BLOCK, group_dot)
DEFINE_MATMUL(q4_0, TENSOR_BLOCK, group_dot)
DEFINE_MATMUL(q4_1, TENSOR_BLOCK, group_dot)
DEFINE_MATMUL(q5_0, TENSOR_BLOCK, group_dot)
DEFINE_MATMUL(q5_1, TENSOR_BLOCK, group_dot)
DEFINE_MATMUL(q4_k, TENSOR_SUPERBLOCK, group_dot)
DEFINE_MATMUL(q5_k, TENSOR_SUPERBLOCK, group_dot)
DEFINE_MATMUL(q6_k, TENSOR_SUPERBLOCK, halves_dot)
