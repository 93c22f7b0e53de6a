/* SPDX-License-Identifier: Apache-2.0 */
/* The table of keys and values of a file that is being opened. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "neural/gguf-reader.h"

static_assert(offsetof(struct gguf_value, key) == 0, "name tables find the name first");

/* Of the data of `value`, bytes from the start of the file. */
static size_t offset_of(const struct gguf_reader *reader, const struct gguf_value *value)
{
    return (size_t)(value->data - reader->file.data);
}

static int read_strings(struct gguf_reader *reader, const struct gguf_value *value)
{
    struct sori_span string;
    int r = 0;

    for (size_t i = 0; i < value->count && r == 0; i++)
        r = gguf_read_string(reader, 0, GGUF_MAX_STRING, GGUF_STRING_LENGTH, &string);
    return r;
}

static int check_bools(struct gguf_reader *reader, const struct gguf_value *value)
{
    for (size_t i = 0; i < value->count; i++)
        if (value->data[i] > 1)
            return gguf_reader_fail(reader, -EBADMSG, GGUF_BOOL, offset_of(reader, value) + i,
                                    "is a bool of value %u", value->data[i]);
    return 0;
}

/* Steps over the members; type and count are known to be possible. */
static int read_members(struct gguf_reader *reader, struct gguf_value *value)
{
    size_t bytes;

    value->data = reader->file.data + reader->at;
    if (value->type == GGUF_STRING)
        return read_strings(reader, value);
    bytes = gguf_type_size(value->type) * value->count; /* <= file size, see read_array_head() */
    if (bytes > gguf_left(reader))
        return gguf_reader_ends(reader);
    reader->at += bytes;
    return value->type == GGUF_BOOL_TYPE ? check_bools(reader, value) : 0;
}

/* What an array begins with: the members' type and number. */
static int read_array_head(struct gguf_reader *reader, struct gguf_value *value)
{
    size_t start = reader->at, size;
    uint32_t type;
    uint64_t count;
    int r = gguf_read_u32(reader, &type);

    if (r == 0)
        r = gguf_read_u64(reader, &count);
    if (r < 0)
        return r;
    size = type == GGUF_STRING ? GGUF_MIN_STRING : gguf_type_size(type);
    if (!size)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_ARRAY_TYPE, start,
                                "is an array of type %u, which cannot be", type);
    if (count > (reader->file.size - reader->at) / size)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_ARRAY_LENGTH, start,
                                "is an array of %llu members, more than the file holds",
                                (unsigned long long)count);
    value->type = type;
    value->is_array = true;
    value->count = (size_t)count;
    return 0;
}

static int read_value(struct gguf_reader *reader, struct gguf_value *value)
{
    size_t start;
    uint32_t type;
    int r = gguf_read_name(reader, "key", GGUF_MAX_KEY, GGUF_KEY_LENGTH, &value->key);

    start = reader->at;
    if (r == 0)
        r = gguf_read_u32(reader, &type);
    if (r < 0)
        return r;
    if (type == GGUF_ARRAY) {
        r = read_array_head(reader, value);
        if (r < 0)
            return r;
    } else if (type == GGUF_STRING || gguf_type_size(type)) {
        value->type = type;
        value->count = 1;
    } else {
        return gguf_reader_fail(reader, -EBADMSG, GGUF_VALUE_TYPE, start,
                                "has a value of type %u, which does not exist", type);
    }
    return read_members(reader, value);
}

static int read_alignment(struct gguf_reader *reader, struct gguf *gguf)
{
    const struct gguf_value *value = gguf_find(gguf, "general.alignment");
    uint32_t alignment;

    gguf->alignment = GGUF_DEFAULT_ALIGNMENT;
    if (!value)
        return 0;
    reader->subject = value->key;
    if (value->type != GGUF_U32 || value->is_array)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_ALIGNMENT, offset_of(reader, value),
                                "is %s%s, expected U32", value->is_array ? "an array of " : "",
                                gguf_type_name(value->type));
    alignment = gguf_load_u32(value->data);
    if (!alignment || alignment & (alignment - 1) || alignment > GGUF_MAX_ALIGNMENT)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_ALIGNMENT, offset_of(reader, value),
                                "is %u, not a power of two from 1 to %u", alignment,
                                GGUF_MAX_ALIGNMENT);
    gguf->alignment = alignment;
    return 0;
}

int gguf_read_values(struct gguf_reader *reader, struct gguf *gguf, size_t count)
{
    gguf->values = calloc(count ? count : 1, sizeof *gguf->values);
    if (!gguf->values ||
        name_table_init(&gguf->keys, gguf->values, sizeof *gguf->values, count) < 0)
        return gguf_reader_fail(reader, -ENOMEM, GGUF_NO_MEMORY, reader->at,
                                "needs more memory than there is");
    for (; gguf->n_values < count; gguf->n_values++) {
        size_t start = reader->at;
        int r = read_value(reader, &gguf->values[gguf->n_values]);

        if (r < 0)
            return r;
        if (!name_table_add(&gguf->keys, (uint32_t)gguf->n_values))
            return gguf_reader_fail(reader, -EBADMSG, GGUF_DUPLICATE_KEY, start, "appears twice");
    }
    return read_alignment(reader, gguf);
}
