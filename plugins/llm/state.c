/* SPDX-License-Identifier: Apache-2.0 */
#include "llm/state.h"

#include <errno.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "neural/arena.h"

DEFINE_CLEANUP(state, struct llm_state *, llm_state_free)

/* The sizes are within the limits: nothing here overflows. */
static void lay_out(void *opaque, struct arena *arena)
{
    struct llm_state *state = opaque;
    const struct llm_config *config = state->config;
    size_t q = llm_q_width(config), kv = llm_kv_width(config);

    state->x = arena_take(arena, (size_t)LLM_BLOCK * config->width);
    state->h = arena_take(arena, (size_t)LLM_BLOCK * config->width);
    state->q = arena_take(arena, LLM_BLOCK * (q + 2 * kv));
    state->attended = arena_take(arena, LLM_BLOCK * q);
    state->gate = arena_take(arena, (size_t)LLM_BLOCK * config->feed_forward);
    state->up = arena_take(arena, (size_t)LLM_BLOCK * config->feed_forward);
    state->turns[0] = arena_take(arena, (size_t)LLM_BLOCK * config->rope_size);
    state->turns[1] = arena_take(arena, (size_t)LLM_BLOCK * config->rope_size);
    state->logits = arena_take(arena, config->vocabulary);
}

/* The cache is left to calloc(): the system gives its pages as they are written. */
static int allocate_cache(struct llm_state *state)
{
    size_t values;

    if (!checked_mul(state->config->layers * llm_kv_width(state->config), state->context, &values))
        return -ENOMEM;
    state->keys = calloc(values, sizeof *state->keys);
    state->values = calloc(values, sizeof *state->values);
    return state->keys && state->values ? 0 : -ENOMEM;
}

int llm_state_new(const struct llm_config *config, const struct llm_weights *weights,
                  const struct kernels *kernels, struct threads *threads, size_t context,
                  struct llm_state **ret_state)
{
    _cleanup_(cleanup_state) struct llm_state *state = calloc(1, sizeof *state);
    size_t blocks = (llm_weights_max_cols(config) + TENSOR_BLOCK - 1) / TENSOR_BLOCK;
    int r;

    if (!state)
        return -ENOMEM;
    state->config = config;
    state->weights = weights;
    state->context = context;
    r = compute_init(kernels, threads, 2 * LLM_BLOCK * blocks, &state->compute);
    if (r >= 0)
        r = allocate_cache(state);
    if (r >= 0)
        r = arena_lay_out(lay_out, state, &state->memory);
    if (r < 0)
        return r;
    state->k = state->q + llm_q_width(config);
    state->v = state->k + llm_kv_width(config);
    *ret_state = steal(state);
    return 0;
}

struct llm_state *llm_state_free(struct llm_state *state)
{
    if (!state)
        return NULL;
    compute_free(&state->compute);
    free(state->keys);
    free(state->values);
    free(state->memory);
    free(state);
    return NULL;
}

void llm_rewind(struct llm_state *state, size_t count)
{
    if (count < state->count)
        state->count = count;
}
