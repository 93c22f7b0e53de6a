/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup.h: SSML as speech-dispatcher sends it, to plain text and marks
 *
 * The analysers take plain text. Of the markup only the marks are kept, by the place in the text
 * that they stand before; elements are dropped and their text is spoken, whether the document is
 * well-formed or not: a screen reader must not fall silent over a stray bracket.
 */
#ifndef SPEECHD_MARKUP_H
#define SPEECHD_MARKUP_H

#include <stddef.h>

struct markup_mark {
    char *name;
    size_t offset; /* bytes of the text before it */
};

struct markup {
    char *text;
    size_t size;
    struct markup_mark *marks;
    size_t n_marks;
};

/* -ENOMEM. */
int markup_read(const char *ssml, size_t size, struct markup *ret_markup);
void markup_clear(struct markup *markup);

#endif
