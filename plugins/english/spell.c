/* SPDX-License-Identifier: Apache-2.0 */
/* Names of single characters. Every scalar value has an answer. */
#include <stdio.h>

#include <utf8proc.h>

#include <sori/stage.h>

#include "english/fold.h"
#include "english/normalise.h"
#include "english/script.h"
#include "english/utf8.h"

struct character_name {
    uint32_t symbol;
    const char *name;
};

static const char *find(const struct character_name *table, size_t n, uint32_t symbol)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].symbol == symbol)
            return table[i].name;
    return NULL;
}

#define FIND(table, symbol) find(table, sizeof(table) / sizeof *(table), symbol)

/* What the lexicon does not name, or names otherwise than one who types would. */
static const char *special_name(uint32_t symbol)
{
    static const struct character_name table[] = {
        {0, "null"},
        {7, "bell"},
        {8, "backspace"},
        {9, "tab"},
        {10, "new line"},
        {12, "form feed"},
        {13, "return"},
        {27, "escape"},
        {' ', "space"},
        {'&', "ampersand"},
        {127, "delete"},
        {0x85, "next line"},
        {0xa0, "no break space"},
        {0xad, "soft hyphen"},
        {0xdf, "sharp S"},
        {0x1e9e, "capital sharp S"},
        {0xc6, "A E"},
        {0xe6, "A E"},
        {0x152, "O E"},
        {0x153, "O E"},
        {0xd8, "O slash"},
        {0xf8, "O slash"},
        {0xd0, "eth"},
        {0xf0, "eth"},
        {0xde, "thorn"},
        {0xfe, "thorn"},
        {0x110, "D stroke"},
        {0x111, "D stroke"},
        {0x141, "L stroke"},
        {0x142, "L stroke"},
        {0x131, "dotless I"},
        {0x200b, "zero width space"},
        {0x200c, "zero width non joiner"},
        {0x200d, "zero width joiner"},
        {0x200e, "left to right mark"},
        {0x200f, "right to left mark"},
        {0x2028, "line separator"},
        {0x2029, "paragraph separator"},
        {0x3000, "wide space"},
        {0xfe0f, "emoji selector"},
        {0xfeff, "byte order mark"},
        {0xfffc, "object"},
        {0xfffd, "replacement character"},
        {0x1f3fb, "light skin tone"},
        {0x1f3fc, "medium-light skin tone"},
        {0x1f3fd, "medium skin tone"},
        {0x1f3fe, "medium-dark skin tone"},
        {0x1f3ff, "dark skin tone"},
    };

    return FIND(table, symbol);
}

static const char *mark_name(uint32_t symbol)
{
    static const struct character_name table[] = {
        {0x300, "grave"},        {0x301, "acute"},  {0x302, "circumflex"},   {0x303, "tilde"},
        {0x304, "macron"},       {0x306, "breve"},  {0x307, "dot"},          {0x308, "umlaut"},
        {0x309, "hook"},         {0x30a, "ring"},   {0x30b, "double acute"}, {0x30c, "caron"},
        {0x30f, "double grave"}, {0x31b, "horn"},   {0x323, "dot below"},    {0x326, "comma below"},
        {0x327, "cedilla"},      {0x328, "ogonek"},
    };

    return FIND(table, symbol);
}

/* "symbol 2 5 a c": what sort of thing it is and its number. */
static void say_code(struct normaliser *normaliser, const char *kind, uint32_t symbol)
{
    char digits[12];
    int n = snprintf(digits, sizeof digits, "%04x", symbol);

    say(normaliser, kind);
    for (int i = 0; i < n; i++) {
        if (ascii_is_digit(digits[i]))
            say_digits(normaliser, digits + i, 1);
        else
            say_word(normaliser, digits + i, 1, ITEM_SPELLED);
    }
}

static const char *kind_of(utf8proc_category_t category)
{
    switch (category) {
    case UTF8PROC_CATEGORY_CN:
        return "unknown character";
    case UTF8PROC_CATEGORY_CO:
        return "private character";
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
        return "control character";
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return "combining mark";
    case UTF8PROC_CATEGORY_ZS:
        return "space";
    case UTF8PROC_CATEGORY_SC:
        return "currency sign";
    default:
        return "symbol";
    }
}

static void say_letter(struct normaliser *normaliser, char letter)
{
    say_word(normaliser, &letter, 1, ITEM_SPELLED);
}

/* A Latin letter with marks on it: "E acute". */
static bool say_accented(struct normaliser *normaliser, uint32_t symbol)
{
    enum { ROOM = 18 };
    utf8proc_int32_t parts[ROOM];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)symbol, parts, ROOM,
                                                 UTF8PROC_DECOMPOSE, &boundary);

    if (n < 2 || n > ROOM || parts[0] >= 0x80 || !ascii_is_letter((char)parts[0]))
        return false;
    say_letter(normaliser, (char)parts[0]);
    for (utf8proc_ssize_t i = 1; i < n; i++) {
        const char *name = mark_name((uint32_t)parts[i]);
        say(normaliser, name ? name : "mark");
    }
    return true;
}

static bool say_ascii(struct normaliser *normaliser, char c)
{
    if (ascii_is_letter(c))
        say_letter(normaliser, c);
    else if (ascii_is_digit(c))
        say_digits(normaliser, &c, 1);
    else if (sign_name(c))
        say(normaliser, sign_name(c));
    else if (c > 0 && c < 27) {
        say(normaliser, "control");
        say_letter(normaliser, (char)(c + 'a' - 1));
    } else
        return false;
    return true;
}

/* Letters that fold to plain ones: styled, full-width, joined. */
static bool say_folded(struct normaliser *normaliser, size_t at, size_t size)
{
    char letters[16];
    size_t n = fold(normaliser->text + at, size, letters, sizeof letters);

    for (size_t i = 0; i < n; i++)
        if (ascii_is_letter(letters[i]))
            say_letter(normaliser, letters[i]);
    return n;
}

/* Letters and digits of other scripts; one whose sound nobody knows is told by its number. */
static bool say_foreign(struct normaliser *normaliser, size_t at, uint32_t symbol)
{
    bool known;

    if (!script_say_one(normaliser, at, &known))
        return false;
    if (!known)
        say_code(normaliser, symbol >= 0x2e80 ? "character" : "letter", symbol);
    return true;
}

static void name_it(struct normaliser *normaliser, size_t at, uint32_t symbol, size_t size)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);
    const char *name = special_name(symbol);

    if (!name)
        name = mark_name(symbol);
    if (name)
        say(normaliser, name);
    else if (symbol < 0x80 ? say_ascii(normaliser, (char)symbol) : say_accented(normaliser, symbol))
        return;
    else if (fold_is_latin(symbol) && say_folded(normaliser, at, size))
        return;
    else if (!number_sign(normaliser, at, symbol, size) && !say_foreign(normaliser, at, symbol))
        say_code(normaliser, kind_of(category), symbol);
}

/* Marks, joiners and selectors that belong to the character before. */
static size_t tail(const struct normaliser *normaliser, size_t at)
{
    size_t size, end = at;

    while (end < normaliser->n && (normaliser->text[end] & 0x80)) {
        uint32_t symbol = utf8_decode(normaliser->text + end, normaliser->n - end, &size);
        if (symbol != 0xfe0e && symbol != 0xfe0f && !(symbol >= 0x1f3fb && symbol <= 0x1f3ff))
            break;
        end += size;
    }
    return end - at;
}

size_t say_character(struct normaliser *normaliser, size_t at)
{
    struct items *items = normaliser->items;
    struct sori_span name;
    size_t size, named = 0;
    uint32_t symbol = utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    unsigned flag = say_capital(normaliser, at);
    size_t before = items->n;

    if (symbol >= 0x80 && !special_name(symbol))
        named = named_at(normaliser, at, &name);
    if (named) {
        place(normaliser, at, at + named);
        say_name(normaliser, name);
        size = named;
    } else {
        place(normaliser, at, at + size);
        name_it(normaliser, at, symbol, size);
    }
    if (items->n == before)
        say_code(normaliser, "character", symbol);
    if (flag && items->n > before)
        items->list[before].flags |= (uint8_t)flag;
    return size + tail(normaliser, at + size);
}

void spell(struct normaliser *normaliser, size_t at, size_t end)
{
    size_t whole = normaliser->n;

    normaliser->n = end;
    while (at < end) {
        if (strchr(" \t\r\n", normaliser->text[at]) && normaliser->text[at]) {
            place(normaliser, at, at + 1);
            say_mark(normaliser, ',');
            at++;
        } else {
            at += say_character(normaliser, at);
        }
    }
    normaliser->n = whole;
}

/* --- what is typed ---------------------------------------------------------------------------- */

/* The text without white space around it; all of it if there is nothing else. */
static void trim(const struct normaliser *normaliser, size_t *ret_from, size_t *ret_to)
{
    size_t from = 0, to = normaliser->n;

    while (from < to && strchr(" \t\r\n", normaliser->text[from]) && normaliser->text[from])
        from++;
    while (to > from && strchr(" \t\r\n", normaliser->text[to - 1]) && normaliser->text[to - 1])
        to--;
    *ret_from = from < to ? from : 0;
    *ret_to = from < to ? to : normaliser->n;
}

void say_only_character(struct normaliser *normaliser)
{
    size_t from, to;

    trim(normaliser, &from, &to);
    if (to - from > 1 && ascii_is_alpha(normaliser->text + from, to - from)) {
        read_range(normaliser, from, to); /* "space", as clients say for one */
        return;
    }
    while (from < to)
        from += say_character(normaliser, from);
}

static bool is_function_key(const char *text, size_t n)
{
    return n >= 2 && n <= 3 && (*text == 'f' || *text == 'F') && ascii_is_digit(text[1]) &&
           ascii_is_digit(text[n - 1]);
}

static const char *key_name(const char *text, size_t n)
{
    static const struct {
        const char *key, *name;
    } table[] = {
        {"kp", "keypad"},      {"esc", "escape"}, {"ctrl", "control"}, {"prior", "page up"},
        {"del", "delete"},     {"ins", "insert"}, {"bs", "backspace"}, {"pgup", "page up"},
        {"pgdn", "page down"}, {"num", "number"},
    };

    for (size_t i = 0; n > 1 && i < sizeof table / sizeof *table; i++)
        if (ascii_equals(text, n, table[i].key))
            return table[i].name;
    return NULL;
}

/* One key, or a part of its name. */
static void say_key_part(struct normaliser *normaliser, size_t from, size_t to)
{
    const char *text = normaliser->text + from;
    size_t size, n = to - from;
    const char *name = key_name(text, n);

    utf8_decode(text, n, &size);
    if (size == n) {
        say_character(normaliser, from);
        return;
    }
    place(normaliser, from, to);
    if (name) {
        say(normaliser, name);
    } else if (is_function_key(text, n)) {
        say_letter(normaliser, *text);
        say_cardinal(normaliser, text + 1, n - 1);
    } else {
        read_range(normaliser, from, to);
    }
}

/* "Control_L", as X11 names it, is said "left control"; returns where its side is told. */
static size_t say_side(struct normaliser *normaliser, size_t from, size_t to)
{
    static const char *const modifiers[] = {"Alt", "Control", "Hyper", "Meta", "Shift", "Super"};
    const char *text = normaliser->text + from;
    size_t n = to - from;

    if (n < 3 || text[n - 2] != '_' || (text[n - 1] != 'L' && text[n - 1] != 'R'))
        return to;
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++) {
        if (n - 2 != strlen(modifiers[i]) || memcmp(text, modifiers[i], n - 2) != 0)
            continue;
        place(normaliser, to - 1, to);
        say(normaliser, text[n - 1] == 'L' ? "left" : "right");
        return to - 2;
    }
    return to;
}

void say_key(struct normaliser *normaliser)
{
    size_t from, to, end;

    trim(normaliser, &from, &to);
    normaliser->manner.punctuation = SORI_PUNCTUATION_NATURAL;
    if (to - from > 4 && is_at(normaliser, from, "XF86"))
        from += 4; /* whose keyboard had that key first */
    to = say_side(normaliser, from, to);
    if (to - from == 1) {
        say_character(normaliser, from);
        return;
    }
    while (from < to) {
        end = from + 1; /* "control__": the second one is the key itself */
        while (end < to && !strchr("_-+ ", normaliser->text[end]))
            end++;
        say_key_part(normaliser, from, end);
        from = end + (end < to);
    }
}
