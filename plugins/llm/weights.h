/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weights.h: the tensors of a language model, bound by name with exact shape
 *
 * Everything is used in place, in the map of the file. Parts that a family does not have are zero:
 * a norm without a weight, a linear layer without rows.
 */
#ifndef LLM_WEIGHTS_H
#define LLM_WEIGHTS_H

#include "llm/config.h"
#include "neural/layers.h"

struct llm_layer {
    struct norm attention_norm;      /* [width] */
    struct linear q, k, v;           /* [q_width][width], [kv_width][width] twice */
    struct linear qkv;               /* gpt2: all three in one */
    struct norm q_norm, k_norm;      /* [head_size], qwen3 and gemma3 */
    struct linear out;               /* [width][q_width] */
    struct norm attention_post_norm; /* [width], gemma3 */
    struct norm feed_forward_norm;
    struct linear gate, up; /* [feed_forward][width]; gpt2 has no gate */
    struct linear down;     /* [width][feed_forward] */
    struct norm feed_forward_post_norm;
};

struct llm_weights {
    struct embedding tokens;    /* [vocabulary][width] */
    struct embedding positions; /* [context][width], gpt2 */
    const float *rope_factors;  /* [rope_size / 2], by which frequencies are divided, or NULL */
    struct llm_layer *layers;   /* [config.layers] */
    struct norm norm;
    struct linear output; /* [vocabulary][width]; the embeddings again where there is no other */
};

/* Errors of gguf_bind() and -ENOMEM. Freed by llm_weights_free(), which takes zeros. */
int llm_weights_bind(const struct gguf *gguf, const struct llm_config *config,
                     struct llm_weights *ret_weights, struct gguf_error *ret_error);
void llm_weights_free(struct llm_weights *weights);

/* The most columns of any product: what scratch for activations must hold. */
size_t llm_weights_max_cols(const struct llm_config *config);

#endif
