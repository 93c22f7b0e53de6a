/* SPDX-License-Identifier: Apache-2.0 */
#include "english/segment.h"

#include <string.h>

#include <utf8proc.h>

#include "base/limits.h"
#include "english/ascii.h"
#include "english/utf8.h"

struct scan {
    const char *text;
    size_t n;
    bool last;
};

/* Enough text behind a full stop to tell: closing quotes, spaces, the start of the next word. */
enum { LOOK_AHEAD = 64, LINE_AHEAD = 6 };

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* --- full stops that end nothing -------------------------------------------------------------- */

/* Titles and the like: a name or a number always follows. */
static const char *const before_name[] = {
    "mr",  "mrs", "ms",   "messrs", "mme",  "mlle", "dr",   "prof", "rev",  "hon",
    "fr",  "sen", "rep",  "gov",    "pres", "gen",  "col",  "maj",  "capt", "cpt",
    "lt",  "sgt", "cpl",  "pvt",    "adm",  "cmdr", "st",   "mt",   "ft",   "no",
    "nos", "vol", "vols", "fig",    "figs", "pp",   "ed",   "eds",  "vs",   "cf",
    "eg",  "ie",  "viz",  "approx", "est",  "ca",   "al",   "art",  "sec",  "chap",
    "ch",  "op",  "dept", "univ",   "assn", "bros", "supt", "insp", "pt",   "eq",
};

/* Others: the sentence goes on unless a capital follows. */
static const char *const anywhere[] = {
    "jan", "feb", "mar",  "apr",  "jun",  "jul",  "aug",  "sep",   "sept", "oct",  "nov",
    "dec", "mon", "tue",  "tues", "wed",  "thu",  "thur", "thurs", "fri",  "sat",  "sun",
    "etc", "inc", "ltd",  "co",   "corp", "jr",   "sr",   "esq",   "ave",  "blvd", "rd",
    "ln",  "hwy", "apt",  "min",  "max",  "avg",  "hr",   "hrs",   "mins", "secs", "lb",
    "lbs", "oz",  "in",   "tel",  "ext",  "misc", "a.m",  "p.m",   "u.s",  "u.k",  "u.n",
    "e.g", "i.e", "ph.d", "m.d",  "b.a",  "m.a",  "b.c",  "a.d",   "d.c",
};

static bool listed(const char *const *list, size_t n_list, const char *word, size_t n)
{
    for (size_t i = 0; i < n_list; i++)
        if (ascii_equals(word, n, list[i]))
            return true;
    return false;
}

/* Start of the run of letters and full stops that ends at `end`. */
static size_t word_start(const struct scan *scan, size_t end)
{
    size_t at = end;
    while (at && end - at < 16 &&
           (ascii_is_letter(scan->text[at - 1]) || scan->text[at - 1] == '.' ||
            (scan->text[at - 1] & 0x80)))
        at--;
    return at;
}

static size_t word_end(const struct scan *scan, size_t at)
{
    while (at < scan->n && ascii_is_letter(scan->text[at]))
        at++;
    return at;
}

/* Words that begin a sentence far more often than they follow an abbreviation. */
static bool begins_sentence(const struct scan *scan, size_t at)
{
    static const char *const openers[] = {
        "the",   "a",     "an",   "it",    "he",    "she",   "they",   "we",     "i",
        "you",   "this",  "that", "these", "those", "there", "in",     "on",     "at",
        "but",   "and",   "so",   "if",    "when",  "what",  "who",    "how",    "why",
        "where", "is",    "are",  "was",   "do",    "did",   "my",     "his",    "her",
        "our",   "their", "its",  "as",    "for",   "after", "before", "however"};

    return listed(openers, sizeof openers / sizeof *openers, scan->text + at,
                  word_end(scan, at) - at);
}

/* Letters with full stops between: "U.S", "Ph.D", but not "example.com". */
static bool is_dotted(const char *word, size_t n)
{
    const char *last = memrchr(word, '.', n);
    return last && n <= 8 && word + n - last <= 3;
}

/* Does the full stop at `dot` end a sentence, with `next` (after white space) behind it? */
static bool stop_ends(const struct scan *scan, size_t dot, size_t next)
{
    size_t start = word_start(scan, dot), n = dot - start;
    const char *word = scan->text + start;
    char after = next < scan->n ? scan->text[next] : 'A';
    bool initial = n == 1 && ascii_is_letter(*word);

    while (n && (*word & 0x80) && (word[0] & 0xc0) == 0x80)
        word++, n--;
    if (after >= 'a' && after <= 'z')
        return false;
    if (!n) /* "3." at the start of a line numbers what follows; elsewhere it ends a sentence */
        return true;
    if (listed(before_name, sizeof before_name / sizeof *before_name, word, n))
        return next >= scan->n || (ascii_equals(word, n, "no") && !ascii_is_digit(after));
    if (listed(anywhere, sizeof anywhere / sizeof *anywhere, word, n))
        return next >= scan->n || begins_sentence(scan, next);
    if (initial && *word != 'I')
        return next >= scan->n || begins_sentence(scan, next);
    if (is_dotted(word, n))
        return next >= scan->n || begins_sentence(scan, next);
    return true;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* Does a list item begin here: "- ", "* ", a bullet, "1. ", "a) "? */
static bool begins_item(const struct scan *scan, size_t at)
{
    const char *text = scan->text + at;
    size_t left = scan->n - at, digits = 0;

    if (left >= 2 && strchr("-*+#", text[0]) && (text[1] == ' ' || text[1] == '\t'))
        return true;
    if (left >= 3 && !memcmp(text, "\xe2\x80\xa2", 3)) /* U+2022 */
        return true;
    while (digits < left && digits < 4 && ascii_is_digit(text[digits]))
        digits++;
    if (!digits && left && ascii_is_letter(text[0]))
        digits = 1;
    return digits && left > digits + 1 && (text[digits] == '.' || text[digits] == ')') &&
           is_space(text[digits + 1]);
}

/*
 * Does the line that ends at `end` end a sentence though it has no mark there? `next`: the next
 * line's first character. A short line before a capital is a heading; a wrapped one is longer.
 */
static bool line_ends(const struct scan *scan, size_t line, size_t end, size_t next)
{
    enum { SHORT_LINE = 48 };
    char after = scan->text[next];

    if (begins_item(scan, next))
        return true;
    if (begins_item(scan, line))
        return next < scan->n && next > end && scan->text[next - 1] == '\n';
    return end - line < SHORT_LINE && end > line && !strchr(",;-", scan->text[end - 1]) &&
           (after < 'a' || after > 'z');
}

/* --- the scan --------------------------------------------------------------------------------- */

/* Bytes of a mark that may end a sentence, 0 for none. */
static size_t final_mark(const struct scan *scan, size_t at)
{
    static const char *const marks[] = {"\xe2\x80\xa6", "\xe3\x80\x82", "\xef\xbc\x81",
                                        "\xef\xbc\x9f", "\xe2\x80\xbd", "\xe0\xa5\xa4",
                                        "\xd8\x9f"};

    if (strchr(".?!", scan->text[at]))
        return scan->text[at] != 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t size = strlen(marks[i]);
        if (scan->n - at >= size && !memcmp(scan->text + at, marks[i], size))
            return size;
    }
    return 0;
}

static size_t closing_mark(const struct scan *scan, size_t at)
{
    if (scan->text[at] && strchr("\"')]}*_", scan->text[at]))
        return 1;
    /* right quotation marks */
    return scan->n - at >= 3 && (!memcmp(scan->text + at, "\xe2\x80\x99", 3) ||
                                 !memcmp(scan->text + at, "\xe2\x80\x9d", 3))
               ? 3
               : 0;
}

static size_t skip_spaces(const struct scan *scan, size_t at, size_t *ret_newlines)
{
    *ret_newlines = 0;
    while (at < scan->n && is_space(scan->text[at]))
        *ret_newlines += scan->text[at++] == '\n';
    return at;
}

/*
 * Looks at the marks at `at`. Sets *ret_next to where to go on; returns the sentence's length, or 0
 * if it does not end here.
 */
static size_t try_marks(const struct scan *scan, size_t at, size_t *ret_next, bool *ret_unsure)
{
    size_t end = at, size, newlines, next, marks = 0;
    bool only_stop = true;

    while (end < scan->n && (size = final_mark(scan, end))) {
        only_stop = only_stop && scan->text[end] == '.';
        end += size;
        marks++;
    }
    *ret_next = end;
    while (end < scan->n && (size = closing_mark(scan, end)))
        end += size;
    next = skip_spaces(scan, end, &newlines);
    *ret_unsure = !scan->last && word_end(scan, next) >= scan->n;
    if (*ret_unsure)
        return 0;
    if (next == end && next < scan->n && (unsigned char)scan->text[at] < 0x80)
        return 0; /* no space behind */
    if (only_stop && marks == 1 && newlines < 2 && !stop_ends(scan, at, next))
        return 0;
    if ((only_stop ? marks > 1 : !memcmp(scan->text + at, "\xe2\x80\xa6", end - at < 3 ? 1 : 3)) &&
        next < scan->n && ascii_is_letter(scan->text[next]) && ascii_is_lower(scan->text + next, 1))
        return 0; /* an ellipsis in mid-sentence */
    if (!only_stop && end > *ret_next && next < scan->n && scan->text[next] >= 'a' &&
        scan->text[next] <= 'z')
        return 0; /* "Really?" he said */
    return next;
}

/* Where a sentence without end is cut: after a clause, else a word, else a character. */
static size_t cut(const struct scan *scan)
{
    size_t limit = SENTENCE_MAX_SIZE, word = 0, clause = 0;

    for (size_t i = limit / 3; i < limit; i++) {
        if (!is_space(scan->text[i]))
            continue;
        word = i + 1;
        if (strchr(",;:)", scan->text[i - 1]) && scan->text[i - 1])
            clause = i + 1;
    }
    if (clause || word)
        return clause ? clause : word;
    return utf8_cut(scan->text, limit);
}

size_t segment_next(const char *text, size_t n, bool last)
{
    /* What is looked at does not depend on how much more is there: so neither do the answers. */
    const size_t window = SENTENCE_MAX_SIZE + LOOK_AHEAD;
    struct scan scan = {text, n < window ? n : window, last && n <= window};
    size_t at = 0, line = 0, end, newlines, next;
    bool unsure = false;

    while (!unsure && at < scan.n && at < SENTENCE_MAX_SIZE) {
        if (final_mark(&scan, at)) {
            end = try_marks(&scan, at, &next, &unsure);
            if (end)
                return end;
            at = next;
        } else if (text[at] == '\n') {
            next = skip_spaces(&scan, at, &newlines);
            unsure = next + LINE_AHEAD > scan.n && !scan.last;
            if (!unsure && next < scan.n && at > line &&
                (newlines > 1 || line_ends(&scan, line, at, next)))
                return next;
            at = line = next;
        } else {
            at++;
        }
    }
    if (n >= window || (last && n > SENTENCE_MAX_SIZE))
        return cut(&scan);
    return last ? n : 0;
}
