/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forward pass of each family on tiny random models, against logits in float64 that
 * make-tiny-models.py computes from the families' definitions (llama.cpp agrees with them:
 * compare-llama-cpp.py). On every instruction set, with one thread and two, and in blocks of
 * several sizes, since each is another path to the same numbers.
 *
 * A wrong turn, norm or window moves these logits by about as much as they are wide (1.3 to 2.6).
 */
#include "tests/llm/model-test.h"

#include "neural/kernels.h"

static struct gguf_value member(const struct gguf *gguf, const char *key)
{
    const struct gguf_value *value = gguf_find(gguf, key);

    if (!value)
        fail_msg("%s is missing", key);
    return *value;
}

/* Feeds all ids in blocks; the largest difference at the positions that have logits. */
static double worst_of(struct test_model *model, size_t block)
{
    struct gguf_value ids = member(model->gguf, "test.ids");
    struct gguf_value positions = member(model->gguf, "test.positions");
    struct gguf_value logits = member(model->gguf, "test.logits");
    size_t vocabulary = model->config.vocabulary, part, next = 0;
    uint32_t batch[LLM_BLOCK];
    double worst = 0;

    assert_int_equal(logits.count, positions.count * vocabulary);
    llm_rewind(model->state, 0);
    for (size_t at = 0; at < ids.count; at += part) {
        part = ids.count - at < block ? ids.count - at : block;
        for (size_t i = 0; i < part; i++)
            batch[i] = gguf_value_u32(&ids, at + i);
        assert_int_equal(llm_decode(model->state, batch, part, NULL), 0);
        for (; next < positions.count && gguf_value_u32(&positions, next) < at + part; next++) {
            const float *got = llm_logits(model->state, gguf_value_u32(&positions, next) - at);
            for (size_t i = 0; i < vocabulary; i++) {
                double want = gguf_value_f64(&logits, next * vocabulary + i);
                worst = fmax(worst, fabs((double)got[i] - want));
                assert_false(isnan(got[i]));
            }
        }
    }
    assert_int_equal(next, positions.count);
    return worst;
}

static void check_family(const char *name, double tolerance)
{
    static const size_t blocks[] = {LLM_BLOCK, 7, 1};
    const struct kernels *all[4];
    size_t n = kernels_list(sori_cpu_detect(), all);
    struct test_model model = {0};

    for (size_t threads = 1; threads <= 2; threads++) {
        model_open(&model, source_path(name), threads, 128);
        for (size_t i = 0; i < n * 3; i++) {
            double worst;
            model.state->compute.kernels = all[i / 3];
            worst = worst_of(&model, blocks[i % 3]);
            if (!(worst <= tolerance))
                fail_msg("%s on %s, %zu threads, blocks of %zu: off by %.4f", name,
                         all[i / 3]->name, threads, blocks[i % 3], worst);
            if (threads == 1)
                print_message("%s on %s, blocks of %zu: %.4f\n", name, all[i / 3]->name,
                              blocks[i % 3], worst);
        }
        model_close(&model);
    }
}

/* Halves in the cache, and nothing else, are rounded. */
#define EXACT 0.02
/* So are activations, to 8 bits, where weights come in blocks. */
#define QUANTISED 0.2

static void test_llama(void **state)
{
    check_family("tiny-llama.gguf", EXACT);
}

static void test_llama_factors(void **state)
{
    check_family("tiny-llama3.gguf", EXACT);
}

static void test_qwen2(void **state)
{
    check_family("tiny-qwen2.gguf", EXACT);
}

static void test_qwen3(void **state)
{
    check_family("tiny-qwen3.gguf", EXACT);
}

static void test_gemma3(void **state)
{
    check_family("tiny-gemma3.gguf", EXACT);
}

static void test_gpt2(void **state)
{
    check_family("tiny-gpt2.gguf", EXACT);
}

static void test_types(void **state)
{
    check_family("tiny-types.gguf", QUANTISED);
}

static void test_superblocks(void **state)
{
    check_family("tiny-superblocks.gguf", QUANTISED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_llama),  cmocka_unit_test(test_llama_factors),
        cmocka_unit_test(test_qwen2),  cmocka_unit_test(test_qwen3),
        cmocka_unit_test(test_gemma3), cmocka_unit_test(test_gpt2),
        cmocka_unit_test(test_types),  cmocka_unit_test(test_superblocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
