/* SPDX-License-Identifier: Apache-2.0 */
/* The plain products with rows of numbers, as they lie in a file or packed in panels. */
#include <string.h>

#include "neural/kernels-c.h"
#include "neural/kernels-math.h"
#include "neural/kernels.h"

static float float_dot(const float *w, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += w[i] * x[i];
    return sum;
}

static float half_dot(const uint16_t *w, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += half_fast(w[i]) * x[i];
    return sum;
}

static float bfloat_dot(const uint16_t *w, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += bfloat_to_float(w[i]) * x[i];
    return sum;
}

/* A product from the dot product of one row; `x_item` is what the stride of x counts. */
#define DEFINE_MATMUL(name, row_type, row_items, x_item, dot)                                      \
    void name(const struct matrix *w, const float *bias, const void *x, size_t x_stride, size_t n, \
              float *ret_y, size_t y_stride, unsigned flags)                                       \
    {                                                                                              \
        const row_type *rows = w->data;                                                            \
        const x_item *columns = x;                                                                 \
        for (size_t i = 0; i < n; i++)                                                             \
            for (size_t r = 0; r < w->rows; r++) {                                                 \
                float *y = ret_y + i * y_stride + r;                                               \
                float sum = dot(rows + r * (row_items), columns + i * x_stride, w->cols);          \
                sum += bias ? bias[r] : 0;                                                         \
                *y = flags & MATMUL_ADD ? *y + sum : sum;                                          \
            }                                                                                      \
    }

DEFINE_MATMUL(c_matmul_f32, float, w->cols, float, float_dot)
DEFINE_MATMUL(c_matmul_f16, uint16_t, w->cols, float, half_dot)
DEFINE_MATMUL(c_matmul_bf16, uint16_t, w->cols, float, bfloat_dot)

static inline size_t panel_height(size_t left)
{
    return left >= PANEL_ROWS ? PANEL_ROWS : (left + 15) / 16 * 16;
}

/* One panel times one column: `height` sums at once. */
#define DEFINE_MATMUL_PACKED(name, value, to_float)                                                \
    static void name##_panel(const value *w, size_t height, const float *x, size_t cols,           \
                             float *ret_sums)                                                      \
    {                                                                                              \
        memset(ret_sums, 0, height * sizeof *ret_sums);                                            \
        for (size_t c = 0; c < cols; c++, w += height)                                             \
            for (size_t r = 0; r < height; r++)                                                    \
                ret_sums[r] += to_float(w[r]) * x[c];                                              \
    }                                                                                              \
                                                                                                   \
    void name(const struct matrix *w, const float *bias, const void *x, size_t x_stride, size_t n, \
              float *ret_y, size_t y_stride, unsigned flags)                                       \
    {                                                                                              \
        float sums[PANEL_ROWS];                                                                    \
        for (size_t first = 0; first < w->rows; first += PANEL_ROWS) {                             \
            size_t height = panel_height(w->rows - first);                                         \
            const value *panel = (const value *)w->data + first * w->cols;                         \
            for (size_t i = 0; i < n; i++) {                                                       \
                float *y = ret_y + i * y_stride;                                                   \
                name##_panel(panel, height, (const float *)x + i * x_stride, w->cols, sums);       \
                for (size_t r = first; r < w->rows && r < first + PANEL_ROWS; r++) {               \
                    float sum = sums[r - first] + (bias ? bias[r] : 0);                            \
                    y[r] = flags & MATMUL_ADD ? y[r] + sum : sum;                                  \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

DEFINE_MATMUL_PACKED(c_matmul_packed_f32, float, )
DEFINE_MATMUL_PACKED(c_matmul_packed_f16, uint16_t, half_fast)

static void panel_i8(const int8_t *w, size_t height, const int8_t *x, size_t cols,
                     int32_t *ret_sums)
{
    memset(ret_sums, 0, height * sizeof *ret_sums);
    for (size_t c = 0; c < cols; c += 4, w += 4 * height) {
        int8_t x4[4] = {0};
        memcpy(x4, x + c, cols - c < 4 ? cols - c : 4);
        for (size_t r = 0; r < height; r++)
            ret_sums[r] += w[4 * r] * x4[0] + w[4 * r + 1] * x4[1] + w[4 * r + 2] * x4[2] +
                           w[4 * r + 3] * x4[3];
    }
}

void c_matmul_i8(const struct matrix_i8 *w, const float *bias, const int8_t *x, size_t x_stride,
                 const float *x_scales, size_t n, float *ret_y, size_t y_stride, unsigned flags)
{
    size_t padded_cols = (w->cols + 3) / 4 * 4;
    int32_t sums[PANEL_ROWS];

    for (size_t first = 0; first < w->rows; first += PANEL_ROWS) {
        size_t height = panel_height(w->rows - first);
        for (size_t i = 0; i < n; i++) {
            float *y = ret_y + i * y_stride;
            panel_i8(w->data + first * padded_cols, height, x + i * x_stride, w->cols, sums);
            for (size_t r = first; r < w->rows && r < first + PANEL_ROWS; r++) {
                float sum = w->scales[r] * x_scales[i] * (float)sums[r - first];
                sum += bias ? bias[r] : 0;
                y[r] = flags & MATMUL_ADD ? y[r] + sum : sum;
            }
        }
    }
}
