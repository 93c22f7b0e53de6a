/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: phase reconstruction as a vocoder; each drain works on one frame and gives one hop */
#ifndef GRIFFINLIM_STREAM_H
#define GRIFFINLIM_STREAM_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "flow/vocoding.h"
#include "griffinlim/invert.h"

struct griffinlim_stream {
    const struct sori_host *host;
    atomic_bool cancelled;
    struct invert *invert;
    struct vocoding vocoding;
};

/* -EINVAL, -ENOMEM as invert_new(). */
int griffinlim_stream_new(const struct sori_host *host, const struct invert_settings *settings,
                          const struct sori_stream_params *params,
                          struct griffinlim_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct griffinlim_stream *griffinlim_stream_free(struct griffinlim_stream *stream);

#endif
