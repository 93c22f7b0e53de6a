/* SPDX-License-Identifier: Apache-2.0 */
/* Floats to blocks of 32 by rounding to nearest; formulas in tensor.h. */
#include <float.h>
#include <math.h>

#include "neural/tensor.h"

/* 1/d, or 0 where d is so small that the reciprocal would be infinite: such a block becomes zeros.
 */
static float reciprocal(float d)
{
    return fabsf(d) >= FLT_MIN ? 1.0f / d : 0.0f;
}

/* The value of the largest magnitude, with its sign. */
static float extreme(const float *values)
{
    float largest = 0;

    for (int i = 0; i < TENSOR_BLOCK; i++)
        if (fabsf(values[i]) > fabsf(largest))
            largest = values[i];
    return largest;
}

/* The whole part of x, which lies in 0.5..15.5 up to rounding errors. */
static uint8_t four_bits(float x)
{
    int q = (int)x;
    return (uint8_t)(q > 15 ? 15 : q);
}

void tensor_quantise_q8_0(const float *values, size_t n, struct block_q8_0 *ret_blocks)
{
    for (size_t at = 0; at < n; at += TENSOR_BLOCK, values += TENSOR_BLOCK, ret_blocks++) {
        float d = fabsf(extreme(values)) / 127.0f;
        float inverse = reciprocal(d);

        ret_blocks->d = half_from_float(d);
        for (int i = 0; i < TENSOR_BLOCK; i++)
            ret_blocks->qs[i] = (int8_t)roundf(values[i] * inverse);
    }
}

void tensor_quantise_q4_0(const float *values, size_t n, struct block_q4_0 *ret_blocks)
{
    for (size_t at = 0; at < n; at += TENSOR_BLOCK, values += TENSOR_BLOCK, ret_blocks++) {
        float d = extreme(values) / -8.0f;
        float inverse = reciprocal(d);

        ret_blocks->d = half_from_float(d);
        for (int i = 0; i < 16; i++) {
            uint8_t low = four_bits(values[i] * inverse + 8.5f);
            uint8_t high = four_bits(values[i + 16] * inverse + 8.5f);
            ret_blocks->qs[i] = (uint8_t)(low | high << 4);
        }
    }
}

void tensor_quantise_q4_1(const float *values, size_t n, struct block_q4_1 *ret_blocks)
{
    for (size_t at = 0; at < n; at += TENSOR_BLOCK, values += TENSOR_BLOCK, ret_blocks++) {
        float min = values[0], max = values[0], d, inverse;

        for (int i = 1; i < TENSOR_BLOCK; i++) {
            min = fminf(min, values[i]);
            max = fmaxf(max, values[i]);
        }
        d = (max - min) / 15.0f;
        inverse = reciprocal(d);
        ret_blocks->d = half_from_float(d);
        ret_blocks->m = half_from_float(min);
        for (int i = 0; i < 16; i++) {
            uint8_t low = four_bits((values[i] - min) * inverse + 0.5f);
            uint8_t high = four_bits((values[i + 16] - min) * inverse + 0.5f);
            ret_blocks->qs[i] = (uint8_t)(low | high << 4);
        }
    }
}
