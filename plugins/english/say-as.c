/* SPDX-License-Identifier: Apache-2.0 */
/* Text whose markup says what it is. */
#include <stdio.h>

#include "english/normalise.h"

void say_instead(struct normaliser *normaliser, const char *text, size_t from, size_t to)
{
    struct items *items = normaliser->items;
    size_t first = items->n;
    struct normaliser inner = {normaliser->lexicon, text, strlen(text), items, 0, 0, {0}, true};

    read_range(&inner, 0, inner.n);
    for (size_t i = first; i < items->n; i++) {
        items->list[i].start = (uint32_t)from;
        items->list[i].end = (uint32_t)to;
    }
}

static bool say_cardinal_at(struct normaliser *normaliser, size_t from, size_t to)
{
    size_t minus = dash_at(normaliser, from);
    struct number number;

    if (!number_at(normaliser, from + minus, &number) || from + minus + number.length != to)
        return false;
    place(normaliser, from, to);
    if (minus)
        say(normaliser, "minus");
    say_amount(normaliser, &number);
    return true;
}

static bool say_ordinal_at(struct normaliser *normaliser, size_t from, size_t to)
{
    struct number number;

    if (!number_at(normaliser, from, &number) || number.n_part || !number.n_whole ||
        from + number.length != to)
        return false; /* "3rd" is one as it stands */
    place(normaliser, from, to);
    say_ordinal(normaliser, number.whole, number.n_whole);
    return true;
}

/* Digits one by one, with a pause where they are grouped. */
static bool say_telephone(struct normaliser *normaliser, size_t from, size_t to)
{
    for (size_t at = from, n; at < to; at += n) {
        n = digits_at(normaliser, at);
        n = n > to - at ? to - at : n;
        if (n) {
            place(normaliser, at, at + n);
            say_digits(normaliser, normaliser->text + at, n);
            continue;
        }
        n = letters_at(normaliser, at);
        if (n) {
            read_range(normaliser, at, at + n);
            continue;
        }
        n = 1;
        place(normaliser, at, at + 1);
        if (peek(normaliser, at) == '+')
            say(normaliser, "plus");
        else
            say_mark(normaliser, ',');
    }
    return true;
}

/* --- dates ------------------------------------------------------------------------------------ */

/* Up to three numbers in the order of `format` ("dmy"); *ret_part is by letter. */
static bool date_parts(const struct normaliser *normaliser, size_t at, size_t to,
                       const char *format, unsigned ret_part[static 128])
{
    for (; *format; format++) {
        unsigned value = 0;
        size_t n = digits_at(normaliser, at);
        if (!strchr("dmy", *format) || !n || n > 4 || n > to - at)
            return false;
        for (size_t i = 0; i < n; i++)
            value = value * 10 + (unsigned)(normaliser->text[at + i] - '0');
        ret_part[(unsigned char)*format] = value;
        at += n;
        if (at < to && strchr("-/. ", normaliser->text[at]))
            at++;
    }
    return at == to;
}

static bool say_date(struct normaliser *normaliser, size_t from, size_t to, const char *format)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    unsigned part[128] = {0};
    char text[40], day[16] = "", year[16] = "";

    if (!*format)
        format = "mdy";
    if (!date_parts(normaliser, from, to, format, part) || part['d'] > 31 || part['m'] > 12)
        return false;
    if (strchr(format, 'm') && !part['m'])
        return false;
    if (part['y'] && part['y'] < 100 && strlen(format) > 1)
        part['y'] += part['y'] < 70 ? 2000 : 1900;
    if (part['d'])
        snprintf(day, sizeof day, " %u", part['d']);
    if (part['y'])
        snprintf(year, sizeof year, "%s%u", part['d'] ? ", " : " ", part['y']);
    snprintf(text, sizeof text, "%s%s%s", part['m'] ? months[part['m'] - 1] : "", day, year);
    say_instead(normaliser, text, from, to);
    return true;
}

/* --- all -------------------------------------------------------------------------------------- */

static bool say_sounds(struct normaliser *normaliser, size_t from, size_t to)
{
    place(normaliser, from, to);
    say_word(normaliser, normaliser->text + from, to - from, ITEM_SOUNDED);
    return true;
}

bool say_as(struct normaliser *normaliser, size_t from, size_t to, enum ssml_reading reading,
            const char *detail)
{
    while (from < to && peek(normaliser, from) == ' ')
        from++;
    while (to > from && peek(normaliser, to - 1) == ' ')
        to--;
    if (from == to)
        return true;
    switch (reading) {
    case SSML_CHARACTERS:
        spell(normaliser, from, to);
        return true;
    case SSML_CARDINAL:
        return say_cardinal_at(normaliser, from, to);
    case SSML_ORDINAL:
        return say_ordinal_at(normaliser, from, to);
    case SSML_DATE:
        return say_date(normaliser, from, to, detail);
    case SSML_TELEPHONE:
        return say_telephone(normaliser, from, to);
    case SSML_PHONEME:
        return say_sounds(normaliser, from, to);
    case SSML_TIME:
    case SSML_CURRENCY: /* written as anyone would: the matchers know them */
        break;
    }
    return false;
}
