/* SPDX-License-Identifier: Apache-2.0 */
/* playback-private.h: the inside of playback; for playback*.c only */
#ifndef WORKER_PLAYBACK_PRIVATE_H
#define WORKER_PLAYBACK_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "daemon/frame.h"
#include "worker/pipeline.h"

struct playback {
    int socket;
    pthread_mutex_t send_lock;
    struct stage_spec spec;
    struct frame_reader reader;
    _Atomic uint64_t since_ms; /* when the player's thread went into the sink; 0: it is not there */

    pthread_mutex_t lock; /* of what follows, with `changed` */
    pthread_cond_t changed;
    struct sink *sink;  /* NULL: not open */
    unsigned sink_rate; /* that it was begun with; 0: it has to be begun again */
    uint64_t sink_base; /* sample of the stream that it began with */
    uint32_t stream;    /* 0: none */
    unsigned rate;
    uint64_t received, written, told;
    bool ended, cancelled, paused, quit;
    bool waits;       /* paused, and the sink keeps its stream: it waits inside */
    bool resumed;     /* part of the request was heard before this stream */
    uint64_t fine_ms; /* when the device last took samples; 0: never */
    uint64_t lost_ms; /* since when there is no device; 0: there is one */
    int16_t ring[PLAY_BUFFER_SAMPLES];
};

/* playback.c: one frame; a failure ends the process. */
void playback_tell(struct playback *playback, enum frame_type type, uint32_t stream,
                   const void *payload, size_t size);
/* A negative result with fail_message(). */
void playback_tell_done(struct playback *playback, uint32_t stream, int result);
/* Samples of the stream that were heard. With the lock. */
uint64_t playback_position(struct playback *playback);

/* playback-thread.c: feeds the sink, and opens it again when it is lost. */
void *playback_thread(void *opaque);

#endif
