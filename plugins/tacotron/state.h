/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h: one pass of the acoustic model over a sentence, step by step
 *
 *     tacotron_state_new
 *     for each sentence: tacotron_encode, then with the steps of each token
 *         tacotron_begin, tacotron_decode until it returns 0 frames
 *     tacotron_state_free
 *
 * All memory is allocated by tacotron_state_new(). One thread at a time. D = width, M = mels.
 */
#ifndef TACOTRON_STATE_H
#define TACOTRON_STATE_H

#include <stdatomic.h>

#include "base/random.h"
#include "tacotron/weights.h"

/*
 * Decoder steps of one tacotron_decode(): the convolutions behind the decoder read their weights
 * once for all of their frames.
 */
#define TACOTRON_STEPS_AT_ONCE 2u

/* Where the dropout of the prenet comes from, which stays on: it is the model's only noise. */
struct tacotron_dropout {
    struct random_bits bits;
    const uint8_t *given; /* tests: masks of 0 and 1, [steps][2][prenet]; else NULL */
};

struct tacotron_state {
    const struct tacotron_config *config;
    const struct tacotron_weights *weights;
    const atomic_bool *cancelled; /* looked at between layers; may be NULL */
    struct compute compute;
    struct attention encoder_attention, self_attention, cross_attention;
    float *memory; /* what everything below points into */

    /* The encoder: n_tokens columns. */
    size_t n_tokens;
    float *encoded;   /* [MAX_TOKENS][D] */
    float *placed;    /* [MAX_TOKENS][D]: from_encoder(encoded) */
    float *log_steps; /* [MAX_TOKENS]: log(1 + steps) as predicted */
    float *hidden;    /* [MAX_TOKENS + duration_kernel - 1][D], scratch */
    float *normed;    /* [MAX_TOKENS][D], scratch */
    float *wide;      /* [MAX_TOKENS][max(3 D, F)], scratch */
    struct attention_cache encoder_cache;
    struct attention_cache cross_cache[TACOTRON_MAX_LAYERS];

    /* The decoder: one column. */
    const uint32_t *steps; /* [n_tokens], the caller's */
    size_t token;          /* active now; n_tokens at the end */
    uint32_t step;         /* since its start */
    struct tacotron_dropout dropout;
    float *x;        /* [D] */
    float *prenet;   /* [2][prenet] */
    float *previous; /* [frames_per_step][M]: what the last step gave */
    struct attention_cache self_cache[TACOTRON_MAX_LAYERS];

    /* The postnet: frames that lag behind the decoder. */
    struct conv1d_state convolutions[TACOTRON_MAX_CONVOLUTIONS];
    float *chunk;       /* [chunk frames][M] from the decoder */
    float *channels[2]; /* [chunk frames][max(postnet, M)], scratch */
    float *raw;         /* [raw_frames][M]: ring of frames that wait for their correction */
    size_t raw_frames, lag;
    uint64_t raw_in, raw_out; /* frames put in and taken out */
    size_t flushed;           /* convolutions that got their closing zeros */
};

/* Both must outlive the state, as must *cancelled. -ENOMEM. */
int tacotron_state_new(const struct tacotron_config *config, const struct tacotron_weights *weights,
                       const struct kernels *kernels, const atomic_bool *cancelled,
                       struct tacotron_state **ret_state);

/* NULL is fine. Returns NULL. */
struct tacotron_state *tacotron_state_free(struct tacotron_state *state);

/*
 * Encodes n tokens (3..TACOTRON_MAX_TOKENS, each < n_symbols) and predicts their lengths:
 * state->encoded and state->log_steps. -ECANCELED.
 */
int tacotron_encode(struct tacotron_state *state, const uint32_t *tokens, size_t n);

/*
 * Begins to decode what was encoded. steps[i] >= 1 is the length of token i; the array must stay.
 * The masks of the dropout follow from `seed` alone.
 */
void tacotron_begin(struct tacotron_state *state, const uint32_t *steps, uint64_t seed);

/* Largest number of frames that one tacotron_decode() gives. */
size_t tacotron_decode_frames(const struct tacotron_config *config);

/*
 * Decodes until there are frames to give out, and writes them: natural log-mel, [frames][M].
 * Returns their number, 0 after the last one, or -ECANCELED.
 */
int tacotron_decode(struct tacotron_state *state, float *ret_mel);

/* --- between the files of the model ------------------------------------------------------------
 */

/* x += down(relu(up(norm(x)))) for n columns. */
void tacotron_feed_forward(struct tacotron_state *state, const struct tacotron_feed_forward *layer,
                           float *x, size_t n);

/* One step: state->previous becomes the frames of the active token's next step. */
void tacotron_decoder_step(struct tacotron_state *state);

void tacotron_postnet_reset(struct tacotron_state *state);
/* Takes n frames [n][M] and writes those that are complete now. Returns their number. */
size_t tacotron_postnet_push(struct tacotron_state *state, const float *frames, size_t n,
                             float *ret_mel);
/* After the last push, until it returns 0: the frames that were held back. */
size_t tacotron_postnet_flush(struct tacotron_state *state, float *ret_mel);

#endif
