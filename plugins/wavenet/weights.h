/* SPDX-License-Identifier: Apache-2.0 */
/*
 * weights.h: the tensors of a vocoder, packed for one precision
 *
 * The matrices that run in every step are repacked at load: fp32, halves, or int8 with one scale
 * for each row. Read-only after that and shared by all streams. R, S, O: residual, skip and output
 * channels, B: bands.
 */
#ifndef WAVENET_WEIGHTS_H
#define WAVENET_WEIGHTS_H

#include "neural/layers.h"
#include "wavenet/config.h"

enum wavenet_precision { WAVENET_F32, WAVENET_F16, WAVENET_INT8 };

/* A matrix of the step in the precision of the model; the others are empty. */
struct wavenet_matrix {
    struct matrix f;     /* WAVENET_F32, WAVENET_F16 */
    struct matrix_i8 i8; /* WAVENET_INT8 */
    void *owned;
};

struct wavenet_layer {
    struct linear condition;             /* condition -> 2 R: the gate's bias for a frame */
    struct wavenet_matrix past, current; /* R -> 2 R each */
    struct wavenet_matrix out;           /* R -> R + S: residual, then skip */
    float *out_bias;                     /* [R + S]: the residual's, then zeros */
};

struct wavenet_weights {
    enum wavenet_precision precision;
    const float *mean, *std;      /* [mels]: normalised = (log-mel - mean) / std */
    struct conv1d condition[2];   /* mels -> condition -> condition */
    float *gain;                  /* [B][mels] on squared magnitudes, packed below */
    struct matrix gain_matrix;    /* mels -> B */
    struct matrix synthesis;      /* window of steps -> B samples, see filterbank.h */
    struct matrix in;             /* B -> R, always fp32 */
    const float *in_bias;         /* [R] */
    struct wavenet_layer *layers; /* [layers] */
    const float *skip_bias;       /* [S] */
    struct wavenet_matrix hidden; /* S -> O */
    const float *hidden_bias;     /* [O] */
    struct matrix out;            /* O -> 2 B: means, then log sigmas; always fp32 */
    const float *out_bias;        /* [2 B] */
    float *in_data, *out_data, *synthesis_data;
};

/*
 * Binds and packs all tensors. The map behind `gguf` must outlive the weights. On failure
 * *ret_weights is as it was and ret_error says why. Errors of gguf_bind(), -ENOMEM.
 */
int wavenet_weights_bind(const struct gguf *gguf, const struct wavenet_config *config,
                         enum wavenet_precision precision, struct wavenet_weights *ret_weights,
                         struct gguf_error *ret_error);

/* Zeroed weights are fine. */
void wavenet_weights_free(struct wavenet_weights *weights, const struct wavenet_config *config);

#endif
