/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: mel frames in, samples and their events out
 *
 * Each drain works on one frame and gives one hop of samples. A sentence starts from fresh state
 * and with the request's seed, so that it sounds the same wherever it stands.
 */
#ifndef GRIFFINLIM_STREAM_H
#define GRIFFINLIM_STREAM_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "griffinlim/invert.h"

struct griffinlim_stream {
    const struct sori_host *host;
    atomic_bool cancelled;
    struct invert *invert;
    size_t bands, hop;
    uint64_t seed;

    /* The block under way. */
    float *frames; /* [n_frames][bands], a copy */
    size_t n_frames, next_frame, frame_capacity;
    bool sentence_end, input_end;
    bool in_sentence;

    /* Events that wait for their sample, positions in samples. Names are copies that they own. */
    struct sori_event *events;
    size_t n_events, given_events, event_capacity;

    uint64_t samples_given;
    float *samples; /* [hop] */
};

/* -EINVAL, -ENOMEM as invert_new(). */
int griffinlim_stream_new(const struct sori_host *host, const struct invert_settings *settings,
                          const struct sori_stream_params *params,
                          struct griffinlim_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct griffinlim_stream *griffinlim_stream_free(struct griffinlim_stream *stream);

/* The stage's feed and drain. */
int griffinlim_stream_feed(struct griffinlim_stream *stream, const struct sori_block *block);
int griffinlim_stream_drain(struct griffinlim_stream *stream, struct sori_block *ret_block);

#endif
