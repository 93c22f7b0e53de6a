/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-blocks.h: products of quantised rows on x86, in 256-bit registers (a block of 32 bytes)
 *
 * Included by the files of the instruction sets, which have defined
 *     __m256i dot_u8(__m256i start, __m256i u, __m256i s)  start + groups of four u * s, |s| <= 127
 *     __m256i dot_i8(const int8_t *w, const struct q8_block *x, __m256i q)
 * for u up to 15 and for signed w. Products of one row and column are summed in block order, in one
 * accumulator, whatever the number of rows and columns done at once.
 */

/* `value` in the first of eight lanes. */
ALWAYS_INLINE __m256i first_lane(int32_t value)
{
    return _mm256_zextsi128_si256(_mm_cvtsi32_si128(value));
}

/* 32 nibbles as bytes: the low ones of 16 bytes, then the high ones. */
ALWAYS_INLINE __m256i nibbles(const uint8_t *q)
{
    __m128i bytes = _mm_loadu_si128((const __m128i *)q);
    __m256i both = _mm256_set_m128i(_mm_srli_epi16(bytes, 4), bytes);
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

ALWAYS_INLINE float half(uint16_t bits)
{
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits)));
}

ALWAYS_INLINE float sum_8(__m256 v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

ALWAYS_INLINE __m256i load_q8(const struct q8_block *x)
{
    return _mm256_loadu_si256((const __m256i *)x->q);
}

/* sum += scale_w scale_x (w . x), and for Q4_1 min_w scale_x sum(x) into *rest. */
ALWAYS_INLINE __m256 step_q8_0(const struct block_q8_0 *w, const struct q8_block *x, __m256 sum,
                               float *rest)
{
    __m256i dot = dot_i8(w->qs, x, load_q8(x));
    return _mm256_fmadd_ps(_mm256_set1_ps(half(w->d) * x->scale), _mm256_cvtepi32_ps(dot), sum);
}

ALWAYS_INLINE __m256 step_q4_0(const struct block_q4_0 *w, const struct q8_block *x, __m256 sum,
                               float *rest)
{
    __m256i dot = dot_u8(first_lane(-8 * x->sum), nibbles(w->qs), load_q8(x));
    return _mm256_fmadd_ps(_mm256_set1_ps(half(w->d) * x->scale), _mm256_cvtepi32_ps(dot), sum);
}

ALWAYS_INLINE __m256 step_q4_1(const struct block_q4_1 *w, const struct q8_block *x, __m256 sum,
                               float *rest)
{
    __m256i dot = dot_u8(_mm256_setzero_si256(), nibbles(w->qs), load_q8(x));
    *rest += half(w->m) * (x->scale * (float)x->sum);
    return _mm256_fmadd_ps(_mm256_set1_ps(half(w->d) * x->scale), _mm256_cvtepi32_ps(dot), sum);
}

/* R rows times C columns, R C <= 8. */
#define DEFINE_BLOCK_ROWS(name, block, STEP)                                                       \
    ALWAYS_INLINE void name##_block(const block *w, size_t blocks, const float *bias,              \
                                    const struct q8_block *x, size_t x_stride, size_t R, size_t C, \
                                    float *ret_y, size_t y_stride, unsigned flags)                 \
    {                                                                                              \
        __m256 sum[8];                                                                             \
        float rest[8] = {0};                                                                       \
        UNROLL for (size_t k = 0; k < R * C; k++) sum[k] = _mm256_setzero_ps();                    \
        for (size_t b = 0; b < blocks; b++)                                                        \
            UNROLL for (size_t r = 0; r < R; r++) UNROLL for (size_t c = 0; c < C;                 \
                                                              c++) sum[c * R + r] =                \
                STEP(w + r * blocks + b, x + c * x_stride + b, sum[c * R + r], &rest[c * R + r]);  \
        UNROLL for (size_t c = 0; c < C; c++) UNROLL for (size_t r = 0; r < R; r++) put(           \
            ret_y + c * y_stride + r, sum_8(sum[c * R + r]) + rest[c * R + r], bias, r, flags);    \
    }                                                                                              \
                                                                                                   \
    ALWAYS_INLINE void name##_columns(const struct matrix *m, const float *bias,                   \
                                      const struct q8_block *x, size_t x_stride, size_t R,         \
                                      size_t C, float *ret_y, size_t y_stride, unsigned flags)     \
    {                                                                                              \
        size_t blocks = m->cols / TENSOR_BLOCK, r = 0;                                             \
        const block *w = m->data;                                                                  \
        for (; r + R <= m->rows; r += R)                                                           \
            name##_block(w + r * blocks, blocks, bias ? bias + r : NULL, x, x_stride, R, C,        \
                         ret_y + r, y_stride, flags);                                              \
        for (; r < m->rows; r++)                                                                   \
            name##_block(w + r * blocks, blocks, bias ? bias + r : NULL, x, x_stride, 1, C,        \
                         ret_y + r, y_stride, flags);                                              \
    }                                                                                              \
                                                                                                   \
    static void simd_##name(const struct matrix *w, const float *bias, const void *columns,        \
                            size_t x_stride, size_t n, float *ret_y, size_t y_stride,              \
                            unsigned flags)                                                        \
    {                                                                                              \
        const struct q8_block *x = columns;                                                        \
        size_t i = 0;                                                                              \
        for (; i + 4 <= n; i += 4)                                                                 \
            name##_columns(w, bias, x + i * x_stride, x_stride, 2, 4, ret_y + i * y_stride,        \
                           y_stride, flags);                                                       \
        for (; i < n; i++)                                                                         \
            name##_columns(w, bias, x + i * x_stride, x_stride, 4, 1, ret_y + i * y_stride,        \
                           y_stride, flags);                                                       \
    }

DEFINE_BLOCK_ROWS(matmul_q8_0, struct block_q8_0, step_q8_0)
DEFINE_BLOCK_ROWS(matmul_q4_0, struct block_q4_0, step_q4_0)
DEFINE_BLOCK_ROWS(matmul_q4_1, struct block_q4_1, step_q4_1)
