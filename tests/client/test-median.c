/* SPDX-License-Identifier: Apache-2.0 */
/* The middle of some figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/median.h"

static void medians(void **state)
{
    assert_true(median((double[]){7}, 1) == 7);
    assert_true(median((double[]){9, 1}, 2) == 5);
    assert_true(median((double[]){9, 1, 3}, 3) == 3);
    assert_true(median((double[]){-1, 100, 2, 4}, 4) == 3);
    assert_true(median((double[]){2, 2, 2, 1, 1}, 5) == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians),
    };

    return cmocka_run_group_tests_name("median", tests, NULL, NULL);
}
