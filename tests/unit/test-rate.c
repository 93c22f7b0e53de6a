/* SPDX-License-Identifier: Apache-2.0 */
/* base/rate.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rate.h"

/* Faster speech leaves the model's durations alone, until there would be too much to compute. */
static void test_fast(void **state)
{
    for (double rate = RATE_VOICE_MAX + 0.125; rate <= RATE_STRETCH_MAX; rate += 0.125)
        assert_true(rate_of_voice(rate) == 1);
    for (double rate = RATE_STRETCH_MAX; rate <= RATE_MAX; rate += 0.125)
        assert_true(fabs(rate / rate_of_voice(rate) - RATE_STRETCH_MAX) < 1e-9);
}

static void test_near_one(void **state)
{
    assert_true(rate_of_voice(1) == 1);
    assert_true(rate_of_voice(1.125) == 1.125);
    assert_true(rate_of_voice(RATE_VOICE_MAX) == RATE_VOICE_MAX);
    assert_true(rate_of_voice(0.75) == 0.75);
    assert_true(rate_of_voice(RATE_VOICE_MIN) == RATE_VOICE_MIN);
    assert_true(rate_of_voice(RATE_MIN) == RATE_VOICE_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_near_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
