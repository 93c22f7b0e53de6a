/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers: amounts, ordinals, years, decades, ranges, sizes ("3x4"), versions and
 * addresses ("1.2.3"), percentages, units, exponents.
 */
#include "english/normalise.h"

static const char *const number_letters[] = {"st", "nd", "rd", "th"};

static size_t ordinal_suffix(const struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at);

    for (size_t i = 0; i < 4; i++)
        if (ascii_equals(normaliser->text + at, n, number_letters[i]))
            return n;
    return 0;
}

/* "1990s", "90s", "1920's" */
static size_t decade(struct normaliser *normaliser, size_t at, size_t n)
{
    static const char *const decades[] = {"hundreds", "tens",    "twenties", "thirties",
                                          "forties",  "fifties", "sixties",  "seventies",
                                          "eighties", "nineties"};
    const char *digits = normaliser->text + at;
    size_t end = at + n, century = n == 4 ? 2 : 0;

    if ((n != 2 && n != 4) || digits[n - 1] != '0')
        return 0;
    if (peek(normaliser, end) == '\'')
        end++;
    if (peek(normaliser, end) != 's' || !word_ends(normaliser, end + 1))
        return 0;
    end++;
    place(normaliser, at, end);
    if (n == 4 && digits[1] == '0' && digits[2] == '0') {
        say_cardinal(normaliser, digits, 1);
        say(normaliser, "thousands");
        return end - at;
    }
    if (n == 4)
        say_cardinal(normaliser, digits, 2);
    say(normaliser, decades[digits[century] - '0']);
    return end - at;
}

/* Dotted numbers of three or more: versions ("point"), Internet addresses and the like ("dot"). */
static size_t dotted(struct normaliser *normaliser, size_t at)
{
    size_t end = at, groups = 0, n;

    while ((n = digits_at(normaliser, end)) && n <= NUMBER_MAX) {
        end += n;
        groups++;
        if (peek(normaliser, end) != '.' || !digits_at(normaliser, end + 1))
            break;
        end++;
    }
    if (groups < 3)
        return 0;
    place(normaliser, at, end);
    for (size_t i = at; i < end; i += n + 1) {
        n = digits_at(normaliser, i);
        if (i > at)
            say(normaliser, groups > 3 ? "dot" : "point");
        if (groups > 3 && n > 2)
            say_digits(normaliser, normaliser->text + i, n);
        else
            say_cardinal(normaliser, normaliser->text + i, n);
    }
    n = digits_at(normaliser, end + 1);
    if (groups == 4 && peek(normaliser, end) == ':' && n && n <= 5) { /* a port */
        say(normaliser, "colon");
        say_digits(normaliser, normaliser->text + end + 1, n);
        end += 1 + n;
    }
    return end - at;
}

/* --- years ------------------------------------------------------------------------------------ */

static bool word_before_is(const struct normaliser *normaliser, size_t at, const char *const *words,
                           size_t n_words)
{
    size_t end = at, start;

    while (end && normaliser->text[end - 1] == ' ')
        end--;
    start = end;
    while (start && ascii_is_letter(normaliser->text[start - 1]))
        start--;
    for (size_t i = 0; i < n_words; i++)
        if (ascii_equals(normaliser->text + start, end - start, words[i]))
            return true;
    return false;
}

/* Is the word behind a thing that is counted? */
static bool counts_something(const struct normaliser *normaliser, size_t at)
{
    size_t start = at + spaces_at(normaliser, at), n = letters_at(normaliser, start);
    const char *word = normaliser->text + start;

    if (start == at || n < 4 || !ascii_is_lower(word, n))
        return false;
    return (word[n - 1] == 's' && word[n - 2] != 's') || ascii_equals(word, n, "people") ||
           ascii_equals(word, n, "million");
}

static bool is_year(const struct normaliser *normaliser, size_t at)
{
    static const char *const openers[] = {"in",    "since",  "by",    "until",  "till",   "from",
                                          "to",    "before", "after", "during", "year",   "circa",
                                          "early", "late",   "mid",   "and",    "around", "about"};
    unsigned value = digits_value(normaliser, at, 4);

    if (value < 1000 || value > 2999 || (value % 1000 < 10 && value < 2000))
        return false;
    if (counts_something(normaliser, at + 4))
        return false;
    if (value >= 1100 && value <= 2099)
        return true;
    return word_before_is(normaliser, at, openers, sizeof openers / sizeof *openers);
}

/* --- behind a number -------------------------------------------------------------------------- */

/* The second end of a range ("10-20") or of a size ("3x4", "1920 x 1080"). */
static size_t second_number(struct normaliser *normaliser, size_t at, const char **ret_between)
{
    size_t gap = spaces_at(normaliser, at), sign = at + gap, size = dash_at(normaliser, sign), next;

    if (size && !gap) {
        *ret_between = "to";
        next = sign + size;
    } else if ((peek(normaliser, sign) == 'x' || (is_at(normaliser, sign, "\xc3\x97") && !gap)) &&
               gap < 2) {
        size = peek(normaliser, sign) == 'x' ? 1 : 2;
        *ret_between = "by";
        next = sign + size + spaces_at(normaliser, sign + size);
    } else {
        return 0;
    }
    return digits_at(normaliser, next) ? next : 0;
}

/* Does it name a thing rather than count: "Flight 370"? */
static bool is_label(const struct normaliser *normaliser, size_t at)
{
    static const char *const openers[] = {"room",       "flight", "route",   "highway",
                                          "interstate", "boeing", "channel", "suite"};
    return word_before_is(normaliser, at, openers, sizeof openers / sizeof *openers);
}

/* "three seventy", "one oh one", of three digits */
static void say_label(struct normaliser *normaliser, const char *digits)
{
    say_digits(normaliser, digits, 1);
    if (digits[1] == '0' && digits[2] == '0') {
        say(normaliser, "hundred");
    } else if (digits[1] == '0') {
        say(normaliser, "oh");
        say_digits(normaliser, digits + 2, 1);
    } else {
        say_cardinal(normaliser, digits + 1, 2);
    }
}

static bool is_postcode(const struct normaliser *normaliser, size_t at)
{
    static const char *const openers[] = {"zip", "code", "zipcode"};
    return word_before_is(normaliser, at, openers, sizeof openers / sizeof *openers);
}

static void say_plain(struct normaliser *normaliser, size_t at, const struct number *number)
{
    bool part_of_name = number->n_whole >= 5 && !number->grouped && !number->n_part && at &&
                        normaliser->text[at - 1] == '_'; /* "IMG_20240315" */
    bool emergency = number->length == 3 && !memcmp(number->whole, "911", 3) &&
                     !counts_something(normaliser, at + 3);

    if (number->n_whole == 4 && !number->grouped && !number->n_part && is_year(normaliser, at))
        say_year(normaliser, number->whole);
    else if (number->length == 3 && number->n_whole == 3 && *number->whole != '0' &&
             is_label(normaliser, at))
        say_label(normaliser, number->whole);
    else if (number->length == 5 && number->n_whole == 5 && is_postcode(normaliser, at))
        say_digits(normaliser, number->whole, 5);
    else if (part_of_name)
        say_digits(normaliser, number->whole, number->n_whole);
    else if (emergency)
        say_digits(normaliser, number->whole, 3);
    else if (number->n_whole > 1 && number->whole[0] == '0' && !number->n_part)
        say_digits(normaliser, number->whole, number->n_whole);
    else
        say_amount(normaliser, number);
}

/* Digits by themselves when there are more than a number can have. */
static size_t long_digits(struct normaliser *normaliser, size_t at)
{
    size_t n = digits_at(normaliser, at);

    if (!n)
        return 0;
    n = n > NUMBER_MAX ? NUMBER_MAX : n;
    place(normaliser, at, at + n);
    say_digits(normaliser, normaliser->text + at, n);
    return n;
}

/* "e-5", "^2", "²": powers; the length of what was taken */
static size_t exponent(struct normaliser *normaliser, size_t at)
{
    static const struct {
        const char *sign, *words;
    } powers[] = {
        {"\xc2\xb2", "squared"}, {"\xc2\xb3", "cubed"}, {"^2", "squared"}, {"^3", "cubed"}};
    size_t digits = at + 1, n;
    bool minus;

    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        if (is_at(normaliser, at, powers[i].sign) &&
            !digits_at(normaliser, at + strlen(powers[i].sign))) {
            say(normaliser, powers[i].words);
            return strlen(powers[i].sign);
        }
    if (!strchr("eE^", peek(normaliser, at)) || !peek(normaliser, at))
        return 0;
    minus = peek(normaliser, digits) == '-';
    digits += minus || peek(normaliser, digits) == '+';
    n = digits_at(normaliser, digits);
    if (!n || n > 4 || !word_ends(normaliser, digits + n))
        return 0;
    say(normaliser, peek(normaliser, at) == '^' ? "to the power of" : "times ten to the power of");
    if (minus)
        say(normaliser, "minus");
    say_cardinal(normaliser, normaliser->text + digits, n);
    return digits + n - at;
}

/* Is an x before this a variable: "2x + 1"? */
static bool calculates(char c)
{
    return c && strchr("+-=)^", c);
}

/* Says what stands behind a number and belongs to it; returns where that ends. */
static size_t behind(struct normaliser *normaliser, size_t end, bool one)
{
    size_t more = exponent(normaliser, end);

    end += more;
    more = say_unit(normaliser, end, one);
    if (!more && peek(normaliser, end) == 'x' && word_ends(normaliser, end + 1) &&
        !calculates(peek(normaliser, end + 1 + spaces_at(normaliser, end + 1)))) {
        say(normaliser, "times");
        more = 1;
    }
    return end + more;
}

static size_t hexadecimal(struct normaliser *normaliser, size_t at)
{
    size_t end = at + 2;

    if (!is_at(normaliser, at, "0x"))
        return 0;
    while (end - at < 34 &&
           (digits_at(normaliser, end) || (ascii_lower(peek(normaliser, end)) >= 'a' &&
                                           ascii_lower(peek(normaliser, end)) <= 'f')))
        end++;
    if (end == at + 2 || !word_ends(normaliser, end))
        return 0;
    place(normaliser, at, end);
    say(normaliser, "zero x");
    for (size_t i = at + 2; i < end; i++) {
        if (ascii_is_digit(normaliser->text[i]))
            say_digits(normaliser, normaliser->text + i, 1);
        else
            say_word(normaliser, normaliser->text + i, 1, ITEM_SPELLED);
    }
    return end - at;
}

/* An amount with all that may follow it. */
static size_t amount(struct normaliser *normaliser, size_t at, size_t from)
{
    struct number number, second;
    const char *between = "";
    size_t end, next;

    if ((at && ascii_is_digit(normaliser->text[at - 1])) || !number_at(normaliser, at, &number))
        return long_digits(normaliser, at);
    end = at + number.length;
    place(normaliser, from, end);
    if (!number.n_part && ordinal_suffix(normaliser, end)) {
        say_ordinal(normaliser, number.whole, number.n_whole);
        return end + ordinal_suffix(normaliser, end) - from;
    }
    next = at && ascii_is_letter(normaliser->text[at - 1]) /* "x86-64" */
               ? 0
               : second_number(normaliser, end, &between);
    if (!next || !number_at(normaliser, next, &second)) {
        say_plain(normaliser, at, &number);
        return behind(normaliser, end, number_is_one(&number)) - from;
    }
    if (!strcmp(between, "to")) {
        say_plain(normaliser, at, &number);
        say(normaliser, between);
        say_plain(normaliser, next, &second);
    } else {
        say_amount(normaliser, &number);
        say(normaliser, between);
        say_amount(normaliser, &second);
    }
    return behind(normaliser, next + second.length, number_is_one(&second)) - from;
}

/* A minus, plus or plus-minus that belongs to the number behind it; its length. */
static size_t sign_at(const struct normaliser *normaliser, size_t at, const char **ret_word)
{
    size_t size = dash_at(normaliser, at);

    *ret_word = "minus";
    if (!size && peek(normaliser, at) == '+') {
        *ret_word = "plus";
        size = 1;
    }
    if (!size || !chunk_begins(normaliser, at))
        return 0;
    return digits_at(normaliser, at + size) ||
                   (peek(normaliser, at + size) == '.' && digits_at(normaliser, at + size + 1))
               ? size
               : 0;
}

/* All words said since item `first` stand at from..to. */
static void replace_place(struct normaliser *normaliser, size_t first, size_t from, size_t to)
{
    for (size_t i = first; i < normaliser->items->n; i++) {
        normaliser->items->list[i].start = (uint32_t)from;
        normaliser->items->list[i].end = (uint32_t)to;
    }
}

size_t match_number(struct normaliser *normaliser, size_t at)
{
    size_t n = digits_at(normaliser, at), taken, sign, first = normaliser->items->n;
    const char *word;

    sign = sign_at(normaliser, at, &word);
    if (sign) {
        place(normaliser, at, at + sign);
        say(normaliser, word);
        taken = sign + amount(normaliser, at + sign, at + sign);
        replace_place(normaliser, first, at, at + taken);
        return taken;
    }
    if (!n && !(peek(normaliser, at) == '.' && digits_at(normaliser, at + 1) &&
                chunk_begins(normaliser, at)))
        return 0;
    if ((taken = hexadecimal(normaliser, at)) || (taken = dotted(normaliser, at)) ||
        (taken = decade(normaliser, at, n)) || (taken = match_mixed_fraction(normaliser, at, n)) ||
        (taken = match_fraction(normaliser, at, n))) {
        replace_place(normaliser, first, at, at + taken);
        return taken;
    }
    taken = amount(normaliser, at, at);
    replace_place(normaliser, first, at, at + taken);
    return taken;
}
