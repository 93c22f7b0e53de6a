/* SPDX-License-Identifier: Apache-2.0 */
#include "english/fold.h"

#include <string.h>

#include <utf8proc.h>

#include "english/ascii.h"
#include "english/utf8.h"

/* Letters that do not decompose. */
static const struct {
    uint16_t symbol;
    char plain[3];
} letters[] = {
    {0xc6, "AE"}, {0xe6, "ae"},  {0xd8, "O"},   {0xf8, "o"},  {0xdf, "ss"}, {0x1e9e, "SS"},
    {0xd0, "D"},  {0xf0, "d"},   {0xde, "Th"},  {0xfe, "th"}, {0x110, "D"}, {0x111, "d"},
    {0x126, "H"}, {0x127, "h"},  {0x131, "i"},  {0x141, "L"}, {0x142, "l"}, {0x14a, "N"},
    {0x14b, "n"}, {0x152, "OE"}, {0x153, "oe"}, {0x166, "T"}, {0x167, "t"}, {0x18f, "E"},
    {0x259, "e"}, {0x192, "f"},  {0x1a0, "O"},  {0x180, "b"}, {0x197, "I"}, {0x268, "i"},
    {0x138, "k"}, {0x1dd, "e"},  {0x1b6, "z"},  {0x1b5, "Z"},
};

/* Plain letters of one character, at most `room`; 0 if it has none. */
static size_t plain(uint32_t symbol, char *ret_letters, size_t room)
{
    utf8proc_int32_t parts[32];
    utf8proc_ssize_t n;
    size_t count = 0;
    int boundary = 0;

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].symbol == symbol) {
            for (; letters[i].plain[count] && count < room; count++)
                ret_letters[count] = letters[i].plain[count];
            return count;
        }
    n = utf8proc_decompose_char((utf8proc_int32_t)symbol, parts, 32,
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK,
                                &boundary);
    for (utf8proc_ssize_t i = 0; i < n && n <= 32; i++) {
        if (parts[i] >= 0x80 || !ascii_is_letter((char)parts[i]))
            return 0;
        if (count < room)
            ret_letters[count++] = (char)parts[i];
    }
    return count;
}

bool fold_is_mark(uint32_t symbol)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)symbol);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME || symbol == 0xad || symbol == 0x200c ||
           symbol == 0x200d || symbol == 0x2060;
}

bool fold_is_latin(uint32_t symbol)
{
    char letters_[4];
    utf8proc_category_t category;

    if (symbol < 0x80)
        return ascii_is_letter((char)symbol);
    category = utf8proc_category((utf8proc_int32_t)symbol);
    if (category < UTF8PROC_CATEGORY_LU || category > UTF8PROC_CATEGORY_LO)
        return false;
    return plain(symbol, letters_, sizeof letters_);
}

size_t fold(const char *text, size_t n, char *ret_folded, size_t room)
{
    size_t count = 0, at = 0, size;

    while (at < n && count < room) {
        uint32_t symbol = utf8_decode(text + at, n - at, &size);
        if (symbol < 0x80)
            ret_folded[count++] = (char)symbol;
        else
            count += plain(symbol, ret_folded + count, room - count);
        at += size;
    }
    return count;
}
