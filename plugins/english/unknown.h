/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unknown.h: words that neither the lexicon nor its rules know
 *
 * One that is made of two known words is read as both; others by their letters, which takes a
 * thousand times longer than a look-up. So the last ones are kept: a name that a text is about is
 * read once.
 */
#ifndef ENGLISH_UNKNOWN_H
#define ENGLISH_UNKNOWN_H

#include "english/lexicon.h"
#include "english/reading.h"

enum { UNKNOWN_KEPT = 32, UNKNOWN_PHONES = 120 };

struct unknown {
    struct unknown_word {
        uint8_t n, n_phones;
        char text[WORD_MAX];
        char phones[UNKNOWN_PHONES];
    } kept[UNKNOWN_KEPT];
};

/* Reads a word of n <= WORD_MAX letters and apostrophes. */
void unknown_read(struct unknown *unknown, const struct lexicon *lexicon, const char *text,
                  size_t n, struct phones *ret_phones);

#endif
