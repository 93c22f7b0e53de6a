/* SPDX-License-Identifier: Apache-2.0 */
#include "english/items.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

/* Room for one more of `count` things of `size` bytes. */
static bool grow(void **data, size_t *capacity, size_t wanted, size_t size)
{
    size_t larger = *capacity ? *capacity : 64, bytes;
    void *grown;

    if (wanted <= *capacity)
        return true;
    while (larger < wanted)
        if (!checked_mul(larger, 2, &larger))
            return false;
    if (!checked_mul(larger, size, &bytes))
        return false;
    grown = realloc(*data, bytes);
    if (!grown)
        return false;
    *data = grown;
    *capacity = larger;
    return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t n)
{
    size_t wanted;

    if (!checked_add(buffer->n, n, &wanted) ||
        !grow((void **)&buffer->data, &buffer->capacity, wanted, 1))
        return false;
    if (n)
        memcpy(buffer->data + buffer->n, data, n);
    buffer->n = wanted;
    return true;
}

void items_clear(struct items *items)
{
    items->n = items->text.n = items->phones.n = 0;
    items->failed = false;
}

void items_free(struct items *items)
{
    free(items->list);
    free(items->text.data);
    free(items->phones.data);
    *items = (struct items){0};
}

void items_add(struct items *items, enum item_kind kind, unsigned flags, const char *text,
               size_t size, size_t start, size_t end)
{
    size_t at = items->text.n;

    if (items->failed)
        return;
    if (!grow((void **)&items->list, &items->capacity, items->n + 1, sizeof *items->list) ||
        !buffer_append(&items->text, text, size)) {
        items->failed = true;
        return;
    }
    items->list[items->n++] = (struct item){
        .kind = (uint8_t)kind,
        .flags = (uint8_t)flags,
        .tag = TAG_NN,
        .text = (uint32_t)at,
        .size = (uint32_t)size,
        .start = (uint32_t)start,
        .end = (uint32_t)end,
    };
}

void items_set_phones(struct items *items, struct item *item, const char *phones, size_t n)
{
    size_t at = items->phones.n;

    if (!buffer_append(&items->phones, phones, n)) {
        items->failed = true;
        n = 0;
    }
    item->phones = (uint32_t)at;
    item->n_phones = (uint32_t)n;
}
