/* SPDX-License-Identifier: Apache-2.0 */
#include "english/lexicon.h"

#include <errno.h>
#include <string.h>

enum { KEY_MAX = 255, SECTIONS_MAX = 16, HEADER = 12, SECTION = 12 };

static bool dictionary_open(struct sori_span section, struct dictionary *ret_dictionary)
{
    size_t n_blocks = span_u32(section, 4), head;

    if (section.size < 8 || n_blocks > (section.size - 8) / 4)
        return false;
    head = 8 + 4 * n_blocks;
    *ret_dictionary = (struct dictionary){
        .offsets = {section.data + 8, 4 * n_blocks},
        .blocks = {section.data + head, section.size - head},
        .n_blocks = n_blocks,
    };
    return true;
}

static bool take_section(struct lexicon *lexicon, const unsigned char *tag, struct sori_span data)
{
    if (!memcmp(tag, "WORD", 4))
        return dictionary_open(data, &lexicon->words);
    if (!memcmp(tag, "TAGD", 4))
        return dictionary_open(data, &lexicon->tags);
    if (!memcmp(tag, "NAME", 4))
        return dictionary_open(data, &lexicon->names);
    if (!memcmp(tag, "FEAT", 4))
        lexicon->features = data;
    if (!memcmp(tag, "LTSW", 4))
        return letter_model_open(data, &lexicon->letters);
    return true;
}

int lexicon_open(struct sori_span file, struct lexicon *ret_lexicon, const char **ret_why)
{
    struct lexicon lexicon = {0};
    size_t n = span_u32(file, 8);

    *ret_why = "not a lexicon of the english analyser";
    if (file.size < HEADER || memcmp(file.data, "SORIENG1", 8))
        return -ENOTSUP;
    *ret_why = "the table of sections is damaged";
    if (n > SECTIONS_MAX || file.size - HEADER < n * SECTION)
        return -EBADMSG;
    for (size_t i = 0; i < n; i++) {
        size_t at = HEADER + i * SECTION;
        size_t offset = span_u32(file, at + 4), size = span_u32(file, at + 8);
        if (offset > file.size || size > file.size - offset)
            return -EBADMSG;
        if (!take_section(&lexicon, file.data + at, (struct sori_span){file.data + offset, size}))
            return -EBADMSG;
    }
    *ret_why = "there are no words in it";
    if (!lexicon.words.n_blocks)
        return -EBADMSG;
    *ret_lexicon = lexicon;
    return 0;
}

/* --- front-coded blocks ----------------------------------------------------------------------- */

/* An entry where it lies: its key is the first `shared` bytes of the one before, then `rest`. */
struct entry {
    size_t shared;
    struct sori_span rest, payload;
};

/* Reads the entry at *at and steps over it; false at the end or where the bytes make no sense. */
static bool next_entry(struct sori_span blocks, size_t *at, struct entry *ret_entry)
{
    const unsigned char *data;
    size_t left, more;

    if (*at > blocks.size || blocks.size - *at < 2)
        return false;
    data = blocks.data + *at;
    left = blocks.size - *at - 2;
    more = data[1];
    if (left < more + 1 || left - more - 1 < data[2 + more])
        return false;
    *ret_entry = (struct entry){
        .shared = data[0],
        .rest = {data + 2, more},
        .payload = {data + 3 + more, data[2 + more]},
    };
    *at += 3 + more + data[2 + more];
    return true;
}

/* Bytes at the start of a key that an entry's rest begins with; *ret_order: <0, 0 or >0 as the rest
 * is less than the key, equal to it, or greater. */
static size_t compare(struct sori_span rest, const char *key, size_t size, int *ret_order)
{
    size_t n = 0;

    while (n < rest.size && n < size && rest.data[n] == (unsigned char)key[n])
        n++;
    *ret_order = n < rest.size && n < size ? rest.data[n] - (unsigned char)key[n]
                                           : (rest.size > n) - (size > n);
    return n;
}

/* Reads the head of a block, whose key is all there, and sets *ret_at behind it. */
static bool enter_block(const struct dictionary *dictionary, size_t block, size_t *ret_at,
                        struct entry *ret_entry)
{
    *ret_at = span_u32(dictionary->offsets, 4 * block);
    return next_entry(dictionary->blocks, ret_at, ret_entry) && !ret_entry->shared;
}

/*
 * Looks through a block. `same` bytes of the key are those of the entry before, which is less: one
 * that shares more with it is less too, one that shares less is greater, and only one that shares
 * as much is compared.
 */
static bool find_in_block(const struct dictionary *dictionary, size_t block, const char *key,
                          size_t size, struct sori_span *ret_payload)
{
    enum { BLOCK = 16 };
    struct entry entry;
    size_t same = 0, at;

    if (!enter_block(dictionary, block, &at, &entry))
        return false;
    for (int i = 0; i < BLOCK; i++) {
        int order = -1;
        if (i && !next_entry(dictionary->blocks, &at, &entry))
            return false;
        if (entry.shared < same)
            return false;
        if (entry.shared == same)
            same += compare(entry.rest, key + same, size - same, &order);
        if (!order)
            *ret_payload = entry.payload;
        if (order >= 0)
            return !order;
    }
    return false;
}

bool dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                     struct sori_span *ret_payload)
{
    size_t low = 0, high = dictionary->n_blocks;

    if (!size || size > KEY_MAX || !high)
        return false;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2, at;
        struct entry head;
        int order;
        if (!enter_block(dictionary, middle, &at, &head))
            return false;
        compare(head.rest, key, size, &order);
        if (order <= 0)
            low = middle;
        else
            high = middle;
    }
    return find_in_block(dictionary, low, key, size, ret_payload);
}
