/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/timeline.h"

#include <stdbool.h>

static const int64_t SECOND = 1000000000;

void timeline_reset(struct timeline *timeline, unsigned rate)
{
    timeline->rate = rate;
    atomic_store(&timeline->n, 0);
}

void timeline_note(struct timeline *timeline, uint64_t start, uint64_t count, int64_t sounds)
{
    uint64_t n = atomic_load_explicit(&timeline->n, memory_order_relaxed);
    struct timeline_note *note = &timeline->notes[n % TIMELINE_NOTES];

    /* Released, too: whoever reads one of them sees that the slot's old note is gone. */
    atomic_store_explicit(&note->start, start, memory_order_release);
    atomic_store_explicit(&note->count, count, memory_order_release);
    atomic_store_explicit(&note->sounds, sounds, memory_order_release);
    atomic_store_explicit(&timeline->n, n + 1, memory_order_release);
}

struct moment {
    uint64_t start, count;
    int64_t sounds;
};

/* Reads note i of n; false when it may have been overwritten (the next one to be is n's slot). */
static bool read_note(struct timeline *timeline, uint64_t i, struct moment *ret_moment)
{
    struct timeline_note *note = &timeline->notes[i % TIMELINE_NOTES];
    struct moment moment = {
        .start = atomic_load_explicit(&note->start, memory_order_acquire),
        .count = atomic_load_explicit(&note->count, memory_order_acquire),
        .sounds = atomic_load_explicit(&note->sounds, memory_order_acquire),
    };

    if (atomic_load_explicit(&timeline->n, memory_order_acquire) >= i + TIMELINE_NOTES)
        return false;
    *ret_moment = moment;
    return true;
}

/* The last note that has begun to sound at `now`: 1, or 0 if none has, or -1 to try again. */
static int find_note(struct timeline *timeline, int64_t now, struct moment *ret_moment)
{
    uint64_t n = atomic_load_explicit(&timeline->n, memory_order_acquire);
    uint64_t oldest = n >= TIMELINE_NOTES ? n - TIMELINE_NOTES + 1 : 0;

    for (uint64_t i = n; i > oldest; i--) {
        if (!read_note(timeline, i - 1, ret_moment))
            return -1;
        if (ret_moment->sounds <= now)
            return 1;
    }
    return 0;
}

uint64_t timeline_position(struct timeline *timeline, int64_t now)
{
    struct moment moment = {0};
    uint64_t since;
    int found;

    while ((found = find_note(timeline, now, &moment)) < 0)
        ;
    if (!found)
        return moment.start; /* of the oldest note, 0 without any */
    since = (uint64_t)((double)(now - moment.sounds) / (double)SECOND * timeline->rate);
    return moment.start + (since < moment.count ? since : moment.count);
}

int64_t timeline_end(struct timeline *timeline)
{
    struct moment last = {0};
    uint64_t n;

    do {
        n = atomic_load_explicit(&timeline->n, memory_order_acquire);
    } while (n && !read_note(timeline, n - 1, &last));
    return last.sounds + (int64_t)((double)last.count / timeline->rate * (double)SECOND);
}
