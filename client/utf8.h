/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: is it text? Checks UTF-8 (RFC 3629) that comes in pieces, without keeping any of it */
#ifndef CLIENT_UTF8_H
#define CLIENT_UTF8_H

#include <stddef.h>

struct utf8 {
    unsigned left;           /* bytes that the character still lacks */
    unsigned char low, high; /* range of the next one */
};

/* How many bytes of the piece are right: `size` if all are (the last may be cut by the end). */
size_t utf8_check(struct utf8 *utf8, const char *data, size_t size);

/* The longest character at `data`, 1 to 4 bytes, or 0 if what is there is not UTF-8. */
size_t utf8_character(const char *data, size_t size);

#endif
