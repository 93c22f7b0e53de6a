/* SPDX-License-Identifier: Apache-2.0 */
/* Volume and silence on their way out: samples, and where events lie. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "worker/delivery.h"

enum { RATE = 1000, N = 100, ROOM = 4000 };

static float output[ROOM];
static size_t n_output, n_events;
static bool icons;
static struct sori_event events[8];

static int take(void *opaque, const struct sori_block *block)
{
    assert_true(n_output + block->count <= ROOM);
    memcpy(output + n_output, block->data, block->count * sizeof *output);
    n_output += block->count;
    for (size_t i = 0; i < block->n_events; i++)
        events[n_events++] = block->events[i];
    return 0;
}

/* Blocks of N samples of 0.5, the first with these events and the end of an utterance. */
static void deliver(double volume, const struct sori_event *given, size_t n)
{
    struct delivery delivery = {0};
    float samples[N];
    struct sori_event word = {.type = SORI_EVENT_WORD, .position = N + 3};
    struct sori_block first = {SORI_MEDIA_SAMPLES, SORI_BLOCK_UTTERANCE_END, samples, N, given, n};
    struct sori_block second = {SORI_MEDIA_SAMPLES, 0, samples, N, &word, 1};

    for (size_t i = 0; i < N; i++)
        samples[i] = 0.5f;
    n_output = n_events = 0;
    delivery_begin(&delivery, RATE, volume, icons, take, NULL);
    assert_int_equal(delivery_block(&delivery, &first), 0);
    assert_int_equal(delivery_block(&delivery, &second), 0);
    assert_int_equal(delivery_end(&delivery), 0);
    delivery_clear(&delivery);
}

static void test_plain(void **state)
{
    deliver(1, NULL, 0);
    assert_int_equal(n_output, 2 * N);
    assert_true(output[0] == 0.5f);
    assert_int_equal(events[0].position, N + 3);
}

static void test_pause(void **state)
{
    const struct sori_event given[] = {{.type = SORI_EVENT_PAUSE, .position = 50, .pause_ms = 1500},
                                       {.type = SORI_EVENT_PAUSE, .position = N, .pause_ms = 500}};

    deliver(0.5, given, 2);
    assert_int_equal(n_output, 2 * N + 2000);
    for (size_t i = 0; i < n_output; i++)
        assert_true(output[i] == (i < N || i >= N + 2000 ? 0.25f : 0));
    assert_int_equal(events[1].position, N);
    assert_int_equal(events[2].position, N + 2000 + 3);
}

static void test_prosody(void **state)
{
    const struct sori_event given[] = {
        {.type = SORI_EVENT_PROSODY, .position = 10, .prosody = {1, 1, 0.5f}},
        {.type = SORI_EVENT_PROSODY, .position = 20, .prosody = {1, 1, 0}},
        {.type = SORI_EVENT_PROSODY, .position = N + 50, .prosody = {1, 1, 1}}};

    deliver(1, given, 3);
    assert_int_equal(n_output, 2 * N);
    for (size_t i = 0; i < n_output; i++)
        assert_true(output[i] == (i < 10 || i >= N ? 0.5f : i < 20 ? 0.25f : 0));
}

/* Two capitals: 40 ms of sound before each, and what comes later moves. */
static void test_capitals(void **state)
{
    const struct sori_event given[] = {{.type = SORI_EVENT_MARK, .position = 0, .name = "capital"},
                                       {.type = SORI_EVENT_WORD, .position = 0},
                                       {.type = SORI_EVENT_MARK, .position = 60, .name = "capital"},
                                       {.type = SORI_EVENT_WORD, .position = 60},
                                       {.type = SORI_EVENT_PAUSE, .position = N, .pause_ms = 100}};
    static const uint64_t at[] = {0, 40, 100, 140, N + 80, N + 80 + 100 + 3};
    float loudest = 0;

    deliver(1, given, 5);
    assert_int_equal(n_output, 2 * N + 100);
    icons = true;
    deliver(1, given, 5);
    icons = false;
    assert_int_equal(n_output, 2 * N + 100 + 2 * 40);
    assert_int_equal(n_events, 6);
    for (size_t i = 0; i < n_events; i++)
        assert_int_equal(events[i].position, at[i]);
    for (size_t i = 0; i < n_output; i++) {
        bool icon = i < 40 || (i >= 100 && i < 140);
        bool silence = i >= N + 80 && i < N + 180;
        assert_true(icon ? output[i] < 0.5f : output[i] == (silence ? 0 : 0.5f));
        loudest = icon && output[i] > loudest ? output[i] : loudest;
    }
    assert_true(loudest > 0.05f);
}

/* How far a sample may lie from the line through its neighbours: a click lies further. */
static void test_no_click(void **state)
{
    enum { FINE = 24000, LENGTH = FINE * 40 / 1000 };
    const float samples[1] = {0};
    const struct sori_event capital = {.type = SORI_EVENT_MARK, .name = "capital"};
    const struct sori_block block = {SORI_MEDIA_SAMPLES, 0, samples, 1, &capital, 1};
    const float turn = 6.2832f * 1760 / FINE; /* the steepest that its higher tone gets */
    struct delivery delivery = {0};

    n_output = 0;
    delivery_begin(&delivery, FINE, 1, true, take, NULL);
    assert_int_equal(delivery_block(&delivery, &block), 0);
    delivery_clear(&delivery);
    assert_int_equal(n_output, LENGTH + 1);
    for (size_t i = 1; i < LENGTH; i++)
        assert_true(fabsf(output[i + 1] - 2 * output[i] + output[i - 1]) <
                    0.2f * turn * turn * 1.2f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),    cmocka_unit_test(test_pause),
        cmocka_unit_test(test_prosody),  cmocka_unit_test(test_capitals),
        cmocka_unit_test(test_no_click),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
