/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: a conversation over the stage interface
 *
 * Text that is fed up to a block with SORI_BLOCK_UTTERANCE_END, or to the end, is one turn of the
 * user. What comes out is the answer, in blocks of whole characters, the last one (it may be empty)
 * with SORI_BLOCK_UTTERANCE_END; then the next turn may be fed, and the model remembers the ones
 * before.
 *
 * What was said before the stream began comes in the same way: events SORI_EVENT_MARK named
 * "system", "user" or "assistant" say who speaks from their position on. So an answer that was
 * cancelled goes on in a new stream, which is told how far it was heard.
 */
#ifndef LLM_STREAM_H
#define LLM_STREAM_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "llm/model.h"

struct llm_stream;

int llm_stream_new(struct llm_model *model, const struct sori_stream_params *params,
                   struct llm_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct llm_stream *llm_stream_free(struct llm_stream *stream);

/* The stage's feed, drain and cancel; errors are noted. */
int llm_stream_feed(struct llm_stream *stream, const struct sori_block *block);
int llm_stream_drain(struct llm_stream *stream, struct sori_block *ret_block);
void llm_stream_cancel(struct llm_stream *stream);

#endif
