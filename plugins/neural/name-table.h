/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name-table.h: finds records by name in constant time
 *
 * The table holds positions in an array of records, each of which begins with its name (a struct
 * sori_span). Names come from files: the hash is SipHash-2-4 under a key that differs from process
 * to process, so that no file can be made whose names collide.
 */
#ifndef NEURAL_NAME_TABLE_H
#define NEURAL_NAME_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sori/types.h>

struct name_table {
    const void *records;
    size_t stride;   /* bytes from one record to the next */
    uint32_t *slots; /* position + 1; 0: empty; owned */
    size_t mask;     /* number of slots - 1, a power of two - 1 */
    uint64_t key[2];
};

/* For at most `capacity` records. -ENOMEM. */
int name_table_init(struct name_table *table, const void *records, size_t stride, size_t capacity);

void name_table_clear(struct name_table *table);

/* Adds record `position`, whose name must be set; false if there is one of that name already. */
bool name_table_add(struct name_table *table, uint32_t position);

/* The record of that name or NULL. */
const void *name_table_find(const struct name_table *table, struct sori_span name);

#endif
