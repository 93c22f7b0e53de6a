/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline.h: which sample sounds at which time
 *
 * The audio callback notes, for each buffer that it fills, which samples it put in and when the
 * first of them will leave the loudspeaker. Between a callback and that moment lie several more
 * callbacks, so the last few notes are kept; whoever asks for the position looks for the note that
 * holds at the time. One writer, any number of readers, no waiting: a reader whose note was
 * overwritten meanwhile (it slept for TIMELINE_NOTES callbacks) tries again.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef PORTAUDIO_TIMELINE_H
#define PORTAUDIO_TIMELINE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* At 5 ms a callback, more than a second: no sound server holds more. */
enum { TIMELINE_NOTES = 256 };

struct timeline {
    unsigned rate;          /* samples a second */
    atomic_uint_fast64_t n; /* notes written so far */
    struct timeline_note {
        atomic_uint_fast64_t start, count; /* samples, from the start of the stream */
        atomic_int_fast64_t sounds;        /* when the first one does */
    } notes[TIMELINE_NOTES];
};

/* Forgets everything. While nobody notes or asks. */
void timeline_reset(struct timeline *timeline, unsigned rate);

/* The callback: `count` samples from `start` on sound from time `sounds` on. */
void timeline_note(struct timeline *timeline, uint64_t start, uint64_t count, int64_t sounds);

/* How many samples have sounded at time `now`. */
uint64_t timeline_position(struct timeline *timeline, int64_t now);

/* When the last sample that was noted has sounded; 0 before the first note. */
int64_t timeline_end(struct timeline *timeline);

#endif
