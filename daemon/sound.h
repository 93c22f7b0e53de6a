/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sound.h: samples of a request that were made and are not over yet, with their events
 *
 * A ring of fixed size: positions count samples from the start of the request. The loudspeaker and
 * the front end take from it at their own pace; what both are through with is let go.
 */
#ifndef DAEMON_SOUND_H
#define DAEMON_SOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "daemon/request.h"

struct sound_event {
    struct request_event event; /* event.name is NULL; see `name` */
    char name[MARK_MAX_NAME + 1];
};

struct sound {
    int16_t *ring; /* SOUND_BUFFER_SAMPLES; NULL: none yet */
    uint64_t start, end;
    struct sound_event *events; /* a ring of SOUND_BUFFER_EVENTS */
    size_t first_event, n_events;
};

/* 0 or -ENOMEM. */
int sound_init(struct sound *sound);
void sound_clear(struct sound *sound);

size_t sound_room(const struct sound *sound);
/* The caller has made sure of the room. `samples` need not be aligned. */
void sound_add(struct sound *sound, const void *samples, size_t count);
/* -ENOBUFS when there are too many. The name is copied. */
int sound_add_event(struct sound *sound, const struct request_event *event, const char *name,
                    size_t name_size);

/* Samples from `position` on that lie in one piece: how many, and where. */
size_t sound_at(const struct sound *sound, uint64_t position, const int16_t **ret_samples);
/* Lets go of everything before `position`. */
void sound_release(struct sound *sound, uint64_t position);

/* The oldest event, or NULL. sound_pop_event() takes it out. */
const struct sound_event *sound_event(const struct sound *sound);
void sound_pop_event(struct sound *sound);

#endif
