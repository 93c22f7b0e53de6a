/* SPDX-License-Identifier: Apache-2.0 */
/* Abbreviations ("Dr.", "e.g.", "approx.") and letters with full stops ("U.S.A.", "J."). */
#include "english/normalise.h"

enum {
    BARE = 1,       /* also without the full stop */
    NUMBER = 2,     /* only before a number */
    NAME = 4,       /* only before a capital */
    BEHIND = 8,     /* only behind a name: "Main St." */
    BARE_NAME = 16, /* without the full stop only before a capital */
    KEY = 32,       /* only behind a plus: "Ctrl+Del" */
};

static const struct abbreviation {
    const char *letters, *words;
    unsigned flags;
} abbreviations[] = {
    {"mr", "Mister", BARE_NAME},
    {"mrs", "Missus", BARE_NAME},
    {"ms", "Ms.", 0},
    {"messrs", "Messieurs", 0},
    {"dr", "Doctor", BARE | NAME},
    {"dr", "Drive", BEHIND | BARE},
    {"dr", "Doctor", 0},
    {"st", "Saint", NAME | BARE},
    {"st", "Street", BEHIND | BARE},
    {"prof", "Professor", NAME},
    {"rev", "Reverend", NAME},
    {"hon", "Honorable", NAME},
    {"fr", "Father", NAME},
    {"sen", "Senator", NAME},
    {"rep", "Representative", NAME},
    {"gov", "Governor", NAME},
    {"pres", "President", NAME},
    {"gen", "General", NAME},
    {"col", "Colonel", NAME},
    {"maj", "Major", NAME},
    {"capt", "Captain", NAME},
    {"cmdr", "Commander", NAME},
    {"lt", "Lieutenant", NAME},
    {"sgt", "Sergeant", NAME},
    {"cpl", "Corporal", NAME},
    {"pvt", "Private", NAME},
    {"adm", "Admiral", NAME},
    {"mt", "Mount", NAME | BARE},
    {"ft", "Fort", NAME},
    {"jr", "Junior", BARE},
    {"sr", "Senior", BARE},
    {"esq", "Esquire", BARE},
    {"ave", "Avenue", 0},
    {"blvd", "Boulevard", BARE},
    {"rd", "Road", BEHIND},
    {"ln", "Lane", BEHIND},
    {"hwy", "Highway", BARE},
    {"apt", "apartment", NUMBER},
    {"no", "number", NUMBER},
    {"nos", "numbers", NUMBER},
    {"vol", "volume", NUMBER},
    {"fig", "figure", NUMBER},
    {"figs", "figures", NUMBER},
    {"eq", "equation", NUMBER},
    {"ch", "chapter", NUMBER},
    {"chap", "chapter", NUMBER},
    {"sec", "section", NUMBER},
    {"art", "article", NUMBER},
    {"p", "page", NUMBER},
    {"pp", "pages", NUMBER},
    {"pg", "page", NUMBER},
    {"ext", "extension", NUMBER},
    {"tel", "telephone", 0},
    {"ca", "circa", NUMBER},
    {"c", "circa", NUMBER},
    {"vs", "versus", BARE},
    {"etc", "et cetera", BARE},
    {"inc", "Incorporated", 0},
    {"ltd", "Limited", BARE},
    {"corp", "Corporation", 0},
    {"co", "Company", 0},
    {"bros", "Brothers", 0},
    {"dept", "department", BARE},
    {"univ", "University", 0},
    {"assn", "Association", 0},
    {"govt", "government", BARE},
    {"approx", "approximately", BARE},
    {"est", "established", NUMBER},
    {"misc", "miscellaneous", BARE},
    {"max", "maximum", 0},
    {"min", "minimum", 0},
    {"avg", "average", BARE},
    {"mon", "Monday", 0},
    {"tues", "Tuesday", 0},
    {"wed", "Wednesday", 0},
    {"thurs", "Thursday", 0},
    {"fri", "Friday", 0},
    {"al", "al", 0},
    {"ctrl", "control", BARE},
    {"esc", "escape", BARE},
    {"pgup", "page up", BARE},
    {"pgdn", "page down", BARE},
    {"del", "delete", BARE | KEY},
    {"ins", "insert", BARE | KEY},
    {"e.g", "for example", 0},
    {"i.e", "that is", 0},
    {"a.k.a", "also known as", 0},
    {"cf", "compare", 0},
    {"and/or", "and or", BARE},
    {"he/she", "he or she", BARE},
    {"his/her", "his or her", BARE},
    {"him/her", "him or her", BARE},
    {"w/o", "without", BARE},
    {"w/", "with", BARE},
    {"n/a", "not applicable", BARE},
    {"ph.d", "PhD", BARE},
};

/* Is it the last thing of the sentence, but for closing marks? */
static bool ends_sentence(const struct normaliser *normaliser, size_t at)
{
    while (at < normaliser->n && strchr(" \t\r\n\"')]}", normaliser->text[at]))
        at++;
    return at >= normaliser->n || is_at(normaliser, at, "\xe2\x80\x9d");
}

static bool capital_behind(const struct normaliser *normaliser, size_t at)
{
    char c = peek(normaliser, at + spaces_at(normaliser, at));
    return spaces_at(normaliser, at) && ((c >= 'A' && c <= 'Z') || (c & 0x80));
}

/* Is the word before one with a capital, so that this may be part of an address? */
static bool name_before(const struct normaliser *normaliser, size_t at)
{
    size_t end = at, start;

    while (end && normaliser->text[end - 1] == ' ')
        end--;
    start = end;
    while (start && (ascii_is_letter(normaliser->text[start - 1]) ||
                     ascii_is_digit(normaliser->text[start - 1])))
        start--;
    return end < at && start < end &&
           ((normaliser->text[start] >= 'A' && normaliser->text[start] <= 'Z') ||
            ascii_is_digit(normaliser->text[start]));
}

static bool fits(const struct normaliser *normaliser, const struct abbreviation *entry, size_t at,
                 size_t n, bool dot)
{
    size_t behind = at + n + dot;
    size_t number = behind + spaces_at(normaliser, behind);

    if (!dot && !(entry->flags & BARE) &&
        !((entry->flags & BARE_NAME) && capital_behind(normaliser, behind)))
        return false;
    if ((entry->flags & NUMBER) && !digits_at(normaliser, number))
        return false;
    if ((entry->flags & NAME) && !capital_behind(normaliser, behind))
        return false;
    if ((entry->flags & NAME) && !strcmp(entry->letters, "st") && name_before(normaliser, at))
        return false; /* "Main St. Bridge" */
    if ((entry->flags & KEY) && !(at && normaliser->text[at - 1] == '+'))
        return false;
    if ((entry->flags & BEHIND) && !name_before(normaliser, at))
        return false;
    return true;
}

/* "U.S.", "J.R.R.": letters with a full stop each; 0 if that is not what stands there. */
static size_t initials(struct normaliser *normaliser, size_t at)
{
    char letters[16];
    size_t n = 0, end = at;

    while (n < sizeof letters && ascii_is_letter(peek(normaliser, end)) &&
           peek(normaliser, end + 1) == '.') {
        letters[n++] = ascii_upper(peek(normaliser, end));
        end += 2;
    }
    if (n && n < sizeof letters && ascii_is_letter(peek(normaliser, end)) &&
        word_ends(normaliser, end + 1) && n > 1)
        letters[n++] = ascii_upper(peek(normaliser, end++));
    if (!n || (ascii_is_letter(peek(normaliser, end))))
        return 0;
    if (n == 1 && (!capital_behind(normaliser, end) || normaliser->text[at] > 'Z' ||
                   normaliser->text[at] == 'I'))
        return 0;
    place(normaliser, at, end);
    say_word(normaliser, letters, n, ITEM_SPELLED);
    if (normaliser->text[end - 1] == '.' && ends_sentence(normaliser, end))
        end--; /* the sentence's too */
    return end - at;
}

size_t match_abbreviation(struct normaliser *normaliser, size_t at)
{
    if (!ascii_is_letter(normaliser->text[at]) ||
        (at &&
         (ascii_is_letter(normaliser->text[at - 1]) || ascii_is_digit(normaliser->text[at - 1]))))
        return 0;
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++) {
        const struct abbreviation *entry = &abbreviations[i];
        size_t n = strlen(entry->letters), end = at + n;
        bool dot = peek(normaliser, end) == '.';
        if (normaliser->n - at < n || !ascii_equals(normaliser->text + at, n, entry->letters))
            continue;
        if (!word_ends(normaliser, end) && entry->letters[n - 1] != '/')
            continue;
        if (!fits(normaliser, entry, at, n, dot) ||
            (dot && (ascii_is_letter(peek(normaliser, end + 1)))))
            continue;
        dot = dot && !ends_sentence(normaliser, end + 1);
        place(normaliser, at, end + dot);
        say(normaliser, entry->words);
        return n + dot;
    }
    return initials(normaliser, at);
}
