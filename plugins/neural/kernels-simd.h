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
