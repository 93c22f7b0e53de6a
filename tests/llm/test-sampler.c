/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws against distributions worked out by hand. Most tests use five tokens whose probabilities
 * are as 8 : 4 : 2 : 1 : 1/16, out of order. With so many draws of a fixed seed, a frequency is
 * within 1.5 hundredths of its probability (four deviations).
 */
#include <math.h>

#include "tests/llm/llm-test.h"

#include "llm/sampler.h"

enum { DRAWS = 20000 };

#define FREE                                                                                       \
    {                                                                                              \
        .temperature = 1, .top_p = 1, .repeat_penalty = 1                                          \
    }

/* Tokens 3, 0, 4, 1 and 2 in falling order. */
static const double odds[] = {4, 1, 0.0625, 8, 2};

static void fill(float *logits)
{
    for (size_t i = 0; i < 5; i++)
        logits[i] = (float)log(odds[i]);
}

/* How often each of the five was drawn, after `accepted` tokens. */
static void count(const struct sampler_settings *settings, const uint32_t *accepted, size_t n,
                  double *ret_share)
{
    struct sampler *sampler;
    float logits[5];

    memset(ret_share, 0, 5 * sizeof *ret_share);
    assert_int_equal(sampler_new(settings, 7, &sampler), 0);
    for (size_t i = 0; i < n; i++)
        sampler_accept(sampler, accepted[i]);
    for (size_t i = 0; i < DRAWS; i++) {
        uint32_t id;
        fill(logits);
        id = sampler_pick(sampler, logits, 5);
        assert_true(id < 5);
        ret_share[id] += 1.0 / DRAWS;
    }
    sampler_free(sampler);
}

/* `expected`: weights of the five, in any unit; 0 means never. */
static void check(const struct sampler_settings *settings, const uint32_t *accepted, size_t n,
                  const double *expected)
{
    double share[5], sum = 0;

    count(settings, accepted, n, share);
    for (size_t i = 0; i < 5; i++)
        sum += expected[i];
    for (size_t i = 0; i < 5; i++) {
        if (fabs(share[i] - expected[i] / sum) > 0.015 || (expected[i] == 0 && share[i] > 0))
            fail_msg("token %zu: drawn %.4f of the time, not %.4f", i, share[i], expected[i] / sum);
    }
}

static void test_temperature(void **state)
{
    struct sampler_settings settings = FREE;

    check(&settings, NULL, 0, odds);
    settings.temperature = 0.5f; /* squares */
    check(&settings, NULL, 0, (double[]){16, 1, 0.0039, 64, 4});
    settings.temperature = 2; /* roots */
    check(&settings, NULL, 0, (double[]){2, 1, 0.25, 2.8284, 1.4142});
    settings.temperature = 0;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
}

static void test_top_k(void **state)
{
    struct sampler_settings settings = FREE;

    settings.top_k = 1;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
    settings.top_k = 3;
    check(&settings, NULL, 0, (double[]){4, 0, 0, 8, 2});
    settings.top_k = 5;
    check(&settings, NULL, 0, odds);
    settings.top_k = 900; /* more than there are */
    check(&settings, NULL, 0, odds);
}

/* Of 15.0625 the first has 53 %, two have 80 %, three have 93 %. */
static void test_top_p(void **state)
{
    struct sampler_settings settings = FREE;

    settings.top_p = 0;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
    settings.top_p = 0.5f;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
    settings.top_p = 0.6f; /* the one that reaches it is kept */
    check(&settings, NULL, 0, (double[]){4, 0, 0, 8, 0});
    settings.top_p = 0.9f;
    check(&settings, NULL, 0, (double[]){4, 0, 0, 8, 2});
    settings.top_k = 2; /* after which the first has 67 % */
    settings.top_p = 0.6f;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
}

/* Relative to the first: 1, 1/2, 1/4, 1/8, 1/128, before the temperature. */
static void test_min_p(void **state)
{
    struct sampler_settings settings = FREE;

    settings.min_p = 0.2f;
    check(&settings, NULL, 0, (double[]){4, 0, 0, 8, 2});
    settings.min_p = 0.01f;
    check(&settings, NULL, 0, (double[]){4, 1, 0, 8, 2});
    settings.min_p = 1;
    check(&settings, NULL, 0, (double[]){0, 0, 0, 1, 0});
    settings.min_p = 0.4f;
    settings.temperature = 2;
    check(&settings, NULL, 0, (double[]){2, 0, 0, 2.8284, 0});
}

/* A logit above 0 is divided (a root of the odds), one below is multiplied (a square). */
static void test_penalty(void **state)
{
    static const uint32_t seen[] = {3, 2, 3};
    struct sampler_settings settings = FREE;

    settings.repeat_penalty = 2;
    check(&settings, seen, 3, odds); /* looks back on nothing */
    settings.repeat_last = 3;
    check(&settings, seen, 3, (double[]){4, 1, 0.0039, 2.8284, 2}); /* 3 once, not twice */
    settings.repeat_last = 1;
    check(&settings, seen, 3, (double[]){4, 1, 0.0625, 2.8284, 2});
    settings.repeat_last = SAMPLER_MAX_LAST; /* more than there are */
    check(&settings, seen, 3, (double[]){4, 1, 0.0039, 2.8284, 2});
}

/* Beyond the ring's size the oldest are forgotten, the newest are not. */
static void test_ring(void **state)
{
    struct sampler_settings settings = FREE;
    static uint32_t seen[SAMPLER_MAX_LAST + 1];

    settings.repeat_penalty = 2;
    settings.repeat_last = SAMPLER_MAX_LAST;
    seen[0] = 3;
    for (size_t i = 1; i <= SAMPLER_MAX_LAST; i++)
        seen[i] = 1; /* whose logit is 0 */
    check(&settings, seen, SAMPLER_MAX_LAST + 1, odds);
    seen[1] = 3;
    check(&settings, seen, SAMPLER_MAX_LAST + 1, (double[]){4, 1, 0.0625, 2.8284, 2});
}

static uint32_t pick_once(const struct sampler_settings *settings, uint64_t seed, float *logits,
                          size_t n)
{
    struct sampler *sampler;
    uint32_t id;

    assert_int_equal(sampler_new(settings, seed, &sampler), 0);
    id = sampler_pick(sampler, logits, n);
    sampler_free(sampler);
    return id;
}

static void test_no_numbers(void **state)
{
    struct sampler_settings settings = FREE;
    float bad[] = {NAN, INFINITY, -INFINITY, NAN}, one[] = {NAN, INFINITY, -4, -INFINITY};

    for (int greedy = 0; greedy < 2; greedy++) {
        settings.temperature = greedy ? 0 : 1;
        assert_int_equal(pick_once(&settings, 1, bad, 4), TOKEN_NONE);
        assert_int_equal(pick_once(&settings, 1, bad, 0), TOKEN_NONE);
        assert_int_equal(pick_once(&settings, 1, one, 4), 2);
    }
}

/* Of equals the first comes first; and of many never more than SAMPLER_CANDIDATES are looked at. */
static void test_equals(void **state)
{
    struct sampler_settings settings = FREE;
    static float logits[3 * SAMPLER_CANDIDATES];
    size_t high = 0;

    for (uint64_t seed = 0; seed < 200; seed++) {
        uint32_t id = pick_once(&settings, seed, logits, 3 * SAMPLER_CANDIDATES);
        assert_true(id < SAMPLER_CANDIDATES);
        high += id >= SAMPLER_CANDIDATES / 2;
    }
    assert_in_range(high, 60, 140);
    settings.temperature = 0;
    assert_int_equal(pick_once(&settings, 1, logits, 3 * SAMPLER_CANDIDATES), 0);
}

/* Extreme logits at an extreme temperature stay numbers. */
static void test_extremes(void **state)
{
    struct sampler_settings settings = FREE;
    float logits[] = {-3e38f, 3e38f, 0};

    settings.temperature = 1e-6f;
    assert_int_equal(pick_once(&settings, 1, logits, 3), 1);
    settings.temperature = 10;
    assert_int_equal(pick_once(&settings, 1, logits, 3), 1);
}

static void test_seeds(void **state)
{
    struct sampler_settings settings = FREE;
    struct sampler *samplers[3];
    size_t differ = 0;

    for (size_t s = 0; s < 3; s++)
        assert_int_equal(sampler_new(&settings, s < 2 ? 5 : 6, &samplers[s]), 0);
    for (size_t i = 0; i < 100; i++) {
        uint32_t ids[3];
        for (size_t s = 0; s < 3; s++) {
            float logits[5];
            fill(logits);
            ids[s] = sampler_pick(samplers[s], logits, 5);
        }
        assert_int_equal(ids[0], ids[1]);
        differ += ids[0] != ids[2];
    }
    assert_true(differ > 20);
    for (size_t s = 0; s < 3; s++)
        sampler_free(samplers[s]);
    assert_null(sampler_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_temperature), cmocka_unit_test(test_top_k),
        cmocka_unit_test(test_top_p),       cmocka_unit_test(test_min_p),
        cmocka_unit_test(test_penalty),     cmocka_unit_test(test_ring),
        cmocka_unit_test(test_no_numbers),  cmocka_unit_test(test_equals),
        cmocka_unit_test(test_extremes),    cmocka_unit_test(test_seeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
