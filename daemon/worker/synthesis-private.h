/* SPDX-License-Identifier: Apache-2.0 */
/* synthesis-private.h: the inside of synthesis; for synthesis*.c only */
#ifndef WORKER_SYNTHESIS_PRIVATE_H
#define WORKER_SYNTHESIS_PRIVATE_H

#include <pthread.h>

#include "base/limits.h"
#include "daemon/frame.h"
#include "worker/gate.h"
#include "worker/pipeline.h"

enum { SAMPLES_AT_ONCE = 4096 };

struct stream {
    struct synthesis *synthesis;
    struct pipeline *pipeline; /* kept for the next stream of this place */
    struct gate_user turn;
    struct frame_start start;

    pthread_mutex_t lock; /* of what follows, with `changed` */
    pthread_cond_t changed;
    uint32_t id; /* 0: the place is free */
    bool running, cancelled, text_ended;
    char *text;
    size_t size, read; /* bytes there are, and handed to the pipeline */
    size_t limit;      /* a piece ends here; 0: nowhere */
    uint64_t credit;   /* samples that may be sent */

    char piece[TEXT_PIECE_SIZE]; /* the thread's own, as the rest */
    size_t told;                 /* bytes that a language model was told */
    struct sori_event mark;
    int16_t samples[SAMPLES_AT_ONCE];
};

struct synthesis {
    int socket;
    pthread_mutex_t send_lock;
    struct gate gate;
    struct pipeline *pipeline; /* what the streams' pipelines share their models with */
    bool generates;            /* is a language model, not a voice */
    struct stream streams[STREAMS_MAX];
    struct frame_reader reader;
};

/* synthesis.c: one frame; a failure ends the process. */
int synthesis_tell(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
                   const void *payload, size_t size);
/* The same, of a structure and the text behind it. */
int synthesis_tell_text(struct synthesis *synthesis, enum frame_type type, uint32_t stream,
                        const void *data, size_t size, const char *text, size_t text_max);
/* A negative result with fail_message(). */
int synthesis_tell_done(struct synthesis *synthesis, uint32_t stream, int result);

/* synthesis-stream.c: the thread of a struct stream, from its text to its DONE. */
void *stream_thread(void *opaque);

#endif
