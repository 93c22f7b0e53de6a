/* SPDX-License-Identifier: Apache-2.0 */
#include "english/unknown.h"

#include <string.h>

#include "english/ascii.h"

/* Halves of a compound: shorter ones would be found in anything. */
enum { SHORT_HALF = 3, LONG_HALF = 4, BOTH_HALVES = 8 };

static bool read_half(const struct lexicon *lexicon, const char *text, size_t n,
                      struct phones *ret_phones)
{
    const struct reading_context context = {NEXT_CONSONANT, false};

    return reading_exists(lexicon, text, n) &&
           reading_find(lexicon, text, n, TAG_NN, context, ret_phones) &&
           phones_have(ret_phones, PRIMARY);
}

/* "chokepoint": the first half has the stress. The longest first half wins. */
static bool read_compound(const struct lexicon *lexicon, const char *text, size_t n,
                          struct phones *ret_phones)
{
    char lower[WORD_MAX];
    struct phones first, second;

    if (n < BOTH_HALVES || !ascii_is_alpha(text, n))
        return false;
    ascii_to_lower(text, n, lower);
    for (size_t cut = n - LONG_HALF; cut >= SHORT_HALF; cut--) {
        if (cut == SHORT_HALF && n < BOTH_HALVES + 1)
            break;
        if (!read_half(lexicon, lower + cut, n - cut, &second) ||
            !read_half(lexicon, lower, cut, &first))
            continue;
        phones_stress(&second, STRESS_LOWER);
        *ret_phones = first;
        phones_append(ret_phones, second.text, second.n);
        return true;
    }
    return false;
}

/* FNV-1a */
static struct unknown_word *place_of(struct unknown *unknown, const char *text, size_t n)
{
    uint32_t hash = UINT32_C(0x811c9dc5);

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * UINT32_C(0x01000193);
    return &unknown->kept[hash % UNKNOWN_KEPT];
}

void unknown_read(struct unknown *unknown, const struct lexicon *lexicon, const char *text,
                  size_t n, struct phones *ret_phones)
{
    struct unknown_word *kept = place_of(unknown, text, n);

    if (kept->n_phones && kept->n == n && !memcmp(kept->text, text, n)) {
        ret_phones->n = 0;
        phones_append(ret_phones, kept->phones, kept->n_phones);
        return;
    }
    if (!read_compound(lexicon, text, n, ret_phones))
        letters_to_sound(&lexicon->letters, text, n, ret_phones);
    if (!ret_phones->n) /* without a model */
        reading_spell(lexicon, text, n, ret_phones);
    if (ret_phones->n > UNKNOWN_PHONES)
        return;
    kept->n = (uint8_t)n;
    kept->n_phones = (uint8_t)ret_phones->n;
    memcpy(kept->text, text, n);
    memcpy(kept->phones, ret_phones->text, ret_phones->n);
}
