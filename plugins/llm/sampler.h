/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sampler.h: from logits to the next token
 *
 * In this order: the repetition penalty (Keskar et al., 2019) divides positive and multiplies
 * negative logits of the tokens seen last; top-k keeps the k best; top-p (Holtzman et al., 2020)
 * the best until their probability reaches p; min-p those at least min_p times as probable as the
 * best; temperature divides what is left, and one is drawn. Temperature 0 takes the best. All as in
 * llama.cpp, except that never more than SAMPLER_CANDIDATES tokens are looked at.
 *
 * Equal seeds and logits give equal tokens. Nothing here allocates after sampler_new().
 */
#ifndef LLM_SAMPLER_H
#define LLM_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

#include "llm/tokenizer.h"

/* Beyond these no token has a probability worth drawing. */
#define SAMPLER_CANDIDATES 1024u
/* Tokens that the penalty may look back on. */
#define SAMPLER_MAX_LAST 4096u

struct sampler_settings {
    float temperature;    /* 0..TEMPERATURE_MAX */
    uint32_t top_k;       /* 0: SAMPLER_CANDIDATES */
    float top_p;          /* 0..1; 1: all */
    float min_p;          /* 0..1; 0: all */
    float repeat_penalty; /* 1: none */
    uint32_t repeat_last; /* 0..SAMPLER_MAX_LAST */
};

struct sampler;

/* -ENOMEM. */
int sampler_new(const struct sampler_settings *settings, uint64_t seed,
                struct sampler **ret_sampler);
/* NULL is fine. Returns NULL. */
struct sampler *sampler_free(struct sampler *sampler);

/* Notes a token for the penalty, one of the text or one that was picked. */
void sampler_accept(struct sampler *sampler, uint32_t id);

/* Picks from logits[n], which it changes. TOKEN_NONE: not one of them is a number. */
uint32_t sampler_pick(struct sampler *sampler, float *logits, size_t n);

#endif
