/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/synthesis.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/frame.h"
#include "worker/error.h"
#include "worker/gate.h"
#include "worker/pipeline.h"
#include "worker/sandbox.h"

enum { SAMPLES_AT_ONCE = 4096 };

struct stream {
    struct synthesis *synthesis;
    struct pipeline *pipeline; /* kept for the next stream of this place */
    struct gate_user turn;
    struct frame_start start;

    pthread_mutex_t lock; /* of what follows, with `changed` */
    pthread_cond_t changed;
    uint32_t id; /* 0: the place is free */
    bool running, cancelled, text_ended;
    char *text;
    size_t size, read; /* bytes there are, and handed to the pipeline */
    size_t limit;      /* a piece ends here; 0: nowhere */
    uint64_t credit;   /* samples that may be sent */

    char piece[TEXT_PIECE_SIZE]; /* the thread's own, as the rest */
    size_t told;                 /* bytes that a language model was told */
    struct sori_event mark;
    int16_t samples[SAMPLES_AT_ONCE];
};

struct synthesis {
    int socket;
    pthread_mutex_t send_lock;
    struct gate gate;
    struct pipeline *pipeline; /* what the streams' pipelines share their models with */
    bool generates;            /* is a language model, not a voice */
    struct stream streams[STREAMS_MAX];
    struct frame_reader reader;
};

/* --- to the daemon ---------------------------------------------------------------------------- */

static int tell(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
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

/* A structure and the text behind it. */
static int tell_with_text(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
                          const void *data, size_t size, const char *text, size_t text_max)
{
    char payload[sizeof(struct frame_event) + 512];
    size_t n = text ? strnlen(text, text_max) : 0;

    memcpy(payload, data, size);
    if (n)
        memcpy(payload + size, text, n);
    return tell(synthesis, type, stream, payload, size + n);
}

static int tell_done(struct synthesis *synthesis, uint32_t stream, int result)
{
    struct frame_done done = {.result = result};

    return tell_with_text(synthesis, FRAME_DONE, stream, &done, sizeof done,
                          result < 0 ? fail_message() : NULL, 500);
}

/* --- a stream's thread ------------------------------------------------------------------------ */

/* The part of text[0..size) that ends with a whole code point (or is no UTF-8 anyway). */
static size_t whole_code_points(const char *text, size_t size)
{
    size_t back = 1;

    while (back <= size && back < 4 && ((unsigned char)text[size - back] & 0xc0) == 0x80)
        back++;
    if (back > size)
        return size;
    unsigned char lead = (unsigned char)text[size - back];
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return length > back ? size - back : size;
}

static size_t readable(const struct stream *stream)
{
    size_t n = stream->size - stream->read;

    if (n > sizeof stream->piece)
        n = sizeof stream->piece;
    if (stream->limit > stream->read && n >= stream->limit - stream->read)
        return stream->limit - stream->read;
    if (stream->text_ended && stream->read + n == stream->size)
        return n;
    return whole_code_points(stream->text + stream->read, n);
}

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct stream *stream = opaque;
    size_t n;
    bool cancelled;

    gate_leave(&stream->synthesis->gate, &stream->turn);
    pthread_mutex_lock(&stream->lock);
    while (!(n = stream->text ? readable(stream) : 0) && !stream->text_ended && !stream->cancelled)
        pthread_cond_wait(&stream->changed, &stream->lock);
    if (n)
        memcpy(stream->piece, stream->text + stream->read, n);
    stream->read += n;
    cancelled = stream->cancelled;
    pthread_mutex_unlock(&stream->lock);
    gate_enter(&stream->synthesis->gate, &stream->turn);
    if (cancelled)
        return fail(-ECANCELED, "cancelled");
    *ret_data = stream->piece;
    *ret_size = n;
    return n > 0;
}

/*
 * The same for a language model, which learns from marks who speaks: what it is told to be, all of
 * it, then what the user says.
 */
static int read_prompt(void *opaque, struct sori_block *ret_block)
{
    struct stream *stream = opaque;
    uint32_t system_size = stream->start.system_size;
    bool system = stream->told < system_size, first = !stream->told || stream->told == system_size;
    const char *text;
    size_t n;
    int r;

    stream->limit = system ? system_size : 0;
    r = read_text(stream, &text, &n);
    if (r <= 0)
        return r;
    stream->told += n;
    stream->mark = (struct sori_event){.type = SORI_EVENT_MARK, .name = system ? "system" : "user"};
    *ret_block = (struct sori_block){.media = SORI_MEDIA_TEXT,
                                     .data = text,
                                     .count = n,
                                     .events = &stream->mark,
                                     .n_events = first ? 1 : 0};
    return 1;
}

static int tell_events(struct stream *stream, const struct sori_block *block)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < block->n_events; i++) {
        const struct sori_event *event = &block->events[i];
        struct frame_event told = {.type = event->type,
                                   .text_start = event->text_start,
                                   .text_end = event->text_end,
                                   .position = event->position};
        if (event->type == SORI_EVENT_SENTENCE || event->type == SORI_EVENT_WORD ||
            event->type == SORI_EVENT_MARK)
            r = tell_with_text(stream->synthesis, FRAME_EVENT, stream->id, &told, sizeof told,
                               event->name, MARK_MAX_NAME);
    }
    return r;
}

/* Takes up to `wanted` samples of credit; waits while there is none. 0: cancelled. */
static size_t take_credit(struct stream *stream, size_t wanted)
{
    size_t n;

    pthread_mutex_lock(&stream->lock);
    if (!stream->credit && !stream->cancelled) {
        gate_leave(&stream->synthesis->gate, &stream->turn);
        while (!stream->credit && !stream->cancelled)
            pthread_cond_wait(&stream->changed, &stream->lock);
        pthread_mutex_unlock(&stream->lock);
        gate_enter(&stream->synthesis->gate, &stream->turn);
        pthread_mutex_lock(&stream->lock);
    }
    n = stream->cancelled ? 0 : stream->credit < wanted ? stream->credit : wanted;
    stream->credit -= n;
    pthread_mutex_unlock(&stream->lock);
    return n;
}

static int write_samples(struct stream *stream, const float *samples, size_t count)
{
    while (count) {
        size_t n = take_credit(stream, count < SAMPLES_AT_ONCE ? count : SAMPLES_AT_ONCE);
        int r;
        if (!n)
            return fail(-ECANCELED, "cancelled");
        for (size_t i = 0; i < n; i++) {
            float x = samples[i] < -1 ? -1 : samples[i] > 1 ? 1 : samples[i];
            stream->samples[i] = (int16_t)lrintf(x * 32767);
        }
        r = tell(stream->synthesis, FRAME_AUDIO, stream->id, stream->samples,
                 n * sizeof *stream->samples);
        if (r < 0)
            return r;
        samples += n;
        count -= n;
    }
    return 0;
}

static int write_text(struct stream *stream, const char *text, size_t size)
{
    int r = 0;

    for (size_t n; r >= 0 && size; text += n, size -= n) {
        n = size < TEXT_PIECE_SIZE ? size : TEXT_PIECE_SIZE;
        r = tell(stream->synthesis, FRAME_TEXT, stream->id, text, n);
    }
    return r;
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct stream *stream = opaque;
    int r;

    if (block->media == SORI_MEDIA_TEXT)
        r = write_text(stream, block->data, block->count);
    else if (block->media != SORI_MEDIA_SAMPLES)
        return fail(-EINVAL, "the voice gives neither samples nor text");
    else if ((r = tell_events(stream, block)) >= 0)
        r = write_samples(stream, block->data, block->count);
    if (r >= 0)
        gate_yield(&stream->synthesis->gate, &stream->turn);
    return r;
}

static int run(struct stream *stream)
{
    const struct frame_start *start = &stream->start;
    struct speech speech = {
        .rate = start->rate,
        .pitch = start->pitch,
        .volume = start->volume,
        .seed = start->seed,
        .text_format = start->text_format,
        .reading = start->reading,
        .punctuation = start->punctuation,
        .capitals = start->capitals,
        .temperature = start->temperature,
        .max_tokens = start->max_tokens,
        .read = read_text,
        .read_block = stream->synthesis->generates ? read_prompt : NULL,
        .write = write_block,
        .opaque = stream,
    };
    bool cancelled;
    int r;

    pthread_mutex_lock(&stream->lock);
    cancelled = stream->cancelled;
    stream->running = !cancelled;
    pthread_mutex_unlock(&stream->lock);
    if (cancelled)
        return fail(-ECANCELED, "cancelled");
    gate_enter(&stream->synthesis->gate, &stream->turn);
    r = pipeline_run(stream->pipeline, &speech);
    gate_leave(&stream->synthesis->gate, &stream->turn);
    pthread_mutex_lock(&stream->lock);
    stream->running = false;
    pipeline_uncancel(stream->pipeline); /* one that came too late must not hit the next run */
    pthread_mutex_unlock(&stream->lock);
    return r;
}

static void *stream_thread(void *opaque)
{
    struct stream *stream = opaque;
    uint32_t id = stream->id;
    int r = 0;

    if (!stream->pipeline)
        r = pipeline_share(stream->synthesis->pipeline, &stream->pipeline);
    if (r >= 0)
        r = run(stream);
    /* The place is free before the daemon knows of the end and takes it again. */
    pthread_mutex_lock(&stream->synthesis->send_lock);
    pthread_mutex_lock(&stream->lock);
    free(steal(stream->text));
    gate_user_clear(&stream->turn);
    stream->id = 0;
    pthread_cond_broadcast(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
    pthread_mutex_unlock(&stream->synthesis->send_lock);
    tell_done(stream->synthesis, id, r);
    return NULL;
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
        tell_done(synthesis, frame->stream, fail(-EBUSY, "too many streams"));
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
        tell_done(synthesis, frame->stream, r);
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
    tell(synthesis, FRAME_PONG, 0, &pong, sizeof pong);
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
    return tell(synthesis, FRAME_OPENED, 0, &opened, sizeof opened);
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
        tell_done(synthesis, 0, r);
        return r;
    }
    return serve(synthesis);
}
