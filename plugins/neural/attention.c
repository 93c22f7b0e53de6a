/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "neural/layers.h"

size_t attention_cache_floats(const struct attention *attention, size_t capacity)
{
    size_t rows, one, both, all, bytes;
    if (!checked_mul(attention->heads, capacity, &rows) ||
        !checked_mul(rows, attention->size, &one) || !checked_mul(one, 2, &both) ||
        !checked_add(both, capacity, &all) || !checked_mul(all, sizeof(float), &bytes))
        return 0;
    return all;
}

void attention_cache_init(const struct attention *attention, size_t capacity, float *memory,
                          struct attention_cache *ret_cache)
{
    size_t one = attention->heads * capacity * attention->size;
    *ret_cache = (struct attention_cache){
        .keys = memory,
        .values = memory + one,
        .scores = memory + 2 * one,
        .capacity = capacity,
    };
}

void attention_cache_reset(struct attention_cache *cache)
{
    cache->count = 0;
}

void attention_append(const struct attention *attention, const float *k, const float *v,
                      size_t stride, size_t n, struct attention_cache *cache)
{
    size_t size = attention->size;

    for (size_t i = 0; i < n; i++, k += stride, v += stride) {
        size_t slot = cache->count++ % cache->capacity;
        for (size_t h = 0; h < attention->heads; h++) {
            size_t place = (h * cache->capacity + slot) * size;
            memcpy(cache->keys + place, k + h * size, size * sizeof *k);
            memcpy(cache->values + place, v + h * size, size * sizeof *v);
        }
    }
}

/* softmax(scores) times the values of one head. */
static void attend(const struct attention *attention, const struct kernels *kernels,
                   const struct attention_cache *cache, size_t head, size_t n, float *ret_y)
{
    size_t size = attention->size;

    kernels->softmax(cache->scores, n, cache->scores);
    memset(ret_y, 0, size * sizeof *ret_y);
    kernels->mix(cache->scores, cache->values + head * cache->capacity * size, size, n, size,
                 ret_y);
}

static void score(const struct attention *attention, const struct kernels *kernels, const float *q,
                  struct attention_cache *cache, size_t head, size_t n)
{
    size_t size = attention->size;

    kernels->scores(q + head * size, cache->keys + head * cache->capacity * size, size, n, size,
                    cache->scores);
    for (size_t i = 0; i < n; i++)
        cache->scores[i] *= attention->scale;
}

void attention_causal(const struct attention *attention, const struct compute *compute,
                      const float *q, struct attention_cache *cache, float *ret_y)
{
    size_t n = cache->count < cache->capacity ? cache->count : cache->capacity;
    size_t last = (cache->count - 1) % cache->capacity;

    for (size_t h = 0; h < attention->heads; h++) {
        float slope = attention->slopes ? attention->slopes[h] : 0;
        score(attention, compute->kernels, q, cache, h, n);
        /* In the ring the slots after the last one hold the oldest positions. */
        for (size_t i = 0; slope != 0 && i < n; i++)
            cache->scores[i] -= slope * (float)(i <= last ? last - i : last + n - i);
        attend(attention, compute->kernels, cache, h, n, ret_y + h * attention->size);
    }
}

void attention_full(const struct attention *attention, const struct compute *compute,
                    const float *q, size_t q_stride, size_t n, size_t centre,
                    struct attention_cache *cache, float *ret_y, size_t y_stride)
{
    /* Heads outside: the keys of one head stay in the cache for all queries. */
    for (size_t h = 0; h < attention->heads; h++)
        for (size_t j = 0; j < n; j++) {
            float slope = attention->slopes ? attention->slopes[h] : 0;
            score(attention, compute->kernels, q + j * q_stride, cache, h, cache->count);
            for (size_t i = 0; slope != 0 && i < cache->count; i++)
                cache->scores[i] -= slope * (float)(i < centre ? centre - i : i - centre);
            attend(attention, compute->kernels, cache, h, cache->count,
                   ret_y + j * y_stride + h * attention->size);
        }
}
