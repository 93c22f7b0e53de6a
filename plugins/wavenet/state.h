/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h: one sentence through the vocoder, frame by frame
 *
 *     wavenet_state_new
 *     for each sentence: wavenet_begin, wavenet_push for each frame, wavenet_flush until it gives 0
 *     wavenet_state_free
 *
 * A frame's gate biases see condition_kernel - 1 frames ahead and its gains one, and the filter
 * bank some steps, so samples lag behind frames; a sentence of n frames gives exactly n *
 * hop_length. All memory is allocated by wavenet_state_new(). One thread at a time.
 */
#ifndef WAVENET_STATE_H
#define WAVENET_STATE_H

#include "wavenet/noise.h"
#include "wavenet/weights.h"

/* The inputs of one layer in the last `dilation` steps; `at` is the oldest. */
struct wavenet_ring {
    float *x;      /* [dilation][R], fp32 and halves */
    int8_t *q;     /* [dilation][R], int8: x = scale q */
    float *scales; /* [dilation] */
    size_t size, at;
};

struct wavenet_state {
    const struct wavenet_config *config;
    const struct wavenet_weights *weights;
    const struct noise_table *table;
    struct compute compute;
    float *memory; /* what everything below points into */

    /* Conditioning. */
    struct conv1d_state convolutions[2];
    float *normalised;    /* [max(mels, condition)], scratch */
    float *conditions[2]; /* [condition] */
    float *gate_bias;     /* [layers][2 R] of the frame under way */
    float *log_gains;     /* [gain_frames][B]: ring */
    size_t gain_frames;
    uint64_t frames_in, frames_out;
    size_t flushed; /* zeros that the convolutions got at the end */

    /* The steps of a frame. */
    struct random_bits bits;
    const float *given_noise; /* tests: the noise to come, [steps][B]; else NULL */
    const float *forced;      /* tests: feed these back instead of the output, [steps][B] */
    float *noise;             /* [steps_per_frame][B] */
    float *subbands;          /* [steps_per_frame][B]: normalised */
    float *gains;             /* [steps_per_frame][B] */
    float *previous;          /* [B]: output of the last step */
    float *x;                 /* [R + S]: residual and skip */
    float *z;                 /* [2 R]: before the gate */
    float *h;                 /* [max(R, S, O)] */
    float *hidden;            /* [O] */
    float *out;               /* [2 B] */
    int8_t *q;                /* [max(R, S)]: quantised */
    struct wavenet_ring *rings;

    /* The filter bank. */
    float *window; /* [2 reach + steps_per_frame][B] */
    size_t reach, held;
    bool tail_given;
};

/*
 * All three must outlive the state. -ENOMEM.
 */
int wavenet_state_new(const struct wavenet_config *config, const struct wavenet_weights *weights,
                      const struct noise_table *table, const struct kernels *kernels,
                      struct wavenet_state **ret_state);

/* NULL is fine. Returns NULL. */
struct wavenet_state *wavenet_state_free(struct wavenet_state *state);

/* Begins a sentence. The noise follows from `seed` alone. */
void wavenet_begin(struct wavenet_state *state, uint64_t seed);

/* Largest number of samples that one push or flush gives. */
size_t wavenet_block_samples(const struct wavenet_config *config);

/* Takes one frame log_mel[mels] and writes the samples that are ready. Returns their number. */
size_t wavenet_push(struct wavenet_state *state, const float *log_mel, float *ret_samples);

/* After the last frame, until it returns 0. */
size_t wavenet_flush(struct wavenet_state *state, float *ret_samples);

/* --- between the files of the model ------------------------------------------------------------
 */

void wavenet_condition_begin(struct wavenet_state *state);
/* Takes a frame; true when the gate biases of the next frame are ready in state->gate_bias. */
bool wavenet_condition_push(struct wavenet_state *state, const float *log_mel);
/* The same at the end, where zeros follow; *ret_done when there is no more. */
bool wavenet_condition_flush(struct wavenet_state *state, bool *ret_done);
/* Fills in state->gains for frame frames_out; `last`: there is none after it. */
void wavenet_gains(struct wavenet_state *state, bool last);

/* Runs the steps of one frame with state->gate_bias: state->subbands. */
void wavenet_steps(struct wavenet_state *state);

#endif
