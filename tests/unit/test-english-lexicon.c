/* SPDX-License-Identifier: Apache-2.0 */
/* The lexicon file: lookups, and damage to every byte of a small one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "english/letter-to-sound.h"
#include "english/normalise.h"
#include "english/pronounce.h"
#include "english/reading.h"
#include "english/tagger.h"

struct file {
    size_t n;
    unsigned char bytes[2048];
};

static void put(struct file *file, const void *data, size_t n)
{
    assert_true(file->n + n <= sizeof file->bytes);
    memcpy(file->bytes + file->n, data, n);
    file->n += n;
}

static void put_u32(struct file *file, size_t value)
{
    const unsigned char bytes[] = {value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24};
    put(file, bytes, 4);
}

static void put_entry(struct file *file, const char *key, const char *payload, size_t n)
{
    const unsigned char sizes[] = {0, (unsigned char)strlen(key)}, size = (unsigned char)n;
    put(file, sizes, 2);
    put(file, key, sizes[1]);
    put(file, &size, 1);
    put(file, payload, n);
}

/* Twenty words in two blocks, in order, none front-coded; one symbol's name; one weight. */
static struct file make(void)
{
    static const char *const words[] = {"A",    "I",   "a",    "an",  "be",   "cat", "dog",
                                        "eel",  "fox", "gnu",  "hen", "ibis", "jay", "kea",
                                        "lynx", "moa", "newt", "owl", "pig",  "rat"};
    struct file words_ = {0}, names = {0}, weights = {0}, file = {0};
    size_t second = 0, offset;

    for (size_t i = 0; i < 20; i++) {
        char payload[8] = {4, TAG_DEFAULT, 4, 'k', PRIMARY, '{', 't'};
        if (i == 16)
            second = words_.n;
        put_entry(&words_, words[i], payload, 7);
    }
    put_entry(&names, "\xe2\x82\xac", "euro", 4);
    put_u32(&weights, 1);
    put_u32(&weights, 0x1234567);
    put_u32(&weights, 0);
    put_u32(&weights, 1);
    put(&weights, "\x16\x01", 2);

    put(&file, "SORIENG1", 8);
    put_u32(&file, 3);
    offset = 12 + 36;
    put(&file, "WORD", 4);
    put_u32(&file, offset);
    put_u32(&file, 16 + words_.n);
    offset += 16 + words_.n;
    put(&file, "NAME", 4);
    put_u32(&file, offset);
    put_u32(&file, 12 + names.n);
    offset += 12 + names.n;
    put(&file, "FEAT", 4);
    put_u32(&file, offset);
    put_u32(&file, weights.n);
    put_u32(&file, 20);
    put_u32(&file, 2);
    put_u32(&file, 0);
    put_u32(&file, second);
    put(&file, words_.bytes, words_.n);
    put_u32(&file, 1);
    put_u32(&file, 1);
    put_u32(&file, 0);
    put(&file, names.bytes, names.n);
    put(&file, weights.bytes, weights.n);
    return file;
}

static bool knows(const struct lexicon *lexicon, const char *word)
{
    struct sori_span payload;
    return dictionary_find(&lexicon->words, word, strlen(word), &payload) && payload.size == 7;
}

static void test_lookups(void **state)
{
    static const char *const words[] = {"A", "a", "cat", "moa", "newt", "rat"};
    static const char *const others[] = {"",    "0",    "B",     "cats", "ca",
                                         "mob", "rats", "zebra", "\xff"};
    const struct file file = make();
    struct lexicon lexicon;
    const char *why;

    assert_int_equal(lexicon_open((struct sori_span){file.bytes, file.n}, &lexicon, &why), 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_true(knows(&lexicon, words[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(knows(&lexicon, others[i]));
}

/* Opens a copy that ends where the file ends, so that any step beyond is seen, and uses it. */
static void use(const struct file *file)
{
    unsigned char *copy = malloc(file->n ? file->n : 1);
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
        static const char text[] = "A cat's \xe2\x82\xac newts, rats.";
        normalise(&lexicon, text, sizeof text - 1, &items);
        tagger_run(&lexicon, &items);
        pronounce(&lexicon, &items);
        assert_false(items.failed);
    }
    items_free(&items);
    free(copy);
}

static void test_damage(void **state)
{
    const struct file good = make();
    struct file bad = good;

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookups),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
