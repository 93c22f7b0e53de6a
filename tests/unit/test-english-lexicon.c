/* SPDX-License-Identifier: Apache-2.0 */
/* The lexicon file: lookups, and damage to every byte of a small one. */
#include "unit/english-test.h"
#include "unit/lexicon-file.h"

#include "english/letter-to-sound.h"
#include "english/normalise.h"
#include "english/pronounce.h"
#include "english/reading.h"
#include "english/tagger.h"

static bool knows(const struct lexicon *lexicon, const char *word)
{
    struct sori_span payload;
    return dictionary_find(&lexicon->words, word, strlen(word), &payload) && payload.size >= 5;
}

static void test_lookups(void **state)
{
    static const char *const words[] = {"A", "a", "c", "m", "o", "rat"};
    static const char *const others[] = {"", "0", "B", "cats", "ca", "ra", "rats", "zebra", "\xff"};
    const struct lexicon_file file = lexicon_file_make();
    struct lexicon lexicon;
    const char *why;

    assert_int_equal(lexicon_open((struct sori_span){file.bytes, file.n}, &lexicon, &why), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_true(knows(&lexicon, words[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(knows(&lexicon, others[i]));
}

/* Opens a copy that ends where the file ends, so that any step beyond is seen, and uses it. */
static void use(const struct lexicon_file *file)
{
    unsigned char *copy = malloc(file->n ? file->n : 1);
    struct unknown unknown = {0};
    struct items items = {0};
    struct lexicon lexicon;
    const char *why = NULL;
    int r;

    assert_non_null(copy);
    memcpy(copy, file->bytes, file->n);
    r = lexicon_open((struct sori_span){copy, file->n}, &lexicon, &why);
    if (r < 0) {
        assert_true((r == -EBADMSG || r == -ENOTSUP) && why);
    } else {
        static const char text[] = "A b's \xe2\x82\xac, rats.";
        normalise(&lexicon, text, sizeof text - 1, &items);
        tagger_run(&lexicon, &items);
        pronounce(&lexicon, &unknown, &items);
        assert_false(items.failed);
    }
    items_free(&items);
    free(copy);
}

static void test_damage(void **state)
{
    const struct lexicon_file good = lexicon_file_make();
    struct lexicon_file bad = good;

    for (bad.n = 0; bad.n < good.n; bad.n++)
        use(&bad);
    for (size_t i = 0; i < good.n; i++) {
        for (unsigned value = 0; value < 256; value++) {
            bad.bytes[i] = (unsigned char)value;
            use(&bad);
        }
        bad.bytes[i] = good.bytes[i];
    }
}

/* The letter model of the shipped file, with damage to its head and its weights. */
static void test_damaged_letters(void **state)
{
    struct lexicon lexicon;
    struct letter_model model;
    struct phones phones;
    const char *why;
    size_t size, head = 16384;
    unsigned char *copy;
    uint32_t seed = 1;

    assert_int_equal(lexicon_open(lexicon_file, &lexicon, &why), 0);
    size = lexicon.letters.file.size;
    copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, lexicon.letters.file.data, size);
    letters_to_sound(&lexicon.letters, "sori", 4, &phones);
    assert_true(phones.n >= 4);
    for (size_t n = 0; n < 2000; n++)
        assert_false(letter_model_open((struct sori_span){copy, n ? n : 1}, &model));
    for (int i = 0; i < 4000; i++) {
        size_t at = (seed = seed * 1664525 + 1013904223) % (i % 8 ? 1500 : head);
        unsigned char was = copy[at];
        copy[at] = (unsigned char)(seed >> 24);
        if (letter_model_open((struct sori_span){copy, size}, &model))
            letters_to_sound(&model, "xyz's", 5, &phones);
        copy[at] = was;
    }
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_damaged_letters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
