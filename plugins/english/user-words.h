/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user-words.h: how the user wants words to be read, sori-dictionary(5)
 *
 * A line is "WORD = RESPELLING" or "WORD = /IPA/". Words are found at the edges of words, the
 * longest first; one that is written in small letters is found in any. Of equal words the first one
 * added wins.
 */
#ifndef ENGLISH_USER_WORDS_H
#define ENGLISH_USER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sori/types.h>

/* The longest word, in bytes, and the longest line. */
enum { USER_WORD_MAX = 64, USER_LINE_MAX = 512 };

struct user_word {
    char *text;    /* as it is written */
    char *spoken;  /* a respelling, or IPA; behind `text` in its memory */
    uint32_t rank; /* the order of the lines */
    bool sounds;   /* `spoken` is IPA */
};

struct user_words {
    struct user_word *list; /* sorted by user_words_seal() */
    size_t n, capacity;
};

/*
 * Adds the lines of a file. `complain` gets the number of each wrong line and what is wrong with
 * it; the others count. 0 or -ENOMEM.
 */
int user_words_add(struct user_words *words, struct sori_span file,
                   void (*complain)(void *opaque, size_t line, const char *why), void *opaque);
/* After the last file: from now on words are found. */
void user_words_seal(struct user_words *words);
void user_words_clear(struct user_words *words);

/* The word that is `text`, n bytes; NULL: none. */
const struct user_word *user_words_find(const struct user_words *words, const char *text, size_t n);

#endif
