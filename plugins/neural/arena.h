/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h: the scratch memory of a stream in one piece
 *
 * One function of the model takes all that a stream needs, array after array. It runs twice: first
 * without memory, to count, then to give out. So no size is written down in two places, and a step
 * finds everything close together.
 */
#ifndef NEURAL_ARENA_H
#define NEURAL_ARENA_H

#include <errno.h>
#include <stdint.h>

#include "base/checked.h"

struct arena {
    float *memory; /* NULL: only count */
    size_t used;
};

/* `count` zeroed floats from a cache line on; NULL while counting. */
static inline float *arena_take(struct arena *arena, size_t count)
{
    size_t at = arena->used;

    arena->used += (count + 15) & ~(size_t)15; /* whole cache lines */
    return arena->memory ? arena->memory + at : NULL;
}

/* Likewise `count` bytes. */
static inline int8_t *arena_take_bytes(struct arena *arena, size_t count)
{
    return (int8_t *)arena_take(arena, (count + sizeof(float) - 1) / sizeof(float));
}

/*
 * Lays out `state`. The caller bounds the sizes (limits.h), so that their sum cannot wrap. 0 with
 * memory to be freed with free(), or -ENOMEM.
 */
static inline int arena_lay_out(void (*lay_out)(void *state, struct arena *arena), void *state,
                                float **ret_memory)
{
    struct arena arena = {0};

    lay_out(state, &arena);
    arena.memory = aligned_calloc(arena.used, sizeof *arena.memory);
    if (!arena.memory)
        return -ENOMEM;
    arena.used = 0;
    lay_out(state, &arena);
    *ret_memory = arena.memory;
    return 0;
}

#endif
