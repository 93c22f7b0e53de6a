/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

int bytes_reserve(struct bytes *bytes, size_t more, size_t limit)
{
    size_t need, capacity = bytes->capacity;
    char *grown;

    if (!checked_add(bytes->size, more, &need) || need > limit)
        return -ENOBUFS;
    if (bytes->start + need <= capacity)
        return 0;
    if (bytes->start) {
        memmove(bytes->data, bytes->data + bytes->start, bytes->size);
        bytes->start = 0;
    }
    if (need <= capacity)
        return 0;
    capacity = capacity ? capacity : 1024;
    while (capacity < need)
        capacity *= 2; /* need <= limit, far below SIZE_MAX / 2 */
    grown = realloc(bytes->data, capacity);
    if (!grown)
        return -ENOMEM;
    bytes->data = grown;
    bytes->capacity = capacity;
    return 0;
}

int bytes_put(struct bytes *bytes, const void *data, size_t size, size_t limit)
{
    int r = bytes_reserve(bytes, size, limit);

    if (r < 0)
        return r;
    if (size)
        memcpy(bytes_first(bytes) + bytes->size, data, size);
    bytes->size += size;
    return 0;
}

void bytes_drop(struct bytes *bytes, size_t size)
{
    bytes->start += size;
    bytes->size -= size;
    if (!bytes->size)
        bytes->start = 0;
}

void bytes_clear(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}
