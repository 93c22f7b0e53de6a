/* SPDX-License-Identifier: Apache-2.0 */
#include "english/phonemes.h"

#include <string.h>

static const char vowels[] = "AIOWYiu{acE3@1UV%6^";
static const char consonants[] = "bdfhjklmnpstvwzDNgrTSZJC0";

uint32_t phoneme_symbol(char phone)
{
    static const struct {
        char phone;
        uint16_t symbol;
    } others[] = {
        {'{', 0xe6},   {'D', 0xf0},   {'N', 0x14b}, {'a', 0x251},  {'c', 0x254}, {'@', 0x259},
        {'E', 0x25b},  {'3', 0x25c},  {'g', 0x261}, {'1', 0x26a},  {'r', 0x279}, {'S', 0x283},
        {'U', 0x28a},  {'V', 0x28c},  {'Z', 0x292}, {'J', 0x2a4},  {'C', 0x2a7}, {'0', 0x3b8},
        {'^', 0x1d4a}, {'%', 0x1d7b}, {'6', 0x250}, {'\'', 0x2c8}, {',', 0x2cc},
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].phone == phone)
            return others[i].symbol;
    return phone && strchr("AIOWYbdfhijklmnpstuvwzT", phone) ? (uint32_t)phone : 0;
}

bool phone_is_vowel(char phone)
{
    return phone && strchr(vowels, phone);
}

bool phone_is_consonant(char phone)
{
    return phone && strchr(consonants, phone);
}

void phones_put(struct phones *phones, char phone)
{
    if (phones->n < PHONES_MAX)
        phones->text[phones->n++] = phone;
}

void phones_append(struct phones *phones, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        phones_put(phones, text[i]);
}

bool phones_have(const struct phones *phones, char phone)
{
    return memchr(phones->text, phone, phones->n);
}

/* Takes away all `mark`, or makes them `other`. */
static void replace(struct phones *phones, char mark, char other)
{
    size_t kept = 0;

    for (size_t i = 0; i < phones->n; i++) {
        if (phones->text[i] != mark)
            phones->text[kept++] = phones->text[i];
        else if (other)
            phones->text[kept++] = other;
    }
    phones->n = kept;
}

/* Puts a mark before the first vowel; a word without one has none to stress. */
static void stress_first_vowel(struct phones *phones, char mark)
{
    size_t at = 0;

    while (at < phones->n && !phone_is_vowel(phones->text[at]))
        at++;
    if (at == phones->n || phones->n == PHONES_MAX)
        return;
    memmove(phones->text + at + 1, phones->text + at, phones->n - at);
    phones->text[at] = mark;
    phones->n++;
}

void phones_stress(struct phones *phones, enum stress stress)
{
    bool primary = phones_have(phones, PRIMARY), secondary = phones_have(phones, SECONDARY);

    if (stress == STRESS_NONE || stress == STRESS_LOWER || (stress == STRESS_WEAKER && primary)) {
        replace(phones, SECONDARY, 0);
        replace(phones, PRIMARY, stress == STRESS_NONE ? 0 : SECONDARY);
    } else if (stress == STRESS_FULL && !primary && secondary) {
        replace(phones, SECONDARY, PRIMARY);
    } else if (stress != STRESS_KEEP && !primary && !secondary) {
        stress_first_vowel(phones, stress == STRESS_FULL ? PRIMARY : SECONDARY);
    }
}

unsigned phones_weight(const char *text, size_t n)
{
    unsigned weight = 0;

    for (size_t i = 0; i < n; i++)
        weight += text[i] && strchr("AIOWYJC", text[i]) ? 2 : 1;
    return weight;
}
