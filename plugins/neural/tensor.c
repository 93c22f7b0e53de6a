/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/tensor.h"

#include <assert.h>
#include <stdalign.h>

#include "base/checked.h"

static_assert(sizeof(struct block_q4_0) == 18, "file format");
static_assert(sizeof(struct block_q4_1) == 20, "file format");
static_assert(sizeof(struct block_q5_0) == 22, "file format");
static_assert(sizeof(struct block_q5_1) == 24, "file format");
static_assert(sizeof(struct block_q8_0) == 34, "file format");
static_assert(sizeof(struct block_q4_k) == 144, "file format");
static_assert(sizeof(struct block_q5_k) == 176, "file format");
static_assert(sizeof(struct block_q6_k) == 210, "file format");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "weights are used in place");

#define PLAIN(name, type) {name, 1, sizeof(type), alignof(type)}
#define BLOCKS(name, length, type) {name, length, sizeof(type), alignof(type)}

static const struct tensor_type_info types[TENSOR_TYPES] = {
    [TENSOR_F32] = PLAIN("F32", float),
    [TENSOR_F16] = PLAIN("F16", uint16_t),
    [TENSOR_Q4_0] = BLOCKS("Q4_0", TENSOR_BLOCK, struct block_q4_0),
    [TENSOR_Q4_1] = BLOCKS("Q4_1", TENSOR_BLOCK, struct block_q4_1),
    [TENSOR_Q5_0] = BLOCKS("Q5_0", TENSOR_BLOCK, struct block_q5_0),
    [TENSOR_Q5_1] = BLOCKS("Q5_1", TENSOR_BLOCK, struct block_q5_1),
    [TENSOR_Q8_0] = BLOCKS("Q8_0", TENSOR_BLOCK, struct block_q8_0),
    [TENSOR_Q4_K] = BLOCKS("Q4_K", TENSOR_SUPERBLOCK, struct block_q4_k),
    [TENSOR_Q5_K] = BLOCKS("Q5_K", TENSOR_SUPERBLOCK, struct block_q5_k),
    [TENSOR_Q6_K] = BLOCKS("Q6_K", TENSOR_SUPERBLOCK, struct block_q6_k),
    [TENSOR_I8] = PLAIN("I8", int8_t),
    [TENSOR_I16] = PLAIN("I16", int16_t),
    [TENSOR_I32] = PLAIN("I32", int32_t),
    [TENSOR_BF16] = PLAIN("BF16", uint16_t),
};

const struct tensor_type_info *tensor_type_info(uint32_t type)
{
    return type < TENSOR_TYPES && types[type].name ? &types[type] : NULL;
}

bool tensor_row_size(uint32_t type, size_t n, size_t *ret_size)
{
    const struct tensor_type_info *info = tensor_type_info(type);

    return info && n % info->block == 0 && checked_mul(n / info->block, info->block_size, ret_size);
}

uint16_t half_from_float(float value)
{
    uint32_t bits = float_to_bits(value);
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    uint32_t rest = bits & 0x7fffffff;

    if (rest > 0x7f800000) /* NaN: quiet, with the upper bits of the payload */
        return (uint16_t)(sign | 0x7e00 | (rest >> 13 & 0x1ff));
    if (rest >= 0x477ff000) /* 65520 and more round to infinity */
        return sign | 0x7c00;
    if (rest < 0x38800000) {
        /* Below 2^-14 a half counts in units of 2^-24, which are the units of a float next to 0.5:
         * the addition rounds as wanted. */
        float aligned = float_from_bits(rest) + 0.5f;
        return (uint16_t)(sign | (float_to_bits(aligned) - 0x3f000000));
    }
    /* Drops 13 bits, to nearest, ties to even; a carry runs into the exponent as it should. */
    rest += 0xfff + (rest >> 13 & 1) - ((127u - 15u) << 23);
    return (uint16_t)(sign | rest >> 13);
}
