/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speakable.h: from Markdown that is being written to chunks that can be spoken
 *
 * Text goes in as it comes, a token or a file at a time. Chunks come out as soon as they are
 * certain: whole sentences, headings, list items, table rows. Only the first one may be a clause,
 * when the sentence is long, so that speaking starts early; and any that is longer than anyone says
 * in one breath. Chunks are plain text with an end mark; what is not meant for the ear (code
 * blocks, link targets, rules, emoji) is gone.
 *
 * Memory: what is not yet certain, at most two lines; see SPEAKABLE_MAX_SENTENCE.
 */
#ifndef SPEAKABLE_SPEAKABLE_H
#define SPEAKABLE_SPEAKABLE_H

#include <stdbool.h>
#include <stddef.h>

struct speakable;

/* `code`: what is said in place of a code block; NULL or "": nothing. -ENOMEM gives NULL. */
struct speakable *speakable_new(const char *code);
/* NULL is fine. Returns NULL. */
struct speakable *speakable_free(struct speakable *speakable);

/* Appends UTF-8 text. -ENOMEM. */
int speakable_add(struct speakable *speakable, const char *text, size_t size);
/* Nothing will follow. */
void speakable_end(struct speakable *speakable);

/* The next chunk, valid until the next call; false: none yet, or none any more. */
bool speakable_next(struct speakable *speakable, const char **ret_text, size_t *ret_size);

#endif
