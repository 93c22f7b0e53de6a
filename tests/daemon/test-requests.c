/* SPDX-License-Identifier: Apache-2.0 */
/* Requests through the queue and a real worker: what is told, in which order, and back-pressure. */
#include "daemon/harness.h"

static void renders(void **state)
{
    struct harness h;
    struct seen a = {0}, b = {0};

    harness_open(&h, NULL);
    harness_render(&h, &a, NULL, "Hello world. This is it.");
    assert_true(harness_wait(&h, &a.finished));
    assert_string_equal(a.message, "");
    assert_int_equal(a.outcome, REQUEST_DONE);
    assert_int_equal(a.started, 1);
    assert_int_equal(a.n_samples, 24 * 48);
    assert_int_equal(a.words, 5);
    assert_false(a.disordered);
    harness_render(&h, &b, NULL, "Hello world. This is it.");
    assert_true(harness_wait(&h, &b.finished));
    assert_true(a.hash == b.hash);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
