/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: whether bytes that come in pieces are UTF-8 (RFC 3629), by the table of its section 4 */
#ifndef LLM_UTF8_H
#define LLM_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Zero before the first piece. */
struct utf8_check {
    unsigned left;           /* bytes that the character under way still needs */
    unsigned char low, high; /* what the next of them may be; 0, 0: 0x80..0xbf */
};

static inline bool utf8_check_lead(struct utf8_check *check, unsigned char c)
{
    check->low = check->high = 0;
    if (c < 0x80)
        return true;
    if (c < 0xc2 || c > 0xf4)
        return false;
    check->left = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (c == 0xe0 || c == 0xf0) { /* no longer forms than needed */
        check->low = c == 0xe0 ? 0xa0 : 0x90;
        check->high = 0xbf;
    } else if (c == 0xed || c == 0xf4) { /* no surrogates, nothing above U+10FFFF */
        check->low = 0x80;
        check->high = c == 0xed ? 0x9f : 0x8f;
    }
    return true;
}

/* Returns how many of the bytes are good; the first bad one is that far. */
static inline size_t utf8_check(struct utf8_check *check, const void *bytes, size_t size)
{
    const unsigned char *c = bytes;

    for (size_t i = 0; i < size; i++) {
        if (!check->left) {
            if (!utf8_check_lead(check, c[i]))
                return i;
            continue;
        }
        if (c[i] < (check->high ? check->low : 0x80) || c[i] > (check->high ? check->high : 0xbf))
            return i;
        check->left--;
        check->low = check->high = 0;
    }
    return size;
}

/* Whether the text may end here. */
static inline bool utf8_check_end(const struct utf8_check *check)
{
    return !check->left;
}

#endif
