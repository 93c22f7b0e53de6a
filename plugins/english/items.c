/* SPDX-License-Identifier: Apache-2.0 */
#include "english/items.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

bool buffer_append(struct buffer *buffer, const void *data, size_t n)
{
    if (array_reserve((void **)&buffer->data, &buffer->capacity, buffer->n, n, 1) < 0)
        return false;
    if (n)
        memcpy(buffer->data + buffer->n, data, n);
    buffer->n += n;
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
    int r;

    if (items->failed)
        return;
    r = array_reserve((void **)&items->list, &items->capacity, items->n, 1, sizeof *items->list);
    if (r < 0 || !buffer_append(&items->text, text, size)) {
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
