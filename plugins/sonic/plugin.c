/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effect: another pitch at the same rate, and rates beyond what a voice can do by itself, with
 * libsonic. Events move with the sound. Both also follow prosody events: before one, the sound
 * comes to an end and begins afresh. No settings: rate and pitch are those of the request.
 */
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include <sori/plugin.h>

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "flow/event-queue.h"
#include "sonic/stretch.h"

/* Samples are given out in blocks of about this length. */
enum { BLOCK_MS = 10, MIN_RATE = 8000, MAX_RATE = 192000 };

struct sonic_stream {
    const struct sori_host *host;
    struct stretch *stretch;
    atomic_bool cancelled;
    bool ended;
    double rate, pitch;          /* of the request */
    struct sori_prosody prosody; /* factors on them, of the last prosody event that went by */
    bool changed;                /* they did, and the stretch does not know yet */

    float *in; /* the block that was fed, a copy */
    size_t n_in, in_capacity, at;
    uint64_t in_position; /* of in[0] */
    bool flushing, flag;  /* after its last sample: come to an end, and say so */

    /* Events that were fed and not given out yet: the first ones belong to the block that is being
     * made and have positions of the output, the rest have positions of the input. */
    struct event_queue events;
    size_t n_moved;

    float *out; /* the block that was given out, or is being made */
    size_t n_out, block;
    uint64_t position; /* of out[0] */
    bool given;
};

/* --- the model, which is nothing -------------------------------------------------------------- */

static int sonic_load(const struct sori_host *host, const struct sori_setting *settings,
                      size_t n_settings, void **ret_model)
{
    if (n_settings)
        return host->error(host, -EINVAL, "unknown setting '%s' (there are none)", settings[0].key);
    *ret_model = (void *)host;
    return 0;
}

static void sonic_unload(void *model)
{
}

static int sonic_describe(const void *model, struct sori_stage_info *ret_info)
{
    *ret_info = (struct sori_stage_info){
        .input = {.media = SORI_MEDIA_SAMPLES, .channels = 1},
        .output = {.media = SORI_MEDIA_SAMPLES, .channels = 1},
    };
    return 0;
}

/* --- begin and end ---------------------------------------------------------------------------- */

static void sonic_end(void *opaque)
{
    struct sonic_stream *stream = opaque;

    if (!stream)
        return;
    stretch_close(stream->stretch);
    event_queue_clear(&stream->events);
    free(stream->in);
    free(stream->out);
    free(stream);
}

DEFINE_CLEANUP(stream, struct sonic_stream *, sonic_end)

static int check(const struct sori_host *host, const struct sori_stream_params *params)
{
    const struct sori_format *input = &params->input;

    if (input->media != SORI_MEDIA_SAMPLES || input->channels > 1 ||
        input->sample_rate < MIN_RATE || input->sample_rate > MAX_RATE)
        return host->error(host, -EINVAL, "takes mono samples of %d to %d Hz only, not of %u",
                           MIN_RATE, MAX_RATE, input->sample_rate);
    if (!(params->rate >= RATE_MIN && params->rate <= RATE_MAX))
        return host->error(host, -EINVAL, "rate %g is not from %g to %g", params->rate, RATE_MIN,
                           RATE_MAX);
    if (!(params->pitch >= PITCH_MIN && params->pitch <= PITCH_MAX))
        return host->error(host, -EINVAL, "pitch %g is not from %g to %g", params->pitch, PITCH_MIN,
                           PITCH_MAX);
    return 0;
}

static int sonic_begin(void *model, const struct sori_stream_params *params, void **ret_stream)
{
    const struct sori_host *host = model;
    _cleanup_(cleanup_stream) struct sonic_stream *stream = calloc(1, sizeof *stream);
    int r = check(host, params);

    if (r < 0)
        return r;
    if (!stream ||
        stretch_open(params->input.sample_rate, params->rate, params->pitch, &stream->stretch) < 0)
        return host->error(host, -ENOMEM, "out of memory");
    stream->host = host;
    stream->rate = params->rate;
    stream->pitch = params->pitch;
    stream->prosody = (struct sori_prosody){1, 1, 1};
    stream->block = (size_t)params->input.sample_rate * BLOCK_MS / 1000;
    stream->out = calloc(stream->block + stretch_max_segment(stream->stretch), sizeof(float));
    if (!stream->out)
        return host->error(host, -ENOMEM, "out of memory");
    *ret_stream = steal(stream);
    return 0;
}

/* --- feed ------------------------------------------------------------------------------------- */

static bool copy_events(struct sonic_stream *stream, const struct sori_block *block)
{
    if (event_queue_reserve(&stream->events, block) < 0)
        return false;
    for (size_t i = 0; i < block->n_events; i++)
        event_queue_add(&stream->events, &block->events[i], block->events[i].position);
    return true;
}

static bool copy_samples(struct sonic_stream *stream, const struct sori_block *block)
{
    if (array_reserve((void **)&stream->in, &stream->in_capacity, 0, block->count,
                      sizeof *stream->in) < 0)
        return false;
    if (block->count)
        memcpy(stream->in, block->data, block->count * sizeof *stream->in);
    stream->in_position += stream->n_in;
    stream->n_in = block->count;
    stream->at = 0;
    return true;
}

static int sonic_feed(void *opaque, const struct sori_block *block)
{
    struct sonic_stream *stream = opaque;

    if (atomic_load(&stream->cancelled))
        return -ECANCELED;
    if (!block) {
        stream->ended = stream->flushing = true;
        return 0;
    }
    if (!copy_samples(stream, block) || !copy_events(stream, block))
        return stream->host->error(stream->host, -ENOMEM, "out of memory");
    stream->flag = block->flags & SORI_BLOCK_UTTERANCE_END;
    stream->flushing = stream->flag;
    return 0;
}

/* --- drain ------------------------------------------------------------------------------------ */

static void note_prosody(struct sonic_stream *stream, struct sori_prosody *prosody)
{
    if (!(prosody->rate > 0 && prosody->pitch > 0))
        return;
    stream->changed = stream->changed || prosody->rate != stream->prosody.rate ||
                      prosody->pitch != stream->prosody.pitch;
    stream->prosody = *prosody;
    prosody->rate = prosody->pitch = 1; /* it is done here */
}

/* The first event that has not been moved to the output; NULL: none. */
static struct sori_event *next_event(const struct sonic_stream *stream)
{
    return stream->n_moved < stream->events.n ? &stream->events.events[stream->n_moved] : NULL;
}

/* Moves the next event to a position of the output. */
static void move_event(struct sonic_stream *stream, struct sori_event *event, uint64_t position)
{
    event->position = position;
    if (event->type == SORI_EVENT_PROSODY)
        note_prosody(stream, &event->prosody);
    stream->n_moved++;
}

static void append(struct sonic_stream *stream, const struct segment *segment)
{
    struct sori_event *event;

    memcpy(stream->out + stream->n_out, segment->samples, segment->n * sizeof *stream->out);
    stream->n_out += segment->n;
    while ((event = next_event(stream)) && event->position < segment->in_end)
        move_event(stream, event, segment_map(segment, event->position));
}

/* Once everything that was put came out, the events up to `end` lie at its end. False: more comes
 * out first. */
static bool flush(struct sonic_stream *stream, uint64_t end)
{
    struct sori_event *event;

    if (stretch_flush(stream->stretch))
        return false;
    while ((event = next_event(stream)) && event->position <= end)
        move_event(stream, event, stream->position + stream->n_out);
    if (stream->changed)
        stretch_set(
            stream->stretch,
            fmin(fmax(stream->rate * (double)stream->prosody.rate, RATE_MIN), RATE_MAX),
            fmin(fmax(stream->pitch * (double)stream->prosody.pitch, PITCH_MIN), PITCH_MAX));
    stream->changed = false;
    return true;
}

/* Samples until the next prosody event, at most n. */
static size_t same_prosody(const struct sonic_stream *stream, uint64_t at, size_t n)
{
    for (size_t i = stream->n_moved; i < stream->events.n; i++) {
        const struct sori_event *event = &stream->events.events[i];
        if (event->type == SORI_EVENT_PROSODY)
            return event->position <= at      ? 0
                   : event->position - at < n ? (size_t)(event->position - at)
                                              : n;
    }
    return n;
}

static void put(struct sonic_stream *stream)
{
    uint64_t at = stream->in_position + stream->at;
    size_t n = same_prosody(stream, at, stream->n_in - stream->at);

    if (n)
        stream->at += stretch_put(stream->stretch, stream->in + stream->at, n);
    else
        flush(stream, at);
}

static void next_block(struct sonic_stream *stream)
{
    if (!stream->given)
        return;
    stream->position += stream->n_out;
    event_queue_given(&stream->events);
    stream->n_out = stream->n_moved = 0;
    stream->given = false;
}

static int give(struct sonic_stream *stream, bool flag, struct sori_block *ret_block)
{
    stream->given = true;
    *ret_block = (struct sori_block){
        .media = SORI_MEDIA_SAMPLES,
        .flags = flag ? SORI_BLOCK_UTTERANCE_END : 0,
        .data = stream->out,
        .count = stream->n_out,
    };
    event_queue_give_first(&stream->events, stream->n_moved, ret_block);
    return 0;
}

static int sonic_drain(void *opaque, struct sori_block *ret_block)
{
    struct sonic_stream *stream = opaque;

    next_block(stream);
    for (;;) {
        struct segment segment;
        if (atomic_load(&stream->cancelled))
            return -ECANCELED;
        if (stretch_get(stream->stretch, &segment))
            append(stream, &segment);
        else if (stream->at < stream->n_in)
            put(stream);
        else if (stream->flushing)
            stream->flushing = !flush(stream, UINT64_MAX);
        else
            break;
        if (stream->n_out >= stream->block)
            return give(stream, false, ret_block);
    }
    if (stream->flag || (stream->ended && (stream->n_out || stream->n_moved))) {
        bool flag = stream->flag;
        stream->flag = false;
        return give(stream, flag, ret_block);
    }
    return stream->ended ? SORI_DONE : SORI_MORE;
}

static void sonic_cancel(void *opaque)
{
    struct sonic_stream *stream = opaque;

    atomic_store(&stream->cancelled, true);
}

static const struct sori_stage sonic_stage = {
    .version = SORI_ABI_VERSION,
    .size = sizeof sonic_stage,
    .kind = SORI_STAGE_EFFECT,
    .name = "sonic",
    .summary = "changes pitch and speed",
    .licence = "Apache-2.0",
    .load = sonic_load,
    .unload = sonic_unload,
    .describe = sonic_describe,
    .begin = sonic_begin,
    .feed = sonic_feed,
    .drain = sonic_drain,
    .cancel = sonic_cancel,
    .end = sonic_end,
};

const struct sori_stage *sori_plugin_entry(uint32_t abi)
{
    return abi == SORI_ABI_VERSION ? &sonic_stage : NULL;
}
