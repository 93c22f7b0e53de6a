/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/ring.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int ring_init(struct ring *ring, size_t n)
{
    size_t capacity = 1;

    while (capacity < n && capacity <= SIZE_MAX / 2 / sizeof(float))
        capacity *= 2;
    if (capacity < n)
        return -ENOMEM;
    *ring = (struct ring){.samples = calloc(capacity, sizeof *ring->samples), .capacity = capacity};
    return ring->samples ? 0 : -ENOMEM;
}

void ring_clear(struct ring *ring)
{
    free(ring->samples);
    ring->samples = NULL;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ring_room(struct ring *ring)
{
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

    return ring->capacity - (written - atomic_load_explicit(&ring->taken, memory_order_acquire));
}

size_t ring_write(struct ring *ring, const float *samples, size_t n)
{
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    size_t at = written & (ring->capacity - 1), first;

    n = smaller(n, ring_room(ring));
    first = smaller(n, ring->capacity - at);
    if (!n)
        return 0;
    memcpy(ring->samples + at, samples, first * sizeof *samples);
    memcpy(ring->samples, samples + first, (n - first) * sizeof *samples);
    atomic_store_explicit(&ring->written, written + n, memory_order_release);
    return n;
}

size_t ring_fill(struct ring *ring)
{
    size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);

    return atomic_load_explicit(&ring->written, memory_order_acquire) - taken;
}

size_t ring_read(struct ring *ring, float *ret_samples, size_t n)
{
    size_t taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    size_t at = taken & (ring->capacity - 1), first;

    n = smaller(n, ring_fill(ring));
    first = smaller(n, ring->capacity - at);
    if (!n)
        return 0;
    memcpy(ret_samples, ring->samples + at, first * sizeof *ret_samples);
    memcpy(ret_samples + first, ring->samples, (n - first) * sizeof *ret_samples);
    atomic_store_explicit(&ring->taken, taken + n, memory_order_release);
    return n;
}

void ring_discard(struct ring *ring)
{
    atomic_store_explicit(&ring->taken, atomic_load_explicit(&ring->written, memory_order_acquire),
                          memory_order_release);
}
