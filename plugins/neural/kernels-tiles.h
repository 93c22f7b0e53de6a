/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernels-tiles.h: block formats of 8 rows at a time, in 256-bit registers
 *
 * Included by the files of the instruction sets before kernels-blocks.h. A tile is 32 columns of 8
 * rows: one register of bytes for each row, and two floats. Four kinds cover all formats, so that
 * the products know nothing of them:
 *
 *     TILE_U4, TILE_U5   w = scale[0] q + scale[1], q in 0..15 or 0..31
 *     TILE_S6            w = scale[0] q in the first 16 columns, scale[1] q in the others, |q| <=
 * 32 TILE_S8            w = scale[0] q, |q| <= 128
 */
enum tile_kind { TILE_U4, TILE_U5, TILE_S6, TILE_S8 };

enum { TILE_ROWS = 8 };

struct tile {
    __m256i w[TILE_ROWS];
    __m256 scale[2]; /* a lane for each row */
};

/* Rows of a matrix, of which the last may repeat. */
struct tile_rows {
    const uint8_t *base;
    size_t offset[TILE_ROWS];
};

/* Scales of a superblock, decoded when its first tile is read. */
struct tile_super {
    __m256 scale[16], min[8];
};

/* --- panels ----------------------------------------------------------------------------------- */

enum {
    PANEL_WIDTH = 16,  /* rows */
    PANEL_BLOCKS = 32, /* of 32 columns: 16 KiB of weights */
    PANEL_BATCH = 96,  /* columns of x that a panel serves before it is made anew */
    FEW_COLUMNS = 2,   /* that are read with the rows, without a panel */
    PREFETCH = 4096,   /* bytes: some hundred cycles of work */
};

struct panel {
    int8_t w[PANEL_BLOCKS][8][PANEL_WIDTH][4]; /* [block][group of four columns][row][column] */
    float scale[PANEL_BLOCKS][2][PANEL_WIDTH];
} __attribute__((aligned(64)));

/* --- parts of rows ---------------------------------------------------------------------------- */

#define EACH_ROW UNROLL for (size_t r = 0; r < TILE_ROWS; r++)

ALWAYS_INLINE const void *row_block(const struct tile_rows *rows, size_t r, size_t at)
{
    return rows->base + rows->offset[r] + at;
}

ALWAYS_INLINE uint16_t load_u16(const void *p)
{
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

ALWAYS_INLINE int32_t load_i32(const void *p)
{
    int32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

ALWAYS_INLINE float half(uint16_t bits)
{
    return _mm_cvtss_f32(_mm_cvtph_ps(_mm_cvtsi32_si128(bits)));
}

/* The half at byte `at` of each row, as a float. */
ALWAYS_INLINE __m256 tile_halves(const struct tile_rows *rows, size_t at)
{
#define H(r) (short)load_u16(row_block(rows, r, at))
    return _mm256_cvtph_ps(_mm_setr_epi16(H(0), H(1), H(2), H(3), H(4), H(5), H(6), H(7)));
#undef H
}

/* Two halves next to each other. */
ALWAYS_INLINE void tile_half_pairs(const struct tile_rows *rows, size_t at, __m256 ret_pair[2])
{
#define P(r) load_i32(row_block(rows, r, at))
    __m256i pairs = _mm256_setr_epi32(P(0), P(1), P(2), P(3), P(4), P(5), P(6), P(7));
#undef P
    __m256i low = _mm256_and_si256(pairs, _mm256_set1_epi32(0xffff));
    __m256i both = _mm256_packus_epi32(low, _mm256_srli_epi32(pairs, 16));
    both = _mm256_permute4x64_epi64(both, 0xd8);
    ret_pair[0] = _mm256_cvtph_ps(_mm256_castsi256_si128(both));
    ret_pair[1] = _mm256_cvtph_ps(_mm256_extracti128_si256(both, 1));
}

/* 32 nibbles as bytes: the low ones of 16 bytes, then the high ones. */
ALWAYS_INLINE __m256i nibbles(const void *q)
{
    __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128(q));
    both = _mm256_srlv_epi32(both, _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4));
    return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

/* 16 in byte i if bit i is set. */
ALWAYS_INLINE __m256i fifth_bits(const void *qh)
{
    const __m256i spread =
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
    __m256i bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(load_i32(qh)), spread);
    __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

/* --- blocks of 32 ----------------------------------------------------------------------------- */

ALWAYS_INLINE void tile_q4_0(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b * sizeof(struct block_q4_0);
    t->scale[0] = tile_halves(rows, at);
    t->scale[1] = _mm256_mul_ps(t->scale[0], _mm256_set1_ps(-8));
    EACH_ROW t->w[r] = nibbles(row_block(rows, r, at + 2));
}

ALWAYS_INLINE void tile_q4_1(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b * sizeof(struct block_q4_1);
    tile_half_pairs(rows, at, t->scale);
    EACH_ROW t->w[r] = nibbles(row_block(rows, r, at + 4));
}

ALWAYS_INLINE void tile_q5_0(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b * sizeof(struct block_q5_0);
    t->scale[0] = tile_halves(rows, at);
    t->scale[1] = _mm256_mul_ps(t->scale[0], _mm256_set1_ps(-16));
    EACH_ROW t->w[r] = _mm256_or_si256(nibbles(row_block(rows, r, at + 6)),
                                       fifth_bits(row_block(rows, r, at + 2)));
}

ALWAYS_INLINE void tile_q5_1(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b * sizeof(struct block_q5_1);
    tile_half_pairs(rows, at, t->scale);
    EACH_ROW t->w[r] = _mm256_or_si256(nibbles(row_block(rows, r, at + 8)),
                                       fifth_bits(row_block(rows, r, at + 4)));
}

ALWAYS_INLINE void tile_q8_0(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b * sizeof(struct block_q8_0);
    t->scale[0] = t->scale[1] = tile_halves(rows, at);
    EACH_ROW t->w[r] = _mm256_loadu_si256(row_block(rows, r, at + 2));
}

/* --- superblocks of 256 ----------------------------------------------------------------------- */

/* Eight rows of eight floats become eight columns. */
ALWAYS_INLINE void transpose_8(const __m256 in[8], __m256 ret_out[8])
{
    __m256 pair[8], four[8];

    UNROLL for (size_t i = 0; i < 8; i += 2)
    {
        pair[i] = _mm256_unpacklo_ps(in[i], in[i + 1]);
        pair[i + 1] = _mm256_unpackhi_ps(in[i], in[i + 1]);
    }
    UNROLL for (size_t i = 0; i < 8; i += 4) UNROLL for (size_t j = 0; j < 2; j++)
    {
        four[i + 2 * j] = _mm256_shuffle_ps(pair[i + j], pair[i + j + 2], 0x44);
        four[i + 2 * j + 1] = _mm256_shuffle_ps(pair[i + j], pair[i + j + 2], 0xee);
    }
    UNROLL for (size_t i = 0; i < 4; i++)
    {
        ret_out[i] = _mm256_permute2f128_ps(four[i], four[i + 4], 0x20);
        ret_out[i + 4] = _mm256_permute2f128_ps(four[i], four[i + 4], 0x31);
    }
}

/* The six-bit scales and minima (tensor.h) of one row, as bytes. */
ALWAYS_INLINE void six_bits(const void *scales, uint64_t *ret_scales, uint64_t *ret_mins)
{
    const uint32_t SIX = 0x3f3f3f3f, FOUR = 0x0f0f0f0f, TWO = 0x03030303;
    uint32_t u[3];
    memcpy(u, scales, sizeof u);
    *ret_scales = (u[0] & SIX) | (uint64_t)((u[2] & FOUR) | (u[0] >> 6 & TWO) << 4) << 32;
    *ret_mins = (u[1] & SIX) | (uint64_t)((u[2] >> 4 & FOUR) | (u[1] >> 6 & TWO) << 4) << 32;
}

/* Eight unsigned bytes as floats. */
ALWAYS_INLINE __m256 bytes_to_floats(uint64_t bytes)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)bytes)));
}

/* d and dmin lie at `at`, the scales behind them. */
ALWAYS_INLINE void open_super_k(const struct tile_rows *rows, size_t at, struct tile_super *super)
{
    __m256 scale[8], min[8];

    EACH_ROW
    {
        const uint8_t *block = row_block(rows, r, at);
        uint64_t scales, mins;
        six_bits(block + 4, &scales, &mins);
        scale[r] = _mm256_mul_ps(_mm256_set1_ps(half(load_u16(block))), bytes_to_floats(scales));
        min[r] = _mm256_mul_ps(_mm256_set1_ps(-half(load_u16(block + 2))), bytes_to_floats(mins));
    }
    transpose_8(scale, super->scale);
    transpose_8(min, super->min);
}

ALWAYS_INLINE void tile_q4_k(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b / 8 * sizeof(struct block_q4_k), g = b % 8;
    __m128i shift = _mm_cvtsi32_si128(g & 1 ? 4 : 0);

    if (!g)
        open_super_k(rows, at, super);
    t->scale[0] = super->scale[g];
    t->scale[1] = super->min[g];
    EACH_ROW
    {
        __m256i q = _mm256_loadu_si256(row_block(rows, r, at + 16 + 32 * (g / 2)));
        t->w[r] = _mm256_and_si256(_mm256_srl_epi16(q, shift), _mm256_set1_epi8(15));
    }
}

ALWAYS_INLINE void tile_q5_k(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b / 8 * sizeof(struct block_q5_k), g = b % 8;
    __m128i shift = _mm_cvtsi32_si128(g & 1 ? 4 : 0);
    __m256i bit = _mm256_set1_epi8((char)(1 << g));

    if (!g)
        open_super_k(rows, at, super);
    t->scale[0] = super->scale[g];
    t->scale[1] = super->min[g];
    EACH_ROW
    {
        __m256i q = _mm256_loadu_si256(row_block(rows, r, at + 48 + 32 * (g / 2)));
        __m256i h = _mm256_and_si256(_mm256_loadu_si256(row_block(rows, r, at + 16)), bit);
        h = _mm256_and_si256(_mm256_cmpeq_epi8(h, bit), _mm256_set1_epi8(16));
        q = _mm256_and_si256(_mm256_srl_epi16(q, shift), _mm256_set1_epi8(15));
        t->w[r] = _mm256_or_si256(q, h);
    }
}

ALWAYS_INLINE void open_super_q6_k(const struct tile_rows *rows, size_t at,
                                   struct tile_super *super)
{
    UNROLL for (size_t part = 0; part < 2; part++)
    {
        __m256 scale[8];
        EACH_ROW
        {
            const struct block_q6_k *block = row_block(rows, r, at);
            __m128i bytes = _mm_loadl_epi64((const __m128i *)(block->scales + 8 * part));
            scale[r] = _mm256_mul_ps(_mm256_set1_ps(half(block->d)),
                                     _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)));
        }
        transpose_8(scale, super->scale + 8 * part);
    }
}

ALWAYS_INLINE void tile_q6_k(const struct tile_rows *rows, size_t b, struct tile_super *super,
                             struct tile *t)
{
    size_t at = b / 8 * sizeof(struct block_q6_k), g = b % 8, quarter = g % 4;
    size_t low_at = at + 64 * (g / 4) + 32 * (quarter % 2), high_at = at + 128 + 32 * (g / 4);
    __m128i low_shift = _mm_cvtsi32_si128(quarter / 2 ? 4 : 0);
    __m128i high_shift = _mm_cvtsi32_si128((int)(2 * quarter));

    if (!g)
        open_super_q6_k(rows, at, super);
    t->scale[0] = super->scale[2 * g];
    t->scale[1] = super->scale[2 * g + 1];
    EACH_ROW
    {
        __m256i low = _mm256_loadu_si256(row_block(rows, r, low_at));
        __m256i high = _mm256_loadu_si256(row_block(rows, r, high_at));
        low = _mm256_and_si256(_mm256_srl_epi16(low, low_shift), _mm256_set1_epi8(15));
        high = _mm256_and_si256(_mm256_srl_epi16(high, high_shift), _mm256_set1_epi8(3));
        low = _mm256_or_si256(low, _mm256_slli_epi16(high, 4));
        t->w[r] = _mm256_sub_epi8(low, _mm256_set1_epi8(32));
    }
}
