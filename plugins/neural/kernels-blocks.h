/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-blocks.h: products of quantised rows on x86
 *
 * Included by the files of the instruction sets after kernels-tiles.h. They have defined
 *     __m256i dot_u8(__m256i start, __m256i u, __m256i s)   start + groups of four u s, u <= 128
 *     __m256i dot_s8(__m256i start, __m256i w, __m256i s)   the same for signed w, |s| <= 127
 *     void panel_columns(enum tile_kind kind, const struct panel *panel, size_t blocks,
 *                        const struct q8_block *x, size_t x_stride, size_t C, float *sums)
 * of which the last one multiplies a panel with C columns.
 *
 * A few columns are bound by memory: eight rows at a time are read, multiplied and summed across.
 * Many columns are bound by arithmetic: sixteen rows at a time become a panel in the first-level
 * cache, four columns of all rows next to each other, which serves all activations without a sum
 * across. Either way the integer product of a block of 32 (or half a block) is exact, and a row
 * adds its blocks in order, the scale's part before the minimum's: so both give the same bits.
 */

/* Eight rows from `first` on; beyond the last one it repeats. */
ALWAYS_INLINE struct tile_rows rows_at(const struct matrix *m, size_t first, size_t row_size)
{
    struct tile_rows rows = {.base = m->data};
    EACH_ROW rows.offset[r] = (first + r < m->rows ? first + r : m->rows - 1) * row_size;
    return rows;
}

/* Sums the lanes of eight registers: *ret_low those of the first four lanes, in row order. */
ALWAYS_INLINE void sum_across(const __m256i p[8], __m256i *ret_low, __m256i *ret_high)
{
    __m256i two[4], four[2];

    UNROLL for (size_t i = 0; i < 4; i++) two[i] =
        _mm256_add_epi32(_mm256_unpacklo_epi32(p[2 * i], p[2 * i + 1]),
                         _mm256_unpackhi_epi32(p[2 * i], p[2 * i + 1]));
    UNROLL for (size_t i = 0; i < 2; i++) four[i] =
        _mm256_add_epi32(_mm256_unpacklo_epi64(two[2 * i], two[2 * i + 1]),
                         _mm256_unpackhi_epi64(two[2 * i], two[2 * i + 1]));
    *ret_low = _mm256_permute2x128_si256(four[0], four[1], 0x20);
    *ret_high = _mm256_permute2x128_si256(four[0], four[1], 0x31);
}

/* sum += the product of a tile and a block of one column. */
ALWAYS_INLINE __m256 tile_column(enum tile_kind kind, const struct tile *t,
                                 const struct q8_block *x, __m256 sum)
{
    __m256i q = _mm256_loadu_si256((const __m256i *)x->q), zero = _mm256_setzero_si256();
    __m256i p[TILE_ROWS], low, high;
    __m256 scale = _mm256_set1_ps(x->scale);

    EACH_ROW p[r] = kind <= TILE_U5 ? dot_u8(zero, t->w[r], q) : dot_s8(zero, t->w[r], q);
    sum_across(p, &low, &high);
    if (kind == TILE_S6) {
        sum = _mm256_fmadd_ps(_mm256_mul_ps(t->scale[0], scale), _mm256_cvtepi32_ps(low), sum);
        return _mm256_fmadd_ps(_mm256_mul_ps(t->scale[1], scale), _mm256_cvtepi32_ps(high), sum);
    }
    low = _mm256_add_epi32(low, high);
    sum = _mm256_fmadd_ps(_mm256_mul_ps(t->scale[0], scale), _mm256_cvtepi32_ps(low), sum);
    return kind == TILE_S8 ? sum : _mm256_fmadd_ps(t->scale[1], _mm256_set1_ps(x->sum), sum);
}

/* Eight columns of 32 bits of eight rows, as [group][row]. */
ALWAYS_INLINE void panel_put(struct panel *panel, size_t b, size_t half_panel, const struct tile *t)
{
    __m256 in[8], out[8];
    EACH_ROW in[r] = _mm256_castsi256_ps(t->w[r]);
    transpose_8(in, out);
    UNROLL for (size_t j = 0; j < 8; j++)
        _mm256_store_ps((float *)panel->w[b][j][half_panel * TILE_ROWS], out[j]);
    _mm256_store_ps(&panel->scale[b][0][half_panel * TILE_ROWS], t->scale[0]);
    _mm256_store_ps(&panel->scale[b][1][half_panel * TILE_ROWS], t->scale[1]);
}

static void put_rows(const float *sums, size_t rows, const float *bias, float *ret_y,
                     unsigned flags)
{
    for (size_t r = 0; r < rows; r++) {
        float sum = bias ? sums[r] + bias[r] : sums[r];
        ret_y[r] = flags & MATMUL_ADD ? ret_y[r] + sum : sum;
    }
}

/*
 * Rows are too short, and eight of them too many, for the processor to see that they are read one
 * after the other: tile number `at` of a matrix asks for what lies `distance` further on. Asking
 * for what is not there does no harm.
 */
ALWAYS_INLINE void prefetch(const uint8_t *at, size_t size, size_t distance)
{
    for (size_t i = 0; i < size; i += 64)
        _mm_prefetch((const char *)at + distance + i, _MM_HINT_T0);
}

#define DEFINE_BLOCK_PRODUCT(name, kind, values, bytes)                                            \
    ALWAYS_INLINE void name##_rows(const struct matrix *m, size_t row_size, const float *bias,     \
                                   const struct q8_block *x, size_t x_stride, size_t C,            \
                                   float *ret_y, size_t y_stride, unsigned flags)                  \
    {                                                                                              \
        size_t blocks = m->cols / TENSOR_BLOCK;                                                    \
        size_t tile_size = (bytes)*TILE_ROWS / ((values) / TENSOR_BLOCK);                          \
        size_t distance = TILE_ROWS * row_size > PREFETCH ? TILE_ROWS * row_size : PREFETCH;       \
        for (size_t first = 0; first < m->rows; first += TILE_ROWS) {                              \
            size_t left = m->rows - first;                                                         \
            struct tile_rows rows = rows_at(m, first, row_size);                                   \
            struct tile_super super;                                                               \
            float sums[TILE_ROWS];                                                                 \
            __m256 sum[FEW_COLUMNS];                                                               \
            UNROLL for (size_t c = 0; c < C; c++) sum[c] = _mm256_setzero_ps();                    \
            for (size_t b = 0; b < blocks; b++) {                                                  \
                struct tile t;                                                                     \
                prefetch(rows.base + rows.offset[0] + b * tile_size, tile_size, distance);         \
                tile_##name(&rows, b, &super, &t);                                                 \
                UNROLL for (size_t c = 0; c < C; c++) sum[c] =                                     \
                    tile_column(kind, &t, x + c * x_stride + b, sum[c]);                           \
            }                                                                                      \
            UNROLL for (size_t c = 0; c < C; c++)                                                  \
            {                                                                                      \
                _mm256_storeu_ps(sums, sum[c]);                                                    \
                put_rows(sums, left < TILE_ROWS ? left : TILE_ROWS, bias ? bias + first : NULL,    \
                         ret_y + c * y_stride + first, flags);                                     \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void name##_make_panel(const struct matrix *m, size_t row_size, size_t first,           \
                                  size_t first_block, size_t blocks, struct panel *panel)          \
    {                                                                                              \
        for (size_t part = 0; part < PANEL_WIDTH / TILE_ROWS; part++) {                            \
            struct tile_rows rows = rows_at(m, first + part * TILE_ROWS, row_size);                \
            struct tile_super super;                                                               \
            for (size_t b = 0; b < blocks; b++) {                                                  \
                struct tile t;                                                                     \
                tile_##name(&rows, first_block + b, &super, &t);                                   \
                panel_put(panel, b, part, &t);                                                     \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void name##_panel(const struct matrix *m, size_t row_size, size_t first,                \
                             const float *bias, const struct q8_block *x, size_t x_stride,         \
                             size_t n, float *ret_y, size_t y_stride, unsigned flags)              \
    {                                                                                              \
        size_t all = m->cols / TENSOR_BLOCK, left = m->rows - first;                               \
        struct panel panel;                                                                        \
        float sums[PANEL_BATCH][PANEL_WIDTH] __attribute__((aligned(64)));                         \
        memset(sums, 0, n * sizeof *sums);                                                         \
        for (size_t b = 0; b < all; b += PANEL_BLOCKS) {                                           \
            size_t blocks = all - b < PANEL_BLOCKS ? all - b : PANEL_BLOCKS, i = 0;                \
            name##_make_panel(m, row_size, first, b, blocks, &panel);                              \
            for (; i + PANEL_COLUMNS <= n; i += PANEL_COLUMNS)                                     \
                panel_columns(kind, &panel, blocks, x + i * x_stride + b, x_stride, PANEL_COLUMNS, \
                              sums[i]);                                                            \
            for (; i < n; i++)                                                                     \
                panel_columns(kind, &panel, blocks, x + i * x_stride + b, x_stride, 1, sums[i]);   \
        }                                                                                          \
        for (size_t i = 0; i < n; i++)                                                             \
            put_rows(sums[i], left < PANEL_WIDTH ? left : PANEL_WIDTH, bias ? bias + first : NULL, \
                     ret_y + i * y_stride + first, flags);                                         \
    }                                                                                              \
                                                                                                   \
    static void simd_matmul_##name(const struct matrix *m, const float *bias, const void *columns, \
                                   size_t x_stride, size_t n, float *ret_y, size_t y_stride,       \
                                   unsigned flags)                                                 \
    {                                                                                              \
        const struct q8_block *x = columns;                                                        \
        size_t row_size = m->cols / (values) * (bytes);                                            \
        for (size_t i = 0, batch; i < n; i += batch) {                                             \
            batch = n - i < PANEL_BATCH ? n - i : PANEL_BATCH;                                     \
            if (batch == 1)                                                                        \
                name##_rows(m, row_size, bias, x + i * x_stride, x_stride, 1,                      \
                            ret_y + i * y_stride, y_stride, flags);                                \
            else if (batch == 2)                                                                   \
                name##_rows(m, row_size, bias, x + i * x_stride, x_stride, 2,                      \
                            ret_y + i * y_stride, y_stride, flags);                                \
            else                                                                                   \
                for (size_t first = 0; first < m->rows; first += PANEL_WIDTH)                      \
                    name##_panel(m, row_size, first, bias, x + i * x_stride, x_stride, batch,      \
                                 ret_y + i * y_stride, y_stride, flags);                           \
        }                                                                                          \
    }

DEFINE_BLOCK_PRODUCT(q4_0, TILE_U4, TENSOR_BLOCK, sizeof(struct block_q4_0))
DEFINE_BLOCK_PRODUCT(q4_1, TILE_U4, TENSOR_BLOCK, sizeof(struct block_q4_1))
DEFINE_BLOCK_PRODUCT(q5_0, TILE_U5, TENSOR_BLOCK, sizeof(struct block_q5_0))
DEFINE_BLOCK_PRODUCT(q5_1, TILE_U5, TENSOR_BLOCK, sizeof(struct block_q5_1))
DEFINE_BLOCK_PRODUCT(q8_0, TILE_S8, TENSOR_BLOCK, sizeof(struct block_q8_0))
DEFINE_BLOCK_PRODUCT(q4_k, TILE_U4, TENSOR_SUPERBLOCK, sizeof(struct block_q4_k))
DEFINE_BLOCK_PRODUCT(q5_k, TILE_U5, TENSOR_SUPERBLOCK, sizeof(struct block_q5_k))
DEFINE_BLOCK_PRODUCT(q6_k, TILE_S6, TENSOR_SUPERBLOCK, sizeof(struct block_q6_k))
