/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char line[1024];

int fail_va(int error, const char *format, va_list arguments)
{
    int saved = errno;

    vsnprintf(line, sizeof line, format, arguments);
    errno = saved;
    return error;
}

int fail(int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail_va(error, format, arguments);
    va_end(arguments);
    return error;
}

int fail_prefix(int error, const char *format, ...)
{
    char rest[sizeof line], prefix[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    memcpy(rest, line, sizeof rest);
    return fail(error, "%s: %.760s", prefix, rest);
}

const char *fail_message(void)
{
    return line;
}
