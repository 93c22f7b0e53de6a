/* SPDX-License-Identifier: Apache-2.0 */
#include "english/normalise.h"
#include "english/reading.h"

size_t match_word(struct normaliser *normaliser, size_t at)
{
    size_t n = letters_at(normaliser, at);

    if (n && peek(normaliser, at + n) == '\'' && letters_at(normaliser, at + n + 1))
        n += 1 + letters_at(normaliser, at + n + 1);
    if (n > WORD_MAX)
        n = WORD_MAX;
    if (n) {
        place(normaliser, at, at + n);
        say_word(normaliser, normaliser->text + at, n, 0);
    }
    return n;
}
