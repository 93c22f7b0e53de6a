/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lexicon.h: the mapped file of words
 *
 * The file is read in place: opening it checks the table of sections and touches nothing else, so
 * that a cold start costs a few pages. Every byte is mistrusted: a damaged file gives wrong or no
 * answers, never an access outside the map. voices/english.py describes the format.
 */
#ifndef ENGLISH_LEXICON_H
#define ENGLISH_LEXICON_H

#include <stdbool.h>

#include <sori/types.h>

#include "english/letter-to-sound.h"
#include "english/user-words.h"

/* Sorted keys with a payload each, front-coded in blocks. */
struct dictionary {
    struct sori_span offsets; /* u32 a block */
    struct sori_span blocks;
    size_t n_blocks;
};

struct lexicon {
    struct dictionary words;     /* readings, see reading.h */
    struct dictionary tags;      /* words with one tag only */
    struct dictionary names;     /* symbols */
    struct sori_span features;   /* weights of the tagger */
    struct letter_model letters; /* letter to sound */
    struct user_words user;      /* not of the file: what the user wants otherwise */
};

/*
 * Opens a mapped file. The sections "WORD" must be there; others may be missing and then know
 * nothing. 0, or -EBADMSG (damaged) or -ENOTSUP (not a lexicon) with *ret_why.
 */
int lexicon_open(struct sori_span file, struct lexicon *ret_lexicon, const char **ret_why);

/* Finds a key; false if there is none. */
bool dictionary_find(const struct dictionary *dictionary, const char *key, size_t size,
                     struct sori_span *ret_payload);

/* A little-endian number at byte `at`; 0 outside. */
static inline uint32_t span_u32(struct sori_span span, size_t at)
{
    if (at > span.size || span.size - at < 4)
        return 0;
    return (uint32_t)span.data[at] | (uint32_t)span.data[at + 1] << 8 |
           (uint32_t)span.data[at + 2] << 16 | (uint32_t)span.data[at + 3] << 24;
}

#endif
