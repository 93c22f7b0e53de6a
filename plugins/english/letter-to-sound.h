/* SPDX-License-Identifier: Apache-2.0 */
/* letter-to-sound.h: how a word is read that no lexicon has */
#ifndef ENGLISH_LETTER_TO_SOUND_H
#define ENGLISH_LETTER_TO_SOUND_H

#include "english/phonemes.h"

#include <sori/types.h>

/* Reads n small ASCII letters (others are passed over); *ret_phones may be empty. */
void letters_to_sound(struct sori_span model, const char *letters, size_t n,
                      struct phones *ret_phones);

#endif
