/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/config.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

static const char *const names[] = {
    [LLM_LLAMA] = "llama",   [LLM_QWEN2] = "qwen2", [LLM_QWEN3] = "qwen3",
    [LLM_GEMMA3] = "gemma3", [LLM_GPT2] = "gpt2",
};

const char *llm_architecture_name(enum llm_architecture architecture)
{
    return names[architecture];
}

__attribute__((format(printf, 4, 5))) static int
refuse(struct gguf_error *ret_error, int error, enum gguf_rule rule, const char *format, ...)
{
    va_list args;

    *ret_error = (struct gguf_error){.rule = rule};
    va_start(args, format);
    vsnprintf(ret_error->message, sizeof ret_error->message, format, args);
    va_end(args);
    return error;
}

/* The key "ARCHITECTURE.name" of one file. */
struct reader {
    const struct gguf *gguf;
    const char *architecture;
    struct gguf_error *ret_error;
    int error; /* the first failure; later questions are not asked */
    char key[GGUF_MAX_KEY];
};

static const char *full_key(struct reader *reader, const char *name)
{
    snprintf(reader->key, sizeof reader->key, "%s.%s", reader->architecture, name);
    return reader->key;
}

static bool has(struct reader *reader, const char *name)
{
    return reader->error >= 0 && gguf_find(reader->gguf, full_key(reader, name));
}

static void read_u32(struct reader *reader, const char *name, uint32_t min, uint32_t max,
                     uint32_t *ret_value)
{
    if (reader->error >= 0)
        reader->error = gguf_get_u32(reader->gguf, full_key(reader, name), min, max, ret_value,
                                     reader->ret_error);
}

/* Where the key is missing, *ret_value stays. */
static void read_optional_u32(struct reader *reader, const char *name, uint32_t min, uint32_t max,
                              uint32_t *ret_value)
{
    if (has(reader, name))
        read_u32(reader, name, min, max, ret_value);
}

static void read_f32(struct reader *reader, const char *name, float min, float max,
                     float *ret_value)
{
    if (reader->error >= 0)
        reader->error = gguf_get_f32(reader->gguf, full_key(reader, name), min, max, ret_value,
                                     reader->ret_error);
}

static void read_optional_f32(struct reader *reader, const char *name, float min, float max,
                              float *ret_value)
{
    if (has(reader, name))
        read_f32(reader, name, min, max, ret_value);
}

__attribute__((format(printf, 4, 5))) static void demand(struct reader *reader, bool holds,
                                                         int error, const char *format, ...)
{
    va_list args;

    if (reader->error < 0 || holds)
        return;
    *reader->ret_error = (struct gguf_error){.rule = GGUF_OUT_OF_RANGE};
    va_start(args, format);
    vsnprintf(reader->ret_error->message, sizeof reader->ret_error->message, format, args);
    va_end(args);
    reader->error = error;
}

static int find_architecture(const struct gguf *gguf, enum llm_architecture *ret_architecture,
                             struct gguf_error *ret_error)
{
    struct sori_span name;
    int r = gguf_get_string(gguf, "general.architecture", &name, ret_error);

    if (r < 0)
        return r;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.size == strlen(names[i]) && !memcmp(name.data, names[i], name.size)) {
            *ret_architecture = (enum llm_architecture)i;
            return 0;
        }
    return refuse(ret_error, -ENOTSUP, GGUF_OUT_OF_RANGE,
                  "models of architecture '%.*s' are not supported (supported: llama, qwen2, "
                  "qwen3, gemma3, gpt2)",
                  name.size < 64 ? (int)name.size : 64, (const char *)name.data);
}

static void read_sizes(struct reader *reader, struct llm_config *config)
{
    uint32_t value_size;

    read_u32(reader, "block_count", 1, LLM_MAX_LAYERS, &config->layers);
    read_u32(reader, "embedding_length", 2, LLM_MAX_WIDTH, &config->width);
    read_u32(reader, "feed_forward_length", 1, LLM_MAX_FEED_FORWARD, &config->feed_forward);
    read_u32(reader, "context_length", 1, LLM_MAX_CONTEXT, &config->context);
    read_u32(reader, "attention.head_count", 1, LLM_MAX_HEADS, &config->heads);
    if (reader->error < 0)
        return;
    config->kv_heads = config->heads;
    read_optional_u32(reader, "attention.head_count_kv", 1, config->heads, &config->kv_heads);
    demand(reader, reader->error < 0 || config->heads % config->kv_heads == 0, -EBADMSG,
           "%u attention heads cannot share %u heads of keys", config->heads, config->kv_heads);
    config->head_size = config->width / config->heads;
    if (!has(reader, "attention.key_length"))
        demand(reader, config->width % config->heads == 0, -EBADMSG,
               "a width of %u does not split into %u heads", config->width, config->heads);
    read_optional_u32(reader, "attention.key_length", 2, LLM_MAX_HEAD_SIZE, &config->head_size);
    value_size = config->head_size;
    read_optional_u32(reader, "attention.value_length", 1, UINT32_MAX, &value_size);
    demand(reader, value_size == config->head_size, -ENOTSUP,
           "keys of %u and values of %u numbers are not supported: they must be equal",
           config->head_size, value_size);
    demand(reader,
           config->head_size >= 2 && config->head_size % 2 == 0 &&
               config->head_size <= LLM_MAX_HEAD_SIZE,
           -ERANGE, "heads of %u numbers are not supported: an even number, 2 to %u",
           config->head_size, LLM_MAX_HEAD_SIZE);
}

/* Layers of experts, of which a router picks a few. */
static void refuse_experts(struct reader *reader)
{
    uint32_t experts = 0;

    read_optional_u32(reader, "expert_count", 0, UINT32_MAX, &experts);
    demand(reader, !experts, -ENOTSUP, "mixtures of experts (%u here) are not supported", experts);
}

/* Linear scaling: positions are divided by a factor. */
static void read_rope_scaling(struct reader *reader, struct llm_config *config)
{
    struct sori_span type = {(const unsigned char *)"linear", 6};
    float factor = 1;

    if (has(reader, "rope.scaling.type"))
        reader->error = gguf_get_string(reader->gguf, full_key(reader, "rope.scaling.type"), &type,
                                        reader->ret_error);
    if (reader->error >= 0 && type.size == 4 && !memcmp(type.data, "none", 4))
        return;
    demand(reader, type.size == 6 && !memcmp(type.data, "linear", 6), -ENOTSUP,
           "rotary positions with scaling '%.*s' are not supported (supported: none, linear)",
           type.size < 32 ? (int)type.size : 32, (const char *)type.data);
    read_optional_f32(reader, "rope.scale_linear", 0, 1e6f, &factor);
    read_optional_f32(reader, "rope.scaling.factor", 0, 1e6f, &factor);
    config->rope_scale = factor > 0 ? 1 / factor : 1;
}

static void read_rope(struct reader *reader, struct llm_config *config)
{
    config->rope_base = 10000;
    config->rope_scale = 1;
    config->rope_size = config->head_size;
    config->rope_halves = config->architecture != LLM_LLAMA;
    read_optional_f32(reader, "rope.freq_base", 1, 1e12f, &config->rope_base);
    read_optional_u32(reader, "rope.dimension_count", 2, config->head_size, &config->rope_size);
    demand(reader, config->rope_size % 2 == 0, -EBADMSG, "an odd number of rotated values (%u)",
           config->rope_size);
    read_rope_scaling(reader, config);
    config->rope_base_local = config->rope_base;
}

static void read_gemma3(struct reader *reader, struct llm_config *config)
{
    enum { LAYERS_27B = 62 };

    config->window_period = 6;
    config->rope_base_local = 10000;
    config->embedding_scale = sqrtf((float)config->width);
    read_optional_u32(reader, "attention.sliding_window", 1, LLM_MAX_CONTEXT, &config->window);
    read_optional_u32(reader, "attention.sliding_window_pattern", 1, LLM_MAX_LAYERS,
                      &config->window_period);
    read_optional_f32(reader, "rope.freq_base_swa", 1, 1e12f, &config->rope_base_local);
    read_optional_f32(reader, "final_logit_softcapping", 0, 1e6f, &config->logit_cap);
    /* The largest of the family scales as if its heads split the width. */
    if (config->layers == LAYERS_27B)
        config->attention_scale = 1 / sqrtf((float)config->width / (float)config->heads);
}

static void read_family(struct reader *reader, struct llm_config *config)
{
    bool layer_norm = config->architecture == LLM_GPT2;

    read_f32(reader,
             layer_norm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon", 0,
             0.1f, &config->epsilon);
    config->attention_scale = 1 / sqrtf((float)config->head_size);
    config->embedding_scale = 1;
    if (config->architecture == LLM_GPT2) {
        demand(reader, config->kv_heads == config->heads, -ENOTSUP,
               "gpt2 with shared keys is not supported");
        return;
    }
    read_rope(reader, config);
    if (config->architecture == LLM_GEMMA3)
        read_gemma3(reader, config);
}

/* The vocabulary is as long as the table of embeddings; the tokenizer must agree. */
static int read_vocabulary(const struct gguf *gguf, struct llm_config *config,
                           struct gguf_error *ret_error)
{
    const struct tensor *table = gguf_find_tensor(gguf, "token_embd.weight");

    if (!table)
        return refuse(ret_error, -ENOENT, GGUF_NO_TENSOR, "tensor 'token_embd.weight' is missing");
    if (table->ne[1] < 2 || table->ne[1] > LLM_MAX_VOCABULARY)
        return refuse(ret_error, -ERANGE, GGUF_WRONG_SHAPE,
                      "a vocabulary of %zu tokens is not supported: 2 to %u", table->ne[1],
                      LLM_MAX_VOCABULARY);
    config->vocabulary = (uint32_t)table->ne[1];
    return 0;
}

int llm_config_read(const struct gguf *gguf, struct llm_config *ret_config,
                    struct gguf_error *ret_error)
{
    struct gguf_error unused;
    struct llm_config config = {0};
    struct reader reader = {.gguf = gguf, .ret_error = ret_error ? ret_error : &unused};

    reader.error = find_architecture(gguf, &config.architecture, reader.ret_error);
    if (reader.error < 0)
        return reader.error;
    reader.architecture = names[config.architecture];
    read_sizes(&reader, &config);
    refuse_experts(&reader);
    if (reader.error >= 0)
        read_family(&reader, &config);
    if (reader.error >= 0)
        reader.error = read_vocabulary(gguf, &config, reader.ret_error);
    if (reader.error < 0)
        return reader.error;
    *ret_config = config;
    return 0;
}
