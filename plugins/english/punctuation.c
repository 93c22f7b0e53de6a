/* SPDX-License-Identifier: Apache-2.0 */
/* Punctuation and capital letters as far as the listener asked to hear of them. */
#include <utf8proc.h>

#include <sori/stage.h>

#include "english/normalise.h"
#include "english/utf8.h"

/* From as many on, the same sign in a row is counted. */
enum { COUNTED = 4 };

/* The least level at which an ASCII sign is named. */
static unsigned ascii_level(char sign)
{
    if (strchr("#%&*+/<=>@", sign))
        return SORI_PUNCTUATION_SOME;
    if (strchr("$\"()[]{}:;-\\^_`|~", sign))
        return SORI_PUNCTUATION_MOST;
    return SORI_PUNCTUATION_ALL; /* ! ' , . ? */
}

/* The same for all others: what shapes a sentence is named last, symbols are always. */
static unsigned level_of(uint32_t symbol)
{
    static const uint32_t shaping[] = {0x2018, 0x2019, 0x2026, 0x3001, 0x3002, 0xff01,
                                       0xff0c, 0xff0e, 0xff1f, 0x60c,  0x61f,  0x964};
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);

    if (symbol < 0x80)
        return ascii_level((char)symbol);
    for (size_t i = 0; i < sizeof shaping / sizeof *shaping; i++)
        if (shaping[i] == symbol)
            return SORI_PUNCTUATION_ALL;
    return category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO
               ? SORI_PUNCTUATION_SOME
               : SORI_PUNCTUATION_MOST;
}

static bool is_punctuation(uint32_t symbol)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);

    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO;
}

static bool is_between_letters(const struct normaliser *normaliser, size_t at, size_t size)
{
    return at && ascii_is_letter(normaliser->text[at - 1]) &&
           ascii_is_letter(peek(normaliser, at + size));
}

/* Names a run of the same sign; its length. */
static size_t name_run(struct normaliser *normaliser, size_t at, size_t size)
{
    size_t end = at + size, count = 1;
    const char *sign = normaliser->text + at;

    while (normaliser->n - end >= size && !memcmp(normaliser->text + end, sign, size)) {
        end += size;
        count++;
    }
    if (count < COUNTED)
        return say_character(normaliser, at);
    place(normaliser, at, end);
    say_small(normaliser, count < 10000 ? (unsigned)count : 9999);
    say_character(normaliser, at);
    return end - at;
}

size_t match_punctuation(struct normaliser *normaliser, size_t at)
{
    unsigned wanted = normaliser->manner.punctuation;
    char c = normaliser->text[at];
    uint32_t symbol;
    size_t size, taken;

    if (wanted == SORI_PUNCTUATION_NATURAL)
        return 0;
    symbol = utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    if (!is_punctuation(symbol))
        return 0;
    if (wanted == SORI_PUNCTUATION_NONE)
        return symbol < 0x80 && strchr("#*/<>\\^_`|~", c) ? size : 0;
    if (level_of(symbol) > wanted ||
        ((c == '\'' || symbol == 0x2019) && is_between_letters(normaliser, at, size)))
        return 0;
    taken = name_run(normaliser, at, size);
    if (strchr(".?!,;:", c)) {
        place(normaliser, at, at + taken);
        say_mark(normaliser, c);
    }
    return taken;
}

/* --- capitals --------------------------------------------------------------------------------- */

static bool is_upper(const struct normaliser *normaliser, size_t at)
{
    size_t size;
    utf8proc_category_t category = utf8proc_category(
        (utf8proc_int32_t)utf8_decode(normaliser->text + at, normaliser->n - at, &size));

    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

unsigned say_capital(struct normaliser *normaliser, size_t at)
{
    size_t size;

    if (normaliser->manner.capitals == SORI_CAPITALS_NONE || !is_upper(normaliser, at))
        return 0;
    if (normaliser->manner.capitals == SORI_CAPITALS_ICON)
        return ITEM_CAPITAL;
    utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    place(normaliser, at, at + size);
    say(normaliser, "capital");
    return 0;
}
