/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/name-table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* The kernel gives every process 16 random bytes. */
static void make_key(uint64_t key[2])
{
    const void *random = (const void *)getauxval(AT_RANDOM);

    if (random)
        memcpy(key, random, 16);
}

static inline uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    sip_round(v);
    sip_round(v);
    v[0] ^= word;
}

/* SipHash-2-4: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012). */
static uint64_t hash(const uint64_t key[2], struct sori_span name)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    uint64_t word, last = (uint64_t)name.size << 56;
    size_t at = 0;

    for (; name.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, name.data + at, sizeof word);
        sip_word(v, word);
    }
    for (int shift = 0; at < name.size; at++, shift += 8)
        last |= (uint64_t)name.data[at] << shift;
    sip_word(v, last);
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static const struct sori_span *name_at(const struct name_table *table, uint32_t position)
{
    return (const void *)((const char *)table->records + position * table->stride);
}

/* The slot of that name, or the empty slot where it would go. */
static uint32_t *slot_of(const struct name_table *table, struct sori_span name)
{
    size_t at = hash(table->key, name) & table->mask;

    for (; table->slots[at]; at = (at + 1) & table->mask) {
        const struct sori_span *other = name_at(table, table->slots[at] - 1);
        if (other->size == name.size && !memcmp(other->data, name.data, name.size))
            break;
    }
    return &table->slots[at];
}

int name_table_init(struct name_table *table, const void *records, size_t stride, size_t capacity)
{
    size_t slots = 2;

    while (slots / 2 < capacity) /* at most half full: a probe takes about 1.5 steps */
        slots *= 2;
    *table = (struct name_table){.records = records, .stride = stride, .mask = slots - 1};
    make_key(table->key);
    table->slots = calloc(slots, sizeof *table->slots);
    return table->slots ? 0 : -ENOMEM;
}

void name_table_clear(struct name_table *table)
{
    free(table->slots);
    table->slots = NULL;
}

bool name_table_add(struct name_table *table, uint32_t position)
{
    uint32_t *slot = slot_of(table, *name_at(table, position));

    if (*slot)
        return false;
    *slot = position + 1;
    return true;
}

const void *name_table_find(const struct name_table *table, struct sori_span name)
{
    uint32_t position = *slot_of(table, name);

    return position ? name_at(table, position - 1) : NULL;
}
