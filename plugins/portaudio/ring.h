/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h: samples from one thread to another without locks
 *
 * One producer calls ring_write() and ring_room(), one consumer ring_read(), ring_fill() and
 * ring_discard(); neither ever waits. Both counters only grow (and wrap with size_t, whose range
 * the capacity, a power of two, divides): each is written by one side, with release, after the
 * samples were copied, and read by the other with acquire.
 */
#ifndef PORTAUDIO_RING_H
#define PORTAUDIO_RING_H

#include <stdatomic.h>
#include <stddef.h>

struct ring {
    float *samples;
    size_t capacity;
    /* Apart, so that the two sides do not fight for one cache line. */
    _Alignas(64) atomic_size_t written;
    _Alignas(64) atomic_size_t taken;
};

/* Room for at least `n` samples, n > 0. 0 or -ENOMEM. */
int ring_init(struct ring *ring, size_t n);
void ring_clear(struct ring *ring);

/* How many samples fit; writes as many as fit and returns how many. */
size_t ring_room(struct ring *ring);
size_t ring_write(struct ring *ring, const float *samples, size_t n);

/* How many samples are there; takes up to n of them and returns how many. */
size_t ring_fill(struct ring *ring);
size_t ring_read(struct ring *ring, float *ret_samples, size_t n);
/* Takes all that is there and forgets it. */
void ring_discard(struct ring *ring);

#endif
