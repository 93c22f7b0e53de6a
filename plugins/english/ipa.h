/* SPDX-License-Identifier: Apache-2.0 */
/* ipa.h: the International Phonetic Alphabet as sounds of American English */
#ifndef ENGLISH_IPA_H
#define ENGLISH_IPA_H

#include "english/phonemes.h"

/*
 * The sounds of a transcription: each sign as the nearest sound of phonemes.h; stress, which stands
 * before a syllable there, before its vowel. Signs that mean nothing here are passed over. False if
 * no sound is left.
 */
bool ipa_read(const char *ipa, struct phones *ret_phones);

#endif
