/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "wavenet/stream.h"

DEFINE_CLEANUP(wavenet_stream, struct wavenet_stream *, wavenet_stream_free)

int wavenet_stream_new(const struct sori_host *host, const struct wavenet_config *config,
                       const struct wavenet_weights *weights, const struct noise_table *table,
                       const struct sori_stream_params *params, struct wavenet_stream **ret_stream)
{
    _cleanup_(cleanup_wavenet_stream) struct wavenet_stream *stream = calloc(1, sizeof *stream);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->host = host;
    stream->config = config;
    stream->seed = params->seed;
    stream->volume = (float)params->volume;
    stream->samples = aligned_calloc(wavenet_block_samples(config), sizeof(float));
    if (!stream->samples)
        return -ENOMEM;
    r = wavenet_state_new(config, weights, table, kernels_select(host->cpu), &stream->state);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

struct wavenet_stream *wavenet_stream_free(struct wavenet_stream *stream)
{
    if (stream) {
        wavenet_state_free(stream->state);
        free(stream->frames);
        free(stream->events);
        free(stream->name_offsets);
        free(stream->names);
        free(stream->samples);
        free(stream);
    }
    return NULL;
}

/* --- input --------------------------------------------------------------------------------------
 */

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

static size_t names_size(const struct sori_block *block)
{
    size_t size = 0;
    for (size_t i = 0; i < block->n_events; i++)
        size += block->events[i].name ? strlen(block->events[i].name) + 1 : 0;
    return size;
}

static int make_room(struct wavenet_stream *stream, const struct sori_block *block)
{
    int r = reserve((void **)&stream->frames, &stream->frame_capacity, 0, block->count,
                    stream->config->mels * sizeof *stream->frames);
    if (r >= 0)
        r = reserve((void **)&stream->events, &stream->event_capacity, stream->n_events,
                    block->n_events, sizeof *stream->events);
    if (r >= 0)
        r = reserve((void **)&stream->name_offsets, &stream->offset_capacity, stream->n_events,
                    block->n_events, sizeof *stream->name_offsets);
    if (r >= 0)
        r = reserve((void **)&stream->names, &stream->name_capacity, stream->names_size,
                    names_size(block), 1);
    return r;
}

/* The events that were given out with the last block are no longer needed. */
static void drop_given_events(struct wavenet_stream *stream)
{
    size_t given = stream->given_events;

    stream->n_events -= given;
    if (given && stream->n_events) {
        memmove(stream->events, stream->events + given, stream->n_events * sizeof *stream->events);
        memmove(stream->name_offsets, stream->name_offsets + given,
                stream->n_events * sizeof *stream->name_offsets);
    }
    stream->given_events = 0;
}

static void add_event(struct wavenet_stream *stream, const struct sori_event *event)
{
    size_t i = stream->n_events++, size = event->name ? strlen(event->name) + 1 : 0;

    stream->events[i] = *event;
    stream->events[i].position *= stream->config->hop_length;
    stream->events[i].name = NULL;
    stream->name_offsets[i] = size ? stream->names_size : SIZE_MAX;
    if (size)
        memcpy(stream->names + stream->names_size, event->name, size);
    stream->names_size += size;
}

int wavenet_stream_feed(struct wavenet_stream *stream, const struct sori_block *block)
{
    size_t mels = stream->config->mels;
    int r;

    if (!block) {
        stream->input_end = stream->sentence_end = true;
        return 0;
    }
    drop_given_events(stream);
    if (!stream->n_events)
        stream->names_size = 0;
    r = make_room(stream, block);
    if (r < 0)
        return r;
    if (block->count)
        memcpy(stream->frames, block->data, block->count * mels * sizeof(float));
    stream->n_frames = block->count;
    stream->next_frame = 0;
    stream->sentence_end = block->flags & SORI_BLOCK_UTTERANCE_END;
    for (size_t i = 0; i < block->n_events; i++)
        add_event(stream, &block->events[i]);
    return 0;
}

/* --- output -------------------------------------------------------------------------------------
 */

/* The next samples of the sentence under way; 0 when there are none now. */
static size_t next_samples(struct wavenet_stream *stream)
{
    size_t mels = stream->config->mels, n = 0;

    while (!n && stream->next_frame < stream->n_frames) {
        const float *frame = stream->frames + stream->next_frame++ * mels;
        if (!stream->in_sentence)
            wavenet_begin(stream->state, stream->seed);
        stream->in_sentence = true;
        n = wavenet_push(stream->state, frame, stream->samples);
    }
    if (!n && stream->sentence_end && stream->in_sentence)
        n = wavenet_flush(stream->state, stream->samples);
    return n;
}

static void take_events(struct wavenet_stream *stream, bool all, struct sori_block *block)
{
    size_t n = 0;

    while (n < stream->n_events && (all || stream->events[n].position < stream->samples_given)) {
        size_t name = stream->name_offsets[n];
        stream->events[n].name = name == SIZE_MAX ? NULL : stream->names + name;
        n++;
    }
    stream->given_events = n;
    block->events = stream->events;
    block->n_events = n;
}

int wavenet_stream_drain(struct wavenet_stream *stream, struct sori_block *ret_block)
{
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = stream->samples};
    bool end;

    drop_given_events(stream);
    block.count = next_samples(stream);
    end = !block.count && stream->sentence_end;
    if (end && stream->input_end && !stream->in_sentence && !stream->n_events)
        return SORI_DONE;
    if (!block.count && !end)
        return SORI_MORE;
    if (stream->volume != 1)
        for (size_t i = 0; i < block.count; i++)
            stream->samples[i] *= stream->volume;
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
