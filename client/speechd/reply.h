/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply.h: what the module tells the server, on standard output
 *
 * Lines and audio are queued and written when the server takes them, because the module must go on
 * reading commands while the server does not read (it holds 10,000 frames, then stops reading).
 * Whoever produces audio stops while reply_full().
 *
 * The server reads one byte with each system call, about half a microsecond, and goes on playing
 * until it has read the answer to STOP: what lies before that answer is time that the user waits.
 * So the pipe is made as short as it gets, and reply_drop_speech() takes back what has not left.
 */
#ifndef SPEECHD_REPLY_H
#define SPEECHD_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply {
    int fd; /* non-blocking */
    char *data;
    size_t message;              /* where the one begins that the server has got a part of */
    size_t begin, end, capacity; /* what the server has not got */
    bool failed; /* out of memory, over the ceiling or the server is gone: nothing more to do */
};

/* Makes a pipe that is empty as short as the kernel lets it be. */
void reply_init(struct reply *reply, int fd);
void reply_clear(struct reply *reply);

/* Queues one line; the newline is added. */
void reply_line(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Queues samples as one or several 705 blocks: mono, 16 bits, the machine's byte order. Two byte
 * values are escaped, since the server reads lines (HDLC, as in speech-dispatcher's manual).
 */
void reply_audio(struct reply *reply, unsigned sample_rate, const int16_t *samples, size_t n);

/* Takes back all audio and marks but a block that the server has got a part of. */
void reply_drop_speech(struct reply *reply);

/* Whether enough is queued for now. */
bool reply_full(const struct reply *reply);
bool reply_pending(const struct reply *reply);

/* Writes what the server takes now; sets `failed` when it is gone. */
void reply_flush(struct reply *reply);

#endif
