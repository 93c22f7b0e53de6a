/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weight types: sizes, halves, and blocks to floats and back, against formulas worked out another
 * way and against weight-types.bin, which the PyPI package gguf wrote (make-weight-types.py).
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "neural/gguf.h"

/* --- sizes -------------------------------------------------------------------------------------
 */

static const struct {
    enum tensor_type type;
    const char *name;
    size_t block, size; /* values, bytes */
} sizes[] = {
    {TENSOR_F32, "F32", 1, 4},       {TENSOR_F16, "F16", 1, 2},
    {TENSOR_BF16, "BF16", 1, 2},     {TENSOR_I8, "I8", 1, 1},
    {TENSOR_I16, "I16", 1, 2},       {TENSOR_I32, "I32", 1, 4},
    {TENSOR_Q4_0, "Q4_0", 32, 18},   {TENSOR_Q4_1, "Q4_1", 32, 20},
    {TENSOR_Q5_0, "Q5_0", 32, 22},   {TENSOR_Q5_1, "Q5_1", 32, 24},
    {TENSOR_Q8_0, "Q8_0", 32, 34},   {TENSOR_Q4_K, "Q4_K", 256, 144},
    {TENSOR_Q5_K, "Q5_K", 256, 176}, {TENSOR_Q6_K, "Q6_K", 256, 210},
};

static void test_sizes(void **state)
{
    size_t known = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct tensor_type_info *info = tensor_type_info(sizes[i].type);
        size_t bytes = 77, block = sizes[i].block;

        assert_string_equal(info->name, sizes[i].name);
        assert_int_equal(info->block, block);
        assert_true(tensor_row_size(sizes[i].type, 3 * block, &bytes));
        assert_int_equal(bytes, 3 * sizes[i].size);
        assert_int_equal(tensor_row_size(sizes[i].type, block + 1, &bytes), block == 1);
        assert_int_equal(tensor_row_size(sizes[i].type, SIZE_MAX / block * block, &bytes),
                         sizes[i].size <= block);
    }
    for (uint32_t type = 0; type < 1000; type++)
        known += tensor_type_info(type) != NULL;
    assert_int_equal(known, sizeof sizes / sizeof *sizes);
    assert_null(tensor_type_info(UINT32_MAX));
    assert_false(tensor_row_size(4, 32, &known));
}

/* --- halves ------------------------------------------------------------------------------------
 */

/* What half h means, by the definition of binary16. */
static double half_by_definition(unsigned h)
{
    int exponent = (int)(h >> 10 & 31), fraction = (int)(h & 1023);
    double sign = h >> 15 ? -1 : 1;

    if (exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    return sign * (exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24));
}

/* The half next to x as a double: rounds x in units of its last place, ties to even. */
static double nearest_half(double x)
{
    int exponent = fabs(x) < 0x1p-14 ? -14 : ilogb(x);
    double rounded = ldexp(nearbyint(ldexp(x, 10 - exponent)), exponent - 10);

    return fabs(rounded) > 65504 ? copysign(INFINITY, x) : rounded;
}

static void test_every_half(void **state)
{
    for (unsigned h = 0; h < 65536; h++) {
        double expected = half_by_definition(h);
        float value = half_to_float((uint16_t)h);

        if (isnan(expected)) {
            assert_true(isnan(value) && isnan(half_to_float(half_from_float(value))));
            continue;
        }
        assert_true((double)value == expected && !signbit(value) == !(h >> 15));
        assert_int_equal(half_from_float(value), h);
    }
}

static void assert_rounds(float value)
{
    float half = half_to_float(half_from_float(value));

    if ((double)half != nearest_half((double)value) || !signbit(half) != !signbit(value))
        fail_msg("%a became %a, not %a", (double)value, (double)half, nearest_half((double)value));
}

static void test_rounding_to_half(void **state)
{
    for (unsigned h = 0; h < 0x7c00; h++) { /* the middle between two halves and its neighbours */
        float next = h == 0x7bff ? 65536.0f : half_to_float((uint16_t)(h + 1));
        float middle = (half_to_float((uint16_t)h) + next) / 2;

        assert_rounds(middle);
        assert_rounds(-middle);
        assert_rounds(nextafterf(middle, 0));
        assert_rounds(nextafterf(middle, INFINITY));
    }
    for (uint64_t bits = 0; bits <= UINT32_MAX;
         bits += 3989) { /* a prime: all kinds of fractions */
        float value = float_from_bits((uint32_t)bits);
        if (isfinite(value))
            assert_rounds(value);
    }
    assert_true(half_from_float(INFINITY) == 0x7c00 && half_from_float(-INFINITY) == 0xfc00);
    assert_true(half_from_float(FLT_MAX) == 0x7c00);
}

/* --- blocks to floats --------------------------------------------------------------------------
 */

static void test_plain_types(void **state)
{
    const float floats[] = {1.5f, -0.0f, 3e38f};
    const uint16_t halves[] = {0x3c00, 0xc000, 0x0001}, bfloats[] = {0x3f80, 0xc000, 0x7f80};
    float out[3];

    tensor_to_float(TENSOR_F32, floats, 3, out);
    assert_memory_equal(out, floats, sizeof floats);
    tensor_to_float(TENSOR_F16, halves, 3, out);
    assert_true(out[0] == 1 && out[1] == -2 && out[2] == 0x1p-24f);
    tensor_to_float(TENSOR_BF16, bfloats, 3, out);
    assert_true(out[0] == 1 && out[1] == -2 && isinf(out[2]));
}

/* Blocks filled in field by field, so that every value can be told in advance. */
static void test_blocks_by_hand(void **state)
{
    struct block_q4_0 q4_0 = {.d = 0x4000};              /* 2 */
    struct block_q4_1 q4_1 = {.d = 0x3800, .m = 0xbc00}; /* 0.5, -1 */
    struct block_q5_0 q5_0 = {.d = 0x3c00};              /* 1 */
    struct block_q5_1 q5_1 = {.d = 0x3c00, .m = 0x4900}; /* 1, 10 */
    struct block_q8_0 q8_0 = {.d = 0x3400};              /* 0.25 */
    float out[TENSOR_BLOCK];

    for (unsigned i = 0; i < 16; i++) {
        q4_0.qs[i] = q4_1.qs[i] = (uint8_t)(i | (15 - i) << 4);
        q5_0.qs[i] = q5_1.qs[i] = (uint8_t)(i | i << 4);
    }
    memset(q5_0.qh + 2, 0xff, 2); /* places 16..31 */
    q5_1.qh[0] = 0x01;            /* place 0 */
    for (int i = 0; i < TENSOR_BLOCK; i++)
        q8_0.qs[i] = (int8_t)(i * 8 - 128);

    for (int i = 0; i < TENSOR_BLOCK; i++) {
        int q = i < 16 ? i : 31 - i;

        tensor_to_float(TENSOR_Q4_0, &q4_0, TENSOR_BLOCK, out);
        assert_true(out[i] == 2.0f * (float)(q - 8));
        tensor_to_float(TENSOR_Q4_1, &q4_1, TENSOR_BLOCK, out);
        assert_true(out[i] == 0.5f * (float)q - 1.0f);
        tensor_to_float(TENSOR_Q5_0, &q5_0, TENSOR_BLOCK, out);
        assert_true(out[i] == (float)(i - 16)); /* 0..15 without, 16..31 with the fifth bit */
        tensor_to_float(TENSOR_Q5_1, &q5_1, TENSOR_BLOCK, out);
        assert_true(out[i] == (float)((i ? i % 16 : 16) + 10));
        tensor_to_float(TENSOR_Q8_0, &q8_0, TENSOR_BLOCK, out);
        assert_true(out[i] == 0.25f * (float)(i * 8 - 128));
    }
}

/* A file of the source tree, read whole. */
static struct gguf *open_golden(unsigned char **ret_bytes)
{
    const char *folder = getenv("top_srcdir");
    enum { MOST = 1 << 17 };
    struct gguf_error error = {0};
    struct gguf *gguf = NULL;
    char path[4096];
    size_t size;

    snprintf(path, sizeof path, "%s/tests/unit/weight-types.bin", folder ? folder : ".");
    _cleanup_fclose_ FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot read %s", path);
    *ret_bytes = aligned_alloc(64, MOST);
    assert_non_null(*ret_bytes);
    size = fread(*ret_bytes, 1, MOST, file);
    if (gguf_open((struct sori_span){*ret_bytes, size}, &gguf, &error) < 0)
        fail_msg("%s: %s", path, error.message);
    return gguf;
}

static const struct tensor *golden(const struct gguf *gguf, const char *type, const char *what)
{
    char name[32];
    const struct tensor *tensor;

    snprintf(name, sizeof name, "%s%s", type, what);
    tensor = gguf_find_tensor(gguf, name);
    assert_non_null(tensor);
    return tensor;
}

static void test_against_golden(void **state)
{
    _cleanup_free_ unsigned char *bytes = NULL;
    struct gguf *gguf = open_golden(&bytes);
    size_t types = 0;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct tensor *raw, *expected;
        float out[512];

        if (sizes[i].type == TENSOR_F32 || !(TENSOR_SET_REAL & TENSOR_SET(sizes[i].type)))
            continue;
        raw = golden(gguf, sizes[i].name, ".raw");
        expected = golden(gguf, sizes[i].name, ".float");
        assert_int_equal(raw->type, sizes[i].type);
        assert_int_equal(raw->ne[0], 512);
        tensor_to_float(raw->type, raw->data, 512, out);
        for (int k = 0; k < 512; k++) {
            float want = ((const float *)expected->data)[k];
            /* Equal where a * b + c is rounded twice; a fused one may differ in the last place. */
            if (fabsf(out[k] - want) > 2e-7f * (fabsf(want) + 10.0f))
                fail_msg("%s[%d] is %g, expected %g", sizes[i].name, k, (double)out[k],
                         (double)want);
        }
        types++;
    }
    assert_int_equal(types, 10);
    gguf_free(gguf);
}

/* --- floats to blocks --------------------------------------------------------------------------
 */

static void test_quantise_as_golden(void **state)
{
    _cleanup_free_ unsigned char *bytes = NULL;
    struct gguf *gguf = open_golden(&bytes);
    const float *source = golden(gguf, "source", "")->data;
    struct block_q8_0 q8_0[16];
    struct block_q4_0 q4_0[16];
    struct block_q4_1 q4_1[16];

    tensor_quantise_q8_0(source, 512, q8_0);
    assert_memory_equal(q8_0, golden(gguf, "Q8_0", ".raw")->data, sizeof q8_0);
    tensor_quantise_q4_0(source, 512, q4_0);
    assert_memory_equal(q4_0, golden(gguf, "Q4_0", ".raw")->data, sizeof q4_0);
    tensor_quantise_q4_1(source, 512, q4_1);
    assert_memory_equal(q4_1, golden(gguf, "Q4_1", ".raw")->data, sizeof q4_1);
    gguf_free(gguf);
}

/* A small generator of its own, so that a failure can be repeated. */
static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return (float)(*seed >> 8) * 0x1p-23f - 1.0f;
}

static float largest_error(const float *values, const float *back)
{
    float worst = 0;

    for (int i = 0; i < TENSOR_BLOCK; i++)
        worst = fmaxf(worst, fabsf(values[i] - back[i]));
    return worst;
}

/* The error of a round trip is at most half a step, and a little for the rounding of d and m. */
static void test_round_trips(void **state)
{
    uint32_t seed = 5;

    for (int run = 0; run < 2000; run++) {
        float scale = ldexpf(1, run % 16 - 4), values[TENSOR_BLOCK], back[TENSOR_BLOCK];
        float min = INFINITY, max = -INFINITY, most;
        struct block_q8_0 q8_0;
        struct block_q4_0 q4_0;
        struct block_q4_1 q4_1;

        for (int i = 0; i < TENSOR_BLOCK; i++) {
            values[i] = scale * noise(&seed);
            min = fminf(min, values[i]);
            max = fmaxf(max, values[i]);
        }
        most = fmaxf(-min, max);
        tensor_quantise_q8_0(values, TENSOR_BLOCK, &q8_0);
        tensor_to_float(TENSOR_Q8_0, &q8_0, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= most / 127 * 0.5f + most * 0x1p-10f);
        tensor_quantise_q4_0(values, TENSOR_BLOCK, &q4_0);
        tensor_to_float(TENSOR_Q4_0, &q4_0, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= most / 8 * 1.005f);
        tensor_quantise_q4_1(values, TENSOR_BLOCK, &q4_1);
        tensor_to_float(TENSOR_Q4_1, &q4_1, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= (max - min) / 15 * 0.5f + most * 0x1p-8f);
    }
}

/* Blocks whose step is too small for a reciprocal or a half become zeros, not NaN or nonsense. */
static void test_tiny_values(void **state)
{
    const float tiny[] = {0, 1e-45f, -1e-40f, 1e-38f, -1e-30f, 1e-12f};
    float values[TENSOR_BLOCK], back[TENSOR_BLOCK];
    struct block_q8_0 q8_0;
    struct block_q4_0 q4_0;
    struct block_q4_1 q4_1;

    for (size_t k = 0; k < sizeof tiny / sizeof *tiny; k++) {
        for (int i = 0; i < TENSOR_BLOCK; i++)
            values[i] = i % 2 ? tiny[k] : 0;
        tensor_quantise_q8_0(values, TENSOR_BLOCK, &q8_0);
        tensor_to_float(TENSOR_Q8_0, &q8_0, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= 1e-12f);
        tensor_quantise_q4_0(values, TENSOR_BLOCK, &q4_0);
        tensor_to_float(TENSOR_Q4_0, &q4_0, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= 1e-12f);
        tensor_quantise_q4_1(values, TENSOR_BLOCK, &q4_1);
        tensor_to_float(TENSOR_Q4_1, &q4_1, TENSOR_BLOCK, back);
        assert_true(largest_error(values, back) <= 1e-12f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_every_half),
        cmocka_unit_test(test_rounding_to_half),
        cmocka_unit_test(test_plain_types),
        cmocka_unit_test(test_blocks_by_hand),
        cmocka_unit_test(test_against_golden),
        cmocka_unit_test(test_quantise_as_golden),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_tiny_values),
    };

    return cmocka_run_group_tests_name("tensor", tests, NULL, NULL);
}
