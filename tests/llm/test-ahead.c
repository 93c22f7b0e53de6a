/* SPDX-License-Identifier: Apache-2.0 */
/* Stages before a voice: their thread, the queue, errors from both ends, cancel at any time. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, not ours */
#include "worker/error.h"
#include "worker/pipeline.h"

static const struct stage_spec front = {.role = (char *)"filter", .plugin = (char *)"speakable"};
static struct voice voice = {
    .id = (char *)"test",
    .language = (char *)"en",
    .folder = (char *)".",
    .chain = {{.role = (char *)"synthesiser", .plugin = (char *)"tone"}},
    .n_stages = 1,
};

/* A source of sentences, and what came out at the other end. */
struct run {
    size_t sentences, read_at, fail_at;
    int failure;
    size_t write_fail_at;
    useconds_t delay; /* before the cancel */
    struct pipeline *pipeline;
    atomic_size_t written, blocks, samples;
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct run *run = opaque;

    if (run->failure && run->read_at == run->fail_at)
        return fail(run->failure, "the source failed");
    if (run->read_at == run->sentences)
        return 0;
    run->read_at++;
    *ret_data = "**Hello** you. ";
    *ret_size = strlen(*ret_data);
    return 1;
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct run *run = opaque;

    atomic_fetch_add(&run->samples, block->count);
    if (atomic_fetch_add(&run->blocks, 1) + 1 == run->write_fail_at)
        return fail(-ENOSPC, "the disk is full");
    return 0;
}

static int note_written(void *opaque, size_t stage, const struct sori_block *block)
{
    struct run *run = opaque;

    assert_int_equal(stage, 0);
    assert_int_equal(block->media, SORI_MEDIA_TEXT);
    assert_memory_equal(block->data, "Hello you. ", block->count);
    atomic_fetch_add(&run->written, 1);
    return 0;
}

static int speak(struct run *run)
{
    const struct speech speech = {.rate = 10,
                                  .pitch = 1,
                                  .volume = 1,
                                  .read = read_text,
                                  .write = write_block,
                                  .written = note_written,
                                  .opaque = run};

    return pipeline_run(run->pipeline, &speech);
}

static void open_pipeline(struct run *run, const struct voice *behind)
{
    assert_int_equal(pipeline_open_behind(&front, 1, behind, NULL, 1, &run->pipeline), 0);
}

static void test_all_arrives(void **state)
{
    struct run run = {.sentences = 100};

    open_pipeline(&run, &voice);
    for (int i = 1; i <= 2; i++) {
        run.read_at = 0;
        assert_int_equal(speak(&run), 0);
        assert_int_equal(run.written, 100 * i);
        assert_true(run.samples > (size_t)i * 100 * 11 * 100);
    }
    pipeline_close(run.pipeline);
}

static void test_without_voice(void **state)
{
    struct run run = {.sentences = 3};

    open_pipeline(&run, NULL);
    assert_int_equal(pipeline_format(run.pipeline)->media, SORI_MEDIA_TEXT);
    assert_int_equal(speak(&run), 0);
    assert_int_equal(run.blocks, 3);
    assert_int_equal(run.samples, 3 * strlen("Hello you. "));
    pipeline_close(run.pipeline);
}

static void test_source_fails(void **state)
{
    struct run run = {.sentences = 9, .fail_at = 5, .failure = -EIO};

    open_pipeline(&run, &voice);
    assert_int_equal(speak(&run), -EIO);
    assert_string_equal(fail_message(), "the source failed");
    assert_true(run.samples > 0); /* what came before was spoken */
    run.failure = 0;
    assert_int_equal(speak(&run), 0);
    pipeline_close(run.pipeline);
}

static void test_sink_fails(void **state)
{
    struct run run = {.sentences = 1000, .write_fail_at = 3};

    open_pipeline(&run, &voice);
    assert_int_equal(speak(&run), -ENOSPC);
    assert_string_equal(fail_message(), "the disk is full");
    assert_true(run.written < 1000); /* the front did not run on */
    pipeline_close(run.pipeline);
}

static void *cancel_later(void *opaque)
{
    struct run *run = opaque;

    usleep(run->delay);
    pipeline_cancel(run->pipeline);
    return NULL;
}

static void test_cancel(void **state)
{
    for (int i = 0; i < 50; i++) {
        struct run run = {.sentences = SIZE_MAX, .delay = (useconds_t)(i * i)};
        pthread_t thread;
        open_pipeline(&run, &voice);
        assert_int_equal(pthread_create(&thread, NULL, cancel_later, &run), 0);
        assert_int_equal(speak(&run), -ECANCELED);
        pthread_join(thread, NULL);
        pipeline_close(run.pipeline);
    }
}

static void test_misfit(void **state)
{
    const struct stage_spec specs[] = {{.role = (char *)"filter", .plugin = (char *)"tone"}};
    struct pipeline *pipeline = NULL;

    assert_int_equal(pipeline_open_behind(specs, 1, &voice, NULL, 1, &pipeline), -EINVAL);
    assert_non_null(strstr(fail_message(), "tone takes text, but tone gives samples"));
    assert_null(pipeline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_arrives),  cmocka_unit_test(test_without_voice),
        cmocka_unit_test(test_source_fails), cmocka_unit_test(test_sink_fails),
        cmocka_unit_test(test_cancel),       cmocka_unit_test(test_misfit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
