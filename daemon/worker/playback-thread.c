/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that feeds the sink, and what it does when the sink is lost. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "worker/error.h"
#include "worker/gate.h"
#include "worker/playback-private.h"

enum {
    BLOCK_MS = 20,   /* fed at once: the sink's buffer decides how far ahead that is */
    REOPEN_MS = 300, /* between two tries at a device that is gone */
};

static void wait_ms(struct playback *playback, unsigned ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&playback->changed, &playback->lock, &until);
}

/* Opens or begins the sink at `written`. Called and returns with the lock, lets go of it between.
 */
static int need_sink(struct playback *playback)
{
    struct sori_format format = {
        .media = SORI_MEDIA_SAMPLES, .sample_rate = playback->rate, .channels = 1};
    struct sink *sink = playback->sink;
    int r;

    if (sink && playback->sink_rate == playback->rate)
        return 0;
    playback->sink = NULL;
    pthread_mutex_unlock(&playback->lock);
    r = sink ? sink_restart(sink, &format) : sink_open(&playback->spec, &format, &sink);
    if (r < 0)
        sink = sink_close(sink);
    pthread_mutex_lock(&playback->lock);
    playback->sink = sink;
    playback->sink_rate = r < 0 ? 0 : playback->rate;
    playback->sink_base = playback->written;
    return r;
}

static size_t take_block(struct playback *playback, float *ret_samples)
{
    size_t n = playback->rate * BLOCK_MS / 1000 + 1;

    if (n > PLAY_BLOCK_SAMPLES)
        n = PLAY_BLOCK_SAMPLES;
    if (n > playback->received - playback->written)
        n = (size_t)(playback->received - playback->written);
    for (size_t i = 0; i < n; i++)
        ret_samples[i] =
            playback->ring[(playback->written + i) % PLAY_BUFFER_SAMPLES] * (1.0f / 32768);
    return n;
}

/* One block, or the end. Lets go of the lock meanwhile. 0, 1: all was heard, or an error. */
static int feed_sink(struct playback *playback)
{
    static float samples[PLAY_BLOCK_SAMPLES]; /* of the one thread that comes here */
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = samples};
    struct sink *sink = playback->sink;
    int r;

    block.count = take_block(playback, samples);
    pthread_mutex_unlock(&playback->lock);
    atomic_store(&playback->since_ms, gate_clock_ms());
    r = block.count ? sink_write(sink, &block) : sink_finish(sink);
    atomic_store(&playback->since_ms, 0);
    pthread_mutex_lock(&playback->lock);
    if (r < 0)
        return r;
    playback->written += block.count;
    return !block.count;
}

static void end_stream(struct playback *playback, int result)
{
    uint32_t stream = playback->stream;

    playback->stream = 0;
    playback->sink_rate = 0;
    playback->lost_ms = 0;
    playback->waits = false;
    pthread_mutex_unlock(&playback->lock);
    playback_tell_done(playback, stream, result);
    pthread_mutex_lock(&playback->lock);
}

/* Whether a device that is not there may well come back: it was there a moment ago, or in the
 * middle of what is being said, and its server is perhaps started again. No other is waited for. */
static bool may_come_back(const struct playback *playback)
{
    return playback->resumed || playback->written ||
           (playback->fine_ms && playback->lost_ms - playback->fine_ms < DEVICE_LOST_MS);
}

/* The sink failed: goes back to what was heard and tries again, for a while. */
static void lose_device(struct playback *playback, int error)
{
    struct sink *sink = playback->sink;
    uint64_t now = gate_clock_ms();

    playback->written = playback_position(playback);
    playback->sink = NULL;
    playback->sink_rate = 0;
    playback->waits = false;
    if (!playback->lost_ms)
        playback->lost_ms = now;
    if (!may_come_back(playback) || now - playback->lost_ms >= DEVICE_LOST_MS) {
        end_stream(playback, error);
    } else {
        wait_ms(playback, REOPEN_MS);
    }
    pthread_mutex_unlock(&playback->lock);
    sink_close(sink);
    pthread_mutex_lock(&playback->lock);
}

/* Stopped for a pause or for good: the sink has faded out and wants to be begun again. */
static void go_back(struct playback *playback)
{
    playback->written = playback_position(playback);
    playback->sink_rate = 0;
}

static void note_fine(struct playback *playback)
{
    playback->lost_ms = 0;
    playback->fine_ms = gate_clock_ms();
}

static void play(struct playback *playback)
{
    int r = need_sink(playback);

    if (r >= 0 && !playback->cancelled && (!playback->paused || playback->waits))
        r = feed_sink(playback);
    if (playback->cancelled)
        end_stream(playback, fail(-ECANCELED, "cancelled"));
    else if (playback->paused && !playback->waits)
        go_back(playback);
    else if (r < 0)
        lose_device(playback, r);
    else if (r > 0)
        end_stream(playback, 0);
    else
        note_fine(playback);
}

static bool has_work(const struct playback *playback)
{
    if (!playback->stream)
        return false;
    if (playback->cancelled)
        return true;
    return (!playback->paused || playback->waits) &&
           (playback->written < playback->received || playback->ended);
}

void *playback_thread(void *opaque)
{
    struct playback *playback = opaque;

    pthread_mutex_lock(&playback->lock);
    while (!playback->quit) {
        if (has_work(playback))
            play(playback);
        else
            pthread_cond_wait(&playback->changed, &playback->lock);
    }
    pthread_mutex_unlock(&playback->lock);
    return NULL;
}
