/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gguf-builder.h: writes GGUF files into memory, sound ones and others
 *
 * Every function appends exactly what it is told to; nothing is checked or kept in step. The file
 * must be freed with builder_free().
 */
#ifndef TESTS_GGUF_BUILDER_H
#define TESTS_GGUF_BUILDER_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "neural/gguf.h"

struct builder {
    unsigned char *data;
    size_t size, capacity;
};

#define BUILDER __attribute__((unused)) static

BUILDER void builder_free(struct builder *b)
{
    free(b->data);
    *b = (struct builder){0};
}

BUILDER void put(struct builder *b, const void *bytes, size_t n)
{
    if (b->capacity - b->size < n) {
        b->capacity = 2 * b->capacity + n;
        b->data = realloc(b->data, b->capacity);
        if (!b->data)
            abort();
    }
    if (n)
        memcpy(b->data + b->size, bytes, n);
    b->size += n;
}

BUILDER void put_fill(struct builder *b, unsigned char byte, size_t n)
{
    while (n--)
        put(b, &byte, 1);
}

BUILDER void put_u8(struct builder *b, uint8_t value)
{
    put(b, &value, sizeof value);
}

BUILDER void put_u32(struct builder *b, uint32_t value)
{
    put(b, &value, sizeof value);
}

BUILDER void put_u64(struct builder *b, uint64_t value)
{
    put(b, &value, sizeof value);
}

BUILDER void put_f32(struct builder *b, float value)
{
    put(b, &value, sizeof value);
}

BUILDER void put_string(struct builder *b, const char *string)
{
    put_u64(b, strlen(string));
    put(b, string, strlen(string));
}

BUILDER void put_header(struct builder *b, uint32_t version, uint64_t tensors, uint64_t values)
{
    put(b, "GGUF", 4);
    put_u32(b, version);
    put_u64(b, tensors);
    put_u64(b, values);
}

/* What stands before a value. */
BUILDER void put_key(struct builder *b, const char *key, uint32_t type)
{
    put_string(b, key);
    put_u32(b, type);
}

BUILDER void put_array(struct builder *b, const char *key, uint32_t type, uint64_t count)
{
    put_key(b, key, GGUF_ARRAY);
    put_u32(b, type);
    put_u64(b, count);
}

BUILDER void put_key_u32(struct builder *b, const char *key, uint32_t value)
{
    put_key(b, key, GGUF_U32);
    put_u32(b, value);
}

BUILDER void put_tensor(struct builder *b, const char *name, uint32_t type, uint32_t n_dims,
                        const uint64_t *ne, uint64_t offset)
{
    put_string(b, name);
    put_u32(b, n_dims);
    put(b, ne, n_dims * sizeof *ne);
    put_u32(b, type);
    put_u64(b, offset);
}

#define NE(...) ((const uint64_t[]){__VA_ARGS__})

/* Zeros up to a multiple of `alignment`, then `n` bytes. */
BUILDER void put_data(struct builder *b, size_t alignment, size_t n)
{
    put_fill(b, 0, -b->size & (alignment - 1));
    put_fill(b, 1, n);
}

/* The file in memory of exactly its size, so that a sanitizer sees every byte past its end. */
BUILDER struct sori_span builder_span(struct builder *b)
{
    unsigned char *exact = malloc(b->size ? b->size : 1);

    if (!exact)
        abort();
    if (b->size)
        memcpy(exact, b->data, b->size);
    free(b->data);
    b->data = exact;
    b->capacity = b->size;
    return (struct sori_span){b->data, b->size};
}

#endif
