/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a file that was opened; see gguf.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "neural/gguf-private.h"

/* --- values ----------------------------------------------------------------------------------- */

static struct sori_span span_of(const char *text)
{
    return (struct sori_span){(const unsigned char *)text, strlen(text)};
}

static uint64_t offset_of(const struct gguf *gguf, const struct gguf_value *value)
{
    return (uint64_t)(value->data - gguf->file.data);
}

uint32_t gguf_version(const struct gguf *gguf)
{
    return gguf->version;
}

size_t gguf_data_offset(const struct gguf *gguf)
{
    return gguf->data_offset;
}

size_t gguf_value_count(const struct gguf *gguf)
{
    return gguf->n_values;
}

const struct gguf_value *gguf_value_at(const struct gguf *gguf, size_t i)
{
    return &gguf->values[i];
}

const struct gguf_value *gguf_find(const struct gguf *gguf, const char *key)
{
    return name_table_find(&gguf->keys, span_of(key));
}

static bool is_integer(const struct gguf_value *value)
{
    return value->type <= GGUF_I32 || value->type == GGUF_U64 || value->type == GGUF_I64;
}

static bool is_float(const struct gguf_value *value)
{
    return value->type == GGUF_F32 || value->type == GGUF_F64;
}

static bool is_string(const struct gguf_value *value)
{
    return value->type == GGUF_STRING;
}

static bool is_bool(const struct gguf_value *value)
{
    return value->type == GGUF_BOOL_TYPE;
}

/* Integers of any type; false also for those that no int64_t holds. */
static bool integer_within(const struct gguf_value *value, size_t i, int64_t min, int64_t max)
{
    int64_t number = gguf_value_i64(value, i);

    if (value->type == GGUF_U64 && number < 0)
        return false;
    return number >= min && number <= max;
}

/* False for a NaN, too. */
static bool float_within(const struct gguf_value *value, size_t i, float min, float max)
{
    double number = gguf_value_f64(value, i);

    return isfinite(number) && number >= (double)min && number <= (double)max;
}

/* The value of that key, if it is (not) an array and its type is suitable; `expected` names it. */
static int find_value(const struct gguf *gguf, const char *key, bool is_array,
                      bool (*suits)(const struct gguf_value *), const char *expected,
                      const struct gguf_value **ret_value, struct gguf_error *ret_error)
{
    const struct gguf_value *value = gguf_find(gguf, key);

    if (!value)
        return gguf_fail(ret_error, -ENOENT, GGUF_NO_KEY, 0, "key '%s' is missing",
                         gguf_printable(span_of(key)).text);
    if (value->is_array != is_array || !suits(value))
        return gguf_fail(ret_error, -EBADMSG, GGUF_WRONG_TYPE, offset_of(gguf, value),
                         "key '%s' is %s%s, expected %s", gguf_printable(value->key).text,
                         value->is_array ? "an array of " : "", gguf_type_name(value->type),
                         expected);
    *ret_value = value;
    return 0;
}

static int find_array(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                      bool (*suits)(const struct gguf_value *), const char *expected,
                      const struct gguf_value **ret_value, struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_value(gguf, key, true, suits, expected, &value, ret_error);

    if (r < 0)
        return r;
    if (value->count < min_count || value->count > max_count)
        return gguf_fail(ret_error, -EBADMSG, GGUF_WRONG_COUNT, offset_of(gguf, value),
                         "key '%s' has %zu members, expected %zu to %zu",
                         gguf_printable(value->key).text, value->count, min_count, max_count);
    *ret_value = value;
    return 0;
}

int gguf_get_i64(const struct gguf *gguf, const char *key, int64_t min, int64_t max,
                 int64_t *ret_value, struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_value(gguf, key, false, is_integer, "an integer", &value, ret_error);

    if (r < 0)
        return r;
    if (!integer_within(value, 0, min, max))
        return gguf_fail(ret_error, -ERANGE, GGUF_OUT_OF_RANGE, offset_of(gguf, value),
                         "key '%s' is %.0f, expected %lld to %lld", gguf_printable(value->key).text,
                         gguf_value_f64(value, 0), (long long)min, (long long)max);
    *ret_value = gguf_value_i64(value, 0);
    return 0;
}

int gguf_get_u32(const struct gguf *gguf, const char *key, uint32_t min, uint32_t max,
                 uint32_t *ret_value, struct gguf_error *ret_error)
{
    int64_t number = 0;
    int r = gguf_get_i64(gguf, key, min, max, &number, ret_error);

    if (r < 0)
        return r;
    *ret_value = (uint32_t)number;
    return 0;
}

int gguf_get_f32(const struct gguf *gguf, const char *key, float min, float max, float *ret_value,
                 struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_value(gguf, key, false, is_float, "a float", &value, ret_error);

    if (r < 0)
        return r;
    if (!float_within(value, 0, min, max))
        return gguf_fail(ret_error, -ERANGE, GGUF_OUT_OF_RANGE, offset_of(gguf, value),
                         "key '%s' is %g, expected %g to %g", gguf_printable(value->key).text,
                         gguf_value_f64(value, 0), (double)min, (double)max);
    *ret_value = gguf_value_f32(value, 0);
    return 0;
}

int gguf_get_bool(const struct gguf *gguf, const char *key, bool *ret_value,
                  struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_value(gguf, key, false, is_bool, "BOOL", &value, ret_error);

    if (r < 0)
        return r;
    *ret_value = value->data[0];
    return 0;
}

int gguf_get_string(const struct gguf *gguf, const char *key, struct sori_span *ret_string,
                    struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_value(gguf, key, false, is_string, "STRING", &value, ret_error);

    if (r < 0)
        return r;
    *ret_string = gguf_value_string(value, 0);
    return 0;
}

int gguf_get_u32s(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                  uint32_t min, uint32_t max, struct gguf_value *ret_value,
                  struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_array(gguf, key, min_count, max_count, is_integer, "an array of integers", &value,
                       ret_error);

    if (r < 0)
        return r;
    for (size_t i = 0; i < value->count; i++)
        if (!integer_within(value, i, min, max))
            return gguf_fail(ret_error, -ERANGE, GGUF_OUT_OF_RANGE, offset_of(gguf, value),
                             "member %zu of key '%s' is %.0f, expected %u to %u", i,
                             gguf_printable(value->key).text, gguf_value_f64(value, i), min, max);
    *ret_value = *value;
    return 0;
}

int gguf_get_f32s(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                  float min, float max, struct gguf_value *ret_value, struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_array(gguf, key, min_count, max_count, is_float, "an array of floats", &value,
                       ret_error);

    if (r < 0)
        return r;
    for (size_t i = 0; i < value->count; i++)
        if (!float_within(value, i, min, max))
            return gguf_fail(ret_error, -ERANGE, GGUF_OUT_OF_RANGE, offset_of(gguf, value),
                             "member %zu of key '%s' is %g, expected %g to %g", i,
                             gguf_printable(value->key).text, gguf_value_f64(value, i), (double)min,
                             (double)max);
    *ret_value = *value;
    return 0;
}

int gguf_get_strings(const struct gguf *gguf, const char *key, size_t min_count, size_t max_count,
                     struct gguf_value *ret_value, struct gguf_error *ret_error)
{
    const struct gguf_value *value = NULL;
    int r = find_array(gguf, key, min_count, max_count, is_string, "an array of strings", &value,
                       ret_error);

    if (r < 0)
        return r;
    *ret_value = *value;
    return 0;
}

/* --- members ---------------------------------------------------------------------------------- */

int64_t gguf_value_i64(const struct gguf_value *value, size_t i)
{
    const unsigned char *member = value->data + i * gguf_type_size(value->type);

    switch (value->type) {
    case GGUF_U8:
    case GGUF_BOOL_TYPE:
        return member[0];
    case GGUF_I8:
        return (int8_t)member[0];
    case GGUF_U16:
        return gguf_load_u16(member);
    case GGUF_I16:
        return (int16_t)gguf_load_u16(member);
    case GGUF_U32:
        return gguf_load_u32(member);
    case GGUF_I32:
        return (int32_t)gguf_load_u32(member);
    case GGUF_U64:
    case GGUF_I64:
        return (int64_t)gguf_load_u64(member);
    default:
        return 0;
    }
}

uint64_t gguf_value_u64(const struct gguf_value *value, size_t i)
{
    return (uint64_t)gguf_value_i64(value, i);
}

double gguf_value_f64(const struct gguf_value *value, size_t i)
{
    const unsigned char *member = value->data + i * gguf_type_size(value->type);
    double number;

    switch (value->type) {
    case GGUF_F32:
        return (double)float_from_bits(gguf_load_u32(member));
    case GGUF_F64:
        memcpy(&number, member, sizeof number);
        return number;
    case GGUF_U64:
        return (double)gguf_load_u64(member);
    default:
        return (double)gguf_value_i64(value, i);
    }
}

struct sori_span gguf_value_string(const struct gguf_value *value, size_t i)
{
    const unsigned char *at = value->data;
    size_t skip = i;

    if (value->type != GGUF_STRING)
        return (struct sori_span){0};
    if (value->index) {
        at += value->index[i / GGUF_INDEX_STEP];
        skip = i % GGUF_INDEX_STEP;
    }
    while (skip--)
        at += sizeof(uint64_t) + gguf_load_u64(at);
    return (struct sori_span){at + sizeof(uint64_t), (size_t)gguf_load_u64(at)};
}

/* --- tensors ---------------------------------------------------------------------------------- */

size_t gguf_tensor_count(const struct gguf *gguf)
{
    return gguf->n_tensors;
}

const struct tensor *gguf_tensor_at(const struct gguf *gguf, size_t i)
{
    return &gguf->tensors[i];
}

uint64_t gguf_parameters(const struct gguf *gguf)
{
    uint64_t count = 0;

    for (size_t i = 0; i < gguf->n_tensors; i++)
        count += tensor_values(&gguf->tensors[i]);
    return count;
}

const struct tensor *gguf_find_tensor(const struct gguf *gguf, const char *name)
{
    return name_table_find(&gguf->names, span_of(name));
}

struct shape_text {
    char text[96];
};

static struct shape_text shape_text(const size_t *ne, size_t n_dims)
{
    struct shape_text shape = {"["};
    size_t at = 1;

    for (size_t i = 0; i < n_dims && i < TENSOR_MAX_DIMS; i++)
        at += (size_t)snprintf(shape.text + at, sizeof shape.text - at, "%s%zu", i ? ", " : "",
                               ne[i]);
    snprintf(shape.text + at, sizeof shape.text - at, "]");
    return shape;
}

static bool has_shape(const struct tensor *tensor, const size_t *ne, size_t n_dims)
{
    for (size_t i = 0; i < TENSOR_MAX_DIMS; i++)
        if (tensor->ne[i] != (i < n_dims ? ne[i] : 1))
            return false;
    return n_dims >= 1 && n_dims <= TENSOR_MAX_DIMS;
}

int gguf_bind(const struct gguf *gguf, const char *name, uint32_t types, const size_t *ne,
              size_t n_dims, struct tensor *ret_tensor, struct gguf_error *ret_error)
{
    const struct tensor *tensor = gguf_find_tensor(gguf, name);
    struct printable shown = gguf_printable(span_of(name));
    uint64_t offset;

    if (!tensor)
        return gguf_fail(ret_error, -ENOENT, GGUF_NO_TENSOR, 0, "tensor '%s' is missing",
                         shown.text);
    offset = (uint64_t)((const unsigned char *)tensor->data - gguf->file.data);
    if (!has_shape(tensor, ne, n_dims))
        return gguf_fail(ret_error, -EBADMSG, GGUF_WRONG_SHAPE, offset,
                         "tensor '%s' has shape %s, expected %s", shown.text,
                         shape_text(tensor->ne, tensor->n_dims).text, shape_text(ne, n_dims).text);
    if (!(types & TENSOR_SET(tensor->type)))
        return gguf_fail(ret_error, -EBADMSG, GGUF_WRONG_WEIGHTS, offset,
                         "tensor '%s' has weights of type %s, which the model does not take here",
                         shown.text, tensor_type_info(tensor->type)->name);
    *ret_tensor = *tensor;
    return 0;
}
