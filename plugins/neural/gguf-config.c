/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that every model asks: is the file one of mine, and what are its hyper-parameters? */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "neural/gguf.h"

int gguf_refuse(struct gguf_error *ret_error, int error, const char *format, ...)
{
    va_list arguments;

    if (!ret_error)
        return error;
    *ret_error = (struct gguf_error){.rule = GGUF_OUT_OF_RANGE};
    va_start(arguments, format);
    vsnprintf(ret_error->message, sizeof ret_error->message, format, arguments);
    va_end(arguments);
    return error;
}

int gguf_check_architecture(const struct gguf *gguf, const char *name, const char *kind,
                            struct gguf_error *ret_error)
{
    struct sori_span found;
    int r = gguf_get_string(gguf, "general.architecture", &found, ret_error);

    if (r < 0)
        return r;
    if (found.size == strlen(name) && !memcmp(found.data, name, found.size))
        return 0;
    return gguf_refuse(ret_error, -ENOTSUP, "not %s of this kind (general.architecture is not %s)",
                       kind, name);
}

int gguf_get_numbers(const struct gguf *gguf, const struct gguf_number *numbers, size_t n,
                     struct gguf_error *ret_error)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = gguf_get_u32(gguf, numbers[i].key, numbers[i].min, numbers[i].max, numbers[i].ret_value,
                         ret_error);
    return r;
}

int gguf_get_reals(const struct gguf *gguf, const struct gguf_real *reals, size_t n,
                   struct gguf_error *ret_error)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i++)
        r = gguf_get_f32(gguf, reals[i].key, reals[i].min, reals[i].max, reals[i].ret_value,
                         ret_error);
    return r;
}

int gguf_copy_f32s(const struct gguf *gguf, const char *key, size_t count, float min, float max,
                   float *ret_values, struct gguf_error *ret_error)
{
    struct gguf_value value;
    int r = gguf_get_f32s(gguf, key, count, count, min, max, &value, ret_error);

    for (size_t i = 0; r >= 0 && i < count; i++)
        ret_values[i] = gguf_value_f32(&value, i);
    return r;
}
