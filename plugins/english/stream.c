/* SPDX-License-Identifier: Apache-2.0 */
#include "english/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "english/normalise.h"
#include "english/phonemes.h"
#include "english/pronounce.h"
#include "english/segment.h"
#include "english/tagger.h"
#include "english/utf8.h"

int english_stream_new(const struct sori_host *host, const struct lexicon *lexicon, bool words,
                       struct english_stream **ret_stream)
{
    struct english_stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        return host->error(host, -ENOMEM, "out of memory");
    stream->host = host;
    stream->lexicon = lexicon;
    stream->words = words;
    *ret_stream = stream;
    return 0;
}

struct english_stream *english_stream_free(struct english_stream *stream)
{
    if (stream) {
        items_free(&stream->items);
        free(stream->text.data);
        free(stream->data.data);
        free(stream->events.data);
        free(stream);
    }
    return NULL;
}

/* --- input ------------------------------------------------------------------------------------ */

static int not_utf8(const struct english_stream *stream, uint64_t offset, const char *why)
{
    return stream->host->error(stream->host, -EILSEQ, "the text is not UTF-8: %s at byte %" PRIu64,
                               why, offset);
}

int english_stream_feed(struct english_stream *stream, const struct sori_block *block)
{
    struct buffer *text = &stream->text;
    size_t good;

    if (!block) {
        stream->ended = true;
        return stream->utf8_state
                   ? not_utf8(stream, stream->offset + text->n, "it ends within a character")
                   : 0;
    }
    if (stream->at) {
        memmove(text->data, text->data + stream->at, text->n - stream->at);
        stream->offset += stream->at;
        text->n -= stream->at;
        stream->at = 0;
    }
    good = utf8_check(block->data, block->count, &stream->utf8_state);
    if (good < block->count)
        return not_utf8(stream, stream->offset + text->n + good, "a wrong byte");
    if (!buffer_append(text, block->data, block->count))
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

/* The sentence under way: what is put in front of its offsets. */
struct output {
    struct english_stream *stream;
    uint64_t base;
    bool failed;
};

static size_t item_count(const struct english_stream *stream)
{
    return stream->words ? stream->data.n : stream->data.n / sizeof(struct sori_phoneme);
}

static void put_event(struct output *output, uint32_t type, size_t start, size_t end)
{
    struct english_stream *stream = output->stream;
    const struct sori_event event = {
        .type = type,
        .text_start = (uint32_t)(output->base + start),
        .text_end = (uint32_t)(output->base + end),
        .position = stream->position + item_count(stream),
    };
    if (!buffer_append(&stream->events, &event, sizeof event))
        output->failed = true;
}

static void put_phoneme(struct output *output, uint32_t symbol, const struct item *item)
{
    const struct sori_phoneme phoneme = {
        .symbol = symbol,
        .text_start = (uint32_t)(output->base + item->start),
        .text_end = (uint32_t)(output->base + item->end),
    };
    if (!buffer_append(&output->stream->data, &phoneme, sizeof phoneme))
        output->failed = true;
}

static void put_text(struct output *output, const char *text, size_t n)
{
    if (!buffer_append(&output->stream->data, text, n))
        output->failed = true;
}

static void put_item(struct output *output, const struct item *item)
{
    const struct items *items = &output->stream->items;

    if (output->stream->words) {
        put_text(output, item_text(items, item), item->size);
        return;
    }
    if (item->kind == ITEM_MARK) {
        put_phoneme(output, (unsigned char)*item_text(items, item), item);
        return;
    }
    for (size_t i = 0; i < item->n_phones; i++)
        put_phoneme(output, phoneme_symbol(items->phones.data[item->phones + i]), item);
}

static void put_gap(struct output *output, const struct item *item)
{
    if (item->kind == ITEM_MARK)
        return;
    if (output->stream->words)
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
        if (item->kind == ITEM_WORD &&
            (!word || word->start != item->start || word->end != item->end)) {
            put_event(output, SORI_EVENT_WORD, item->start, item->end);
            word = item;
        }
        put_item(output, item);
    }
}

/* Analyses n bytes; false if there is nothing in them to say. */
static bool analyse(struct english_stream *stream, const char *text, size_t n)
{
    struct items *items = &stream->items;

    normalise(stream->lexicon, text, n, items);
    if (!items->n && !items->failed)
        return false;
    tagger_run(stream->lexicon, items);
    if (!stream->words)
        pronounce(stream->lexicon, items);
    return true;
}

static int give(struct english_stream *stream, const char *text, size_t n, uint64_t base,
                struct sori_block *ret_block)
{
    struct output output = {stream, base, stream->items.failed};
    size_t first = 0;

    while (n && strchr(" \t\n\v\f\r", text[n - 1]))
        n--;
    while (first < n && strchr(" \t\n\v\f\r", text[first]))
        first++;
    stream->data.n = stream->events.n = 0;
    put_event(&output, SORI_EVENT_SENTENCE, first, n);
    put_items(&output);
    if (output.failed)
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    *ret_block = (struct sori_block){
        .media = stream->words ? SORI_MEDIA_TEXT : SORI_MEDIA_PHONEMES,
        .flags = SORI_BLOCK_UTTERANCE_END,
        .data = stream->data.data,
        .count = item_count(stream),
        .events = (const struct sori_event *)(void *)stream->events.data,
        .n_events = stream->events.n / sizeof(struct sori_event),
    };
    stream->position += ret_block->count;
    return 0;
}

int english_stream_drain(struct english_stream *stream, struct sori_block *ret_block)
{
    for (;;) {
        const char *text = stream->text.data + stream->at;
        size_t left = stream->text.n - stream->at, n;
        uint64_t base = stream->offset + stream->at;

        if (atomic_load(&stream->cancelled))
            return -ECANCELED;
        n = left ? segment_next(text, left, stream->ended) : 0;
        if (!n)
            return stream->ended ? SORI_DONE : SORI_MORE;
        stream->at += n;
        if (analyse(stream, text, n))
            return give(stream, text, n, base, ret_block);
    }
}
