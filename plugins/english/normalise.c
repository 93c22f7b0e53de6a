/* SPDX-License-Identifier: Apache-2.0 */
#include "english/normalise.h"

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

void normalise(const struct lexicon *lexicon, const char *text, size_t n, struct items *items)
{
    static size_t (*const matchers[])(struct normaliser *, size_t) = {
        match_web,    match_date,         match_time,  match_money, match_phone,
        match_number, match_abbreviation, match_roman, match_word,  match_symbol};
    struct normaliser normaliser = {lexicon, text, n, items, 0, 0};
    size_t at = 0;

    items_clear(items);
    while (at < n) {
        size_t taken = 0;
        for (size_t i = 0; !taken && i < sizeof matchers / sizeof *matchers; i++)
            taken = matchers[i](&normaliser, at);
        if (!taken)
            utf8_decode(text + at, n - at, &taken);
        at += taken;
    }
    if (!items->n)
        say_marks_by_name(&normaliser);
    else if (!items->failed && items->list[items->n - 1].kind == ITEM_MARK &&
             *item_text(items, &items->list[items->n - 1]) == ',')
        items->n--; /* a closing bracket: the end is pause enough */
}
