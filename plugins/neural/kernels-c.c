/* SPDX-License-Identifier: Apache-2.0 */
/* The reference: every kernel in plain C, written to be read; it defines what the others compute.
 */
#include <math.h>
#include <string.h>

#include "neural/kernels-c.h"
#include "neural/kernels-math.h"
#include "neural/kernels.h"

/* --- elementary functions -----------------------------------------------------------------------
 */

/* To nearest even for |x| < 2^22, without a call into libm. */
static inline float round_even(float x)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23 */
    return (x + magic) - magic;
}

/* exp(x) = 2^n (1 + ret_rest), ret_power = 2^n */
static inline float exp_split(float x, float *ret_power)
{
    float n = round_even(x * EXP_LOG2E);
    float r = x - n * EXP_LN2_HIGH - n * EXP_LN2_LOW;
    float p = EXP_P2 + r * (EXP_P3 + r * (EXP_P4 + r * (EXP_P5 + r * EXP_P6)));
    *ret_power = float_from_bits((uint32_t)((int32_t)n + 127) << 23);
    return r + r * r * p;
}

static inline float clamp(float x, float low, float high)
{
    x = x < low ? low : x; /* NaN stays */
    return x > high ? high : x;
}

static inline float exp_1(float x)
{
    float power, rest;
    if (isnan(x))
        return x;
    rest = exp_split(clamp(x, EXP_LOWEST, EXP_HIGHEST), &power);
    return x < EXP_LOWEST ? 0 : power * rest + power;
}

/* exp(x) - 1; x within the limits of exp */
static inline float expm1_1(float x)
{
    float power, rest = exp_split(x, &power);
    return power * rest + (power - 1.0f);
}

static inline float sigmoid_1(float x)
{
    return 1.0f / (1.0f + exp_1(-x));
}

static inline float tanh_1(float x)
{
    float e;
    if (isnan(x))
        return x;
    e = expm1_1(clamp(2.0f * x, -TANH_LIMIT, TANH_LIMIT));
    return e / (e + 2.0f);
}

static inline float gate_1(float a, float b)
{
    float e;
    if (isnan(a) || isnan(b))
        return NAN;
    e = expm1_1(clamp(2.0f * a, -TANH_LIMIT, TANH_LIMIT));
    return e / ((e + 2.0f) * (1.0f + exp_1(clamp(-b, -GATE_LIMIT, GATE_LIMIT))));
}

static void c_exp(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = exp_1(x[i]);
}

static void c_tanh(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = tanh_1(x[i]);
}

static void c_sigmoid(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = sigmoid_1(x[i]);
}

static void c_silu(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = x[i] * sigmoid_1(x[i]);
}

static void c_gelu(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = x[i] * sigmoid_1(x[i] * (GELU_A + GELU_B * x[i] * x[i]));
}

static void c_relu(const float *x, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = x[i] > 0 ? x[i] : 0;
}

static void c_add(const float *a, const float *b, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = a[i] + b[i];
}

static void c_mul(const float *a, const float *b, size_t n, float *ret_y)
{
    for (size_t i = 0; i < n; i++)
        ret_y[i] = a[i] * b[i];
}

static void c_gate(const float *z, size_t n, float *ret_h)
{
    for (size_t i = 0; i < n; i++)
        ret_h[i] = gate_1(z[i], z[n + i]);
}

/* --- quantising ---------------------------------------------------------------------------------
 */

static inline int8_t quantise_1(float x)
{
    return (int8_t)round_even(clamp(x, -I8_LIMIT, I8_LIMIT));
}

static void c_gate_i8(const float *z, size_t n, int8_t *ret_h)
{
    for (size_t i = 0; i < n; i++)
        ret_h[i] = quantise_1(I8_LIMIT * gate_1(z[i], z[n + i]));
}

static void c_quantise(const float *x, float inverse_scale, size_t n, int8_t *ret_q)
{
    for (size_t i = 0; i < n; i++)
        ret_q[i] = quantise_1(x[i] * inverse_scale);
}

static float c_quantise_max(const float *x, size_t n, int8_t *ret_q)
{
    float max = 0;

    for (size_t i = 0; i < n; i++)
        max = fmaxf(max, fabsf(x[i]));
    if (max < I8_SMALLEST) {
        memset(ret_q, 0, n);
        return 0;
    }
    c_quantise(x, I8_LIMIT / max, n, ret_q);
    return max / I8_LIMIT;
}

static void c_quantise_q8(const float *x, size_t n, struct q8_block *ret_q)
{
    for (size_t b = 0; b < n / TENSOR_BLOCK; b++) {
        int32_t sum = 0;
        ret_q[b].scale = c_quantise_max(x + b * TENSOR_BLOCK, TENSOR_BLOCK, ret_q[b].q);
        for (size_t i = 0; i < TENSOR_BLOCK; i++)
            sum += ret_q[b].q[i];
        ret_q[b].sum = ret_q[b].scale * (float)sum;
    }
}

/* --- vectors ------------------------------------------------------------------------------------
 */

static float c_dot(const float *a, const float *b, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void c_axpy(float *y, float a, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

static void c_scores(const float *q, const float *keys, size_t stride, size_t n, size_t size,
                     float *ret_scores)
{
    for (size_t i = 0; i < n; i++)
        ret_scores[i] = c_dot(q, keys + i * stride, size);
}

static void c_mix(const float *weights, const float *values, size_t stride, size_t n, size_t size,
                  float *y)
{
    for (size_t i = 0; i < n; i++)
        c_axpy(y, weights[i], values + i * stride, size);
}

static void c_softmax(const float *x, size_t n, float *ret_y)
{
    float max = -INFINITY, sum = 0;

    for (size_t i = 0; i < n; i++)
        max = fmaxf(max, x[i]);
    for (size_t i = 0; i < n; i++)
        sum += ret_y[i] = exp_1(x[i] - max);
    for (size_t i = 0; i < n; i++)
        ret_y[i] *= 1.0f / sum;
}

static void c_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                         size_t n, float *ret_y)
{
    float mean = 0, variance = 0, scale;

    for (size_t i = 0; i < n; i++)
        mean += x[i];
    mean /= (float)n;
    for (size_t i = 0; i < n; i++)
        variance += (x[i] - mean) * (x[i] - mean);
    scale = 1.0f / sqrtf(variance / (float)n + epsilon);
    for (size_t i = 0; i < n; i++)
        ret_y[i] = (x[i] - mean) * scale * weight[i] + (bias ? bias[i] : 0);
}

static void c_rms_norm(const float *x, const float *weight, float epsilon, size_t n, float *ret_y)
{
    float scale = 1.0f / sqrtf(c_dot(x, x, n) / (float)n + epsilon);
    for (size_t i = 0; i < n; i++)
        ret_y[i] = x[i] * scale * weight[i];
}

/* --- matrices -----------------------------------------------------------------------------------
 */

/* half_to_float() without branches, so that compilers make vectors of it. */
static inline float half_fast(uint16_t half)
{
    uint32_t rest = half & 0x7fff;
    float value = float_from_bits(rest << 13) * 0x1p112f; /* from bias 15 to 127, subnormals too */
    uint32_t special = rest >= 0x7c00 ? 0x7f800000 : 0;
    return float_from_bits((uint32_t)(half & 0x8000) << 16 | special | float_to_bits(value));
}

static float half_dot(const uint16_t *w, const float *x, size_t n)
{
    float sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += half_fast(w[i]) * x[i];
    return sum;
}

static void c_scores_f16(const float *q, size_t q_stride, size_t m, const uint16_t *keys, size_t n,
                         size_t size, float *ret_scores, size_t scores_stride)
{
    for (size_t k = 0; k < m; k++)
        for (size_t i = 0; i < n; i++)
            ret_scores[k * scores_stride + i] = half_dot(keys + i * size, q + k * q_stride, size);
}

static void c_mix_f16(const float *weights, size_t weights_stride, size_t m, const uint16_t *values,
                      size_t n, size_t size, float *y, size_t y_stride)
{
    for (size_t k = 0; k < m; k++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < size; j++)
                y[k * y_stride + j] +=
                    weights[k * weights_stride + i] * half_fast(values[i * size + j]);
}

static float c_exp_online(float *x, size_t n, float scale, float *max)
{
    float sum = 0;

    for (size_t i = 0; i < n; i++)
        *max = fmaxf(*max, scale * x[i]);
    for (size_t i = 0; i < n; i++)
        sum += x[i] = exp_1(scale * x[i] - *max);
    return sum;
}

static void c_to_half(const float *x, size_t n, uint16_t *ret_halves)
{
    for (size_t i = 0; i < n; i++)
        ret_halves[i] = half_from_float(x[i]);
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
    static void name(const struct matrix *w, const float *bias, const void *x, size_t x_stride,    \
                     size_t n, float *ret_y, size_t y_stride, unsigned flags)                      \
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

DEFINE_MATMUL(c_matmul_f32, float, w->cols, float, c_dot)
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
    static void name(const struct matrix *w, const float *bias, const void *x, size_t x_stride,    \
                     size_t n, float *ret_y, size_t y_stride, unsigned flags)                      \
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

static void c_matmul_i8(const struct matrix_i8 *w, const float *bias, const int8_t *x,
                        size_t x_stride, const float *x_scales, size_t n, float *ret_y,
                        size_t y_stride, unsigned flags)
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

const struct kernels kernels_c = {
    .name = "c",
    .cpu = 0,
    .matmul =
        {
            [MATRIX_F32] = c_matmul_f32,
            [MATRIX_F16] = c_matmul_f16,
            [MATRIX_Q8_0] = c_matmul_q8_0,
            [MATRIX_Q4_0] = c_matmul_q4_0,
            [MATRIX_Q4_1] = c_matmul_q4_1,
            [MATRIX_Q5_0] = c_matmul_q5_0,
            [MATRIX_Q5_1] = c_matmul_q5_1,
            [MATRIX_Q4_K] = c_matmul_q4_k,
            [MATRIX_Q5_K] = c_matmul_q5_k,
            [MATRIX_Q6_K] = c_matmul_q6_k,
            [MATRIX_BF16] = c_matmul_bf16,
            [MATRIX_PACKED_F32] = c_matmul_packed_f32,
            [MATRIX_PACKED_F16] = c_matmul_packed_f16,
        },
    .matmul_i8 = c_matmul_i8,
    .dot = c_dot,
    .axpy = c_axpy,
    .scores = c_scores,
    .mix = c_mix,
    .scores_f16 = c_scores_f16,
    .mix_f16 = c_mix_f16,
    .exp_online = c_exp_online,
    .to_half = c_to_half,
    .exp = c_exp,
    .tanh = c_tanh,
    .sigmoid = c_sigmoid,
    .silu = c_silu,
    .gelu = c_gelu,
    .relu = c_relu,
    .add = c_add,
    .mul = c_mul,
    .gate = c_gate,
    .gate_i8 = c_gate_i8,
    .softmax = c_softmax,
    .layer_norm = c_layer_norm,
    .rms_norm = c_rms_norm,
    .quantise = c_quantise,
    .quantise_max = c_quantise_max,
    .quantise_q8 = c_quantise_q8,
};
