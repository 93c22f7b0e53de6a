/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h: what a manifest or a command line says about the language model
 *
 *     model=FILE          GGUF; needed
 *     threads=N           1..64 [what the host lends]
 *     context=N           positions, 64..the model's own [2048 or the model's own]
 *     prompt=chat|raw     an answer to what is said, or its continuation [chat]
 *     template=NAME       a family of chat templates [as the file says]
 *     system=TEXT         the system message [one that asks for plain, short speech]; empty: the
 *                         template's own
 *     max-tokens=N        of an answer, 1..65536 [256]
 *     stop=TEXT           ends an answer; may come up to 8 times
 *     ignore-end=0|1      goes on when the model is done [0]
 *     temperature=X top-k=N top-p=X min-p=X repeat-penalty=X repeat-last=N   (sampler.h)
 *     task=generate|tokens|bench   [generate]; tokens: the ids of the text, as text; bench: see
 *                         bench.h
 */
#ifndef LLM_SETTINGS_H
#define LLM_SETTINGS_H

#include <sori/host.h>

#include "llm/generate.h"

enum llm_task {
    LLM_GENERATE = 0,
    LLM_TOKENS = 1,
    LLM_BENCH = 2,
};

struct llm_settings {
    char *model; /* owned, like all strings here */
    char *template_name;
    char *system;
    char *stops[WRITTEN_MAX_STOPS / 2];
    size_t n_stops;
    uint32_t threads; /* 0: the host's */
    uint32_t context; /* 0: the default */
    uint32_t max_tokens, ignore_end;
    uint32_t raw;
    enum llm_task task;
    struct sampler_settings sampler;
};

/* Values within their ranges, or -EINVAL, -ENOMEM, with the message noted. */
int llm_settings_read(const struct sori_host *host, const struct sori_setting *settings,
                      size_t n_settings, struct llm_settings *ret_settings);
void llm_settings_free(struct llm_settings *settings);

#endif
