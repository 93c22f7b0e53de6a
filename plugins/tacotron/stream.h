/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: symbols in, mel frames and their events out
 *
 * Symbols are gathered until their sentence is complete or longer than one pass, since the encoder
 * sees whole sentences; frames come out in blocks of a few as they are decoded. A sentence starts
 * from fresh state and with a seed made of the request's seed and of its tokens: it sounds the same
 * wherever it stands.
 *
 * Silence. The model begins every pass with lead_steps of it, of which LEAD_KEPT are given out, and
 * ends with some after the final mark: that is the pause between sentences and stays whole at the
 * end of a sentence, while of a piece that was cut inside one TAIL_KEPT steps remain.
 */
#ifndef TACOTRON_STREAM_H
#define TACOTRON_STREAM_H

#include <sori/stage.h>

#include "flow/event-queue.h"
#include "tacotron/state.h"
#include "tacotron/text.h"

struct tacotron_stream {
    const struct sori_host *host;
    const struct tacotron_config *config;
    atomic_bool cancelled;
    double rate;
    float prosody; /* factor on it, of the last prosody event that was met */
    uint64_t seed;
    struct tacotron_state *state;

    /* What came in and was not decoded yet. */
    struct tacotron_symbol *symbols;
    size_t n_symbols, symbol_capacity;
    struct event_queue events; /* positions in symbols */
    uint64_t position;         /* symbols fed so far */
    bool sentence_end, input_end;

    /* The pass under way. */
    struct tacotron_piece piece;
    bool decoding, last_piece; /* of its sentence */
    size_t skip, left;         /* frames to drop, then to give out */

    /* Output. */
    uint64_t frames; /* given out so far */
    struct sori_event *out_events;
    size_t n_out_events, next_out_event, out_event_capacity;
    float *mel; /* [tacotron_decode_frames()][mels] */
};

int tacotron_stream_new(const struct sori_host *host, const struct tacotron_config *config,
                        const struct tacotron_weights *weights,
                        const struct sori_stream_params *params,
                        struct tacotron_stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct tacotron_stream *tacotron_stream_free(struct tacotron_stream *stream);

/* The stage's feed and drain. */
int tacotron_stream_feed(struct tacotron_stream *stream, const struct sori_block *block);
int tacotron_stream_drain(struct tacotron_stream *stream, struct sori_block *ret_block);

#endif
