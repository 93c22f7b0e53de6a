/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs write: hashes ("42b3312"), UUIDs, addresses of hardware and of IPv6. No number and
 * no word: each character counts.
 */
#include "english/normalise.h"

enum {
    HASH_MIN = 7, /* what git shows */
    HASH_MAX = 128,
    GROUPED = 8, /* longer runs are said in groups of */
    GROUP = 4,
};

static bool is_hex(char c)
{
    return ascii_is_digit(c) || (c && strchr("abcdefABCDEF", c));
}

static size_t hex_at(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;

    while (end - at <= HASH_MAX && is_hex(peek(normaliser, end)))
        end++;
    return end - at;
}

/* Letters of one case and digits that change places at least twice: "facade2" is a name, and 2e10 a
 * number. */
static bool is_hash(const char *text, size_t n)
{
    size_t changes = 0, capitals = 0, letters = 0;

    for (size_t i = 0; i < n; i++) {
        letters += ascii_is_letter(text[i]);
        capitals += text[i] >= 'A' && text[i] <= 'F';
        changes += i && ascii_is_digit(text[i]) != ascii_is_digit(text[i - 1]);
    }
    return n >= HASH_MIN && n <= HASH_MAX && changes >= 2 && (!capitals || capitals == letters);
}

/* Quick, for it is asked at each place. */
static bool begins(const struct normaliser *normaliser, size_t at)
{
    char c = normaliser->text[at], before = at ? normaliser->text[at - 1] : ' ';

    return (is_hex(c) || c == ':') && !ascii_is_alnum(before) && !(before & 0x80);
}

static void say_hex(struct normaliser *normaliser, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *c = normaliser->text + at + i;
        if (i && n > GROUPED && i % GROUP == 0)
            say_mark(normaliser, ',');
        if (ascii_is_digit(*c))
            say_digits(normaliser, c, 1);
        else
            say_word(normaliser, c, 1, ITEM_SPELLED);
    }
}

size_t match_hash(struct normaliser *normaliser, size_t at)
{
    size_t n = hex_at(normaliser, at);

    if (!begins(normaliser, at) || !is_hash(normaliser->text + at, n) ||
        !word_ends(normaliser, at + n))
        return 0;
    place(normaliser, at, at + n);
    say_hex(normaliser, at, n);
    return n;
}

/* "550e8400-e29b-41d4-a716-446655440000" */
static size_t uuid(struct normaliser *normaliser, size_t at)
{
    static const size_t sizes[] = {8, 4, 4, 4, 12};
    enum { N = sizeof sizes / sizeof *sizes };
    size_t end = at;

    for (size_t i = 0; i < N; i++) {
        if (hex_at(normaliser, end) != sizes[i] ||
            (i + 1 < N && peek(normaliser, end + sizes[i]) != '-'))
            return 0;
        end += sizes[i] + (i + 1 < N);
    }
    if (!word_ends(normaliser, end))
        return 0;
    place(normaliser, at, end);
    for (size_t i = 0, from = at; i < N; from += sizes[i++] + 1) {
        if (i)
            say_mark(normaliser, ',');
        say_hex(normaliser, from, sizes[i]);
    }
    return end - at;
}

/* "fe80::1", "::1", "2001:db8:0:0:0:0:0:1", "00:1a:2b:3c:4d:5e": groups between colons. */
static size_t address(struct normaliser *normaliser, size_t at)
{
    size_t end = at, groups = 0, pairs = 0, gaps = 0, digits = 0, n;

    for (;;) {
        n = hex_at(normaliser, end);
        if (n > 4)
            return 0;
        for (size_t i = 0; i < n; i++)
            digits += ascii_is_digit(normaliser->text[end + i]);
        groups += n > 0;
        pairs += n == 2;
        end += n;
        if (peek(normaliser, end) != ':' ||
            !(is_hex(peek(normaliser, end + 1)) || peek(normaliser, end + 1) == ':'))
            break;
        gaps += peek(normaliser, end + 1) == ':';
        end++;
    }
    if (!digits || !word_ends(normaliser, end) || groups > 8 || gaps > 1 ||
        !(groups == 8 || (gaps && groups) || (groups == 6 && pairs == 6)))
        return 0;
    place(normaliser, at, end);
    for (size_t i = at; i < end; i += n ? n : 1) {
        n = hex_at(normaliser, i);
        say_hex(normaliser, i, n);
        if (!n)
            say(normaliser, "colon");
    }
    return end - at;
}

size_t match_code(struct normaliser *normaliser, size_t at)
{
    size_t taken;

    if (!begins(normaliser, at))
        return 0;
    if ((taken = uuid(normaliser, at)) || (taken = address(normaliser, at)))
        return taken;
    return match_hash(normaliser, at);
}
