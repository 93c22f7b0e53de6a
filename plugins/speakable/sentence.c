/* SPDX-License-Identifier: Apache-2.0 */
#include "speakable/sentence.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <utf8proc.h>

/* Before a capital letter these do not end a sentence. */
static const char *const never_last[] = {
    "dr",  "mr",     "mrs", "ms",  "prof", "st",   "mt",  "rev", "hon",  "gen", "col", "capt",
    "lt",  "sgt",    "sen", "rep", "gov",  "pres", "vs",  "fig", "figs", "eq",  "no",  "nos",
    "vol", "approx", "ca",  "cf",  "e.g",  "i.e",  "jan", "feb", "mar",  "apr", "aug", "sept",
    "sep", "oct",    "nov", "dec", "ave",  "dept", "est", "ed",  "pp",   "op",  "viz",
};

/* After an initial or an abbreviation that may be last, these begin a sentence. */
static const char *const starters[] = {
    "the",   "it",      "he",     "she",  "they", "we",  "i",    "you",  "this", "that",
    "these", "those",   "in",     "on",   "at",   "but", "and",  "so",   "if",   "when",
    "while", "however", "there",  "a",    "an",   "as",  "for",  "to",   "its",  "his",
    "her",   "their",   "our",    "what", "why",  "how", "some", "many", "most", "all",
    "one",   "after",   "before", "then", "also", "now",
};

static bool listed(const char *const *list, size_t n, const char *word, size_t size)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i]) == size && !strncasecmp(list[i], word, size))
            return true;
    return false;
}

#define LISTED(list, word, size) listed(list, sizeof(list) / sizeof *(list), word, size)

static bool one_of(const char *set, char c)
{
    return c && strchr(set, c);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A quote, bracket or Markdown mark that may follow the mark of a sentence; its size or 0. */
static size_t closer(const char *text, size_t size)
{
    static const char *const wide[] = {"”", "’", "»", "」", "』", "）"};

    if (one_of("\"')]*_`", *text))
        return 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (size >= strlen(wide[i]) && !memcmp(text, wide[i], strlen(wide[i])))
            return strlen(wide[i]);
    return 0;
}

/* Marks of East Asian scripts, which no space follows; size or 0. */
static size_t wide_mark(const char *text, size_t size)
{
    static const char *const marks[] = {"。", "！", "？"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (size >= strlen(marks[i]) && !memcmp(text, marks[i], strlen(marks[i])))
            return strlen(marks[i]);
    return 0;
}

/* What a cut would tear apart. */
struct inside {
    bool code;
    int brackets;
    int parentheses; /* of a link */
};

static void watch(struct inside *inside, const char *text, size_t i)
{
    char c = text[i];

    if (c == '`')
        inside->code = !inside->code;
    if (inside->code)
        return;
    if (c == '[')
        inside->brackets++;
    else if (c == ']' && inside->brackets)
        inside->brackets--;
    else if (c == '(' && i && (text[i - 1] == ']' || inside->parentheses))
        inside->parentheses++;
    else if (c == ')' && inside->parentheses)
        inside->parentheses--;
}

static bool within(const struct inside *inside)
{
    return inside->code || inside->brackets || inside->parentheses;
}

/* The word that ends at `end`: letters and the dots inside it. */
static size_t word_start(const char *text, size_t end)
{
    while (end && (isalpha((unsigned char)text[end - 1]) || text[end - 1] == '.'))
        end--;
    return end;
}

static bool next_is_starter(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && isalpha((unsigned char)text[n]))
        n++;
    return n && LISTED(starters, text, n);
}

static bool begins_lower(const char *text, size_t size)
{
    utf8proc_int32_t code;

    return utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &code) > 0 &&
           utf8proc_category(code) == UTF8PROC_CATEGORY_LL;
}

/* Whether the full stop at `dot` ends a sentence, when `next` begins with the word behind it. */
static bool stop_ends(const char *text, size_t dot, const char *next, size_t next_size)
{
    size_t start = word_start(text, dot), n = dot - start;
    const char *word = text + start;
    bool number = isdigit((unsigned char)*next);

    if (!n)
        return true;
    if (LISTED(never_last, word, n))
        return !(isalpha((unsigned char)*next) || number || *next == '(') ||
               (!strncasecmp(word, "no", n) && !number);
    /* An initial ("J."), or letters with dots between them ("U.S.", "a.m."). */
    if ((n == 1 && isupper((unsigned char)*word) && *word != 'I') || memchr(word, '.', n))
        return next_is_starter(next, next_size);
    if (n == 3 && !strncasecmp(word, "etc", 3))
        return !begins_lower(next, next_size);
    return true;
}

/* Whether the word behind a mark is there as a whole, as far as that matters. */
static bool word_is_whole(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!isalpha((unsigned char)text[i]))
            return true;
    return false;
}

/* The end of a sentence whose mark stands at i: 0: none; 1: more text is needed; else the end. */
static size_t end_at(const char *text, size_t size, size_t i, bool complete)
{
    size_t end = i, next, n = wide_mark(text + i, size - i);

    if (n) {
        end += n;
        while (end < size && (n = closer(text + end, size - end)))
            end += n;
        return end;
    }
    while (end < size && one_of(".!?", text[end]))
        end++;
    while (end < size && (n = closer(text + end, size - end)))
        end += n;
    for (next = end; next < size && is_blank(text[next]);)
        next++;
    if (next == size)
        return complete ? size : 1;
    if (next == end)
        return 0; /* 3.5, example.org */
    if (begins_lower(text + next, size - next))
        return 0; /* "Stop!" he said */
    if (text[i] != '.' || end > i + 1)
        return end;
    if (!complete && !word_is_whole(text + next, size - next) &&
        !stop_ends(text, i, "X", 1)) /* it depends on a word that is still being written */
        return 1;
    return stop_ends(text, i, text + next, size - next) ? end : 0;
}

size_t sentence_end(const char *text, size_t size, bool complete)
{
    struct inside inside = {0};

    for (size_t i = 0; i < size; i++) {
        size_t end;
        watch(&inside, text, i);
        if (within(&inside) || !(one_of(".!?", text[i]) || wide_mark(text + i, size - i)))
            continue;
        end = end_at(text, size, i, complete);
        if (end == 1)
            return 0;
        if (end)
            return end;
        while (i + 1 < size && one_of(".!?", text[i + 1]))
            i++;
    }
    return 0;
}

size_t clause_end(const char *text, size_t size, size_t from)
{
    struct inside inside = {0};
    size_t found = 0;

    for (size_t i = 0; i + 1 < size; i++) {
        watch(&inside, text, i);
        if (i + 1 >= from && !within(&inside) && one_of(",;:", text[i]) && is_blank(text[i + 1]))
            found = i + 1;
        if (i >= from && !within(&inside) && size - i > 4 && is_blank(text[i]) &&
            (!memcmp(text + i + 1, "—", 3) || !memcmp(text + i + 1, "–", 3)))
            found = i;
    }
    return found;
}

size_t forced_end(const char *text, size_t size, size_t from)
{
    size_t end = size;

    for (size_t i = size; i-- > from;)
        if (is_blank(text[i]))
            return i;
    while (end > 1 && ((unsigned char)text[end - 1] & 0xc0) == 0x80)
        end--;
    return end > 1 ? end - 1 : size;
}
