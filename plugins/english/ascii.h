/* SPDX-License-Identifier: Apache-2.0 */
/* ascii.h: letters and digits, whatever the locale; other bytes are neither */
#ifndef ENGLISH_ASCII_H
#define ENGLISH_ASCII_H

#include <stdbool.h>
#include <stddef.h>

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static inline char ascii_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static inline bool ascii_is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static inline bool ascii_is_alnum(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline bool ascii_is_alpha(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_letter(text[i]))
            return false;
    return n;
}

/* No capitals in it (digits and marks do not count). */
static inline bool ascii_is_lower(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != ascii_lower(text[i]))
            return false;
    return true;
}

/* No small letters in it. */
static inline bool ascii_is_upper(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != ascii_upper(text[i]))
            return false;
    return true;
}

static inline void ascii_to_lower(const char *text, size_t n, char *ret_lower)
{
    for (size_t i = 0; i < n; i++)
        ret_lower[i] = ascii_lower(text[i]);
}

/* Is it `word` (in small letters), in any case? */
static inline bool ascii_equals(const char *text, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (!word[i] || ascii_lower(text[i]) != word[i])
            return false;
    return !word[n];
}

#endif
