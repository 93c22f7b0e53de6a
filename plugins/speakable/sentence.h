/* SPDX-License-Identifier: Apache-2.0 */
/* sentence.h: where a text that is still being written may be cut */
#ifndef SPEAKABLE_SENTENCE_H
#define SPEAKABLE_SENTENCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The end of the first sentence, behind its mark and closing quotes; 0: not to be seen yet. A mark
 * counts only when what follows it is there, unless `complete`: nothing follows. Abbreviations,
 * initials, decimals and quotes inside a sentence do not end it, nor does a mark in code, in a link
 * or in an address.
 */
size_t sentence_end(const char *text, size_t size, bool complete);

/* The end of the last clause that ends between `from` and `size`, behind its comma; or 0. */
size_t clause_end(const char *text, size_t size, size_t from);

/* The last space between `from` and `size`, or else the last character's start; never 0. */
size_t forced_end(const char *text, size_t size, size_t from);

#endif
