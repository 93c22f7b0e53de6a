/* SPDX-License-Identifier: Apache-2.0 */
/* plugin-test.h: the plugin as a host sees it, over files in memory that tests may change */
#ifndef TESTS_LLM_PLUGIN_TEST_H
#define TESTS_LLM_PLUGIN_TEST_H

#include <errno.h>

#include <sori/cpu.h>

#include "tests/llm/llm-test.h"
#include "tests/note-error.h"

#include "llm/stream.h"

/* --- a host ----------------------------------------------------------------------------------- */

static struct sori_span given_file;

/* Gives the file of the test, whatever the name. */
LLM_TEST int give_file(const struct sori_host *host, const char *name, struct sori_span *ret_span)
{
    *ret_span = given_file;
    return 0;
}

static struct sori_host test_host = {.version = SORI_HOST_VERSION,
                                     .size = sizeof test_host,
                                     .threads = 2,
                                     .error = note_error,
                                     .map = give_file};

/* --- files ------------------------------------------------------------------------------------ */

struct test_file {
    unsigned char *data;
    size_t size;
};

LLM_TEST struct test_file file_read(const char *name)
{
    struct test_file file = {0};

    file.data = read_whole(source_path(name), &file.size);
    if (!file.data)
        fail_msg("%s cannot be read", name);
    return file;
}

/* Where the bytes first stand; fails when they do not. */
LLM_TEST unsigned char *file_find(const struct test_file *file, const void *bytes, size_t size)
{
    unsigned char *at = memmem(file->data, file->size, bytes, size);

    if (!at)
        fail_msg("'%.*s' is not in the file", (int)size, (const char *)bytes);
    return at;
}

/* The value behind a key, past its type. */
LLM_TEST unsigned char *file_value(const struct test_file *file, const char *key)
{
    return file_find(file, key, strlen(key)) + strlen(key) + 4;
}

/* --- loading ---------------------------------------------------------------------------------- */

/* Settings are "key=value", ended by NULL; "model=" is added. */
LLM_TEST int load_with(const struct test_file *file, const char *const *texts,
                       struct llm_model **ret_model)
{
    struct sori_setting settings[16] = {{"model", "test.gguf"}};
    char copies[16][128];
    size_t n = 1;

    for (; texts && *texts; texts++, n++) {
        char *equals;
        snprintf(copies[n], sizeof copies[n], "%s", *texts);
        equals = strchr(copies[n], '=');
        *equals = 0;
        settings[n] = (struct sori_setting){copies[n], equals + 1};
    }
    *message = 0;
    test_host.cpu = sori_cpu_detect();
    given_file = (struct sori_span){file->data, file->size};
    return llm_model_new(&test_host, settings, n, ret_model);
}

LLM_TEST struct llm_model *load_good(const struct test_file *file, const char *const *texts)
{
    struct llm_model *model;

    if (load_with(file, texts, &model) < 0)
        fail_msg("refused: %s", message);
    return model;
}

/* --- streams ---------------------------------------------------------------------------------- */

LLM_TEST struct llm_stream *stream_begin(struct llm_model *model, uint64_t seed)
{
    struct sori_stream_params params = {.size = sizeof params, .seed = seed};
    struct llm_stream *stream;

    params.input.media = SORI_MEDIA_TEXT;
    assert_int_equal(llm_stream_new(model, &params, &stream), 0);
    return stream;
}

/* One whole turn. */
LLM_TEST int stream_say(struct llm_stream *stream, const char *text, size_t size)
{
    struct sori_block block = {.media = SORI_MEDIA_TEXT,
                               .data = text,
                               .count = size,
                               .flags = SORI_BLOCK_UTTERANCE_END};

    *message = 0;
    return llm_stream_feed(stream, &block);
}

/* Everything until the answer ends, appended to `to`; the result of the last drain. */
LLM_TEST int stream_answer(struct llm_stream *stream, char *to, size_t capacity)
{
    struct sori_block block = {0};
    int r;

    while (!(r = llm_stream_drain(stream, &block)))
        append_text(to, capacity, block.data ? block.data : "", block.count);
    return r;
}

#endif
