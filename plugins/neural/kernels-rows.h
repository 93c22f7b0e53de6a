/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-rows.h: products with fp32, half and bfloat matrices in terms of one vector type
 *
 * Included by the files of the instruction sets directly after kernels-simd.h, whose words it uses.
 */
/* --- raw rows --------------------------------------------------------------------------------- */

ALWAYS_INLINE void put(float *y, float sum, const float *bias, size_t row, unsigned flags)
{
    if (bias)
        sum += bias[row];
    *y = flags & MATMUL_ADD ? *y + sum : sum;
}

/*
 * R rows times C columns (R is 1 or a multiple of 4, R C <= 8): an accumulator for each pair, so
 * that the order of summation is the same whatever R and C are.
 */
#define DEFINE_ROWS(name, value, LOAD, LOAD_PART)                                                  \
    ALWAYS_INLINE void name##_block(const value *w, size_t cols, const float *bias,                \
                                    const float *x, size_t x_stride, size_t R, size_t C,           \
                                    float *ret_y, size_t y_stride, unsigned flags)                 \
    {                                                                                              \
        vf sum[8], a[8];                                                                           \
        size_t i = 0;                                                                              \
        UNROLL for (size_t k = 0; k < R * C; k++) sum[k] = v_set(0);                               \
        for (; i + V <= cols; i += V) {                                                            \
            UNROLL for (size_t r = 0; r < R; r++) a[r] = LOAD(w + r * cols + i);                   \
            UNROLL for (size_t c = 0; c < C; c++)                                                  \
            {                                                                                      \
                vf b = v_load(x + c * x_stride + i);                                               \
                UNROLL for (size_t r = 0; r < R; r++) sum[c * R + r] =                             \
                    v_fma(a[r], b, sum[c * R + r]);                                                \
            }                                                                                      \
        }                                                                                          \
        if (i < cols) {                                                                            \
            UNROLL for (size_t r = 0; r < R; r++) a[r] = LOAD_PART(w + r * cols + i, cols - i);    \
            UNROLL for (size_t c = 0; c < C; c++)                                                  \
            {                                                                                      \
                vf b = v_load_part(x + c * x_stride + i, cols - i);                                \
                UNROLL for (size_t r = 0; r < R; r++) sum[c * R + r] =                             \
                    v_fma(a[r], b, sum[c * R + r]);                                                \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (size_t c = 0; c < C; c++) UNROLL for (size_t r = 0; r < R; r++)                \
            put(ret_y + c * y_stride + r, v_sum(sum[c * R + r]), bias, r, flags);                  \
    }                                                                                              \
                                                                                                   \
    ALWAYS_INLINE void name##_columns(const struct matrix *m, const float *bias, const float *x,   \
                                      size_t x_stride, size_t R, size_t C, float *ret_y,           \
                                      size_t y_stride, unsigned flags)                             \
    {                                                                                              \
        const value *w = m->data;                                                                  \
        size_t r = 0;                                                                              \
        for (; r + R <= m->rows; r += R)                                                           \
            name##_block(w + r * m->cols, m->cols, bias ? bias + r : NULL, x, x_stride, R, C,      \
                         ret_y + r, y_stride, flags);                                              \
        for (; r < m->rows; r++)                                                                   \
            name##_block(w + r * m->cols, m->cols, bias ? bias + r : NULL, x, x_stride, 1, C,      \
                         ret_y + r, y_stride, flags);                                              \
    }                                                                                              \
                                                                                                   \
    static void simd_##name(const struct matrix *w, const float *bias, const void *columns,        \
                            size_t x_stride, size_t n, float *ret_y, size_t y_stride,              \
                            unsigned flags)                                                        \
    {                                                                                              \
        const float *x = columns;                                                                  \
        size_t i = 0;                                                                              \
        for (; i + 2 <= n; i += 2)                                                                 \
            name##_columns(w, bias, x + i * x_stride, x_stride, 4, 2, ret_y + i * y_stride,        \
                           y_stride, flags);                                                       \
        if (i < n)                                                                                 \
            name##_columns(w, bias, x + i * x_stride, x_stride, 8, 1, ret_y + i * y_stride,        \
                           y_stride, flags);                                                       \
    }

DEFINE_ROWS(matmul_f32, float, v_load, v_load_part)
DEFINE_ROWS(matmul_f16, uint16_t, v_load_half, v_load_half_part)
DEFINE_ROWS(matmul_bf16, uint16_t, v_load_bfloat, v_load_bfloat_part)

/* scores = raw rows with a stride of their own; four keys at a time */
static void simd_scores(const float *q, const float *keys, size_t stride, size_t n, size_t size,
                        float *ret_scores)
{
    for (size_t i = 0; i < n; i += 4, keys += 4 * stride) {
        size_t rows = n - i < 4 ? n - i : 4, j = 0;
        const float *k1 = keys + (rows > 1) * stride, *k2 = k1 + (rows > 2) * stride,
                    *k3 = k2 + (rows > 3) * stride;
        vf s0 = v_set(0), s1 = s0, s2 = s0, s3 = s0;
        float sums[4];
        for (; j + V <= size; j += V) {
            vf a = v_load(q + j);
            s0 = v_fma(a, v_load(keys + j), s0);
            s1 = v_fma(a, v_load(k1 + j), s1);
            s2 = v_fma(a, v_load(k2 + j), s2);
            s3 = v_fma(a, v_load(k3 + j), s3);
        }
        if (j < size) {
            vf a = v_load_part(q + j, size - j);
            s0 = v_fma(a, v_load_part(keys + j, size - j), s0);
            s1 = v_fma(a, v_load_part(k1 + j, size - j), s1);
            s2 = v_fma(a, v_load_part(k2 + j, size - j), s2);
            s3 = v_fma(a, v_load_part(k3 + j, size - j), s3);
        }
        v_sum4(s0, s1, s2, s3, sums);
        for (size_t r = 0; r < rows; r++)
            ret_scores[i + r] = sums[r];
    }
}

/* --- packed panels ---------------------------------------------------------------------------- */

ALWAYS_INLINE size_t panel_height(size_t left)
{
    return left >= PANEL_ROWS ? PANEL_ROWS : (left + 15) / 16 * 16;
}

/* Writes R vectors of rows, of which `rows` exist. */
ALWAYS_INLINE void put_vectors(const vf *sum, size_t R, size_t rows, const float *bias, float *y,
                               unsigned flags)
{
    UNROLL for (size_t r = 0; r < R; r++)
    {
        vf v = sum[r];
        if (rows >= (r + 1) * V) {
            if (bias)
                v = v_add(v, v_load(bias + r * V));
            if (flags & MATMUL_ADD)
                v = v_add(v_load(y + r * V), v);
            v_store(y + r * V, v);
        } else if (rows > r * V) {
            size_t part = rows - r * V;
            if (bias)
                v = v_add(v, v_load_part(bias + r * V, part));
            if (flags & MATMUL_ADD)
                v = v_add(v_load_part(y + r * V, part), v);
            v_store_part(y + r * V, v, part);
        }
    }
}

/*
 * R vectors of rows times C columns. A whole panel at a time for one column; PACKED_MULTI vectors
 * times 6 columns where there are many, as the registers allow.
 */
#define DEFINE_PACKED(name, value, LOAD)                                                           \
    ALWAYS_INLINE void name##_block(const value *w, size_t height, size_t rows, size_t cols,       \
                                    const float *bias, const float *x, size_t x_stride, size_t R,  \
                                    size_t C, float *ret_y, size_t y_stride, unsigned flags)       \
    {                                                                                              \
        vf sum[24], a[8];                                                                          \
        UNROLL for (size_t k = 0; k < R * C; k++) sum[k] = v_set(0);                               \
        for (size_t i = 0; i < cols; i++, w += height) {                                           \
            UNROLL for (size_t r = 0; r < R; r++) a[r] = LOAD(w + r * V);                          \
            UNROLL for (size_t c = 0; c < C; c++)                                                  \
            {                                                                                      \
                vf b = v_set(x[c * x_stride + i]);                                                 \
                UNROLL for (size_t r = 0; r < R; r++) sum[c * R + r] =                             \
                    v_fma(a[r], b, sum[c * R + r]);                                                \
            }                                                                                      \
        }                                                                                          \
        UNROLL for (size_t c = 0; c < C; c++)                                                      \
            put_vectors(sum + c * R, R, rows, bias, ret_y + c * y_stride, flags);                  \
    }                                                                                              \
                                                                                                   \
    ALWAYS_INLINE void name##_panel(const value *w, size_t rows, size_t cols, const float *bias,   \
                                    const float *x, size_t x_stride, size_t step, size_t C,        \
                                    float *ret_y, size_t y_stride, unsigned flags)                 \
    {                                                                                              \
        size_t height = panel_height(rows), narrow = 16 / V, r = 0;                                \
        for (; r + step * V <= height; r += step * V)                                              \
            name##_block(w + r, height, rows - r, cols, bias ? bias + r : NULL, x, x_stride, step, \
                         C, ret_y + r, y_stride, flags);                                           \
        for (; r < height; r += 16)                                                                \
            name##_block(w + r, height, rows - r, cols, bias ? bias + r : NULL, x, x_stride,       \
                         narrow, C, ret_y + r, y_stride, flags);                                   \
    }                                                                                              \
                                                                                                   \
    static void simd_##name(const struct matrix *w, const float *bias, const void *columns,        \
                            size_t x_stride, size_t n, float *ret_y, size_t y_stride,              \
                            unsigned flags)                                                        \
    {                                                                                              \
        for (size_t first = 0; first < w->rows; first += PANEL_ROWS) {                             \
            size_t rows = w->rows - first < PANEL_ROWS ? w->rows - first : PANEL_ROWS, i = 0;      \
            const value *panel = (const value *)w->data + first * w->cols;                         \
            const float *b = bias ? bias + first : NULL, *x = columns;                             \
            float *y = ret_y + first;                                                              \
            for (; i + 6 <= n; i += 6)                                                             \
                name##_panel(panel, rows, w->cols, b, x + i * x_stride, x_stride, PACKED_MULTI, 6, \
                             y + i * y_stride, y_stride, flags);                                   \
            for (; i + 3 <= n; i += 3)                                                             \
                name##_panel(panel, rows, w->cols, b, x + i * x_stride, x_stride, PACKED_MULTI, 3, \
                             y + i * y_stride, y_stride, flags);                                   \
            for (; i < n; i++)                                                                     \
                name##_panel(panel, rows, w->cols, b, x + i * x_stride, x_stride, PANEL_ROWS / V,  \
                             1, y + i * y_stride, y_stride, flags);                                \
        }                                                                                          \
    }

DEFINE_PACKED(matmul_packed_f32, float, v_load)
DEFINE_PACKED(matmul_packed_f16, uint16_t, v_load_half)
