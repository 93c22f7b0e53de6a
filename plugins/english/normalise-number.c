/* SPDX-License-Identifier: Apache-2.0 */
#include "english/normalise.h"

static const char *const ones[] = {"zero",    "one",     "two",       "three",    "four",
                                   "five",    "six",     "seven",     "eight",    "nine",
                                   "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                   "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
static const char *const tens[] = {"",      "",      "twenty",  "thirty", "forty",
                                   "fifty", "sixty", "seventy", "eighty", "ninety"};
static const char *const ordinal_ones[] = {
    "zeroth",     "first",     "second",    "third",       "fourth",     "fifth",     "sixth",
    "seventh",    "eighth",    "ninth",     "tenth",       "eleventh",   "twelfth",   "thirteenth",
    "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"};
static const char *const ordinal_tens[] = {"",          "",         "twentieth", "thirtieth",
                                           "fortieth",  "fiftieth", "sixtieth",  "seventieth",
                                           "eightieth", "ninetieth"};
static const char *const scales[] = {"",           "thousand",    "million",     "billion",
                                     "trillion",   "quadrillion", "quintillion", "sextillion",
                                     "septillion", "octillion",   "nonillion",   "decillion"};
enum { GROUPS = sizeof scales / sizeof *scales };

void say_digits(struct normaliser *normaliser, const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ascii_is_digit(digits[i]))
            say(normaliser, ones[digits[i] - '0']);
}

/* 1..99; as an ordinal if it ends the number. */
static void say_below_hundred(struct normaliser *normaliser, unsigned value, bool ordinal)
{
    if (value < 20) {
        say(normaliser, ordinal ? ordinal_ones[value] : ones[value]);
        return;
    }
    say(normaliser, ordinal && value % 10 == 0 ? ordinal_tens[value / 10] : tens[value / 10]);
    if (value % 10)
        say(normaliser, ordinal ? ordinal_ones[value % 10] : ones[value % 10]);
}

/* 1..999 */
static void say_group(struct normaliser *normaliser, unsigned value, bool ordinal)
{
    if (value >= 100) {
        say(normaliser, ones[value / 100]);
        say(normaliser, ordinal && value % 100 == 0 ? "hundredth" : "hundred");
    }
    if (value % 100)
        say_below_hundred(normaliser, value % 100, ordinal);
}

static unsigned group_value(const char *digits, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

static bool all_zero(const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (digits[i] != '0')
            return false;
    return true;
}

static void say_scale(struct normaliser *normaliser, size_t scale, bool ordinal)
{
    say(normaliser, scales[scale]);
    if (ordinal) {
        /* "millionth": the word just said grows by two letters. */
        struct items *items = normaliser->items;
        if (!items->failed && buffer_append(&items->text, "th", 2))
            items->list[items->n - 1].size += 2;
        else
            items->failed = true;
    }
}

static void say_number(struct normaliser *normaliser, const char *digits, size_t n, bool ordinal)
{
    size_t groups;

    while (n > 1 && *digits == '0')
        digits++, n--;
    groups = (n + 2) / 3;
    if (groups > GROUPS) {
        say_digits(normaliser, digits, n);
        return;
    }
    if (all_zero(digits, n)) {
        say(normaliser, ordinal ? "zeroth" : "zero");
        return;
    }
    while (groups) {
        size_t size = n - 3 * (groups - 1);
        unsigned value = group_value(digits, size);
        bool last = all_zero(digits + size, n - size);
        digits += size;
        n -= size;
        groups--;
        if (value)
            say_group(normaliser, value, ordinal && last && !groups);
        if (value && groups)
            say_scale(normaliser, groups, ordinal && last);
        if (last)
            return;
    }
}

void say_cardinal(struct normaliser *normaliser, const char *digits, size_t n)
{
    say_number(normaliser, digits, n, false);
}

void say_ordinal(struct normaliser *normaliser, const char *digits, size_t n)
{
    say_number(normaliser, digits, n, true);
}

void say_year(struct normaliser *normaliser, const char *digits)
{
    unsigned century = group_value(digits, 2), rest = group_value(digits + 2, 2);

    if (century % 10 == 0 && rest < 10) { /* two thousand five */
        say_cardinal(normaliser, digits, 4);
        return;
    }
    say_below_hundred(normaliser, century, false);
    if (!rest)
        say(normaliser, "hundred");
    else if (rest < 10)
        say(normaliser, "oh");
    if (rest)
        say_below_hundred(normaliser, rest, false);
}

size_t match_number(struct normaliser *normaliser, size_t at)
{
    size_t n = digits_at(normaliser, at);
    if (n) {
        place(normaliser, at, at + n);
        say_cardinal(normaliser, normaliser->text + at, n);
    }
    return n;
}
