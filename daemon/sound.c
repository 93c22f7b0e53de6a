/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sound.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int sound_init(struct sound *sound)
{
    *sound = (struct sound){0};
    sound->ring = calloc(SOUND_BUFFER_SAMPLES, sizeof *sound->ring);
    sound->events = calloc(SOUND_BUFFER_EVENTS, sizeof *sound->events);
    if (sound->ring && sound->events)
        return 0;
    sound_clear(sound);
    return -ENOMEM;
}

void sound_clear(struct sound *sound)
{
    free(sound->ring);
    free(sound->events);
    *sound = (struct sound){0};
}

size_t sound_room(const struct sound *sound)
{
    return sound->ring ? SOUND_BUFFER_SAMPLES - (size_t)(sound->end - sound->start) : 0;
}

void sound_add(struct sound *sound, const void *samples, size_t count)
{
    const char *from = samples;

    while (count) {
        size_t at = sound->end % SOUND_BUFFER_SAMPLES, n = SOUND_BUFFER_SAMPLES - at;
        if (n > count)
            n = count;
        memcpy(sound->ring + at, from, n * sizeof *sound->ring);
        from += n * sizeof *sound->ring;
        sound->end += n;
        count -= n;
    }
}

int sound_add_event(struct sound *sound, const struct request_event *event, const char *name,
                    size_t name_size)
{
    struct sound_event *added;

    if (!sound->events || sound->n_events == SOUND_BUFFER_EVENTS)
        return -ENOBUFS;
    added = &sound->events[(sound->first_event + sound->n_events++) % SOUND_BUFFER_EVENTS];
    added->event = *event;
    added->event.name = NULL;
    if (name_size > MARK_MAX_NAME)
        name_size = MARK_MAX_NAME;
    memcpy(added->name, name, name_size);
    added->name[name_size] = 0;
    return 0;
}

size_t sound_at(const struct sound *sound, uint64_t position, const int16_t **ret_samples)
{
    size_t at = position % SOUND_BUFFER_SAMPLES, n = SOUND_BUFFER_SAMPLES - at;

    if (!sound->ring || position < sound->start || position >= sound->end)
        return 0;
    if (n > sound->end - position)
        n = (size_t)(sound->end - position);
    *ret_samples = sound->ring + at;
    return n;
}

void sound_release(struct sound *sound, uint64_t position)
{
    if (position > sound->end)
        position = sound->end;
    if (position > sound->start)
        sound->start = position;
}

const struct sound_event *sound_event(const struct sound *sound)
{
    return sound->n_events ? &sound->events[sound->first_event] : NULL;
}

void sound_pop_event(struct sound *sound)
{
    if (!sound->n_events)
        return;
    sound->first_event = (sound->first_event + 1) % SOUND_BUFFER_EVENTS;
    sound->n_events--;
}
