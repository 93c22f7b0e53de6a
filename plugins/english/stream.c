/* SPDX-License-Identifier: Apache-2.0 */
#include "english/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "english/ipa.h"
#include "english/output.h"
#include "english/pronounce.h"
#include "english/segment.h"
#include "english/tagger.h"

int english_stream_new(const struct sori_host *host, const struct lexicon *lexicon,
                       enum english_output output, const struct sori_stream_params *params,
                       struct english_stream **ret_stream)
{
    struct english_stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        return host->error(host, -ENOMEM, "out of memory");
    stream->host = host;
    stream->lexicon = lexicon;
    stream->output = output;
    stream->markup = params->text_format == SORI_TEXT_SSML;
    stream->manner = (struct manner){(uint8_t)params->reading, (uint8_t)params->punctuation,
                                     (uint8_t)params->capitals};
    *ret_stream = stream;
    return 0;
}

struct english_stream *english_stream_free(struct english_stream *stream)
{
    if (stream) {
        items_free(&stream->items);
        ssml_clear(&stream->ssml);
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

/* The whole document is there: from now on `text` is what it says. */
static int read_markup(struct english_stream *stream)
{
    const struct sori_host *host = stream->host;
    struct buffer *text = &stream->text;
    const struct ssml *ssml = &stream->ssml;
    int r = ssml_read(text->data, text->n, &stream->ssml);

    if (r < 0)
        return host->error(host, r, "out of memory");
    if (ssml->wrong && host->log)
        host->log(host, SORI_LOG_WARNING, "SSML is not well-formed: %s at byte %zu", ssml->wrong,
                  ssml->wrong_at);
    text->n = 0;
    if (!buffer_append(text, ssml->text, ssml->n))
        return host->error(host, -ENOMEM, "out of memory");
    return 0;
}

static int end_input(struct english_stream *stream)
{
    stream->ended = true;
    if (stream->utf8.left)
        return not_utf8(stream, stream->offset + stream->text.n, "it ends within a character");
    return stream->markup ? read_markup(stream) : 0;
}

int english_stream_feed(struct english_stream *stream, const struct sori_block *block)
{
    struct buffer *text = &stream->text;
    size_t good;

    if (!block)
        return end_input(stream);
    if (stream->markup && block->count > TEXT_MAX_SIZE - text->n)
        return stream->host->error(stream->host, -EMSGSIZE,
                                   "an SSML document of more than %u bytes", TEXT_MAX_SIZE);
    if (stream->at) {
        memmove(text->data, text->data + stream->at, text->n - stream->at);
        stream->offset += stream->at;
        text->n -= stream->at;
        stream->at = 0;
    }
    good = utf8_check(&stream->utf8, block->data, block->count);
    if (good < block->count)
        return not_utf8(stream, stream->offset + text->n + good, "a wrong byte");
    if (!buffer_append(text, block->data, block->count))
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

/* How the word that stands at `at` sounds, by the markup or the user's dictionary; NULL: neither
 * says so. `*region` goes along with the words. */
static const char *ipa_of(const struct english_stream *stream, size_t at, const char *word,
                          size_t n, size_t *region)
{
    const struct ssml *ssml = &stream->ssml;
    const struct user_word *own;

    while (*region < ssml->n_regions && ssml->regions[*region].end <= at)
        ++*region;
    if (*region < ssml->n_regions && ssml->regions[*region].start <= at &&
        ssml->regions[*region].reading == SSML_PHONEME)
        return ssml->strings + ssml->regions[*region].detail;
    own = user_words_find(&stream->lexicon->user, word, n);
    return own && own->sounds ? own->spoken : NULL;
}

/* What is said of a word there takes the place of what the lexicon says. */
static void sound_as_written(struct english_stream *stream, size_t base)
{
    struct items *items = &stream->items;
    size_t region = 0;

    for (size_t i = 0; i < items->n; i++) {
        struct item *item = &items->list[i];
        struct phones phones;
        const char *ipa;
        if (!(item->flags & ITEM_SOUNDED))
            continue;
        ipa = ipa_of(stream, base + item->start, item_text(items, item), item->size, &region);
        if (ipa && ipa_read(ipa, &phones))
            items_set_phones(items, item, phones.text, phones.n);
    }
}

/* Analyses n bytes at `base`; false if there is nothing in them to say. */
static bool analyse(struct english_stream *stream, size_t base, size_t n)
{
    struct items *items = &stream->items;

    normalise_in(stream->lexicon, stream->manner, stream->markup ? &stream->ssml : NULL, base,
                 stream->text.data + base, n, items);
    if (!items->n && !items->failed)
        return false;
    tagger_run(stream->lexicon, items);
    if (stream->output != ENGLISH_WORDS) {
        pronounce(stream->lexicon, &stream->unknown, items);
        sound_as_written(stream, base);
    }
    return true;
}

/* The sentence without the white space around it; all of it if there is nothing else. */
static int give(struct english_stream *stream, size_t base, size_t n, size_t point_end,
                struct sori_block *ret_block)
{
    const char *text = stream->text.data + base;
    size_t first = 0, last = n;

    while (last && strchr(" \t\n\v\f\r", text[last - 1]))
        last--;
    while (first < last && strchr(" \t\n\v\f\r", text[first]))
        first++;
    return output_give(stream, base, last ? first : 0, last ? last : n, point_end, ret_block);
}

/* A sentence of plain text. */
static size_t next_plain(const struct english_stream *stream)
{
    size_t left = stream->text.n - stream->at;

    if (!left)
        return 0;
    if ((stream->manner.reading == SORI_READ_CHARACTER ||
         stream->manner.reading == SORI_READ_KEY) &&
        left <= SENTENCE_MAX_SIZE)
        return stream->ended ? left : 0;
    return segment_next(stream->text.data + stream->at, left, stream->ended);
}

/* No cut within what is read in a way of its own. */
static size_t keep_region(const struct english_stream *stream, size_t end, size_t limit)
{
    const struct ssml *ssml = &stream->ssml;

    for (size_t i = 0; i < ssml->n_regions; i++)
        if (ssml->regions[i].start < end && ssml->regions[i].end > end &&
            ssml->regions[i].end - stream->at <= 2 * SENTENCE_MAX_SIZE)
            end = ssml->regions[i].end;
    return end < limit ? end : limit;
}

/*
 * A sentence of marked-up text: it ends at the latest at a break or the end of a paragraph. Sets
 * *ret_point_end to the points that come with it.
 */
static size_t next_marked(const struct english_stream *stream, size_t *ret_point_end)
{
    const struct ssml *ssml = &stream->ssml;
    size_t at = stream->at, p = stream->point, limit, end;

    while (p < ssml->n_points && ssml->points[p].type != SSML_BREAK &&
           ssml->points[p].type != SSML_BOUNDARY)
        p++;
    limit = p < ssml->n_points ? ssml->points[p].at : ssml->n;
    end = at;
    if (at < limit)
        end =
            keep_region(stream, at + segment_next(stream->text.data + at, limit - at, true), limit);
    if (end == limit) {
        *ret_point_end = p < ssml->n_points ? p + 1 : p;
        return end - at;
    }
    for (p = stream->point; p < ssml->n_points && ssml->points[p].at < end;)
        p++;
    *ret_point_end = p;
    return end - at;
}

/* Is there anything among the points but the ends of sentences? */
static bool has_events(const struct english_stream *stream, size_t point_end)
{
    for (size_t i = stream->point; i < point_end; i++)
        if (stream->ssml.points[i].type != SSML_BOUNDARY)
            return true;
    return false;
}

int english_stream_drain(struct english_stream *stream, struct sori_block *ret_block)
{
    for (;;) {
        size_t base = stream->at, n, point_end = 0;

        if (atomic_load(&stream->cancelled))
            return -ECANCELED;
        if (stream->markup && !stream->ended)
            return SORI_MORE;
        n = stream->markup ? next_marked(stream, &point_end) : next_plain(stream);
        if (!n && point_end == stream->point)
            return stream->ended ? SORI_DONE : SORI_MORE;
        stream->at += n;
        if (n && analyse(stream, base, n))
            return give(stream, base, n, point_end, ret_block);
        items_clear(&stream->items);
        if (has_events(stream, point_end))
            return output_give(stream, base, 0, 0, point_end, ret_block);
        stream->point = point_end;
    }
}
