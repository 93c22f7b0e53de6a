/* SPDX-License-Identifier: Apache-2.0 */
/* AVX-512 F, BW, DQ, VL and VNNI. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include <sori/cpu.h>

#include "neural/kernels-math.h"
#include "neural/kernels.h"

typedef __m512 vf;
enum { V = 16, PACKED_MULTI = 4 };

#define v_load(p) _mm512_loadu_ps(p)
#define v_store(p, v) _mm512_storeu_ps(p, v)
#define v_set(x) _mm512_set1_ps(x)
#define v_add(a, b) _mm512_add_ps(a, b)
#define v_sub(a, b) _mm512_sub_ps(a, b)
#define v_mul(a, b) _mm512_mul_ps(a, b)
#define v_div(a, b) _mm512_div_ps(a, b)
#define v_min(a, b) _mm512_min_ps(a, b)
#define v_max(a, b) _mm512_max_ps(a, b)
#define v_abs(a) _mm512_abs_ps(a)
#define v_fma(a, b, c) _mm512_fmadd_ps(a, b, c)   /* a b + c */
#define v_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c) /* c - a b */
#define v_round(a) _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_pow2(n) _mm512_scalef_ps(_mm512_set1_ps(1), n)
#define v_load_half(p) _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define v_store_half(p, v)                                                                         \
    _mm256_storeu_si256((__m256i *)(p), _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT))
#define v_sum(v) _mm512_reduce_add_ps(v)
#define v_top(v) _mm512_reduce_max_ps(v)
#define v_load_bfloat(p)                                                                           \
    _mm512_castsi512_ps(                                                                           \
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(p))), 16))

static inline __mmask16 first(size_t n)
{
    return (__mmask16)((1u << n) - 1);
}

static inline vf v_load_part(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(first(n), p);
}

static inline void v_store_part(float *p, vf v, size_t n)
{
    _mm512_mask_storeu_ps(p, first(n), v);
}

static inline vf v_load_half_part(const uint16_t *p, size_t n)
{
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first(n), p));
}

static inline vf v_load_bfloat_part(const uint16_t *p, size_t n)
{
    uint16_t bfloats[16] = {0};
    memcpy(bfloats, p, n * sizeof *p);
    return v_load_bfloat(bfloats);
}

/* y where x >= limit or x is NaN, else 0 */
static inline vf v_zero_below(vf x, vf limit, vf y)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, limit, _CMP_NLT_UQ), y);
}

/* Four sums; each adds its lanes in the same order. */
static inline void v_sum4(vf a, vf b, vf c, vf d, float ret_sums[4])
{
    /* Pairs of lanes within 128 bits first, then the four quarters. */
    __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    __m512 s = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
    __m256 h = _mm256_add_ps(_mm512_castps512_ps256(s), _mm512_extractf32x8_ps(s, 1));
    _mm_storeu_ps(ret_sums, _mm_add_ps(_mm256_castps256_ps128(h), _mm256_extractf128_ps(h, 1)));
}

/* Rounds n <= 16 values within -127..127. */
static inline void v_store_i8(int8_t *p, vf v, size_t n)
{
    _mm512_mask_cvtepi32_storeu_epi8(p, first(n), _mm512_cvtps_epi32(v));
}

static inline int32_t sum_i8x32(const int8_t *q)
{
    __m256i ones = _mm256_set1_epi8(1);
    __m256i s =
        _mm256_dpbusd_epi32(_mm256_setzero_si256(), ones, _mm256_loadu_si256((const __m256i *)q));
    __m128i h = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    h = _mm_add_epi32(h, _mm_shuffle_epi32(h, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(h, _mm_shuffle_epi32(h, 0xb1)));
}

#include "neural/kernels-simd.h"

#include "neural/kernels-rows.h"

#include "neural/kernels-halves.h"

ALWAYS_INLINE __m256i dot_u8(__m256i start, __m256i u, __m256i s)
{
    return _mm256_dpbusd_epi32(start, u, s);
}

/* w s = |w| (s sign(w)); |-128| is 128 as an unsigned byte. */
ALWAYS_INLINE __m256i dot_s8(__m256i start, __m256i w, __m256i s)
{
    return dot_u8(start, _mm256_abs_epi8(w), _mm256_sign_epi8(s, w));
}

#include "neural/kernels-tiles.h"

/* --- block panels ----------------------------------------------------------------------------- */

enum { PANEL_COLUMNS = 8 };

/* One group of four columns of 16 rows with those of one column of activations. */
ALWAYS_INLINE __m512i panel_group(enum tile_kind kind, __m512i w, const struct q8_block *x,
                                  size_t j, __m512i sum)
{
    __m512i q = _mm512_set1_epi32(load_i32(x->q + 4 * j));
    if (kind <= TILE_U5)
        return _mm512_dpbusd_epi32(sum, w, q);
    q = _mm512_mask_sub_epi8(q, _mm512_movepi8_mask(w), _mm512_setzero_si512(), q);
    return _mm512_dpbusd_epi32(sum, _mm512_abs_epi8(w), q);
}

ALWAYS_INLINE __m512 panel_scale(const struct panel *panel, size_t b, size_t part,
                                 const struct q8_block *x, __m512i dot, __m512 sum)
{
    __m512 scale = _mm512_mul_ps(_mm512_load_ps(panel->scale[b][part]), _mm512_set1_ps(x->scale));
    return _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(dot), sum);
}

ALWAYS_INLINE void panel_block(enum tile_kind kind, const struct panel *panel, size_t b,
                               const struct q8_block *x, size_t x_stride, size_t C, __m512 *sum)
{
    size_t parts = kind == TILE_S6 ? 2 : 1, groups = 8 / parts;

    UNROLL for (size_t part = 0; part < parts; part++)
    {
        __m512i dot[PANEL_COLUMNS];
        UNROLL for (size_t c = 0; c < C; c++) dot[c] = _mm512_setzero_si512();
        UNROLL for (size_t j = part * groups; j < (part + 1) * groups; j++)
        {
            __m512i w = _mm512_load_si512(panel->w[b][j]);
            UNROLL for (size_t c = 0; c < C; c++) dot[c] =
                panel_group(kind, w, x + c * x_stride + b, j, dot[c]);
        }
        UNROLL for (size_t c = 0; c < C; c++) sum[c] =
            panel_scale(panel, b, part, x + c * x_stride + b, dot[c], sum[c]);
    }
    if (kind <= TILE_U5)
        UNROLL for (size_t c = 0; c < C; c++) sum[c] = _mm512_fmadd_ps(
            _mm512_load_ps(panel->scale[b][1]), _mm512_set1_ps(x[c * x_stride + b].sum), sum[c]);
}

ALWAYS_INLINE void panel_columns(enum tile_kind kind, const struct panel *panel, size_t blocks,
                                 const struct q8_block *x, size_t x_stride, size_t C, float *sums)
{
    __m512 sum[PANEL_COLUMNS];

    UNROLL for (size_t c = 0; c < C; c++) sum[c] = _mm512_load_ps(sums + PANEL_WIDTH * c);
    for (size_t b = 0; b < blocks; b++)
        panel_block(kind, panel, b, x, x_stride, C, sum);
    UNROLL for (size_t c = 0; c < C; c++) _mm512_store_ps(sums + PANEL_WIDTH * c, sum[c]);
}

#include "neural/kernels-blocks.h"

/* --- int8 panels ------------------------------------------------------------------------------ */

/* Four activations + 128 in each lane; zeros (that is, 128) beyond n. */
ALWAYS_INLINE __m512i four(const int8_t *x, size_t n)
{
    uint32_t bytes = 0;
    memcpy(&bytes, x, n);
    return _mm512_set1_epi32((int32_t)(bytes ^ 0x80808080u));
}

ALWAYS_INLINE void put_i8(const __m512i sum, const struct matrix_i8 *w, size_t row, float x_scale,
                          const float *bias, float *y, unsigned flags)
{
    __mmask16 rows = w->rows - row >= 16 ? 0xffff : first(w->rows - row);
    vf scale = v_mul(_mm512_maskz_loadu_ps(rows, w->scales + row), v_set(x_scale));
    vf v = v_mul(scale, _mm512_cvtepi32_ps(sum));

    if (bias)
        v = v_add(v, _mm512_maskz_loadu_ps(rows, bias + row));
    if (flags & MATMUL_ADD)
        v = v_add(_mm512_maskz_loadu_ps(rows, y + row), v);
    _mm512_mask_storeu_ps(y + row, rows, v);
}

/*
 * R vectors of 16 rows times C columns. Sums start at -128 sum(w), which the 128 added to each
 * activation makes up for; sums are exact, so two sets of them may take turns (S = 2).
 */
ALWAYS_INLINE void i8_block(const struct matrix_i8 *w, size_t row, size_t height,
                            const int8_t *panel, const float *bias, const int8_t *x,
                            size_t x_stride, const float *x_scales, size_t R, size_t C, size_t S,
                            float *ret_y, size_t y_stride, unsigned flags)
{
    size_t i = 0, turn = 4 * S, step = 4 * height;
    __m512i sum[16];

    UNROLL for (size_t k = 0; k < R * C * S; k++) sum[k] = _mm512_setzero_si512();
    for (; i + turn <= w->cols; i += turn)
        UNROLL for (size_t s = 0; s < S; s++, panel += step) UNROLL for (size_t c = 0; c < C; c++)
        {
            __m512i u = four(x + c * x_stride + i + 4 * s, 4);
            UNROLL for (size_t r = 0; r < R; r++)
            {
                __m512i *to = &sum[(s * C + c) * R + r];
                *to = _mm512_dpbusd_epi32(*to, u, _mm512_loadu_si512(panel + 64 * r));
            }
        }
    for (; i < w->cols; i += 4, panel += step)
        UNROLL for (size_t c = 0; c < C; c++)
        {
            __m512i u = four(x + c * x_stride + i, w->cols - i < 4 ? w->cols - i : 4);
            UNROLL for (size_t r = 0; r < R; r++) sum[c * R + r] =
                _mm512_dpbusd_epi32(sum[c * R + r], u, _mm512_loadu_si512(panel + 64 * r));
        }
    UNROLL for (size_t r = 0; r < R; r++)
    {
        __m512i less = _mm512_slli_epi32(_mm512_loadu_si512(w->sums + row + 16 * r), 7);
        UNROLL for (size_t c = 0; c < C; c++)
        {
            __m512i total = sum[c * R + r];
            if (S == 2)
                total = _mm512_add_epi32(total, sum[(C + c) * R + r]);
            put_i8(_mm512_sub_epi32(total, less), w, row + 16 * r, x_scales[c], bias,
                   ret_y + c * y_stride, flags);
        }
    }
}

ALWAYS_INLINE void i8_panel(const struct matrix_i8 *w, size_t row, const float *bias,
                            const int8_t *x, size_t x_stride, const float *x_scales, size_t C,
                            size_t S, float *ret_y, size_t y_stride, unsigned flags)
{
    size_t height = panel_height(w->rows - row);
    const int8_t *panel = w->data + row * ((w->cols + 3) / 4 * 4);

    if (height == PANEL_ROWS)
        i8_block(w, row, height, panel, bias, x, x_stride, x_scales, 4, C, S, ret_y, y_stride,
                 flags);
    else
        for (size_t r = 0; r < height; r += 16)
            i8_block(w, row + r, height, panel + 4 * r, bias, x, x_stride, x_scales, 1, C, S, ret_y,
                     y_stride, flags);
}

static void simd_matmul_i8(const struct matrix_i8 *w, const float *bias, const int8_t *x,
                           size_t x_stride, const float *x_scales, size_t n, float *ret_y,
                           size_t y_stride, unsigned flags)
{
    for (size_t row = 0; row < w->rows; row += PANEL_ROWS) {
        size_t i = 0;
        for (; i + 4 <= n; i += 4)
            i8_panel(w, row, bias, x + i * x_stride, x_stride, x_scales + i, 4, 1,
                     ret_y + i * y_stride, y_stride, flags);
        for (; i < n; i++)
            i8_panel(w, row, bias, x + i * x_stride, x_stride, x_scales + i, 1, 2,
                     ret_y + i * y_stride, y_stride, flags);
    }
}

#include "neural/kernels-table.h"

const struct kernels kernels_avx512 = {
    .name = "avx512",
    .cpu = SORI_CPU_AVX512,
    SIMD_KERNELS,
};
