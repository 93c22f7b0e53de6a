/* SPDX-License-Identifier: Apache-2.0 */
#include "english/ipa.h"

#include <string.h>

#include "english/utf8.h"

/* Two signs that are one sound here come before their first. */
static const struct {
    const char *ipa, *phones;
} table[] = {
    {"eɪ", "A"}, {"aɪ", "I"}, {"oʊ", "O"}, {"əʊ", "O"},  {"aʊ", "W"},  {"ɔɪ", "Y"},  {"dʒ", "J"},
    {"tʃ", "C"}, {"d͡ʒ", "J"}, {"t͡ʃ", "C"}, {"ɪə", "1r"}, {"ʊə", "Ur"}, {"ɛə", "Er"}, {"eə", "Er"},
    {"ʤ", "J"},  {"ʧ", "C"},  {"æ", "{"},  {"ɑ", "a"},   {"ɒ", "a"},   {"a", "a"},   {"ɔ", "c"},
    {"ə", "@"},  {"ɛ", "E"},  {"e", "E"},  {"ɜ", "3"},   {"ɝ", "3r"},  {"ɚ", "@r"},  {"ɪ", "1"},
    {"ɨ", "%"},  {"ᵻ", "%"},  {"ʊ", "U"},  {"ʌ", "V"},   {"ɐ", "6"},   {"o", "O"},   {"ø", "3"},
    {"œ", "3"},  {"y", "u"},  {"ʏ", "U"},  {"ɯ", "u"},   {"ɤ", "V"},   {"i", "i"},   {"u", "u"},
    {"b", "b"},  {"β", "v"},  {"d", "d"},  {"ð", "D"},   {"f", "f"},   {"ɸ", "f"},   {"ɡ", "g"},
    {"g", "g"},  {"ɣ", "g"},  {"h", "h"},  {"ɦ", "h"},   {"ħ", "h"},   {"j", "j"},   {"k", "k"},
    {"x", "k"},  {"χ", "k"},  {"q", "k"},  {"c", "k"},   {"l", "l"},   {"ɫ", "l"},   {"ʎ", "lj"},
    {"m", "m"},  {"n", "n"},  {"ɲ", "nj"}, {"ŋ", "N"},   {"p", "p"},   {"ɹ", "r"},   {"r", "r"},
    {"ʁ", "r"},  {"ɻ", "r"},  {"s", "s"},  {"ʃ", "S"},   {"ɕ", "S"},   {"ç", "S"},   {"t", "t"},
    {"ʔ", "t"},  {"ɾ", "T"},  {"θ", "0"},  {"v", "v"},   {"ʋ", "v"},   {"w", "w"},   {"ʍ", "hw"},
    {"z", "z"},  {"ʒ", "Z"},  {"ʑ", "Z"},
};

static size_t put(const char *ipa, char *stress, struct phones *phones)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = strlen(table[i].ipa);
        if (strncmp(ipa, table[i].ipa, n) != 0)
            continue;
        for (const char *phone = table[i].phones; *phone; phone++) {
            if (*stress && phone_is_vowel(*phone)) {
                phones_put(phones, *stress);
                *stress = 0;
            }
            phones_put(phones, *phone);
        }
        return n;
    }
    return 0;
}

bool ipa_read(const char *ipa, struct phones *ret_phones)
{
    char stress = 0;

    ret_phones->n = 0;
    while (*ipa) {
        size_t size, n = put(ipa, &stress, ret_phones);
        uint32_t symbol = utf8_decode(ipa, strlen(ipa), &size);
        if (symbol == 0x2c8 || symbol == '\'')
            stress = PRIMARY;
        if (symbol == 0x2cc)
            stress = SECONDARY;
        ipa += n ? n : size;
    }
    return ret_phones->n;
}

size_t ipa_write(char phone, uint32_t ret_symbols[static IPA_MAX])
{
    static const struct {
        char phone;
        uint16_t symbols[IPA_MAX];
    } others[] = {
        {'A', {'e', 0x26a}}, {'I', {'a', 0x26a}},   {'O', {'o', 0x28a}},
        {'W', {'a', 0x28a}}, {'Y', {0x254, 0x26a}}, {'J', {'d', 0x292}},
        {'C', {'t', 0x283}}, {'T', {0x27e}},        {'^', {0x259}},
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i].phone == phone) {
            ret_symbols[0] = others[i].symbols[0];
            ret_symbols[1] = others[i].symbols[1];
            return ret_symbols[1] ? 2 : 1;
        }
    ret_symbols[0] = phoneme_symbol(phone);
    return 1;
}
