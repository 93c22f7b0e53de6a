/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people type for machines: addresses of pages and mail, paths, file names behind them,
 * hashtags, handles, options, names that begin with a dot.
 */
#include "english/normalise.h"
#include "english/reading.h"

enum { CHUNK_MAX = 512 };

/* One past the last byte of the chunk without spaces, closing marks at its end left out. */
static size_t chunk_end(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;

    while (end < normaliser->n && end - at < CHUNK_MAX && normaliser->text[end] > ' ' &&
           !strchr("<>\"|`", normaliser->text[end]))
        end++;
    while (end > at && strchr(".,;:!?)]}'*", normaliser->text[end - 1]))
        end--;
    return end;
}

static bool has_vowel(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr("aeiouy", ascii_lower(text[i])))
            return true;
    return false;
}

/* A run of letters: a word if it can be one, else its letters. */
static void say_letters(struct normaliser *normaliser, size_t at, size_t n)
{
    const char *text = normaliser->text + at;
    bool known = n <= WORD_MAX && n > 1 && reading_exists(normaliser->lexicon, text, n);
    unsigned flags = known || (n > 3 && has_vowel(text, n)) ? 0 : ITEM_SPELLED;

    place(normaliser, at, at + n);
    while (n > WORD_MAX) {
        say_word(normaliser, text, WORD_MAX, flags);
        text += WORD_MAX;
        n -= WORD_MAX;
    }
    say_word(normaliser, text, n, flags);
}

static void say_sign(struct normaliser *normaliser, size_t at)
{
    static const struct {
        char sign;
        const char *word;
    } signs[] = {{'.', "dot"},        {'/', "slash"},      {':', "colon"},         {'-', "dash"},
                 {'_', "underscore"}, {'@', "at"},         {'?', "question mark"}, {'=', "equals"},
                 {'&', "and"},        {'#', "hash"},       {'%', "percent"},       {'~', "tilde"},
                 {'+', "plus"},       {'\\', "backslash"}, {',', "comma"},         {'$', "dollar"},
                 {';', "semicolon"}};

    place(normaliser, at, at + 1);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (signs[i].sign == normaliser->text[at])
            say(normaliser, signs[i].word);
}

/* Reads at..end sign by sign. */
static void spell_out(struct normaliser *normaliser, size_t at, size_t end)
{
    while (at < end) {
        size_t n = letters_at(normaliser, at);
        if (n) {
            n = n > end - at ? end - at : n;
            say_letters(normaliser, at, n);
        } else if ((n = digits_at(normaliser, at))) {
            n = n > end - at ? end - at : n;
            place(normaliser, at, at + n);
            if (n <= 2)
                say_cardinal(normaliser, normaliser->text + at, n);
            else if (n == 4 && strchr("12", normaliser->text[at]))
                say_year(normaliser, normaliser->text + at);
            else
                say_digits(normaliser, normaliser->text + at, n);
        } else {
            n = 1;
            say_sign(normaliser, at);
        }
        at += n;
    }
}

/* --- what is one ------------------------------------------------------------------------------ */

static bool is_host_char(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '-';
}

/* End of a host name with a known top-level domain, or 0. */
static size_t host_at(const struct normaliser *normaliser, size_t at, size_t end)
{
    static const char *const domains[] = {
        "com", "org", "net", "edu", "gov", "mil", "io",  "co",      "uk",    "de", "fr", "info",
        "biz", "us",  "ca",  "au",  "tv",  "me",  "ai",  "dev",     "app",   "eu", "jp", "kr",
        "cn",  "in",  "ch",  "nl",  "ly",  "gg",  "xyz", "example", "local", "int"};
    size_t i = at, label = at, dots = 0;

    while (i < end && (is_host_char(normaliser->text[i]) || normaliser->text[i] == '.')) {
        if (normaliser->text[i] == '.') {
            if (i == label)
                return 0;
            label = i + 1;
            dots++;
        }
        i++;
    }
    if (!dots || (i < end && !strchr("/:?#", normaliser->text[i])))
        return 0;
    for (size_t d = 0; d < sizeof domains / sizeof *domains; d++)
        if (ascii_equals(normaliser->text + label, i - label, domains[d]))
            return i;
    return 0;
}

static bool is_mail(const struct normaliser *normaliser, size_t at, size_t end)
{
    const char *sign = memchr(normaliser->text + at, '@', end - at);
    size_t host = sign ? (size_t)(sign - normaliser->text) + 1 : 0, dot = 0;

    if (!sign || host - 1 == at || host >= end)
        return false;
    for (size_t i = at; i < host - 1; i++)
        if (!is_host_char(normaliser->text[i]) && !strchr("._+%'", normaliser->text[i]))
            return false;
    for (size_t i = host; i < end; i++) {
        if (!is_host_char(normaliser->text[i]) && normaliser->text[i] != '.')
            return false;
        dot += normaliser->text[i] == '.' && i > host;
    }
    return dot;
}

/* Bytes of "https://" and the like. */
static size_t scheme_at(const struct normaliser *normaliser, size_t at)
{
    static const char *const schemes[] = {"https://", "http://", "ftp://",
                                          "file://",  "ssh://",  "mailto:"};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (is_at(normaliser, at, schemes[i]))
            return strlen(schemes[i]);
    return 0;
}

static bool is_path(const struct normaliser *normaliser, size_t at, size_t end)
{
    const char *text = normaliser->text + at;
    size_t n = end - at, slashes = 0;

    if (n >= 3 && text[0] == '/' && (ascii_is_letter(text[1]) || text[1] == '.'))
        return true;
    if (n >= 3 && (!memcmp(text, "~/", 2) || !memcmp(text, "./", 2) || !memcmp(text, "..", 2)))
        return memchr(text, '/', n);
    if (n >= 4 && ascii_is_letter(text[0]) && text[1] == ':' && text[2] == '\\')
        return true;
    for (size_t i = 0; i < n; i++)
        slashes += text[i] == '/';
    return slashes >= 2 && memchr(text, '.', n);
}

/* "-y", "-la", "-xzf", but not a word that a dash stands before */
static bool is_option(const struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at + 1);
    char behind = peek(normaliser, at + 1 + n);

    return n && n <= 5 && (!at || normaliser->text[at - 1] <= ' ') && behind != '-' &&
           behind != '\'' &&
           (n <= 3 || !reading_exists(normaliser->lexicon, normaliser->text + at + 1, n));
}

/* ".gitignore", ".NET", but not the full stop of "Hello .How are you" */
static bool is_dot_name(const struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at + 1);
    const char *name = normaliser->text + at + 1;

    return n && (*name >= 'a' || (n > 1 && ascii_is_upper(name, n)));
}

/* "#include" and other lines for the preprocessor */
static bool is_directive(const struct normaliser *normaliser, size_t at)
{
    static const char *const names[] = {"include", "define", "undef", "if",    "ifdef", "ifndef",
                                        "elif",    "else",   "endif", "error", "pragma"};
    size_t n = letters_at(normaliser, at + 1);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n == strlen(names[i]) && !memcmp(normaliser->text + at + 1, names[i], n))
            return true;
    return false;
}

/* "#word", "@name", "--option", "-o", ".name": the sign, and what it is called */
static size_t tagged(struct normaliser *normaliser, size_t at)
{
    char sign = normaliser->text[at];
    const char *words = NULL;
    size_t n = 1;

    if (sign == '-' && peek(normaliser, at + 1) == '-' && letters_at(normaliser, at + 2))
        words = "dash dash", n = 2;
    else if (sign == '-' && is_option(normaliser, at))
        words = "dash";
    else if (sign == '.' && is_dot_name(normaliser, at))
        words = "dot";
    else if (sign == '#' && letters_at(normaliser, at + 1))
        words = is_directive(normaliser, at) ? "hash" : "hashtag";
    else if (sign == '@' && letters_at(normaliser, at + 1))
        words = "at";
    if (!words)
        return 0;
    place(normaliser, at, at + n);
    say(normaliser, words);
    return n;
}

/* "<anna@example.org>": the brackets are pauses */
static size_t bracketed(struct normaliser *normaliser, size_t at)
{
    size_t start = at + 1, end = chunk_end(normaliser, start);

    if (end < start + 2 || peek(normaliser, end) != '>' ||
        !(scheme_at(normaliser, start) || is_mail(normaliser, start, end)))
        return 0;
    place(normaliser, at, start);
    say_mark(normaliser, ',');
    spell_out(normaliser, start + scheme_at(normaliser, start), end);
    place(normaliser, end, end + 1);
    say_mark(normaliser, ',');
    return end + 1 - at;
}

size_t match_web(struct normaliser *normaliser, size_t at)
{
    size_t end, scheme, start;
    char c = normaliser->text[at];

    if (!chunk_begins(normaliser, at) || (unsigned char)c <= ' ' || (c & 0x80))
        return 0;
    if (c == '<')
        return bracketed(normaliser, at);
    end = chunk_end(normaliser, at);
    if (end < at + 2)
        return 0;
    scheme = scheme_at(normaliser, at);
    start = at + scheme;
    if (!scheme && !is_at(normaliser, at, "www.") && !host_at(normaliser, at, end) &&
        !is_mail(normaliser, at, end) && !is_path(normaliser, at, end))
        return tagged(normaliser, at);
    spell_out(normaliser, start, end);
    return end - at;
}
