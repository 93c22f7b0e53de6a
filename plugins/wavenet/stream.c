/* SPDX-License-Identifier: Apache-2.0 */
#include "wavenet/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(wavenet_stream, struct wavenet_stream *, wavenet_stream_free)

static void begin(void *state, uint64_t seed)
{
    wavenet_begin(state, seed);
}

static size_t push(void *state, const float *frame, float *ret_samples)
{
    return wavenet_push(state, frame, ret_samples);
}

static size_t flush(void *state, float *ret_samples)
{
    return wavenet_flush(state, ret_samples);
}

static const struct vocoder vocoder = {begin, push, flush};

int wavenet_stream_new(const struct sori_host *host, const struct wavenet_config *config,
                       const struct wavenet_weights *weights, const struct noise_table *table,
                       const struct sori_stream_params *params, struct wavenet_stream **ret_stream)
{
    _cleanup_(cleanup_wavenet_stream) struct wavenet_stream *stream = calloc(1, sizeof *stream);
    int r;

    if (!stream)
        return -ENOMEM;
    stream->host = host;
    r = wavenet_state_new(config, weights, table, kernels_select(host->cpu), &stream->state);
    if (r >= 0)
        r = vocoding_init(&stream->vocoding, &vocoder, stream->state, params, config->mels,
                          config->hop_length, wavenet_block_samples(config));
    if (r < 0)
        return r;
    *ret_stream = steal(stream);
    return 0;
}

struct wavenet_stream *wavenet_stream_free(struct wavenet_stream *stream)
{
    if (!stream)
        return NULL;
    vocoding_clear(&stream->vocoding);
    wavenet_state_free(stream->state);
    free(stream);
    return NULL;
}
