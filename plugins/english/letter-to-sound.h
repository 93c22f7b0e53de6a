/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter-to-sound.h: how a word is read that no lexicon has
 *
 * A log-linear model, trained from the lexicon (voices/letter-to-sound.py), gives each letter a
 * chunk of sounds by the letters around and the chunks before; a beam search finds the best row of
 * chunks, with one primary stress.
 */
#ifndef ENGLISH_LETTER_TO_SOUND_H
#define ENGLISH_LETTER_TO_SOUND_H

#include <sori/types.h>

#include "english/phonemes.h"

enum { LETTERS = 27 /* a..z and the apostrophe */, CHUNKS_MAX = 256 };

/* The weights where they lie in the file. */
struct letter_model {
    unsigned n_chunks;
    float scale;
    uint32_t chunks[CHUNKS_MAX]; /* offset of each chunk: u8 length, sounds */
    uint32_t may[LETTERS];       /* offset of each letter's list: u8 n, u8 chunk... */
    uint8_t stressed[CHUNKS_MAX], vowels[CHUNKS_MAX];
    struct sori_span file;
    const signed char *weights; /* [1 << bits] */
    unsigned shift;             /* 32 - bits */
};

/* Reads the head of a section "LTSW"; an empty one gives a model that reads nothing. False if it is
 * damaged. */
bool letter_model_open(struct sori_span section, struct letter_model *ret_model);

/* Reads n letters (others are passed over); *ret_phones may be empty. */
void letters_to_sound(const struct letter_model *model, const char *letters, size_t n,
                      struct phones *ret_phones);

#endif
