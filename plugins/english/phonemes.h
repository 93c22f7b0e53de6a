/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phonemes.h: the sounds of American English
 *
 * Inside the plugin and in the lexicon file a sound is one ASCII letter, so that rules read well;
 * phoneme_symbol() gives the code point that the voice knows. The inventory is misaki's: A I O W Y
 * are the vowels of day, my, go, now, boy; J and C the consonants of jam and chin; T is the tap of
 * "water"; ' and , put primary and secondary stress on the vowel that follows.
 *
 *     { ash   a spa   c law   @ ago   E bed   3 bird   1 bit   U book   V cup   ^ faint schwa
 *     % between 1 and @   6 the article "a"   D this   N sing   r   S ship   Z vision   0 thin
 */
#ifndef ENGLISH_PHONEMES_H
#define ENGLISH_PHONEMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the sounds of one word: names of letters take four each. */
enum { PHONES_MAX = 500 };

struct phones {
    size_t n;
    char text[PHONES_MAX];
};

#define PRIMARY '\''
#define SECONDARY ','

/* Code point of a sound, 0 for what is none. */
uint32_t phoneme_symbol(char phone);

bool phone_is_vowel(char phone);
bool phone_is_consonant(char phone);

/* Appending; what does not fit is left out. */
void phones_put(struct phones *phones, char phone);
void phones_append(struct phones *phones, const char *text, size_t n);
bool phones_have(const struct phones *phones, char phone);

/* How a word is stressed against its entry in the lexicon. */
enum stress {
    STRESS_KEEP,
    STRESS_NONE,   /* no marks at all */
    STRESS_LOWER,  /* primary becomes secondary, secondary vanishes */
    STRESS_WEAKER, /* as LOWER if there is a primary stress; else at least a secondary one */
    STRESS_SOME,   /* at least a secondary stress */
    STRESS_FULL,   /* at least a primary stress */
};

void phones_stress(struct phones *phones, enum stress stress);

/* How much a word weighs when two stand together: long vowels and affricates count twice. */
unsigned phones_weight(const char *text, size_t n);

#endif
