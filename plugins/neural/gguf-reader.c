/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/gguf-reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

int gguf_reader_fail(const struct gguf_reader *reader, int error, enum gguf_rule rule,
                     size_t offset, const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (reader->subject.size)
        return gguf_fail(reader->error, error, rule, offset, "%s '%s' %s", reader->kind,
                         gguf_printable(reader->subject).text, text);
    if (reader->kind)
        return gguf_fail(reader->error, error, rule, offset, "the name of a %s %s", reader->kind,
                         text);
    return gguf_fail(reader->error, error, rule, offset, "the file %s", text);
}

int gguf_reader_ends(const struct gguf_reader *reader)
{
    if (reader->end < reader->file.size)
        return gguf_reader_fail(reader, -EBADMSG, GGUF_METADATA_SIZE, reader->at,
                                "reaches past the %u bytes allowed for metadata",
                                GGUF_MAX_METADATA);
    return gguf_reader_fail(reader, -EBADMSG, GGUF_TRUNCATED, reader->at, "is cut off");
}

int gguf_read_u32(struct gguf_reader *reader, uint32_t *ret_value)
{
    if (gguf_left(reader) < sizeof *ret_value)
        return gguf_reader_ends(reader);
    *ret_value = gguf_load_u32(reader->file.data + reader->at);
    reader->at += sizeof *ret_value;
    return 0;
}

int gguf_read_u64(struct gguf_reader *reader, uint64_t *ret_value)
{
    if (gguf_left(reader) < sizeof *ret_value)
        return gguf_reader_ends(reader);
    *ret_value = gguf_load_u64(reader->file.data + reader->at);
    reader->at += sizeof *ret_value;
    return 0;
}

int gguf_read_string(struct gguf_reader *reader, size_t min, size_t max, enum gguf_rule rule,
                     struct sori_span *ret_string)
{
    uint64_t length = 0;
    size_t start = reader->at;
    int r = gguf_read_u64(reader, &length);

    if (r < 0)
        return r;
    if (length < min || length > max)
        return gguf_reader_fail(reader, -EBADMSG, rule, start,
                                "has %llu bytes in a string, allowed are %zu to %zu",
                                (unsigned long long)length, min, max);
    if (length > gguf_left(reader))
        return gguf_reader_ends(reader);
    *ret_string = (struct sori_span){reader->file.data + reader->at, (size_t)length};
    reader->at += (size_t)length;
    return 0;
}

int gguf_read_name(struct gguf_reader *reader, const char *kind, size_t max, enum gguf_rule rule,
                   struct sori_span *ret_name)
{
    struct sori_span name;
    size_t start = reader->at;
    int r;

    reader->kind = kind;
    reader->subject = (struct sori_span){0};
    r = gguf_read_string(reader, 1, max, rule, &name);
    if (r < 0)
        return r;
    reader->subject = name;
    for (size_t i = 0; i < name.size; i++)
        if (name.data[i] < 0x20 || name.data[i] == 0x7f)
            return gguf_reader_fail(reader, -EBADMSG, GGUF_KEY_BYTES, start,
                                    "has a control character in its name");
    *ret_name = name;
    return 0;
}
