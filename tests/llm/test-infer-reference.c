/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The default model, where it is installed, against what llama.cpp computes (smollm2.bin by
 * make-reference.py): the first logits' top ten, and the best token at every step along llama.cpp's
 * own 32 greedy tokens. Where the margin between its best two is small llama.cpp disagrees with
 * itself from one of its settings to another: such steps are not judged.
 */
#include "tests/llm/model-test.h"

#define CLEAR_MARGIN 0.5
#define LOGIT_TOLERANCE 0.6

struct reference {
    struct test_model model;
    void *file;
    struct gguf *gguf;
};

static struct gguf_value member(const struct gguf *gguf, const char *prompt, const char *what)
{
    char key[64];
    const struct gguf_value *value;

    snprintf(key, sizeof key, "%s.%s", prompt, what);
    value = gguf_find(gguf, key);
    if (!value)
        fail_msg("%s is missing", key);
    return *value;
}

static void check_first(const struct reference *r, const char *prompt, const float *logits)
{
    struct gguf_value ids = member(r->gguf, prompt, "top_ids");
    struct gguf_value expected = member(r->gguf, prompt, "top_logits");

    for (size_t i = 0; i < ids.count; i++) {
        double got = (double)logits[gguf_value_u32(&ids, i)], want = gguf_value_f64(&expected, i);
        if (!(fabs(got - want) <= LOGIT_TOLERANCE))
            fail_msg("%s: first logit %zu is %.3f, not %.3f", prompt, i, got, want);
    }
}

static void check_prompt(struct reference *r, const char *prompt)
{
    struct gguf_value ids = member(r->gguf, prompt, "ids");
    struct gguf_value tokens = member(r->gguf, prompt, "tokens");
    struct gguf_value margins = member(r->gguf, prompt, "margins");
    uint32_t prompt_ids[256];
    const float *logits;
    size_t unclear = 0;

    assert_true(ids.count <= 256);
    for (size_t i = 0; i < ids.count; i++)
        prompt_ids[i] = gguf_value_u32(&ids, i);
    llm_rewind(r->model.state, 0);
    logits = model_feed(r->model.state, prompt_ids, ids.count, LLM_BLOCK);
    check_first(r, prompt, logits);
    for (size_t i = 0; i < tokens.count; i++) {
        uint32_t token = gguf_value_u32(&tokens, i);
        size_t best = largest(logits, r->model.config.vocabulary);
        if (best != token && gguf_value_f64(&margins, i) > CLEAR_MARGIN)
            fail_msg("%s: step %zu: %zu, not %u (margin %.3f)", prompt, i, best, token,
                     gguf_value_f64(&margins, i));
        unclear += best != token;
        logits = model_feed(r->model.state, &token, 1, 1);
    }
    print_message("%s: %zu of %zu steps differ within the noise\n", prompt, unclear, tokens.count);
}

static void test_reference(void **state)
{
    struct reference r = {0};
    struct gguf_error error = {0};
    const char *path = default_model();
    const struct gguf_value *prompts;
    size_t size = 0;

    r.file = read_whole(source_path("smollm2.bin"), &size);
    if (!r.file || gguf_open((struct sori_span){r.file, size}, &r.gguf, &error) < 0)
        fail_msg("smollm2.bin: %s", error.message);
    model_open(&r.model, path, 2, 256);
    prompts = gguf_find(r.gguf, "prompts");
    assert_non_null(prompts);
    for (size_t i = 0; i < prompts->count; i++) {
        struct sori_span name = gguf_value_string(prompts, i);
        char text[64];
        snprintf(text, sizeof text, "%.*s", (int)name.size, (const char *)name.data);
        check_prompt(&r, text);
    }
    model_close(&r.model);
    gguf_free(r.gguf);
    free(r.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
    };

    if (!default_model()) {
        puts("1..0 # SKIP the default model is not installed");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
