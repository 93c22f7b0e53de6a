/* SPDX-License-Identifier: Apache-2.0 */
/*
 * player.h: what the audio callback does
 *
 * Takes samples from the ring and never makes a click: whatever interrupts the sound (an empty
 * ring, a pause, a stop) ends in a ramp of PLAYER_FADE_MS, and what comes after a gap begins with
 * one. The first sound of a stream and a regular end are left as they are.
 *
 * Threads. player_fill() is the callback: it allocates nothing, takes no lock and makes no system
 * call. The other functions belong to the one thread that feeds, except player_pause() and
 * player_stop(), which any thread may call. After a stop the callback finishes with the stream on
 * its own; only then (player_is_idle()) may player_start() begin the next one.
 */
#ifndef PORTAUDIO_PLAYER_H
#define PORTAUDIO_PLAYER_H

#include <stdbool.h>

#include "portaudio/ring.h"
#include "portaudio/timeline.h"

/* Short enough to be heard as "at once", long enough to be no click. */
enum { PLAYER_FADE_MS = 4 };

struct player {
    struct ring ring;
    struct timeline timeline;
    unsigned rate;

    atomic_bool paused, ended;
    atomic_uint stream;         /* number of the stream that began last */
    atomic_uint stopped;        /* number of the stream that was stopped last */
    atomic_uint done;           /* number of the stream that the callback has finished with */
    atomic_int_fast64_t called; /* time of the last callback */
    atomic_uint underruns;

    /* set by player_start() while the callback is idle, then the callback's alone */
    uint64_t taken; /* samples of this stream taken from the ring */
    size_t start;   /* so many must be there before sound begins or resumes */
    size_t lead_in; /* samples of silence still to be played first */
    size_t waited;  /* since there was something to play */
    bool flowing;   /* not waiting for `start` */
    float gain;     /* of the next sample, on its way to 0 or 1 */

    /* the callback's */
    float last, tail;   /* the last sample; a sound cut short, fading out */
    size_t tail_left;   /* samples of that */
    int64_t idle_since; /* 0 before the first callback */
};

/* A player whose ring holds `buffer` samples; it is idle. 0 or -ENOMEM. */
int player_init(struct player *player, unsigned rate, size_t buffer);
void player_clear(struct player *player);

/* Begins a stream: `lead_in` samples of silence, then sound once `start` samples are there. */
void player_start(struct player *player, size_t start, size_t lead_in);

/* Fills a buffer at time `now` that sounds `latency` later. Returns how long it has been idle. */
int64_t player_fill(struct player *player, float *ret_samples, size_t n, int64_t now,
                    int64_t latency);

/* No more samples will come: sound begins even if there are few. */
void player_end(struct player *player);
void player_pause(struct player *player, bool paused);
/* Fades out and forgets what has not been played. */
void player_stop(struct player *player);
/* Whether the stop has been done. */
bool player_is_idle(struct player *player);

#endif
