/* SPDX-License-Identifier: Apache-2.0 */
/* What the callback plays: every sample once, no click at a gap, a pause or a stop. */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portaudio/player.h"

#include <cmocka.h>

enum { RATE = 24000, N = 4800, BUFFER = 100, FADE = RATE * PLAYER_FADE_MS / 1000 };

static float tone[N], out[4 * N];
static size_t n_out;
static struct player player;
static int64_t now;

static int make_tone(void **state)
{
    for (size_t i = 0; i < N; i++)
        tone[i] = (float)(0.5 * cos(2 * M_PI * 200 * (double)i / RATE));
    return 0;
}

static int begin(void **state)
{
    memset(&player, 0, sizeof player);
    assert_int_equal(player_init(&player, RATE, 2 * N), 0);
    assert_true(player_is_idle(&player));
    n_out = 0;
    now = 1000;
    return 0;
}

static int end(void **state)
{
    player_clear(&player);
    return 0;
}

static int64_t run(size_t callbacks)
{
    int64_t idle = 0;

    for (size_t i = 0; i < callbacks; i++) {
        idle = player_fill(&player, out + n_out, BUFFER, now, 0);
        n_out += BUFFER;
        now += (int64_t)BUFFER * 1000000000 / RATE;
    }
    return idle;
}

/* Largest step between neighbours, after `from`. A tone that begins at its peak steps by 0.5. */
static float largest_step(size_t from)
{
    float step = 0;

    for (size_t i = from ? from : 1; i < n_out; i++)
        step = fmaxf(step, fabsf(out[i] - out[i - 1]));
    return step;
}

/* The tone's own steps, and those of a ramp on top. */
static const float SMOOTH = 0.5f * 2 * 3.15f * 200 / RATE + 0.6f / FADE;

static void test_whole(void **state)
{
    player_start(&player, 500, 0);
    assert_false(player_is_idle(&player));
    ring_write(&player.ring, tone, N);
    player_end(&player);
    run(N / BUFFER + 2);
    assert_memory_equal(out, tone, sizeof tone);
    for (size_t i = N + FADE + 1; i < n_out; i++)
        assert_true(out[i] == 0);
    assert_true(largest_step(1) <= SMOOTH);
    assert_int_equal(player.underruns, 0);
    assert_int_equal(timeline_position(&player.timeline, now), N);
}

static void test_waits_for_start(void **state)
{
    player_start(&player, 500, 0);
    ring_write(&player.ring, tone, 300);
    run(2);
    assert_true(out[n_out - 1] == 0);
    ring_write(&player.ring, tone + 300, 200);
    run(5);
    assert_memory_equal(out + 200, tone, 500 * sizeof *out);
}

/* A few samples do not wait for ever. */
static void test_few_samples(void **state)
{
    player_start(&player, 500, 0);
    ring_write(&player.ring, tone, 50);
    run(5);
    assert_true(out[n_out - 1] == 0);
    run(1);
    assert_memory_equal(out + 500, tone, 50 * sizeof *out);
}

static void test_lead_in(void **state)
{
    player_start(&player, 1, 250);
    ring_write(&player.ring, tone, 1000);
    run(20);
    for (size_t i = 0; i < 250; i++)
        assert_true(out[i] == 0);
    assert_memory_equal(out + 250, tone, 1000 * sizeof *out);
    assert_int_equal(timeline_position(&player.timeline, now), 1000);
}

static void test_gap(void **state)
{
    player_start(&player, 200, 0);
    ring_write(&player.ring, tone, 1060); /* cut at a peak nearly */
    run(15);
    assert_int_equal(player.underruns, 1);
    assert_true(out[n_out - 1] == 0);
    ring_write(&player.ring, tone + 1060, N - 1060);
    run(N / BUFFER);
    assert_true(largest_step(1) <= SMOOTH);
    /* Nothing is lost: after its fade-in the rest is as it was. */
    assert_memory_equal(out + 1500 + FADE + 1, tone + 1060 + FADE + 1,
                        (N - 1060 - FADE - 1) * sizeof *out);
    assert_int_equal(timeline_position(&player.timeline, now), N);
}

static void test_pause(void **state)
{
    uint64_t at;

    player_start(&player, 1, 0);
    ring_write(&player.ring, tone, N);
    run(10);
    player_pause(&player, true);
    run(10);
    at = timeline_position(&player.timeline, now);
    assert_in_range(at, 1000 + FADE - 1, 1000 + FADE + 2);
    assert_true(out[1000 + FADE + 2] == 0 && out[n_out - 1] == 0);
    player_pause(&player, false);
    run(10);
    assert_true(largest_step(1) <= SMOOTH);
    assert_memory_equal(out + 2000 + FADE + 1, tone + at + FADE + 1, 500 * sizeof *out);
}

static void test_stop(void **state)
{
    player_start(&player, 1, 0);
    ring_write(&player.ring, tone, N);
    run(10);
    player_stop(&player);
    run(1);
    assert_true(player_is_idle(&player) || (run(1), player_is_idle(&player)));
    assert_true(run(1) > 0); /* says how long it has been idle */
    for (size_t i = 1000 + FADE + 2; i < n_out; i++)
        assert_true(out[i] == 0);
    assert_true(largest_step(1) <= SMOOTH);
    assert_int_equal(ring_fill(&player.ring), 0);

    /* What a late feed() put in is not part of the next stream. */
    ring_write(&player.ring, tone, 100);
    player_start(&player, 1, 0);
    n_out = 0;
    ring_write(&player.ring, tone + 500, 500);
    run(5);
    assert_memory_equal(out, tone + 500, 500 * sizeof *out);
    assert_in_range(timeline_position(&player.timeline, now + 1000), 500, 500);
}

/* Stopped while paused, before its first sample, and before the callback even saw it. */
static void test_stop_early(void **state)
{
    player_start(&player, 1, 0);
    player_stop(&player);
    run(1);
    assert_true(player_is_idle(&player));
    player_start(&player, 1000, 0);
    ring_write(&player.ring, tone, 10);
    run(1);
    player_stop(&player);
    run(1);
    assert_true(player_is_idle(&player));
    player_start(&player, 1, 0);
    ring_write(&player.ring, tone, 1000);
    run(2);
    player_pause(&player, true);
    run(3);
    player_stop(&player);
    run(1);
    assert_true(player_is_idle(&player));
}

/* --- with a thread for the callback ----------------------------------------------------------- */

static atomic_bool quit;

static void *call(void *data)
{
    float buffer[BUFFER];

    for (int64_t time = 0; !atomic_load(&quit); time += 1000000)
        player_fill(&player, buffer, BUFFER, time, 0);
    return NULL;
}

static void test_two_threads(void **state)
{
    pthread_t thread;

    atomic_store(&quit, false);
    assert_int_equal(pthread_create(&thread, NULL, call, NULL), 0);
    for (size_t stream = 0; stream < 50; stream++) {
        player_start(&player, 10, 10);
        for (size_t at = 0; at < N && stream % 3;) {
            at += ring_write(&player.ring, tone + at, N - at);
            player_pause(&player, at % 2);
            timeline_position(&player.timeline, INT64_MAX / 2);
        }
        player_end(&player);
        player_stop(&player);
        while (!player_is_idle(&player))
            ;
    }
    atomic_store(&quit, true);
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole, begin, end),
        cmocka_unit_test_setup_teardown(test_waits_for_start, begin, end),
        cmocka_unit_test_setup_teardown(test_few_samples, begin, end),
        cmocka_unit_test_setup_teardown(test_lead_in, begin, end),
        cmocka_unit_test_setup_teardown(test_gap, begin, end),
        cmocka_unit_test_setup_teardown(test_pause, begin, end),
        cmocka_unit_test_setup_teardown(test_stop, begin, end),
        cmocka_unit_test_setup_teardown(test_stop_early, begin, end),
        cmocka_unit_test_setup_teardown(test_two_threads, begin, end),
    };

    return cmocka_run_group_tests(tests, make_tone, NULL);
}
