/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/gguf.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "neural/gguf-reader.h"

static_assert(GGUF_MAX_METADATA <= UINT32_MAX, "string indices have 32 bits");

static int read_version(struct gguf_reader *reader, uint32_t *ret_version)
{
    uint32_t version;

    if (reader->file.size < 8 || memcmp(reader->file.data, "GGUF", 4))
        return gguf_reader_fail(reader, -ENOTSUP, GGUF_NOT_GGUF, 0, "is not GGUF");
    version = gguf_load_u32(reader->file.data + 4);
    if (version && !(version & 0xffff))
        return gguf_reader_fail(reader, -ENOTSUP, GGUF_BYTE_ORDER, 4,
                                "is GGUF in big-endian byte order");
    if (version < 2 || version > 3)
        return gguf_reader_fail(reader, -ENOTSUP, GGUF_VERSION, 4,
                                "is GGUF of version %u, expected 2 or 3", version);
    reader->at = 8;
    *ret_version = version;
    return 0;
}

/* How many tensors and values the tables hold: never more than would fit into the file. */
static int read_counts(struct gguf_reader *reader, size_t *ret_tensors, size_t *ret_values)
{
    uint64_t tensors, values;
    int r = gguf_read_u64(reader, &tensors);

    if (r == 0)
        r = gguf_read_u64(reader, &values);
    if (r < 0)
        return r;
    if (tensors > GGUF_MAX_TENSORS || tensors > gguf_left(reader) / GGUF_MIN_TENSOR)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_TOO_MANY_TENSORS, 8,
                                "claims %llu tensors, more than it can hold or than %u",
                                (unsigned long long)tensors, GGUF_MAX_TENSORS);
    if (values > GGUF_MAX_KEYS || values > gguf_left(reader) / GGUF_MIN_VALUE)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_TOO_MANY_KEYS, 16,
                                "claims %llu keys, more than it can hold or than %u",
                                (unsigned long long)values, GGUF_MAX_KEYS);
    *ret_tensors = (size_t)tensors;
    *ret_values = (size_t)values;
    return 0;
}

static int index_strings(struct gguf_value *value)
{
    const unsigned char *at = value->data;
    uint32_t *index = calloc(value->count / GGUF_INDEX_STEP + 1, sizeof *index);

    if (!index)
        return -ENOMEM;
    for (size_t i = 0; i < value->count; i++) {
        if (i % GGUF_INDEX_STEP == 0)
            index[i / GGUF_INDEX_STEP] = (uint32_t)(at - value->data);
        at += sizeof(uint64_t) + gguf_load_u64(at);
    }
    value->index = index;
    return 0;
}

/* Only after everything was found to be in order: until then a file has no claim on memory. */
static int index_values(struct gguf_reader *reader, struct gguf *gguf)
{
    for (size_t i = 0; i < gguf->n_values; i++) {
        struct gguf_value *value = &gguf->values[i];

        if (value->is_array && value->type == GGUF_STRING && index_strings(value) < 0)
            return gguf_reader_fail(reader, -ENOMEM, GGUF_NO_MEMORY, 0,
                                    "needs more memory than there is");
    }
    return 0;
}

static int read_file(struct gguf_reader *reader, struct gguf *gguf)
{
    size_t tensors = 0, values = 0;
    int r = read_version(reader, &gguf->version);

    if (r == 0)
        r = read_counts(reader, &tensors, &values);
    if (r == 0)
        r = gguf_read_values(reader, gguf, values);
    if (r == 0)
        r = gguf_read_tensors(reader, gguf, tensors);
    if (r == 0)
        r = index_values(reader, gguf);
    return r;
}

DEFINE_CLEANUP(gguf, struct gguf *, gguf_free)

int gguf_open(struct sori_span span, struct gguf **ret_gguf, struct gguf_error *ret_error)
{
    _cleanup_(cleanup_gguf) struct gguf *gguf = NULL;
    struct gguf_reader reader = {.file = span, .error = ret_error};
    int r;

    reader.end = span.size < GGUF_MAX_METADATA ? span.size : GGUF_MAX_METADATA;
    if ((uintptr_t)span.data % sizeof(uint64_t))
        return gguf_reader_fail(&reader, -EINVAL, GGUF_UNALIGNED_SPAN, 0,
                                "is not mapped at a multiple of 8");
    gguf = calloc(1, sizeof *gguf);
    if (!gguf)
        return gguf_reader_fail(&reader, -ENOMEM, GGUF_NO_MEMORY, 0,
                                "needs more memory than there is");
    gguf->file = span;
    r = read_file(&reader, gguf);
    if (r < 0)
        return r;
    *ret_gguf = steal(gguf);
    return 0;
}

struct gguf *gguf_free(struct gguf *gguf)
{
    if (!gguf)
        return NULL;
    for (size_t i = 0; i < gguf->n_values; i++)
        free((void *)gguf->values[i].index);
    name_table_clear(&gguf->names);
    free(gguf->tensors);
    name_table_clear(&gguf->keys);
    free(gguf->values);
    free(gguf);
    return NULL;
}
