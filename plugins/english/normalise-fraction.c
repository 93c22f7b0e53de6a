/* SPDX-License-Identifier: Apache-2.0 */
/* Fractions of digits: "3/4", "1 1/2", and what only looks like one ("9/11", "24/7"). */
#include "english/normalise.h"

unsigned digits_value(const struct normaliser *normaliser, size_t at, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n && value < 100000; i++)
        value = value * 10 + (unsigned)(normaliser->text[at + i] - '0');
    return value;
}

/* "half", "thirds", "twentieths" */
static void say_fraction(struct normaliser *normaliser, unsigned over, unsigned under)
{
    say_small(normaliser, over);
    if (under == 2) {
        say(normaliser, over == 1 ? "half" : "halves");
        return;
    }
    if (under == 4) {
        say(normaliser, over == 1 ? "quarter" : "quarters");
        return;
    }
    char digits[4] = {'0', (char)('0' + under / 100 % 10), (char)('0' + under / 10 % 10),
                      (char)('0' + under % 10)};
    say_ordinal(normaliser, digits, 4);
    if (over != 1 && !normaliser->items->failed) {
        /* the plural of what was just said */
        struct items *items = normaliser->items;
        if (buffer_append(&items->text, "s", 1))
            items->list[items->n - 1].size++;
        else
            items->failed = true;
    }
}

/* "3/4"; what is no fraction is read as it stands ("9/11", "24/7"). */
size_t match_fraction(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t slash = at + n, m = digits_at(normaliser, slash + 1), end = slash + 1 + m;
    unsigned over, under;

    if (peek(normaliser, slash) != '/' || !m || n > 4 || m > 4 || peek(normaliser, end) == '/')
        return 0;
    over = digits_value(normaliser, at, n);
    under = digits_value(normaliser, slash + 1, m);
    place(normaliser, at, end);
    if (peek(normaliser, end) == ']') { /* "[PATCH 2/7]" */
        say_cardinal(normaliser, normaliser->text + at, n);
        say(normaliser, "of");
        say_cardinal(normaliser, normaliser->text + slash + 1, m);
    } else if (over && over < under && under >= 2 && under <= 100 && !(over == 9 && under == 11)) {
        say_fraction(normaliser, over, under);
        end += say_unit(normaliser, end, true);
    } else {
        say_cardinal(normaliser, normaliser->text + at, n);
        if (!(over == 24 && under == 7) && !(over == 9 && under == 11))
            say(normaliser, over > under ? "over" : over < under ? "slash" : "");
        say_cardinal(normaliser, normaliser->text + slash + 1, m);
    }
    return end - at;
}

/* "1 1/2": one and a half */
size_t match_mixed_fraction(struct normaliser *normaliser, size_t at, size_t n)
{
    size_t gap = spaces_at(normaliser, at + n), over = at + n + gap, slash;
    unsigned a, b;

    if (gap != 1 || digits_at(normaliser, over) != 1 ||
        (at && ascii_is_letter(normaliser->text[at - 1]))) /* "v3 1/2" */
        return 0;
    slash = over + 1;
    if (peek(normaliser, slash) != '/' || digits_at(normaliser, slash + 1) - 1u > 1 ||
        !word_ends(normaliser, slash + 1 + digits_at(normaliser, slash + 1)))
        return 0;
    a = digits_value(normaliser, over, 1);
    b = digits_value(normaliser, slash + 1, digits_at(normaliser, slash + 1));
    if (!a || a >= b || b > 64)
        return 0;
    place(normaliser, at, slash + 1 + digits_at(normaliser, slash + 1));
    say_cardinal(normaliser, normaliser->text + at, n);
    say(normaliser, "and");
    if (a == 1 && (b == 2 || b == 4))
        say(normaliser, b == 2 ? "a half" : "a quarter");
    else
        say_fraction(normaliser, a, b);
    return normaliser->to - at + say_unit(normaliser, normaliser->to, false);
}
