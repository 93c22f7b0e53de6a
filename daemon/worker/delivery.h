/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery.h: the last hand on a voice's samples: volume, the silence that a text asks for, and the
 * sound that tells a capital letter
 *
 * The silence of SORI_EVENT_PAUSE comes when the utterance ends, the sound where the mark "capital"
 * lies; events behind them move.
 */
#ifndef WORKER_DELIVERY_H
#define WORKER_DELIVERY_H

#include <stdbool.h>

#include <sori/types.h>

struct delivery {
    int (*write)(void *opaque, const struct sori_block *block); /* as in struct speech */
    void *opaque;
    unsigned sample_rate;
    double volume; /* of the request */
    bool icons;    /* capital letters are told by a sound */
    float prosody; /* factor on it, of the last prosody event */

    uint64_t position; /* of the next sample that the chain gives */
    uint64_t shift;    /* samples of silence and icons so far */
    uint64_t pause_ms; /* wanted at the end of the utterance */
    float *samples;
    size_t capacity;
    struct sori_event *events;
    size_t events_capacity;
};

/* Forgets the run before; keeps its memory. */
void delivery_begin(struct delivery *delivery, unsigned sample_rate, double volume, bool icons,
                    int (*write)(void *opaque, const struct sori_block *block), void *opaque);
/* Hands a block on. 0, or negative with fail_message(). */
int delivery_block(struct delivery *delivery, const struct sori_block *block);
/* After the last block: silence that is still owed. */
int delivery_end(struct delivery *delivery);
void delivery_clear(struct delivery *delivery);

#endif
