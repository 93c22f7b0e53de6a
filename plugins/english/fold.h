/* SPDX-License-Identifier: Apache-2.0 */
/* fold.h: Latin letters with marks on them as plain ones: "café" is looked up as "cafe" */
#ifndef ENGLISH_FOLD_H
#define ENGLISH_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Is it a letter that folds to plain ones (styled, full-width and joined ones too)? */
bool fold_is_latin(uint32_t symbol);
/* Is it a mark that is written onto the letter before, or a joiner or selector? */
bool fold_is_mark(uint32_t symbol);

/* Plain letters, apostrophes, hyphens and full stops of a word; at most `room` bytes; returns how
 * many. */
size_t fold(const char *text, size_t n, char *ret_folded, size_t room);

#endif
