/* SPDX-License-Identifier: Apache-2.0 */
#include "english/lexicon.h"

#include <errno.h>
#include <string.h>

enum { KEY_MAX = 255, SECTIONS_MAX = 16, HEADER = 12, SECTION = 12 };

uint32_t span_u32(struct sori_span span, size_t at)
{
    if (at > span.size || span.size - at < 4)
        return 0;
    return (uint32_t)span.data[at] | (uint32_t)span.data[at + 1] << 8 |
           (uint32_t)span.data[at + 2] << 16 | (uint32_t)span.data[at + 3] << 24;
}

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

struct cursor {
    struct sori_span blocks;
    size_t at;
    size_t size; /* of key */
    unsigned char key[KEY_MAX];
    struct sori_span payload;
};

/* Reads the next entry; false at the end or where the bytes make no sense. */
static bool next_entry(struct cursor *cursor)
{
    const unsigned char *data = cursor->blocks.data;
    size_t left = cursor->blocks.size - cursor->at, shared, more, size;

    if (left < 2)
        return false;
    shared = data[cursor->at];
    more = data[cursor->at + 1];
    if (shared > cursor->size || shared + more > KEY_MAX || left - 2 < more + 1)
        return false;
    memcpy(cursor->key + shared, data + cursor->at + 2, more);
    cursor->size = shared + more;
    cursor->at += 2 + more;
    size = data[cursor->at++];
    if (cursor->blocks.size - cursor->at < size)
        return false;
    cursor->payload = (struct sori_span){data + cursor->at, size};
    cursor->at += size;
    return true;
}

static int compare(const struct cursor *cursor, const char *key, size_t size)
{
    size_t common = cursor->size < size ? cursor->size : size;
    int order = memcmp(cursor->key, key, common);
    return order ? order : (cursor->size > size) - (cursor->size < size);
}

/* Sets the cursor to the head of a block and reads it. */
static bool enter_block(const struct dictionary *dictionary, size_t block, struct cursor *cursor)
{
    cursor->blocks = dictionary->blocks;
    cursor->at = span_u32(dictionary->offsets, 4 * block);
    cursor->size = 0;
    return cursor->at <= cursor->blocks.size && next_entry(cursor);
}

bool dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                     struct sori_span *ret_payload)
{
    enum { BLOCK = 16 };
    struct cursor cursor;
    size_t low = 0, high = dictionary->n_blocks;

    if (!size || size > KEY_MAX)
        return false;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (!enter_block(dictionary, middle, &cursor))
            return false;
        if (compare(&cursor, key, size) <= 0)
            low = middle;
        else
            high = middle;
    }
    if (low == high || !enter_block(dictionary, low, &cursor))
        return false;
    for (int i = 0; i < BLOCK; i++) {
        int order = compare(&cursor, key, size);
        if (!order)
            *ret_payload = cursor.payload;
        if (order >= 0)
            return !order;
        if (i + 1 == BLOCK || !next_entry(&cursor))
            return false;
    }
    return false;
}
