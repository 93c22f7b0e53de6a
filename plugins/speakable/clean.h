/* SPDX-License-Identifier: Apache-2.0 */
/* clean.h: what is left of a sentence of Markdown when it is read aloud */
#ifndef SPEAKABLE_CLEAN_H
#define SPEAKABLE_CLEAN_H

#include <stddef.h>

/*
 * Writes the speakable text of one sentence (no line marks: those of lists and headings are gone)
 * to `to`, which has room for CLEAN_ROOM(size) bytes, and returns its size, which may be 0.
 * Emphasis, code marks, links, images, HTML tags and emoji are dropped, addresses become the name
 * of their host, runs of white space one space.
 */
size_t clean_sentence(const char *text, size_t size, char *to);

/* A single "→" becomes " to ", the longest that anything gets. */
#define CLEAN_ROOM(size) (2 * (size) + 16)

#endif
