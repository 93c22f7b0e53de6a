/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: the model as a vocoder; each drain works on one frame; behind it the comb filter */
#ifndef WAVENET_STREAM_H
#define WAVENET_STREAM_H

#include <sori/stage.h>

#include "flow/vocoding.h"
#include "wavenet/state.h"

struct wavenet_stream {
    struct vocoding vocoding; /* first: feed, drain and cancel work on it */
    struct wavenet_state *state;
    struct comb *comb; /* NULL without */
    float *vocoded;    /* [wavenet_block_samples()]: before the comb */
};

int wavenet_stream_new(const struct sori_host *host, const struct wavenet_config *config,
                       const struct wavenet_weights *weights, const struct noise_table *table,
                       const struct sori_stream_params *params, struct wavenet_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct wavenet_stream *wavenet_stream_free(struct wavenet_stream *stream);

#endif
