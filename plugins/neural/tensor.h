/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tensor.h: weight types, their layout in memory, and views of tensors
 *
 * Shapes. ne[0] is the dimension that lies contiguous in memory; unused dimensions are 1. A matrix
 * of `out` rows and `in` columns (y = W x) is ne = {in, out}: one row after the other. A row is the
 * ne[0] values of one index in the other dimensions.
 *
 * Types. Numbers and block layouts are those of ggml (github.com/ggml-org/ggml, docs/gguf.md of
 * that project), so that its files can be used in place. A quantised row is a sequence of blocks;
 * ne[0] is a multiple of the block length. Everything is little endian.
 *
 * Threads: all functions are pure. Errors: where a result can fail the function says how; nothing
 * here allocates.
 */
#ifndef NEURAL_TENSOR_H
#define NEURAL_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sori/types.h>

enum tensor_type {
    TENSOR_F32 = 0,
    TENSOR_F16 = 1,
    TENSOR_Q4_0 = 2,
    TENSOR_Q4_1 = 3,
    TENSOR_Q5_0 = 6,
    TENSOR_Q5_1 = 7,
    TENSOR_Q8_0 = 8,
    TENSOR_Q4_K = 12,
    TENSOR_Q5_K = 13,
    TENSOR_Q6_K = 14,
    TENSOR_I8 = 24,
    TENSOR_I16 = 25,
    TENSOR_I32 = 26,
    TENSOR_BF16 = 30,
    TENSOR_TYPES = 31, /* one more than the largest number */
};

/* Sets of types, for gguf_bind(). */
#define TENSOR_SET(type) (UINT32_C(1) << (type))
#define TENSOR_SET_ANY (~UINT32_C(0))
#define TENSOR_SET_BLOCKS                                                                          \
    (TENSOR_SET(TENSOR_Q4_0) | TENSOR_SET(TENSOR_Q4_1) | TENSOR_SET(TENSOR_Q5_0) |                 \
     TENSOR_SET(TENSOR_Q5_1) | TENSOR_SET(TENSOR_Q8_0) | TENSOR_SET(TENSOR_Q4_K) |                 \
     TENSOR_SET(TENSOR_Q5_K) | TENSOR_SET(TENSOR_Q6_K))
#define TENSOR_SET_HALVES (TENSOR_SET(TENSOR_F16) | TENSOR_SET(TENSOR_BF16))
/* Everything that tensor_to_float() knows. */
#define TENSOR_SET_REAL (TENSOR_SET(TENSOR_F32) | TENSOR_SET_HALVES | TENSOR_SET_BLOCKS)

enum { TENSOR_MAX_DIMS = 4, TENSOR_BLOCK = 32, TENSOR_SUPERBLOCK = 256 };

/*
 * Blocks. `d` and `m` are halves (IEEE 754 binary16). x[i] is the value at place i of the block.
 */
struct block_q4_0 { /* x[i] = d * (q[i] - 8); q[i] low, q[i + 16] high four bits of qs[i] */
    uint16_t d;
    uint8_t qs[16];
};
struct block_q4_1 { /* x[i] = d * q[i] + m; q as above */
    uint16_t d, m;
    uint8_t qs[16];
};
struct block_q5_0 { /* x[i] = d * (q[i] - 16); the fifth bit of q[i] is bit i of qh */
    uint16_t d;
    uint8_t qh[4];
    uint8_t qs[16];
};
struct block_q5_1 { /* x[i] = d * q[i] + m; q as above */
    uint16_t d, m;
    uint8_t qh[4];
    uint8_t qs[16];
};
struct block_q8_0 { /* x[i] = d * qs[i] */
    uint16_t d;
    int8_t qs[32];
};
/*
 * Superblocks of 256 values in 8 groups of 32: x = d * sc[g] * q - dmin * mn[g]. sc and mn have six
 * bits, packed in `scales`: for g < 4 the low six bits of scales[g] and of scales[g + 4]; for g >=
 * 4 the low four bits are the nibbles of scales[g + 4] (low: sc, high: mn), the upper two are the
 * top bits of scales[g - 4] and of scales[g].
 */
struct block_q4_k { /* groups 2k and 2k + 1: low and high four bits of qs[32 k .. 32 k + 31] */
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qs[128];
};
struct block_q5_k { /* the fifth bit of place i in group g is bit g of qh[i] */
    uint16_t d, dmin;
    uint8_t scales[12];
    uint8_t qh[32];
    uint8_t qs[128];
};
/*
 * 256 values in 16 groups of 16: x = d * scales[g] * (q - 32). In each half of 128 values (64 bytes
 * ql, 32 bytes qh), for l < 32, places l, l + 32, l + 64, l + 96 take their low four bits from
 * ql[l] low, ql[l + 32] low, ql[l] high, ql[l + 32] high, and bits 4..5 from bits 0..1, 2..3, 4..5,
 * 6..7 of qh[l].
 */
struct block_q6_k {
    uint8_t ql[128];
    uint8_t qh[64];
    int8_t scales[16];
    uint16_t d;
};

/* What a type number means. */
struct tensor_type_info {
    const char *name;  /* as in ggml: "F32", "Q4_0", ... */
    size_t block;      /* values a block, 1 for plain types */
    size_t block_size; /* bytes a block */
    size_t alignment;  /* bytes: what the fields of the block need, a power of two */
};

/* NULL for a number that is none of enum tensor_type; any number may be asked. */
const struct tensor_type_info *tensor_type_info(uint32_t type);

/* Bytes of `n` values; false when the type is unknown, n is no multiple of the block, or too many.
 */
bool tensor_row_size(uint32_t type, size_t n, size_t *ret_size);

/* A view of a tensor: owns nothing, valid as long as the memory it shows. */
struct tensor {
    struct sori_span name; /* bytes, no NUL inside or at the end */
    enum tensor_type type;
    uint32_t n_dims;            /* 1..4, as in the file */
    size_t ne[TENSOR_MAX_DIMS]; /* each >= 1; the product fits a size_t */
    const void *data;           /* aligned as the type needs */
    size_t size;                /* bytes */
};

/* Number of rows: ne[1] * ne[2] * ne[3]. */
static inline size_t tensor_rows(const struct tensor *tensor)
{
    return tensor->ne[1] * tensor->ne[2] * tensor->ne[3];
}

/* Number of values. */
static inline size_t tensor_values(const struct tensor *tensor)
{
    return tensor->ne[0] * tensor_rows(tensor);
}

/* Bytes from one row to the next. */
static inline size_t tensor_row_stride(const struct tensor *tensor)
{
    return tensor->size / tensor_rows(tensor);
}

/* Row `row`, < tensor_rows(). */
static inline const void *tensor_row(const struct tensor *tensor, size_t row)
{
    return (const unsigned char *)tensor->data + row * tensor_row_stride(tensor);
}

/*
 * Writes the `n` values of a row as floats. `type` is one of TENSOR_SET_REAL, n a multiple of its
 * block. This is the reference that the kernels for instruction sets are tested against.
 */
void tensor_to_float(enum tensor_type type, const void *row, size_t n, float *ret_values);

/*
 * Quantises `n` floats (a multiple of 32, finite) by rounding to nearest:
 * Q8_0: d = max|x| / 127. Q4_0: d = x of the largest |x| / -8. Q4_1: d = (max - min) / 15, m = min.
 * The codes are those of ggml's reference (quantize_row_*_ref).
 */
void tensor_quantise_q8_0(const float *values, size_t n, struct block_q8_0 *ret_blocks);
void tensor_quantise_q4_0(const float *values, size_t n, struct block_q4_0 *ret_blocks);
void tensor_quantise_q4_1(const float *values, size_t n, struct block_q4_1 *ret_blocks);

static inline float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t float_to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Exact, including subnormals, infinities and the payload of a NaN. */
static inline float half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t rest = half & 0x7fff;

    if (rest >= 0x7c00) /* infinity or NaN */
        return float_from_bits(sign | 0x7f800000 | (rest & 0x3ff) << 13);
    if (rest >= 0x0400) /* normal: the exponent's bias goes from 15 to 127 */
        return float_from_bits(sign | ((rest << 13) + ((127u - 15u) << 23)));
    return float_from_bits(sign | float_to_bits((float)rest * 0x1p-24f)); /* subnormal or zero */
}

/* To nearest, ties to even; too large becomes infinity, NaN stays NaN. */
uint16_t half_from_float(float value);

/* bfloat16: the upper half of a float. */
static inline float bfloat_to_float(uint16_t bfloat)
{
    return float_from_bits((uint32_t)bfloat << 16);
}

#endif
