/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h: where a sentence ends
 *
 * A sentence ends at . ? ! or their like with a space behind, unless the full stop belongs to an
 * abbreviation, an initial or a number; at an empty line; and at the end of a line that is a
 * heading or an item of a list. One that is longer than SENTENCE_MAX_SIZE bytes is cut: at the last
 * clause end, else at the last space, else between two characters.
 */
#ifndef ENGLISH_SEGMENT_H
#define ENGLISH_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Length of the first sentence in text, white space behind it included; 0: more text is needed to
 * tell. `last`: no more will come, and everything is given out.
 */
size_t segment_next(const char *text, size_t n, bool last);

#endif
