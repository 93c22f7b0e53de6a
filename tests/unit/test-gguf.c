/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files made by hand for each known class of hole in readers of weights, from both sides of every
 * limit. Each must be answered by the right rule, in 10 ms, with less than 1 MiB of memory, and a
 * file that is accepted must not have left a tensor outside of it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/limits.h"
#include "tests/unit/gguf-builder.h"

/* --- builders: one file each, with one number that a case varies -------------------------------
 */

#define FILL_NAME "0123456789abcdef"

/* A key or tensor name of n bytes; `i` makes it unlike others. */
static void put_name(struct builder *b, uint64_t n, unsigned i)
{
    char digits[9];

    put_u64(b, n);
    snprintf(digits, sizeof digits, "%08x", i);
    put(b, digits, n < 8 ? (size_t)n : 8);
    for (uint64_t at = 8; at < n; at++)
        put(b, &FILL_NAME[at % 16], 1);
}

/* One tensor "t" of the given type and shape, with `data` bytes behind it. */
static void one_tensor(struct builder *b, uint32_t type, uint32_t n_dims, const uint64_t *ne,
                       uint64_t offset, size_t data)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", type, n_dims, ne, offset);
    put_data(b, 32, data);
}

static void cut_header(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 0);
    b->size = (size_t)n;
}

static void version(struct builder *b, uint64_t n)
{
    put_header(b, (uint32_t)n, 0, 0);
}

static void magic(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 0);
    b->data[n] ^= 0x20;
}

/* Claims n tensors, with room for none. */
static void claimed_tensors(struct builder *b, uint64_t n)
{
    put_header(b, 3, n, 0);
}

static void claimed_keys(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, n);
}

/* The smallest tensor record, cut to n bytes. */
static void tensor_record(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", TENSOR_F32, 1, NE(1), 0);
    b->size = 24 + (size_t)n;
}

static void key_record(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "k", GGUF_U8);
    put_u8(b, 7);
    b->size = 24 + (size_t)n;
}

static void many_keys(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, n);
    for (unsigned i = 0; i < n; i++) {
        put_name(b, GGUF_MAX_KEY, i);
        put_u32(b, GGUF_U8);
        put_u8(b, 0);
    }
}

static void many_tensors(struct builder *b, uint64_t n)
{
    put_header(b, 3, n, 0);
    for (unsigned i = 0; i < n; i++) {
        put_name(b, GGUF_MAX_NAME, i);
        put_u32(b, 1);
        put_u64(b, 32);
        put_u32(b, TENSOR_I8);
        put_u64(b, 32 * i);
    }
    put_data(b, 32, 32 * (size_t)n);
}

/* A key whose length says n, with that many bytes if they are few. */
static void key_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    if (n > 4096)
        put_u64(b, n);
    else
        put_name(b, n, 0);
    put_u32(b, GGUF_U8);
    put_u32(b, 0);
    put_u64(b, 0);
}

/* A key of 16 bytes in a file that ends after n of them. */
static void key_cut(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_name(b, 16, 0);
    put_u32(b, GGUF_U8);
    put_u8(b, 0);
    b->size = 24 + 8 + (size_t)n;
}

static void key_byte(struct builder *b, uint64_t n)
{
    char key[] = "general.x";

    key[3] = (char)n;
    put_header(b, 3, 0, 1);
    put_u64(b, sizeof key - 1);
    put(b, key, sizeof key - 1);
    put_u32(b, GGUF_U8);
    put_u8(b, 0);
}

/* A string whose length says n, with that many bytes if they are few. */
static void string_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "k", GGUF_STRING);
    put_u64(b, n);
    put_fill(b, 'x', n > 100000 ? 16 : (size_t)n);
}

/* A string of 100 bytes with n of them in the file. */
static void string_cut(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "k", GGUF_STRING);
    put_u64(b, 100);
    put_fill(b, 'x', (size_t)n);
}

static void value_type(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "k", (uint32_t)n);
    put_u64(b, 0);
}

static void bool_value(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "k", GGUF_BOOL_TYPE);
    put_u8(b, (uint8_t)n);
}

static void bool_array(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_BOOL_TYPE, 3);
    put_u8(b, 0);
    put_u8(b, 1);
    put_u8(b, (uint8_t)n);
}

/* An array that claims n members of 8 bytes and has four. */
static void array_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_F64, n);
    put_fill(b, 0, 32);
}

static void byte_array_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_U8, n);
    put_fill(b, 0, 32);
}

/* An array that claims n strings and has four, empty. */
static void string_array_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_STRING, n);
    put_fill(b, 0, 32);
}

/* Two strings of which the second has a length of n and five bytes. */
static void string_array_member(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_STRING, 2);
    put_string(b, "hello");
    put_u64(b, n);
    put_fill(b, 'x', 5);
}

static void array_type(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", (uint32_t)n, 1);
    put_u64(b, 0);
    put_u64(b, 0);
}

static void dimensions(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 0);
    put_string(b, "t");
    put_u32(b, (uint32_t)n);
    for (unsigned i = 0; i < (n < 6 ? n : 6); i++)
        put_u64(b, 1);
    put_u32(b, TENSOR_F32);
    put_u64(b, 0);
    put_data(b, 32, 64);
}

/* A shape of n and `rest`; the file holds 64 bytes of data. */
static void two_dims(struct builder *b, uint64_t n, uint64_t rest, uint32_t type)
{
    one_tensor(b, type, 2, NE(n, rest), 0, 64);
}

static void wrap_bytes(struct builder *b, uint64_t n) /* F32: 4 n 2^32 bytes */
{
    two_dims(b, n, UINT64_C(1) << 32, TENSOR_F32);
}

static void wrap_values(struct builder *b, uint64_t n) /* Q4_0: 32 n 2^32 values, 18 n 2^32 bytes */
{
    two_dims(b, 32 * n, UINT64_C(1) << 32, TENSOR_Q4_0);
}

static void wrap_row(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_F32, 1, NE(n), 0, 64);
}

/* The third product is 2^64 and the fourth 0: the last step alone looks harmless. */
static void wrap_to_zero(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_I8, 4, NE(n, n, n, n), 0, 64);
}

/* Two tensors: 2^63 bytes and n bytes. */
static void wrap_sum(struct builder *b, uint64_t n)
{
    put_header(b, 3, 2, 0);
    put_tensor(b, "a", TENSOR_I8, 1, NE(UINT64_C(1) << 63), 0);
    put_tensor(b, "b", TENSOR_I8, 1, NE(n), UINT64_C(1) << 63);
    put_data(b, 32, 64);
}

/* The padding behind n bytes wraps although the bytes do not. */
static void wrap_padding(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 1);
    put_key_u32(b, "general.alignment", 4096);
    put_tensor(b, "t", TENSOR_I8, 1, NE(n), 0);
    put_data(b, 4096, 64);
}

static void alignment(struct builder *b, uint64_t n)
{
    put_header(b, 3, 2, 1);
    put_key_u32(b, "general.alignment", (uint32_t)n);
    put_tensor(b, "a", TENSOR_I8, 1, NE(1), 0);
    put_tensor(b, "b", TENSOR_I8, 1, NE(1), n < 65536 ? n : 32);
    put_data(b, n && n < 65536 && !(n & (n - 1)) ? (size_t)n : 32, n < 65536 ? (size_t)n + 1 : 64);
}

static void alignment_type(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_key(b, "general.alignment", (uint32_t)n);
    put_u64(b, 32);
    put_fill(b, 0, 32);
}

static void alignment_array(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "general.alignment", GGUF_U32, n);
    put_u32(b, 32);
}

/* Floats in a file aligned to 1 byte, after a name that puts them at n mod 4. */
static void odd_floats(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 1);
    put_key_u32(b, "general.alignment", 1);
    put_name(b, 1 + (-(b->size + 9 + 4 + 8 + 4 + 8) & 3) + n, 0);
    put_u32(b, 1);
    put_u64(b, 4);
    put_u32(b, TENSOR_F32);
    put_u64(b, 0);
    put_fill(b, 0, 16);
}

static void offset(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_F32, 1, NE(4), n, 128);
}

/* The second of two tensors of 16 bytes lies at n. */
static void second_offset(struct builder *b, uint64_t n)
{
    put_header(b, 3, 2, 0);
    put_tensor(b, "a", TENSOR_F32, 1, NE(4), 0);
    put_tensor(b, "b", TENSOR_F32, 1, NE(4), n);
    put_data(b, 32, 128);
}

/* 16 bytes of data are due and n are there. */
static void data_cut(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_F32, 1, NE(4), 0, (size_t)n);
}

/* The file ends n bytes before the data begin. */
static void padding_cut(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 0);
    put_tensor(b, "t", TENSOR_F32, 1, NE(4), 0);
    put_data(b, 32, 0);
    b->size -= (size_t)n;
}

/* Dimension n of four is 0. */
static void zero_dim(struct builder *b, uint64_t n)
{
    uint64_t ne[4] = {1, 1, 1, 1};

    ne[n] = 0;
    one_tensor(b, TENSOR_F32, 4, ne, 0, 64);
}

static void weight_type(struct builder *b, uint64_t n)
{
    one_tensor(b, (uint32_t)n, 1, NE(256), 0, 1024);
}

static void row_of_q4_0(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_Q4_0, 2, NE(n, 32), 0, 1152);
}

static void row_of_q6_k(struct builder *b, uint64_t n)
{
    one_tensor(b, TENSOR_Q6_K, 2, NE(n, 2), 0, 420);
}

/* n bytes of metadata, nearly all of it in one array. */
static void metadata_size(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 1);
    put_array(b, "k", GGUF_U8, n - 24 - 9 - 4 - 4 - 8);
    put_fill(b, 0, (size_t)n - b->size);
    put_fill(b, 0, 64);
}

/* Keys or names "same" and one of n bytes that begins alike. */
static void duplicate_key(struct builder *b, uint64_t n)
{
    put_header(b, 3, 0, 2);
    put_key_u32(b, "same.key", 1);
    put_u64(b, n);
    put(b, "same.key.x", (size_t)n);
    put_u32(b, GGUF_U8);
    put_u8(b, 1);
}

static void duplicate_tensor(struct builder *b, uint64_t n)
{
    put_header(b, 3, 2, 0);
    put_tensor(b, "same.name", TENSOR_F32, 1, NE(4), 0);
    put_u64(b, n);
    put(b, "same.name.x", (size_t)n);
    put_u32(b, 1);
    put_u64(b, 4);
    put_u32(b, TENSOR_F32);
    put_u64(b, 32);
    put_data(b, 32, 64);
}

static void name_length(struct builder *b, uint64_t n)
{
    put_header(b, 3, 1, 0);
    put_name(b, n, 0);
    put_u32(b, 1);
    put_u64(b, 4);
    put_u32(b, TENSOR_F32);
    put_u64(b, 0);
    put_data(b, 32, 64);
}

static void name_byte(struct builder *b, uint64_t n)
{
    char name[] = {'t', (char)n, 't', '\0'};

    put_header(b, 3, 1, 0);
    put_u64(b, 3);
    put(b, name, 3);
    put_u32(b, 1);
    put_u64(b, 4);
    put_u32(b, TENSOR_F32);
    put_u64(b, 0);
    put_data(b, 32, 64);
}

/* --- the cases ---------------------------------------------------------------------------------
 */

struct hole {
    const char *name;
    void (*build)(struct builder *, uint64_t);
    uint64_t n;
    enum gguf_rule expected;
};

/* clang-format off */
static const struct hole holes[] = {
    {"header: an empty file", cut_header, 0, GGUF_NOT_GGUF},
    {"header: the magic alone", cut_header, 4, GGUF_NOT_GGUF},
    {"header: half a version", cut_header, 7, GGUF_NOT_GGUF},
    {"header: no counts", cut_header, 8, GGUF_TRUNCATED},
    {"header: half the counts", cut_header, 16, GGUF_TRUNCATED},
    {"header: a byte short", cut_header, 23, GGUF_TRUNCATED},
    {"header: complete and empty", cut_header, 24, GGUF_OK},
    {"header: magic 'gGUF'", magic, 0, GGUF_NOT_GGUF},
    {"header: magic 'GGUf'", magic, 3, GGUF_NOT_GGUF},
    {"header: version 0", version, 0, GGUF_VERSION},
    {"header: version 1", version, 1, GGUF_VERSION},
    {"header: version 2", version, 2, GGUF_OK},
    {"header: version 3", version, 3, GGUF_OK},
    {"header: version 4", version, 4, GGUF_VERSION},
    {"header: version 2^32-1", version, UINT32_MAX, GGUF_VERSION},
    {"header: version 3, big-endian", version, 0x03000000, GGUF_BYTE_ORDER},

    {"1: 1 tensor in no bytes", claimed_tensors, 1, GGUF_TOO_MANY_TENSORS},
    {"1: 2^60 tensors", claimed_tensors, UINT64_C(1) << 60, GGUF_TOO_MANY_TENSORS},
    {"1: 2^64-1 tensors", claimed_tensors, UINT64_MAX, GGUF_TOO_MANY_TENSORS},
    {"1: 1 key in no bytes", claimed_keys, 1, GGUF_TOO_MANY_KEYS},
    {"1: 2^63 keys", claimed_keys, UINT64_C(1) << 63, GGUF_TOO_MANY_KEYS},
    {"1: 2^64-1 keys", claimed_keys, UINT64_MAX, GGUF_TOO_MANY_KEYS},
    {"1: a tensor in 32 bytes", tensor_record, 32, GGUF_TOO_MANY_TENSORS},
    {"1: a tensor in 33 bytes, no data", tensor_record, 33, GGUF_TENSOR_PAST_END},
    {"1: a key in 13 bytes", key_record, 13, GGUF_TOO_MANY_KEYS},
    {"1: a key in 14 bytes", key_record, 14, GGUF_OK},
    {"1: as many keys as allowed", many_keys, GGUF_MAX_KEYS, GGUF_OK},
    {"1: a key too many", many_keys, GGUF_MAX_KEYS + 1, GGUF_TOO_MANY_KEYS},
    {"1: as many tensors as allowed", many_tensors, GGUF_MAX_TENSORS, GGUF_OK},
    {"1: a tensor too many", many_tensors, GGUF_MAX_TENSORS + 1, GGUF_TOO_MANY_TENSORS},

    {"2: a key of 0 bytes", key_length, 0, GGUF_KEY_LENGTH},
    {"2: a key of 1 byte", key_length, 1, GGUF_OK},
    {"2: a key of 256 bytes", key_length, 256, GGUF_OK},
    {"2: a key of 257 bytes", key_length, 257, GGUF_KEY_LENGTH},
    {"2: a key of 2^63 bytes", key_length, UINT64_C(1) << 63, GGUF_KEY_LENGTH},
    {"2: a key of 2^64-1 bytes", key_length, UINT64_MAX, GGUF_KEY_LENGTH},
    {"2: a key cut off", key_cut, 15, GGUF_TRUNCATED},
    {"2: no type behind a key", key_cut, 16, GGUF_TRUNCATED},
    {"2: no value behind a type", key_cut, 20, GGUF_TRUNCATED},
    {"2: all of key, type and value", key_cut, 21, GGUF_OK},
    {"2: a string of 0 bytes", string_length, 0, GGUF_OK},
    {"2: a string of 64 KiB", string_length, 65536, GGUF_OK},
    {"2: a string of 64 KiB and 1", string_length, 65537, GGUF_STRING_LENGTH},
    {"2: a string of 2^64-1 bytes", string_length, UINT64_MAX, GGUF_STRING_LENGTH},
    {"2: a string of 2^64-8 bytes", string_length, UINT64_MAX - 7, GGUF_STRING_LENGTH},
    {"2: a string a byte short", string_cut, 99, GGUF_TRUNCATED},
    {"2: a string to the last byte", string_cut, 100, GGUF_OK},
    {"2: NUL in a key", key_byte, 0, GGUF_KEY_BYTES},
    {"2: escape in a key", key_byte, 0x1b, GGUF_KEY_BYTES},
    {"2: delete in a key", key_byte, 0x7f, GGUF_KEY_BYTES},
    {"2: a space in a key", key_byte, ' ', GGUF_OK},
    {"2: a byte of UTF-8 in a key", key_byte, 0xc3, GGUF_OK},

    {"3: 4 members of 4", array_length, 4, GGUF_OK},
    {"3: 5 members of 4", array_length, 5, GGUF_ARRAY_LENGTH},
    {"3: 2^61 members (bytes wrap to 0)", array_length, UINT64_C(1) << 61, GGUF_ARRAY_LENGTH},
    {"3: 2^61+4 members (bytes wrap to 32)", array_length, (UINT64_C(1) << 61) + 4,
     GGUF_ARRAY_LENGTH},
    {"3: 2^64-1 members", array_length, UINT64_MAX, GGUF_ARRAY_LENGTH},
    {"3: no members", array_length, 0, GGUF_OK},
    {"3: 32 bytes of 32", byte_array_length, 32, GGUF_OK},
    {"3: 33 bytes of 32", byte_array_length, 33, GGUF_ARRAY_LENGTH},
    {"3: 2^64-1 bytes", byte_array_length, UINT64_MAX, GGUF_ARRAY_LENGTH},
    {"3: 4 strings of 4", string_array_length, 4, GGUF_OK},
    {"3: 5 strings of 4", string_array_length, 5, GGUF_ARRAY_LENGTH},
    {"3: 2^61 strings", string_array_length, UINT64_C(1) << 61, GGUF_ARRAY_LENGTH},
    {"3: the last string fits", string_array_member, 5, GGUF_OK},
    {"3: the last string is a byte short", string_array_member, 6, GGUF_TRUNCATED},
    {"3: the last string has 2^64-1 bytes", string_array_member, UINT64_MAX, GGUF_STRING_LENGTH},
    {"3: an array of arrays", array_type, GGUF_ARRAY, GGUF_ARRAY_TYPE},
    {"3: an array of type 12", array_type, 12, GGUF_OK},
    {"3: an array of type 13", array_type, 13, GGUF_ARRAY_TYPE},
    {"3: an array of type 2^32-1", array_type, UINT32_MAX, GGUF_ARRAY_TYPE},
    {"3: a value of type 12", value_type, 12, GGUF_OK},
    {"3: a value of type 13", value_type, 13, GGUF_VALUE_TYPE},
    {"3: a value of type 2^31", value_type, UINT64_C(1) << 31, GGUF_VALUE_TYPE},
    {"3: a bool of 0", bool_value, 0, GGUF_OK},
    {"3: a bool of 1", bool_value, 1, GGUF_OK},
    {"3: a bool of 2", bool_value, 2, GGUF_BOOL},
    {"3: a bool of 255 in an array", bool_array, 255, GGUF_BOOL},
    {"3: bools in an array", bool_array, 1, GGUF_OK},

    {"4: 0 dimensions", dimensions, 0, GGUF_TENSOR_DIMS},
    {"4: 1 dimension", dimensions, 1, GGUF_OK},
    {"4: 4 dimensions", dimensions, 4, GGUF_OK},
    {"4: 5 dimensions", dimensions, 5, GGUF_TENSOR_DIMS},
    {"4: 2^31 dimensions", dimensions, UINT64_C(1) << 31, GGUF_TENSOR_DIMS},
    {"4: 2^32-1 dimensions", dimensions, UINT32_MAX, GGUF_TENSOR_DIMS},

    {"5: 2^64 bytes", wrap_bytes, UINT64_C(1) << 30, GGUF_TENSOR_SIZE},
    {"5: 2^64-2^34 bytes", wrap_bytes, (UINT64_C(1) << 30) - 1, GGUF_TENSOR_PAST_END},
    {"5: 2^64 values in fewer bytes", wrap_values, UINT64_C(1) << 27, GGUF_TENSOR_SIZE},
    {"5: 2^64-2^37 values", wrap_values, (UINT64_C(1) << 27) - 1, GGUF_TENSOR_PAST_END},
    {"5: a row of 2^64 bytes", wrap_row, UINT64_C(1) << 62, GGUF_TENSOR_SIZE},
    {"5: a row of 2^64+64 bytes", wrap_row, (UINT64_C(1) << 62) + 16, GGUF_TENSOR_SIZE},
    {"5: a row of 2^64-4 values", wrap_row, UINT64_MAX - 3, GGUF_TENSOR_SIZE},
    {"5: a row of 2^62-16 values", wrap_row, (UINT64_C(1) << 62) - 16, GGUF_TENSOR_PAST_END},
    {"5: a product that wraps to 0", wrap_to_zero, UINT64_C(1) << 32, GGUF_TENSOR_SIZE},
    {"5: a product that wraps to 1", wrap_to_zero, UINT64_MAX, GGUF_TENSOR_SIZE},
    {"5: a product of 2^60", wrap_to_zero, UINT64_C(1) << 15, GGUF_TENSOR_PAST_END},

    {"6: sizes add up to 2^64", wrap_sum, UINT64_C(1) << 63, GGUF_TENSOR_SIZE},
    {"6: sizes add up to 2^64+64", wrap_sum, (UINT64_C(1) << 63) + 64, GGUF_TENSOR_SIZE},
    {"6: sizes add up to 2^64-32", wrap_sum, (UINT64_C(1) << 63) - 32, GGUF_TENSOR_PAST_END},

    {"7: alignment 0", alignment, 0, GGUF_ALIGNMENT},
    {"7: alignment 1", alignment, 1, GGUF_OK},
    {"7: alignment 2", alignment, 2, GGUF_OK},
    {"7: alignment 3", alignment, 3, GGUF_ALIGNMENT},
    {"7: alignment 24", alignment, 24, GGUF_ALIGNMENT},
    {"7: alignment 4096", alignment, 4096, GGUF_OK},
    {"7: alignment 4097", alignment, 4097, GGUF_ALIGNMENT},
    {"7: alignment 8192", alignment, 8192, GGUF_ALIGNMENT},
    {"7: alignment 2^31", alignment, UINT64_C(1) << 31, GGUF_ALIGNMENT},
    {"7: alignment 2^32-1", alignment, UINT32_MAX, GGUF_ALIGNMENT},
    {"7: alignment of type U32", alignment_type, GGUF_U32, GGUF_OK},
    {"7: alignment of type U64", alignment_type, GGUF_U64, GGUF_ALIGNMENT},
    {"7: alignment of type I32", alignment_type, GGUF_I32, GGUF_ALIGNMENT},
    {"7: alignment of type STRING", alignment_type, GGUF_STRING, GGUF_ALIGNMENT},
    {"7: an array as alignment", alignment_array, 1, GGUF_ALIGNMENT},
    {"7: padding wraps", wrap_padding, UINT64_MAX - 4094, GGUF_TENSOR_SIZE},
    {"7: padding just does not wrap", wrap_padding, UINT64_MAX - 4095, GGUF_TENSOR_PAST_END},
    {"7: floats at a multiple of 4", odd_floats, 0, GGUF_OK},
    {"7: floats at an odd place", odd_floats, 1, GGUF_TENSOR_OFFSET},
    {"7: floats at a multiple of 2", odd_floats, 2, GGUF_TENSOR_OFFSET},

    {"8: offset 0", offset, 0, GGUF_OK},
    {"8: offset 1", offset, 1, GGUF_TENSOR_OFFSET},
    {"8: offset 16", offset, 16, GGUF_TENSOR_OFFSET},
    {"8: offset 32, a gap", offset, 32, GGUF_TENSOR_GAP},
    {"8: offset 2^63", offset, UINT64_C(1) << 63, GGUF_TENSOR_GAP},
    {"8: offset 2^64-32", offset, UINT64_MAX - 31, GGUF_TENSOR_GAP},
    {"8: offset 2^64-1", offset, UINT64_MAX, GGUF_TENSOR_OFFSET},
    {"8: the second in its place", second_offset, 32, GGUF_OK},
    {"8: the second over the first", second_offset, 0, GGUF_TENSOR_OVERLAP},
    {"8: the second inside the first's padding", second_offset, 16, GGUF_TENSOR_OFFSET},
    {"8: the second after a gap", second_offset, 64, GGUF_TENSOR_GAP},
    {"8: all of the data", data_cut, 16, GGUF_OK},
    {"8: a byte of data missing", data_cut, 15, GGUF_TENSOR_PAST_END},
    {"8: no data", data_cut, 0, GGUF_TENSOR_PAST_END},
    {"8: no padding", padding_cut, 1, GGUF_TENSOR_PAST_END},

    {"9: ne[0] is 0", zero_dim, 0, GGUF_ZERO_DIM},
    {"9: ne[1] is 0", zero_dim, 1, GGUF_ZERO_DIM},
    {"9: ne[2] is 0", zero_dim, 2, GGUF_ZERO_DIM},
    {"9: ne[3] is 0", zero_dim, 3, GGUF_ZERO_DIM},

    {"10: type F32", weight_type, TENSOR_F32, GGUF_OK},
    {"10: type F16", weight_type, TENSOR_F16, GGUF_OK},
    {"10: type Q4_0", weight_type, TENSOR_Q4_0, GGUF_OK},
    {"10: type Q4_1", weight_type, TENSOR_Q4_1, GGUF_OK},
    {"10: type 4, removed", weight_type, 4, GGUF_TENSOR_TYPE},
    {"10: type 5, removed", weight_type, 5, GGUF_TENSOR_TYPE},
    {"10: type Q5_0", weight_type, TENSOR_Q5_0, GGUF_OK},
    {"10: type Q5_1", weight_type, TENSOR_Q5_1, GGUF_OK},
    {"10: type Q8_0", weight_type, TENSOR_Q8_0, GGUF_OK},
    {"10: type Q8_1, of activations", weight_type, 9, GGUF_TENSOR_TYPE},
    {"10: type Q4_K", weight_type, TENSOR_Q4_K, GGUF_OK},
    {"10: type Q5_K", weight_type, TENSOR_Q5_K, GGUF_OK},
    {"10: type Q6_K", weight_type, TENSOR_Q6_K, GGUF_OK},
    {"10: type Q8_K, of activations", weight_type, 15, GGUF_TENSOR_TYPE},
    {"10: type BF16", weight_type, TENSOR_BF16, GGUF_OK},
    {"10: type 31", weight_type, 31, GGUF_TENSOR_TYPE},
    {"10: type 255", weight_type, 255, GGUF_TENSOR_TYPE},
    {"10: type -1", weight_type, UINT32_MAX, GGUF_TENSOR_TYPE},
    {"10: type -2^31", weight_type, UINT64_C(1) << 31, GGUF_TENSOR_TYPE},

    {"11: rows of 32 in blocks of 32", row_of_q4_0, 32, GGUF_OK},
    {"11: rows of 31 in blocks of 32", row_of_q4_0, 31, GGUF_BLOCK_MULTIPLE},
    {"11: rows of 33 in blocks of 32", row_of_q4_0, 33, GGUF_BLOCK_MULTIPLE},
    {"11: rows of 1 in blocks of 32", row_of_q4_0, 1, GGUF_BLOCK_MULTIPLE},
    {"11: rows of 256 in blocks of 256", row_of_q6_k, 256, GGUF_OK},
    {"11: rows of 128 in blocks of 256", row_of_q6_k, 128, GGUF_BLOCK_MULTIPLE},
    {"11: rows of 288 in blocks of 256", row_of_q6_k, 288, GGUF_BLOCK_MULTIPLE},

    {"12: 64 MiB of metadata", metadata_size, GGUF_MAX_METADATA, GGUF_OK},
    {"12: a byte more", metadata_size, GGUF_MAX_METADATA + 1, GGUF_METADATA_SIZE},

    {"14: a key twice", duplicate_key, 8, GGUF_DUPLICATE_KEY},
    {"14: a key that begins another", duplicate_key, 10, GGUF_OK},
    {"14: a key that another begins", duplicate_key, 7, GGUF_OK},
    {"14: a tensor twice", duplicate_tensor, 9, GGUF_DUPLICATE_TENSOR},
    {"14: a tensor that begins another", duplicate_tensor, 11, GGUF_OK},
    {"14: a name of 0 bytes", name_length, 0, GGUF_NAME_LENGTH},
    {"14: a name of 63 bytes", name_length, 63, GGUF_OK},
    {"14: a name of 64 bytes", name_length, 64, GGUF_NAME_LENGTH},
    {"14: a newline in a name", name_byte, '\n', GGUF_KEY_BYTES},
    {"14: NUL in a name", name_byte, 0, GGUF_KEY_BYTES},
};
/* clang-format on */

/* --- running them ------------------------------------------------------------------------------
 */

enum { HOLES = sizeof holes / sizeof *holes };

#if defined(__SANITIZE_ADDRESS__)
static const double time_limit = 0.1; /* the checks of the sanitizer take their time */
#else
static const double time_limit = 0.01;
#endif

/* The linker sends the reader's allocations here (--wrap). */
static size_t allocated;
static int failing_allocation; /* the how manieth from now returns NULL; 0: none */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    if (failing_allocation && !--failing_allocation)
        return NULL;
    allocated += count * size;
    return __real_calloc(count, size);
}

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void assert_inside(const struct gguf *gguf, struct sori_span file)
{
    for (size_t i = 0; i < gguf_tensor_count(gguf); i++) {
        const struct tensor *tensor = gguf_tensor_at(gguf, i);
        const unsigned char *data = tensor->data;

        assert_true(data >= file.data && data <= file.data + file.size);
        assert_true(tensor->size <= (size_t)(file.data + file.size - data));
        assert_int_equal((uintptr_t)data % tensor_type_info(tensor->type)->alignment, 0);
    }
}

static void assert_message(const struct gguf_error *error)
{
    size_t length = strlen(error->message);

    assert_in_range(length, 1, sizeof error->message - 1);
    for (size_t i = 0; i < length; i++)
        assert_in_range(error->message[i], 0x20, 0x7e);
}

static int expected_result(enum gguf_rule rule)
{
    switch (rule) {
    case GGUF_OK:
        return 0;
    case GGUF_NOT_GGUF:
    case GGUF_BYTE_ORDER:
    case GGUF_VERSION:
    case GGUF_TENSOR_TYPE:
        return -ENOTSUP;
    default:
        return -EBADMSG;
    }
}

static void test_hole(void **state)
{
    const struct hole *hole = *state;
    struct builder builder = {0};
    struct gguf_error error;
    struct sori_span file;
    double best = 1;

    hole->build(&builder, hole->n);
    file = builder_span(&builder);
    for (int run = 0; run < 5 && best > time_limit; run++) {
        struct gguf *gguf = NULL;
        double start = cpu_seconds();
        int r;

        error = (struct gguf_error){0};
        allocated = 0;
        r = gguf_open(file, &gguf, &error);
        best = cpu_seconds() - start < best ? cpu_seconds() - start : best;

        if (error.rule != hole->expected)
            print_message("# %s: %s\n", gguf_rule_name(error.rule), error.message);
        assert_int_equal(error.rule, hole->expected);
        assert_int_equal(r, expected_result(hole->expected));
        assert_true(allocated <= 1 << 20);
        assert_true(error.offset <= file.size);
        if (r == 0)
            assert_inside(gguf, file);
        else
            assert_message(&error);
        assert_true((r == 0) == (gguf != NULL));
        gguf_free(gguf);
    }
    assert_true(best <= time_limit);
    builder_free(&builder);
}

/* Twice the keys may take 2.2 times as long: nothing is quadratic. */
static double seconds_to_open(void (*build)(struct builder *, uint64_t), uint64_t n)
{
    struct builder builder = {0};
    struct sori_span file;
    double best = 1e9;

    build(&builder, n);
    file = builder_span(&builder);
    for (int run = 0; run < 25; run++) {
        struct gguf *gguf;
        double start = cpu_seconds(), seconds;

        assert_int_equal(gguf_open(file, &gguf, NULL), 0);
        gguf_free(gguf);
        seconds = cpu_seconds() - start;
        best = seconds < best ? seconds : best;
    }
    builder_free(&builder);
    return best;
}

static void test_linear_time(void **state)
{
    double half = seconds_to_open(many_tensors, GGUF_MAX_TENSORS / 4);
    double full = seconds_to_open(many_tensors, GGUF_MAX_TENSORS / 2);

    print_message("# %.2f ms, twice as many tensors %.2f ms\n", 1e3 * half, 1e3 * full);
    /* 2.2 and room for a cache that the larger table no longer fits. */
    assert_true(full <= 3.0 * half + 1e-4);
}

static void test_unaligned_span(void **state)
{
    _Alignas(8) unsigned char bytes[32] = {0};
    struct gguf_error error = {0};
    struct gguf *gguf;

    memcpy(bytes + 4, "GGUF\3\0\0\0", 8);
    assert_int_equal(gguf_open((struct sori_span){bytes + 4, 24}, &gguf, &error), -EINVAL);
    assert_int_equal(error.rule, GGUF_UNALIGNED_SPAN);
    assert_int_equal(gguf_open((struct sori_span){NULL, 0}, &gguf, &error), -ENOTSUP);
    assert_int_equal(error.rule, GGUF_NOT_GGUF);
}

/* Each allocation fails once: a clean error, and nothing leaks (the sanitizer looks). */
static void test_no_memory(void **state)
{
    struct builder builder = {0};
    struct gguf_error error;
    struct sori_span file;
    struct gguf *gguf;
    int r = -ENOMEM, failed = 0;

    put_header(&builder, 3, 1, 2);
    put_array(&builder, "a", GGUF_STRING, 1);
    put_string(&builder, "x");
    put_array(&builder, "b", GGUF_STRING, 1);
    put_string(&builder, "y");
    put_tensor(&builder, "t", TENSOR_F32, 1, NE(4), 0);
    put_data(&builder, 32, 16);
    file = builder_span(&builder);
    while (r < 0) {
        failing_allocation = ++failed;
        r = gguf_open(file, &gguf, &error);
        if (r < 0) {
            assert_int_equal(r, -ENOMEM);
            assert_int_equal(error.rule, GGUF_NO_MEMORY);
        }
    }
    failing_allocation = 0;
    assert_int_equal(failed,
                     8); /* the reader, two tables with their names, two indices; all came */
    gguf_free(gguf);
    builder_free(&builder);
}

static void test_rule_names(void **state)
{
    for (size_t i = 0; i < HOLES; i++)
        assert_memory_equal(gguf_rule_name(holes[i].expected), "GGUF_", 5);
    assert_string_equal(gguf_rule_name(GGUF_TENSOR_GAP), "GGUF_TENSOR_GAP");
    assert_string_equal(gguf_rule_name((enum gguf_rule)1000), "unknown");
    assert_null(gguf_free(NULL));
}

/* Writes every small file into a folder: the seeds of the fuzzer. */
static int write_seeds(const char *folder)
{
    for (size_t i = 0; i < HOLES; i++) {
        struct builder builder = {0};
        char path[4096];
        FILE *file;

        holes[i].build(&builder, holes[i].n);
        snprintf(path, sizeof path, "%s/hole-%03zu.gguf", folder, i);
        file = builder.size <= 2048 ? fopen(path, "wb") : NULL;
        if (file && (fwrite(builder.data, 1, builder.size, file) < builder.size || fclose(file)))
            return 1;
        builder_free(&builder);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[HOLES + 5];
    size_t n = 0;

    if (argc == 3 && !strcmp(argv[1], "--write-seeds"))
        return write_seeds(argv[2]);
    for (size_t i = 0; i < HOLES; i++)
        tests[n++] = (struct CMUnitTest){holes[i].name, test_hole, NULL, NULL, (void *)&holes[i]};
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_linear_time);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_unaligned_span);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_no_memory);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_rule_names);
    return _cmocka_run_group_tests("gguf", tests, n, NULL, NULL);
}
