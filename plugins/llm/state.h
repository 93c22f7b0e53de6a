/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h: what a model remembers of one text, and the forward pass over it
 *
 * A state holds the keys and values of all positions so far, as halves, and scratch for a block of
 * tokens. llm_decode() appends tokens; llm_rewind() forgets the last ones, so that a text with the
 * same beginning needs to be computed from there only. The numbers of a position do not depend on
 * how the tokens before it were cut into blocks, nor on the number of threads.
 *
 * Threads: one call at a time on one state; states share a model. Memory: allocated by
 * llm_state_new(), nothing later. The cache is taken from the system as it fills.
 */
#ifndef LLM_STATE_H
#define LLM_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "llm/weights.h"

/* Tokens of a block: each weight that is read serves so many. */
enum { LLM_BLOCK = 64 };

struct llm_state {
    const struct llm_config *config;
    const struct llm_weights *weights;
    struct compute compute;

    size_t context;          /* positions that fit */
    size_t count;            /* positions that are there */
    uint16_t *keys, *values; /* [layers][kv_heads][context][head_size] */

    /* Scratch for a block, one column a token. */
    float *x;         /* [LLM_BLOCK][width], the residual stream */
    float *h;         /* [LLM_BLOCK][width], normed, or what a part of a layer adds */
    float *q, *k, *v; /* [LLM_BLOCK][q_width + 2 kv_width] together, one column after the other */
    float *attended;  /* [LLM_BLOCK][q_width] */
    float *gate, *up; /* [LLM_BLOCK][feed_forward] */
    float *turns[2];  /* [LLM_BLOCK][rope_size / 2][cos, sin] of global and of local layers */
    float *logits;    /* [vocabulary] */
    float *memory;     /* of all these */
};

/*
 * An empty state with room for `context` positions, 1..config->context. The model, the kernels and
 * the pool (NULL: the caller's thread only) are borrowed. -ENOMEM.
 */
int llm_state_new(const struct llm_config *config, const struct llm_weights *weights,
                  const struct kernels *kernels, struct threads *threads, size_t context,
                  struct llm_state **ret_state);
/* NULL is fine. Returns NULL. */
struct llm_state *llm_state_free(struct llm_state *state);

/* Forgets all positions from `count` on; count <= state->count. */
void llm_rewind(struct llm_state *state, size_t count);

/*
 * Appends n tokens, 1..LLM_BLOCK, each id < vocabulary, count + n <= context. `cancelled` may be
 * NULL; it is looked at in every layer. -ECANCELED: nothing was appended.
 */
int llm_decode(struct llm_state *state, const uint32_t *ids, size_t n,
               const atomic_bool *cancelled);

/*
 * The logits [vocabulary] that follow token i of the last block, i < n. They stay until the next
 * call.
 */
const float *llm_logits(struct llm_state *state, size_t i);

#endif
