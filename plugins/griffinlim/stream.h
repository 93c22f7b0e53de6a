/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: phase reconstruction as a vocoder; each drain works on one frame and gives one hop */
#ifndef GRIFFINLIM_STREAM_H
#define GRIFFINLIM_STREAM_H

#include <sori/stage.h>

#include "flow/vocoding.h"
#include "griffinlim/invert.h"

struct griffinlim_stream {
    struct vocoding vocoding; /* first: feed, drain and cancel work on it */
    struct invert *invert;
};

/* -EINVAL, -ENOMEM as invert_new(). */
int griffinlim_stream_new(const struct sori_host *host, const struct invert_settings *settings,
                          const struct sori_stream_params *params,
                          struct griffinlim_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct griffinlim_stream *griffinlim_stream_free(struct griffinlim_stream *stream);

#endif
