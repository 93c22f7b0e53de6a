/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h: what a weights file says about the shape of its language model
 *
 * Five families of decoder-only Transformers, told apart by `general.architecture`:
 *
 *     llama   Llama 1-3, SmolLM, Mistral, TinyLlama: RMS norm, rotary pairs, SwiGLU
 *     qwen2   with biases on q, k and v, and rotary halves (NeoX)
 *     qwen3   q and k normalised head by head instead
 *     gemma3  four norms a layer, most layers with a sliding window, GeGLU, scaled embeddings
 *     gpt2    layer norm, learned positions, biases everywhere, GELU
 */
#ifndef LLM_CONFIG_H
#define LLM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "neural/gguf.h"

enum llm_architecture {
    LLM_LLAMA = 0,
    LLM_QWEN2 = 1,
    LLM_QWEN3 = 2,
    LLM_GEMMA3 = 3,
    LLM_GPT2 = 4,
};

struct llm_config {
    enum llm_architecture architecture;
    uint32_t layers;
    uint32_t width;
    uint32_t heads;     /* of the queries */
    uint32_t kv_heads;  /* divides heads: that many share keys and values */
    uint32_t head_size; /* even */
    uint32_t feed_forward;
    uint32_t context; /* positions that the model was trained on */
    uint32_t vocabulary;

    float epsilon;         /* of the norms */
    float attention_scale; /* of q . k */
    float embedding_scale;
    float logit_cap; /* logits become cap tanh(x / cap); 0: no cap */

    uint32_t rope_size; /* rotated values of each head, even, <= head_size; 0: learned positions */
    bool rope_halves;   /* pairs are (i, i + rope_size / 2), not (2 i, 2 i + 1) */
    float rope_base, rope_scale; /* angle = rope_scale position base^(-2 i / rope_size) */
    float rope_base_local;       /* of layers with a window, which have scale 1 */

    uint32_t window;        /* positions that a local layer sees, its own included; 0: no limit */
    uint32_t window_period; /* every so many layers, the last one is not local */
};

/*
 * Reads and checks all numbers, each within the ceilings of base/limits.h. -ENOTSUP: another
 * architecture, or a feature that is not there (experts, YaRN); the message names it and lists what
 * is. -ENOENT, -EBADMSG, -ERANGE as gguf.h.
 */
int llm_config_read(const struct gguf *gguf, struct llm_config *ret_config,
                    struct gguf_error *ret_error);

const char *llm_architecture_name(enum llm_architecture architecture);

/* Whether the layer sees only the window. */
static inline bool llm_is_local(const struct llm_config *config, uint32_t layer)
{
    return config->window && layer % config->window_period != config->window_period - 1;
}

/* Width of all keys, or of all values, of one position and layer. */
static inline size_t llm_kv_width(const struct llm_config *config)
{
    return (size_t)config->kv_heads * config->head_size;
}

static inline size_t llm_q_width(const struct llm_config *config)
{
    return (size_t)config->heads * config->head_size;
}

#endif
