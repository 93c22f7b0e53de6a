/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gguf.h: reader of weights files (GGUF, versions 2 and 3, little endian)
 *
 * A file is a table of named values (hyper-parameters, vocabularies) and a table of named tensors,
 * followed by the tensors' data. Format: docs/gguf.md of github.com/ggml-org/ggml.
 *
 * Trust. A file is hostile until shown otherwise. gguf_open() checks every count, length, offset
 * and type before it uses it, in one pass, in time linear in the metadata, and on a bad file
 * allocates less than 1 MiB. After it succeeded every string, array and tensor lies inside the span
 * and no two tensors overlap. What it cannot know is what the numbers mean: the getters take the
 * range that the caller can serve, and gguf_bind() the exact shape, so that the code behind them
 * needs no checks. The ceilings are in base/limits.h.
 *
 * Memory. Nothing is copied: strings and tensors are views of the span, which must outlive the
 * struct gguf and everything that was asked of it, must be aligned to 8 bytes (a mapped file is)
 * and must not change. A file that shrinks under its map raises SIGBUS in whoever reads: install
 * files by renaming.
 *
 * Threads. After gguf_open() all functions are read-only and may be called from any thread.
 *
 * Errors. Every function that can fail returns a negative errno value, leaves its other outputs
 * untouched and, where `ret_error` is not NULL, says there which rule was broken, at which place of
 * the file, and in words:
 *     -EBADMSG  a damaged file, or a key or tensor that is not what the caller needs
 *     -ENOTSUP  not GGUF, or a version, byte order or type that this reader does not know
 *     -ENOENT   no key or tensor of that name
 *     -ERANGE   a value outside the range that the caller can serve
 *     -ENOMEM   out of memory
 *     -EINVAL   the span is not aligned
 */
#ifndef NEURAL_GGUF_H
#define NEURAL_GGUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sori/types.h>

#include "neural/tensor.h"

struct gguf;

/* Why a file was refused, or a question about it. */
enum gguf_rule {
    GGUF_OK = 0,
    GGUF_NO_MEMORY,
    GGUF_UNALIGNED_SPAN,
    /* -- the header -- */
    GGUF_NOT_GGUF,      /* too short or without the magic */
    GGUF_BYTE_ORDER,    /* written on a big-endian machine */
    GGUF_VERSION,       /* neither 2 nor 3 */
    GGUF_TOO_MANY_KEYS, /* more than the file can hold, or than GGUF_MAX_KEYS */
    GGUF_TOO_MANY_TENSORS,
    /* -- anywhere in the metadata -- */
    GGUF_TRUNCATED,     /* the file ends inside its metadata, or before a string does */
    GGUF_METADATA_SIZE, /* larger than GGUF_MAX_METADATA */
    /* -- keys and values -- */
    GGUF_KEY_LENGTH, /* empty, or longer than GGUF_MAX_KEY */
    GGUF_KEY_BYTES,  /* a control character in a key or a tensor name */
    GGUF_DUPLICATE_KEY,
    GGUF_VALUE_TYPE,    /* no such type */
    GGUF_STRING_LENGTH, /* longer than GGUF_MAX_STRING */
    GGUF_BOOL,          /* neither 0 nor 1 */
    GGUF_ARRAY_TYPE,    /* an array of arrays, or of no known type */
    GGUF_ARRAY_LENGTH,  /* longer than the file */
    GGUF_ALIGNMENT,     /* general.alignment: not a u32 power of two from 1 to GGUF_MAX_ALIGNMENT */
    /* -- tensors -- */
    GGUF_NAME_LENGTH, /* empty, or longer than GGUF_MAX_NAME */
    GGUF_DUPLICATE_TENSOR,
    GGUF_TENSOR_DIMS,     /* not 1..4 dimensions */
    GGUF_ZERO_DIM,        /* a dimension of 0 */
    GGUF_TENSOR_TYPE,     /* a type that is not in enum tensor_type */
    GGUF_BLOCK_MULTIPLE,  /* ne[0] is no multiple of the block */
    GGUF_TENSOR_SIZE,     /* of one tensor or of all together: does not fit a size_t */
    GGUF_TENSOR_OFFSET,   /* not aligned as the file or the type demands */
    GGUF_TENSOR_OVERLAP,  /* shares bytes with the tensor before, or is out of order */
    GGUF_TENSOR_GAP,      /* bytes between two tensors that belong to neither */
    GGUF_TENSOR_PAST_END, /* reaches past the end of the file */
    /* -- questions -- */
    GGUF_NO_KEY,
    GGUF_WRONG_TYPE,   /* the value is of another type */
    GGUF_WRONG_COUNT,  /* an array of another length */
    GGUF_OUT_OF_RANGE, /* a number, or a member of an array, outside the caller's range */
    GGUF_NO_TENSOR,
    GGUF_WRONG_SHAPE,
    GGUF_WRONG_WEIGHTS, /* a tensor of another type */
};

struct gguf_error {
    enum gguf_rule rule;
    uint64_t offset;   /* of the record at fault, bytes from the start of the file */
    char message[256]; /* one line: what, the key or tensor, the offset; printable ASCII or UTF-8 */
};

/* Value types, numbers as in the file. */
enum gguf_type {
    GGUF_U8 = 0,
    GGUF_I8 = 1,
    GGUF_U16 = 2,
    GGUF_I16 = 3,
    GGUF_U32 = 4,
    GGUF_I32 = 5,
    GGUF_F32 = 6,
    GGUF_BOOL_TYPE = 7,
    GGUF_STRING = 8,
    GGUF_ARRAY = 9, /* never the type of a struct gguf_value: see is_array */
    GGUF_U64 = 10,
    GGUF_I64 = 11,
    GGUF_F64 = 12,
};

/* A view of one value or of an array of values. */
struct gguf_value {
    struct sori_span key;
    enum gguf_type type; /* of the value or of each member */
    bool is_array;
    size_t count;              /* members; 1 if not an array */
    const unsigned char *data; /* first member, not aligned */
    const uint32_t *index;     /* the reader's own: where every 64th string lies; may be NULL */
};

/* --- the file --------------------------------------------------------------------------------- */

/*
 * Reads the tables of the file in `span`. The caller frees *ret_gguf with gguf_free() and keeps the
 * span. -EBADMSG, -ENOTSUP, -ENOMEM, -EINVAL.
 */
int gguf_open(struct sori_span span, struct gguf **ret_gguf, struct gguf_error *ret_error);

/* NULL is fine. Returns NULL. */
struct gguf *gguf_free(struct gguf *gguf);

/* Version in the file (2 or 3) and where the tensor data begin. */
uint32_t gguf_version(const struct gguf *gguf);
size_t gguf_data_offset(const struct gguf *gguf);

/* The name of a rule for tests and logs: "GGUF_TRUNCATED". Never NULL. */
const char *gguf_rule_name(enum gguf_rule rule);

/* --- values ----------------------------------------------------------------------------------- */

/* All keys in the order of the file; i < gguf_value_count(). */
size_t gguf_value_count(const struct gguf *gguf);
const struct gguf_value *gguf_value_at(const struct gguf *gguf, size_t i);

/* NULL if there is none. */
const struct gguf_value *gguf_find(const struct gguf *gguf, const char *key);

/*
 * One number. gguf_get_u32 and gguf_get_i64 take any integer type of the file, gguf_get_f32 both
 * float types, finite. -ENOENT, -EBADMSG (another type), -ERANGE (not min..max, both included).
 */
int gguf_get_u32(const struct gguf *gguf, const char *key, uint32_t min, uint32_t max,
                 uint32_t *ret_value, struct gguf_error *ret_error);
int gguf_get_i64(const struct gguf *gguf, const char *key, int64_t min, int64_t max,
                 int64_t *ret_value, struct gguf_error *ret_error);
int gguf_get_f32(const struct gguf *gguf, const char *key, float min, float max, float *ret_value,
                 struct gguf_error *ret_error);
int gguf_get_bool(const struct gguf *gguf, const char *key, bool *ret_value,
                  struct gguf_error *ret_error);

/* A string: bytes inside the file, not terminated, may be empty and may hold anything. */
int gguf_get_string(const struct gguf *gguf, const char *key, struct sori_span *ret_string,
                    struct gguf_error *ret_error);

/*
 * Arrays of min_count..max_count members. Every member of gguf_get_u32s (any integer type) and
 * gguf_get_f32s (F32 or F64) is checked to lie in min..max. Read members with gguf_value_*().
 * -ENOENT, -EBADMSG (no array, other members, other length), -ERANGE.
 */
int gguf_get_u32s(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                  uint32_t min, uint32_t max, struct gguf_value *ret_value,
                  struct gguf_error *ret_error);
int gguf_get_f32s(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                  float min, float max, struct gguf_value *ret_value, struct gguf_error *ret_error);
int gguf_get_strings(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                     struct gguf_value *ret_value, struct gguf_error *ret_error);

/*
 * Member i < count of a value. gguf_value_u64 and _i64: integer types and bool (two's complement
 * where the sign differs). gguf_value_f64: any number. gguf_value_string: strings, at most 63 steps
 * over earlier members. A value of an unsuitable type gives 0 or an empty span.
 */
uint64_t gguf_value_u64(const struct gguf_value *value, size_t i);
int64_t gguf_value_i64(const struct gguf_value *value, size_t i);
double gguf_value_f64(const struct gguf_value *value, size_t i);
struct sori_span gguf_value_string(const struct gguf_value *value, size_t i);

static inline uint32_t gguf_value_u32(const struct gguf_value *value, size_t i)
{
    return (uint32_t)gguf_value_u64(value, i);
}

static inline float gguf_value_f32(const struct gguf_value *value, size_t i)
{
    return (float)gguf_value_f64(value, i);
}

/* "U32", "STRING", ... Never NULL. */
const char *gguf_type_name(enum gguf_type type);

/* --- what a model asks ------------------------------------------------------------------------ */

/* 0 when general.architecture is `name`; -ENOTSUP "not a vocoder of this kind (...)", where `kind`
 * is "a vocoder"; errors of gguf_get_string(). */
int gguf_check_architecture(const struct gguf *gguf, const char *name, const char *kind,
                            struct gguf_error *ret_error);

/* Tables of hyper-parameters, as gguf_get_u32() and gguf_get_f32() of each; up to the first error.
 */
struct gguf_number {
    const char *key;
    uint32_t min, max, *ret_value;
};
struct gguf_real {
    const char *key;
    float min, max, *ret_value;
};
int gguf_get_numbers(const struct gguf *gguf, const struct gguf_number *numbers, size_t n,
                     struct gguf_error *ret_error);
int gguf_get_reals(const struct gguf *gguf, const struct gguf_real *reals, size_t n,
                   struct gguf_error *ret_error);

/* Copies exactly `count` members in min..max. */
int gguf_copy_f32s(const struct gguf *gguf, const char *key, size_t count, float min, float max,
                   float *ret_values, struct gguf_error *ret_error);

/* A file that contradicts itself in what only its reader knows: fills in *ret_error, if there is
 * one, and returns `error`. */
int gguf_refuse(struct gguf_error *ret_error, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- tensors ---------------------------------------------------------------------------------- */

/* All tensors in the order of the file; i < gguf_tensor_count(). */
size_t gguf_tensor_count(const struct gguf *gguf);
const struct tensor *gguf_tensor_at(const struct gguf *gguf, size_t i);

/* Numbers in all of them together. */
uint64_t gguf_parameters(const struct gguf *gguf);

/* NULL if there is none. */
const struct tensor *gguf_find_tensor(const struct gguf *gguf, const char *name);

/*
 * The tensor `name`, which must have one of the `types` (TENSOR_SET_*) and exactly the shape
 * ne[0..n_dims-1] (1..4 dimensions, ne[0] first; missing ones count as 1). Usage:
 *     gguf_bind(gguf, "f1.weight", TENSOR_SET_REAL, GGUF_SHAPE(in, out), &layer->weight, &error)
 * -ENOENT "tensor 'f1.weight' is missing", -EBADMSG "tensor 'f1.weight' has shape [160, 127],
 * expected [160, 128]" or the types.
 */
int gguf_bind(const struct gguf *gguf, const char *name, uint32_t types, const size_t *ne,
              size_t n_dims, struct tensor *ret_tensor, struct gguf_error *ret_error);

/* The two arguments ne, n_dims of gguf_bind(). */
#define GGUF_SHAPE(...)                                                                            \
    ((const size_t[]){__VA_ARGS__}), (sizeof((const size_t[]){__VA_ARGS__}) / sizeof(size_t))

#endif
