/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

int bench_read(const char *text, size_t size, size_t context, struct bench_request *ret_request)
{
    char line[64], *end;
    unsigned long prompt, generate;

    if (size >= sizeof line)
        return -EINVAL;
    memcpy(line, text, size);
    line[size] = '\0';
    prompt = strtoul(line, &end, 10);
    if (end == line || *end != ' ')
        return -EINVAL;
    text = end;
    generate = strtoul(text, &end, 10);
    if (end == text || (*end && *end != '\n') || !prompt || prompt > context ||
        generate > context - prompt)
        return -EINVAL;
    *ret_request = (struct bench_request){prompt, generate};
    return 0;
}

static int finish(struct llm_context *context, const atomic_bool *cancelled)
{
    int r = 0;
    while (!r)
        r = llm_context_advance(context, cancelled);
    return r;
}

/* Ids that are spread over the vocabulary. */
static uint32_t some_id(const struct llm_context *context, size_t i)
{
    return (uint32_t)((i + 1) * 7919 % context->state->config->vocabulary);
}

static uint32_t best_id(const float *logits, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (logits[i] > logits[best])
            best = i;
    return (uint32_t)best;
}

int bench_run(struct llm_context *context, const struct bench_request *request,
              const atomic_bool *cancelled, char ret_line[BENCH_LINE])
{
    double start = clock_seconds(CLOCK_MONOTONIC), middle;
    int r;

    llm_rewind(context->state, 0);
    context->count = 0;
    for (size_t i = 0; i < request->prompt; i++) {
        uint32_t id = some_id(context, i);
        llm_context_append(context, &id, 1);
    }
    r = finish(context, cancelled);
    middle = clock_seconds(CLOCK_MONOTONIC);
    for (size_t i = 0; i < request->generate && r >= 0; i++) {
        uint32_t id = best_id(llm_context_logits(context), context->state->config->vocabulary);
        llm_context_append(context, &id, 1);
        r = finish(context, cancelled);
    }
    if (r < 0)
        return r;
    snprintf(ret_line, BENCH_LINE,
             "{\"prompt_tokens\":%zu,\"prompt_seconds\":%.6f,\"generated_tokens\":%zu,"
             "\"generate_seconds\":%.6f}\n",
             request->prompt, middle - start, request->generate,
             clock_seconds(CLOCK_MONOTONIC) - middle);
    return 0;
}
