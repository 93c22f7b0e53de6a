/* SPDX-License-Identifier: Apache-2.0 */
/* tensor-name.h: the names of a model's tensors, made of their places */
#ifndef PLUGINS_NEURAL_TENSOR_NAME_H
#define PLUGINS_NEURAL_TENSOR_NAME_H

#include <stdarg.h>
#include <stdio.h>

#include "base/limits.h"

enum { TENSOR_NAME_SIZE = GGUF_MAX_NAME + 1 };

/* Writes the name over the one before and returns it. */
__attribute__((format(printf, 2, 3))) static inline const char *
tensor_name(char name[TENSOR_NAME_SIZE], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(name, TENSOR_NAME_SIZE, format, args);
    va_end(args);
    return name;
}

#endif
