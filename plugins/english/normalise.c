/* SPDX-License-Identifier: Apache-2.0 */
#include "english/normalise.h"

#include <sori/stage.h>

#include "english/utf8.h"

size_t digits_at(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;
    while (ascii_is_digit(peek(normaliser, end)))
        end++;
    return end - at;
}

size_t letters_at(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;
    while (ascii_is_letter(peek(normaliser, end)))
        end++;
    return end - at;
}

size_t spaces_at(const struct normaliser *normaliser, size_t at)
{
    size_t end = at;
    while (peek(normaliser, end) == ' ' || peek(normaliser, end) == '\t')
        end++;
    return end - at;
}

bool word_ends(const struct normaliser *normaliser, size_t at)
{
    char c = peek(normaliser, at);
    return !ascii_is_letter(c) && !ascii_is_digit(c);
}

bool chunk_begins(const struct normaliser *normaliser, size_t at)
{
    char before = at ? normaliser->text[at - 1] : ' ';
    return before == 0 || strchr(" \t\n\v\f\r([{<\"'", before) || (before & 0x80);
}

/* --- saying ----------------------------------------------------------------------------------- */

void say_word(struct normaliser *normaliser, const char *text, size_t n, unsigned flags)
{
    items_add(normaliser->items, ITEM_WORD, flags, text, n, normaliser->from, normaliser->to);
}

void say(struct normaliser *normaliser, const char *words)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        if (n)
            say_word(normaliser, words, n, 0);
        words += n + strspn(words + n, " ");
    }
}

static int strength(char mark)
{
    return (int)(strchr(",;:.!?", mark) - ",;:.!?");
}

void say_mark(struct normaliser *normaliser, char mark)
{
    struct items *items = normaliser->items;
    struct item *last = items->n ? &items->list[items->n - 1] : NULL;

    if (!last)
        return; /* nothing to end yet */
    if (last->kind == ITEM_MARK) {
        char *there = items->text.data + last->text;
        if (strength(mark) > strength(*there)) {
            *there = mark;
            last->start = (uint32_t)normaliser->from;
            last->end = (uint32_t)normaliser->to;
        }
        return;
    }
    items_add(items, ITEM_MARK, 0, &mark, 1, normaliser->from, normaliser->to);
}

/* --- the way through -------------------------------------------------------------------------- */

typedef size_t matcher(struct normaliser *, size_t);

static matcher *const matchers[] = {match_code,  match_web,   match_date,   match_time,
                                    match_money, match_phone, match_number, match_abbreviation,
                                    match_roman, match_word,  match_symbol};
/* Where every mark is wanted, none may vanish in what it abbreviates. */
static matcher *const exact_matchers[] = {match_hash, match_number, match_word, match_symbol};

static size_t match(struct normaliser *normaliser, size_t at)
{
    bool exact = normaliser->manner.punctuation == SORI_PUNCTUATION_ALL;
    size_t n =
        exact ? sizeof exact_matchers / sizeof *exact_matchers : sizeof matchers / sizeof *matchers;
    size_t taken = match_user_word(normaliser, at);

    if (!taken && !exact && peek(normaliser, at) == '+')
        taken = match_phone(normaliser, at); /* it says its plus itself */
    if (!taken)
        taken = match_punctuation(normaliser, at);

    for (size_t i = 0; !taken && i < n; i++)
        taken = (exact ? exact_matchers : matchers)[i](normaliser, at);
    if (!taken)
        utf8_decode(normaliser->text + at, normaliser->n - at, &taken);
    return taken;
}

void read_range(struct normaliser *normaliser, size_t from, size_t to)
{
    struct items *items = normaliser->items;
    size_t whole = normaliser->n, at = from;

    normaliser->n = to;
    while (at < to) {
        unsigned flag = say_capital(normaliser, at);
        size_t before = items->n;
        at += match(normaliser, at);
        if (flag && items->n > before)
            items->list[before].flags |= (uint8_t)flag;
    }
    normaliser->n = whole;
}

/* From region to region. */
static void read_regions(struct normaliser *normaliser, const struct ssml *ssml, size_t base)
{
    size_t at = 0, n = normaliser->n;

    for (size_t i = 0; i < ssml->n_regions; i++) {
        const struct ssml_region *region = &ssml->regions[i];
        size_t from, to;
        if (region->end <= base + at || region->start >= base + n)
            continue;
        from = region->start > base + at ? region->start - base : at;
        to = region->end < base + n ? region->end - base : n;
        read_range(normaliser, at, from);
        if (!say_as(normaliser, from, to, region->reading, ssml->strings + region->detail))
            read_range(normaliser, from, to);
        at = to;
    }
    read_range(normaliser, at, n);
}

static bool spells(const struct manner *manner)
{
    return manner->reading != SORI_READ_TEXT;
}

static void read_in_manner(struct normaliser *normaliser)
{
    switch (normaliser->manner.reading) {
    case SORI_READ_SPELLING:
        spell(normaliser, 0, normaliser->n);
        break;
    case SORI_READ_CHARACTER:
        say_only_character(normaliser);
        break;
    default:
        say_key(normaliser);
    }
}

void normalise_in(const struct lexicon *lexicon, struct manner manner, const struct ssml *ssml,
                  size_t base, const char *text, size_t n, struct items *items)
{
    struct normaliser normaliser = {lexicon, text, n, items, 0, 0, manner, false};

    items_clear(items);
    if (spells(&manner))
        read_in_manner(&normaliser);
    else if (ssml)
        read_regions(&normaliser, ssml, base);
    else
        read_range(&normaliser, 0, n);
    if (!items->n && manner.punctuation == SORI_PUNCTUATION_NATURAL)
        say_marks_by_name(&normaliser);
    else if (items->n > 1 && !items->failed && items->list[items->n - 1].kind == ITEM_MARK &&
             *item_text(items, &items->list[items->n - 1]) == ',')
        items->n--; /* a closing bracket: the end is pause enough */
}

void normalise(const struct lexicon *lexicon, const char *text, size_t n, struct items *items)
{
    normalise_in(lexicon, (struct manner){0}, NULL, 0, text, n, items);
}
