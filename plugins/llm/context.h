/* SPDX-License-Identifier: Apache-2.0 */
/*
 * context.h: a state together with the ids that it has computed and those that it still must
 *
 * Whatever text comes next, what it has in common with the one before is not computed again: a
 * second turn of a conversation, or the same system prompt in a new one.
 */
#ifndef LLM_CONTEXT_H
#define LLM_CONTEXT_H

#include "llm/state.h"

struct llm_context {
    struct llm_state *state;
    struct threads *threads; /* its own */
    uint32_t *ids;           /* [state->context]; the first state->count are computed */
    size_t count;
};

/* -ENOMEM, -EAGAIN (no more threads). Arguments as for llm_state_new(). */
int llm_context_new(const struct llm_config *config, const struct llm_weights *weights,
                    const struct kernels *kernels, size_t threads, size_t size,
                    struct llm_context **ret_context);
/* NULL is fine. Returns NULL. */
struct llm_context *llm_context_free(struct llm_context *context);

/* Replaces the text by ids[n], 1..size, keeping what their beginnings share. */
void llm_context_set(struct llm_context *context, const uint32_t *ids, size_t n);
/* Appends ids, context->count + n <= size. */
void llm_context_append(struct llm_context *context, const uint32_t *ids, size_t n);

/*
 * Computes the next block of what is missing. 0: more is missing; 1: all is computed, and
 * llm_context_logits() are those that follow the text. -ECANCELED.
 */
int llm_context_advance(struct llm_context *context, const atomic_bool *cancelled);
float *llm_context_logits(struct llm_context *context);

#endif
