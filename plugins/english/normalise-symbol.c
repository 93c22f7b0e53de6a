/* SPDX-License-Identifier: Apache-2.0 */
#include "english/normalise.h"
#include "english/utf8.h"

/* Is there nothing more to say? */
static bool ends_here(const struct normaliser *normaliser, size_t at)
{
    while (at < normaliser->n && !ascii_is_letter(normaliser->text[at]) &&
           !ascii_is_digit(normaliser->text[at]) && !(normaliser->text[at] & 0x80))
        at++;
    return at == normaliser->n;
}

size_t match_symbol(struct normaliser *normaliser, size_t at)
{
    size_t size;
    char c = normaliser->text[at];

    place(normaliser, at, at + 1);
    if (c == '.' && !ends_here(normaliser, at + 1))
        return 1; /* of an abbreviation */
    if (c && strchr(".?!,;:", c)) {
        say_mark(normaliser, c);
        return 1;
    }
    utf8_decode(normaliser->text + at, normaliser->n - at, &size);
    return size;
}
