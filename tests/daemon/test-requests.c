/* SPDX-License-Identifier: Apache-2.0 */
/* Requests through the queue and a real worker: what is told, in which order, and back-pressure. */
#include "daemon/harness.h"

#include <errno.h>
#include <sys/resource.h>

#include "base/limits.h"

static const char *const silent[] = {"audio", "output", "wavfile path=/dev/null format=raw", NULL};

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

/* Worker processes cannot be started while the process has no descriptors: told at once, and not
 * tried again and again; afterwards all is as before. */
static void tells_when_descriptors_are_short(void **state)
{
    static const unsigned flags[] = {REQUEST_AUDIO, REQUEST_PLAY};
    struct rlimit limit, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    for (size_t i = 0; i < 2; i++) {
        struct request_options options;
        struct seen first = {0}, second = {0}, later = {0};
        struct queue_figures figures;
        struct harness h;
        harness_open(&h, silent);
        request_options_init(&options);
        options.flags = flags[i];
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        assert_int_equal(harness_submit(&h, &first, &options, "Hello."), 0);
        assert_true(harness_wait(&h, &first.finished));
        assert_int_equal(harness_submit(&h, &second, &options, "Hello."), 0);
        assert_true(harness_wait(&h, &second.finished));
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_int_equal(first.outcome, REQUEST_FAILED);
        assert_non_null(strstr(first.message, "Too many open files"));
        assert_int_equal(second.outcome, REQUEST_FAILED);
        assert_non_null(strstr(second.message, "Too many open files"));
        for (uint64_t end = clock_ms() + 2 * RESPAWN_MAX_MS;
             later.outcome != REQUEST_DONE && clock_ms() < end;) {
            later = (struct seen){0};
            assert_int_equal(harness_submit(&h, &later, &options, "Hello."), 0);
            assert_true(harness_wait(&h, &later.finished));
            loop_turn(h.loop, 20);
        }
        assert_int_equal(later.outcome, REQUEST_DONE);
        queue_figures(h.queue, &figures);
        assert_in_range(figures.worker_starts, 1, 2);
        harness_close(&h);
    }
}

/* A voice that cannot be loaded: each request is told why, and the worker is not started for each
 * of them. When the list of voices changes, it is tried again at once. */
static void tells_that_a_voice_is_bad(void **state)
{
    struct queue_figures figures;
    struct harness h;

    harness_open(&h, NULL);
    for (unsigned i = 0; i < 50; i++) {
        struct seen seen = {0};
        harness_render(&h, &seen, "broken", "Hello.");
        assert_true(harness_wait(&h, &seen.finished));
        assert_int_equal(seen.outcome, REQUEST_FAILED);
        assert_non_null(strstr(seen.message, "no-such-plugin"));
    }
    queue_figures(h.queue, &figures);
    assert_in_range(figures.worker_starts, 1, 5); /* one, unless a second or more went by */
    queue_reload(h.queue);
    for (unsigned i = 0; i < 2; i++) {
        struct seen seen = {0};
        harness_render(&h, &seen, i ? "quick" : "broken", "Hello.");
        assert_true(harness_wait(&h, &seen.finished));
        assert_int_equal(seen.outcome, i ? REQUEST_DONE : REQUEST_FAILED);
    }
    harness_close(&h);
}

/* Who names no voice is spoken to all the same when the usual one does not load, or is not there;
 * who names one gets that or none. The status tells of it until it is mended. */
static void another_voice_stands_in(void **state)
{
    static const char *const missing[] = {"broken", "nobody"};
    char *usual = strdup(getenv("SORI_VOICE_PATH"));

    setenv("SORI_VOICE_PATH", TEST_VOICES, 1);
    for (size_t i = 0; i < 2; i++) {
        const char *const settings[] = {"speech", "voice", missing[i], NULL};
        struct seen seen = {0}, named = {0}, again = {0};
        struct request_options options;
        struct harness h;

        harness_open(&h, settings);
        harness_render(&h, &seen, NULL, "Hello.");
        harness_render(&h, &again, NULL, "Hello.");
        assert_true(harness_wait(&h, &seen.finished));
        assert_true(harness_wait(&h, &again.finished));
        assert_int_equal(seen.outcome, REQUEST_DONE);
        assert_int_equal(again.outcome, REQUEST_DONE);
        assert_true(seen.n_samples > 0);
        assert_non_null(strstr(queue_warning(h.queue), "'broken' does not load"));
        assert_non_null(strstr(queue_warning(h.queue), "'quick' speaks instead"));

        request_options_init(&options);
        options.flags = REQUEST_AUDIO;
        options.voice = missing[i];
        if (i == 0) {
            assert_int_equal(harness_submit(&h, &named, &options, "Hello."), 0);
            assert_true(harness_wait(&h, &named.finished));
            assert_int_equal(named.outcome, REQUEST_FAILED);
        } else {
            assert_int_equal(harness_submit(&h, &named, &options, "Hello."), -ENOENT);
        }

        assert_int_equal(config_set(h.config, config_find("speech", "voice"), "steady"), 0);
        again = (struct seen){0};
        harness_render(&h, &again, NULL, "Hello.");
        assert_true(harness_wait(&h, &again.finished));
        assert_string_equal(queue_warning(h.queue), "");
        harness_close(&h);
    }
    setenv("SORI_VOICE_PATH", usual, 1);
    free(usual);
}

/* --- heard and read --------------------------------------------------------------------------- */

/* Longer than what the daemon holds of a request's sound: each letter of this voice is 40 ms. */
static void make_long_text(char *text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        text[i] = i % 40 == 39 ? '.' : i % 40 == 38 || i % 8 == 7 ? ' ' : 'a';
    text[size - 1] = 0;
}

static void hears_and_reads(struct seen *first, size_t refuse_after, const char *text,
                            struct seen *second)
{
    struct request_options options;
    struct harness h;

    harness_open(&h, silent);
    request_options_init(&options);
    options.voice = "steady";
    options.priority = PRIORITY_MESSAGE;
    options.flags = REQUEST_PLAY | REQUEST_AUDIO;
    first->refuse_after = refuse_after;
    assert_int_equal(harness_submit(&h, first, &options, text), 0);
    options.flags = REQUEST_PLAY;
    assert_int_equal(harness_submit(&h, second, &options, "And another."), 0);
    assert_true(harness_wait(&h, &second->finished));
    assert_int_equal(second->outcome, REQUEST_DONE);
    if (!first->finished && first->request) { /* reads again */
        first->refuse_after = 0;
        request_audio_ready(first->request);
    }
    assert_true(harness_wait(&h, &first->finished));
    harness_close(&h);
}

static void hears_what_is_not_read(void **state)
{
    struct seen read = {0}, after_read = {0}, unread = {0}, after_unread = {0};
    struct seen late = {0}, after_late = {0};
    char text[400];

    make_long_text(text, sizeof text);
    hears_and_reads(&read, 0, text, &after_read);
    assert_int_equal(read.outcome, REQUEST_DONE);
    assert_true(read.n_samples > 2 * SOUND_BUFFER_SAMPLES);

    /* The reader loses the rest, the others nothing, and all words have been told. */
    hears_and_reads(&unread, 1000, text, &after_unread);
    assert_int_equal(unread.outcome, REQUEST_FAILED);
    assert_non_null(strstr(unread.message, "not read"));
    assert_int_equal(unread.n_samples, 1000);
    assert_int_equal(unread.words, read.words);
    assert_true(unread.finished_ms - unread.started_ms >= READER_MAX_WAIT_MS);

    /* What fits into the daemon may be read when the loudspeaker speaks for others again. */
    hears_and_reads(&late, 1000, "In time.", &after_late);
    assert_int_equal(late.outcome, REQUEST_DONE);
    assert_true(late.n_samples > 1000);
    assert_true(late.finished_ms >= after_late.finished_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders),
        cmocka_unit_test(tells_that_no_worker_starts),
        cmocka_unit_test(tells_when_descriptors_are_short),
        cmocka_unit_test(tells_that_a_voice_is_bad),
        cmocka_unit_test(another_voice_stands_in),
        cmocka_unit_test(hears_what_is_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
