/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PortAudio on a sound server with a clock: what it plays is recorded and compared with what was
 * fed; stops, pauses and gaps are looked at for clicks. On a busy machine the server itself may run
 * dry, which clicks and is not ours: what was heard may be wrong twice, but not three times.
 */
#include <errno.h>
#include <pthread.h>

#include "tests/audio/server-test.h"

enum { N = 3 * RATE / 2 };

static float *tone;

static int make_all(void **state)
{
    make_server_folder();
    tone = make_tone(N);
    return 0;
}

static int begin(void **state)
{
    if (!server)
        start_server();
    return 0;
}

static int end(void **state)
{
    stop_program(&recorder);
    return 0;
}

static int end_all(void **state)
{
    stop_program(&recorder);
    stop_program(&server);
    free(tone);
    return 0;
}

/* Largest step between neighbours. The tone steps by at most 0.06. */
static double largest_step(const float *samples, size_t n)
{
    double step = 0;

    for (size_t i = 1; i < n; i++)
        step = fmax(step, fabs((double)samples[i] - samples[i - 1]));
    return step;
}

/* A ramp over 4 ms adds 0.006 at most. */
static const double SMOOTH = 0.07;

/* dB of the tone over the differences; `samples` begins with tone[from]. */
static double likeness(const float *samples, size_t from, size_t n)
{
    double error = 1e-12, power = 0;

    for (size_t i = 0; i < n; i++) {
        error += (samples[i] - tone[from + i]) * (samples[i] - tone[from + i]);
        power += tone[from + i] * tone[from + i];
    }
    return 10 * log10(power / error);
}

/* Complains about a recording; frees it. */
static const char *complain(float *samples, const char *problem)
{
    free(samples);
    return problem;
}

static void try_thrice(const char *(*attempt)(void))
{
    const char *problem = attempt();

    for (size_t i = 0; problem && i < 2; i++) {
        print_message("# again, because %s\n", problem);
        problem = attempt();
    }
    if (problem)
        fail_msg("%s", problem);
}

static const char *play_all(void)
{
    struct sink *sink = open_default();
    double started;
    size_t n;
    float *samples;

    start_recorder();
    started = seconds_now();
    assert_int_equal(feed(sink, tone, N), 0);
    assert_int_equal(sink_finish(sink), 0);
    assert_true(seconds_now() - started > 0.9 * N / RATE);
    assert_int_equal(position(sink), N);
    samples = stop_recorder(&n);
    sink_close(sink);
    print_message("# %zu of %d samples recorded\n", n, N);
    if (n < N - 2 || n > N + RATE / 50)
        return complain(samples, "samples were lost or added");
    print_message("# %.1f dB\n", likeness(samples, 1, N - 2));
    return complain(samples, likeness(samples, 1, N - 2) > 60 ? NULL : "samples differ");
}

static void test_plays(void **state)
{
    try_thrice(play_all);
}

static void *cancel(void *sink)
{
    sink_cancel(sink);
    return NULL;
}

/* Everything stops: feed() at once, the sound with a fade. */
static const char *cancel_half_way(void)
{
    struct sink *sink = open_default();
    double called;
    uint64_t sounded;
    pthread_t thread;
    size_t n;
    float *samples;

    start_recorder();
    assert_int_equal(feed(sink, tone, RATE), 0);
    wait_for(sink, RATE / 2);
    sounded = position(sink);
    called = seconds_now();
    assert_int_equal(pthread_create(&thread, NULL, cancel, sink), 0);
    pthread_join(thread, NULL);
    assert_int_equal(feed(sink, tone, RATE), -ECANCELED);
    assert_int_equal(sink_finish(sink), -ECANCELED);
    assert_true(seconds_now() - called < 0.5);
    sink_close(sink);
    samples = stop_recorder(&n);
    print_message("# silent %.1f ms after cancel\n", ((double)n - (double)sounded) * 1000 / RATE);
    if (n + RATE / 50 < sounded || n > sounded + RATE / 4)
        return complain(samples, "it did not stop at once");
    return complain(samples, largest_step(samples, n) < SMOOTH && fabsf(samples[n - 1]) < 0.05f
                                 ? NULL
                                 : "it clicked");
}

static void test_cancel(void **state)
{
    try_thrice(cancel_half_way);
}

static void *fill_up(void *sink)
{
    return (void *)(intptr_t)feed(sink, tone, N);
}

/* A feed() that waits for room is woken. */
static void test_cancel_wakes(void **state)
{
    struct sink *sink = open_default();
    pthread_t thread;
    void *result;
    double called;

    assert_int_equal(sink_pause(sink, true), 0);
    assert_int_equal(pthread_create(&thread, NULL, fill_up, sink), 0);
    pause_ms(200);
    called = seconds_now();
    sink_cancel(sink);
    pthread_join(thread, &result);
    print_message("# feed returned after %.2f ms\n", (seconds_now() - called) * 1000);
    assert_int_equal((intptr_t)result, -ECANCELED);
    assert_true(seconds_now() - called < 0.09); /* its longest sleep is 0.1 s */
    sink_close(sink);
}

/* The longest silence inside, in samples. */
static size_t longest_silence(const float *samples, size_t n)
{
    size_t longest = 0, length = 0;

    for (size_t i = 0; i < n; i++) {
        length = fabsf(samples[i]) < 1e-4f ? length + 1 : 0;
        longest = length > longest ? length : longest;
    }
    return longest;
}

static const char *pause_half_way(void)
{
    struct sink *sink = open_default();
    uint64_t paused;
    size_t n, silent;
    float *samples;

    start_recorder();
    assert_int_equal(feed(sink, tone, RATE), 0);
    wait_for(sink, RATE / 4);
    assert_int_equal(sink_pause(sink, true), 0);
    pause_ms(300);
    paused = position(sink);
    pause_ms(100);
    assert_int_equal(position(sink), paused);
    assert_int_equal(sink_pause(sink, false), 0);
    assert_int_equal(sink_finish(sink), 0);
    assert_int_equal(position(sink), RATE);
    sink_close(sink);
    samples = stop_recorder(&n);
    silent = longest_silence(samples, n);
    print_message("# a pause of %.0f ms\n", silent * 1000.0 / RATE);
    if (silent < RATE / 5 || n - silent + RATE / 100 < RATE)
        return complain(samples, "something was lost, or no pause was made");
    return complain(samples, largest_step(samples, n) < SMOOTH ? NULL : "it clicked");
}

static void test_pause(void **state)
{
    try_thrice(pause_half_way);
}

/* The feeder is late: silence without a click, and the sound goes on where it was. */
static const char *feed_late(void)
{
    struct sink *sink = open_default();
    size_t n, silent;
    float *samples;

    start_recorder();
    assert_int_equal(feed(sink, tone, RATE / 4), 0);
    wait_for(sink, RATE / 4);
    pause_ms(100);
    assert_int_equal(feed(sink, tone + RATE / 4, RATE / 2), 0);
    assert_int_equal(sink_finish(sink), 0);
    sink_close(sink);
    samples = stop_recorder(&n);
    silent = longest_silence(samples, n);
    if (silent < RATE / 20 || n - silent + RATE / 100 < RATE * 3 / 4)
        return complain(samples, "something was lost, or there was no gap");
    return complain(samples, largest_step(samples, n) < SMOOTH ? NULL : "it clicked");
}

static void test_gap(void **state)
{
    try_thrice(feed_late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plays, begin, end),
        cmocka_unit_test_setup_teardown(test_cancel, begin, end),
        cmocka_unit_test_setup_teardown(test_cancel_wakes, begin, end),
        cmocka_unit_test_setup_teardown(test_pause, begin, end),
        cmocka_unit_test_setup_teardown(test_gap, begin, end),
    };

    return cmocka_run_group_tests(tests, make_all, end_all);
}
