/* SPDX-License-Identifier: Apache-2.0 */
/* ipa.h: between the sounds of American English and the International Phonetic Alphabet */
#ifndef ENGLISH_IPA_H
#define ENGLISH_IPA_H

#include "english/phonemes.h"

/*
 * The sounds of a transcription: each sign as the nearest sound of phonemes.h; stress, which stands
 * before a syllable there, before its vowel. Signs that mean nothing here are passed over. False if
 * no sound is left.
 */
bool ipa_read(const char *ipa, struct phones *ret_phones);

/* A diphthong or an affricate, one sound here, has two signs. */
enum { IPA_MAX = 2 };

/* The signs of a sound of phonemes.h; returns their number. */
size_t ipa_write(char phone, uint32_t ret_symbols[static IPA_MAX]);

#endif
