/* SPDX-License-Identifier: Apache-2.0 */
/* Weights to floats: the reference for every block format; layouts are described in tensor.h. */
#include "neural/tensor.h"

static void q4_0_to_float(const void *data, float *values)
{
    const struct block_q4_0 *block = data;
    float d = half_to_float(block->d);

    for (int i = 0; i < 16; i++) {
        values[i] = d * (float)((block->qs[i] & 15) - 8);
        values[i + 16] = d * (float)((block->qs[i] >> 4) - 8);
    }
}

static void q4_1_to_float(const void *data, float *values)
{
    const struct block_q4_1 *block = data;
    float d = half_to_float(block->d), m = half_to_float(block->m);

    for (int i = 0; i < 16; i++) {
        values[i] = d * (float)(block->qs[i] & 15) + m;
        values[i + 16] = d * (float)(block->qs[i] >> 4) + m;
    }
}

/* Value i of a block with four bits in qs and the fifth in qh. */
static int five_bits(const uint8_t *qs, const uint8_t *qh, int i)
{
    int low = i < 16 ? qs[i] & 15 : qs[i - 16] >> 4;
    int high = qh[i / 8] >> (i % 8) & 1;

    return low | high << 4;
}

static void q5_0_to_float(const void *data, float *values)
{
    const struct block_q5_0 *block = data;
    float d = half_to_float(block->d);

    for (int i = 0; i < TENSOR_BLOCK; i++)
        values[i] = d * (float)(five_bits(block->qs, block->qh, i) - 16);
}

static void q5_1_to_float(const void *data, float *values)
{
    const struct block_q5_1 *block = data;
    float d = half_to_float(block->d), m = half_to_float(block->m);

    for (int i = 0; i < TENSOR_BLOCK; i++)
        values[i] = d * (float)five_bits(block->qs, block->qh, i) + m;
}

static void q8_0_to_float(const void *data, float *values)
{
    const struct block_q8_0 *block = data;
    float d = half_to_float(block->d);

    for (int i = 0; i < TENSOR_BLOCK; i++)
        values[i] = d * (float)block->qs[i];
}

/* The six-bit scale and minimum of group g of a superblock. */
static void group_scale(const uint8_t *scales, int g, float *ret_scale, float *ret_minimum)
{
    int scale, minimum;

    if (g < 4) {
        scale = scales[g] & 63;
        minimum = scales[g + 4] & 63;
    } else {
        scale = (scales[g + 4] & 15) | (scales[g - 4] >> 6) << 4;
        minimum = scales[g + 4] >> 4 | (scales[g] >> 6) << 4;
    }
    *ret_scale = (float)scale;
    *ret_minimum = (float)minimum;
}

static void q4_k_to_float(const void *data, float *values)
{
    const struct block_q4_k *block = data;
    float d = half_to_float(block->d), dmin = half_to_float(block->dmin);

    for (int g = 0; g < 8; g++, values += 32) {
        const uint8_t *qs = block->qs + 32 * (g / 2);
        int shift = 4 * (g % 2);
        float scale, minimum;

        group_scale(block->scales, g, &scale, &minimum);
        for (int i = 0; i < 32; i++)
            values[i] = d * scale * (float)(qs[i] >> shift & 15) - dmin * minimum;
    }
}

static void q5_k_to_float(const void *data, float *values)
{
    const struct block_q5_k *block = data;
    float d = half_to_float(block->d), dmin = half_to_float(block->dmin);

    for (int g = 0; g < 8; g++, values += 32) {
        const uint8_t *qs = block->qs + 32 * (g / 2);
        int shift = 4 * (g % 2);
        float scale, minimum;

        group_scale(block->scales, g, &scale, &minimum);
        for (int i = 0; i < 32; i++) {
            int q = (qs[i] >> shift & 15) | (block->qh[i] >> g & 1) << 4;
            values[i] = d * scale * (float)q - dmin * minimum;
        }
    }
}

static void q6_k_to_float(const void *data, float *values)
{
    const struct block_q6_k *block = data;
    float d = half_to_float(block->d);

    for (int i = 0; i < TENSOR_SUPERBLOCK; i++) {
        int half = i / 128, quarter = i % 128 / 32, l = i % 32;
        int low = block->ql[64 * half + 32 * (quarter % 2) + l] >> 4 * (quarter / 2) & 15;
        int high = block->qh[32 * half + l] >> 2 * quarter & 3;
        values[i] = d * (float)block->scales[i / 16] * (float)((low | high << 4) - 32);
    }
}

static void halves_to_float(const void *row, size_t n, float *values)
{
    const uint16_t *halves = row;

    for (size_t i = 0; i < n; i++)
        values[i] = half_to_float(halves[i]);
}

static void bfloats_to_float(const void *row, size_t n, float *values)
{
    const uint16_t *bfloats = row;

    for (size_t i = 0; i < n; i++)
        values[i] = bfloat_to_float(bfloats[i]);
}

static void blocks_to_float(enum tensor_type type, const void *row, size_t n, float *values,
                            void (*convert)(const void *, float *))
{
    const struct tensor_type_info *info = tensor_type_info(type);
    const unsigned char *block = row;

    for (size_t i = 0; i < n; i += info->block, block += info->block_size)
        convert(block, values + i);
}

void tensor_to_float(enum tensor_type type, const void *row, size_t n, float *ret_values)
{
    static void (*const convert[TENSOR_TYPES])(const void *, float *) = {
        [TENSOR_Q4_0] = q4_0_to_float, [TENSOR_Q4_1] = q4_1_to_float, [TENSOR_Q5_0] = q5_0_to_float,
        [TENSOR_Q5_1] = q5_1_to_float, [TENSOR_Q8_0] = q8_0_to_float, [TENSOR_Q4_K] = q4_k_to_float,
        [TENSOR_Q5_K] = q5_k_to_float, [TENSOR_Q6_K] = q6_k_to_float,
    };

    if (type == TENSOR_F32)
        memcpy(ret_values, row, n * sizeof *ret_values);
    else if (type == TENSOR_F16)
        halves_to_float(row, n, ret_values);
    else if (type == TENSOR_BF16)
        bfloats_to_float(row, n, ret_values);
    else if (type < TENSOR_TYPES && convert[type])
        blocks_to_float(type, row, n, ret_values, convert[type]);
}
