/* SPDX-License-Identifier: Apache-2.0 */
/* The griffinlim stage on the mel frames of real speech. */
#include <errno.h>

#include <sori/plugin.h>

#include "base/checked.h"
#include "golden/golden.h"
#include "signal/logmel.h"
#include "tests/note-error.h"

enum { BANDS = 80, HOP = 300 };

static const struct mel_format format = MEL_FORMAT_DEFAULT;
static const struct sori_stage *stage;
static struct gguf *golden;
static const float *frames; /* [n_frames][BANDS] */
static size_t n_frames;

static const struct sori_host host = {
    .version = SORI_HOST_VERSION, .size = sizeof host, .threads = 1, .error = note_error};

/* What came out of a stream. */
struct heard {
    float *samples;
    size_t n_samples, n_ends, n_events;
    size_t ends[8];
    struct sori_event events[8];
    char names[8][16];
    uint64_t given_before[8]; /* samples out before the event's block */
};

static void *load(const struct sori_setting *settings, size_t n_settings)
{
    void *model = NULL;
    assert_int_equal(stage->load(&host, settings, n_settings, &model), 0);
    return model;
}

static void *begin(void *model, uint64_t seed)
{
    struct sori_stream_params params = {
        .size = sizeof params, .rate = 1, .pitch = 1, .volume = 1, .seed = seed};
    struct sori_stage_info info;
    void *stream = NULL;

    assert_int_equal(stage->describe(model, &info), 0);
    params.input = info.input;
    assert_int_equal(stage->begin(model, &params, &stream), 0);
    return stream;
}

static void hear(struct heard *heard, const struct sori_block *block)
{
    assert_int_equal(block->media, SORI_MEDIA_SAMPLES);
    assert_true(block->count <= 1200); /* 50 ms */
    for (size_t i = 0; i < block->n_events; i++) {
        size_t n = heard->n_events++;
        assert_true(n < 8);
        heard->events[n] = block->events[i];
        heard->given_before[n] = heard->n_samples;
        if (block->events[i].name)
            snprintf(heard->names[n], sizeof heard->names[n], "%s", block->events[i].name);
    }
    heard->samples =
        realloc(heard->samples, (heard->n_samples + block->count + 1) * sizeof *heard->samples);
    if (block->count)
        memcpy(heard->samples + heard->n_samples, block->data,
               block->count * sizeof *heard->samples);
    heard->n_samples += block->count;
    if (block->flags & SORI_BLOCK_UTTERANCE_END) {
        assert_true(heard->n_ends < 8);
        heard->ends[heard->n_ends++] = heard->n_samples;
    }
}

/* Drains until the stage asks for more, or is done, which it returns. */
static int drain(void *stream, struct heard *heard)
{
    for (;;) {
        struct sori_block block = {0};
        int r = stage->drain(stream, &block);
        if (r)
            return r;
        hear(heard, &block);
    }
}

static void feed(void *stream, struct heard *heard, size_t first, size_t count, uint32_t flags)
{
    struct sori_block block = {
        .media = SORI_MEDIA_MEL, .flags = flags, .data = frames + first * BANDS, .count = count};
    assert_int_equal(drain(stream, heard), SORI_MORE);
    assert_int_equal(stage->feed(stream, &block), 0);
}

static void finish(void *stream, struct heard *heard)
{
    assert_int_equal(drain(stream, heard), SORI_MORE);
    assert_int_equal(stage->feed(stream, NULL), 0);
    assert_int_equal(drain(stream, heard), SORI_DONE);
    stage->end(stream);
}

/* One sentence of `count` frames in blocks of `piece`. */
static struct heard speak(void *model, uint64_t seed, size_t count, size_t piece)
{
    struct heard heard = {0};
    void *stream = begin(model, seed);

    for (size_t at = 0; at < count; at += piece) {
        size_t n = count - at < piece ? count - at : piece;
        feed(stream, &heard, at, n, at + n == count ? SORI_BLOCK_UTTERANCE_END : 0);
    }
    finish(stream, &heard);
    return heard;
}

/* The mel frames of the samples, compared with those that were asked for: |G - M| / |M|. */
static double spectral_convergence(const struct heard *heard)
{
    struct logmel *logmel;
    float frame[BANDS];
    double error = 0, power = 0;
    size_t at = 0, t = 0;

    assert_int_equal(logmel_new(&format, &logmel), 0);
    while (at < heard->n_samples || t < n_frames) {
        at += logmel_feed(logmel, heard->samples + at, heard->n_samples - at);
        while (logmel_fetch(logmel, at == heard->n_samples, frame)) {
            for (size_t i = 0; i < BANDS; i++) {
                double wanted = exp((double)frames[t * BANDS + i]);
                error += pow(exp((double)frame[i]) - wanted, 2);
                power += wanted * wanted;
            }
            t++;
        }
    }
    assert_int_equal(t, n_frames);
    logmel_free(logmel);
    return sqrt(error / power);
}

static int set_up(void **state)
{
    size_t n;
    golden = golden_open("tests/golden/signal.bin");
    frames = golden_floats(golden, "log_mel", &n);
    n_frames = n / BANDS;
    stage = sori_plugin_entry(SORI_ABI_VERSION);
    assert_null(sori_plugin_entry(SORI_ABI_VERSION + 1));
    return 0;
}

static int tear_down(void **state)
{
    gguf_free(golden);
    return 0;
}

static void test_close_to_input(void **state)
{
    void *model = load(NULL, 0);
    struct heard heard = speak(model, 0, n_frames, 10);
    double difference = spectral_convergence(&heard);

    print_message("# spectral convergence %.3f\n", difference);
    assert_int_equal(heard.n_samples, n_frames * HOP);
    assert_true(difference < 0.1);
    free(heard.samples);
    stage->unload(model);
}

/* More iterations come closer: the setting is heard. */
static void test_iterations(void **state)
{
    static const struct sori_setting few = {"iterations", "8"}, many = {"iterations", "256"};
    double difference[2];

    for (int i = 0; i < 2; i++) {
        void *model = load(i ? &many : &few, 1);
        struct heard heard = speak(model, 0, n_frames, n_frames);
        difference[i] = spectral_convergence(&heard);
        free(heard.samples);
        stage->unload(model);
    }
    print_message("# 8 iterations: %.3f, 256: %.3f\n", difference[0], difference[1]);
    assert_true(difference[1] < 0.8 * difference[0]);
}

static void test_pieces(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 40};
    void *model = load(NULL, 0);
    struct heard whole = speak(model, 5, n_frames, n_frames);

    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct heard heard = speak(model, 5, n_frames, pieces[i]);
        assert_int_equal(heard.n_samples, whole.n_samples);
        assert_memory_equal(heard.samples, whole.samples, whole.n_samples * sizeof(float));
        free(heard.samples);
    }
    free(whole.samples);
    stage->unload(model);
}

static void test_seeds(void **state)
{
    void *model = load(NULL, 0);
    struct heard a = speak(model, 1, 40, 40), b = speak(model, 1, 40, 40),
                 c = speak(model, 2, 40, 40);

    assert_memory_equal(a.samples, b.samples, a.n_samples * sizeof(float));
    assert_memory_not_equal(a.samples, c.samples, a.n_samples * sizeof(float));
    free(a.samples);
    free(b.samples);
    free(c.samples);
    stage->unload(model);
}

/* Utterances shorter than the look-ahead, down to none, give a hop for each frame. */
static void test_short(void **state)
{
    void *model = load(NULL, 0);

    for (size_t count = 1; count < 12; count++) {
        struct heard heard = speak(model, 0, count, count);
        assert_int_equal(heard.n_samples, count * HOP);
        assert_int_equal(heard.n_ends, 1);
        for (size_t i = 0; i < heard.n_samples; i++)
            assert_true(fabsf(heard.samples[i]) < 1);
        free(heard.samples);
    }
    stage->unload(model);
}

/* Sentences, some empty, in one stream: each as if alone, each end told. */
static void test_sentences(void **state)
{
    void *model = load(NULL, 0), *stream = begin(model, 3);
    struct heard heard = {0}, alone = speak(model, 3, 30, 30);

    feed(stream, &heard, 0, 0, SORI_BLOCK_UTTERANCE_END);
    feed(stream, &heard, 0, 30, SORI_BLOCK_UTTERANCE_END);
    feed(stream, &heard, 0, 0, SORI_BLOCK_UTTERANCE_END);
    feed(stream, &heard, 0, 30, 0);
    feed(stream, &heard, 0, 0, SORI_BLOCK_UTTERANCE_END);
    finish(stream, &heard);
    assert_int_equal(heard.n_ends, 4);
    assert_int_equal(heard.ends[0], 0);
    assert_int_equal(heard.ends[1], 30 * HOP);
    assert_int_equal(heard.ends[2], 30 * HOP);
    assert_int_equal(heard.ends[3], 60 * HOP);
    assert_int_equal(heard.n_samples, 60 * HOP);
    assert_memory_equal(heard.samples, alone.samples, 30 * HOP * sizeof(float));
    assert_memory_equal(heard.samples + 30 * HOP, alone.samples, 30 * HOP * sizeof(float));
    free(heard.samples);
    free(alone.samples);
    stage->unload(model);
}

static void test_end_without_input(void **state)
{
    void *model = load(NULL, 0);
    struct heard heard = {0};

    finish(begin(model, 0), &heard);
    assert_int_equal(heard.n_samples, 0);
    free(heard.samples);
    stage->unload(model);
}

/* Events keep their order, are told in samples, and come with the block that they fall into. */
static void test_events(void **state)
{
    char name[] = "here";
    const struct sori_event events[] = {
        {.type = SORI_EVENT_WORD, .text_start = 1, .text_end = 4, .position = 0},
        {.type = SORI_EVENT_MARK, .position = 17, .name = name},
        {.type = SORI_EVENT_WORD, .text_start = 5, .text_end = 9, .position = 40},
    };
    struct sori_block block = {.media = SORI_MEDIA_MEL,
                               .flags = SORI_BLOCK_UTTERANCE_END,
                               .data = frames,
                               .count = 40,
                               .events = events,
                               .n_events = 3};
    void *model = load(NULL, 0), *stream = begin(model, 0);
    struct heard heard = {0};

    assert_int_equal(stage->feed(stream, &block), 0);
    memset(name, 'x', sizeof name - 1); /* the name was the caller's */
    finish(stream, &heard);
    assert_int_equal(heard.n_events, 3);
    assert_int_equal(heard.events[0].position, 0);
    assert_int_equal(heard.given_before[0], 0);
    assert_int_equal(heard.events[0].text_end, 4);
    assert_int_equal(heard.events[1].position, 17 * HOP);
    assert_int_equal(heard.given_before[1], 17 * HOP);
    assert_string_equal(heard.names[1], "here");
    assert_int_equal(heard.events[2].position, 40 * HOP);
    assert_int_equal(heard.n_samples, 40 * HOP);
    free(heard.samples);
    stage->unload(model);
}

/* Whatever a broken model says, samples are numbers. */
static void test_wild_frames(void **state)
{
    static float wild[12 * BANDS];
    struct sori_block block = {.media = SORI_MEDIA_MEL, .data = wild, .count = 12};
    void *model = load(NULL, 0), *stream = begin(model, 0);
    struct heard heard = {0};

    for (size_t i = 0; i < 12 * BANDS; i++)
        wild[i] = i % 4 == 0 ? NAN : i % 4 == 1 ? INFINITY : i % 4 == 2 ? -INFINITY : 1e30f;
    assert_int_equal(stage->feed(stream, &block), 0);
    finish(stream, &heard);
    assert_int_equal(heard.n_samples, 12 * HOP);
    for (size_t i = 0; i < heard.n_samples; i++)
        assert_true(isfinite(heard.samples[i]));
    free(heard.samples);
    stage->unload(model);
}

static void test_cancel(void **state)
{
    void *model = load(NULL, 0), *stream = begin(model, 0);
    struct sori_block block = {.media = SORI_MEDIA_MEL, .data = frames, .count = 40}, out;

    assert_int_equal(stage->feed(stream, &block), 0);
    assert_int_equal(stage->drain(stream, &out), 0);
    stage->cancel(stream);
    assert_int_equal(stage->drain(stream, &out), -ECANCELED);
    assert_int_equal(stage->feed(stream, &block), -ECANCELED);
    stage->end(stream);
    stage->end(NULL);
    stage->unload(model);
    stage->unload(NULL);
}

static void test_refusals(void **state)
{
    static const struct sori_setting wrong[] = {
        {"iterations", "0"},  {"iterations", "513"}, {"iterations", "5x"}, {"iterations", ""},
        {"iterations", "-1"}, {"lookahead", "1"},    {"lookahead", "33"},  {"model", "x"},
    };
    struct sori_stream_params params = {.size = sizeof params, .rate = 1, .pitch = 1, .volume = 1};
    void *model = NULL, *stream = NULL;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        *message = '\0';
        assert_int_equal(stage->load(&host, &wrong[i], 1, &model), -EINVAL);
        assert_non_null(strstr(message, wrong[i].key));
    }
    assert_null(model);
    model = load(NULL, 0);
    params.input = (struct sori_format){.media = SORI_MEDIA_SAMPLES};
    assert_int_equal(stage->begin(model, &params, &stream), -EINVAL);
    params.input = (struct sori_format){.media = SORI_MEDIA_MEL, .channels = 100};
    assert_int_equal(stage->begin(model, &params, &stream), -EINVAL);
    params.input = (struct sori_format){.media = SORI_MEDIA_MEL, .hop_length = 256};
    assert_int_equal(stage->begin(model, &params, &stream), -EINVAL);
    assert_null(stream);
    stage->unload(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close_to_input),
        cmocka_unit_test(test_iterations),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_end_without_input),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_wild_frames),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
