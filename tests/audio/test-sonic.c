/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effect on something like speech: words of a buzzing voice between silences, each with an
 * event at its first sample. Pitch, duration, and where the events go.
 */
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "worker/error.h"
#include "worker/stage.h"

#include <cmocka.h>

enum {
    RATE = 24000,
    WORD = RATE / 4,     /* a word every quarter of a second, */
    SILENCE = RATE / 10, /* silent at first */
    N_WORDS = 24,
    N = N_WORDS * WORD,
    BLOCK = 333,
    F0 = 125,
};

/* From this word on the pitch is another one, if it is not 0. */
static size_t turn_word;
static float turn_pitch, turn_rate = 1;

static float input[N];
static struct stage *stage;

/* What came out. */
static float *output;
static size_t n_output, n_flags, n_events, capacity;
static struct sori_event events[2 * N_WORDS];

static int make_all(void **state)
{
    struct stage_spec spec = {.role = (char *)"effect", .plugin = (char *)"sonic"};

    for (size_t i = 0; i < N; i++) {
        size_t at = i % WORD;
        if (at < SILENCE)
            continue;
        for (int k = 1; k <= 12; k++)
            input[i] += (float)(0.25 / k * cos(2 * M_PI * F0 * k * (double)(at - SILENCE) / RATE));
    }
    if (stage_load(&spec, NULL, 1, &stage) < 0)
        fail_msg("%s", fail_message());
    return 0;
}

static int free_all(void **state)
{
    stage_unload(stage);
    free(output);
    return 0;
}

static int begin(double rate, double pitch)
{
    const struct sori_stream_params params = {
        .size = sizeof params,
        .input = {.media = SORI_MEDIA_SAMPLES, .sample_rate = RATE, .channels = 1},
        .rate = rate,
        .pitch = pitch,
        .volume = 1,
    };

    n_output = n_flags = n_events = 0;
    return stage_begin(stage, &params);
}

static void take(const struct sori_block *block)
{
    const float *samples = block->data;

    assert_true(block->count <= RATE / 5);
    if (n_output + block->count > capacity) {
        capacity = (n_output + block->count) * 2;
        output = realloc(output, capacity * sizeof *output);
        assert_non_null(output);
    }
    if (block->count)
        memcpy(output + n_output, samples, block->count * sizeof *samples);
    for (size_t i = 0; i < block->n_events; i++) {
        assert_true(block->events[i].position >= n_output);
        assert_true(block->events[i].position <= n_output + block->count);
        assert_true(n_events < sizeof events / sizeof *events);
        events[n_events] = block->events[i];
        if (events[n_events].name)
            assert_string_equal(events[n_events].name, "mark");
        assert_true(!n_events || events[n_events].position >= events[n_events - 1].position);
        n_events++;
    }
    n_output += block->count;
    n_flags += block->flags & SORI_BLOCK_UTTERANCE_END;
}

/* Drains, and nothing is allocated meanwhile. */
static int drain(void)
{
    struct sori_block block;
    int r;

    for (;;) {
        size_t before = mallinfo2().uordblks;
        r = stage_drain(stage, &block);
        assert_true(mallinfo2().uordblks <= before);
        if (r)
            return r;
        take(&block);
    }
}

/* Everything through the effect, `repeat` times, the end of a sentence after each. */
static void run(double rate, double pitch, size_t repeat)
{
    char name[] = "mark";

    if (begin(rate, pitch) < 0)
        fail_msg("%s", fail_message());
    for (size_t at = 0; at < repeat * N;) {
        struct sori_event word = {.type = SORI_EVENT_MARK, .name = name};
        size_t n = N - at % N < BLOCK ? N - at % N : BLOCK;
        struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = input + at % N, .count = n};
        size_t next = (at + WORD - 1 - SILENCE) / WORD * WORD + SILENCE;
        assert_int_equal(drain(), SORI_MORE);
        if (at < SILENCE)
            next = SILENCE;
        if (next >= at && next < at + n && n_events < N_WORDS) {
            word.position = next;
            word.text_start = (uint32_t)(next / WORD);
            if (turn_word && next / WORD >= turn_word)
                word = (struct sori_event){.type = SORI_EVENT_PROSODY,
                                           .position = next,
                                           .prosody = {turn_rate, turn_pitch, 1}};
            block.events = &word;
            block.n_events = 1;
        }
        at += n;
        block.flags = at % N ? 0 : SORI_BLOCK_UTTERANCE_END;
        assert_int_equal(stage_feed(stage, &block), 0);
        memset(name, 'x', 4); /* the caller's memory may change after the next drain */
        assert_int_equal(drain(), SORI_MORE);
        memcpy(name, "mark", 4);
    }
    assert_int_equal(stage_feed(stage, NULL), 0);
    assert_int_equal(drain(), SORI_DONE);
    stage_end(stage);
}

/* The fundamental in the middle of word `word`, by autocorrelation. */
static double fundamental(size_t word, double rate)
{
    size_t from = (size_t)((double)(word * WORD + SILENCE + WORD / 5) / rate);
    size_t n = 1500, best = 0;
    double strongest = 0;

    for (size_t lag = RATE / 500; lag < RATE / 50; lag++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += (double)output[from + i] * (double)output[from + i + lag];
        /* The first of equals: multiples of the period match, too. */
        if (sum > 1.05 * strongest) {
            strongest = sum;
            best = lag;
        }
    }
    return (double)RATE / (double)best;
}

static void test_identity(void **state)
{
    run(1, 1, 1);
    assert_int_equal(n_output, N);
    for (size_t i = 0; i < N; i++)
        assert_true(fabsf(output[i] - input[i]) <= 1.01f / 32767);
    assert_int_equal(n_events, N_WORDS);
    for (size_t i = 0; i < n_events; i++)
        assert_int_equal(events[i].position, i * WORD + SILENCE);
}

static void test_pitch(void **state)
{
    static const double pitches[] = {0.5, 0.7, 0.9, 0.9995, 1.1, 1.5, 2};

    for (size_t i = 0; i < sizeof pitches / sizeof *pitches; i++) {
        double f0;
        run(1, pitches[i], 1);
        f0 = fundamental(5, 1);
        print_message("# pitch %g: F0 %.1f, %.1f ms longer\n", pitches[i], f0 / F0,
                      ((double)n_output - N) * 1000 / RATE);
        assert_true(fabs(f0 / F0 / pitches[i] - 1) < 0.03);
        assert_true(fabs((double)n_output - N) < 0.012 * RATE);
    }
}

/* Prosody events change pitch and rate where they lie, one not the other, and nothing before. */
static void test_prosody(void **state)
{
    turn_word = 12;
    turn_pitch = 1.5f;
    run(1, 1, 1);
    assert_true(memcmp(output, input, 10 * WORD * sizeof *output) == 0);
    assert_true(fabs(fundamental(14, 1) / F0 / 1.5 - 1) < 0.03);
    assert_true(fabs((double)n_output - N) < 0.012 * RATE * (N_WORDS - 12));
    turn_pitch = 1;
    turn_rate = 2;
    run(1, 1, 1);
    assert_true(memcmp(output, input, 10 * WORD * sizeof *output) == 0);
    assert_true(fabs((double)n_output - 12.0 * WORD - (N - 12.0 * WORD) / 2) < 0.05 * N);
    run(3, 1, 1);
    assert_true(fabs((double)n_output - 12.0 * WORD / 3 - (N - 12.0 * WORD) / 6) < 0.05 * N);
    turn_rate = 1;
    run(1, 0.7, 1);
    assert_true(fabs(fundamental(5, 1) / F0 / 0.7 - 1) < 0.03);
    assert_true(fabs(fundamental(14, 1) / F0 / 0.7 - 1) < 0.03);
    turn_word = 0;
}

/* Where the sound of a word begins, near a position. */
static size_t onset(size_t near, size_t within)
{
    size_t i = near > within ? near - within : 0;

    while (i < n_output && i < near + within && fabsf(output[i]) < 0.05f)
        i++;
    return i;
}

/* Events point at the first sound of their words, at each rate and pitch. */
static void test_events(void **state)
{
    static const double cases[][2] = {{0.1, 1}, {0.3, 1}, {0.5, 1.3}, {0.8, 1}, {1, 0.5}, {1, 1.3},
                                      {1, 2},   {1.3, 1}, {2, 1},     {2, 0.8}, {3, 1},   {3, 1.5},
                                      {6, 1},   {10, 1},  {10, 0.5},  {10, 2}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double rate = cases[i][0], worst = 0, stretched = fmax(1, 1 / rate);
        double expected = N / rate;
        run(rate, cases[i][1], 1);
        assert_int_equal(n_events, N_WORDS);
        for (size_t word = 0; word < N_WORDS; word++) {
            size_t position = events[word].position;
            size_t found = onset(position, (size_t)(0.04 * RATE / rate));
            assert_int_equal(events[word].text_start, word);
            worst = fmax(worst, fabs((double)found - (double)position));
        }
        print_message("# rate %g, pitch %g: words within %.1f ms, %.1f ms longer\n", rate,
                      cases[i][1], worst * 1000 / RATE,
                      ((double)n_output - expected) * 1000 / RATE);
        assert_true(worst < 0.008 * RATE * stretched);
        assert_true(fabs((double)n_output - expected) < 0.015 * RATE * stretched);
    }
}

/* Nothing adds up: after a minute and 20 sentences the nominal rate still holds. */
static void test_no_drift(void **state)
{
    run(3, 1, 20);
    print_message("# %.1f ms longer after %d s\n", ((double)n_output - 20.0 * N / 3) * 1000 / RATE,
                  20 * N / RATE / 3);
    assert_int_equal(n_flags, 20);
    assert_true(fabs((double)n_output - 20.0 * N / 3) < 20 * 0.012 * RATE);
}

static void test_deterministic(void **state)
{
    static float first[2 * N];
    size_t n;

    run(2.5, 1.2, 1);
    n = n_output;
    memcpy(first, output, n * sizeof *output);
    run(2.5, 1.2, 1);
    assert_int_equal(n_output, n);
    assert_memory_equal(first, output, n * sizeof *output);
}

/* Each sentence comes out as if it were the first. */
static void test_sentences(void **state)
{
    size_t n;

    run(1.7, 1, 1);
    n = n_output;
    run(1.7, 1, 3);
    assert_int_equal(n_flags, 3);
    assert_true(fabs((double)n_output - 3.0 * (double)n) < 3 * 0.01 * RATE);
}

/* Noise, silence, and what is no number or beyond full scale: finite, within full scale. */
static void test_any_samples(void **state)
{
    static const double rates[] = {0.1, 1, 1.4, 10};
    struct random_bits bits;
    float samples[2000];

    random_seed(&bits, 3);
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        assert_int_equal(begin(rates[r], 1.9), 0);
        for (size_t round = 0; round < 10; round++) {
            struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = samples, .count = 2000};
            for (size_t i = 0; i < 2000; i++)
                samples[i] = (float)((double)(random_next(&bits) >> 40) / 4194304 - 2);
            samples[7] = NAN;
            samples[100] = INFINITY;
            samples[101] = -INFINITY;
            assert_int_equal(drain(), SORI_MORE);
            assert_int_equal(stage_feed(stage, &block), 0);
        }
        assert_int_equal(drain(), SORI_MORE);
        assert_int_equal(stage_feed(stage, NULL), 0);
        assert_int_equal(drain(), SORI_DONE);
        stage_end(stage);
        for (size_t i = 0; i < n_output; i++)
            assert_true(fabsf(output[i]) <= 1.001f);
    }
}

static void test_short_and_empty(void **state)
{
    const struct sori_block one = {
        .media = SORI_MEDIA_SAMPLES, .data = input + SILENCE, .count = 1};
    const struct sori_block flag = {.media = SORI_MEDIA_SAMPLES, .flags = SORI_BLOCK_UTTERANCE_END};

    assert_int_equal(begin(2, 1), 0);
    assert_int_equal(stage_feed(stage, NULL), 0);
    assert_int_equal(drain(), SORI_DONE);
    stage_end(stage);
    assert_int_equal(n_output, 0);

    assert_int_equal(begin(0.5, 1), 0);
    assert_int_equal(stage_feed(stage, &one), 0);
    assert_int_equal(drain(), SORI_MORE);
    assert_int_equal(stage_feed(stage, &flag), 0);
    assert_int_equal(drain(), SORI_MORE);
    assert_int_equal(n_flags, 1);
    assert_int_equal(stage_feed(stage, NULL), 0);
    assert_int_equal(drain(), SORI_DONE);
    stage_end(stage);
    assert_true(n_output <= 3);
}

static void test_refusals(void **state)
{
    struct stage_spec spec = {.role = (char *)"effect",
                              .plugin = (char *)"sonic",
                              .settings = {{.key = "pitch", .value = "2"}},
                              .n_settings = 1};
    struct stage *none;

    assert_int_equal(stage_load(&spec, NULL, 1, &none), -EINVAL);
    assert_non_null(strstr(fail_message(), "pitch"));
    assert_int_equal(begin(11, 1), -EINVAL);
    assert_int_equal(begin(NAN, 1), -EINVAL);
    assert_int_equal(begin(1, 0.4), -EINVAL);
}

static void test_cancel(void **state)
{
    const struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = input, .count = N};
    struct sori_block out;

    assert_int_equal(begin(0.1, 1), 0);
    assert_int_equal(stage_feed(stage, &block), 0);
    assert_int_equal(stage_drain(stage, &out), 0);
    stage_cancel(stage);
    assert_int_equal(stage_drain(stage, &out), -ECANCELED);
    assert_int_equal(stage_feed(stage, &block), -ECANCELED);
    stage_end(stage);
    stage_reset(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),      cmocka_unit_test(test_pitch),
        cmocka_unit_test(test_events),        cmocka_unit_test(test_no_drift),
        cmocka_unit_test(test_deterministic), cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_any_samples),   cmocka_unit_test(test_short_and_empty),
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_prosody),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
