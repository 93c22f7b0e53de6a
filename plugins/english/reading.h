/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h: how a known word is read
 *
 * The lexicon has most words as they stand. Others follow from those: plurals, pasts, participles,
 * possessives and contractions from their stem, words in capitals from small letters, initialisms
 * from the names of letters. The rules and the lexicon are those of misaki, by whose output the
 * voice was trained.
 */
#ifndef ENGLISH_READING_H
#define ENGLISH_READING_H

#include "english/lexicon.h"
#include "english/phonemes.h"
#include "english/tag.h"

/* The longest word that is looked up; longer ones come in pieces. */
enum { WORD_MAX = 64 };

/* What follows a word. */
enum next_sound { NEXT_PAUSE, NEXT_CONSONANT, NEXT_VOWEL };

struct reading_context {
    enum next_sound next;
    bool next_is_to;
};

/*
 * Reads `word`, n ASCII letters, apostrophes, hyphens or full stops. False if neither the lexicon
 * nor a rule knows it; *ret_phones is then undefined.
 */
bool reading_find(const struct lexicon *lexicon, const char *word, size_t n, enum tag tag,
                  struct reading_context context, struct phones *ret_phones);

/* Spells n letters by their names; false if one has none. Other characters are passed over. */
bool reading_spell(const struct lexicon *lexicon, const char *letters, size_t n,
                   struct phones *ret_phones);

/* Is there an entry for it, in this or the other case of its first letter? */
bool reading_exists(const struct lexicon *lexicon, const char *word, size_t n);

/* --- inflect.c -------------------------------------------------------------------------------- */

/* Gives the sounds of a stem the ending -s, -ed or -ing; an empty stem stays empty. */
void inflect_s(struct phones *phones);
void inflect_ed(struct phones *phones);
void inflect_ing(struct phones *phones);

/*
 * Stems that a word may have: fills `ret_stem` with candidate number `i` and says what ends it; 0
 * when there are no more. The caller takes the first one that is known.
 */
enum ending { ENDING_NONE, ENDING_S, ENDING_ED, ENDING_ING, ENDING_SKIP };

struct stem {
    size_t n;
    char text[WORD_MAX + 1];
};

enum ending inflect_stem(const char *word, size_t n, unsigned i, struct stem *ret_stem);

void inflect(struct phones *phones, enum ending ending);

#endif
