/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gguf-reader.h: a position in the metadata of a file that is being opened
 *
 * All read_* functions check that the bytes are there, step over them, and return 0 or a negative
 * errno value whose reason is noted in reader->error.
 */
#ifndef NEURAL_GGUF_READER_H
#define NEURAL_GGUF_READER_H

#include "neural/gguf-private.h"

/*
 * The smallest records that the format allows, to bound counts by the bytes that are left:
 * a key of length 8 + 1, a type 4, a value 1; a name of length 8 + 1, dimensions 4 + 8, a type 4,
 * an offset 8; a string of length 8.
 */
enum { GGUF_MIN_VALUE = 14, GGUF_MIN_TENSOR = 33, GGUF_MIN_STRING = 8 };

struct gguf_reader {
    struct sori_span file;
    size_t at;
    size_t end;               /* of the file or of the largest metadata, whichever comes first */
    const char *kind;         /* of the record at hand: "key" or "tensor"; NULL: between records */
    struct sori_span subject; /* its name, empty until it is known */
    struct gguf_error *error;
};

static inline size_t gguf_left(const struct gguf_reader *reader)
{
    return reader->end - reader->at;
}

/* Notes what is wrong with the record at hand, at `offset` of the file; returns `error`. */
int gguf_reader_fail(const struct gguf_reader *reader, int error, enum gguf_rule rule,
                     size_t offset, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The metadata end too early: with the file, or with our patience. Returns -EBADMSG. */
int gguf_reader_ends(const struct gguf_reader *reader);

int gguf_read_u32(struct gguf_reader *reader, uint32_t *ret_value);
int gguf_read_u64(struct gguf_reader *reader, uint64_t *ret_value);

/* A string of min..max bytes; `rule` is broken if its length is another. */
int gguf_read_string(struct gguf_reader *reader, size_t min, size_t max, enum gguf_rule rule,
                     struct sori_span *ret_string);

/*
 * The name that a record begins with: 1..max bytes that a C string can hold and a terminal show. It
 * becomes the subject of the messages.
 */
int gguf_read_name(struct gguf_reader *reader, const char *kind, size_t max, enum gguf_rule rule,
                   struct sori_span *ret_name);

/* The tables behind the header; gguf-values.c and gguf-tensors.c. `count` fits the file. */
int gguf_read_values(struct gguf_reader *reader, struct gguf *gguf, size_t count);
int gguf_read_tensors(struct gguf_reader *reader, struct gguf *gguf, size_t count);

#endif
