/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that nobody writes: every character, endless runs; always an answer, in linear time. */
#include "unit/english-test.h"

#include "base/limits.h"
#include "english/lexicon.h"

/* Work is counted in look-ups and characters, not in seconds. */
bool __real_dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                            struct sori_span *ret_payload);
bool __wrap_dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                            struct sori_span *ret_payload);
uint32_t __real_utf8_decode(const char *text, size_t n, size_t *ret_size);
uint32_t __wrap_utf8_decode(const char *text, size_t n, size_t *ret_size);

static uint64_t work;

bool __wrap_dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                            struct sori_span *ret_payload)
{
    work++;
    return __real_dictionary_find(dictionary, key, size, ret_payload);
}

uint32_t __wrap_utf8_decode(const char *text, size_t n, size_t *ret_size)
{
    work++;
    return __real_utf8_decode(text, n, ret_size);
}

static size_t encode(uint32_t symbol, char *ret_bytes)
{
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)symbol, (utf8proc_uint8_t *)ret_bytes);
}

/* Has a character a sound of its own that must not get lost? */
static bool must_sound(uint32_t symbol)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/* Every scalar value, alone in a sentence of its own, and all in one text. */
static void test_every_character(void **state)
{
    void *model = load("phonemes"), *stream = NULL;
    char *all = malloc(5u << 20);
    size_t n = 0, silent = 0, n_alone = 0;
    struct heard heard;

    assert_non_null(all);
    for (uint32_t symbol = 1; symbol < 0x110000; symbol++) {
        struct sori_block block = {.media = SORI_MEDIA_TEXT}, out;
        char bytes[4];
        if (symbol >= 0xd800 && symbol < 0xe000)
            continue;
        block.data = bytes;
        block.count = encode(symbol, bytes);
        memcpy(all + n, bytes, block.count);
        n += block.count;
        if (symbol > 0x3000 && symbol % 101) /* the ideographs are alike */
            continue;
        assert_int_equal(begin(model, &stream), 0);
        assert_int_equal(stage()->feed(stream, &block), 0);
        assert_int_equal(stage()->feed(stream, NULL), 0);
        if (stage()->drain(stream, &out) == SORI_DONE && must_sound(symbol))
            silent++;
        n_alone++;
        stage()->end(stream);
    }
    assert_true(n_alone > 20000);
    assert_int_equal(silent, 0);
    assert_int_equal(analyse(model, all, n, TEXT_PIECE_SIZE, &heard), 0);
    forget(&heard);
    free(all);
    stage()->unload(model);
}

static uint64_t work_of(void *model, const char *unit, size_t size)
{
    size_t unit_size = strlen(unit);
    _cleanup_free_ char *text = malloc(size);
    struct heard heard;

    assert_non_null(text);
    size -= size % unit_size;
    for (size_t i = 0; i < size; i++)
        text[i] = unit[i % unit_size];
    work = 0;
    assert_int_equal(analyse(model, text, size, TEXT_PIECE_SIZE, &heard), 0);
    forget(&heard);
    return work;
}

static void test_linear(void **state)
{
    static const char *const units[] = {
        ".",
        "7",
        "a",
        "A",
        "1,234",
        "\xcc\x81",
        "\xf0\x9f\x98\x80",
        "\xe4\xbd\xa0",
        "?!",
        "(",
        "A.",
        "$",
        "-",
        "a/",
        "http://",
        "word ",
        "a'",
        "a-",
        "a\n",
        "@",
        "1/",
        "1.",
        "1:",
        "\"",
        "e.g. ",
        "II ",
        "#a",
        "\xe2\x80\xa6",
        "\xe2\x80\x8d",
        "x^",
        "5 km ",
        "$1 ",
        "Jan. 1 ",
    };
    const size_t half = 16u << 10; /* the whole goes beyond a piece */
    void *model = load("phonemes");

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t once = work_of(model, units[i], half), twice = work_of(model, units[i], 2 * half);
        if ((double)twice > 2.2 * (double)once + 1000)
            fail_msg("'%s': %llu, then %llu", units[i], (unsigned long long)once,
                     (unsigned long long)twice);
    }
    stage()->unload(model);
}

/* The largest text of a request, of one byte or character: an answer, and no more work for each. */
static void test_largest(void **state)
{
    static const char *const units[] = {".", "7", "\xcc\x81"};
    void *model = load("phonemes");

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t quarter = work_of(model, units[i], TEXT_MAX_SIZE / 4);
        assert_true(work_of(model, units[i], TEXT_MAX_SIZE) <= 4 * quarter + quarter / 2 + 1000);
    }
    stage()->unload(model);
}

/* A text without any end comes out in bounded pieces, and nothing of it is lost. */
static void test_endless(void **state)
{
    enum { WORDS = 20000 };
    void *model = load("words");
    char *text = malloc(WORDS * 6 + 1);
    size_t n = 0, words = 0;
    struct heard heard;

    assert_non_null(text);
    for (size_t i = 0; i < WORDS; i++)
        n += (size_t)snprintf(text + n, 7, i % 20 ? "so it " : "yes, a");
    assert_int_equal(analyse(model, text, n, TEXT_PIECE_SIZE, &heard), 0);
    assert_true(heard.n_sentences > n / SENTENCE_MAX_SIZE);
    for (size_t i = 0; i < heard.n_events; i++) {
        words += heard.events[i].type == SORI_EVENT_WORD;
        assert_true(heard.events[i].text_end - heard.events[i].text_start <= SENTENCE_MAX_SIZE);
    }
    assert_true(words >= WORDS);
    forget(&heard);
    free(text);
    stage()->unload(model);
}

/* Random texts of pieces that mean something to some rule. */
static void test_random(void **state)
{
    static const char *const parts[] = {"a",
                                        "I",
                                        "st",
                                        "Dr.",
                                        " ",
                                        "  ",
                                        "\n",
                                        "\n\n",
                                        ".",
                                        "..",
                                        "...",
                                        "?",
                                        "!",
                                        ",",
                                        ";",
                                        ":",
                                        "-",
                                        "--",
                                        "\xe2\x80\x94",
                                        "'",
                                        "\"",
                                        "(",
                                        ")",
                                        "[",
                                        "]",
                                        "1",
                                        "12",
                                        "123",
                                        "2024",
                                        "0",
                                        "1,000",
                                        ".5",
                                        "/",
                                        "%",
                                        "$",
                                        "\xc2\xa3",
                                        "\xe2\x82\xac",
                                        "km",
                                        "5 km",
                                        "p.m.",
                                        "am",
                                        "th",
                                        "Jan",
                                        "May ",
                                        "II",
                                        "iv",
                                        "Chapter ",
                                        "http://",
                                        "www.",
                                        ".com",
                                        "@",
                                        "#",
                                        "_",
                                        "*",
                                        "+",
                                        "=",
                                        "<",
                                        ">",
                                        "&",
                                        "\xc2\xb0",
                                        "\xc2\xb2",
                                        "\xc2\xbd",
                                        "\xcc\x81",
                                        "\xf0\x9f\x91\x8d",
                                        "\xf0\x9f\x8f\xbd",
                                        "\xe2\x80\x8d",
                                        "\xef\xb8\x8f",
                                        "\xce\xb1",
                                        "\xd0\x9f",
                                        "\xe4\xbd\xa0",
                                        "\xe3\x81\x82",
                                        "\xea\xb0\x80",
                                        "x",
                                        "e",
                                        "^",
                                        "0x",
                                        "v",
                                        "U.S.",
                                        "e.g.",
                                        "No.",
                                        "s",
                                        "'s",
                                        "n't",
                                        "ing",
                                        "ed",
                                        "the ",
                                        "to ",
                                        "a ",
                                        "read ",
                                        "well-",
                                        "\xe2\x80\x99",
                                        "\t",
                                        "\xc2\xa0",
                                        "~",
                                        "\\",
                                        "|",
                                        "{",
                                        "}",
                                        "`"};
    uint32_t seed = 1;
    void *model = load("phonemes");

    for (int round = 0; round < 3000; round++) {
        char text[512];
        size_t n = 0;
        struct heard heard;
        while (n < 200) {
            const char *part;
            seed = seed * 1664525 + 1013904223;
            part = parts[(seed >> 8) % (sizeof parts / sizeof *parts)];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
        }
        assert_int_equal(analyse(model, text, n, 1 + seed % 97, &heard), 0);
        for (size_t i = 0; i < heard.n_events; i++)
            assert_true(heard.events[i].text_start <= heard.events[i].text_end &&
                        heard.events[i].text_end <= n);
        forget(&heard);
    }
    stage()->unload(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character), cmocka_unit_test(test_linear),
        cmocka_unit_test(test_largest),         cmocka_unit_test(test_endless),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
