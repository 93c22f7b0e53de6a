/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h: why the last call failed, in words
 *
 * Functions of daemon/worker return a negative errno value and leave one line of text behind, that
 * of the thread. The text is worth reading only directly after a failure; success costs nothing.
 */
#ifndef WORKER_ERROR_H
#define WORKER_ERROR_H

#include <stdarg.h>

/* Notes the line and returns `error`, so that one can write `return fail(-EINVAL, ...)`. */
int fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fail_va(int error, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

/* Puts "PREFIX: " before the line that was noted, and returns `error`. */
int fail_prefix(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The line; never NULL, valid until the thread's next failure. */
const char *fail_message(void);

#endif
