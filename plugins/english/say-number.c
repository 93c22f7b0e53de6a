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

void say_small(struct normaliser *normaliser, unsigned value)
{
    char digits[4] = {(char)('0' + value / 1000 % 10), (char)('0' + value / 100 % 10),
                      (char)('0' + value / 10 % 10), (char)('0' + value % 10)};
    say_cardinal(normaliser, digits, 4);
}

/* --- numbers as they stand -------------------------------------------------------------------- */

bool number_at(const struct normaliser *normaliser, size_t at, struct number *ret_number)
{
    struct number number = {.n_whole = digits_at(normaliser, at)};
    size_t end = at + number.n_whole;

    if (number.n_whole > NUMBER_MAX)
        return false;
    memcpy(number.whole, normaliser->text + at, number.n_whole);
    while (number.n_whole && number.n_whole <= NUMBER_MAX - 3 && peek(normaliser, end) == ',' &&
           digits_at(normaliser, end + 1) == 3 && (number.grouped || number.n_whole <= 3)) {
        memcpy(number.whole + number.n_whole, normaliser->text + end + 1, 3);
        number.n_whole += 3;
        number.grouped = true;
        end += 4;
    }
    if (peek(normaliser, end) == '.')
        number.n_part = digits_at(normaliser, end + 1);
    if (number.n_part > NUMBER_MAX)
        number.n_part = 0;
    if (number.n_part) {
        memcpy(number.part, normaliser->text + end + 1, number.n_part);
        end += 1 + number.n_part;
    }
    number.length = end - at;
    if (!number.n_whole && !number.n_part)
        return false;
    *ret_number = number;
    return true;
}

unsigned number_small(const struct number *number)
{
    return number->n_whole > 4 ? 10000 : group_value(number->whole, number->n_whole);
}

bool number_is_one(const struct number *number)
{
    return number->n_whole == 1 && number->whole[0] == '1' && !number->n_part;
}

void say_amount(struct normaliser *normaliser, const struct number *number)
{
    if (number->n_whole)
        say_cardinal(normaliser, number->whole, number->n_whole);
    if (number->n_part) {
        say(normaliser, "point");
        say_digits(normaliser, number->part, number->n_part);
    }
}

size_t say_scale_word(struct normaliser *normaliser, size_t at)
{
    static const char *const words[] = {"hundred", "thousand", "million", "billion", "trillion"};
    static const struct {
        const char *letters, *word;
    } attached[] = {{"bn", "billion"}, {"mn", "million"}, {"tn", "trillion"}, {"k", "thousand"},
                    {"K", "thousand"}, {"m", "million"},  {"M", "million"},   {"b", "billion"},
                    {"B", "billion"},  {"T", "trillion"}};
    size_t start = at + spaces_at(normaliser, at), n = letters_at(normaliser, start);

    if (peek(normaliser, at) == '-' && letters_at(normaliser, at + 1)) {
        start = at + 1;
        n = letters_at(normaliser, start);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (start > at && ascii_equals(normaliser->text + start, n, words[i])) {
            say(normaliser, words[i]);
            return start + n - at;
        }
    for (size_t i = 0; start == at && i < sizeof attached / sizeof *attached; i++)
        if (n == strlen(attached[i].letters) && is_at(normaliser, at, attached[i].letters) &&
            word_ends(normaliser, at + n)) {
            say(normaliser, attached[i].word);
            return n;
        }
    return 0;
}

bool is_attributive(const struct normaliser *normaliser, size_t from, size_t end)
{
    size_t next = end + (peek(normaliser, end) == ' ' || peek(normaliser, end) == '-');

    return next > end && letters_at(normaliser, next) > 2 && from >= 2 &&
           ascii_lower(normaliser->text[from - 2]) == 'a' && normaliser->text[from - 1] == ' ' &&
           (from == 2 || normaliser->text[from - 3] == ' ');
}

size_t dash_at(const struct normaliser *normaliser, size_t at)
{
    if (peek(normaliser, at) == '-')
        return 1;
    /* U+2010..2015: hyphens and dashes; U+2212: minus */
    if (is_at(normaliser, at, "\xe2\x80") && peek(normaliser, at + 2) >= '\x90' &&
        peek(normaliser, at + 2) <= '\x95')
        return 3;
    return is_at(normaliser, at, "\xe2\x88\x92") ? 3 : 0;
}
