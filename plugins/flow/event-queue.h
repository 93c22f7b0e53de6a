/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event-queue.h: events that wait for the item that they belong to
 *
 * A stage gets events with its input and hands each on with the output that it belongs to, often
 * some blocks later. The queue keeps them, with their names, in the order of their positions.
 * Memory is taken in event_queue_reserve() alone, for feed(); everything else may be called from
 * drain(). Starts zeroed. One thread at a time.
 */
#ifndef FLOW_EVENT_QUEUE_H
#define FLOW_EVENT_QUEUE_H

#include <stdbool.h>

#include <sori/types.h>

struct event_queue {
    struct sori_event *events; /* names are NULL until they are asked for */
    size_t n, capacity;
    size_t given;    /* of the first, by event_queue_give() */
    size_t *name_at; /* of each event in names, SIZE_MAX for none */
    size_t name_at_capacity;
    char *names; /* each ended by 0 */
    size_t names_size, names_capacity;
};

/* Makes room for the events of a block and their names. 0 or -ENOMEM; then nothing has changed. */
int event_queue_reserve(struct event_queue *queue, const struct sori_block *block);

/* Appends a copy of an event of that block, at a position in the stage's output. */
void event_queue_add(struct event_queue *queue, const struct sori_event *event, uint64_t position);

/* Event i < n, with its name. Valid until the next event_queue_reserve() or _drop(). */
const struct sori_event *event_queue_at(struct event_queue *queue, size_t i);

/* Forgets the first n. */
void event_queue_drop(struct event_queue *queue, size_t n);

/*
 * Hands out the first n, or the events before position `end`, or all of them, as those of the
 * block, which is the next output. event_queue_given() forgets them, when the stage is called
 * again.
 */
void event_queue_give_first(struct event_queue *queue, size_t n, struct sori_block *block);
void event_queue_give(struct event_queue *queue, uint64_t end, bool all, struct sori_block *block);
void event_queue_given(struct event_queue *queue);

void event_queue_clear(struct event_queue *queue);

#endif
