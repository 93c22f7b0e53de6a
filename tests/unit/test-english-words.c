/* SPDX-License-Identifier: Apache-2.0 */
/* What is spoken for a text, by tables: words, and phonemes against misaki's. */
#include "unit/english-test.h"

static size_t failures;

static void check_words(void *model, char *text, char *expected)
{
    struct heard heard;

    assert_int_equal(analyse(model, text, strlen(text), 1 << 14, &heard), 0);
    if (strcmp(heard.text, expected)) {
        print_message("# %s\n#   is %s\n#   not %s\n", text, heard.text, expected);
        failures++;
    }
    forget(&heard);
}

static void test_words(void **state)
{
    void *model = load("words");

    failures = 0;
    assert_true(for_each_row("tests/unit/english-words.tsv", check_words, model) >= 300);
    assert_int_equal(failures, 0);
    stage()->unload(model);
}

struct agreement {
    void *model;
    size_t errors, symbols;
};

/* Symbols to insert, delete or replace. */
static size_t distance(const char *a, const char *b)
{
    utf8proc_int32_t *x, *y;
    utf8proc_ssize_t n, m;
    size_t *row, last, result;

    n = utf8proc_decompose((const utf8proc_uint8_t *)a, 0, NULL, 0, UTF8PROC_NULLTERM);
    m = utf8proc_decompose((const utf8proc_uint8_t *)b, 0, NULL, 0, UTF8PROC_NULLTERM);
    x = calloc((size_t)n + 1, sizeof *x);
    y = calloc((size_t)m + 1, sizeof *y);
    row = calloc((size_t)m + 1, sizeof *row);
    assert_true(x && y && row);
    utf8proc_decompose((const utf8proc_uint8_t *)a, 0, x, n, UTF8PROC_NULLTERM);
    utf8proc_decompose((const utf8proc_uint8_t *)b, 0, y, m, UTF8PROC_NULLTERM);
    for (utf8proc_ssize_t j = 0; j <= m; j++)
        row[j] = (size_t)j;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        last = row[0]++;
        for (utf8proc_ssize_t j = 0; j < m; j++) {
            size_t best = last + (x[i] != y[j]);
            last = row[j + 1];
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            row[j + 1] = row[j] + 1 < best ? row[j] + 1 : best;
        }
    }
    result = row[m];
    free(x);
    free(y);
    free(row);
    return result;
}

static void check_phonemes(void *opaque, char *text, char *expected)
{
    struct agreement *agreement = opaque;
    struct heard heard;
    char joined[2048] = "", *bar;

    assert_int_equal(analyse(agreement->model, text, strlen(text), 1 << 14, &heard), 0);
    for (char *at = heard.text; at; at = bar ? bar + 3 : NULL) {
        bar = strstr(at, " | ");
        if (bar)
            *bar = 0;
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s",
                 *joined ? " " : "", at);
    }
    agreement->errors += distance(joined, expected);
    agreement->symbols +=
        utf8proc_decompose((const utf8proc_uint8_t *)expected, 0, NULL, 0, UTF8PROC_NULLTERM);
    forget(&heard);
}

/* The voice learned from misaki's phonemes: what differs, it never heard so. */
static void test_agreement(void **state)
{
    struct agreement agreement = {.model = load("phonemes")};

    assert_true(for_each_row("tests/unit/english-phonemes.tsv", check_phonemes, &agreement) >= 100);
    print_message("# %zu of %zu symbols differ\n", agreement.errors, agreement.symbols);
    assert_true(agreement.errors * 100 < agreement.symbols);
    stage()->unload(agreement.model);
}

static void expect(void *model, const char *text, const char *sound)
{
    struct heard heard;

    assert_int_equal(analyse(model, text, strlen(text), 1 << 14, &heard), 0);
    if (!strstr(heard.text, sound))
        fail_msg("%s: %s, without %s", text, heard.text, sound);
    forget(&heard);
}

/* One spelling, two readings. */
static void test_heteronyms(void **state)
{
    void *model = load("phonemes");

    expect(model, "I will read it.", "ɹˈid");
    expect(model, "She has read it.", "ɹˈɛd");
    expect(model, "They live here.", "lˈɪv");
    expect(model, "A live concert.", "lˈIv");
    expect(model, "Break the record.", "ɹˈɛkəɹd");
    expect(model, "Please record it.", "ɹəkˈɔɹd");
    expect(model, "I use it.", "jˈuz");
    expect(model, "It is of no use.", "jˈus");
    expect(model, "He used to sing.", "jˈust");
    expect(model, "The wind blows.", "wˈɪnd");
    expect(model, "the apple", "ði ˈæpᵊl");
    expect(model, "the pear", "ðə pˈɛɹ");
    expect(model, "a pear", "ɐ pˈɛɹ");
    expect(model, "They stay close to me.", "klˈOs");
    expect(model, "Close the door.", "klˈOz");
    stage()->unload(model);
}

/* Words that no lexicon has: from a stem, from two halves, by their letters; and spelled. */
static void test_unknown(void **state)
{
    void *model = load("phonemes");

    expect(model, "It was chokepointed.", "ʧˈOkp");
    expect(model, "A smartwatch.", "smˈɑɹtwɑʧ");
    expect(model, "Some quokkas.", "kwˈɑkəz");
    expect(model, "A blickish thing.", "blˈɪkɪʃ");
    expect(model, "The XKCD.", "ˌɛkskˌAsˌidˈi");
    expect(model, "The PDFs.", "pˌidˌiˈɛfs.");
    expect(model, "He was denied.", "nˈId.");
    expect(model, "the dog's and the dogs' bones", "dˈɔɡz ænd ðə dˈɔɡz");
    expect(model, "café", "kæfˈA");
    stage()->unload(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_heteronyms),
        cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
