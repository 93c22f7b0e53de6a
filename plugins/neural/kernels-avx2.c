/* SPDX-License-Identifier: Apache-2.0 */
/* AVX2, FMA and F16C. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include <sori/cpu.h>

#include "neural/kernels-math.h"
#include "neural/kernels.h"

typedef __m256 vf;
enum { V = 8, PACKED_MULTI = 2 };

#define v_load(p) _mm256_loadu_ps(p)
#define v_store(p, v) _mm256_storeu_ps(p, v)
#define v_set(x) _mm256_set1_ps(x)
#define v_add(a, b) _mm256_add_ps(a, b)
#define v_sub(a, b) _mm256_sub_ps(a, b)
#define v_mul(a, b) _mm256_mul_ps(a, b)
#define v_div(a, b) _mm256_div_ps(a, b)
#define v_min(a, b) _mm256_min_ps(a, b)
#define v_max(a, b) _mm256_max_ps(a, b)
#define v_abs(a) _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define v_fma(a, b, c) _mm256_fmadd_ps(a, b, c)   /* a b + c */
#define v_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c) /* c - a b */
#define v_round(a) _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_load_half(p) _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p)))
#define v_store_half(p, v)                                                                         \
    _mm_storeu_si128((__m128i *)(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT))
#define v_load_bfloat(p)                                                                           \
    _mm256_castsi256_ps(                                                                           \
        _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p))), 16))

/* All bits in the first n <= 8 lanes. */
static inline __m256i first(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline vf v_load_part(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, first(n));
}

static inline void v_store_part(float *p, vf v, size_t n)
{
    _mm256_maskstore_ps(p, first(n), v);
}

static inline vf v_load_half_part(const uint16_t *p, size_t n)
{
    uint16_t halves[8] = {0};
    memcpy(halves, p, n * sizeof *p);
    return v_load_half(halves);
}

static inline vf v_load_bfloat_part(const uint16_t *p, size_t n)
{
    uint16_t bfloats[8] = {0};
    memcpy(bfloats, p, n * sizeof *p);
    return v_load_bfloat(bfloats);
}

/* 2^n for whole n in -126..127 */
static inline vf v_pow2(vf n)
{
    __m256i exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
}

/* y where x >= limit or x is NaN, else 0 */
static inline vf v_zero_below(vf x, vf limit, vf y)
{
    return _mm256_and_ps(_mm256_cmp_ps(x, limit, _CMP_NLT_UQ), y);
}

static inline float v_sum(vf v)
{
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline float v_top(vf v)
{
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

/* Four sums; each adds its lanes in the same order. */
static inline void v_sum4(vf a, vf b, vf c, vf d, float ret_sums[4])
{
    __m256 s = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
    _mm_storeu_ps(ret_sums, _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps(s, 1)));
}

/* Rounds n <= 8 values within -127..127. */
static inline void v_store_i8(int8_t *p, vf v, size_t n)
{
    __m256i i = _mm256_cvtps_epi32(v);
    __m128i w = _mm_packs_epi32(_mm256_castsi256_si128(i), _mm256_extracti128_si256(i, 1));
    int64_t bytes = _mm_cvtsi128_si64(_mm_packs_epi16(w, w));
    if (n == V)
        memcpy(p, &bytes, V);
    else
        memcpy(p, &bytes, n);
}

static inline int32_t sum_i8x32(const int8_t *q)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)q);
    __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), v);
    __m256i s = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    __m128i h = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    h = _mm_add_epi32(h, _mm_shuffle_epi32(h, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(h, _mm_shuffle_epi32(h, 0xb1)));
}

#include "neural/kernels-simd.h"

#include "neural/kernels-rows.h"

#include "neural/kernels-halves.h"

/* Pairs are summed in 16 bits: 2 * 128 * 127 fits, as long as |s| <= 127 and u <= 128. */
ALWAYS_INLINE __m256i dot_u8(__m256i start, __m256i u, __m256i s)
{
    __m256i pairs = _mm256_maddubs_epi16(u, s);
    return _mm256_add_epi32(start, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

/* w s = |w| (s sign(w)); |-128| is 128 as an unsigned byte. */
ALWAYS_INLINE __m256i dot_s8(__m256i start, __m256i w, __m256i s)
{
    return dot_u8(start, _mm256_abs_epi8(w), _mm256_sign_epi8(s, w));
}

#include "neural/kernels-tiles.h"

/* --- block panels ----------------------------------------------------------------------------- */

enum { PANEL_COLUMNS = 3 }; /* 2 x 3 sums in 16 bits, 2 of weights, one of activations */

/* The four columns of group j of two times 8 rows with those of one column of activations. */
ALWAYS_INLINE void panel_pairs(enum tile_kind kind, const __m256i w[2], const struct q8_block *x,
                               size_t j, __m256i sum[2])
{
    __m256i q = _mm256_set1_epi32(load_i32(x->q + 4 * j));
    UNROLL for (size_t v = 0; v < 2; v++)
    {
        if (kind <= TILE_U5)
            sum[v] = _mm256_add_epi16(sum[v], _mm256_maddubs_epi16(w[v], q));
        else if (kind == TILE_S6)
            sum[v] = _mm256_add_epi16(
                sum[v], _mm256_maddubs_epi16(_mm256_abs_epi8(w[v]), _mm256_sign_epi8(q, w[v])));
        else
            sum[v] = dot_s8(sum[v], w[v], q);
    }
}

/* Groups first..end - 1 of block b, whose sums 16 bits hold, for C columns. */
ALWAYS_INLINE void panel_groups(enum tile_kind kind, const struct panel *panel, size_t b,
                                const struct q8_block *x, size_t x_stride, size_t C, size_t first,
                                size_t end, __m256i (*ret_dot)[2])
{
    UNROLL for (size_t c = 0; c < C; c++) ret_dot[c][0] = ret_dot[c][1] = _mm256_setzero_si256();
    UNROLL for (size_t j = first; j < end; j++)
    {
        const __m256i *at = (const __m256i *)panel->w[b][j];
        __m256i w[2] = {_mm256_load_si256(at), _mm256_load_si256(at + 1)};
        UNROLL for (size_t c = 0; c < C; c++)
            panel_pairs(kind, w, x + c * x_stride + b, j, ret_dot[c]);
    }
    if (kind != TILE_S8)
        UNROLL for (size_t c = 0; c < C; c++) UNROLL for (size_t v = 0; v < 2; v++) ret_dot[c][v] =
            _mm256_madd_epi16(ret_dot[c][v], _mm256_set1_epi16(1));
}

/* sum += scale[part] x_scale dot */
ALWAYS_INLINE void panel_scale(const struct panel *panel, size_t b, size_t part,
                               const struct q8_block *x, const __m256i dot[2], __m256 sum[2])
{
    __m256 x_scale = _mm256_set1_ps(x->scale);
    UNROLL for (size_t v = 0; v < 2; v++)
    {
        __m256 scale = _mm256_mul_ps(_mm256_load_ps(&panel->scale[b][part][8 * v]), x_scale);
        sum[v] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(dot[v]), sum[v]);
    }
}

ALWAYS_INLINE void panel_block(enum tile_kind kind, const struct panel *panel, size_t b,
                               const struct q8_block *x, size_t x_stride, size_t C,
                               __m256 (*sum)[2])
{
    /* 16 bits hold four products of a pair with u <= 31, or eight with u <= 15. */
    size_t middle = kind == TILE_U5 || kind == TILE_S6 ? 4 : 8;
    __m256i dot[PANEL_COLUMNS][2], rest[PANEL_COLUMNS][2];

    panel_groups(kind, panel, b, x, x_stride, C, 0, middle, dot);
    if (kind == TILE_S6)
        UNROLL for (size_t c = 0; c < C; c++)
            panel_scale(panel, b, 0, x + c * x_stride + b, dot[c], sum[c]);
    if (middle < 8)
        panel_groups(kind, panel, b, x, x_stride, C, middle, 8, rest);
    UNROLL for (size_t c = 0; c < C; c++)
    {
        const struct q8_block *column = x + c * x_stride + b;
        if (kind == TILE_U5)
            UNROLL for (size_t v = 0; v < 2; v++) dot[c][v] =
                _mm256_add_epi32(dot[c][v], rest[c][v]);
        if (kind == TILE_S6)
            panel_scale(panel, b, 1, column, rest[c], sum[c]);
        else
            panel_scale(panel, b, 0, column, dot[c], sum[c]);
        if (kind <= TILE_U5)
            UNROLL for (size_t v = 0; v < 2; v++) sum[c][v] = _mm256_fmadd_ps(
                _mm256_load_ps(&panel->scale[b][1][8 * v]), _mm256_set1_ps(column->sum), sum[c][v]);
    }
}

ALWAYS_INLINE void panel_columns(enum tile_kind kind, const struct panel *panel, size_t blocks,
                                 const struct q8_block *x, size_t x_stride, size_t C, float *sums)
{
    __m256 sum[PANEL_COLUMNS][2];

    UNROLL for (size_t c = 0; c < C; c++) UNROLL for (size_t v = 0; v < 2; v++) sum[c][v] =
        _mm256_load_ps(sums + PANEL_WIDTH * c + 8 * v);
    for (size_t b = 0; b < blocks; b++)
        panel_block(kind, panel, b, x, x_stride, C, sum);
    UNROLL for (size_t c = 0; c < C; c++) UNROLL for (size_t v = 0; v < 2; v++)
        _mm256_store_ps(sums + PANEL_WIDTH * c + 8 * v, sum[c][v]);
}

#include "neural/kernels-blocks.h"

/* --- int8 panels ------------------------------------------------------------------------------ */

/* Four activations in each lane; zeros beyond n. */
ALWAYS_INLINE __m256i four(const int8_t *x, size_t n)
{
    int32_t bytes = 0;
    memcpy(&bytes, x, n);
    return _mm256_set1_epi32(bytes);
}

/* Whole vectors go the short way: a masked store takes as long as eight products. */
ALWAYS_INLINE void put_i8(__m256i sum, const struct matrix_i8 *w, size_t row, float x_scale,
                          const float *bias, float *y, unsigned flags)
{
    size_t rows = w->rows > row ? w->rows - row : 0;
    vf v = _mm256_cvtepi32_ps(sum), factor = v_set(x_scale);

    if (rows >= V) {
        v = v_mul(v_mul(v_load(w->scales + row), factor), v);
        if (bias)
            v = v_add(v, v_load(bias + row));
        if (flags & MATMUL_ADD)
            v = v_add(v_load(y + row), v);
        v_store(y + row, v);
    } else if (rows) {
        v = v_mul(v_mul(v_load_part(w->scales + row, rows), factor), v);
        if (bias)
            v = v_add(v, v_load_part(bias + row, rows));
        if (flags & MATMUL_ADD)
            v = v_add(v_load_part(y + row, rows), v);
        v_store_part(y + row, v, rows);
    }
}

/* Four columns of R vectors of 8 rows. */
ALWAYS_INLINE void i8_step(const int8_t *panel, __m256i q, size_t R, __m256i *sum)
{
    __m256i u = _mm256_abs_epi8(q);
    UNROLL for (size_t r = 0; r < R; r++)
    {
        __m256i v = _mm256_loadu_si256((const __m256i *)(panel + 32 * r));
        sum[r] = dot_u8(sum[r], u, _mm256_sign_epi8(v, q));
    }
}

/* R vectors of 8 rows times one column. */
ALWAYS_INLINE void i8_block(const struct matrix_i8 *w, size_t row, size_t height,
                            const int8_t *panel, const float *bias, const int8_t *x, float x_scale,
                            size_t R, float *ret_y, unsigned flags)
{
    __m256i sum[8];
    size_t i = 0;

    UNROLL for (size_t r = 0; r < R; r++) sum[r] = _mm256_setzero_si256();
    for (; i + 4 <= w->cols; i += 4, panel += 4 * height)
        i8_step(panel, four(x + i, 4), R, sum);
    if (i < w->cols)
        i8_step(panel, four(x + i, w->cols - i), R, sum);
    UNROLL for (size_t r = 0; r < R; r++)
        put_i8(sum[r], w, row + 8 * r, x_scale, bias, ret_y, flags);
}

static void simd_matmul_i8(const struct matrix_i8 *w, const float *bias, const int8_t *x,
                           size_t x_stride, const float *x_scales, size_t n, float *ret_y,
                           size_t y_stride, unsigned flags)
{
    for (size_t row = 0; row < w->rows; row += PANEL_ROWS) {
        size_t height = panel_height(w->rows - row);
        const int8_t *panel = w->data + row * ((w->cols + 3) / 4 * 4);
        for (size_t i = 0; i < n; i++) {
            const int8_t *column = x + i * x_stride;
            float *y = ret_y + i * y_stride;
            if (height == PANEL_ROWS)
                i8_block(w, row, height, panel, bias, column, x_scales[i], 8, y, flags);
            else
                for (size_t r = 0; r < height; r += 16)
                    i8_block(w, row + r, height, panel + 4 * r, bias, column, x_scales[i], 2, y,
                             flags);
        }
    }
}

#include "neural/kernels-table.h"

const struct kernels kernels_avx2 = {
    .name = "avx2",
    .cpu = SORI_CPU_AVX2,
    SIMD_KERNELS,
};
