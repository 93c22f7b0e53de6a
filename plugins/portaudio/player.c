/* SPDX-License-Identifier: Apache-2.0 */
#include "portaudio/player.h"

#include <math.h>

int player_init(struct player *player, unsigned rate, size_t buffer)
{
    *player = (struct player){.rate = rate};
    return ring_init(&player->ring, buffer);
}

void player_clear(struct player *player)
{
    ring_clear(&player->ring);
}

void player_start(struct player *player, size_t start, size_t lead_in)
{
    ring_discard(&player->ring); /* what was still being fed when the last one was stopped */
    timeline_reset(&player->timeline, player->rate);
    player->taken = 0;
    player->start = start ? start : 1;
    player->lead_in = lead_in;
    player->waited = 0;
    player->flowing = false;
    player->gain = 1;
    atomic_store(&player->ended, false);
    atomic_store(&player->paused, false);
    /* Last: from here on the callback touches all of it. */
    atomic_fetch_add_explicit(&player->stream, 1, memory_order_release);
}

void player_end(struct player *player)
{
    atomic_store(&player->ended, true);
}

void player_pause(struct player *player, bool paused)
{
    atomic_store(&player->paused, paused);
}

void player_stop(struct player *player)
{
    atomic_store(&player->stopped, atomic_load(&player->stream));
}

bool player_is_idle(struct player *player)
{
    return atomic_load_explicit(&player->done, memory_order_acquire) ==
           atomic_load(&player->stream);
}

/* --- the callback ----------------------------------------------------------------------------- */

static size_t fade_samples(const struct player *player)
{
    return (size_t)player->rate * PLAYER_FADE_MS / 1000 + 1;
}

/* How many samples to take now; `n` at most. */
static size_t allowance(struct player *player, bool quiet, size_t n)
{
    size_t fill = ring_fill(&player->ring), fade = fade_samples(player);

    if (quiet) {
        size_t ramp = (size_t)(player->gain * (float)fade + 0.5f);
        if (!player->flowing)
            return 0;
        n = ramp < n ? ramp : n;
    } else if (!player->flowing && fill) {
        player->waited += n;
        player->flowing = fill >= player->start || player->waited > player->start ||
                          atomic_load_explicit(&player->ended, memory_order_acquire);
    }
    if (!player->flowing)
        return 0;
    player->waited = 0;
    return fill < n ? fill : n;
}

/* Brings the gain to 0 or 1, a step a sample. */
static void ramp(struct player *player, float *samples, size_t n, bool quiet)
{
    float step = 1 / (float)fade_samples(player);

    for (size_t i = 0; i < n && (quiet || player->gain < 1); i++) {
        player->gain = quiet ? fmaxf(player->gain - step, 0) : fminf(player->gain + step, 1);
        samples[i] *= player->gain;
    }
}

/* The rest of a buffer: what was cut short sinks to zero, then silence. */
static void fill_silence(struct player *player, float *samples, size_t n)
{
    size_t fade = fade_samples(player);

    for (size_t i = 0; i < n; i++) {
        if (player->tail_left)
            player->tail_left--;
        samples[i] = player->tail_left ? player->tail * (float)player->tail_left / (float)fade : 0;
    }
}

/* The sound stops after its last sample; later it fades in again. */
static void interrupt(struct player *player)
{
    player->tail = player->last;
    player->tail_left = fade_samples(player);
    player->flowing = false;
    player->gain = 0;
}

static size_t play(struct player *player, float *samples, size_t n, bool quiet, int64_t sounds)
{
    size_t count = ring_read(&player->ring, samples, allowance(player, quiet, n));

    ramp(player, samples, count, quiet);
    if (count) {
        timeline_note(&player->timeline, player->taken, count, sounds);
        player->taken += count;
        player->last = samples[count - 1];
    }
    if (count < n && player->flowing) {
        if (!quiet && !atomic_load_explicit(&player->ended, memory_order_acquire))
            atomic_fetch_add_explicit(&player->underruns, 1, memory_order_relaxed);
        interrupt(player);
    }
    return count;
}

/* Plays what there is of the stream; the rest is silence. */
static void fill_stream(struct player *player, float *samples, size_t n, bool quiet, int64_t sounds)
{
    size_t at = 0;

    if (!quiet) {
        at = player->lead_in < n ? player->lead_in : n;
        player->lead_in -= at;
        fill_silence(player, samples, at);
    }
    if (at < n)
        at += play(player, samples + at, n - at, quiet,
                   sounds + (int64_t)(1e9 * (double)at / player->rate));
    fill_silence(player, samples + at, n - at);
}

int64_t player_fill(struct player *player, float *ret_samples, size_t n, int64_t now,
                    int64_t latency)
{
    unsigned stream = atomic_load_explicit(&player->stream, memory_order_acquire);
    bool stopped = atomic_load_explicit(&player->stopped, memory_order_acquire) == stream;

    atomic_store_explicit(&player->called, now, memory_order_relaxed);
    if (atomic_load_explicit(&player->done, memory_order_relaxed) == stream) {
        fill_silence(player, ret_samples, n);
        if (!player->idle_since)
            player->idle_since = now;
        return now - player->idle_since;
    }
    fill_stream(player, ret_samples, n,
                stopped || atomic_load_explicit(&player->paused, memory_order_relaxed),
                now + latency);
    if (stopped && !player->flowing) {
        ring_discard(&player->ring);
        player->idle_since = now;
        atomic_store_explicit(&player->done, stream, memory_order_release);
    }
    return 0;
}
