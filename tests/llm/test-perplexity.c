/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How well a model foresees a fixed text: exp of the mean of -log p(token | those before), over the
 * first chapter's beginning of "Alice's Adventures in Wonderland" (1865). The test holds the
 * default model, where it is installed, to the figure of llama.cpp, which perplexity.py prints.
 *
 *     test-perplexity [MODEL.gguf [TEXT]]     prints the figure of any model
 */
#include "tests/llm/model-test.h"

/* SmolLM2-135M-Instruct.Q4_1.gguf by perplexity.py, and how far from it is too far: 0.5 %. */
#define LLAMA_CPP 23.973
#define TOLERANCE 0.005

enum { MAX_TOKENS = 2048 };

static double log_probability(const float *logits, size_t n, uint32_t id)
{
    double best = (double)logits[largest(logits, n)], sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += exp((double)logits[i] - best);
    return (double)logits[id] - best - log(sum);
}

static size_t read_ids(const char *model, const char *text, uint32_t *ret_ids)
{
    struct vocabulary vocabulary;
    size_t size = 0, n = 0;
    char *data = read_whole(text, &size);

    if (!data)
        fail_msg("%s cannot be read", text);
    vocabulary_open(&vocabulary, model);
    assert_int_equal(tokenizer_encode(vocabulary.tokenizer, data, size, false,
                                      TOKENIZER_ADD_SPECIAL, ret_ids, MAX_TOKENS, &n),
                     0);
    vocabulary_close(&vocabulary);
    free(data);
    return n;
}

static double perplexity(const char *path, const char *text, size_t *ret_tokens)
{
    uint32_t ids[MAX_TOKENS];
    size_t n = read_ids(path, text, ids), part;
    struct test_model model = {0};
    double sum = 0;

    model_open(&model, path, 2, MAX_TOKENS);
    for (size_t at = 0; at < n; at += part) {
        part = n - at < LLM_BLOCK ? n - at : LLM_BLOCK;
        assert_int_equal(llm_decode(model.state, ids + at, part, NULL), 0);
        for (size_t i = 0; i < part && at + i + 1 < n; i++)
            sum += log_probability(llm_logits(model.state, i), model.config.vocabulary,
                                   ids[at + i + 1]);
    }
    model_close(&model);
    *ret_tokens = n;
    return exp(-sum / (double)(n - 1));
}

static void test_default_model(void **state)
{
    size_t n = 0;
    double ours = perplexity(default_model(), source_path("alice.txt"), &n);

    print_message("%zu tokens: %.4f, llama.cpp %.4f: %+.3f %%\n", n, ours, LLAMA_CPP,
                  100 * (ours / LLAMA_CPP - 1));
    assert_true(fabs(ours / LLAMA_CPP - 1) <= TOLERANCE);
}

/* A thousand logits of fifty thousand tokens each; test-infer-families runs everywhere. */
static bool is_slow(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return kernels_select(sori_cpu_detect()) == &kernels_c;
#endif
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_model),
    };
    size_t n = 0;

    if (argc > 1) {
        double ours = perplexity(argv[1], argc > 2 ? argv[2] : source_path("alice.txt"), &n);
        printf("%.4f over %zu tokens\n", ours, n);
        return 0;
    }
    if (!default_model() || is_slow()) {
        puts("1..0 # SKIP the default model is not installed, or this would take minutes");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
