/* SPDX-License-Identifier: Apache-2.0 */
#include "griffinlim/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(griffinlim_stream, struct griffinlim_stream *, griffinlim_stream_free)

static void begin(void *stream, uint64_t seed)
{
    invert_begin(((struct griffinlim_stream *)stream)->invert, seed);
}

static size_t push(void *opaque, const float *frame, float *ret_samples)
{
    struct griffinlim_stream *stream = opaque;

    return invert_push(stream->invert, frame, ret_samples) ? stream->vocoding.hop_length : 0;
}

static size_t flush(void *opaque, float *ret_samples)
{
    struct griffinlim_stream *stream = opaque;

    return invert_flush(stream->invert, ret_samples) ? stream->vocoding.hop_length : 0;
}

static const struct vocoder vocoder = {begin, push, flush};

int griffinlim_stream_new(const struct sori_host *host, const struct invert_settings *settings,
                          const struct sori_stream_params *params,
                          struct griffinlim_stream **ret_stream)
{
    _cleanup_(cleanup_griffinlim_stream) struct griffinlim_stream *stream =
        calloc(1, sizeof *stream);
    size_t hop = settings->format.hop_length;
    int r;

    if (!stream)
        return -ENOMEM;
    r = vocoding_init(&stream->vocoding, host, &vocoder, stream, params, settings->format.bands,
                      hop, hop);
    if (r >= 0)
        r = invert_new(settings, &stream->invert);
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

struct griffinlim_stream *griffinlim_stream_free(struct griffinlim_stream *stream)
{
    if (!stream)
        return NULL;
    invert_free(stream->invert);
    vocoding_clear(&stream->vocoding);
    free(stream);
    return NULL;
}
