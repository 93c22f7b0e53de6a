/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/event-queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/checked.h"

static size_t names_of(const struct sori_block *block)
{
    size_t size = 0;

    for (size_t i = 0; i < block->n_events; i++)
        size += block->events[i].name ? strlen(block->events[i].name) + 1 : 0;
    return size;
}

/* The names of events that were dropped stand before all others. */
static void forget_names(struct event_queue *queue)
{
    size_t first = 0, gone;

    while (first < queue->n && queue->name_at[first] == SIZE_MAX)
        first++;
    gone = first < queue->n ? queue->name_at[first] : queue->names_size;
    if (!gone)
        return;
    memmove(queue->names, queue->names + gone, queue->names_size - gone);
    queue->names_size -= gone;
    for (size_t i = first; i < queue->n; i++)
        if (queue->name_at[i] != SIZE_MAX)
            queue->name_at[i] -= gone;
}

int event_queue_reserve(struct event_queue *queue, const struct sori_block *block)
{
    int r;

    forget_names(queue);
    r = array_reserve((void **)&queue->events, &queue->capacity, queue->n, block->n_events,
                      sizeof *queue->events);
    if (r >= 0)
        r = array_reserve((void **)&queue->name_at, &queue->name_at_capacity, queue->n,
                          block->n_events, sizeof *queue->name_at);
    if (r >= 0)
        r = array_reserve((void **)&queue->names, &queue->names_capacity, queue->names_size,
                          names_of(block), 1);
    return r;
}

void event_queue_add(struct event_queue *queue, const struct sori_event *event, uint64_t position)
{
    size_t i = queue->n++, size = event->name ? strlen(event->name) + 1 : 0;

    queue->events[i] = *event;
    queue->events[i].position = position;
    queue->events[i].name = NULL; /* the names may move until it is asked for */
    queue->name_at[i] = size ? queue->names_size : SIZE_MAX;
    if (size)
        memcpy(queue->names + queue->names_size, event->name, size);
    queue->names_size += size;
}

const struct sori_event *event_queue_at(struct event_queue *queue, size_t i)
{
    struct sori_event *event = &queue->events[i];

    event->name = queue->name_at[i] == SIZE_MAX ? NULL : queue->names + queue->name_at[i];
    return event;
}

void event_queue_drop(struct event_queue *queue, size_t n)
{
    queue->n -= n;
    if (!n || !queue->n)
        return;
    memmove(queue->events, queue->events + n, queue->n * sizeof *queue->events);
    memmove(queue->name_at, queue->name_at + n, queue->n * sizeof *queue->name_at);
}

void event_queue_give_first(struct event_queue *queue, size_t n, struct sori_block *block)
{
    for (size_t i = 0; i < n; i++)
        event_queue_at(queue, i);
    queue->given = n;
    block->events = queue->events;
    block->n_events = n;
}

void event_queue_give(struct event_queue *queue, uint64_t end, bool all, struct sori_block *block)
{
    size_t n = 0;

    while (n < queue->n && (all || queue->events[n].position < end))
        n++;
    event_queue_give_first(queue, n, block);
}

void event_queue_given(struct event_queue *queue)
{
    event_queue_drop(queue, queue->given);
    queue->given = 0;
}

void event_queue_clear(struct event_queue *queue)
{
    free(queue->events);
    free(queue->name_at);
    free(queue->names);
    *queue = (struct event_queue){0};
}
