/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template plugin: a synthesiser that plays one sine tone for each letter. It has no weights
 * and does everything a stage must do in the fewest lines: settings, streaming in small blocks,
 * word events, rate, pitch, volume, cancel and the end of the input. Of SSML it knows text, marks
 * and breaks.
 *
 * Settings: letter_ms=N (1..1000, default 60), the length of a letter at rate 1.
 */
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "text/ssml.h"

enum { SAMPLE_RATE = 24000, BLOCK = 480, MAX_EVENTS = 8 };

struct tone_model {
    const struct sori_host *host;
    unsigned letter_ms;
};

struct tone_stream {
    const struct tone_model *model;
    double pitch, volume;
    size_t letter_samples;
    atomic_bool cancelled;

    char *text; /* the block being spoken, a copy */
    size_t size, capacity;
    size_t at;          /* byte that sounds now */
    size_t sounded;     /* samples of it given out */
    size_t text_offset; /* of text[0] in the request */
    bool in_word, ended;

    bool markup; /* `text` is kept until it is whole, then it is that of `ssml` */
    struct ssml ssml;
    size_t point; /* of ssml.points: the next one */

    uint64_t position;
    float samples[BLOCK];
    struct sori_event events[MAX_EVENTS];
};

static int tone_load(const struct sori_host *host, const struct sori_setting *settings,
                     size_t n_settings, void **ret_model)
{
    _cleanup_free_ struct tone_model *model = calloc(1, sizeof *model);
    if (!model)
        return host->error(host, -ENOMEM, "out of memory");
    model->host = host;
    model->letter_ms = 60;

    for (size_t i = 0; i < n_settings; i++) {
        char *end;
        unsigned long value;
        if (strcmp(settings[i].key, "letter_ms"))
            return host->error(host, -EINVAL, "unknown setting '%s' (known: letter_ms)",
                               settings[i].key);
        value = strtoul(settings[i].value, &end, 10);
        if (*end || value < 1 || value > 1000)
            return host->error(host, -EINVAL, "letter_ms is '%s', not a number from 1 to 1000",
                               settings[i].value);
        model->letter_ms = (unsigned)value;
    }
    *ret_model = steal(model);
    return 0;
}

static void tone_unload(void *model)
{
    free(model);
}

static int tone_describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_TEXT},
        .output = {.media = SORI_MEDIA_SAMPLES, .sample_rate = SAMPLE_RATE, .channels = 1},
    };
    return 0;
}

static int tone_begin(void *opaque, const struct sori_stream_params *params, void **ret_stream)
{
    const struct tone_model *model = opaque;
    struct tone_stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return model->host->error(model->host, -ENOMEM, "out of memory");
    stream->model = model;
    stream->pitch = params->pitch;
    stream->volume = params->volume;
    stream->markup = params->text_format == SORI_TEXT_SSML;
    stream->letter_samples = (size_t)(SAMPLE_RATE / 1000.0 * model->letter_ms / params->rate);
    if (!stream->letter_samples)
        stream->letter_samples = 1;
    *ret_stream = stream;
    return 0;
}

/* Puts n bytes behind those that are kept. */
static int keep(struct tone_stream *stream, const void *data, size_t n)
{
    const struct sori_host *host = stream->model->host;

    if (stream->markup && n > TEXT_MAX_SIZE - stream->size)
        return host->error(host, -EMSGSIZE, "an SSML document of more than %u bytes",
                           TEXT_MAX_SIZE);
    if (array_reserve((void **)&stream->text, &stream->capacity, stream->size, n, 1) < 0)
        return host->error(host, -ENOMEM, "out of memory");
    if (n)
        memcpy(stream->text + stream->size, data, n);
    stream->size += n;
    return 0;
}

static int end_input(struct tone_stream *stream)
{
    int r = 0;

    stream->ended = true;
    if (stream->markup && ssml_read(stream->text, stream->size, &stream->ssml) < 0)
        return stream->model->host->error(stream->model->host, -ENOMEM, "out of memory");
    if (stream->markup) {
        stream->size = 0;
        r = keep(stream, stream->ssml.text, stream->ssml.n);
    }
    return r;
}

static int tone_feed(void *opaque, const struct sori_block *block)
{
    struct tone_stream *stream = opaque;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!block)
        return end_input(stream);
    if (!stream->markup) {
        stream->text_offset += stream->size;
        stream->size = stream->at = stream->sounded = 0;
    }
    return keep(stream, block->data, block->count);
}

/* Frequency of a byte: letters and digits climb by semitones from A3, all else is silence (0). */
static double frequency(unsigned char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        byte += 'a' - 'A';
    if (byte >= 'a' && byte <= 'z')
        return 220.0 * exp2((byte - 'a') / 12.0);
    if (byte >= '0' && byte <= '9')
        return 880.0 * exp2((byte - '0') / 12.0);
    return 0;
}

/* A byte of the text as one of the request. */
static uint32_t place(const struct tone_stream *stream, size_t at,
                      uint32_t (*of_markup)(const struct ssml *, size_t))
{
    return stream->markup ? of_markup(&stream->ssml, at) : (uint32_t)(stream->text_offset + at);
}

/* Marks and breaks up to where the sound is; false: a block holds no more events. */
static bool note_points(struct tone_stream *stream, struct sori_block *block)
{
    const struct ssml *ssml = &stream->ssml;

    for (; stream->point < ssml->n_points && ssml->points[stream->point].at <= stream->at;
         stream->point++) {
        const struct ssml_point *point = &ssml->points[stream->point];
        struct sori_event event = {.text_start = point->start,
                                   .text_end = point->start,
                                   .position = stream->position + block->count};
        if (block->n_events >= MAX_EVENTS - 1)
            return false;
        if (point->type == SSML_MARK) {
            event.type = SORI_EVENT_MARK;
            event.name = ssml->strings + point->name;
            stream->events[block->n_events++] = event;
        } else if (point->type == SSML_BREAK) {
            event.type = SORI_EVENT_PAUSE;
            event.pause_ms = point->pause_ms;
            stream->events[block->n_events++] = event;
            block->flags = SORI_BLOCK_UTTERANCE_END;
            stream->point++;
            return false; /* silence comes behind this block */
        }
    }
    return true;
}

static void note_word(struct tone_stream *stream, struct sori_block *block, bool letter)
{
    size_t end = stream->at;

    if (letter && !stream->in_word && block->n_events < MAX_EVENTS) {
        while (end < stream->size && frequency((unsigned char)stream->text[end]) > 0)
            end++;
        stream->events[block->n_events++] = (struct sori_event){
            .type = SORI_EVENT_WORD,
            .text_start = place(stream, stream->at, ssml_start),
            .text_end = place(stream, end, ssml_end),
            .position = stream->position + block->count,
        };
    }
    stream->in_word = letter;
}

static int tone_drain(void *opaque, struct sori_block *ret_block)
{
    struct tone_stream *stream = opaque;
    struct sori_block block = {
        .media = SORI_MEDIA_SAMPLES, .data = stream->samples, .events = stream->events};

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (stream->markup && !stream->ended)
        return SORI_MORE;
    while (block.count < BLOCK && (stream->sounded || note_points(stream, &block)) &&
           stream->at < stream->size) {
        double hertz = frequency((unsigned char)stream->text[stream->at]) * stream->pitch;
        size_t n = stream->sounded;
        if (!n)
            note_word(stream, &block, hertz > 0);
        /* A raised cosine over the letter: no click at either end. */
        stream->samples[block.count++] =
            (float)(0.25 * stream->volume * sin(2 * M_PI * hertz * (double)n / SAMPLE_RATE) *
                    sin(M_PI * (double)n / (double)stream->letter_samples));
        if (++stream->sounded == stream->letter_samples) {
            stream->sounded = 0;
            stream->at++;
        }
    }
    if (!block.count && !block.n_events)
        return stream->ended ? SORI_DONE : SORI_MORE;
    stream->position += block.count;
    *ret_block = block;
    return 0;
}

static void tone_cancel(void *opaque)
{
    struct tone_stream *stream = opaque;
    atomic_store(&stream->cancelled, true);
}

static void tone_end(void *opaque)
{
    struct tone_stream *stream = opaque;
    if (!stream)
        return;
    ssml_clear(&stream->ssml);
    free(stream->text);
    free(stream);
}

static const struct sori_stage tone_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof tone_stage,
    .kind = SORI_STAGE_SYNTHESISER,
    .name = "tone",
    .summary = "one tone for each letter, to test with",
    .licence = "Apache-2.0",
    .load = tone_load,
    .unload = tone_unload,
    .describe = tone_describe,
    .begin = tone_begin,
    .feed = tone_feed,
    .drain = tone_drain,
    .cancel = tone_cancel,
    .end = tone_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &tone_stage : NULL;
}
