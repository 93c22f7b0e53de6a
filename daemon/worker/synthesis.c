/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/synthesis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/sandbox.h"
#include "worker/synthesis-private.h"

/* --- to the daemon ---------------------------------------------------------------------------- */

int synthesis_tell(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
                   const void *payload, size_t size)
{
    int r;

    pthread_mutex_lock(&synthesis->send_lock);
    r = frame_send(synthesis->socket, type, stream, payload, size);
    if (r < 0) /* what the daemon does not know it would wait for: this ends the process */
        shutdown(synthesis->socket, SHUT_RDWR);
    pthread_mutex_unlock(&synthesis->send_lock);
    return r < 0 ? fail(r, "the daemon is gone: %s", strerror(-r)) : 0;
}

int synthesis_tell_text(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
                        const void *data, size_t size, const char *text, size_t text_max)
{
    char payload[sizeof(struct frame_event) + 512];
    size_t n = text ? strnlen(text, text_max) : 0;

    memcpy(payload, data, size);
    if (n)
        memcpy(payload + size, text, n);
    return synthesis_tell(synthesis, type, stream, payload, size + n);
}

int synthesis_tell_done(struct synthesis *synthesis, uint32_t stream, int result)
{
    struct frame_done done = {.result = result};

    return synthesis_tell_text(synthesis, FRAME_DONE, stream, &done, sizeof done,
                               result < 0 ? fail_message() : NULL, 500);
}

/* --- the main thread -------------------------------------------------------------------------- */

static struct stream *find(struct synthesis *synthesis, uint32_t id)
{
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &synthesis->streams[i];
        bool same;
        pthread_mutex_lock(&stream->lock);
        same = stream->id == id;
        pthread_mutex_unlock(&stream->lock);
        if (same)
            return stream;
    }
    return NULL;
}

static int start_thread(struct stream *stream)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int r;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    r = pthread_create(&thread, &attributes, stream_thread, stream);
    pthread_attr_destroy(&attributes);
    return r ? fail(-r, "cannot start a thread: %s", strerror(r)) : 0;
}

static void start(struct synthesis *synthesis, const struct frame *frame)
{
    struct stream *stream = find(synthesis, 0);
    int r;

    if (!stream) {
        synthesis_tell_done(synthesis, frame->stream, fail(-EBUSY, "too many streams"));
        return;
    }
    memcpy(&stream->start, frame->payload, sizeof stream->start);
    gate_user_init(&stream->turn, stream->start.weight);
    pthread_mutex_lock(&stream->lock);
    stream->id = frame->stream;
    stream->running = stream->cancelled = stream->text_ended = false;
    stream->size = stream->read = stream->limit = stream->told = 0;
    stream->credit = stream->start.credit;
    pthread_mutex_unlock(&stream->lock);
    r = start_thread(stream);
    if (r < 0) {
        gate_user_clear(&stream->turn);
        stream->id = 0;
        synthesis_tell_done(synthesis, frame->stream, r);
    }
}

/* With the stream's lock. */
static int add_text(struct stream *stream, const struct frame *frame)
{
    size_t size;
    char *grown;

    if (!checked_add(stream->size, frame->size, &size) || size > TEXT_MAX_SIZE)
        return -EMSGSIZE;
    grown = realloc(stream->text, size ? size : 1);
    if (!grown)
        return -ENOMEM;
    memcpy(grown + stream->size, frame->payload, frame->size);
    stream->text = grown;
    stream->size = size;
    return 0;
}

/* With the stream's lock. */
static void cancel(struct stream *stream)
{
    stream->cancelled = true;
    if (stream->running)
        pipeline_cancel(stream->pipeline);
}

static void handle_of_stream(struct synthesis *synthesis, const struct frame *frame)
{
    struct stream *stream = find(synthesis, frame->stream);
    struct frame_number number;

    if (!stream || !frame->stream) /* has ended meanwhile */
        return;
    pthread_mutex_lock(&stream->lock);
    if (stream->id != frame->stream) {
        pthread_mutex_unlock(&stream->lock);
        return;
    }
    if (frame->type == FRAME_TEXT) {
        if (add_text(stream, frame) < 0)
            cancel(stream);
    } else if (frame->type == FRAME_TEXT_END) {
        stream->text_ended = true;
    } else if (frame->type == FRAME_CREDIT) {
        memcpy(&number, frame->payload, sizeof number);
        stream->credit += number.value;
    } else if (frame->type == FRAME_CANCEL) {
        cancel(stream);
    }
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

static void pong(struct synthesis *synthesis)
{
    struct frame_pong pong = {0};
    uint64_t now = gate_clock_ms(), oldest = now;

    for (size_t i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &synthesis->streams[i];
        uint64_t since;
        pthread_mutex_lock(&stream->lock);
        since = stream->id ? atomic_load(&stream->turn.since_ms) : 0;
        if (since && since < oldest) {
            oldest = since;
            pong.stream = stream->id;
        }
        pthread_mutex_unlock(&stream->lock);
    }
    pong.stuck_ms = (uint32_t)(now - oldest);
    synthesis_tell(synthesis, FRAME_PONG, 0, &pong, sizeof pong);
}

static void handle(struct synthesis *synthesis, const struct frame *frame)
{
    if (frame->type == FRAME_START)
        start(synthesis, frame);
    else if (frame->type == FRAME_PING)
        pong(synthesis);
    else
        handle_of_stream(synthesis, frame);
}

static int serve(struct synthesis *synthesis)
{
    int r = 0;

    while (r >= 0) {
        struct frame frame;
        r = frame_next(&synthesis->reader, &frame);
        if (r > 0)
            handle(synthesis, &frame);
        else if (r == 0)
            r = frame_fill(&synthesis->reader, synthesis->socket);
    }
    return r == -EPIPE ? 0 : fail(r, "the daemon's frames are damaged: %s", strerror(-r));
}

/* --- opening and closing ---------------------------------------------------------------------- */

static struct synthesis *synthesis_free(struct synthesis *synthesis)
{
    if (!synthesis)
        return NULL;
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        struct stream *stream = &synthesis->streams[i];
        pthread_mutex_lock(&stream->lock);
        if (stream->id)
            cancel(stream);
        pthread_cond_broadcast(&stream->changed);
        while (stream->id)
            pthread_cond_wait(&stream->changed, &stream->lock);
        pthread_mutex_unlock(&stream->lock);
        pipeline_close(stream->pipeline);
    }
    pipeline_close(synthesis->pipeline);
    return NULL;
}

DEFINE_CLEANUP(synthesis, struct synthesis *, synthesis_free)
DEFINE_CLEANUP(voice, struct voice *, voice_free)

static bool is_model(const char *path)
{
    size_t n = strlen(path);

    return n > 5 && !strcmp(path + n - 5, ".gguf");
}

/* What it writes comes out as text that is fit to be spoken. */
static int open_model(struct synthesis *synthesis, const char *path, unsigned threads)
{
    struct stage_spec chain[] = {
        {.role = (char *)"generator", .plugin = (char *)"llm"},
        {.role = (char *)"filter", .plugin = (char *)"speakable"},
    };

    chain[0].settings[chain[0].n_settings++] = (struct sori_setting){"model", path};
    synthesis->generates = true;
    return pipeline_open_behind(chain, 2, NULL, NULL, threads, &synthesis->pipeline);
}

static int open_chain(struct synthesis *synthesis, const char *path, unsigned threads)
{
    _cleanup_(cleanup_voice) struct voice *voice = NULL;
    int r;

    if (is_model(path))
        return open_model(synthesis, path, threads);
    r = voice_read(path, &voice);
    if (r < 0)
        return r;
    synthesis->generates = voice->n_stages == 1 && !strcmp(voice->chain[0].role, "generator");
    return pipeline_open(voice, NULL, threads, &synthesis->pipeline);
}

static int open_voice(struct synthesis *synthesis, const char *path, unsigned threads, bool sandbox)
{
    struct frame_opened opened = {0};
    int r = open_chain(synthesis, path, threads);

    if (r < 0)
        return r;
    pipeline_prepare(synthesis->pipeline);
    if (sandbox) {
        r = sandbox_enter();
        if (r < 0)
            return r;
    }
    if (pipeline_format(synthesis->pipeline)->media == SORI_MEDIA_SAMPLES)
        opened.sample_rate = pipeline_format(synthesis->pipeline)->sample_rate;
    return synthesis_tell(synthesis, FRAME_OPENED, 0, &opened, sizeof opened);
}

int synthesis_serve(int socket, const char *voice_path, unsigned threads, bool sandbox)
{
    /* Static: it is big, there is one, and it lives as long as threads that may outlast main(). */
    static struct synthesis everything;
    _cleanup_(cleanup_synthesis) struct synthesis *synthesis = &everything;
    int r;

    synthesis->socket = socket;
    pthread_mutex_init(&synthesis->send_lock, NULL);
    gate_init(&synthesis->gate);
    for (size_t i = 0; i < STREAMS_MAX; i++) {
        synthesis->streams[i].synthesis = synthesis;
        pthread_mutex_init(&synthesis->streams[i].lock, NULL);
        pthread_cond_init(&synthesis->streams[i].changed, NULL);
    }
    r = open_voice(synthesis, voice_path, threads, sandbox);
    if (r < 0) {
        synthesis_tell_done(synthesis, 0, r);
        return r;
    }
    return serve(synthesis);
}
