/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: mel frames in, samples and their events out
 *
 * Each drain works on one frame. A sentence starts from fresh state and with the noise of the
 * request's seed, so that it sounds the same wherever it stands. Positions are translated by the
 * length of a frame; the lag of the filter bank delays samples in time, not in position.
 */
#ifndef WAVENET_STREAM_H
#define WAVENET_STREAM_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "wavenet/state.h"

struct wavenet_stream {
    const struct sori_host *host;
    const struct wavenet_config *config;
    atomic_bool cancelled;
    uint64_t seed;
    float volume;
    struct wavenet_state *state;

    /* The block under way. */
    float *frames; /* [n_frames][mels], a copy */
    size_t n_frames, next_frame, frame_capacity;
    bool sentence_end, input_end;
    bool in_sentence;

    /* Events that wait for their sample; positions in samples. */
    struct sori_event *events;
    size_t n_events, given_events, event_capacity;
    size_t *name_offsets; /* of each event in names, SIZE_MAX for none */
    char *names;
    size_t names_size, name_capacity, offset_capacity;

    uint64_t samples_given;
    float *samples; /* [wavenet_block_samples()] */
};

int wavenet_stream_new(const struct sori_host *host, const struct wavenet_config *config,
                       const struct wavenet_weights *weights, const struct noise_table *table,
                       const struct sori_stream_params *params, struct wavenet_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct wavenet_stream *wavenet_stream_free(struct wavenet_stream *stream);

/* The stage's feed and drain. */
int wavenet_stream_feed(struct wavenet_stream *stream, const struct sori_block *block);
int wavenet_stream_drain(struct wavenet_stream *stream, struct sori_block *ret_block);

#endif
