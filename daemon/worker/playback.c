/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/playback.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/frame.h"
#include "worker/error.h"
#include "worker/gate.h"
#include "worker/pipeline.h"

enum {
    BLOCK_MS = 20,   /* fed at once: the sink's buffer decides how far ahead that is */
    TICK_MS = 20,    /* how often the daemon is told what has sounded */
    REOPEN_MS = 300, /* between two tries at a device that is gone */
};

struct playback {
    int socket;
    pthread_mutex_t send_lock;
    struct stage_spec spec;
    struct frame_reader reader;
    _Atomic uint64_t since_ms; /* when the player's thread went into the sink; 0: it is not there */

    pthread_mutex_t lock; /* of what follows, with `changed` */
    pthread_cond_t changed;
    struct sink *sink;  /* NULL: not open */
    unsigned sink_rate; /* that it was begun with; 0: it has to be begun again */
    uint64_t sink_base; /* sample of the stream that it began with */
    uint32_t stream;    /* 0: none */
    unsigned rate;
    uint64_t received, written, told;
    bool ended, cancelled, paused, quit;
    bool waits;       /* paused, and the sink keeps its stream: it waits inside */
    uint64_t lost_ms; /* since when there is no device; 0: there is one */
    int16_t ring[PLAY_BUFFER_SAMPLES];
};

/* --- to the daemon ---------------------------------------------------------------------------- */

static void tell(struct playback *playback, enum frame_type type, uint32_t stream,
                 const void *payload, size_t size)
{
    pthread_mutex_lock(&playback->send_lock);
    /* What the daemon does not know it would wait for: this shows in reading, and ends the process.
     */
    if (frame_send(playback->socket, type, stream, payload, size) < 0)
        shutdown(playback->socket, SHUT_RDWR);
    pthread_mutex_unlock(&playback->send_lock);
}

static void tell_done(struct playback *playback, uint32_t stream, int result)
{
    struct frame_done done = {.result = result};
    char payload[sizeof done + 500];
    size_t n = result < 0 ? strnlen(fail_message(), 500) : 0;

    memcpy(payload, &done, sizeof done);
    memcpy(payload + sizeof done, fail_message(), n);
    tell(playback, FRAME_DONE, stream, payload, sizeof done + n);
}

/* Samples of the stream that were heard. With the lock. */
static uint64_t position(struct playback *playback)
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
    number.value = position(playback);
    stream = number.value > playback->told ? playback->stream : 0;
    if (stream)
        playback->told = number.value;
    pthread_mutex_unlock(&playback->lock);
    if (stream)
        tell(playback, FRAME_SOUNDED, stream, &number, sizeof number);
}

/* --- the player's thread ---------------------------------------------------------------------- */

static void wait_ms(struct playback *playback, unsigned ms)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
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
    tell_done(playback, stream, result);
    pthread_mutex_lock(&playback->lock);
}

/* The sink failed: goes back to what was heard and tries again, for a while. */
static void lose_device(struct playback *playback, int error)
{
    struct sink *sink = playback->sink;
    uint64_t now = gate_clock_ms();

    playback->written = position(playback);
    playback->sink = NULL;
    playback->sink_rate = 0;
    playback->waits = false;
    if (!playback->lost_ms)
        playback->lost_ms = now;
    if (now - playback->lost_ms >= DEVICE_LOST_MS) {
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
    playback->written = position(playback);
    playback->sink_rate = 0;
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
        playback->lost_ms = 0;
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

static void *player_thread(void *opaque)
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
    tell(playback, FRAME_PONG, 0, &told, sizeof told);
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

int playback_serve(int socket, const char *sink)
{
    static struct playback playback; /* big, and there is one */
    struct frame_opened opened = {0};
    pthread_t thread;
    int r;

    playback.socket = socket;
    pthread_mutex_init(&playback.send_lock, NULL);
    pthread_mutex_init(&playback.lock, NULL);
    pthread_cond_init(&playback.changed, NULL);
    r = stage_spec_parse("output", sink, &playback.spec);
    if (r >= 0) {
        r = -pthread_create(&thread, NULL, player_thread, &playback);
        if (r < 0)
            fail(r, "cannot start a thread: %s", strerror(-r));
    }
    if (r < 0) {
        tell_done(&playback, 0, r);
        return r;
    }
    tell(&playback, FRAME_OPENED, 0, &opened, sizeof opened);
    r = serve(&playback);
    quit(&playback, thread);
    return r;
}
