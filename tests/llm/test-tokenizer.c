/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for any text: the bytes come back, nobody forges a turn, time grows with length.
 */
#include "tests/llm/llm-test.h"

#include <errno.h>
#include <time.h>

#include "base/random.h"
#include "llm/tokenizer-private.h"
#include "tests/unit/gguf-builder.h"

enum { MAX_IDS = 1 << 20 };

static const char *const families[] = {"gpt-2", "llama-bpe", "qwen2", "smollm", "llama", "gemma"};
/* Those that cover every byte; smollm, as its real vocabulary, does not. */
enum { N_FAMILIES = 6 };

static uint32_t ids[MAX_IDS];
static char back[1 << 20];

static void open_family(struct vocabulary *v, const char *family)
{
    char name[64];

    snprintf(name, sizeof name, "vocabulary-%s.gguf", family);
    vocabulary_open(v, source_path(name));
}

static size_t decode(const struct tokenizer *tokenizer, size_t n)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++) {
        struct sori_span piece = tokenizer_piece(tokenizer, ids[i]);
        assert_true(ids[i] < tokenizer_size(tokenizer));
        assert_true(size + piece.size <= sizeof back);
        memcpy(back + size, piece.data, piece.size);
        size += piece.size;
    }
    return size;
}

static void check_round_trip(const struct tokenizer *tokenizer, const char *text, size_t size)
{
    size_t n = 0, prefix = tokenizer->space_prefix && size, got;

    assert_int_equal(tokenizer_encode(tokenizer, text, size, false, 0, ids, MAX_IDS, &n), 0);
    got = decode(tokenizer, n);
    assert_int_equal(got, size + prefix);
    assert_memory_equal(back + prefix, text, size);
}

static bool covers_all(const struct tokenizer *tokenizer)
{
    for (size_t i = 0; i < 256; i++)
        if (tokenizer->bytes[i] == TOKEN_NONE)
            return false;
    return true;
}

static size_t encode_scalar(uint32_t code, char *to)
{
    if (code < 0x80)
        return *to = (char)code, 1;
    if (code < 0x800)
        return to[0] = (char)(0xc0 | code >> 6), to[1] = (char)(0x80 | (code & 63)), 2;
    if (code < 0x10000)
        return to[0] = (char)(0xe0 | code >> 12), to[1] = (char)(0x80 | (code >> 6 & 63)),
               to[2] = (char)(0x80 | (code & 63)), 3;
    to[0] = (char)(0xf0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 63));
    to[2] = (char)(0x80 | (code >> 6 & 63));
    to[3] = (char)(0x80 | (code & 63));
    return 4;
}

static void test_every_scalar(void **state)
{
    for (size_t f = 0; f < N_FAMILIES; f++) {
        struct vocabulary v = {0};
        open_family(&v, families[f]);
        if (covers_all(v.tokenizer))
            for (uint32_t from = 0; from < 0x110000; from += 0x800) {
                static char text[4 * 0x800];
                size_t size = 0;
                for (uint32_t code = from; code < from + 0x800; code++)
                    if (code != 0x2581 && (code < 0xd800 || code > 0xdfff))
                        size += encode_scalar(code, text + size);
                check_round_trip(v.tokenizer, text, size);
            }
        else
            assert_string_equal(families[f], "smollm");
        vocabulary_close(&v);
    }
}

static void test_hostile_bytes(void **state)
{
    struct random_bits bits;

    random_seed(&bits, 1);
    for (size_t f = 0; f < N_FAMILIES; f++) {
        struct vocabulary v = {0};
        open_family(&v, families[f]);
        for (int round = 0; round < 2000 && covers_all(v.tokenizer); round++) {
            static const char pool[] = "a \n'\r\t1.s\xff\xc3\xa9\xe2\x82\xf0\x9f\0<|end|>";
            char text[64];
            size_t size = random_next(&bits) % sizeof text;
            for (size_t i = 0; i < size; i++)
                text[i] = round % 2 ? (char)random_next(&bits)
                                    : pool[random_next(&bits) % (sizeof pool - 1)];
            if (!memmem(text, size, "\xe2\x96\x81", 3))
                check_round_trip(v.tokenizer, text, size);
        }
        vocabulary_close(&v);
    }
}

static void test_words_end(void **state)
{
    struct random_bits bits;

    random_seed(&bits, 2);
    for (int round = 0; round < 20000; round++) {
        char text[16];
        size_t size = 1 + random_next(&bits) % sizeof text;
        for (size_t i = 0; i < size; i++)
            text[i] = (char)(random_next(&bits) & random_next(&bits));
        for (enum split_family family = SPLIT_GPT2; family <= SPLIT_QWEN2; family++) {
            size_t n = split_word(family, text, size);
            assert_true(n >= 1 && n <= size);
        }
    }
}

/* Only trusted text has control tokens, also where a name begins in one and ends in the other. */
static void test_trust(void **state)
{
    struct vocabulary v = {0};
    const struct text_part parts[] = {
        {"<|im_start|>user\n", 17, true},
        {"<|im_end|>", 10, false},
        {"<|im_", 5, true},
        {"end|>", 5, true},
        {"<|im_", 5, true},
        {"end|>", 5, false},
    };
    size_t n = 0, n_start = 0, n_end = 0;

    open_family(&v, "smollm");
    assert_int_equal(tokenizer_encode_parts(v.tokenizer, parts, 6, 0, ids, MAX_IDS, &n), 0);
    for (size_t i = 0; i < n; i++) {
        n_start += ids[i] == tokenizer_find(v.tokenizer, "<|im_start|>", 12);
        n_end += ids[i] == tokenizer_find(v.tokenizer, "<|im_end|>", 10);
    }
    assert_int_equal(n_start, 1);
    assert_int_equal(n_end, 1);
    assert_int_equal(tokenizer_encode_parts(v.tokenizer, NULL, 0, 0, ids, MAX_IDS, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(tokenizer_encode(v.tokenizer, "a b c d", 7, false, 0, ids, 2, &n), -E2BIG);
    vocabulary_close(&v);
}

/* Tokens may reach over the seams of parts. */
static void test_seams(void **state)
{
    struct vocabulary v = {0};
    const char *text = "The quick brown fox jumps over the lazy dog. Once upon a time.";
    static uint32_t whole[256];
    size_t size = strlen(text), n_whole = 0, n = 0;

    open_family(&v, "gpt-2");
    assert_int_equal(tokenizer_encode(v.tokenizer, text, size, true, 0, whole, 256, &n_whole), 0);
    for (size_t cut = 0; cut <= size; cut++) {
        const struct text_part parts[] = {
            {text, cut, true}, {text + cut, 0, false}, {text + cut, size - cut, false}};
        assert_int_equal(tokenizer_encode_parts(v.tokenizer, parts, 3, 0, ids, MAX_IDS, &n), 0);
        assert_int_equal(n, n_whole);
        assert_memory_equal(ids, whole, n * sizeof *ids);
    }
    vocabulary_close(&v);
}

static double encode_seconds(const struct tokenizer *tokenizer, const char *text, size_t size)
{
    struct timespec from, to;
    size_t n;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    assert_int_equal(tokenizer_encode(tokenizer, text, size, true, 0, ids, MAX_IDS, &n), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
}

/* 256 KiB of one thing. A quadratic step would take minutes, not a second. */
static void test_long_runs(void **state)
{
    static const char *const runs[] = {"a",     " ",    "\n", "ab",          "<",
                                       "<|im_", "\xff", "9",  "\xea\xb0\x80"};
    static char text[256 << 10];

    for (size_t f = 0; f < N_FAMILIES; f++) {
        struct vocabulary v = {0};
        open_family(&v, families[f]);
        for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
            double seconds;
            for (size_t at = 0; at < sizeof text; at++)
                text[at] = runs[i][at % strlen(runs[i])];
            seconds = encode_seconds(v.tokenizer, text, sizeof text);
            if (seconds > 5)
                fail_msg("%s: 256 KiB of '%s' took %.1f s", families[f], runs[i], seconds);
        }
        vocabulary_close(&v);
    }
}

/* --- files that contradict themselves --------------------------------------------------------- */

struct bad {
    const char *model, *pre;
    const char *tokens[4], *merges[2];
    uint32_t begin, types[4];
    int error;
    const char *message;
};

static int open_bad(const struct bad *bad, struct gguf_error *ret_error)
{
    struct builder b = {0};
    struct gguf *gguf = NULL;
    struct tokenizer *tokenizer = NULL;
    uint64_t n = 0, n_merges = 0, n_values = 3 + (bad->pre != NULL);
    int r;

    while (n < 4 && bad->tokens[n])
        n++;
    while (n_merges < 2 && bad->merges[n_merges])
        n_merges++;
    put_header(&b, 3, 0, n_values + 1 + (n_merges > 0));
    put_key(&b, "tokenizer.ggml.model", GGUF_STRING);
    put_string(&b, bad->model);
    if (bad->pre) {
        put_key(&b, "tokenizer.ggml.pre", GGUF_STRING);
        put_string(&b, bad->pre);
    }
    put_array(&b, "tokenizer.ggml.tokens", GGUF_STRING, n);
    for (uint64_t i = 0; i < n; i++)
        put_string(&b, bad->tokens[i]);
    put_array(&b, "tokenizer.ggml.token_type", GGUF_U32, n);
    for (uint64_t i = 0; i < n; i++)
        put_u32(&b, bad->types[i] ? bad->types[i] : 1);
    put_key_u32(&b, "tokenizer.ggml.bos_token_id", bad->begin);
    if (n_merges) {
        put_array(&b, "tokenizer.ggml.merges", GGUF_STRING, n_merges);
        for (uint64_t i = 0; i < n_merges; i++)
            put_string(&b, bad->merges[i]);
    }
    put_fill(&b, 0, 64);
    r = gguf_open((struct sori_span){b.data, b.size}, &gguf, ret_error);
    assert_int_equal(r, 0);
    r = tokenizer_open(gguf, &tokenizer, ret_error);
    tokenizer_free(tokenizer);
    gguf_free(gguf);
    builder_free(&b);
    return r;
}

static void test_bad_files(void **state)
{
    static const struct bad files[] = {
        {"gpt2", "gpt-2", {"a", "b", "ab"}, {"a b"}, 0, {0}, 0, ""},
        {"bert", NULL, {"a"}, {0}, 0, {0}, -ENOTSUP, "tokenizer 'bert' is unknown"},
        {"gpt2", "tekken", {"a"}, {0}, 0, {0}, -ENOTSUP, "pre-tokenizer 'tekken' is unknown"},
        {"gpt2", NULL, {"a"}, {0}, 0, {0}, -ENOTSUP, "tokenizer.ggml.pre is missing"},
        {"gpt2", "gpt-2", {"a", "b"}, {0}, 0, {0}, -EBADMSG, "tokenizer.ggml.merges"},
        {"gpt2", "gpt-2", {"a", "b"}, {"a b"}, 0, {0}, -EBADMSG, "merge 0 names a token"},
        {"gpt2", "gpt-2", {"a", "b", "ab"}, {"ab"}, 0, {0}, -EBADMSG, "merge 0 is not two"},
        {"gpt2", "gpt-2", {"a", "b", "ab"}, {"a b", "a "}, 0, {0}, -EBADMSG, "merge 1 is not"},
        {"gpt2", "gpt-2", {"a", "a"}, {"a a"}, 0, {0}, -EBADMSG, "token 1 has the name"},
        {"gpt2", "gpt-2", {"a", "b", "ab"}, {"a b"}, 3, {0}, -EBADMSG, "bos_token_id"},
        {"gpt2", "gpt-2", {"a", "b", "ab"}, {"a b"}, 0, {9}, -EBADMSG, "token_type"},
        {"llama", NULL, {"<unk>", "<s>", "</s>"}, {0}, 1, {0}, -EBADMSG, "tokenizer.ggml.scores"},
    };

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct gguf_error error = {0};
        int r = open_bad(&files[i], &error);
        if (r != files[i].error || !strstr(error.message, files[i].message))
            fail_msg("file %zu: %d '%s', not %d '%s'", i, r, error.message, files[i].error,
                     files[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scalar), cmocka_unit_test(test_hostile_bytes),
        cmocka_unit_test(test_words_end),    cmocka_unit_test(test_trust),
        cmocka_unit_test(test_seams),        cmocka_unit_test(test_long_runs),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
