/* SPDX-License-Identifier: Apache-2.0 */
/* Names and messages. */
#include <stdarg.h>
#include <stdio.h>

#include "neural/gguf-private.h"

struct printable gguf_printable(struct sori_span name)
{
    struct printable shown;
    size_t room = sizeof shown.text - 1, n = name.size < room ? name.size : room;

    for (size_t i = 0; i < n; i++)
        shown.text[i] = name.data[i] < 0x20 || name.data[i] >= 0x7f ? '?' : (char)name.data[i];
    if (name.size > room)
        memcpy(shown.text + room - 3, "...", 3);
    shown.text[n] = '\0';
    return shown;
}

int gguf_fail(struct gguf_error *ret_error, int error, enum gguf_rule rule, uint64_t offset,
              const char *format, ...)
{
    va_list arguments;
    int length;

    if (!ret_error)
        return error;
    *ret_error = (struct gguf_error){.rule = rule, .offset = offset};
    va_start(arguments, format);
    length = vsnprintf(ret_error->message, sizeof ret_error->message, format, arguments);
    va_end(arguments);
    if (offset && length > 0 && (size_t)length < sizeof ret_error->message)
        snprintf(ret_error->message + length, sizeof ret_error->message - (size_t)length,
                 " (at byte %llu)", (unsigned long long)offset);
    return error;
}

const char *gguf_rule_name(enum gguf_rule rule)
{
#define RULE(name) [name] = #name
    static const char *const names[] = {
        RULE(GGUF_OK),
        RULE(GGUF_NO_MEMORY),
        RULE(GGUF_UNALIGNED_SPAN),
        RULE(GGUF_NOT_GGUF),
        RULE(GGUF_BYTE_ORDER),
        RULE(GGUF_VERSION),
        RULE(GGUF_TOO_MANY_KEYS),
        RULE(GGUF_TOO_MANY_TENSORS),
        RULE(GGUF_TRUNCATED),
        RULE(GGUF_METADATA_SIZE),
        RULE(GGUF_KEY_LENGTH),
        RULE(GGUF_KEY_BYTES),
        RULE(GGUF_DUPLICATE_KEY),
        RULE(GGUF_VALUE_TYPE),
        RULE(GGUF_STRING_LENGTH),
        RULE(GGUF_BOOL),
        RULE(GGUF_ARRAY_TYPE),
        RULE(GGUF_ARRAY_LENGTH),
        RULE(GGUF_ALIGNMENT),
        RULE(GGUF_NAME_LENGTH),
        RULE(GGUF_DUPLICATE_TENSOR),
        RULE(GGUF_TENSOR_DIMS),
        RULE(GGUF_ZERO_DIM),
        RULE(GGUF_TENSOR_TYPE),
        RULE(GGUF_BLOCK_MULTIPLE),
        RULE(GGUF_TENSOR_SIZE),
        RULE(GGUF_TENSOR_OFFSET),
        RULE(GGUF_TENSOR_OVERLAP),
        RULE(GGUF_TENSOR_GAP),
        RULE(GGUF_TENSOR_PAST_END),
        RULE(GGUF_NO_KEY),
        RULE(GGUF_WRONG_TYPE),
        RULE(GGUF_WRONG_COUNT),
        RULE(GGUF_OUT_OF_RANGE),
        RULE(GGUF_NO_TENSOR),
        RULE(GGUF_WRONG_SHAPE),
        RULE(GGUF_WRONG_WEIGHTS),
    };
#undef RULE

    return rule < sizeof names / sizeof *names && names[rule] ? names[rule] : "unknown";
}

/* Value types in the order of their numbers; a size of 0 marks what has no fixed size. */
static const struct {
    const char *name;
    size_t size;
} value_types[] = {
    [GGUF_U8] = {"U8", 1},       [GGUF_I8] = {"I8", 1},          [GGUF_U16] = {"U16", 2},
    [GGUF_I16] = {"I16", 2},     [GGUF_U32] = {"U32", 4},        [GGUF_I32] = {"I32", 4},
    [GGUF_F32] = {"F32", 4},     [GGUF_BOOL_TYPE] = {"BOOL", 1}, [GGUF_STRING] = {"STRING", 0},
    [GGUF_ARRAY] = {"ARRAY", 0}, [GGUF_U64] = {"U64", 8},        [GGUF_I64] = {"I64", 8},
    [GGUF_F64] = {"F64", 8},
};

#define VALUE_TYPES (sizeof value_types / sizeof *value_types)

const char *gguf_type_name(enum gguf_type type)
{
    return type < VALUE_TYPES ? value_types[type].name : "unknown";
}

size_t gguf_type_size(uint32_t type)
{
    return type < VALUE_TYPES ? value_types[type].size : 0;
}
