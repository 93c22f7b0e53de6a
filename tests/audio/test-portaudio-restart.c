/* SPDX-License-Identifier: Apache-2.0 */
/* The sound server dies in the middle of a sound, and comes back. */
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
        cmocka_unit_test(test_server_dies),
    };

    return cmocka_run_group_tests(tests, make_all, end_all);
}
