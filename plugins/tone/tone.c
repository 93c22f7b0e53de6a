/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The template plugin: a synthesiser that plays one sine tone for each letter. It has no weights
 * and does everything a stage must do in the fewest lines: settings, streaming in small blocks,
 * word events, rate, pitch, volume, cancel and the end of the input.
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

#include "base/cleanup.h"

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
    stream->letter_samples = (size_t)(SAMPLE_RATE / 1000.0 * model->letter_ms / params->rate);
    if (!stream->letter_samples)
        stream->letter_samples = 1;
    *ret_stream = stream;
    return 0;
}

static int tone_feed(void *opaque, const struct sori_block *block)
{
    struct tone_stream *stream = opaque;
    const struct sori_host *host = stream->model->host;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!block) {
        stream->ended = true;
        return 0;
    }
    if (block->count > stream->capacity) {
        char *grown = realloc(stream->text, block->count);
        if (!grown)
            return host->error(host, -ENOMEM, "out of memory");
        stream->text = grown;
        stream->capacity = block->count;
    }
    if (block->count)
        memcpy(stream->text, block->data, block->count);
    stream->text_offset += stream->size;
    stream->size = block->count;
    stream->at = stream->sounded = 0;
    return 0;
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

static void note_word(struct tone_stream *stream, struct sori_block *block, bool letter)
{
    size_t end = stream->at;

    if (letter && !stream->in_word && block->n_events < MAX_EVENTS) {
        while (end < stream->size && frequency((unsigned char)stream->text[end]) > 0)
            end++;
        stream->events[block->n_events++] = (struct sori_event){
            .type = SORI_EVENT_WORD,
            .text_start = (uint32_t)(stream->text_offset + stream->at),
            .text_end = (uint32_t)(stream->text_offset + end),
            .position = stream->position + block->count,
        };
    }
    stream->in_word = letter;
}

static int tone_drain(void *opaque, struct sori_block *ret_block)
{
    struct tone_stream *stream = opaque;
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES,
                               .data = stream->samples,
                               .events = stream->events};

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    while (block.count < BLOCK && stream->at < stream->size) {
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
    if (!block.count)
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
