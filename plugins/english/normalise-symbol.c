/* SPDX-License-Identifier: Apache-2.0 */
/* Marks that shape the melody, and symbols by their names: emoji, arrows, mathematics. */
#include <utf8proc.h>

#include "english/fold.h"
#include "english/normalise.h"
#include "english/utf8.h"

/* The longest emoji that the names have (a family, a flag in tags), in bytes. */
enum { NAME_BYTES = 48 };

static bool letter_or_digit_at(const struct normaliser *normaliser, size_t at)
{
    char c = peek(normaliser, at);
    utf8proc_category_t category;
    size_t size;

    if (!(c & 0x80))
        return ascii_is_alnum(c);
    while (at && (normaliser->text[at] & 0xc0) == 0x80)
        at--; /* into the middle of one */
    category = utf8proc_category(
        (utf8proc_int32_t)utf8_decode(normaliser->text + at, normaliser->n - at, &size));
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

/* Is there nothing more to say behind `at`? */
static bool ends_here(const struct normaliser *normaliser, size_t at)
{
    while (at < normaliser->n && !letter_or_digit_at(normaliser, at))
        at++;
    return at >= normaliser->n;
}

/* --- marks ------------------------------------------------------------------------------------ */

/* "1. Open it": does the full stop end the number of a list's item? */
static bool numbers_line(const struct normaliser *normaliser, size_t at)
{
    size_t start = at;

    while (start && ascii_is_digit(normaliser->text[start - 1]))
        start--;
    return start < at && (!start || normaliser->text[start - 1] == '\n') &&
           spaces_at(normaliser, at + 1) && !ends_here(normaliser, at);
}

static size_t full_stop(struct normaliser *normaliser, size_t at)
{
    size_t n = 1;
    char before = at ? normaliser->text[at - 1] : ' ', after = peek(normaliser, at + 1);

    while (peek(normaliser, at + n) == '.')
        n++;
    place(normaliser, at, at + n);
    if (n == 1 && numbers_line(normaliser, at))
        say_mark(normaliser, ',');
    else if (n > 1)
        say_mark(normaliser, ends_here(normaliser, at + n) ? '.' : ',');
    else if (before > ' ' && ascii_is_alnum(after) && (after < 'A' || after > 'Z'))
        say(normaliser, "dot"); /* "file.txt", "/.config" */
    else if (ends_here(normaliser, at + 1) || !ascii_is_alnum(before) ||
             (after >= 'A' && after <= 'Z'))
        say_mark(normaliser, '.');
    return n;
}

/* "-", "--", U+2010..2015 */
static size_t dash(struct normaliser *normaliser, size_t at)
{
    size_t size = dash_at(normaliser, at), n = size, next;
    bool before, after;

    if (!size)
        return 0;
    while ((next = dash_at(normaliser, at + n)))
        n += next;
    before = at && letter_or_digit_at(normaliser, at - 1);
    after = letter_or_digit_at(normaliser, at + n);
    place(normaliser, at, at + n);
    if (is_at(normaliser, at, "\xe2\x88\x92") ||
        (peek(normaliser, at) == '-' && n == 1 && !before && at >= 2 &&
         ascii_is_digit(peek(normaliser, at - 2)) && ascii_is_digit(peek(normaliser, at + 2))))
        say(normaliser, "minus");
    else if (n == 1 && before && after)
        return n; /* "20-year-old" */
    else
        say_mark(normaliser, ',');
    return n;
}

/* Marks of other scripts and typography that act like one of ours, or are silent (0). */
static size_t foreign_mark(struct normaliser *normaliser, size_t at)
{
    static const struct {
        const char *sign;
        char mark;
    } marks[] = {
        {"\xe2\x80\xa6", '.'}, /* ellipsis */
        {"\xe3\x80\x82", '.'}, {"\xe3\x80\x81", ','}, {"\xef\xbc\x8c", ','}, {"\xef\xbc\x8e", '.'},
        {"\xef\xbc\x81", '!'}, {"\xef\xbc\x9f", '?'}, {"\xef\xbc\x9b", ';'}, {"\xef\xbc\x9a", ':'},
        {"\xe0\xa5\xa4", '.'}, {"\xd8\x8c", ','},     {"\xd8\x9b", ';'},     {"\xd8\x9f", '?'},
        {"\xe2\x80\xbd", '?'}, {"\xc2\xbf", 0},       {"\xc2\xa1", 0},       {"\xe2\x80\x98", 0},
        {"\xe2\x80\x99", 0},   {"\xe2\x80\x9a", 0},   {"\xe2\x80\x9c", 0},   {"\xe2\x80\x9d", 0},
        {"\xe2\x80\x9e", 0},   {"\xc2\xab", 0},       {"\xc2\xbb", 0},       {"\xe2\x80\xb9", 0},
        {"\xe2\x80\xba", 0},   {"\xe2\x80\xa2", ','}, {"\xc2\xb7", 0},       {"\xe3\x80\x8c", 0},
        {"\xe3\x80\x8d", 0},   {"\xe3\x80\x8e", 0},   {"\xe3\x80\x8f", 0},   {"\xe2\x80\xbf", 0},
        {"\xc2\xad", 0},       {"\xef\xbb\xbf", 0},   {"\xc2\xa0", 0},
    };

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t size = strlen(marks[i].sign);
        if (!is_at(normaliser, at, marks[i].sign))
            continue;
        place(normaliser, at, at + size);
        if (marks[i].mark == '.' && !ends_here(normaliser, at + size))
            say_mark(normaliser, i ? '.' : ',');
        else if (marks[i].mark)
            say_mark(normaliser, marks[i].mark);
        return size;
    }
    return 0;
}

/* --- others ----------------------------------------------------------------------------------- */

static bool is_skin_tone(uint32_t symbol)
{
    return symbol >= 0x1f3fb && symbol <= 0x1f3ff;
}

/*
 * The name of a symbol without its skin tones. Pairs of people who have a tone each are written as
 * a sequence that has no name without the tones: the name is that of their one sign.
 */
static bool find_name(const struct lexicon *lexicon, const char *key, size_t n,
                      struct sori_span *ret_name)
{
    static const char *const pairs[][2] = {
        {"\U0001faf1\u200d\U0001faf2", "\U0001f91d"},
        {"\U0001f9d1\u200d\u2764\u200d\U0001f48b\u200d\U0001f9d1", "\U0001f48f"},
        {"\U0001f9d1\u200d\u2764\u200d\U0001f9d1", "\U0001f491"},
        {"\U0001f469\u200d\U0001f91d\u200d\U0001f469", "\U0001f46d"},
        {"\U0001f469\u200d\U0001f91d\u200d\U0001f468", "\U0001f46b"},
        {"\U0001f468\u200d\U0001f91d\u200d\U0001f468", "\U0001f46c"},
    };

    if (dictionary_find(&lexicon->names, key, n, ret_name))
        return true;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strlen(pairs[i][0]) == n && !memcmp(pairs[i][0], key, n))
            return dictionary_find(&lexicon->names, pairs[i][1], strlen(pairs[i][1]), ret_name);
    return false;
}

/* The longest symbol at `at` that has a name; its length, 0 for none. */
size_t named_at(const struct normaliser *normaliser, size_t at, struct sori_span *ret_name)
{
    char key[NAME_BYTES];
    size_t n = 0, end = at, size, best = 0;

    while (end < normaliser->n && end - at < 2 * NAME_BYTES) {
        uint32_t symbol = utf8_decode(normaliser->text + end, normaliser->n - end, &size);
        if (symbol < 0x80 && symbol != '#' && symbol != '*' && !ascii_is_digit((char)symbol))
            break;
        if (symbol != 0xfe0f && !is_skin_tone(symbol)) {
            if (n + size > sizeof key)
                break;
            memcpy(key + n, normaliser->text + end, size);
            n += size;
        }
        end += size;
        if (find_name(normaliser->lexicon, key, n, ret_name))
            best = end - at;
    }
    if (best) /* the shorter ones have overwritten nothing that counts: find it again */
        for (size_t i = n; i; i--)
            if (find_name(normaliser->lexicon, key, i, ret_name))
                break;
    return best;
}

void say_name(struct normaliser *normaliser, struct sori_span name)
{
    char words[256];
    size_t n = name.size < sizeof words - 1 ? name.size : sizeof words - 1;

    memcpy(words, name.data, n);
    words[n] = 0;
    say(normaliser, words);
}

/* "²" behind a letter */
static size_t power_sign(struct normaliser *normaliser, size_t at, uint32_t symbol, size_t size)
{
    if ((symbol != 0xb2 && symbol != 0xb3) || !at || !ascii_is_alnum(normaliser->text[at - 1]))
        return 0;
    place(normaliser, at, at + size);
    say(normaliser, symbol == 0xb2 ? "squared" : "cubed");
    return size;
}

/* Fractions and numbers in one character ("½", "②", "Ⅷ"). */
size_t number_sign(struct normaliser *normaliser, size_t at, uint32_t symbol, size_t size)
{
    utf8proc_int32_t parts[16];
    int boundary = 0;
    utf8proc_ssize_t n;
    char text[16];
    size_t digits = 0, slash = 0;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);

    if (category != UTF8PROC_CATEGORY_NO && category != UTF8PROC_CATEGORY_NL)
        return 0;
    n = utf8proc_decompose_char((utf8proc_int32_t)symbol, parts, 16,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
    for (utf8proc_ssize_t i = 0; i < n && n <= 16; i++) {
        if (parts[i] == 0x2044)
            slash = digits, text[digits++] = '/';
        else if (parts[i] < 0x80 && ascii_is_alnum((char)parts[i]))
            text[digits++] = (char)parts[i];
    }
    place(normaliser, at, at + size);
    if ((slash && slash + 1 < digits) || (digits && ascii_is_letter(*text))) {
        struct normaliser inner = {normaliser->lexicon, text, digits, normaliser->items, 0, 0, {0}};
        size_t first = normaliser->items->n;
        if (slash && at && ascii_is_digit(normaliser->text[at - 1]))
            say(normaliser, "and");
        if (!match_number(&inner, 0) && !match_roman(&inner, 0))
            match_word(&inner, 0);
        for (size_t i = first; i < normaliser->items->n; i++) {
            normaliser->items->list[i].start = (uint32_t)at;
            normaliser->items->list[i].end = (uint32_t)(at + size);
        }
    } else if (digits) {
        say_cardinal(normaliser, text, digits);
    } else {
        say(normaliser, "number sign");
    }
    return size;
}

static size_t other_symbol(struct normaliser *normaliser, size_t at)
{
    struct sori_span name;
    size_t size, n = foreign_mark(normaliser, at);
    uint32_t symbol = utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);

    if (n || (n = power_sign(normaliser, at, symbol, size)) ||
        (n = number_sign(normaliser, at, symbol, size)))
        return n;
    n = named_at(normaliser, at, &name);
    if (n) {
        size_t end = at + n;
        /* again and again counts once */
        while (normaliser->n - end >= n &&
               !memcmp(normaliser->text + end, normaliser->text + at, n))
            end += n;
        place(normaliser, at, end);
        say_name(normaliser, name);
        return end - at;
    }
    if (fold_is_mark(symbol) || category == UTF8PROC_CATEGORY_CC ||
        category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_ZS ||
        category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP ||
        is_skin_tone(symbol))
        return size; /* no sound of their own */
    n = size;
    while (at + n < normaliser->n && (normaliser->text[at + n] & 0x80)) {
        size_t more;
        uint32_t next = utf8_decode(normaliser->text + at + n, normaliser->n - at - n, &more);
        if (utf8proc_category((utf8proc_int32_t)next) != category)
            break;
        n += more;
    }
    place(normaliser, at, at + n);
    say(normaliser, "symbol");
    return n;
}

/* "!done", "if (!x)": what stands before a word and behind none ends no sentence. */
static bool negates(const struct normaliser *normaliser, size_t at)
{
    char before = at ? normaliser->text[at - 1] : ' ';

    return strchr(" \t(&|=", before) && before && ascii_is_letter(peek(normaliser, at + 1));
}

size_t match_symbol(struct normaliser *normaliser, size_t at)
{
    char c = normaliser->text[at];
    size_t taken;

    if (c == '.')
        return full_stop(normaliser, at);
    if ((taken = match_sign_pair(normaliser, at)))
        return taken;
    if (c == '!' && negates(normaliser, at)) {
        place(normaliser, at, at + 1);
        say(normaliser, "not");
        return 1;
    }
    if (c && strchr("?!,;:", c)) {
        place(normaliser, at, at + 1);
        say_mark(normaliser, c);
        return 1;
    }
    if ((taken = dash(normaliser, at)))
        return taken;
    return c & 0x80 ? other_symbol(normaliser, at) : match_sign(normaliser, at);
}
