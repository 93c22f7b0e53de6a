/* SPDX-License-Identifier: Apache-2.0 */
#include "english/output.h"

#include <errno.h>

#include "english/ipa.h"
#include "english/phonemes.h"

/* The sentence under way: what is put in front of its offsets. */
struct output {
    struct english_stream *stream;
    size_t base;
    size_t point_end;
    bool failed;
};

static size_t item_count(const struct english_stream *stream)
{
    return stream->output == ENGLISH_WORDS ? stream->data.n
                                           : stream->data.n / sizeof(struct sori_phoneme);
}

/* Where a byte of the sentence stands in the request, and where what ends there does. */
static uint32_t start_of(const struct output *output, size_t at)
{
    const struct english_stream *stream = output->stream;

    at += output->base;
    return stream->markup ? ssml_start(&stream->ssml, at) : (uint32_t)(stream->offset + at);
}

static uint32_t end_of(const struct output *output, size_t at)
{
    const struct english_stream *stream = output->stream;

    at += output->base;
    return stream->markup ? ssml_end(&stream->ssml, at) : (uint32_t)(stream->offset + at);
}

static void put_event(struct output *output, struct sori_event event)
{
    struct english_stream *stream = output->stream;

    event.position = stream->position + item_count(stream);
    if (!buffer_append(&stream->events, &event, sizeof event))
        output->failed = true;
}

static void put_place(struct output *output, uint32_t type, const char *name, size_t start,
                      size_t end)
{
    put_event(output, (struct sori_event){.type = type,
                                          .name = name,
                                          .text_start = start_of(output, start),
                                          .text_end = end_of(output, end)});
}

static void put_point(struct output *output, const struct ssml_point *point)
{
    struct sori_event event = {.text_start = point->start, .text_end = point->start};

    switch (point->type) {
    case SSML_MARK:
        event.type = SORI_EVENT_MARK;
        event.name = output->stream->ssml.strings + point->name;
        break;
    case SSML_BREAK:
        event.type = SORI_EVENT_PAUSE;
        event.pause_ms = point->pause_ms;
        break;
    case SSML_PROSODY:
        event.type = SORI_EVENT_PROSODY;
        event.prosody = point->prosody;
        break;
    case SSML_BOUNDARY:
        return;
    }
    put_event(output, event);
}

/* The points of the markup up to a byte of the sentence. */
static void put_points(struct output *output, size_t at)
{
    struct english_stream *stream = output->stream;

    while (stream->point < output->point_end &&
           stream->ssml.points[stream->point].at <= output->base + at)
        put_point(output, &stream->ssml.points[stream->point++]);
}

static void put_phoneme(struct output *output, uint32_t symbol, const struct item *item)
{
    const struct sori_phoneme phoneme = {
        .symbol = symbol,
        .text_start = start_of(output, item->start),
        .text_end = end_of(output, item->end),
    };
    if (!buffer_append(&output->stream->data, &phoneme, sizeof phoneme))
        output->failed = true;
}

static void put_sound(struct output *output, char phone, const struct item *item)
{
    uint32_t symbols[IPA_MAX] = {phoneme_symbol(phone)};
    size_t n = output->stream->output == ENGLISH_IPA ? ipa_write(phone, symbols) : 1;

    for (size_t i = 0; i < n; i++)
        put_phoneme(output, symbols[i], item);
}

static void put_text(struct output *output, const char *text, size_t n)
{
    if (!buffer_append(&output->stream->data, text, n))
        output->failed = true;
}

static void put_item(struct output *output, const struct item *item)
{
    const struct items *items = &output->stream->items;

    if (output->stream->output == ENGLISH_WORDS) {
        put_text(output, item_text(items, item), item->size);
        return;
    }
    if (item->kind == ITEM_MARK) {
        put_phoneme(output, (unsigned char)*item_text(items, item), item);
        return;
    }
    for (size_t i = 0; i < item->n_phones; i++)
        put_sound(output, items->phones.data[item->phones + i], item);
}

static void put_gap(struct output *output, const struct item *item)
{
    if (item->kind == ITEM_MARK)
        return;
    if (output->stream->output == ENGLISH_WORDS)
        put_text(output, item->flags & ITEM_JOINED ? "-" : " ", 1);
    else if (!(item->flags & ITEM_JOINED))
        put_phoneme(output, ' ', item);
}

static void put_items(struct output *output)
{
    const struct items *items = &output->stream->items;
    const struct item *word = NULL; /* the last one told */

    for (size_t i = 0; i < items->n; i++) {
        const struct item *item = &items->list[i];
        if (i)
            put_gap(output, item);
        put_points(output, item->start);
        if (item->flags & ITEM_CAPITAL)
            put_place(output, SORI_EVENT_MARK, "capital", item->start, item->end);
        if (item->kind == ITEM_WORD &&
            (!word || word->start != item->start || word->end != item->end)) {
            put_place(output, SORI_EVENT_WORD, NULL, item->start, item->end);
            word = item;
        }
        put_item(output, item);
    }
}

int output_give(struct english_stream *stream, size_t base, size_t from, size_t to,
                size_t point_end, struct sori_block *ret_block)
{
    struct output output = {stream, base, point_end, stream->items.failed};

    stream->data.n = stream->events.n = 0;
    put_points(&output, from);
    if (stream->items.n)
        put_place(&output, SORI_EVENT_SENTENCE, NULL, from, to);
    put_items(&output);
    put_points(&output, SIZE_MAX - base);
    if (output.failed)
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    *ret_block = (struct sori_block){
        .media = stream->output == ENGLISH_WORDS ? SORI_MEDIA_TEXT : SORI_MEDIA_PHONEMES,
        .flags = SORI_BLOCK_UTTERANCE_END,
        .data = stream->data.data,
        .count = item_count(stream),
        .events = (const struct sori_event *)(void *)stream->events.data,
        .n_events = stream->events.n / sizeof(struct sori_event),
    };
    stream->position += ret_block->count;
    return 0;
}
