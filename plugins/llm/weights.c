/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/weights.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"

/* What all binding functions need; `error` is the first failure and stops the rest. */
struct binder {
    const struct gguf *gguf;
    const struct llm_config *config;
    struct gguf_error *ret_error;
    int error;
    uint32_t layer;
    char name[GGUF_MAX_NAME + 1];
};

/* "blk.LAYER.part" */
static const char *layer_name(struct binder *binder, const char *part)
{
    snprintf(binder->name, sizeof binder->name, "blk.%u.%s", binder->layer, part);
    return binder->name;
}

static bool has_bias(const struct binder *binder, const char *name)
{
    char full[GGUF_MAX_NAME + 8];
    snprintf(full, sizeof full, "%s.bias", name);
    return gguf_find_tensor(binder->gguf, full) != NULL;
}

/* Biases are optional in files of most families; where they are a part of it, `must`. */
static void bind_linear(struct binder *binder, struct linear *linear, size_t rows, size_t cols,
                        const char *name, bool must)
{
    unsigned flags;

    if (binder->error < 0)
        return;
    flags = must || has_bias(binder, name) ? LINEAR_BIAS : 0;
    binder->error = linear_bind(binder->gguf, name, rows, cols, flags, linear, binder->ret_error);
}

static void bind_norm(struct binder *binder, struct norm *norm, size_t width, const char *name)
{
    const struct llm_config *config = binder->config;

    if (binder->error < 0)
        return;
    if (config->architecture == LLM_GPT2)
        binder->error =
            layer_norm_bind(binder->gguf, name, width, config->epsilon, norm, binder->ret_error);
    else
        binder->error =
            rms_norm_bind(binder->gguf, name, width, config->epsilon, norm, binder->ret_error);
}

static void bind_attention(struct binder *binder, struct llm_layer *layer)
{
    const struct llm_config *config = binder->config;
    size_t width = config->width, q = llm_q_width(config), kv = llm_kv_width(config);
    bool gpt2 = config->architecture == LLM_GPT2, bias = config->architecture == LLM_QWEN2;

    bind_norm(binder, &layer->attention_norm, width, layer_name(binder, "attn_norm"));
    if (gpt2) {
        bind_linear(binder, &layer->qkv, q + 2 * kv, width, layer_name(binder, "attn_qkv"), true);
    } else {
        bind_linear(binder, &layer->q, q, width, layer_name(binder, "attn_q"), bias);
        bind_linear(binder, &layer->k, kv, width, layer_name(binder, "attn_k"), bias);
        bind_linear(binder, &layer->v, kv, width, layer_name(binder, "attn_v"), bias);
    }
    bind_linear(binder, &layer->out, width, q, layer_name(binder, "attn_output"), gpt2);
    if (config->architecture == LLM_QWEN3 || config->architecture == LLM_GEMMA3) {
        bind_norm(binder, &layer->q_norm, config->head_size, layer_name(binder, "attn_q_norm"));
        bind_norm(binder, &layer->k_norm, config->head_size, layer_name(binder, "attn_k_norm"));
    }
}

static void bind_feed_forward(struct binder *binder, struct llm_layer *layer)
{
    const struct llm_config *config = binder->config;
    size_t width = config->width, inner = config->feed_forward;
    bool gpt2 = config->architecture == LLM_GPT2;

    bind_norm(binder, &layer->feed_forward_norm, width, layer_name(binder, "ffn_norm"));
    if (!gpt2)
        bind_linear(binder, &layer->gate, inner, width, layer_name(binder, "ffn_gate"), false);
    bind_linear(binder, &layer->up, inner, width, layer_name(binder, "ffn_up"), gpt2);
    bind_linear(binder, &layer->down, width, inner, layer_name(binder, "ffn_down"), gpt2);
}

static void bind_layer(struct binder *binder, struct llm_layer *layer)
{
    const struct llm_config *config = binder->config;

    bind_attention(binder, layer);
    bind_feed_forward(binder, layer);
    if (config->architecture == LLM_GEMMA3) {
        bind_norm(binder, &layer->attention_post_norm, config->width,
                  layer_name(binder, "post_attention_norm"));
        bind_norm(binder, &layer->feed_forward_post_norm, config->width,
                  layer_name(binder, "post_ffw_norm"));
    }
}

/* Llama 3 divides each frequency by a factor of its own; a factor must divide. */
static void bind_rope_factors(struct binder *binder, struct llm_weights *weights)
{
    size_t pairs = binder->config->rope_size / 2;
    struct tensor tensor;

    if (binder->error < 0 || !pairs || !gguf_find_tensor(binder->gguf, "rope_freqs.weight"))
        return;
    binder->error = gguf_bind(binder->gguf, "rope_freqs.weight", TENSOR_SET(TENSOR_F32),
                              GGUF_SHAPE(pairs), &tensor, binder->ret_error);
    if (binder->error < 0)
        return;
    weights->rope_factors = tensor.data;
    for (size_t i = 0; i < pairs; i++)
        if (!(weights->rope_factors[i] > 1e-6f && weights->rope_factors[i] < 1e6f)) {
            *binder->ret_error = (struct gguf_error){.rule = GGUF_OUT_OF_RANGE};
            snprintf(binder->ret_error->message, sizeof binder->ret_error->message,
                     "tensor 'rope_freqs.weight' has no factor at place %zu", i);
            binder->error = -EBADMSG;
            return;
        }
}

static void bind_ends(struct binder *binder, struct llm_weights *weights)
{
    const struct llm_config *config = binder->config;
    bool tied = !gguf_find_tensor(binder->gguf, "output.weight");

    if (binder->error >= 0)
        binder->error = embedding_bind(binder->gguf, "token_embd", config->vocabulary,
                                       config->width, &weights->tokens, binder->ret_error);
    if (binder->error >= 0 && config->architecture == LLM_GPT2)
        binder->error = embedding_bind(binder->gguf, "position_embd", config->context,
                                       config->width, &weights->positions, binder->ret_error);
    bind_rope_factors(binder, weights);
    bind_norm(binder, &weights->norm, config->width, "output_norm");
    bind_linear(binder, &weights->output, config->vocabulary, config->width,
                tied ? "token_embd" : "output", false);
}

int llm_weights_bind(const struct gguf *gguf, const struct llm_config *config,
                     struct llm_weights *ret_weights, struct gguf_error *ret_error)
{
    struct gguf_error unused;
    struct llm_weights weights = {.layers = calloc(config->layers, sizeof *weights.layers)};
    struct binder binder = {
        .gguf = gguf, .config = config, .ret_error = ret_error ? ret_error : &unused};

    if (!weights.layers) {
        *binder.ret_error = (struct gguf_error){.rule = GGUF_NO_MEMORY, .message = "out of memory"};
        return -ENOMEM;
    }
    bind_ends(&binder, &weights);
    for (binder.layer = 0; binder.layer < config->layers; binder.layer++)
        bind_layer(&binder, &weights.layers[binder.layer]);
    if (binder.error < 0) {
        llm_weights_free(&weights);
        return binder.error;
    }
    *ret_weights = weights;
    return 0;
}

void llm_weights_free(struct llm_weights *weights)
{
    free(weights->layers); /* the layers borrow all they have */
    *weights = (struct llm_weights){0};
}

size_t llm_weights_max_cols(const struct llm_config *config)
{
    size_t cols = config->width;

    if (llm_q_width(config) > cols)
        cols = llm_q_width(config);
    return config->feed_forward > cols ? config->feed_forward : cols;
}
