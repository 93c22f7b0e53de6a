/* SPDX-License-Identifier: Apache-2.0 */
#include "speakable/clean.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include <utf8proc.h>

struct cleaning {
    const char *text;
    size_t size, at;
    char *to;
    size_t n;
};

static bool begins(const struct cleaning *c, const char *what)
{
    size_t n = strlen(what);

    return c->size - c->at >= n && !strncasecmp(c->text + c->at, what, n);
}

static int byte_at(const struct cleaning *c, size_t at)
{
    return at < c->size ? (unsigned char)c->text[at] : 0;
}

static bool one_of(const char *set, int byte)
{
    return byte && strchr(set, byte);
}

static bool is_word_byte(int byte)
{
    return byte >= 0x80 || isalnum(byte);
}

static void put(struct cleaning *c, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char byte = text[i];
        bool blank = byte == ' ' || (byte >= '\t' && byte <= '\r');
        if (blank && (!c->n || c->to[c->n - 1] == ' '))
            continue;
        c->to[c->n++] = blank ? ' ' : byte;
    }
}

/* --- links and tags --------------------------------------------------------------------------- */

/* The bracket that closes the one at `at`, or SIZE_MAX. */
static size_t closing(const struct cleaning *c, size_t at, char open, char close)
{
    int depth = 0;

    for (; at < c->size; at++) {
        if (c->text[at] == '\\')
            at++;
        else if (c->text[at] == open)
            depth++;
        else if (c->text[at] == close && !--depth)
            return at;
    }
    return SIZE_MAX;
}

static void clean_range(struct cleaning *c, size_t from, size_t to);

/* [text](address), ![text](address), [text][name], [^note], [x]; false: a bracket like any other.
 */
static bool clean_link(struct cleaning *c)
{
    size_t open = c->at + (c->text[c->at] == '!'), end;
    size_t close = closing(c, open, '[', ']');

    if (close == SIZE_MAX)
        return false;
    if (byte_at(c, open + 1) == '^') { /* a foot note */
        c->at = close + 1;
        return true;
    }
    if (byte_at(c, close + 1) == '(')
        end = closing(c, close + 1, '(', ')');
    else if (byte_at(c, close + 1) == '[')
        end = closing(c, close + 1, '[', ']');
    else
        return false;
    if (end == SIZE_MAX)
        return false;
    clean_range(c, open + 1, close);
    c->at = end + 1;
    return true;
}

static bool is_address_byte(int byte)
{
    return byte > ' ' && byte < 0x7f && !one_of("<>\"`|\\^{}", byte);
}

/* "https://www.example.org/a?b" is read as "example.org". */
static bool clean_address(struct cleaning *c)
{
    size_t from = c->at, end, host;

    if (begins(c, "https://"))
        from += 8;
    else if (begins(c, "http://"))
        from += 7;
    else if (!begins(c, "www.") || (c->at && is_word_byte(byte_at(c, c->at - 1))))
        return false;
    if (c->size - from >= 4 && !strncasecmp(c->text + from, "www.", 4))
        from += 4;
    for (end = from; is_address_byte(byte_at(c, end));)
        end++;
    while (end > from && one_of(".,;:!?)]'*_", c->text[end - 1]))
        end--;
    for (host = from; host < end && !one_of("/?#:", c->text[host]);)
        host++;
    if (host == from)
        return false;
    put(c, c->text + from, host - from);
    c->at = end;
    return true;
}

/* <br>, </b>, <!-- -->, <https://...>: only what looks like a tag, not "a < b". */
static bool clean_tag(struct cleaning *c)
{
    int next = byte_at(c, c->at + 1);
    const char *end = memchr(c->text + c->at, '>', c->size - c->at);

    if (!end || !(isalpha(next) || next == '/' || next == '!'))
        return false;
    c->at++;
    if (clean_address(c)) {
        c->at += byte_at(c, c->at) == '>';
        return true;
    }
    put(c, " ", 1);
    c->at = (size_t)(end - c->text) + 1;
    return true;
}

static bool clean_entity(struct cleaning *c)
{
    static const struct {
        const char *name, *text;
    } entities[] = {{"&amp;", "&"},   {"&lt;", "<"},    {"&gt;", ">"},
                    {"&quot;", "\""}, {"&#39;", "'"},   {"&apos;", "'"},
                    {"&nbsp;", " "},  {"&mdash;", "—"}, {"&ndash;", "–"}};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (begins(c, entities[i].name)) {
            put(c, entities[i].text, strlen(entities[i].text));
            c->at += strlen(entities[i].name);
            return true;
        }
    return false;
}

/* --- marks ------------------------------------------------------------------------------------ */

/*
 * Runs of * _ ` ~ at the edge of a word are marks. One inside a word ("snake_case", "2*3") or
 * between spaces ("2 * 3") is text, unless it is doubled.
 */
static bool clean_mark(struct cleaning *c)
{
    char mark = c->text[c->at];
    size_t n = 1;
    int before = c->at ? byte_at(c, c->at - 1) : 0, after;

    while (byte_at(c, c->at + n) == mark)
        n++;
    after = byte_at(c, c->at + n);
    if (mark == '~' && n == 1)
        return false;
    if (mark != '`' && n == 1) {
        bool inside = is_word_byte(before) && is_word_byte(after);
        bool alone = (!before || before == ' ') && (!after || after == ' ');
        if (inside || alone)
            return false;
    }
    if (mark == '_' && is_word_byte(before) && is_word_byte(after))
        return false;
    c->at += n;
    return true;
}

/* \* and the like stand for the character; \( \) \[ \] hold formulas and are dropped. */
static bool clean_escape(struct cleaning *c)
{
    int next = byte_at(c, c->at + 1);

    if (!next || !ispunct(next))
        return false;
    if (!one_of("()[]", next))
        put(c, c->text + c->at + 1, 1);
    c->at += 2;
    return true;
}

/* --- characters ------------------------------------------------------------------------------- */

static bool is_picture(utf8proc_int32_t code)
{
    if (code == 0x200d || code == 0x20e3 || (code >= 0xfe00 && code <= 0xfe0f) ||
        (code >= 0x1f3fb && code <= 0x1f3ff) || (code >= 0xe0020 && code <= 0xe007f))
        return true; /* joins, keycaps, variants, skins, flags */
    if (code < 0x2190 || utf8proc_category(code) != UTF8PROC_CATEGORY_SO)
        return false;
    return code >= 0x1f000 || (code >= 0x2300 && code <= 0x23ff) ||
           (code >= 0x25a0 && code <= 0x27bf) || (code >= 0x2b00 && code <= 0x2bff);
}

static void clean_character(struct cleaning *c)
{
    utf8proc_int32_t code = 0;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)c->text + c->at,
                                          (utf8proc_ssize_t)(c->size - c->at), &code);

    if (n <= 0) { /* the stage checked the text: cannot happen */
        c->at++;
        return;
    }
    if (code == 0x2192 || code == 0x21d2 || code == 0x27f6)
        put(c, " to ", 4);
    else if (is_picture(code))
        put(c, " ", 1);
    else
        put(c, c->text + c->at, (size_t)n);
    c->at += (size_t)n;
}

static bool clean_special(struct cleaning *c)
{
    switch (c->text[c->at]) {
    case '!':
        return byte_at(c, c->at + 1) == '[' && clean_link(c);
    case '[':
        return clean_link(c);
    case '<':
        return clean_tag(c);
    case '&':
        return clean_entity(c);
    case '\\':
        return clean_escape(c);
    case '*':
    case '_':
    case '`':
    case '~':
        return clean_mark(c);
    case 'h':
    case 'H':
    case 'w':
    case 'W':
        return clean_address(c);
    default:
        return false;
    }
}

/* Links nest no deeper than the text between their brackets, which has fewer of them. */
static void clean_range(struct cleaning *c, size_t from, size_t to)
{
    size_t size = c->size;

    c->at = from;
    c->size = to;
    while (c->at < c->size)
        if (!clean_special(c))
            clean_character(c);
    c->size = size;
}

/* What dropping left behind: spaces at the ends and before marks. */
static size_t tidy(char *text, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == ' ' && (i + 1 == size || one_of(".,;:!?)", text[i + 1])))
            continue;
        text[n++] = text[i];
    }
    return n;
}

static bool has_words(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (is_word_byte((unsigned char)text[i]))
            return true;
    return false;
}

size_t clean_sentence(const char *text, size_t size, char *to)
{
    struct cleaning c = {.text = text, .size = size, .to = to};

    clean_range(&c, 0, size);
    c.n = tidy(to, c.n);
    return has_words(to, c.n) ? c.n : 0;
}
