/* SPDX-License-Identifier: Apache-2.0 */
/* Words: with apostrophes and hyphens, in capitals, in camel case, in other scripts. */
#include "english/fold.h"
#include "english/normalise.h"
#include "english/reading.h"
#include "english/script.h"
#include "english/utf8.h"

/* A run of letters is read in pieces of this size: no word is longer. */
enum { RUN_MAX = 48 };

/* Bytes of an apostrophe between letters at `at`, 0 for none. */
static size_t apostrophe_at(const struct normaliser *normaliser, size_t at)
{
    if (peek(normaliser, at) == '\'')
        return 1;
    return is_at(normaliser, at, "\xe2\x80\x99") ? 3 : is_at(normaliser, at, "\xca\xbc") ? 2 : 0;
}

/* A Latin letter at `at`, marks on it included; its length or 0. */
static size_t latin_at(const struct normaliser *normaliser, size_t at)
{
    size_t size, end;

    if (at >= normaliser->n)
        return 0;
    if (ascii_is_letter(normaliser->text[at])) {
        end = at + 1;
    } else {
        if (!(normaliser->text[at] & 0x80) ||
            !fold_is_latin(utf8_decode(normaliser->text + at, normaliser->n - at, &size)))
            return 0;
        end = at + size;
    }
    while (end < normaliser->n && (normaliser->text[end] & 0x80) &&
           fold_is_mark(utf8_decode(normaliser->text + end, normaliser->n - end, &size)))
        end += size;
    return end - at;
}

/* A word with its apostrophes, copied with plain ones. */
struct run {
    size_t length; /* in the sentence */
    size_t n;
    char text[RUN_MAX * 4];
};

static bool take(const struct normaliser *normaliser, struct run *run, size_t at, size_t size)
{
    if (run->n + size > sizeof run->text)
        return false;
    memcpy(run->text + run->n, normaliser->text + at + run->length, size);
    run->n += size;
    run->length += size;
    return true;
}

static struct run run_at(const struct normaliser *normaliser, size_t at)
{
    struct run run = {0};
    size_t letters = 0, size, mark;

    while (letters < RUN_MAX) {
        size_t here = at + run.length;
        if ((size = latin_at(normaliser, here)) && take(normaliser, &run, at, size)) {
            letters++;
            continue;
        }
        mark = run.n ? apostrophe_at(normaliser, here) : 0;
        if (!mark || !latin_at(normaliser, here + mark) || run.n + 1 > sizeof run.text)
            break;
        run.text[run.n++] = '\'';
        run.length += mark;
    }
    return run;
}

/* --- how a run is read ------------------------------------------------------------------------ */

static bool exists(const struct normaliser *normaliser, const char *text, size_t n)
{
    char lower[WORD_MAX];

    if (n > WORD_MAX)
        return false;
    ascii_to_lower(text, n, lower);
    return reading_exists(normaliser->lexicon, text, n) ||
           reading_exists(normaliser->lexicon, lower, n);
}

/* Could a word in capitals that nobody knows be read as one, rather than by its letters? */
static bool is_readable(const char *text, size_t n)
{
    size_t vowels = 0, row = 0, longest = 0;

    for (size_t i = 0; i < n; i++) {
        bool vowel = strchr("AEIOUY", text[i]);
        vowels += vowel;
        row = vowel ? 0 : row + 1;
        longest = row > longest ? row : longest;
    }
    return n >= 5 && vowels >= 2 && longest <= 3;
}

/* Where camel case begins a new word in the run, or n: "getItem", "HTMLPage". */
static size_t camel(const char *text, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        bool capital = text[i] >= 'A' && text[i] <= 'Z';
        bool before = text[i - 1] >= 'a' && text[i - 1] <= 'z';
        bool after = i + 1 < n && text[i + 1] >= 'a' && text[i + 1] <= 'z' &&
                     !(i + 2 == n && text[i + 1] == 's'); /* "PDFs" */
        if (capital && (before || (after && i > 1 && text[i - 1] >= 'A' && text[i - 1] <= 'Z')))
            return i;
    }
    return n;
}

static bool keeps_camel(const char *text, size_t n, size_t cut)
{
    /* "McDonald", "MacLeod", "O'Neill"; "PCs", "iOS" */
    if (ascii_equals(text, cut, "mc") || ascii_equals(text, cut, "mac") || memchr(text, '\'', n))
        return true;
    return cut == n || (n - cut == 1 && text[cut] == 's');
}

static void say_run(struct normaliser *normaliser, const char *text, size_t n, unsigned flags)
{
    bool capitals = ascii_is_alpha(text, n) && ascii_is_upper(text, n);
    size_t cut = camel(text, n);

    if (ascii_equals(text, n, "v") && ascii_is_digit(peek(normaliser, normaliser->to))) {
        say(normaliser, "version");
        return;
    }
    if (n == 1 && ascii_is_letter(*text) && !strchr("aAI", *text))
        flags |= ITEM_SPELLED;
    if (capitals && n > 1 && n <= RUN_MAX && !exists(normaliser, text, n)) {
        char word[RUN_MAX];
        memcpy(word, text, n);
        if (is_readable(text, n))
            ascii_to_lower(text + 1, n - 1, word + 1);
        say_word(normaliser, word, n, flags);
        return;
    }
    if (cut < n && !exists(normaliser, text, n) && !keeps_camel(text, n, cut)) {
        say_run(normaliser, text, cut, flags);
        say_run(normaliser, text + cut, n - cut, 0);
        return;
    }
    say_word(normaliser, text, n, flags);
}

/* Length of the hyphen at `at` if a letter follows it. */
static size_t joint_at(const struct normaliser *normaliser, size_t at)
{
    size_t size = peek(normaliser, at) == '-' ? 1
                  : is_at(normaliser, at, "\xe2\x80\x90") || is_at(normaliser, at, "\xe2\x80\x91")
                      ? 3
                      : 0;
    return size && latin_at(normaliser, at + size) ? size : 0;
}

/* A compound that the lexicon has as a whole: its length, or 0. */
static size_t known_compound(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;

    while (end - at <= WORD_MAX &&
           (ascii_is_letter(peek(normaliser, end)) ||
            (end > at && strchr("-'", peek(normaliser, end)) && peek(normaliser, end) &&
             ascii_is_letter(peek(normaliser, end + 1)))))
        end++;
    if (end - at > WORD_MAX || !memchr(normaliser->text + at, '-', end - at))
        return 0;
    return exists(normaliser, normaliser->text + at, end - at) ? end - at : 0;
}

static size_t latin_word(struct normaliser *normaliser, size_t at)
{
    size_t end = at, joint = 0, whole = known_compound(normaliser, at);

    if (whole) {
        place(normaliser, at, at + whole);
        say_word(normaliser, normaliser->text + at, whole, 0);
        return whole;
    }
    do {
        struct run run = run_at(normaliser, end + joint);
        end += joint;
        place(normaliser, end, end + run.length);
        say_run(normaliser, run.text, run.n, joint ? ITEM_JOINED : 0);
        end += run.length;
        joint = joint_at(normaliser, end);
    } while (joint);
    return end - at;
}

/* "'tis", "'em": words that begin with an apostrophe */
static size_t clipped(struct normaliser *normaliser, size_t at)
{
    size_t mark = chunk_begins(normaliser, at) ? apostrophe_at(normaliser, at) : 0;
    char word[RUN_MAX * 4 + 1] = "'";
    struct run run;

    if (!mark || !latin_at(normaliser, at + mark))
        return 0;
    run = run_at(normaliser, at + mark);
    memcpy(word + 1, run.text, run.n);
    if (run.n + 1 > WORD_MAX || !exists(normaliser, word, run.n + 1))
        return 0;
    place(normaliser, at, at + mark + run.length);
    say_word(normaliser, word, run.n + 1, 0);
    return mark + run.length;
}

size_t match_word(struct normaliser *normaliser, size_t at)
{
    size_t size;

    if (latin_at(normaliser, at))
        return latin_word(normaliser, at);
    if (normaliser->text[at] == '\'' || is_at(normaliser, at, "\xe2\x80\x99"))
        return clipped(normaliser, at);
    if (!(normaliser->text[at] & 0x80))
        return 0;
    utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    return script_say(normaliser, at);
}
