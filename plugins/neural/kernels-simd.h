/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-simd.h: the fp32 kernels in terms of one vector type
 *
 * Included once by the file of an instruction set, which has defined the vector `vf` of V floats
 * and the operations v_*. Part loads give zeros, part stores leave the rest, beyond n < V values:
 * both touch no byte of it. Each static function here is a slot of struct kernels, see kernels-c.c
 * for what it computes.
 */
/* With the checks of a sanitizer around each access, the compiler takes ten minutes to inline. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALWAYS_INLINE static inline
#define UNROLL
#else
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Applies `expression` in x to n values. */
#define DEFINE_MAP(name, expression)                                                               \
    static void simd_##name(const float *from, size_t n, float *ret_y)                             \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + V <= n; i += V) {                                                               \
            vf x = v_load(from + i);                                                               \
            v_store(ret_y + i, (expression));                                                      \
        }                                                                                          \
        if (i < n) {                                                                               \
            vf x = v_load_part(from + i, n - i);                                                   \
            v_store_part(ret_y + i, (expression), n - i);                                          \
        }                                                                                          \
    }

#define DEFINE_MAP2(name, expression)                                                              \
    static void simd_##name(const float *from_a, const float *from_b, size_t n, float *ret_y)      \
    {                                                                                              \
        size_t i = 0;                                                                              \
        for (; i + V <= n; i += V) {                                                               \
            vf a = v_load(from_a + i), b = v_load(from_b + i);                                     \
            v_store(ret_y + i, (expression));                                                      \
        }                                                                                          \
        if (i < n) {                                                                               \
            vf a = v_load_part(from_a + i, n - i), b = v_load_part(from_b + i, n - i);             \
            v_store_part(ret_y + i, (expression), n - i);                                          \
        }                                                                                          \
    }

/* --- elementary functions --------------------------------------------------------------------- */

/* exp(x) = 2^n (1 + ret_rest), returned: 2^n */
ALWAYS_INLINE vf v_exp_split(vf x, vf *ret_rest)
{
    vf n = v_round(v_mul(x, v_set(EXP_LOG2E)));
    vf r = v_fnma(n, v_set(EXP_LN2_LOW), v_fnma(n, v_set(EXP_LN2_HIGH), x));
    vf p = v_fma(r, v_set(EXP_P6), v_set(EXP_P5));
    p = v_fma(r, p, v_set(EXP_P4));
    p = v_fma(r, p, v_set(EXP_P3));
    p = v_fma(r, p, v_set(EXP_P2));
    *ret_rest = v_fma(v_mul(r, r), p, r);
    return v_pow2(n);
}

/* v_min and v_max give the second operand where one is NaN: so NaN passes. */
ALWAYS_INLINE vf v_clamp(vf x, float low, float high)
{
    return v_min(v_set(high), v_max(v_set(low), x));
}

/* x within the limits */
ALWAYS_INLINE vf v_exp_inside(vf x)
{
    vf rest, power = v_exp_split(x, &rest);
    return v_fma(power, rest, power);
}

ALWAYS_INLINE vf v_exp(vf x)
{
    return v_zero_below(x, v_set(EXP_LOWEST), v_exp_inside(v_clamp(x, EXP_LOWEST, EXP_HIGHEST)));
}

/* exp(2 x) - 1 for tanh */
ALWAYS_INLINE vf v_expm1_twice(vf x)
{
    vf rest, power;
    power = v_exp_split(v_clamp(v_add(x, x), -TANH_LIMIT, TANH_LIMIT), &rest);
    return v_fma(power, rest, v_sub(power, v_set(1)));
}

ALWAYS_INLINE vf v_tanh(vf x)
{
    vf e = v_expm1_twice(x);
    return v_div(e, v_add(e, v_set(2)));
}

ALWAYS_INLINE vf v_sigmoid(vf x)
{
    vf e = v_exp(v_sub(v_set(0), x));
    return v_div(v_set(1), v_add(v_set(1), e));
}

ALWAYS_INLINE vf v_gelu(vf x)
{
    vf u = v_fma(v_mul(v_set(GELU_B), x), x, v_set(GELU_A));
    return v_mul(x, v_sigmoid(v_mul(x, u)));
}

ALWAYS_INLINE vf v_gate(vf a, vf b)
{
    vf e = v_expm1_twice(a);
    vf s = v_exp_inside(v_clamp(v_sub(v_set(0), b), -GATE_LIMIT, GATE_LIMIT));
    return v_div(e, v_mul(v_add(e, v_set(2)), v_add(v_set(1), s)));
}

DEFINE_MAP(exp, v_exp(x))
DEFINE_MAP(tanh, v_tanh(x))
DEFINE_MAP(sigmoid, v_sigmoid(x))
DEFINE_MAP(silu, v_mul(x, v_sigmoid(x)))
DEFINE_MAP(gelu, v_gelu(x))
DEFINE_MAP(relu, v_max(x, v_set(0)))
DEFINE_MAP2(add, v_add(a, b))
DEFINE_MAP2(mul, v_mul(a, b))

static void simd_gate(const float *z, size_t n, float *ret_h)
{
    size_t i = 0;
    for (; i + V <= n; i += V)
        v_store(ret_h + i, v_gate(v_load(z + i), v_load(z + n + i)));
    if (i < n)
        v_store_part(ret_h + i, v_gate(v_load_part(z + i, n - i), v_load_part(z + n + i, n - i)),
                     n - i);
}

/* --- quantising ------------------------------------------------------------------------------- */

ALWAYS_INLINE vf v_clamp_i8(vf x)
{
    return v_clamp(x, -I8_LIMIT, I8_LIMIT);
}

static void simd_gate_i8(const float *z, size_t n, int8_t *ret_h)
{
    vf scale = v_set(I8_LIMIT);
    size_t i = 0;
    for (; i + V <= n; i += V)
        v_store_i8(ret_h + i, v_mul(scale, v_gate(v_load(z + i), v_load(z + n + i))), V);
    if (i < n) {
        vf h = v_gate(v_load_part(z + i, n - i), v_load_part(z + n + i, n - i));
        v_store_i8(ret_h + i, v_mul(scale, h), n - i);
    }
}

static void simd_quantise(const float *x, float inverse_scale, size_t n, int8_t *ret_q)
{
    vf scale = v_set(inverse_scale);
    size_t i = 0;
    for (; i + V <= n; i += V)
        v_store_i8(ret_q + i, v_clamp_i8(v_mul(v_load(x + i), scale)), V);
    if (i < n)
        v_store_i8(ret_q + i, v_clamp_i8(v_mul(v_load_part(x + i, n - i), scale)), n - i);
}

static float simd_quantise_max(const float *x, size_t n, int8_t *ret_q)
{
    vf max = v_set(0);
    float top;
    size_t i = 0;

    for (; i + V <= n; i += V)
        max = v_max(max, v_abs(v_load(x + i)));
    if (i < n)
        max = v_max(max, v_abs(v_load_part(x + i, n - i)));
    top = v_top(max);
    if (top < I8_SMALLEST) {
        memset(ret_q, 0, n);
        return 0;
    }
    simd_quantise(x, I8_LIMIT / top, n, ret_q);
    return top / I8_LIMIT;
}

static void simd_quantise_q8(const float *x, size_t n, struct q8_block *ret_q)
{
    for (size_t b = 0; b < n / TENSOR_BLOCK; b++) {
        ret_q[b].scale = simd_quantise_max(x + b * TENSOR_BLOCK, TENSOR_BLOCK, ret_q[b].q);
        ret_q[b].sum = ret_q[b].scale * (float)sum_i8x32(ret_q[b].q);
    }
}

/* --- vectors ---------------------------------------------------------------------------------- */

static float simd_dot(const float *a, const float *b, size_t n)
{
    vf sum[4] = {v_set(0), v_set(0), v_set(0), v_set(0)};
    size_t i = 0;

    for (; i + 4 * V <= n; i += 4 * V)
        UNROLL for (size_t j = 0; j < 4; j++) sum[j] =
            v_fma(v_load(a + i + j * V), v_load(b + i + j * V), sum[j]);
    for (; i + V <= n; i += V)
        sum[0] = v_fma(v_load(a + i), v_load(b + i), sum[0]);
    if (i < n)
        sum[1] = v_fma(v_load_part(a + i, n - i), v_load_part(b + i, n - i), sum[1]);
    return v_sum(v_add(v_add(sum[0], sum[1]), v_add(sum[2], sum[3])));
}

static void simd_axpy(float *y, float a, const float *x, size_t n)
{
    vf factor = v_set(a);
    size_t i = 0;

    for (; i + V <= n; i += V)
        v_store(y + i, v_fma(factor, v_load(x + i), v_load(y + i)));
    if (i < n)
        v_store_part(y + i, v_fma(factor, v_load_part(x + i, n - i), v_load_part(y + i, n - i)),
                     n - i);
}

/* R vectors of the mix at once stay in registers over all n rows. */
ALWAYS_INLINE void mix_block(const float *weights, const float *values, size_t stride, size_t n,
                             size_t R, float *y)
{
    vf sum[4];

    UNROLL for (size_t r = 0; r < R; r++) sum[r] = v_load(y + r * V);
    for (size_t i = 0; i < n; i++) {
        vf weight = v_set(weights[i]);
        UNROLL for (size_t r = 0; r < R; r++) sum[r] =
            v_fma(weight, v_load(values + i * stride + r * V), sum[r]);
    }
    UNROLL for (size_t r = 0; r < R; r++) v_store(y + r * V, sum[r]);
}

static void simd_mix(const float *weights, const float *values, size_t stride, size_t n,
                     size_t size, float *y)
{
    size_t j = 0, rest;

    for (; j + 4 * V <= size; j += 4 * V)
        mix_block(weights, values + j, stride, n, 4, y + j);
    for (; j + 2 * V <= size; j += 2 * V)
        mix_block(weights, values + j, stride, n, 2, y + j);
    for (; j + V <= size; j += V)
        mix_block(weights, values + j, stride, n, 1, y + j);
    rest = size - j;
    if (rest) {
        vf sum = v_load_part(y + j, rest);
        for (size_t i = 0; i < n; i++)
            sum = v_fma(v_set(weights[i]), v_load_part(values + i * stride + j, rest), sum);
        v_store_part(y + j, sum, rest);
    }
}

static void simd_softmax(const float *x, size_t n, float *ret_y)
{
    vf max = v_set(-INFINITY), total = v_set(0), shift, y;
    size_t i = 0;

    for (; i + V <= n; i += V)
        max = v_max(v_load(x + i), max);
    for (; i < n; i++)
        max = v_max(v_set(x[i]), max);
    shift = v_set(v_top(max));
    for (i = 0; i + V <= n; i += V) {
        y = v_exp(v_sub(v_load(x + i), shift));
        v_store(ret_y + i, y);
        total = v_add(total, y);
    }
    if (i < n) {
        v_store_part(ret_y + i, v_exp(v_sub(v_load_part(x + i, n - i), shift)), n - i);
        total = v_add(total, v_load_part(ret_y + i, n - i));
    }
    shift = v_set(1.0f / v_sum(total));
    for (i = 0; i + V <= n; i += V)
        v_store(ret_y + i, v_mul(v_load(ret_y + i), shift));
    if (i < n)
        v_store_part(ret_y + i, v_mul(v_load_part(ret_y + i, n - i), shift), n - i);
}

static float sum_of(const float *x, size_t n)
{
    vf sum = v_set(0);
    size_t i = 0;

    for (; i + V <= n; i += V)
        sum = v_add(sum, v_load(x + i));
    if (i < n)
        sum = v_add(sum, v_load_part(x + i, n - i));
    return v_sum(sum);
}

/* The sum of (x - mean)^2. */
static float deviation_of(const float *x, float mean, size_t n)
{
    vf sum = v_set(0), centre = v_set(mean);
    float rest = 0;
    size_t i = 0;

    for (; i + V <= n; i += V) {
        vf d = v_sub(v_load(x + i), centre);
        sum = v_fma(d, d, sum);
    }
    for (; i < n; i++)
        rest += (x[i] - mean) * (x[i] - mean);
    return v_sum(sum) + rest;
}

static void simd_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                            size_t n, float *ret_y)
{
    float mean = sum_of(x, n) / (float)n;
    vf scale = v_set(1.0f / sqrtf(deviation_of(x, mean, n) / (float)n + epsilon));
    vf centre = v_set(mean);
    size_t i = 0;

    for (; i + V <= n; i += V) {
        vf y = v_mul(v_sub(v_load(x + i), centre), scale);
        v_store(ret_y + i, v_fma(y, v_load(weight + i), bias ? v_load(bias + i) : v_set(0)));
    }
    if (i < n) {
        vf y = v_mul(v_sub(v_load_part(x + i, n - i), centre), scale);
        vf b = bias ? v_load_part(bias + i, n - i) : v_set(0);
        v_store_part(ret_y + i, v_fma(y, v_load_part(weight + i, n - i), b), n - i);
    }
}

static void simd_rms_norm(const float *x, const float *weight, float epsilon, size_t n,
                          float *ret_y)
{
    vf scale = v_set(1.0f / sqrtf(simd_dot(x, x, n) / (float)n + epsilon));
    size_t i = 0;

    for (; i + V <= n; i += V)
        v_store(ret_y + i, v_mul(v_mul(v_load(x + i), scale), v_load(weight + i)));
    if (i < n)
        v_store_part(ret_y + i,
                     v_mul(v_mul(v_load_part(x + i, n - i), scale), v_load_part(weight + i, n - i)),
                     n - i);
}
