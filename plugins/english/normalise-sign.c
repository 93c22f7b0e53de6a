/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII signs by name: those that stand alone, in pairs ("->", "&&"), between numbers and words. */
#include "english/normalise.h"

static const char *const ascii_names[128] = {
    ['!'] = "exclamation mark",
    ['"'] = "quote",
    ['#'] = "hash",
    ['$'] = "dollar",
    ['%'] = "percent",
    ['&'] = "and",
    ['\''] = "apostrophe",
    ['('] = "left parenthesis",
    [')'] = "right parenthesis",
    ['*'] = "asterisk",
    ['+'] = "plus",
    [','] = "comma",
    ['-'] = "dash",
    ['.'] = "dot",
    ['/'] = "slash",
    [':'] = "colon",
    [';'] = "semicolon",
    ['<'] = "less than",
    ['='] = "equals",
    ['>'] = "greater than",
    ['?'] = "question mark",
    ['@'] = "at",
    ['['] = "left bracket",
    ['\\'] = "backslash",
    [']'] = "right bracket",
    ['^'] = "caret",
    ['_'] = "underscore",
    ['`'] = "backtick",
    ['{'] = "left brace",
    ['|'] = "vertical bar",
    ['}'] = "right brace",
    ['~'] = "tilde",
};

const char *sign_name(char sign)
{
    return sign > 0 ? ascii_names[(unsigned char)sign] : NULL;
}

/* Signs of two characters that mean one thing. */
size_t match_sign_pair(struct normaliser *normaliser, size_t at)
{
    static const struct {
        const char *sign, *words;
    } pairs[] = {
        {"!=", "is not equal to"},
        {"==", "equals"},
        {">=", "is greater than or equal to"},
        {"<=", "is less than or equal to"},
        {"->", "arrow"},
        {"=>", "arrow"},
        {"<-", "left arrow"},
        {"&&", "and"},
        {"||", "or"},
        {"++", "plus plus"},
        {"+/-", "plus or minus"},
        {":-)", "smiling face"},
        {":)", "smiling face"},
        {":-(", "frowning face"},
        {":(", "frowning face"},
        {";-)", "winking face"},
        {";)", "winking face"},
        {":D", "grinning face"},
        {"<3", "heart"},
        {"n/a", "not applicable"},
    };

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t size = strlen(pairs[i].sign);
        if (!is_at(normaliser, at, pairs[i].sign))
            continue;
        if (pairs[i].sign[0] == ':' || pairs[i].sign[0] == ';')
            if (!chunk_begins(normaliser, at) || !word_ends(normaliser, at + size))
                continue;
        place(normaliser, at, at + size);
        say(normaliser, pairs[i].words);
        return size;
    }
    return 0;
}

/* Is the character surrounded by digits, spaces apart? Then it calculates. */
static bool calculates(const struct normaliser *normaliser, size_t at)
{
    size_t before = at, after = at + 1 + spaces_at(normaliser, at + 1);

    while (before && normaliser->text[before - 1] == ' ')
        before--;
    return before && ascii_is_alnum(normaliser->text[before - 1]) &&
           ascii_is_digit(peek(normaliser, after));
}

static const char *ascii_word(const struct normaliser *normaliser, size_t at)
{
    char c = normaliser->text[at], after = peek(normaliser, at + 1);

    switch (c) {
    case '*':
        return calculates(normaliser, at) ? "times" : NULL; /* else it makes text bold */
    case '/':
        if (peek(normaliser, at + 1) == ' ')
            return calculates(normaliser, at) ? "divided by" : NULL;
        return at && ascii_is_alnum(normaliser->text[at - 1]) && ascii_is_alnum(after) ? "slash"
                                                                                       : NULL;
    case '#':
        if (ascii_is_digit(after))
            return "number";
        return at && ascii_is_letter(normaliser->text[at - 1]) ? "sharp" : NULL;
    case '^':
        return at && ascii_is_alnum(normaliser->text[at - 1]) && ascii_is_alnum(after)
                   ? "to the power of"
                   : "caret";
    case '~':
        return ascii_is_digit(after) ? "about" : NULL;
    case '_':
    case '`':
    case '"':
    case '\'':
    case '|':
    case '{':
    case '}':
        return NULL;
    default:
        return c > 0 ? ascii_names[(unsigned char)c] : NULL;
    }
}

/* Does the bracket belong to a call or an index ("f(x)")? Then nobody pauses for it. */
static bool encloses_arguments(const struct normaliser *normaliser, size_t at)
{
    enum { FAR = 64 };
    size_t open = at;

    while (open && at - open < FAR && !strchr("([", normaliser->text[open]))
        open--;
    return open && ascii_is_alnum(normaliser->text[open - 1]);
}

/* One ASCII character; the same one again and again counts once. */
size_t match_sign(struct normaliser *normaliser, size_t at)
{
    char c = normaliser->text[at];
    const char *word;
    size_t n = 1;

    if (c && strchr("()[]", c)) {
        place(normaliser, at, at + 1);
        if (!encloses_arguments(normaliser, at))
            say_mark(normaliser, ',');
        return 1;
    }
    while (peek(normaliser, at + n) == c && c > ' ')
        n++;
    place(normaliser, at, at + n);
    word = ascii_word(normaliser, at);
    if (word && n < 4)
        say(normaliser, word);
    else if (c == '|')
        say_mark(normaliser, ',');
    return n;
}

void say_marks_by_name(struct normaliser *normaliser)
{
    enum { FEW = 3 };
    size_t marks = 0;

    for (size_t i = 0; i < normaliser->n; i++)
        marks += normaliser->text[i] > ' ' || (normaliser->text[i] & 0x80);
    if (marks > FEW)
        return; /* a line that divides */
    for (size_t i = 0; i < normaliser->n; i++) {
        char c = normaliser->text[i];
        place(normaliser, i, i + 1);
        if (c > ' ' && ascii_names[(unsigned char)c])
            say(normaliser, ascii_names[(unsigned char)c]);
    }
}
