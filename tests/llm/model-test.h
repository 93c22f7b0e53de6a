/* SPDX-License-Identifier: Apache-2.0 */
/* model-test.h: models that the tests of the model side run */
#ifndef TESTS_LLM_MODEL_TEST_H
#define TESTS_LLM_MODEL_TEST_H

#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <sori/cpu.h>

#include "tests/llm/llm-test.h"

#include "llm/state.h"

/* A model in the map of its file, with one state. */
struct test_model {
    struct sori_span file;
    struct gguf *gguf;
    struct llm_config config;
    struct llm_weights weights;
    struct threads *threads;
    struct llm_state *state;
};

LLM_TEST void model_open(struct test_model *model, const char *path, size_t threads, size_t context)
{
    struct gguf_error error = {0};
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info) < 0)
        fail_msg("%s cannot be opened", path);
    model->file.size = (size_t)info.st_size;
    model->file.data = mmap(NULL, model->file.size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(model->file.data != MAP_FAILED);
    close(fd);
    if (gguf_open(model->file, &model->gguf, &error) < 0 ||
        llm_config_read(model->gguf, &model->config, &error) < 0 ||
        llm_weights_bind(model->gguf, &model->config, &model->weights, &error) < 0)
        fail_msg("%s: %s", path, error.message);
    assert_int_equal(threads_new(threads, &model->threads), 0);
    assert_int_equal(llm_state_new(&model->config, &model->weights,
                                   kernels_select(sori_cpu_detect()), model->threads, context,
                                   &model->state),
                     0);
}

LLM_TEST void model_close(struct test_model *model)
{
    llm_state_free(model->state);
    threads_free(model->threads);
    llm_weights_free(&model->weights);
    gguf_free(model->gguf);
    munmap((void *)model->file.data, model->file.size);
}

/* Appends any number of tokens; returns the logits after the last one. */
LLM_TEST const float *model_feed(struct llm_state *state, const uint32_t *ids, size_t n,
                                 size_t block)
{
    size_t part = 0;

    for (size_t at = 0; at < n; at += part) {
        part = n - at < block ? n - at : block;
        assert_int_equal(llm_decode(state, ids + at, part, NULL), 0);
    }
    return llm_logits(state, part - 1);
}

LLM_TEST size_t largest(const float *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

#endif
