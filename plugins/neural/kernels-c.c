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

/* --- halves -------------------------------------------------------------------------------------
 */

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
