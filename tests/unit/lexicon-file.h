/* SPDX-License-Identifier: Apache-2.0 */
/* lexicon-file.h: a small lexicon file in memory, with its sections of words, names and weights */
#ifndef TESTS_LEXICON_FILE_H
#define TESTS_LEXICON_FILE_H

#include <stdlib.h>
#include <string.h>

#include "english/letter-to-sound.h"
#include "english/tag.h"

struct lexicon_file {
    size_t n;
    unsigned char bytes[2048];
};

static void file_put(struct lexicon_file *file, const void *data, size_t n)
{
    if (n > sizeof file->bytes - file->n)
        abort();
    memcpy(file->bytes + file->n, data, n);
    file->n += n;
}

static void file_put_u32(struct lexicon_file *file, size_t value)
{
    const unsigned char bytes[] = {value & 255, value >> 8 & 255, value >> 16 & 255, value >> 24};
    file_put(file, bytes, 4);
}

static void file_put_entry(struct lexicon_file *file, const char *key, const char *payload,
                           size_t n)
{
    const unsigned char sizes[] = {0, (unsigned char)strlen(key)}, size = (unsigned char)n;
    file_put(file, sizes, 2);
    file_put(file, key, sizes[1]);
    file_put(file, &size, 1);
    file_put(file, payload, n);
}

/* Twenty words in two blocks, in order, none front-coded; one symbol's name; one weight. */
static struct lexicon_file lexicon_file_make(void)
{
    static const char *const words[] = {"A", "I", "a", "b", "c", "d", "e", "f", "g", "h",
                                        "i", "j", "k", "l", "m", "n", "o", "p", "q", "rat"};
    struct lexicon_file words_ = {0}, names = {0}, weights = {0}, file = {0};
    size_t second = 0, offset;

    for (size_t i = 0; i < 20; i++) {
        char payload[8] = {4, TAG_DEFAULT, 4, 'k', PRIMARY, '{', 't'};
        size_t one = i % 2 ? 0 : 2; /* entries of one reading are shorter */
        if (i == 16)
            second = words_.n;
        payload[one] = one ? (char)0x84 : payload[one];
        file_put_entry(&words_, words[i], payload + one, 7 - one);
    }
    file_put_entry(&names, "\xe2\x82\xac", "euro", 4);
    file_put_u32(&weights, 1);
    file_put_u32(&weights, 0x1234567);
    file_put_u32(&weights, 0);
    file_put_u32(&weights, 1);
    file_put(&weights, "\x16\x01", 2);

    file_put(&file, "SORIENG1", 8);
    file_put_u32(&file, 3);
    offset = 12 + 36;
    file_put(&file, "WORD", 4);
    file_put_u32(&file, offset);
    file_put_u32(&file, 16 + words_.n);
    offset += 16 + words_.n;
    file_put(&file, "NAME", 4);
    file_put_u32(&file, offset);
    file_put_u32(&file, 12 + names.n);
    offset += 12 + names.n;
    file_put(&file, "FEAT", 4);
    file_put_u32(&file, offset);
    file_put_u32(&file, weights.n);
    file_put_u32(&file, 20);
    file_put_u32(&file, 2);
    file_put_u32(&file, 0);
    file_put_u32(&file, second);
    file_put(&file, words_.bytes, words_.n);
    file_put_u32(&file, 1);
    file_put_u32(&file, 1);
    file_put_u32(&file, 0);
    file_put(&file, names.bytes, names.n);
    file_put(&file, weights.bytes, weights.n);
    return file;
}

#endif
