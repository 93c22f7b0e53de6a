/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic on sizes that come from outside: true when the result fits, else *ret is untouched. */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static inline bool checked_add(size_t a, size_t b, size_t *ret)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret = sum;
    return true;
}

static inline bool checked_mul(size_t a, size_t b, size_t *ret)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret = product;
    return true;
}

/* Rounds up to a multiple of `alignment`, a power of two. */
static inline bool checked_align(size_t value, size_t alignment, size_t *ret)
{
    size_t up;
    if (!checked_add(value, alignment - 1, &up))
        return false;
    *ret = up & ~(alignment - 1);
    return true;
}

/*
 * Makes room for `more` items of `item` bytes behind the `used` ones of a growing array; at least
 * doubles what is too small, so that adding one by one takes linear time. 0, or -ENOMEM with the
 * array as it was. What bounds it is the caller's: a block, or a ceiling in limits.h.
 */
static inline int array_reserve(void **array, size_t *capacity, size_t used, size_t more,
                                size_t item)
{
    size_t wanted, bytes;
    void *grown;

    if (!checked_add(used, more, &wanted))
        return -ENOMEM;
    if (wanted <= *capacity)
        return 0;
    if (wanted < 2 * *capacity)
        wanted = 2 * *capacity;
    if (!checked_mul(wanted, item, &bytes))
        return -ENOMEM;
    grown = realloc(*array, bytes);
    if (!grown)
        return -ENOMEM;
    *array = grown;
    *capacity = wanted;
    return 0;
}

/* Zeroed memory aligned to 64 bytes (cache line, AVX-512 register); NULL when it does not fit. */
static inline void *aligned_calloc(size_t count, size_t size)
{
    size_t bytes, padded;
    void *memory;
    if (!checked_mul(count, size, &bytes) || !checked_align(bytes ? bytes : 1, 64, &padded))
        return NULL;
    memory = aligned_alloc(64, padded);
    if (memory)
        __builtin_memset(memory, 0, padded);
    return memory;
}

#endif
