/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic on sizes that come from outside: true when the result fits, else *ret is untouched. */
#ifndef BASE_CHECKED_H
#define BASE_CHECKED_H

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
