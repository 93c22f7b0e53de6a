/* SPDX-License-Identifier: Apache-2.0 */
/* Telephone numbers: "(555) 123-4567", "555-123-4567", "555-1234", "+1 555 123 4567". */
#include "english/normalise.h"

enum { GROUPS_MAX = 6 };

struct groups {
    size_t n, at[GROUPS_MAX], size[GROUPS_MAX];
    size_t end;
    bool plus, bracket;
};

/* Groups of digits with one separator between each. */
static struct groups groups_at(const struct normaliser *normaliser, size_t at)
{
    struct groups groups = {.end = at};
    size_t next = at;

    groups.plus = peek(normaliser, next) == '+';
    next += groups.plus;
    while (groups.n < GROUPS_MAX) {
        bool bracket = peek(normaliser, next) == '(';
        size_t start = next + bracket, size = digits_at(normaliser, start);
        if (!size || size > (groups.plus ? 8u : 5u) ||
            (bracket && peek(normaliser, start + size) != ')'))
            break;
        groups.bracket |= bracket;
        groups.at[groups.n] = start;
        groups.size[groups.n++] = size;
        next = groups.end = start + size + bracket;
        next += bracket && peek(normaliser, next) == ' ';
        if (!bracket && strchr(groups.plus ? "- ." : "-.", peek(normaliser, next)))
            next++;
        else if (!bracket)
            break;
    }
    return groups;
}

static bool is_phone(const struct normaliser *normaliser, const struct groups *groups)
{
    const size_t *size = groups->size;
    size_t digits = 0, n = groups->n;
    char separator = n ? peek(normaliser, groups->at[0] + size[0]) : 0;

    for (size_t i = 0; i < n; i++)
        digits += size[i];
    if (n < 2 || !word_ends(normaliser, groups->end) || separator == 0)
        return false;
    if (groups->plus)
        return digits >= 9 && digits <= 15;
    if (n == 4 && size[0] == 1)
        return size[1] == 3 && size[2] == 3 && size[3] == 4;
    if (n == 3)
        return size[0] == 3 && (size[1] == 3 || size[1] == 2) && size[2] == 4;
    return n == 2 && size[0] == 3 && size[1] == 4 && separator == '-';
}

size_t match_phone(struct normaliser *normaliser, size_t at)
{
    struct groups groups;
    char c = normaliser->text[at];

    if ((!ascii_is_digit(c) && c != '+' && c != '(') || !chunk_begins(normaliser, at))
        return 0;
    groups = groups_at(normaliser, at);
    if (!is_phone(normaliser, &groups))
        return 0;
    place(normaliser, at, groups.end);
    if (groups.plus)
        say(normaliser, "plus");
    for (size_t i = 0; i < groups.n; i++) {
        if (i)
            say_mark(normaliser, ',');
        if (groups.size[i] == 3 && !memcmp(normaliser->text + groups.at[i] + 1, "00", 2))
            say_cardinal(normaliser, normaliser->text + groups.at[i], 3); /* "eight hundred" */
        else
            say_digits(normaliser, normaliser->text + groups.at[i], groups.size[i]);
    }
    return groups.end - at;
}
