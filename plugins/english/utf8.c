/* SPDX-License-Identifier: Apache-2.0 */
#include "english/utf8.h"

#include <utf8proc.h>

/*
 * The state is 0 between characters, else three bytes: how many are still to come, and the range
 * of the next one (the Unicode standard's table 3-7: it shuts out overlong forms and surrogates).
 */
static uint32_t expect(uint32_t more, uint32_t low, uint32_t high)
{
    return more | low << 8 | high << 16;
}

static uint32_t begin(unsigned char byte)
{
    if (byte >= 0xc2 && byte <= 0xdf)
        return expect(1, 0x80, 0xbf);
    if (byte == 0xe0)
        return expect(2, 0xa0, 0xbf);
    if (byte == 0xed)
        return expect(2, 0x80, 0x9f);
    if (byte >= 0xe1 && byte <= 0xef)
        return expect(2, 0x80, 0xbf);
    if (byte == 0xf0)
        return expect(3, 0x90, 0xbf);
    if (byte >= 0xf1 && byte <= 0xf3)
        return expect(3, 0x80, 0xbf);
    return byte == 0xf4 ? expect(3, 0x80, 0x8f) : 0;
}

size_t utf8_check(const unsigned char *bytes, size_t n, uint32_t *state)
{
    for (size_t i = 0; i < n; i++) {
        if (!*state) {
            if (bytes[i] < 0x80)
                continue;
            *state = begin(bytes[i]);
            if (!*state)
                return i;
        } else {
            uint32_t more = (*state & 0xff) - 1;
            if (bytes[i] < (*state >> 8 & 0xff) || bytes[i] > (*state >> 16 & 0xff))
                return i;
            *state = more ? expect(more, 0x80, 0xbf) : 0;
        }
    }
    return n;
}

size_t utf8_cut(const char *text, size_t at)
{
    while (at && (text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

uint32_t utf8_decode(const char *text, size_t n, size_t *ret_size)
{
    utf8proc_int32_t symbol;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &symbol);

    *ret_size = size > 0 ? (size_t)size : 1;
    return size > 0 ? (uint32_t)symbol : 0xfffd;
}
