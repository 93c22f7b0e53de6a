/* SPDX-License-Identifier: Apache-2.0 */
/* gguf-whole.h: a valid file of about 4 KiB with a value and a tensor of every type */
#ifndef TESTS_GGUF_WHOLE_H
#define TESTS_GGUF_WHOLE_H

#include <stdio.h>

#include "tests/unit/gguf-builder.h"

enum { WHOLE_TENSORS = 14, WHOLE_STRINGS = 190 };

static const uint32_t whole_types[WHOLE_TENSORS] = {
    TENSOR_F32,  TENSOR_F16,  TENSOR_Q4_0, TENSOR_Q4_1, TENSOR_Q5_0, TENSOR_Q5_1, TENSOR_Q8_0,
    TENSOR_Q4_K, TENSOR_Q5_K, TENSOR_Q6_K, TENSOR_I8,   TENSOR_I16,  TENSOR_I32,  TENSOR_BF16,
};

BUILDER void put_values(struct builder *b)
{
    put_key(b, "general.architecture", GGUF_STRING);
    put_string(b, "sori-tacotron");
    put_key_u32(b, "general.alignment", 16);
    for (uint32_t type = GGUF_U8; type <= GGUF_F64; type++) {
        char key[32];
        snprintf(key, sizeof key, "x.value.%u", type);
        if (type == GGUF_STRING || type == GGUF_ARRAY)
            continue;
        put_key(b, key, type);
        put_fill(b, 1, type >= GGUF_U64 ? 8 : type >= GGUF_U32 && type <= GGUF_F32 ? 4 : 1);
        if (type == GGUF_U16 || type == GGUF_I16)
            put_u8(b, 0);
    }
    put_array(b, "x.strings", GGUF_STRING, WHOLE_STRINGS);
    for (unsigned i = 0; i < WHOLE_STRINGS; i++)
        put_string(b, i % 3 ? "ab" : "");
    put_array(b, "x.floats", GGUF_F32, 4);
    put_fill(b, 0x3f, 16);
    put_array(b, "x.bools", GGUF_BOOL_TYPE, 4);
    put_fill(b, 1, 4);
}

BUILDER void put_tensors(struct builder *b)
{
    uint64_t at = 0;

    for (unsigned i = 0; i < WHOLE_TENSORS; i++) {
        size_t block = tensor_type_info(whole_types[i])->block, size;
        char name[16];

        snprintf(name, sizeof name, "tensor.%u", i);
        put_tensor(b, name, whole_types[i], 1 + i % 4, NE(block, 1, 2, 1), at);
        if (!tensor_row_size(whole_types[i], block, &size))
            abort();
        at += (size * (1 + (i % 4 >= 2)) + 15) / 16 * 16;
    }
    put_data(b, 16, (size_t)at);
}

BUILDER struct sori_span gguf_whole(struct builder *b)
{
    put_header(b, 3, WHOLE_TENSORS, 2 + 11 + 3);
    put_values(b);
    put_tensors(b);
    return builder_span(b);
}

#endif
