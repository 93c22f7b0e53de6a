/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-halves.h: attention over keys and values kept as halves, in terms of one vector type
 *
 * Included by the files of the instruction sets after kernels-simd.h, which have also defined
 * v_store_half(). A key or value is widened once for up to three queries that share it: as many as
 * four keys (or four vectors of a value) leave registers for. What a query gets does not depend on
 * its company.
 */
enum { HALF_QUERIES = 3 };

static void simd_to_half(const float *x, size_t n, uint16_t *ret_halves)
{
    size_t i = 0;
    for (; i + V <= n; i += V)
        v_store_half(ret_halves + i, v_load(x + i));
    for (; i < n; i++)
        ret_halves[i] = half_from_float(x[i]);
}

/* The products of M queries with `rows` keys, 1 to 4; missing keys repeat the last one. */
ALWAYS_INLINE void half_scores_block(const float *q, size_t q_stride, size_t M,
                                     const uint16_t *keys, size_t rows, size_t size,
                                     float *ret_scores, size_t scores_stride)
{
    const uint16_t *k[4] = {keys, keys + (rows > 1) * size, keys, keys};
    vf sum[4 * HALF_QUERIES], a[HALF_QUERIES];
    size_t j = 0;

    k[2] = k[1] + (rows > 2) * size;
    k[3] = k[2] + (rows > 3) * size;
    UNROLL for (size_t i = 0; i < 4 * M; i++) sum[i] = v_set(0);
    for (; j + V <= size; j += V) {
        UNROLL for (size_t m = 0; m < M; m++) a[m] = v_load(q + m * q_stride + j);
        UNROLL for (size_t r = 0; r < 4; r++)
        {
            vf key = v_load_half(k[r] + j);
            UNROLL for (size_t m = 0; m < M; m++) sum[4 * m + r] = v_fma(a[m], key, sum[4 * m + r]);
        }
    }
    if (j < size)
        UNROLL for (size_t r = 0; r < 4; r++)
        {
            vf key = v_load_half_part(k[r] + j, size - j);
            UNROLL for (size_t m = 0; m < M; m++) sum[4 * m + r] =
                v_fma(v_load_part(q + m * q_stride + j, size - j), key, sum[4 * m + r]);
        }
    UNROLL for (size_t m = 0; m < M; m++)
    {
        float sums[4];
        v_sum4(sum[4 * m], sum[4 * m + 1], sum[4 * m + 2], sum[4 * m + 3], sums);
        memcpy(ret_scores + m * scores_stride, sums, rows * sizeof *sums);
    }
}

ALWAYS_INLINE void half_scores(const float *q, size_t q_stride, size_t M, const uint16_t *keys,
                               size_t n, size_t size, float *ret_scores, size_t scores_stride)
{
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        half_scores_block(q, q_stride, M, keys + i * size, 4, size, ret_scores + i, scores_stride);
    if (i < n)
        half_scores_block(q, q_stride, M, keys + i * size, n - i, size, ret_scores + i,
                          scores_stride);
}

static void simd_scores_f16(const float *q, size_t q_stride, size_t queries, const uint16_t *keys,
                            size_t n, size_t size, float *ret_scores, size_t scores_stride)
{
    for (; queries >= 3; queries -= 3, q += 3 * q_stride, ret_scores += 3 * scores_stride)
        half_scores(q, q_stride, 3, keys, n, size, ret_scores, scores_stride);
    if (queries == 2)
        half_scores(q, q_stride, 2, keys, n, size, ret_scores, scores_stride);
    else if (queries == 1)
        half_scores(q, q_stride, 1, keys, n, size, ret_scores, scores_stride);
}

/* U vectors of the values for M queries; with a part, U is 1. */
ALWAYS_INLINE void half_mix_block(const float *weights, size_t weights_stride, size_t M,
                                  const uint16_t *values, size_t n, size_t size, size_t U,
                                  size_t part, float *y, size_t y_stride)
{
    vf sum[4 * HALF_QUERIES];

    UNROLL for (size_t m = 0; m < M; m++) UNROLL for (size_t u = 0; u < U; u++) sum[4 * m + u] =
        part ? v_load_part(y + m * y_stride, part) : v_load(y + m * y_stride + u * V);
    for (size_t i = 0; i < n; i++, values += size) {
        vf w[HALF_QUERIES];
        UNROLL for (size_t m = 0; m < M; m++) w[m] = v_set(weights[m * weights_stride + i]);
        UNROLL for (size_t u = 0; u < U; u++)
        {
            vf value = part ? v_load_half_part(values, part) : v_load_half(values + u * V);
            UNROLL for (size_t m = 0; m < M; m++) sum[4 * m + u] =
                v_fma(w[m], value, sum[4 * m + u]);
        }
    }
    UNROLL for (size_t m = 0; m < M; m++) UNROLL for (size_t u = 0; u < U; u++)
    {
        if (part)
            v_store_part(y + m * y_stride, sum[4 * m + u], part);
        else
            v_store(y + m * y_stride + u * V, sum[4 * m + u]);
    }
}

ALWAYS_INLINE void half_mix(const float *weights, size_t weights_stride, size_t M,
                            const uint16_t *values, size_t n, size_t size, float *y,
                            size_t y_stride)
{
    size_t j = 0;
    for (; j + 4 * V <= size; j += 4 * V)
        half_mix_block(weights, weights_stride, M, values + j, n, size, 4, 0, y + j, y_stride);
    for (; j + V <= size; j += V)
        half_mix_block(weights, weights_stride, M, values + j, n, size, 1, 0, y + j, y_stride);
    if (j < size)
        half_mix_block(weights, weights_stride, M, values + j, n, size, 1, size - j, y + j,
                       y_stride);
}

static void simd_mix_f16(const float *weights, size_t weights_stride, size_t queries,
                         const uint16_t *values, size_t n, size_t size, float *y, size_t y_stride)
{
    for (; queries >= 3; queries -= 3, weights += 3 * weights_stride, y += 3 * y_stride)
        half_mix(weights, weights_stride, 3, values, n, size, y, y_stride);
    if (queries == 2)
        half_mix(weights, weights_stride, 2, values, n, size, y, y_stride);
    else if (queries == 1)
        half_mix(weights, weights_stride, 1, values, n, size, y, y_stride);
}

static float simd_exp_online(float *x, size_t n, float scale, float *max)
{
    vf factor = v_set(scale), top = v_set(-INFINITY), total = v_set(0), shift;
    size_t i = 0;

    for (; i + V <= n; i += V)
        top = v_max(v_mul(v_load(x + i), factor), top);
    for (; i < n; i++)
        top = v_max(v_set(x[i] * scale), top);
    *max = fmaxf(*max, v_top(top));
    shift = v_set(*max);
    for (i = 0; i + V <= n; i += V) {
        vf y = v_exp(v_sub(v_mul(v_load(x + i), factor), shift));
        v_store(x + i, y);
        total = v_add(total, y);
    }
    if (i < n) {
        float rest[V] = {0};
        v_store_part(x + i, v_exp(v_sub(v_mul(v_load_part(x + i, n - i), factor), shift)), n - i);
        memcpy(rest, x + i, (n - i) * sizeof *rest);
        total = v_add(total, v_load(rest));
    }
    return v_sum(total);
}
