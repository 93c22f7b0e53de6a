/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h: sound into a descriptor that somebody else reads
 *
 * Plain samples, or Spiel's frames: "0.01", then audio (1, length, samples) and events (2, type,
 * start, end, length, name), all in the byte order of the machine. Nothing here ever waits: what
 * the pipe does not take, the stream does not take either, and each frame is one write() that a
 * pipe takes whole or not at all.
 */
#ifndef DAEMON_STREAM_H
#define DAEMON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/loop.h"

struct stream;

enum stream_format {
    STREAM_RAW = 1,   /* samples alone */
    STREAM_SPIEL = 2, /* audio/x-spiel */
};

enum stream_event {
    STREAM_WORD = 1,
    STREAM_SENTENCE = 2,
    STREAM_RANGE = 3,
    STREAM_MARK = 4,
};

struct stream_callbacks {
    void (*ready)(void *opaque); /* there is room for sound again */
    /*
     * The stream is over, and the owner must close it: `read` tells whether everything was written
     * (else the reader is gone or the descriptor failed).
     */
    void (*over)(void *opaque, bool read);
};

/*
 * Takes over `fd`, a pipe, socket or file open for writing. -EINVAL: it is not that; -ENOMEM;
 * errors of epoll. After an error it is still the caller's.
 */
int stream_open(struct loop *loop, int fd, enum stream_format format,
                const struct stream_callbacks *callbacks, void *opaque, struct stream **ret_stream);
/* NULL is fine. Returns NULL. */
struct stream *stream_close(struct stream *stream);

/* Takes some of the samples and says how many; `ready` comes when it was not all. */
size_t stream_audio(struct stream *stream, const int16_t *samples, size_t count);
/* Notes an event before the sound that follows; nothing in a plain stream. */
void stream_event(struct stream *stream, enum stream_event type, uint32_t start, uint32_t end,
                  const char *name);
/* No more comes: `over` is called when all has been written. */
void stream_finish(struct stream *stream);

#endif
