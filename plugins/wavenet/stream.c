/* SPDX-License-Identifier: Apache-2.0 */
#include "wavenet/stream.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"

DEFINE_CLEANUP(wavenet_stream, struct wavenet_stream *, wavenet_stream_free)

static void begin(void *state, uint64_t seed)
{
    struct wavenet_stream *stream = state;

    wavenet_begin(stream->state, seed);
    if (stream->comb)
        comb_begin(stream->comb);
}

static size_t push(void *state, const float *frame, float *ret_samples)
{
    struct wavenet_stream *stream = state;
    size_t made;

    if (!stream->comb)
        return wavenet_push(stream->state, frame, ret_samples);
    made = wavenet_push(stream->state, frame, stream->vocoded);
    return comb_push(stream->comb, stream->vocoded, made, ret_samples);
}

static size_t flush(void *state, float *ret_samples)
{
    struct wavenet_stream *stream = state;
    size_t made, n = 0;

    if (!stream->comb)
        return wavenet_flush(stream->state, ret_samples);
    while (!n && (made = wavenet_flush(stream->state, stream->vocoded)))
        n = comb_push(stream->comb, stream->vocoded, made, ret_samples);
    return n ? n : comb_flush(stream->comb, ret_samples);
}

static const struct vocoder vocoder = {begin, push, flush};

static int add_comb(struct wavenet_stream *stream, const struct wavenet_config *config)
{
    if (!config->comb.cutoff)
        return 0;
    stream->vocoded = calloc(wavenet_block_samples(config), sizeof *stream->vocoded);
    if (!stream->vocoded)
        return -ENOMEM;
    return comb_new(config->sample_rate, &config->comb, &stream->comb);
}

int wavenet_stream_new(const struct sori_host *host, const struct wavenet_config *config,
                       const struct wavenet_weights *weights, const struct noise_table *table,
                       const struct sori_stream_params *params, struct wavenet_stream **ret_stream)
{
    _cleanup_(cleanup_wavenet_stream) struct wavenet_stream *stream = calloc(1, sizeof *stream);
    size_t most = wavenet_block_samples(config);
    int r;

    if (!stream)
        return -ENOMEM;
    r = add_comb(stream, config);
    if (r >= 0)
        r = wavenet_state_new(config, weights, table, kernels_select(host->cpu), &stream->state);
    if (r >= 0)
        r = vocoding_init(&stream->vocoding, host, &vocoder, stream, params, config->mels,
                          config->hop_length, stream->comb ? comb_room(stream->comb, most) : most);
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
    comb_free(stream->comb);
    free(stream->vocoded);
    free(stream);
    return NULL;
}
