/* SPDX-License-Identifier: Apache-2.0 */
/* Money: "$3.50", "£5m", "$5-10 million", "20 EUR", "5€". */
#include "english/normalise.h"

static const struct currency {
    const char *sign;
    const char *one, *many, *part, *parts; /* parts NULL: none, then they are decimals */
} currencies[] = {
    {"US$", "US dollar", "US dollars", "cent", "cents"},
    {"CA$", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"AU$", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"C$", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"A$", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"$", "dollar", "dollars", "cent", "cents"},
    {"\xc2\xa3", "pound", "pounds", "penny", "pence"},
    {"\xe2\x82\xac", "euro", "euros", "cent", "cents"},
    {"\xc2\xa5", "yen", "yen", NULL, NULL},
    {"\xe2\x82\xb9", "rupee", "rupees", NULL, NULL},
    {"\xe2\x82\xa9", "won", "won", NULL, NULL},
    {"\xe2\x82\xbd", "ruble", "rubles", NULL, NULL},
    {"\xe2\x82\xba", "lira", "lira", NULL, NULL},
    {"\xe2\x82\xaa", "shekel", "shekels", NULL, NULL},
    {"\xe2\x82\xb1", "peso", "pesos", NULL, NULL},
    {"\xe0\xb8\xbf", "baht", "baht", NULL, NULL},
    {"\xe2\x82\xbf", "bitcoin", "bitcoins", NULL, NULL},
};

static const struct currency codes[] = {
    {"USD", "US dollar", "US dollars", "cent", "cents"},
    {"EUR", "euro", "euros", "cent", "cents"},
    {"GBP", "pound", "pounds", "penny", "pence"},
    {"JPY", "yen", "yen", NULL, NULL},
    {"CHF", "Swiss franc", "Swiss francs", NULL, NULL},
    {"CAD", "Canadian dollar", "Canadian dollars", "cent", "cents"},
    {"AUD", "Australian dollar", "Australian dollars", "cent", "cents"},
    {"CNY", "yuan", "yuan", NULL, NULL},
    {"INR", "rupee", "rupees", NULL, NULL},
    {"SEK", "Swedish krona", "Swedish kronor", NULL, NULL},
};

static const struct currency *sign_at(const struct normaliser *normaliser, size_t at)
{
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (is_at(normaliser, at, currencies[i].sign))
            return &currencies[i];
    return NULL;
}

/* A sign or code behind a number; its length with the space before. */
static const struct currency *behind_at(const struct normaliser *normaliser, size_t at,
                                        size_t *ret_length)
{
    size_t gap = spaces_at(normaliser, at);
    const struct currency *currency = sign_at(normaliser, at + gap);

    if (currency && gap <= 1 && currency->sign[0] & 0x80) {
        *ret_length = gap + strlen(currency->sign);
        return digits_at(normaliser, at + *ret_length) ? NULL : currency;
    }
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (gap <= 1 && is_at(normaliser, at + gap, codes[i].sign) &&
            word_ends(normaliser, at + gap + 3)) {
            *ret_length = gap + 3;
            return &codes[i];
        }
    return NULL;
}

static bool is_zero(const char *digits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (digits[i] != '0')
            return false;
    return true;
}

/* An amount without a word like "million": two decimals are cents. */
static void say_exact(struct normaliser *normaliser, const struct currency *currency,
                      const struct number *number, bool attributive)
{
    bool cents = number->n_part == 2 && currency->parts;
    bool one_part = cents && number->part[0] == '0' && number->part[1] == '1';

    if (number->n_part && !cents && !is_zero(number->part, number->n_part)) {
        say_amount(normaliser, number);
        say(normaliser, currency->many);
        return;
    }
    cents = cents && !is_zero(number->part, 2);
    if (!cents || !is_zero(number->whole, number->n_whole)) {
        bool one = attributive || (number->n_whole == 1 && number->whole[0] == '1');
        say_cardinal(normaliser, number->whole, number->n_whole);
        say(normaliser, one ? currency->one : currency->many);
        if (cents)
            say(normaliser, "and");
    }
    if (cents) {
        say_cardinal(normaliser, number->part, 2);
        say(normaliser, one_part ? currency->part : currency->parts);
    }
}

static size_t say_per(struct normaliser *normaliser, size_t at)
{
    static const struct {
        const char *short_form, *word;
    } terms[] = {{"mo", "month"},    {"yr", "year"},   {"hr", "hour"},  {"h", "hour"},
                 {"kg", "kilogram"}, {"lb", "pound"},  {"oz", "ounce"}, {"GB", "gigabyte"},
                 {"gal", "gallon"},  {"min", "minute"}};
    size_t n = letters_at(normaliser, at + 1);

    if (peek(normaliser, at) != '/' || !n)
        return 0;
    say(normaliser, "per");
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        if (n == strlen(terms[i].short_form) && is_at(normaliser, at + 1, terms[i].short_form)) {
            say(normaliser, terms[i].word);
            return 1 + n;
        }
    return 1;
}

/* The upper end of "$5-10": its length with the dash, 0 for none. */
static size_t upper_end(struct normaliser *normaliser, size_t at, const struct currency *currency,
                        struct number *ret_number)
{
    size_t dash = dash_at(normaliser, at), next = at + dash;

    if (!dash)
        return 0;
    if (is_at(normaliser, next, currency->sign))
        next += strlen(currency->sign);
    return number_at(normaliser, next, ret_number) ? next + ret_number->length - at : 0;
}

static size_t with_sign(struct normaliser *normaliser, size_t at, size_t start,
                        const struct currency *currency)
{
    struct number number, upper;
    size_t first = normaliser->items->n, end, more, scale, amount_end;
    struct items *items = normaliser->items;

    if (!number_at(normaliser, start, &number))
        return 0;
    end = start + number.length;
    place(normaliser, at, end);
    if (dash_at(normaliser, at))
        say(normaliser, "minus");
    more = upper_end(normaliser, end, currency, &upper);
    if (more) {
        say_amount(normaliser, &number);
        say(normaliser, "to");
        end += more;
        number = upper;
    }
    /* Whether a scale follows decides how the number is read: try it, and take it back. */
    amount_end = items->n;
    scale = say_scale_word(normaliser, end);
    items->n = amount_end;
    if (scale) {
        say_amount(normaliser, &number);
        say_scale_word(normaliser, end);
        say(normaliser,
            is_attributive(normaliser, at, end + scale) ? currency->one : currency->many);
    } else {
        say_exact(normaliser, currency, &number, is_attributive(normaliser, at, end));
    }
    end += scale;
    end += say_per(normaliser, end);
    for (size_t i = first; i < items->n; i++) {
        items->list[i].start = (uint32_t)at;
        items->list[i].end = (uint32_t)end;
    }
    return end - at;
}

/* "EUR 50" */
static size_t with_code(struct normaliser *normaliser, size_t at)
{
    size_t start = at + 3 + spaces_at(normaliser, at + 3);

    if (letters_at(normaliser, at) != 3 || !digits_at(normaliser, start) || start > at + 4)
        return 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (is_at(normaliser, at, codes[i].sign))
            return with_sign(normaliser, at, start, &codes[i]);
    return 0;
}

size_t match_money(struct normaliser *normaliser, size_t at)
{
    size_t sign = chunk_begins(normaliser, at) ? dash_at(normaliser, at) : 0, length, taken;
    const struct currency *currency;
    struct number number;

    if (at && ascii_is_letter(normaliser->text[at - 1]) && ascii_is_letter(peek(normaliser, at)))
        return 0;
    currency = sign_at(normaliser, at + sign);
    if (currency) {
        size_t start = at + sign + strlen(currency->sign);
        start += peek(normaliser, start) == ' ' && digits_at(normaliser, start + 1) ? 1 : 0;
        return with_sign(normaliser, at, start, currency);
    }
    if (!sign && (taken = with_code(normaliser, at)))
        return taken;
    if (sign || !digits_at(normaliser, at) || !number_at(normaliser, at, &number))
        return 0;
    currency = behind_at(normaliser, at + number.length, &length);
    if (!currency)
        return 0;
    taken = number.length + length;
    place(normaliser, at, at + taken);
    say_exact(normaliser, currency, &number, false);
    return taken;
}
