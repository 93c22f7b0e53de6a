/* SPDX-License-Identifier: Apache-2.0 */
/* note-error.h: how a host of tests keeps a stage's error. Included once by each program. */
#include <stdarg.h>
#include <stdio.h>

#include <sori/plugin.h>

static char message[512]; /* why the last call failed */

__attribute__((format(printf, 3, 4))) static int note_error(const struct sori_host *host, int error,
                                                            const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    vsnprintf(message, sizeof message, text, arguments);
    va_end(arguments);
    return error;
}
