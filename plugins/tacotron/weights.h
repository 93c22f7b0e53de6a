/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weights.h: the tensors of an acoustic model, bound by name and exact shape
 *
 * Read-only after tacotron_weights_bind() and shared by all streams. D = width, F = feed_forward.
 */
#ifndef TACOTRON_WEIGHTS_H
#define TACOTRON_WEIGHTS_H

#include "neural/layers.h"
#include "tacotron/config.h"

/* x += out(attention(qkv(norm(x)))) */
struct tacotron_self {
    struct norm norm;
    struct linear qkv, out; /* D -> 3 D: q, k, v; D -> D */
};

/* x += out(attention(q(norm(x)), kv(encoded))) */
struct tacotron_cross {
    struct norm norm;
    struct linear q, kv, out; /* D -> D; D -> 2 D: k, v; D -> D */
};

/* x += down(relu(up(norm(x)))) */
struct tacotron_feed_forward {
    struct norm norm;
    struct linear up, down; /* D -> F -> D */
};

struct tacotron_encoder_layer {
    struct tacotron_self self;
    struct tacotron_feed_forward feed_forward;
};

struct tacotron_decoder_layer {
    struct tacotron_self self;
    struct tacotron_cross cross;
    struct tacotron_feed_forward feed_forward;
};

struct tacotron_weights {
    struct embedding symbols; /* [n_symbols][D] */
    struct tacotron_encoder_layer encoder[TACOTRON_MAX_LAYERS];
    struct norm encoder_norm;

    struct conv1d duration[2]; /* D -> D */
    struct norm duration_norm[2];
    struct linear duration_out; /* D -> 1: log(1 + steps) */

    struct linear prenet[2];              /* frames_per_step * mels -> prenet -> prenet */
    struct linear from_prenet;            /* prenet -> D */
    struct linear from_encoder;           /* D -> D */
    struct embedding position, remaining; /* [position_limit][D] */
    struct tacotron_decoder_layer decoder[TACOTRON_MAX_LAYERS];
    struct norm decoder_norm;
    struct linear out; /* D -> frames_per_step * mels */

    struct conv1d postnet[TACOTRON_MAX_CONVOLUTIONS]; /* mels -> postnet -> ... -> mels */
    const float *mean, *std;                          /* [mels]: log-mel = value * std + mean */
};

/*
 * Binds all tensors. The map behind `gguf` must outlive the weights. On failure *ret_weights is as
 * it was and ret_error says why. Errors of gguf_bind(), -ENOMEM.
 */
int tacotron_weights_bind(const struct gguf *gguf, const struct tacotron_config *config,
                          struct tacotron_weights *ret_weights, struct gguf_error *ret_error);

/* Zeroed weights are fine. */
void tacotron_weights_free(struct tacotron_weights *weights);

#endif
