/* SPDX-License-Identifier: Apache-2.0 */
/* output.h: the items of a sentence as a block of phonemes, or of words, with its events */
#ifndef ENGLISH_OUTPUT_H
#define ENGLISH_OUTPUT_H

#include "english/stream.h"

/*
 * Fills the block with stream->items, which stand at `base` of the text; the sentence is
 * base + from .. base + to. Of the markup's points those before `point_end` come with it, each
 * before the first item behind it. 0, -ENOMEM.
 */
int output_give(struct english_stream *stream, size_t base, size_t from, size_t to,
                size_t point_end, struct sori_block *ret_block);

#endif
