/* SPDX-License-Identifier: Apache-2.0 */
/* text-error.h: says why a vocabulary or a chat template was refused */
#ifndef LLM_TEXT_ERROR_H
#define LLM_TEXT_ERROR_H

#include <stdarg.h>
#include <stdio.h>

#include "neural/gguf.h"

/* Fills in *ret_error, if there is one, and returns `error`. */
__attribute__((format(printf, 3, 4))) static inline int
text_fail(struct gguf_error *ret_error, int error, const char *format, ...)
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

#endif
