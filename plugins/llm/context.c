/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(context, struct llm_context *, llm_context_free)

int llm_context_new(const struct llm_config *config, const struct llm_weights *weights,
                    const struct kernels *kernels, size_t threads, size_t size,
                    struct llm_context **ret_context)
{
    _cleanup_(cleanup_context) struct llm_context *context = calloc(1, sizeof *context);
    int r;

    if (!context)
        return -ENOMEM;
    context->ids = calloc(size, sizeof *context->ids);
    if (!context->ids)
        return -ENOMEM;
    r = threads_new(threads, &context->threads);
    if (r >= 0)
        r = llm_state_new(config, weights, kernels, context->threads, size, &context->state);
    if (r < 0)
        return r;
    *ret_context = steal(context);
    return 0;
}

struct llm_context *llm_context_free(struct llm_context *context)
{
    if (!context)
        return NULL;
    llm_state_free(context->state);
    threads_free(context->threads);
    free(context->ids);
    free(context);
    return NULL;
}

void llm_context_set(struct llm_context *context, const uint32_t *ids, size_t n)
{
    size_t same = 0;

    /* The last one is computed again in any case: its logits are asked for. */
    while (same < context->state->count && same + 1 < n && context->ids[same] == ids[same])
        same++;
    llm_rewind(context->state, same);
    memmove(context->ids, ids, n * sizeof *ids);
    context->count = n;
}

void llm_context_append(struct llm_context *context, const uint32_t *ids, size_t n)
{
    memcpy(context->ids + context->count, ids, n * sizeof *ids);
    context->count += n;
}

int llm_context_advance(struct llm_context *context, const atomic_bool *cancelled)
{
    struct llm_state *state = context->state;
    size_t n = context->count - state->count;
    int r;

    if (!n)
        return 1;
    n = n < LLM_BLOCK ? n : LLM_BLOCK;
    r = llm_decode(state, context->ids + state->count, n, cancelled);
    if (r < 0)
        return r;
    if (state->count < context->count)
        return 0;
    llm_logits(state, n - 1);
    return 1;
}

float *llm_context_logits(struct llm_context *context)
{
    return context->state->logits;
}
