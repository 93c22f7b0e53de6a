/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h: remarks on standard error
 *
 * SORI_DEBUG=TOPIC:LEVEL[,...] sets what is shown, TOPIC a stage's name or '*', LEVEL one of error,
 * warning, info, debug. Without it: warnings and errors.
 */
#ifndef WORKER_LOG_H
#define WORKER_LOG_H

#include <stdarg.h>
#include <stdint.h>

#include <sori/host.h>

void log_va(const char *topic, uint32_t level, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

#endif
