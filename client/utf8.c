/* SPDX-License-Identifier: Apache-2.0 */
#include "client/utf8.h"

#include <stdbool.h>

/*
 * RFC 3629, section 4. The first byte says how many follow; the second one is limited where it
 * would else spell a shorter character again, a surrogate, or more than U+10FFFF.
 */
static bool begin(struct utf8 *utf8, unsigned char byte)
{
    utf8->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    utf8->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    utf8->left = byte < 0x80 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return byte < 0x80 || (byte >= 0xc2 && byte <= 0xf4);
}

static bool go_on(struct utf8 *utf8, unsigned char byte)
{
    if (!utf8->left)
        return begin(utf8, byte);
    if (byte < utf8->low || byte > utf8->high)
        return false;
    utf8->low = 0x80;
    utf8->high = 0xbf;
    utf8->left--;
    return true;
}

size_t utf8_check(struct utf8 *utf8, const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!go_on(utf8, (unsigned char)data[i]))
            return i;
    return size;
}

size_t utf8_character(const char *data, size_t size)
{
    struct utf8 utf8 = {0};

    for (size_t i = 0; i < size; i++) {
        if (!go_on(&utf8, (unsigned char)data[i]))
            return 0;
        if (!utf8.left)
            return i + 1;
    }
    return 0;
}
