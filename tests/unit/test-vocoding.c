/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every vocoder does around its model, with a model that is easily followed: it looks one
 * frame ahead, and each frame gives four samples that say which sentence and frame they are of.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "flow/vocoding.h"

enum { MELS = 2, HOP = 4 };

struct counter {
    unsigned sentences, held; /* frames held back */
    float frame;              /* the one that is held */
    uint64_t seed;
};

static void begin(void *state, uint64_t seed)
{
    struct counter *counter = state;

    counter->sentences++;
    counter->held = 0;
    counter->seed = seed;
}

static size_t give(struct counter *counter, float *ret_samples)
{
    for (int i = 0; i < HOP; i++)
        ret_samples[i] = (float)counter->sentences * 100 + counter->frame;
    return HOP;
}

static size_t push(void *state, const float *frame, float *ret_samples)
{
    struct counter *counter = state;
    size_t n = counter->held ? give(counter, ret_samples) : 0;

    counter->held = 1;
    counter->frame = frame[0];
    return n;
}

static size_t flush(void *state, float *ret_samples)
{
    struct counter *counter = state;
    size_t n = counter->held ? give(counter, ret_samples) : 0;

    counter->held = 0;
    return n;
}

static const struct vocoder counting = {begin, push, flush};

static int error(const struct sori_host *host, int error, const char *format, ...)
{
    return error;
}

static const struct sori_host host = {
    .version = SORI_HOST_VERSION, .size = sizeof host, .error = error};

static void start(struct vocoding *vocoding, struct counter *counter, double volume)
{
    const struct sori_stream_params params = {.size = sizeof params, .volume = volume, .seed = 7};

    *counter = (struct counter){0};
    assert_int_equal(vocoding_init(vocoding, &host, &counting, counter, &params, MELS, HOP, HOP),
                     0);
}

static void feed(struct vocoding *vocoding, float first, size_t n, unsigned flags,
                 const struct sori_event *events, size_t n_events)
{
    float frames[8 * MELS];
    struct sori_block block = {.media = SORI_MEDIA_MEL,
                               .flags = flags,
                               .data = frames,
                               .count = n,
                               .events = events,
                               .n_events = n_events};

    for (size_t i = 0; i < n * MELS; i++)
        frames[i] = first + (float)(i / MELS);
    assert_int_equal(vocoding_feed(vocoding, &block), 0);
    memset(frames, 0, sizeof frames); /* the block is its owner's again */
}

static void expect(struct vocoding *vocoding, float sample, bool end, size_t n_events)
{
    struct sori_block block;

    assert_int_equal(vocoding_drain(vocoding, &block), 0);
    assert_int_equal(block.media, SORI_MEDIA_SAMPLES);
    assert_int_equal(block.count, end ? 0 : HOP);
    for (size_t i = 0; i < block.count; i++)
        assert_true(((const float *)block.data)[i] == sample);
    assert_int_equal(block.flags & SORI_BLOCK_UTTERANCE_END, end ? SORI_BLOCK_UTTERANCE_END : 0);
    assert_int_equal(block.n_events, n_events);
    for (size_t i = 0; i < n_events; i++)
        assert_string_equal(block.events[i].name, "mark");
}

static void test_sentences(void **state)
{
    struct sori_block block;
    struct vocoding vocoding;
    struct counter counter;

    start(&vocoding, &counter, 1);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_MORE);
    feed(&vocoding, 1, 2, 0, NULL, 0);
    expect(&vocoding, 101, false, 0);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_MORE);
    feed(&vocoding, 3, 1, SORI_BLOCK_UTTERANCE_END, NULL, 0);
    expect(&vocoding, 102, false, 0);
    expect(&vocoding, 103, false, 0);
    expect(&vocoding, 0, true, 0);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_MORE);
    feed(&vocoding, 1, 1, 0, NULL, 0);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_MORE);
    assert_int_equal(vocoding_feed(&vocoding, NULL), 0);
    expect(&vocoding, 201, false, 0);
    expect(&vocoding, 0, true, 0);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_DONE);
    assert_int_equal(counter.seed, 7);
    vocoding_clear(&vocoding);
}

/* An event comes with the sample at its position, however late that is; the rest with the end. */
static void test_events(void **state)
{
    const struct sori_event events[] = {
        {.type = SORI_EVENT_MARK, .position = 0, .name = "mark"},
        {.type = SORI_EVENT_MARK, .position = 1, .name = "mark"},
        {.type = SORI_EVENT_MARK, .position = 9, .name = "mark"},
    };
    struct sori_block block;
    struct vocoding vocoding;
    struct counter counter;

    start(&vocoding, &counter, 1);
    feed(&vocoding, 1, 1, 0, events, 3);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_MORE);
    feed(&vocoding, 2, 1, SORI_BLOCK_UTTERANCE_END, NULL, 0);
    expect(&vocoding, 101, false, 1);
    expect(&vocoding, 102, false, 1);
    expect(&vocoding, 0, true, 1);
    /* A block of events alone, at the very end. */
    feed(&vocoding, 0, 0, SORI_BLOCK_UTTERANCE_END, events, 1);
    assert_int_equal(vocoding_feed(&vocoding, NULL), 0);
    expect(&vocoding, 0, true, 1);
    assert_int_equal(vocoding_drain(&vocoding, &block), SORI_DONE);
    vocoding_clear(&vocoding);
}

static void test_volume(void **state)
{
    struct vocoding vocoding;
    struct counter counter;

    start(&vocoding, &counter, 0.5);
    feed(&vocoding, 2, 2, 0, NULL, 0);
    expect(&vocoding, 51, false, 0);
    vocoding_clear(&vocoding);
}

static void test_cancel(void **state)
{
    struct sori_block block = {.count = 99};
    struct vocoding vocoding;
    struct counter counter;

    start(&vocoding, &counter, 1);
    feed(&vocoding, 1, 2, SORI_BLOCK_UTTERANCE_END, NULL, 0);
    expect(&vocoding, 101, false, 0);
    vocoding_cancel(&vocoding);
    assert_int_equal(vocoding_drain(&vocoding, &block), -ECANCELED);
    assert_int_equal(block.count, 99);
    assert_int_equal(vocoding_feed(&vocoding, NULL), -ECANCELED);
    vocoding_clear(&vocoding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_volume),
        cmocka_unit_test(test_cancel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
