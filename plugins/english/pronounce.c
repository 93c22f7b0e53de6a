/* SPDX-License-Identifier: Apache-2.0 */
#include "english/pronounce.h"

#include <string.h>

#include "english/ascii.h"
#include "english/fold.h"
#include "english/reading.h"

/*
 * What a word begins with, for the word before. The faintest vowels count as neither, as in the
 * speech that the voice learned from: "to a dog" has the "to" of "to dogs".
 */
static enum next_sound first_sound(const struct phones *phones, enum next_sound next)
{
    for (size_t i = 0; i < phones->n; i++) {
        char phone = phones->text[i];
        if (phone_is_vowel(phone) && phone != '6' && phone != '^')
            return NEXT_VOWEL;
        if (phone_is_consonant(phone))
            return NEXT_CONSONANT;
    }
    return next;
}

static void read_word(const struct lexicon *lexicon, struct unknown *unknown,
                      const struct items *items, const struct item *item,
                      struct reading_context context, struct phones *phones)
{
    char text[WORD_MAX];
    size_t n = fold(item_text(items, item), item->size, text, sizeof text);

    if ((item->flags & ITEM_SPELLED) && reading_spell(lexicon, text, n, phones))
        return;
    if (reading_find(lexicon, text, n, item->tag, context, phones))
        return;
    unknown_read(unknown, lexicon, text, n, phones);
}

/*
 * Two halves of a compound share the stress: half of the words, the lighter ones, give theirs up.
 * `first`..`end` are the items of one compound.
 */
static void share_stress(struct items *items, size_t first, size_t end)
{
    size_t stressed = 0, n = end - first, lightest = first;
    unsigned least = UINT32_MAX;

    for (size_t i = first; i < end; i++) {
        const struct item *item = &items->list[i];
        const char *text = items->phones.data + item->phones;
        bool primary = memchr(text, PRIMARY, item->n_phones);
        unsigned weight = phones_weight(text, item->n_phones) + (primary ? 1000 : 0);
        stressed += primary;
        if (weight < least) {
            least = weight;
            lightest = i;
        }
    }
    if (n == 2 && items->list[first].size == 1)
        lightest = first + 1;
    else if (stressed <= (n + 1) / 2)
        return;
    for (size_t i = 0; i < items->list[lightest].n_phones; i++) {
        char *phone = items->phones.data + items->list[lightest].phones + i;
        if (*phone == PRIMARY)
            *phone = SECONDARY;
    }
}

static bool is_to(const struct items *items, const struct item *item)
{
    return ascii_equals(item_text(items, item), item->size, "to");
}

void pronounce(const struct lexicon *lexicon, struct unknown *unknown, struct items *items)
{
    struct reading_context context = {NEXT_PAUSE, false};
    size_t end = items->n;

    for (size_t i = items->n; i-- > 0 && !items->failed;) {
        struct item *item = &items->list[i];
        struct phones phones;
        if (item->kind == ITEM_MARK) {
            context = (struct reading_context){NEXT_PAUSE, false};
            end = i;
            continue;
        }
        read_word(lexicon, unknown, items, item, context, &phones);
        items_set_phones(items, item, phones.text, phones.n);
        context.next = first_sound(&phones, context.next);
        context.next_is_to = is_to(items, item);
        if (item->flags & ITEM_JOINED)
            continue;
        if (end - i > 1 && !items->failed)
            share_stress(items, i, end);
        end = i;
    }
}
