/* SPDX-License-Identifier: Apache-2.0 */
/* llm-test.h: files that the tests of the text side read */
#ifndef TESTS_LLM_TEST_H
#define TESTS_LLM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "llm/tokenizer.h"

#define LLM_TEST __attribute__((unused)) static

/* A file as a whole in memory aligned for gguf_open(); free() it. NULL: there is none. */
LLM_TEST void *read_whole(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    void *data = NULL;
    long size;

    if (!file)
        return NULL;
    if (!fseek(file, 0, SEEK_END) && (size = ftell(file)) > 0 && !fseek(file, 0, SEEK_SET)) {
        *ret_size = (size_t)size;
        data = malloc(*ret_size);
        if (data && fread(data, 1, *ret_size, file) != *ret_size)
            abort();
    }
    fclose(file);
    return data;
}

/* Appends to a string in `to`. */
LLM_TEST void append_text(char *to, size_t capacity, const char *text, size_t size)
{
    size_t n = strlen(to);

    assert_true(size < capacity - n);
    memcpy(to + n, text, size);
    to[n + size] = 0;
}

/* A file of tests/llm/. */
LLM_TEST const char *source_path(const char *name)
{
    static char path[512];
    const char *top = getenv("top_srcdir");

    snprintf(path, sizeof path, "%s/tests/llm/%s", top ? top : ".", name);
    return path;
}

LLM_TEST json_t *read_json(const char *name)
{
    json_error_t error;
    json_t *json = json_load_file(source_path(name), 0, &error);

    if (!json)
        fail_msg("%s:%d: %s", name, error.line, error.text);
    return json;
}

/* The default model, where one of the folders in SORI_MODEL_PATH has it; or NULL. */
LLM_TEST const char *default_model(void)
{
    static char path[1024];
    const char *folders = getenv("SORI_MODEL_PATH");

    while (folders && *folders) {
        size_t n = strcspn(folders, ":");
        snprintf(path, sizeof path, "%.*s/SmolLM2-135M-Instruct.Q4_1.gguf", (int)n, folders);
        if (!access(path, R_OK))
            return path;
        folders += n + (folders[n] == ':');
    }
    return NULL;
}

/* A vocabulary with what it lies in. */
struct vocabulary {
    void *file;
    struct gguf *gguf;
    struct tokenizer *tokenizer;
};

LLM_TEST void vocabulary_open(struct vocabulary *v, const char *path)
{
    struct gguf_error error;
    size_t size = 0;

    v->file = read_whole(path, &size);
    if (!v->file)
        fail_msg("%s cannot be read", path);
    if (gguf_open((struct sori_span){v->file, size}, &v->gguf, &error) < 0 ||
        tokenizer_open(v->gguf, &v->tokenizer, &error) < 0)
        fail_msg("%s: %s", path, error.message);
}

LLM_TEST void vocabulary_close(struct vocabulary *v)
{
    tokenizer_free(v->tokenizer);
    gguf_free(v->gguf);
    free(v->file);
}

#endif
