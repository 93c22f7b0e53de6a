/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids equal to those of llama.cpp: on the default model, where it is installed, and on small
 * vocabularies of each family (made by make-vocabularies.py).
 */
#include "tests/llm/llm-test.h"

enum { MAX_IDS = 4096 };

static void check_case(const struct tokenizer *tokenizer, const char *file, const json_t *entry)
{
    static uint32_t ids[MAX_IDS];
    const json_t *expected = json_object_get(entry, "ids"), *text = json_object_get(entry, "text");
    const char *name = json_string_value(json_object_get(entry, "name"));
    unsigned flags = json_is_true(json_object_get(entry, "special")) ? TOKENIZER_ADD_SPECIAL : 0;
    size_t n = 0;

    assert_int_equal(tokenizer_encode(tokenizer, json_string_value(text), json_string_length(text),
                                      json_is_true(json_object_get(entry, "trusted")), flags, ids,
                                      MAX_IDS, &n),
                     0);
    for (size_t i = 0; i < n && i < json_array_size(expected); i++)
        if (ids[i] != (uint32_t)json_integer_value(json_array_get(expected, i)))
            fail_msg("%s: %s: token %zu is %u, not %lld", file, name, i, ids[i],
                     (long long)json_integer_value(json_array_get(expected, i)));
    if (n != json_array_size(expected))
        fail_msg("%s: %s: %zu tokens, not %zu", file, name, n, json_array_size(expected));
}

static void check_file(const char *vocabulary, const char *cases)
{
    struct vocabulary v = {0};
    json_t *json = read_json(cases), *entry, *end;
    size_t i, n_ends = 0, n_expected = 0;

    vocabulary_open(&v, vocabulary);
    json_array_foreach(json_object_get(json, "cases"), i, entry)
        check_case(v.tokenizer, cases, entry);
    json_array_foreach(json_object_get(json, "end"), i, end)
    {
        assert_true(tokenizer_is_end(v.tokenizer, (uint32_t)json_integer_value(end)));
        n_expected++;
    }
    for (i = 0; i < tokenizer_size(v.tokenizer); i++)
        n_ends += tokenizer_is_end(v.tokenizer, (uint32_t)i);
    assert_int_equal(n_ends, n_expected);
    vocabulary_close(&v);
    json_decref(json);
}

static void test_default_model(void **state)
{
    const char *path = default_model();

    if (!path) {
        print_message("the default model is not installed ('sori models --install')\n");
        skip();
    }
    check_file(path, "smollm2.json");
}

static void check_family(const char *family)
{
    char vocabulary[512], cases[64];

    snprintf(cases, sizeof cases, "vocabulary-%s.gguf", family);
    snprintf(vocabulary, sizeof vocabulary, "%s", source_path(cases));
    snprintf(cases, sizeof cases, "vocabulary-%s.json", family);
    check_file(vocabulary, cases);
}

static void test_gpt2(void **state)
{
    check_family("gpt-2");
}

static void test_smollm(void **state)
{
    check_family("smollm");
}

static void test_llama3(void **state)
{
    check_family("llama-bpe");
}

static void test_qwen2(void **state)
{
    check_family("qwen2");
}

static void test_llama(void **state)
{
    check_family("llama");
}

static void test_gemma(void **state)
{
    check_family("gemma");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_model), cmocka_unit_test(test_gpt2),
        cmocka_unit_test(test_smollm),        cmocka_unit_test(test_llama3),
        cmocka_unit_test(test_qwen2),         cmocka_unit_test(test_llama),
        cmocka_unit_test(test_gemma),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
