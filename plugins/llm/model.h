/* SPDX-License-Identifier: Apache-2.0 */
/* model.h: a loaded language model, and the context that its last stream left behind */
#ifndef LLM_MODEL_H
#define LLM_MODEL_H

#include <pthread.h>

#include "llm/settings.h"

struct llm_model {
    const struct sori_host *host;
    struct llm_settings settings;
    struct gguf *gguf;
    struct tokenizer *tokenizer;
    const struct chat_template *chat; /* NULL: none is needed */
    struct llm_config config;         /* not for LLM_TOKENS */
    struct llm_weights weights;
    struct generate_settings generate;
    size_t context;
    uint64_t parameters;

    pthread_mutex_t lock;      /* of: */
    struct llm_context *spare; /* of a stream that has ended: its beginning may serve again */
};

/* Reads the file that the settings name. Errors of load(), noted. */
int llm_model_new(const struct sori_host *host, const struct sori_setting *settings,
                  size_t n_settings, struct llm_model **ret_model);
/* NULL is fine. Returns NULL. */
struct llm_model *llm_model_free(struct llm_model *model);

/* A context for one stream, and back. -ENOMEM, -EAGAIN. */
int llm_model_lend(struct llm_model *model, struct llm_context **ret_context);
void llm_model_take_back(struct llm_model *model, struct llm_context *context);

#endif
