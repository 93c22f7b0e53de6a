/* SPDX-License-Identifier: Apache-2.0 */
/* The table of tensors of a file that is being opened. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/limits.h"
#include "neural/gguf-reader.h"

static_assert(offsetof(struct tensor, name) == 0, "name tables find the name first");
static_assert(TENSOR_MAX_DIMS == GGUF_MAX_DIMS, "a view holds any shape of the format");

static int too_large(struct gguf_reader *reader, size_t start)
{
    return gguf_reader_fail(reader, -EBADMSG, GGUF_TENSOR_SIZE, start,
                            "is too large, alone or with those before it");
}

static int read_shape(struct gguf_reader *reader, struct tensor *tensor)
{
    size_t start = reader->at;
    int r = gguf_read_u32(reader, &tensor->n_dims);

    if (r < 0)
        return r;
    if (tensor->n_dims < 1 || tensor->n_dims > GGUF_MAX_DIMS)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_TENSOR_DIMS, start,
                                "has %u dimensions, allowed are 1 to %u", tensor->n_dims,
                                GGUF_MAX_DIMS);
    for (size_t i = 0; i < GGUF_MAX_DIMS; i++) {
        uint64_t ne = 1;
        if (i < tensor->n_dims)
            r = gguf_read_u64(reader, &ne);
        if (r < 0)
            return r;
        if (!ne)
            return gguf_reader_fail(reader, -EBADMSG, GGUF_ZERO_DIM, start,
                                    "has no values: dimension %zu is 0", i);
        if (ne > SIZE_MAX)
            return too_large(reader, start);
        tensor->ne[i] = (size_t)ne;
    }
    return 0;
}

/* The number of bytes, multiplied step by step; the number of values must fit a size_t as well. */
static int measure(struct gguf_reader *reader, size_t start, struct tensor *tensor)
{
    const struct tensor_type_info *info = tensor_type_info(tensor->type);
    size_t values = tensor->ne[0], bytes;
    bool fits;

    if (tensor->ne[0] % info->block)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_BLOCK_MULTIPLE, start,
                                "has rows of %zu values, no multiple of the %zu of %s",
                                tensor->ne[0], info->block, info->name);
    fits = tensor_row_size(tensor->type, tensor->ne[0], &bytes);
    for (size_t i = 1; i < GGUF_MAX_DIMS && fits; i++)
        fits = checked_mul(values, tensor->ne[i], &values) &&
               checked_mul(bytes, tensor->ne[i], &bytes);
    if (!fits)
        return too_large(reader, start);
    tensor->size = bytes;
    return 0;
}

static int read_tensor(struct gguf_reader *reader, struct tensor *tensor, uint64_t *ret_offset)
{
    size_t start = reader->at;
    uint32_t type;
    int r = gguf_read_name(reader, "tensor", GGUF_MAX_NAME, GGUF_NAME_LENGTH, &tensor->name);

    if (r == 0)
        r = read_shape(reader, tensor);
    if (r == 0)
        r = gguf_read_u32(reader, &type);
    if (r == 0)
        r = gguf_read_u64(reader, ret_offset);
    if (r < 0)
        return r;
    if (!tensor_type_info(type))
        return gguf_reader_fail(reader, -ENOTSUP, GGUF_TENSOR_TYPE, start,
                                "has weights of type %u, which this program does not know", type);
    tensor->type = type;
    return measure(reader, start, tensor);
}

/*
 * Tensors follow each other in the order of the table, each padded to the alignment: nothing can
 * overlap, nothing can hide between them, and one comparison a tensor shows it. `*end` is where
 * this one must lie and becomes where the next one must.
 */
static int check_offset(struct gguf_reader *reader, size_t start, size_t alignment,
                        const struct tensor *tensor, uint64_t offset, size_t *end)
{
    enum gguf_rule rule = offset % alignment ? GGUF_TENSOR_OFFSET
                          : offset < *end    ? GGUF_TENSOR_OVERLAP
                          : offset > *end    ? GGUF_TENSOR_GAP
                                             : GGUF_OK;
    size_t next;

    if (rule != GGUF_OK)
        return gguf_reader_fail(reader, -EBADMSG, rule, start,
                                "has its data at %llu of the data section, expected %zu",
                                (unsigned long long)offset, *end);
    if (!checked_add(*end, tensor->size, &next) || !checked_align(next, alignment, &next))
        return too_large(reader, start);
    *end = next;
    return 0;
}

static int read_table(struct gguf_reader *reader, struct gguf *gguf, size_t count)
{
    size_t end = 0;

    for (; gguf->n_tensors < count; gguf->n_tensors++) {
        struct tensor *tensor = &gguf->tensors[gguf->n_tensors];
        size_t start = reader->at;
        uint64_t offset;
        int r = read_tensor(reader, tensor, &offset);

        if (r < 0)
            return r;
        if (!name_table_add(&gguf->names, (uint32_t)gguf->n_tensors))
            return gguf_reader_fail(reader, -EBADMSG, GGUF_DUPLICATE_TENSOR, start,
                                    "appears twice");
        r = check_offset(reader, start, gguf->alignment, tensor, offset, &end);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Gives every tensor its data, now that it is known where they begin. */
static int place(struct gguf_reader *reader, struct gguf *gguf)
{
    size_t size = gguf->file.size, at;

    if (!checked_align(reader->at, gguf->alignment, &at))
        return gguf_reader_ends(reader);
    gguf->data_offset = at;
    for (size_t i = 0; i < gguf->n_tensors; i++) {
        struct tensor *tensor = &gguf->tensors[i];

        reader->subject = tensor->name;
        if (at > size || tensor->size > size - at)
            return gguf_reader_fail(reader, -EBADMSG, GGUF_TENSOR_PAST_END, at > size ? size : at,
                                    "has %zu bytes, of which the file holds %zu", tensor->size,
                                    at > size ? 0 : size - at);
        tensor->data = gguf->file.data + at;
        if ((uintptr_t)tensor->data % tensor_type_info(tensor->type)->alignment)
            return gguf_reader_fail(reader, -EBADMSG, GGUF_TENSOR_OFFSET, at,
                                    "is not aligned for numbers of type %s",
                                    tensor_type_info(tensor->type)->name);
        /* Inside the file up to here, so this cannot wrap. */
        at += tensor->size;
        at += -at & (gguf->alignment - 1);
    }
    return 0;
}

int gguf_read_tensors(struct gguf_reader *reader, struct gguf *gguf, size_t count)
{
    int r;

    gguf->tensors = calloc(count ? count : 1, sizeof *gguf->tensors);
    if (!gguf->tensors ||
        name_table_init(&gguf->names, gguf->tensors, sizeof *gguf->tensors, count) < 0)
        return gguf_reader_fail(reader, -ENOMEM, GGUF_NO_MEMORY, reader->at,
                                "needs more memory than there is");
    r = read_table(reader, gguf, count);
    return r < 0 ? r : place(reader, gguf);
}
