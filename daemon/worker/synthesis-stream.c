/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream does in its thread: reads text, runs the chain, sends samples and events. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/synthesis-private.h"

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
            r = synthesis_tell_text(stream->synthesis, FRAME_EVENT, stream->id, &told, sizeof told,
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
        r = synthesis_tell(stream->synthesis, FRAME_AUDIO, stream->id, stream->samples,
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
        r = synthesis_tell(stream->synthesis, FRAME_TEXT, stream->id, text, n);
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

void *stream_thread(void *opaque)
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
    synthesis_tell_done(stream->synthesis, id, r);
    return NULL;
}
