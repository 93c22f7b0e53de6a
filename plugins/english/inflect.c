/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "english/reading.h"

static char last(const struct phones *phones)
{
    return phones->n ? phones->text[phones->n - 1] : 0;
}

static bool among(char phone, const char *set)
{
    return phone && strchr(set, phone);
}

void inflect_s(struct phones *phones)
{
    char end = last(phones);

    if (!end)
        return;
    if (among(end, "szSZCJ"))
        phones_put(phones, '%');
    phones_put(phones, among(end, "ptkf0") ? 's' : 'z');
}

/* After these, American English taps a t before a vowel. */
static bool taps(const struct phones *phones)
{
    return phones->n > 1 && last(phones) == 't' &&
           among(phones->text[phones->n - 2], "AIOWYiu{a@E1rUV");
}

void inflect_ed(struct phones *phones)
{
    char end = last(phones);

    if (!end)
        return;
    if (among(end, "pkf0SsC")) {
        phones_put(phones, 't');
        return;
    }
    if (taps(phones))
        phones->text[phones->n - 1] = 'T';
    if (end == 'd' || end == 't')
        phones_put(phones, '%');
    phones_put(phones, 'd');
}

void inflect_ing(struct phones *phones)
{
    if (!phones->n)
        return;
    if (taps(phones))
        phones->text[phones->n - 1] = 'T';
    phones_put(phones, '1');
    phones_put(phones, 'N');
}

void inflect(struct phones *phones, enum ending ending)
{
    if (ending == ENDING_S)
        inflect_s(phones);
    else if (ending == ENDING_ED)
        inflect_ed(phones);
    else if (ending == ENDING_ING)
        inflect_ing(phones);
}

/* --- stems ------------------------------------------------------------------------------------ */

static bool ends(const char *word, size_t n, const char *end)
{
    size_t size = strlen(end);
    return n >= size && !memcmp(word + n - size, end, size);
}

/* The word less `cut` bytes, plus `add`. */
static enum ending give(enum ending ending, const char *word, size_t n, size_t cut, const char *add,
                        struct stem *ret_stem)
{
    size_t kept = n - cut, more = strlen(add);

    memcpy(ret_stem->text, word, kept);
    memcpy(ret_stem->text + kept, add, more);
    ret_stem->n = kept + more;
    return ending;
}

static enum ending stem_s(const char *word, size_t n, unsigned i, struct stem *ret_stem)
{
    if (n < 3 || !ends(word, n, "s"))
        return ENDING_SKIP;
    if (i == 0 && !ends(word, n, "ss"))
        return give(ENDING_S, word, n, 1, "", ret_stem);
    if (i == 1 && (ends(word, n, "'s") || (n > 4 && ends(word, n, "es") && !ends(word, n, "ies"))))
        return give(ENDING_S, word, n, 2, "", ret_stem);
    if (i == 2 && n > 4 && ends(word, n, "ies"))
        return give(ENDING_S, word, n, 3, "y", ret_stem);
    return ENDING_SKIP;
}

static enum ending stem_ed(const char *word, size_t n, unsigned i, struct stem *ret_stem)
{
    bool ed = n > 4 && ends(word, n, "ed") && !ends(word, n, "eed");

    if (n < 4 || !ends(word, n, "d"))
        return ENDING_SKIP;
    if (i == 0 && !ends(word, n, "dd"))
        return give(ENDING_ED, word, n, 1, "", ret_stem);
    if (i == 1 && ed)
        return give(ENDING_ED, word, n, 2, "", ret_stem);
    if (i == 2 && ed && n > 5 && word[n - 3] == word[n - 4])
        return give(ENDING_ED, word, n, 3, "", ret_stem);
    if (i == 3 && n > 4 && ends(word, n, "ied"))
        return give(ENDING_ED, word, n, 3, "y", ret_stem);
    return ENDING_SKIP;
}

static enum ending stem_ing(const char *word, size_t n, unsigned i, struct stem *ret_stem)
{
    if (n < 5 || !ends(word, n, "ing"))
        return ENDING_SKIP;
    if (i == 0 && n > 5)
        return give(ENDING_ING, word, n, 3, "", ret_stem);
    if (i == 1)
        return give(ENDING_ING, word, n, 3, "e", ret_stem);
    if (i == 2 && n > 5 && (word[n - 4] == word[n - 5] || ends(word, n, "cking")))
        return give(ENDING_ING, word, n, 4, "", ret_stem);
    return ENDING_SKIP;
}

enum ending inflect_stem(const char *word, size_t n, unsigned i, struct stem *ret_stem)
{
    if (n > WORD_MAX || i >= 10)
        return ENDING_NONE;
    if (i < 3)
        return stem_s(word, n, i, ret_stem);
    return i < 7 ? stem_ed(word, n, i - 3, ret_stem) : stem_ing(word, n, i - 7, ret_stem);
}
