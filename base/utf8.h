/* SPDX-License-Identifier: Apache-2.0 */
/* Whether bytes are UTF-8, as RFC 3629 has it: shortest forms, no surrogates, up to U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the code point at text[0..size), 0 if there is none. */
static inline size_t utf8_length(const unsigned char *text, size_t size)
{
    unsigned char lead = text[0], low = 0x80, high = 0xbf;
    size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    if (n <= 1 || lead > 0xf4 || n > size)
        return n == 1;
    if (lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f;
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* *ret_bad: the offset of the first byte that is wrong; set only then. */
static inline bool utf8_is_valid(const char *text, size_t size, size_t *ret_bad)
{
    for (size_t i = 0, n; i < size; i += n) {
        n = utf8_length((const unsigned char *)text + i, size - i);
        if (!n) {
            *ret_bad = i;
            return false;
        }
    }
    return true;
}

#endif
