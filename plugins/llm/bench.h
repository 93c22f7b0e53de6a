/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench.h: how fast a model reads and writes
 *
 * The text of the request is "PROMPT GENERATE", two numbers of tokens. The answer is one line of
 * JSON: {"prompt_tokens":P,"prompt_seconds":S,"generated_tokens":G,"generate_seconds":S}. Prompt
 * tokens are arbitrary and nothing is kept from earlier runs; times include the logits.
 */
#ifndef LLM_BENCH_H
#define LLM_BENCH_H

#include "llm/context.h"

enum { BENCH_LINE = 256 };

struct bench_request {
    size_t prompt, generate; /* tokens; 1.., 0.. */
};

/* -EINVAL: not two numbers, or more together than the context holds. */
int bench_read(const char *text, size_t size, size_t context, struct bench_request *ret_request);

/* -ECANCELED. */
int bench_run(struct llm_context *context, const struct bench_request *request,
              const atomic_bool *cancelled, char ret_line[BENCH_LINE]);

#endif
