/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h: whether bytes are UTF-8 (RFC 3629): shortest forms, no surrogates, up to U+10FFFF
 *
 * The check takes text in pieces, as it comes, and keeps none of it. A struct of zeros stands
 * between two characters, and so at the beginning.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct utf8 {
    unsigned left;           /* bytes that the character under way still lacks; 0: text may end */
    unsigned char low, high; /* the range of the next of them */
};

/*
 * RFC 3629, section 4. The first byte says how many follow; the second one is limited where it
 * would else spell a shorter character again, a surrogate, or more than U+10FFFF.
 */
static inline bool utf8_begin(struct utf8 *utf8, unsigned char byte)
{
    utf8->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    utf8->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    utf8->left = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return byte < 0x80 || (byte >= 0xc2 && byte <= 0xf4);
}

/* Whether this byte can be the next. After false the state is worth nothing. */
static inline bool utf8_step(struct utf8 *utf8, unsigned char byte)
{
    if (!utf8->left)
        return utf8_begin(utf8, byte);
    if (byte < utf8->low || byte > utf8->high)
        return false;
    utf8->low = 0x80;
    utf8->high = 0xbf;
    utf8->left--;
    return true;
}

/* How many bytes of the piece are right: `size` if all are (the last may be cut by the end). */
static inline size_t utf8_check(struct utf8 *utf8, const void *text, size_t size)
{
    const unsigned char *bytes = text;

    for (size_t i = 0; i < size; i++)
        if (!utf8_step(utf8, bytes[i]))
            return i;
    return size;
}

/* Bytes of the character at text[0..size), 1 to 4; 0 if there is none. */
static inline size_t utf8_length(const void *text, size_t size)
{
    const unsigned char *bytes = text;
    struct utf8 utf8 = {0};

    for (size_t i = 0; i < size && utf8_step(&utf8, bytes[i]); i++)
        if (!utf8.left)
            return i + 1;
    return 0;
}

/* *ret_bad: where the first character begins that is none; set only then. */
static inline bool utf8_is_valid(const void *text, size_t size, size_t *ret_bad)
{
    const unsigned char *bytes = text;

    for (size_t i = 0, n; i < size; i += n) {
        n = utf8_length(bytes + i, size - i);
        if (!n) {
            *ret_bad = i;
            return false;
        }
    }
    return true;
}

#endif
