/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roman numerals, where the context says that they are: "Chapter IV", "World War II", "Henry VIII",
 * "Super Bowl LVIII"; by themselves only "II", "III", "VI" to "IX" and the like.
 */
#include "english/normalise.h"

enum { ROMAN_MAX = 12 };

static unsigned letter_value(char c)
{
    static const char letters[] = "IVXLCDM";
    static const unsigned values[] = {1, 5, 10, 50, 100, 500, 1000};
    const char *found = c ? strchr(letters, c) : NULL;
    return found ? values[found - letters] : 0;
}

/* Value of a well-formed numeral of n letters below 4,000, or 0. */
static unsigned roman_value(const char *text, size_t n)
{
    static const struct {
        const char *letters;
        unsigned value;
    } parts[] = {{"M", 1000}, {"CM", 900}, {"D", 500}, {"CD", 400}, {"C", 100},
                 {"XC", 90},  {"L", 50},   {"XL", 40}, {"X", 10},   {"IX", 9},
                 {"V", 5},    {"IV", 4},   {"I", 1}};
    unsigned value = 0, repeats = 0;
    size_t at = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts;) {
        size_t size = strlen(parts[i].letters);
        bool once = size == 2 || strchr("DLV", parts[i].letters[0]);
        if (n - at >= size && !memcmp(text + at, parts[i].letters, size) &&
            repeats < (once ? 1u : 3u)) {
            value += parts[i].value;
            at += size;
            repeats++;
        } else {
            i++;
            repeats = 0;
        }
    }
    return at == n ? value : 0;
}

static bool listed(const char *const *list, size_t n_list, const char *word, size_t n)
{
    for (size_t i = 0; i < n_list; i++)
        if (ascii_equals(word, n, list[i]))
            return true;
    return false;
}

/* Words that numbers follow. */
static const char *const numbered[] = {
    "chapter",  "part",    "volume",  "act",    "scene",    "section",  "war",
    "type",     "phase",   "article", "title",  "book",     "appendix", "figure",
    "table",    "bowl",    "rocky",   "class",  "level",    "stage",    "grade",
    "category", "mark",    "episode", "group",  "schedule", "division", "canto",
    "psalm",    "fantasy", "element", "apollo", "gemini",   "saturn",   "vatican"};
/* Names that rulers share. */
static const char *const rulers[] = {
    "henry",     "louis",    "elizabeth", "george",   "edward",    "richard",   "charles",
    "william",   "james",    "mary",      "paul",     "pius",      "benedict",  "leo",
    "gregory",   "nicholas", "catherine", "philip",   "napoleon",  "frederick", "alexander",
    "peter",     "ivan",     "francis",   "innocent", "clement",   "ramses",    "ramesses",
    "ptolemy",   "xerxes",   "darius",    "john",     "urban",     "sixtus",    "julius",
    "boniface",  "robert",   "david",     "alfonso",  "ferdinand", "wilhelm",   "otto",
    "christian", "gustav",   "margrethe", "juan",     "thutmose"};

static size_t word_before(const struct normaliser *normaliser, size_t at, size_t *ret_start)
{
    size_t end = at;

    while (end && normaliser->text[end - 1] == ' ')
        end--;
    *ret_start = end;
    while (*ret_start && ascii_is_letter(normaliser->text[*ret_start - 1]))
        --*ret_start;
    return end == at ? 0 : end - *ret_start;
}

/* "Elizabeth I." but not "Elizabeth, I think" */
static bool ends_phrase(const struct normaliser *normaliser, size_t at)
{
    return at >= normaliser->n || strchr(".,;:!?)'\"\n", normaliser->text[at]);
}

size_t match_roman(struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at), start, before;
    char text[ROMAN_MAX];
    unsigned value;
    bool small = true, capitals = ascii_is_upper(normaliser->text + at, n);

    if (!n || n > ROMAN_MAX || !letter_value(ascii_upper(normaliser->text[at])) ||
        !word_ends(normaliser, at + n) || (at && !chunk_begins(normaliser, at)) ||
        peek(normaliser, at + n) == '\'')
        return 0;
    for (size_t i = 0; i < n; i++)
        text[i] = ascii_upper(normaliser->text[at + i]);
    value = roman_value(text, n);
    if (!value || (!capitals && !ascii_is_lower(normaliser->text + at, n)))
        return 0;
    before = word_before(normaliser, at, &start);
    for (size_t i = 0; i < n; i++)
        small = small && letter_value(text[i]) <= 10;
    place(normaliser, at, at + n);
    if (before && capitals && (value > 1 || ends_phrase(normaliser, at + n)) &&
        listed(rulers, sizeof rulers / sizeof *rulers, normaliser->text + start, before)) {
        char digits[4] = {(char)('0' + value / 1000), (char)('0' + value / 100 % 10),
                          (char)('0' + value / 10 % 10), (char)('0' + value % 10)};
        say(normaliser, "the");
        say_ordinal(normaliser, digits, 4);
        return n;
    }
    if ((before &&
         listed(numbered, sizeof numbered / sizeof *numbered, normaliser->text + start, before)) ||
        (n > 1 && small && capitals && value < 40)) {
        say_small(normaliser, value);
        return n;
    }
    return 0;
}
