/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are not what they say, and prompts that are too much: each is refused in words, and
 * nothing crashes. Hyper-parameters out of range (RELIABILITY.md, GGUF class 15), numbers from
 * outside at run time (16), truncated files, vocabularies that do not fit, damage anywhere.
 */
#include <math.h>

#include "tests/llm/plugin-test.h"

#include "base/limits.h"
#include "base/random.h"

static void expect(const struct test_file *file, const char *const *settings, int error,
                   const char *words, const char *what)
{
    struct llm_model *model = NULL;
    int r = load_with(file, settings, &model);

    if (r != error || !strstr(message, words))
        fail_msg("%s: %d '%s', not %d '%s'", what, r, message, error, words);
    llm_model_free(model);
}

/* --- class 15: hyper-parameters -----------------------------------------------------------------
 */

static uint32_t bits(float value)
{
    uint32_t result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static void test_numbers(void **state)
{
    const struct {
        const char *file, *key;
        uint32_t value;
        int error;
        const char *words;
    } rows[] = {
        {"llama", "llama.block_count", 2, 0, ""},
        {"llama", "llama.block_count", 0, -EBADMSG, "block_count"},
        {"llama", "llama.block_count", 3, -EBADMSG, "blk.2."},
        {"llama", "llama.block_count", LLM_MAX_LAYERS, -EBADMSG, "blk.2."},
        {"llama", "llama.block_count", LLM_MAX_LAYERS + 1, -EBADMSG, "block_count"},
        {"llama", "llama.block_count", UINT32_MAX, -EBADMSG, "block_count"},
        {"llama", "llama.embedding_length", 0, -EBADMSG, "embedding_length"},
        {"llama", "llama.embedding_length", 31, -EBADMSG, "token_embd.weight"},
        {"llama", "llama.embedding_length", 64, -EBADMSG, "token_embd.weight"},
        {"llama", "llama.embedding_length", LLM_MAX_WIDTH + 1, -EBADMSG, "embedding_length"},
        {"llama", "llama.embedding_length", UINT32_MAX, -EBADMSG, "embedding_length"},
        {"llama", "llama.feed_forward_length", 0, -EBADMSG, "feed_forward_length"},
        {"llama", "llama.feed_forward_length", 63, -EBADMSG, "ffn_"},
        {"llama", "llama.feed_forward_length", UINT32_MAX, -EBADMSG, "feed_forward_length"},
        {"llama", "llama.context_length", 0, -EBADMSG, "context_length"},
        {"llama", "llama.context_length", 1, 0, ""},
        {"llama", "llama.context_length", LLM_MAX_CONTEXT, 0, ""},
        {"llama", "llama.context_length", LLM_MAX_CONTEXT + 1, -EBADMSG, "context_length"},
        {"llama", "llama.attention.head_count", 0, -EBADMSG, "head_count"},
        {"llama", "llama.attention.head_count", 3, -EBADMSG, "3 attention heads cannot share 2"},
        {"llama", "llama.attention.head_count", 2, -EBADMSG, "attn_q"},
        {"llama", "llama.attention.head_count", LLM_MAX_HEADS + 1, -EBADMSG, "head_count"},
        {"llama", "llama.attention.head_count_kv", 0, -EBADMSG, "head_count_kv"},
        {"llama", "llama.attention.head_count_kv", 3, -EBADMSG, "4 attention heads cannot"},
        {"llama", "llama.attention.head_count_kv", 8, -EBADMSG, "head_count_kv"},
        {"llama", "llama.attention.key_length", 0, -EBADMSG, "key_length"},
        {"llama", "llama.attention.key_length", 7, -ENOTSUP, "keys of 7 and values of 8"},
        {"llama", "llama.attention.key_length", LLM_MAX_HEAD_SIZE + 1, -EBADMSG, "key_length"},
        {"llama", "llama.attention.value_length", 16, -ENOTSUP, "keys of 8 and values of 16"},
        {"llama", "llama.rope.dimension_count", 0, -EBADMSG, "dimension_count"},
        {"llama", "llama.rope.dimension_count", 5, -EBADMSG, "odd number of rotated values (5)"},
        {"llama", "llama.rope.dimension_count", 10, -EBADMSG, "dimension_count"},
        {"llama", "llama.rope.freq_base", bits(0), -EBADMSG, "freq_base"},
        {"llama", "llama.rope.freq_base", bits(-1), -EBADMSG, "freq_base"},
        {"llama", "llama.rope.freq_base", bits((float)NAN), -EBADMSG, "freq_base"},
        {"llama", "llama.rope.scaling.factor", bits((float)INFINITY), -EBADMSG, "scaling.factor"},
        {"llama", "llama.rope.scaling.factor", bits(-2), -EBADMSG, "scaling.factor"},
        {"llama", "llama.attention.layer_norm_rms_epsilon", bits(-1), -EBADMSG, "epsilon"},
        {"llama", "llama.attention.layer_norm_rms_epsilon", bits((float)NAN), -EBADMSG, "epsilon"},
        {"gemma3", "gemma3.attention.sliding_window", 0, -EBADMSG, "sliding_window"},
        {"gemma3", "gemma3.attention.sliding_window", UINT32_MAX, -EBADMSG, "sliding_window"},
        {"gemma3", "gemma3.attention.sliding_window", 1, 0, ""},
        {"gemma3", "gemma3.final_logit_softcapping", bits(-1), -EBADMSG, "softcapping"},
        {"gpt2", "gpt2.context_length", 129, -EBADMSG, "position_embd.weight"},
        {"gpt2", "gpt2.attention.head_count", 8, 0, ""},
        {"gpt2", "gpt2.attention.head_count", 5, -EBADMSG, "width of 32 does not split into 5"},
        {"gpt2", "gpt2.attention.head_count", 32, -ERANGE, "heads of 1 numbers"},
        {"llama", "tokenizer.ggml.bos_token_id", 262, -EBADMSG, "bos_token_id"},
        {"llama", "tokenizer.ggml.eos_token_id", UINT32_MAX, -EBADMSG, "eos_token_id"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const char *const raw[] = {"prompt=raw", NULL};
        char name[64], what[128];
        struct test_file file;
        int error = rows[i].error == -ERANGE ? -EBADMSG : rows[i].error;
        snprintf(name, sizeof name, "tiny-%s.gguf", rows[i].file);
        snprintf(what, sizeof what, "%s = %u", rows[i].key, rows[i].value);
        file = file_read(name);
        memcpy(file_value(&file, rows[i].key), &rows[i].value, 4);
        expect(&file, raw, error, rows[i].words, what);
        free(file.data);
    }
}

/* A key of another type than its number has. */
static void test_types(void **state)
{
    static const uint32_t kinds[] = {GGUF_F32, GGUF_I32, GGUF_BOOL, GGUF_STRING, GGUF_ARRAY};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct test_file file = file_read("tiny-llama.gguf");
        struct llm_model *model = NULL;
        memcpy(file_value(&file, "llama.block_count") - 4, &kinds[i], 4);
        if (load_with(&file, NULL, &model) != (kinds[i] == GGUF_I32 ? -ENOTSUP : -EBADMSG))
            fail_msg("type %u: '%s'", kinds[i], message);
        free(file.data);
    }
}

/* --- names --------------------------------------------------------------------------------------
 */

/* Overwrites the first `from` by `to`, of the same length. */
static void test_names(void **state)
{
    static const struct {
        const char *file, *from, *to;
        int error;
        const char *words;
    } rows[] = {
        {"llama", "llama\b", "mamba\b", -ENOTSUP,
         "models of architecture 'mamba' are not supported (supported: llama, qwen2, qwen3, "
         "gemma3, gpt2)"},
        {"llama", "general.architecture", "general.architectura", -EBADMSG, "architecture"},
        {"llama", "llama.block_count", "llama.block_clown", -EBADMSG, "llama.block_count"},
        {"llama", "linear", "yarn\0\0", -ENOTSUP, "scaling 'yarn"},
        {"llama", "blk.1.ffn_up.weight", "blk.1.ffn_pu.weight", -EBADMSG, "blk.1.ffn_up.weight"},
        {"llama", "output_norm.weight", "output_morn.weight", -EBADMSG, "output_norm"},
        {"llama", "token_embd.weight", "token_bend.weight", -EBADMSG, "token_embd.weight"},
        {"qwen2", "blk.0.attn_q.bias", "blk.0.attn_q.bios", -EBADMSG, "blk.0.attn_q.bias"},
        {"qwen3", "blk.0.attn_q_norm.w", "blk.0.attn_q_morn.w", -EBADMSG, "attn_q_norm"},
        {"gpt2", "blk.1.attn_norm.bias", "blk.1.attn_norm.bios", -EBADMSG, "attn_norm.bias"},
        {"llama", "tokenizer.ggml.model", "tokenizer.ggml.modal", -EBADMSG, "tokenizer.ggml.model"},
        {"llama", "tokenizer.ggml.tokens", "tokenizer.ggml.tokenz", -EBADMSG, "ggml.tokens"},
        {"llama", "tokenizer.ggml.merges", "tokenizer.ggml.mergez", -EBADMSG, "ggml.merges"},
        {"llama", "smollm", "molten", -ENOTSUP, "pre-tokenizer 'molten' is unknown"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static const char *const raw[] = {"prompt=raw", NULL};
        char name[64];
        struct test_file file;
        size_t n = strlen(rows[i].from);
        snprintf(name, sizeof name, "tiny-%s.gguf", rows[i].file);
        file = file_read(name);
        if (rows[i].from[n - 1] == '\b')
            n--;
        memcpy(file_find(&file, rows[i].from, n), rows[i].to, n);
        expect(&file, raw, rows[i].error, rows[i].words, rows[i].to);
        free(file.data);
    }
}

/* Puts a token more into the file; 8 + 24 bytes leave the data where alignment wants them. */
static void add_token(struct test_file *file)
{
    static const char name[25] = "one token more than rows";
    unsigned char *array = file_value(file, "tokenizer.ggml.tokens"), *grown;
    size_t at = (size_t)(array - file->data) + 4;
    uint64_t count, length = 24;

    memcpy(&count, file->data + at, 8);
    count++;
    memcpy(file->data + at, &count, 8);
    at += 8;
    grown = malloc(file->size + 32);
    assert_non_null(grown);
    memcpy(grown, file->data, at);
    memcpy(grown + at, &length, 8);
    memcpy(grown + at + 8, name, 24);
    memcpy(grown + at + 32, file->data + at, file->size - at);
    free(file->data);
    file->data = grown;
    file->size += 32;
}

static void test_vocabulary(void **state)
{
    struct test_file file = file_read("tiny-qwen2.gguf");

    add_token(&file);
    expect(&file, NULL, -EBADMSG, "tokenizer.ggml.token_type", "types of fewer tokens");
    memcpy(file_find(&file, "tokenizer.ggml.token_type", 25), "tokenizer.ggml.token_tope", 25);
    expect(&file, NULL, -EBADMSG, "263 tokens have names, but 262 have weights", "a token more");
    free(file.data);
}

static void test_templates(void **state)
{
    static const char *const none[] = {NULL}, *const plain[] = {"template=plain", NULL},
                             *const chatml[] = {"template=chatml", NULL},
                             *const unknown[] = {"template=latex", NULL},
                             *const raw[] = {"prompt=raw", NULL};
    struct test_file odd = file_read("tiny-llama.gguf"), bare = file_read("tiny-gpt2.gguf");

    expect(&odd, none, -ENOTSUP, "of no known family; choose one by --template", "unknown");
    expect(&odd, none, -ENOTSUP, "(known: chatml, smollm2, ", "a list");
    expect(&bare, none, -ENOTSUP, "there is no chat template in it", "none");
    expect(&bare, none, -ENOTSUP, "phi4, plain), or complete plain text by --raw", "all of it");
    expect(&bare, unknown, -EINVAL, "there is no chat template 'latex'", "a name");
    expect(&bare, unknown, -EINVAL, "(known: chatml, smollm2,", "which there are");
    for (size_t i = 0; i < 2; i++) {
        expect(i ? &odd : &bare, plain, 0, "", "plain");
        expect(i ? &odd : &bare, chatml, 0, "", "chatml");
        expect(i ? &odd : &bare, raw, 0, "", "raw");
    }
    free(odd.data);
    free(bare.data);
}

/* --- class 16: numbers from outside -------------------------------------------------------------
 */

static void test_settings(void **state)
{
    static const struct {
        const char *setting, *words;
    } rows[] = {
        {"max-tokens=0", "max-tokens is '0'"},
        {"max-tokens=-1", "max-tokens is '-1', not a number from 1 to 65536"},
        {"max-tokens=4294967297", "max-tokens"},
        {"max-tokens=1e99", "max-tokens"},
        {"max-tokens=", "max-tokens"},
        {"max-tokens=7 or so", "max-tokens"},
        {"max-tokens=1.5", "not a whole number"},
        {"context=63", "context"},
        {"context=129", "context=129 is more than the 128 positions of the model"},
        {"context=2147483649", "context"},
        {"threads=0", "threads"},
        {"threads=65", "threads"},
        {"temperature=-0.1", "temperature"},
        {"temperature=nan", "temperature"},
        {"temperature=inf", "temperature"},
        {"top-k=1025", "top-k"},
        {"top-p=1.01", "top-p"},
        {"min-p=-1", "min-p"},
        {"repeat-penalty=0", "repeat-penalty"},
        {"repeat-last=4097", "repeat-last"},
        {"prompt=loud", "prompt is 'loud', not chat, raw"},
        {"task=dream", "task is 'dream', not generate, tokens or bench"},
        {"stop=", "stops of 1 to 256 bytes"},
        {"colour=red", "unknown setting 'colour' (known: model,"},
    };
    struct test_file file = file_read("tiny-qwen2.gguf");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const settings[] = {rows[i].setting, NULL};
        expect(&file, settings, -EINVAL, rows[i].words, rows[i].setting);
    }
    free(file.data);
}

/* --- prompts ------------------------------------------------------------------------------------
 */

static void test_long_prompts(void **state)
{
    static const char *const settings[] = {"max-tokens=4", NULL};
    static char text[LLM_MAX_TEXT + 1], answer[4096];
    struct test_file file = file_read("tiny-qwen2.gguf");
    struct llm_model *model = load_good(&file, settings);
    struct llm_stream *stream;

    memset(text, 'a', sizeof text);
    for (size_t size = 200; size <= LLM_MAX_TEXT; size = size < 100000 ? size * 8 : size * 3) {
        stream = stream_begin(model, 0);
        assert_int_equal(stream_say(stream, text, size > LLM_MAX_TEXT / 3 ? LLM_MAX_TEXT : size),
                         -E2BIG);
        assert_string_equal(message, "the prompt takes more than the 124 tokens that a context of "
                                     "128 leaves for it");
        llm_stream_free(stream);
    }
    stream = stream_begin(model, 0);
    assert_int_equal(stream_say(stream, text, LLM_MAX_TEXT + 1), -E2BIG);
    assert_string_equal(message, "more than 1048576 bytes of text in one message");
    llm_stream_free(stream);
    stream = stream_begin(model, 0);
    assert_int_equal(stream_say(stream, "short", 5), 0);
    assert_int_equal(stream_answer(stream, answer, sizeof answer), SORI_MORE);
    llm_stream_free(stream);
    llm_model_free(model);
    free(file.data);
}

static void test_bytes(void **state)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"ab\xff", "not UTF-8 at byte 2"},
        {"ab\xed\xa0\x80", "not UTF-8"},
        {"abc\xe2\x82", "not UTF-8 at byte 5"},
        {"\xc0\xaf", "not UTF-8 at byte 0"},
    };
    struct test_file file = file_read("tiny-qwen2.gguf");
    struct llm_model *model = load_good(&file, NULL);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct llm_stream *stream = stream_begin(model, 0);
        int r = stream_say(stream, rows[i].text, strlen(rows[i].text));
        if (r != -EILSEQ || !strstr(message, rows[i].words))
            fail_msg("text %zu: %d '%s'", i, r, message);
        llm_stream_free(stream);
    }
    llm_model_free(model);
    free(file.data);
}

/* --- damage -------------------------------------------------------------------------------------
 */

/* Loads, and where that works answers a little: whatever comes, nothing but an error in words. */
static void try_file(const struct test_file *file)
{
    static const char *const settings[] = {"prompt=raw", "max-tokens=3", "threads=1", NULL};
    char answer[4096] = "";
    struct llm_model *model;
    struct llm_stream *stream;
    int r = load_with(file, settings, &model);

    if (r < 0) {
        assert_true(*message);
        return;
    }
    stream = stream_begin(model, 1);
    r = stream_say(stream, "Hello", 5);
    if (r >= 0)
        r = stream_answer(stream, answer, sizeof answer);
    if (r < 0 && !*message)
        fail_msg("an error %d without words", r);
    llm_stream_free(stream);
    llm_model_free(model);
}

static size_t metadata_size(const struct test_file *file)
{
    struct gguf_error error;
    struct gguf *gguf;
    size_t size;

    assert_int_equal(gguf_open((struct sori_span){file->data, file->size}, &gguf, &error), 0);
    size = (size_t)((const unsigned char *)gguf_tensor_at(gguf, 0)->data - file->data);
    gguf_free(gguf);
    return size;
}

static void test_truncated(void **state)
{
    struct test_file whole = file_read("tiny-llama3.gguf");

    for (size_t size = 0; size < whole.size; size += size < 64 ? 1 : 509) {
        struct test_file part = {malloc(size ? size : 1), size};
        struct llm_model *model;
        assert_non_null(part.data);
        memcpy(part.data, whole.data, size);
        if (load_with(&part, NULL, &model) >= 0 || !*message)
            fail_msg("%zu of %zu bytes were taken", size, whole.size);
        free(part.data);
    }
    free(whole.data);
}

/* Bytes changed at random places of everything before the weights, and of the weights. */
static void test_damaged(void **state)
{
    static const char *const names[] = {"llama3", "qwen2", "qwen3", "gemma3", "gpt2", "types"};
    enum { TRIES = 250 };
    struct random_bits random;

    random_seed(&random, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64];
        struct test_file file;
        size_t most;
        snprintf(name, sizeof name, "tiny-%s.gguf", names[i]);
        file = file_read(name);
        most = metadata_size(&file);
        for (size_t n = 0; n < TRIES; n++) {
            size_t at = random_next(&random) % (n % 8 ? most : file.size);
            unsigned char old = file.data[at];
            file.data[at] = (unsigned char)random_next(&random);
            try_file(&file);
            file.data[at] = old;
        }
        free(file.data);
    }
}

/* Weights that are no numbers: the answer is an error. */
static void test_no_numbers(void **state)
{
    static const char *const settings[] = {"prompt=raw", NULL};
    struct test_file file = file_read("tiny-qwen2.gguf");
    char answer[64] = "";
    struct llm_model *model;
    struct llm_stream *stream;

    memset(file.data + metadata_size(&file), 0xff, file.size - metadata_size(&file));
    model = load_good(&file, settings);
    stream = stream_begin(model, 0);
    assert_int_equal(stream_say(stream, "Hello", 5), 0);
    assert_int_equal(stream_answer(stream, answer, sizeof answer), -EBADMSG);
    assert_string_equal(message, "the weights give no numbers: the file is damaged");
    llm_stream_free(stream);
    llm_model_free(model);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_types),
        cmocka_unit_test(test_names),        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_templates),    cmocka_unit_test(test_settings),
        cmocka_unit_test(test_long_prompts), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_truncated),    cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_no_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
