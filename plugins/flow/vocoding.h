/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vocoding.h: mel frames in, samples and their events out, whatever makes the samples
 *
 * What every vocoder stage does around its model: it keeps the block that was fed, gives the model
 * frame after frame until samples come, ends sentences, and hands on each event with the sample
 * that it belongs to. A sentence starts from fresh state and with the request's seed, so that it
 * sounds the same wherever it stands. Positions are translated by the length of a frame; what a
 * model looks ahead delays samples in time, not in position.
 */
#ifndef FLOW_VOCODING_H
#define FLOW_VOCODING_H

#include <stdatomic.h>

#include <sori/stage.h>

#include "flow/event-queue.h"

/* The model of one stream. Nothing here allocates or fails. */
struct vocoder {
    /* Begins a sentence. */
    void (*begin)(void *state, uint64_t seed);
    /* Takes a frame; writes the samples that are ready and returns their number. */
    size_t (*push)(void *state, const float *frame, float *ret_samples);
    /* After the last frame of a sentence: the rest of its samples, until it returns 0. */
    size_t (*flush)(void *state, float *ret_samples);
};

/* What the stream of a vocoder begins with. */
struct vocoding {
    const struct sori_host *host;
    atomic_bool cancelled;
    const struct vocoder *vocoder;
    void *state; /* the vocoder's; borrowed */
    size_t mels, hop_length;
    uint64_t seed;
    float volume;

    /* The block under way. */
    float *frames; /* [n_frames][mels], a copy */
    size_t n_frames, next_frame, frame_capacity;
    bool sentence_end, input_end, in_sentence;

    struct event_queue events; /* positions in samples */
    uint64_t samples_given;
    float *samples; /* what one push or flush gives at most */
};

/* `most` samples come of one push or flush. 0 or -ENOMEM; vocoding_clear() frees. */
int vocoding_init(struct vocoding *vocoding, const struct sori_host *host,
                  const struct vocoder *vocoder, void *state,
                  const struct sori_stream_params *params, size_t mels, size_t hop_length,
                  size_t most);
void vocoding_clear(struct vocoding *vocoding);

/* Slots of the stage, as in sori/stage.h. */
int vocoding_feed(void *stream, const struct sori_block *block);
int vocoding_drain(void *stream, struct sori_block *ret_block);
void vocoding_cancel(void *stream);

#endif
