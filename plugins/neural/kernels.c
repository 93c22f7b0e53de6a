/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <sori/cpu.h>

#include "base/checked.h"
#include "neural/kernels-math.h"
#include "neural/kernels.h"

enum { PANEL_STEP = 16, I8_GROUP = 4 };

size_t kernels_list(uint64_t cpu, const struct kernels *ret_list[4])
{
    static const struct kernels *const all[] = {
#if defined(__x86_64__)
        &kernels_avx512,
        &kernels_avx2,
#endif
        &kernels_c,
    };
    size_t n = 0;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!(all[i]->cpu & ~cpu))
            ret_list[n++] = all[i];
    return n;
}

const struct kernels *kernels_select(uint64_t cpu)
{
    const struct kernels *list[4];
    kernels_list(cpu, list);
    return list[0];
}

bool matrix_is_quantised(enum matrix_type type)
{
    switch (type) {
    case MATRIX_F32:
    case MATRIX_F16:
    case MATRIX_BF16:
    case MATRIX_PACKED_F32:
    case MATRIX_PACKED_F16:
        return false;
    default:
        return true;
    }
}

size_t matrix_row_size(enum matrix_type type, size_t cols)
{
    switch (type) {
    case MATRIX_F32:
    case MATRIX_PACKED_F32:
        return cols * sizeof(float);
    case MATRIX_F16:
    case MATRIX_BF16:
    case MATRIX_PACKED_F16:
        return cols * sizeof(uint16_t);
    case MATRIX_Q8_0:
        return cols / TENSOR_BLOCK * sizeof(struct block_q8_0);
    case MATRIX_Q4_0:
        return cols / TENSOR_BLOCK * sizeof(struct block_q4_0);
    case MATRIX_Q4_1:
        return cols / TENSOR_BLOCK * sizeof(struct block_q4_1);
    case MATRIX_Q5_0:
        return cols / TENSOR_BLOCK * sizeof(struct block_q5_0);
    case MATRIX_Q5_1:
        return cols / TENSOR_BLOCK * sizeof(struct block_q5_1);
    case MATRIX_Q4_K:
        return cols / TENSOR_SUPERBLOCK * sizeof(struct block_q4_k);
    case MATRIX_Q5_K:
        return cols / TENSOR_SUPERBLOCK * sizeof(struct block_q5_k);
    case MATRIX_Q6_K:
        return cols / TENSOR_SUPERBLOCK * sizeof(struct block_q6_k);
    default:
        return 0;
    }
}

/* Rows that the panel with the row `first` has in memory: 64, or what is left rounded up to 16. */
static size_t panel_height(size_t rows, size_t first)
{
    size_t left = rows - first;
    return left >= PANEL_ROWS ? PANEL_ROWS : (left + PANEL_STEP - 1) / PANEL_STEP * PANEL_STEP;
}

size_t packed_size(size_t rows, size_t cols)
{
    size_t padded, size, bytes;
    if (!checked_align(rows, PANEL_STEP, &padded) || !checked_mul(padded, cols, &size) ||
        !checked_mul(size, sizeof(float), &bytes))
        return 0;
    return size;
}

#define DEFINE_PACK(name, value, matrix_type)                                                      \
    struct matrix name(const value *w, size_t stride, size_t rows, size_t cols, value *ret_data)   \
    {                                                                                              \
        value *to = ret_data;                                                                      \
        for (size_t first = 0; first < rows; first += PANEL_ROWS) {                                \
            size_t height = panel_height(rows, first);                                             \
            for (size_t c = 0; c < cols; c++)                                                      \
                for (size_t r = first; r < first + height; r++)                                    \
                    *to++ = r < rows ? w[r * stride + c] : 0;                                      \
        }                                                                                          \
        return (struct matrix){matrix_type, rows, cols, ret_data};                                 \
    }

DEFINE_PACK(pack_f32, float, MATRIX_PACKED_F32)
DEFINE_PACK(pack_f16, uint16_t, MATRIX_PACKED_F16)

size_t packed_i8_size(size_t rows, size_t cols)
{
    size_t padded_rows, padded_cols, weights, extra, size;
    if (!checked_align(rows, PANEL_STEP, &padded_rows) ||
        !checked_align(cols, I8_GROUP, &padded_cols) ||
        !checked_mul(padded_rows, padded_cols, &weights) ||
        !checked_mul(padded_rows, sizeof(int32_t) + sizeof(float), &extra) ||
        !checked_add(weights, extra, &size))
        return 0;
    return size;
}

static float largest(const float *x, size_t n)
{
    float max = 0;
    for (size_t i = 0; i < n; i++)
        max = fmaxf(max, fabsf(x[i]));
    return max;
}

/* Where a packed int8 matrix keeps the weight of one row and column. */
static size_t i8_place(size_t rows, size_t padded_cols, size_t row, size_t col)
{
    size_t first = row / PANEL_ROWS * PANEL_ROWS;
    return first * padded_cols + col / I8_GROUP * I8_GROUP * panel_height(rows, first) +
           (row - first) * I8_GROUP + col % I8_GROUP;
}

struct matrix_i8 pack_i8(const float *w, size_t stride, size_t rows, size_t cols, void *ret_data)
{
    size_t padded_rows = (rows + PANEL_STEP - 1) / PANEL_STEP * PANEL_STEP;
    size_t padded_cols = (cols + I8_GROUP - 1) / I8_GROUP * I8_GROUP;
    int8_t *data = ret_data;
    int32_t *sums = (int32_t *)(data + padded_rows * padded_cols);
    float *scales = (float *)(sums + padded_rows);

    memset(ret_data, 0, packed_i8_size(rows, cols));
    for (size_t r = 0; r < rows; r++) {
        float max = largest(w + r * stride, cols);
        float inverse = max >= I8_SMALLEST ? I8_LIMIT / max : 0;
        scales[r] = max >= I8_SMALLEST ? max / I8_LIMIT : 0;
        for (size_t c = 0; c < cols; c++) {
            int8_t q =
                (int8_t)lrintf(fminf(fmaxf(w[r * stride + c] * inverse, -I8_LIMIT), I8_LIMIT));
            data[i8_place(rows, padded_cols, r, c)] = q;
            sums[r] += q;
        }
    }
    return (struct matrix_i8){rows, cols, data, sums, scales};
}

struct matrix matrix_rows(const struct matrix *w, size_t first, size_t rows)
{
    return (struct matrix){w->type, rows, w->cols,
                           (const unsigned char *)w->data +
                               first * matrix_row_size(w->type, w->cols)};
}

struct matrix_i8 matrix_i8_rows(const struct matrix_i8 *w, size_t first, size_t rows)
{
    size_t padded_cols = (w->cols + I8_GROUP - 1) / I8_GROUP * I8_GROUP;
    return (struct matrix_i8){rows, w->cols, w->data + first * padded_cols, w->sums + first,
                              w->scales + first};
}
