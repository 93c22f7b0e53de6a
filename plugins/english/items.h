/* SPDX-License-Identifier: Apache-2.0 */
/*
 * items.h: a sentence on its way through the plugin
 *
 *     bytes -> segment.c: sentence -> normalise.c: items -> tagger.c: tags -> pronounce.c: sounds
 *
 * An item is a word that will be spoken or a mark that shapes the melody, with the place in the
 * sentence that it comes from. Several words may come from one place ("25"), and one word from
 * several ("5 km/h"). The lists keep their memory from sentence to sentence.
 */
#ifndef ENGLISH_ITEMS_H
#define ENGLISH_ITEMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "english/tag.h"

enum item_kind {
    ITEM_WORD,
    ITEM_MARK, /* text is one of . ? ! , ; : */
};

enum {
    ITEM_JOINED = 1,  /* no space before it: the second half of a compound */
    ITEM_SPELLED = 2, /* letter by letter */
    ITEM_CAPITAL = 4, /* a sound is wanted before it, for its capital letter */
    ITEM_SOUNDED = 8, /* markup or dictionary say how */
};

struct item {
    uint8_t kind, flags, tag;
    uint32_t text, size;       /* in items->text: UTF-8, apostrophes as ' */
    uint32_t start, end;       /* bytes of the sentence that it stands for */
    uint32_t phones, n_phones; /* in items->phones, letters of phonemes.h */
};

struct buffer {
    char *data;
    size_t n, capacity;
};

struct items {
    struct item *list;
    size_t n, capacity;
    struct buffer text, phones;
    bool failed; /* out of memory: from then on nothing is added */
};

void items_clear(struct items *items);
void items_free(struct items *items);

/* Adds an item; the text is copied. */
void items_add(struct items *items, enum item_kind kind, unsigned flags, const char *text,
               size_t size, size_t start, size_t end);
/* Sets the sounds of an item. */
void items_set_phones(struct items *items, struct item *item, const char *phones, size_t n);

static inline const char *item_text(const struct items *items, const struct item *item)
{
    return items->text.data + item->text;
}

/* Appends bytes; false without memory. */
bool buffer_append(struct buffer *buffer, const void *data, size_t n);

#endif
