/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: characters in bytes that are known to be UTF-8 */
#ifndef ENGLISH_UTF8_H
#define ENGLISH_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The largest place not above `at` where a character begins. */
size_t utf8_cut(const char *text, size_t at);

/* The character at the start of n > 0 bytes and its length. */
uint32_t utf8_decode(const char *text, size_t n, size_t *ret_size);

#endif
