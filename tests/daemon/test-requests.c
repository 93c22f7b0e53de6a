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

/* Neither a program that is not there nor one that ends at once leaves a request waiting. */
static void tells_that_no_worker_starts(void **state)
{
    static const char *const programs[] = {"/nowhere/sori-worker", "/bin/false", "/dev/null"};
    static const unsigned flags[] = {REQUEST_AUDIO, REQUEST_PLAY};
    const char *worker = getenv("SORI_WORKER");
    char *usual = worker ? strdup(worker) : NULL;

    for (size_t i = 0; i < 3; i++) {
        setenv("SORI_WORKER", programs[i], 1);
        for (size_t j = 0; j < 2; j++) {
            struct request_options options;
            struct harness h;
            struct seen seen = {0};
            harness_open(&h, NULL);
            request_options_init(&options);
            options.flags = flags[j];
            assert_int_equal(harness_submit(&h, &seen, &options, "Hello."), 0);
            assert_true(harness_wait(&h, &seen.finished));
            assert_int_equal(seen.outcome, REQUEST_FAILED);
            assert_non_null(strstr(seen.message, "worker"));
            harness_close(&h);
        }
    }
    if (usual)
        setenv("SORI_WORKER", usual, 1);
    free(usual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders),
        cmocka_unit_test(tells_that_no_worker_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
