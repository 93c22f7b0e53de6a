/* SPDX-License-Identifier: Apache-2.0 */
#include "english/utf8.h"

#include <utf8proc.h>

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
