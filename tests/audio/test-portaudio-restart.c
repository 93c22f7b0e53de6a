/* SPDX-License-Identifier: Apache-2.0 */
/* One sound after the other, cut short; then the sound server dies in the middle, and comes back.
 */
#include <errno.h>

#include "tests/audio/server-test.h"

static int make_all(void **state)
{
    make_server_folder();
    start_server();
    return 0;
}

static int end_all(void **state)
{
    stop_program(&recorder);
    stop_program(&server);
    return 0;
}

/* As at each key of a screen reader: what was said stops, what is said next sounds at once. */
static void test_restarts(void **state)
{
    const struct sori_format format = {
        .media = SORI_MEDIA_SAMPLES, .sample_rate = RATE, .channels = 1};
    struct sink *sink = open_default();
    float *tone = make_tone(RATE);
    double slowest = 0;

    for (size_t i = 0; i < 20; i++) {
        double called;
        assert_int_equal(feed(sink, tone, RATE), 0);
        wait_for(sink, 1);
        sink_cancel(sink);
        called = seconds_now();
        assert_int_equal(sink_restart(sink, &format), 0);
        /* At first the server's card, just opened, has taken two seconds at once. */
        if (i)
            slowest = fmax(slowest, seconds_now() - called);
        assert_int_equal(position(sink), 0);
    }
    print_message("# begins anew within %.1f ms\n", slowest * 1000);
    assert_true(slowest < 1);
    assert_int_equal(feed(sink, tone, RATE / 4), 0);
    assert_int_equal(sink_finish(sink), 0);
    assert_int_equal(position(sink), RATE / 4);
    sink_close(sink);
    free(tone);
}

static void test_server_dies(void **state)
{
    struct sink *sink = open_default(), *none;
    float *tone = make_tone(RATE);
    double killed;
    int r;

    assert_int_equal(feed(sink, tone, RATE), 0);
    wait_for(sink, RATE / 10);
    killed = seconds_now();
    stop_program(&server);
    do {
        r = feed(sink, tone, RATE);
    } while (r >= 0);
    print_message("# error %.0f ms after the server died: %s\n", (seconds_now() - killed) * 1000,
                  fail_message());
    assert_int_equal(r, -EIO);
    assert_non_null(strstr(fail_message(), "stopped"));
    sink_close(sink);
    assert_true(seconds_now() - killed < 15);

    assert_int_equal(open_sink(&none, "portaudio", NULL), -ENODEV);
    assert_non_null(strstr(fail_message(), "no sound device"));
    assert_null(strchr(fail_message(), '\n'));

    start_server();
    sink = open_default();
    assert_int_equal(feed(sink, tone, RATE / 4), 0);
    assert_int_equal(sink_finish(sink), 0);
    assert_int_equal(position(sink), RATE / 4);
    sink_close(sink);
    free(tone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restarts),
        cmocka_unit_test(test_server_dies),
    };

    return cmocka_run_group_tests(tests, make_all, end_all);
}
