/* SPDX-License-Identifier: Apache-2.0 */
#include "griffinlim/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"

DEFINE_CLEANUP(griffinlim_stream, struct griffinlim_stream *, griffinlim_stream_free)

int griffinlim_stream_new(const struct sori_host *host, const struct invert_settings *settings,
                          const struct sori_stream_params *params,
                          struct griffinlim_stream **ret_stream)
{
    _cleanup_(cleanup_griffinlim_stream) struct griffinlim_stream *stream =
        calloc(1, sizeof *stream);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->host = host;
    stream->bands = settings->format.bands;
    stream->hop = settings->format.hop_length;
    stream->seed = params->seed;
    stream->samples = aligned_calloc(stream->hop, sizeof(float));
    if (!stream->samples)
        return -ENOMEM;
    r = invert_new(settings, &stream->invert);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

static void free_names(struct griffinlim_stream *stream, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((char *)stream->events[i].name);
}

struct griffinlim_stream *griffinlim_stream_free(struct griffinlim_stream *stream)
{
    if (!stream)
        return NULL;
    invert_free(stream->invert);
    free_names(stream, stream->n_events);
    free(stream->frames);
    free(stream->events);
    free(stream->samples);
    free(stream);
    return NULL;
}

/* --- input ------------------------------------------------------------------------------------ */

/* Makes room for `more` items behind `used`. */
static int reserve(void **array, size_t *capacity, size_t used, size_t more, size_t item)
{
    size_t wanted, bytes;
    void *grown;

    if (!checked_add(used, more, &wanted) || !checked_mul(wanted, item, &bytes))
        return -ENOMEM;
    if (wanted <= *capacity)
        return 0;
    grown = realloc(*array, bytes);
    if (!grown)
        return -ENOMEM;
    *array = grown;
    *capacity = wanted;
    return 0;
}

/* The events that were given out with the last block are no longer needed. */
static void drop_given_events(struct griffinlim_stream *stream)
{
    size_t given = stream->given_events;

    free_names(stream, given);
    stream->n_events -= given;
    if (given && stream->n_events)
        memmove(stream->events, stream->events + given, stream->n_events * sizeof *stream->events);
    stream->given_events = 0;
}

static int add_events(struct griffinlim_stream *stream, const struct sori_block *block)
{
    int r = reserve((void **)&stream->events, &stream->event_capacity, stream->n_events,
                    block->n_events, sizeof *stream->events);

    for (size_t i = 0; r >= 0 && i < block->n_events; i++) {
        struct sori_event event = block->events[i];
        event.position *= stream->hop;
        if (event.name) {
            event.name = strdup(event.name);
            r = event.name ? 0 : -ENOMEM;
        }
        if (r >= 0)
            stream->events[stream->n_events++] = event;
    }
    return r;
}

int griffinlim_stream_feed(struct griffinlim_stream *stream, const struct sori_block *block)
{
    int r;

    if (!block) {
        stream->input_end = stream->sentence_end = true;
        return 0;
    }
    drop_given_events(stream);
    r = reserve((void **)&stream->frames, &stream->frame_capacity, 0, block->count,
                stream->bands * sizeof *stream->frames);
    if (r >= 0)
        r = add_events(stream, block);
    if (r < 0)
        return r;
    if (block->count)
        memcpy(stream->frames, block->data, block->count * stream->bands * sizeof(float));
    stream->n_frames = block->count;
    stream->next_frame = 0;
    stream->sentence_end = block->flags & SORI_BLOCK_UTTERANCE_END;
    return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

/* The next hop of the sentence under way into stream->samples; false when there is none now. */
static bool next_hop(struct griffinlim_stream *stream)
{
    bool given = false;

    while (!given && stream->next_frame < stream->n_frames) {
        const float *frame = stream->frames + stream->next_frame++ * stream->bands;
        if (!stream->in_sentence)
            invert_begin(stream->invert, stream->seed);
        stream->in_sentence = true;
        given = invert_push(stream->invert, frame, stream->samples);
        if (atomic_load(&stream->cancelled))
            return false;
    }
    if (!given && stream->sentence_end && stream->in_sentence)
        given = invert_flush(stream->invert, stream->samples);
    return given;
}

static void take_events(struct griffinlim_stream *stream, bool all, struct sori_block *block)
{
    size_t n = 0;

    while (n < stream->n_events && (all || stream->events[n].position < stream->samples_given))
        n++;
    stream->given_events = n;
    block->events = stream->events;
    block->n_events = n;
}

int griffinlim_stream_drain(struct griffinlim_stream *stream, struct sori_block *ret_block)
{
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = stream->samples};
    bool end;

    drop_given_events(stream);
    if (next_hop(stream))
        block.count = stream->hop;
    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    end = !block.count && stream->sentence_end;
    if (end && stream->input_end && !stream->in_sentence && !stream->n_events)
        return SORI_DONE;
    if (!block.count && !end)
        return SORI_MORE;
    stream->samples_given += block.count;
    take_events(stream, end, &block);
    if (end) {
        block.flags |= SORI_BLOCK_UTTERANCE_END;
        stream->in_sentence = false;
        stream->sentence_end = stream->input_end;
    }
    *ret_block = block;
    return 0;
}
