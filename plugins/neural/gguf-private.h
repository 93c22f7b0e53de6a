/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the parts that read a file and that answer questions about it. */
#ifndef NEURAL_GGUF_PRIVATE_H
#define NEURAL_GGUF_PRIVATE_H

#include "neural/gguf.h"
#include "neural/name-table.h"

/* Strings between two entries of gguf_value.index. */
#define GGUF_INDEX_STEP 64
/* Where the file has no general.alignment. */
#define GGUF_DEFAULT_ALIGNMENT 32

struct gguf {
    struct sori_span file;
    uint32_t version;
    size_t alignment;
    size_t data_offset;

    struct gguf_value *values;
    size_t n_values;
    struct name_table keys;

    struct tensor *tensors;
    size_t n_tensors;
    struct name_table names;
};

/* A name as it may be shown: shortened, without control characters. */
struct printable {
    char text[72];
};
struct printable gguf_printable(struct sori_span name);

/* Fills in *ret_error, if there is one, and returns `error`. */
int gguf_fail(struct gguf_error *ret_error, int error, enum gguf_rule rule, uint64_t offset,
              const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Bytes of one value of the type; 0 for strings, arrays and unknown types. */
size_t gguf_type_size(uint32_t type);

/* Numbers at any alignment. */
static inline uint16_t gguf_load_u16(const unsigned char *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint32_t gguf_load_u32(const unsigned char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static inline uint64_t gguf_load_u64(const unsigned char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

#endif
