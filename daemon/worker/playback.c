/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/playback.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/gate.h"
#include "worker/playback-private.h"

enum { TICK_MS = 20 }; /* how often the daemon is told what has sounded */

/* --- to the daemon ---------------------------------------------------------------------------- */

void playback_tell(struct playback *playback, enum frame_type type, uint32_t stream,
                   const void *payload, size_t size)
{
    pthread_mutex_lock(&playback->send_lock);
    /* What the daemon does not know it would wait for: this shows in reading, and ends the process.
     */
    if (frame_send(playback->socket, type, stream, payload, size) < 0)
        shutdown(playback->socket, SHUT_RDWR);
    pthread_mutex_unlock(&playback->send_lock);
}

void playback_tell_done(struct playback *playback, uint32_t stream, int result)
{
    struct frame_done done = {.result = result};
    char payload[sizeof done + 500];
    size_t n = result < 0 ? strnlen(fail_message(), 500) : 0;

    memcpy(payload, &done, sizeof done);
    memcpy(payload + sizeof done, fail_message(), n);
    playback_tell(playback, FRAME_DONE, stream, payload, sizeof done + n);
}

uint64_t playback_position(struct playback *playback)
{
    uint64_t heard;

    if (!playback->sink || !playback->sink_rate)
        return playback->written;
    if (sink_position(playback->sink, &heard) < 0)
        return playback->written;
    heard += playback->sink_base;
    return heard < playback->written ? heard : playback->written;
}

static void tell_position(struct playback *playback)
{
    struct frame_number number;
    uint32_t stream;

    pthread_mutex_lock(&playback->lock);
    number.value = playback_position(playback);
    stream = number.value > playback->told ? playback->stream : 0;
    if (stream)
        playback->told = number.value;
    pthread_mutex_unlock(&playback->lock);
    if (stream)
        playback_tell(playback, FRAME_SOUNDED, stream, &number, sizeof number);
}

/* --- the main thread -------------------------------------------------------------------------- */

static void add_samples(struct playback *playback, const struct frame *frame)
{
    size_t n = frame->size / sizeof(int16_t);

    if (n > PLAY_BUFFER_SAMPLES - (playback->received - playback->told))
        return; /* more than was granted: sorid has lost count, and would only be served noise */
    for (size_t i = 0; i < n; i++)
        memcpy(&playback->ring[(playback->received + i) % PLAY_BUFFER_SAMPLES],
               frame->payload + i * sizeof(int16_t), sizeof(int16_t));
    playback->received += n;
}

static void begin_stream(struct playback *playback, const struct frame *frame)
{
    struct frame_play start;

    memcpy(&start, frame->payload, sizeof start);
    playback->stream = frame->stream;
    playback->rate = start.sample_rate;
    playback->resumed = start.resumed;
    playback->received = playback->written = playback->told = 0;
    playback->ended = playback->cancelled = false;
    playback->sink_rate = 0;
}

static void stop_sink(struct playback *playback)
{
    if (playback->sink && playback->sink_rate)
        sink_cancel(playback->sink);
}

/* A sink in real time keeps its stream and waits; any other is stopped, and begun again later. */
static void pause_sink(struct playback *playback)
{
    if (playback->paused)
        return;
    playback->paused = true;
    playback->waits =
        playback->sink && playback->sink_rate && sink_pause(playback->sink, true) == 0;
    if (!playback->waits)
        stop_sink(playback);
}

static void resume_sink(struct playback *playback)
{
    uint64_t since = atomic_load(&playback->since_ms);

    if (playback->waits && playback->sink)
        sink_pause(playback->sink, false);
    playback->paused = playback->waits = false;
    /* The pause does not count as time that the sink was stuck. */
    if (since)
        atomic_compare_exchange_strong(&playback->since_ms, &since, gate_clock_ms());
}

static void handle_locked(struct playback *playback, const struct frame *frame)
{
    bool mine = frame->stream && frame->stream == playback->stream;

    if (frame->type == FRAME_PLAY && !playback->stream) {
        begin_stream(playback, frame);
    } else if (frame->type == FRAME_AUDIO && mine) {
        add_samples(playback, frame);
    } else if (frame->type == FRAME_TEXT_END && mine) {
        playback->ended = true;
    } else if (frame->type == FRAME_CANCEL && mine) {
        playback->cancelled = true;
        stop_sink(playback);
    } else if (frame->type == FRAME_PAUSE) {
        pause_sink(playback);
    } else if (frame->type == FRAME_RESUME) {
        resume_sink(playback);
    }
    pthread_cond_broadcast(&playback->changed);
}

/* In a pause the sink is meant to wait. */
static void pong(struct playback *playback)
{
    uint64_t since = atomic_load(&playback->since_ms);
    struct frame_pong told = {0};

    pthread_mutex_lock(&playback->lock);
    if (since && !playback->paused)
        told.stuck_ms = (uint32_t)(gate_clock_ms() - since);
    pthread_mutex_unlock(&playback->lock);
    playback_tell(playback, FRAME_PONG, 0, &told, sizeof told);
}

static void handle(struct playback *playback, const struct frame *frame)
{
    if (frame->type == FRAME_PING) {
        pong(playback);
        return;
    }
    pthread_mutex_lock(&playback->lock);
    handle_locked(playback, frame);
    pthread_mutex_unlock(&playback->lock);
}

static bool plays(struct playback *playback)
{
    bool result;

    pthread_mutex_lock(&playback->lock);
    result = playback->stream != 0;
    pthread_mutex_unlock(&playback->lock);
    return result;
}

/* Waits for frames; ticks while something plays. 1, 0, or an error of reading. */
static int wait_for_frames(struct playback *playback)
{
    struct pollfd waited = {.fd = playback->socket, .events = POLLIN};
    int n = poll(&waited, 1, plays(playback) ? TICK_MS : -1);

    tell_position(playback);
    return n > 0 ? frame_fill(&playback->reader, playback->socket) : 0;
}

static int serve(struct playback *playback)
{
    int r = 0;

    while (r >= 0) {
        struct frame frame;
        r = frame_next(&playback->reader, &frame);
        if (r > 0)
            handle(playback, &frame);
        else if (r == 0)
            r = wait_for_frames(playback);
    }
    return r == -EPIPE ? 0 : fail(r, "the daemon's frames are damaged: %s", strerror(-r));
}

static void quit(struct playback *playback, pthread_t thread)
{
    pthread_mutex_lock(&playback->lock);
    playback->quit = true;
    stop_sink(playback);
    pthread_cond_broadcast(&playback->changed);
    pthread_mutex_unlock(&playback->lock);
    pthread_join(thread, NULL);
    sink_close(playback->sink);
    stage_spec_clear(&playback->spec);
}

/* Waits by the clock that nobody sets. */
static void init_locks(struct playback *playback)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&playback->send_lock, NULL);
    pthread_mutex_init(&playback->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&playback->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

int playback_serve(int socket, const char *sink)
{
    static struct playback playback; /* big, and there is one */
    struct frame_opened opened = {0};
    pthread_t thread;
    int r;

    playback.socket = socket;
    init_locks(&playback);
    r = stage_spec_parse("output", sink, &playback.spec);
    if (r >= 0) {
        r = -pthread_create(&thread, NULL, playback_thread, &playback);
        if (r < 0)
            fail(r, "cannot start a thread: %s", strerror(-r));
    }
    if (r < 0) {
        playback_tell_done(&playback, 0, r);
        return r;
    }
    playback_tell(&playback, FRAME_OPENED, 0, &opened, sizeof opened);
    r = serve(&playback);
    quit(&playback, thread);
    return r;
}
