/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h: what sorid and its workers say to each other
 *
 * Frames on a stream socket between two processes of one machine and one installation: a header of
 * 12 bytes, then the payload, in the byte order of the machine. A frame that is too long, of
 * unknown type or too short for its type is -EBADMSG, and the connection is of no use any more:
 * sorid ends the worker, the worker itself.
 *
 *     synthesis    OPENED; then for each stream START, TEXT..., TEXT_END, CREDIT..., CANCEL
 *                  against AUDIO, EVENT, TEXT (of a language model), DONE
 *     playback     OPENED; PLAY, AUDIO..., TEXT_END, PAUSE, RESUME, CANCEL against CREDIT, SOUNDED,
 *                  DONE
 *     both         PING against PONG
 *
 * Credit: a sender of AUDIO may have as many samples under way as the receiver has granted.
 */
#ifndef DAEMON_FRAME_H
#define DAEMON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
    FRAME_OPENED = 1,   /* frame_opened: the voice or device is there */
    FRAME_START = 2,    /* frame_start: a stream of synthesis */
    FRAME_TEXT = 3,     /* text, to be spoken or generated */
    FRAME_TEXT_END = 4, /* no more text (synthesis) or samples (playback) */
    FRAME_CREDIT = 5,   /* frame_number: samples more */
    FRAME_CANCEL = 6,   /* end the stream, with a fade where it sounds; DONE follows */
    FRAME_AUDIO = 7,    /* int16_t samples */
    FRAME_EVENT = 8,    /* frame_event, then the name of a mark */
    FRAME_DONE = 9,     /* frame_done, then a message */
    FRAME_PING = 10,    /* nothing */
    FRAME_PONG = 11,    /* frame_pong */
    FRAME_PLAY = 12,    /* frame_play: a stream of playback */
    FRAME_SOUNDED = 13, /* frame_number: samples of the stream that were heard */
    FRAME_PAUSE = 14,   /* stop sounding, keep the place */
    FRAME_RESUME = 15,  /* go on */
    FRAME_MAX = FRAME_RESUME,
};

struct frame_header {
    uint32_t size; /* of the payload */
    uint32_t type; /* enum frame_type */
    uint32_t stream;
};

struct frame_opened {
    uint32_t sample_rate; /* 0: gives text */
};

struct frame_start {
    double rate, pitch, volume;
    uint64_t seed;
    uint32_t text_format, reading, punctuation, capitals;
    uint32_t weight; /* share of the processor, relative to other streams of this worker */
    uint32_t credit; /* samples */
    double temperature;
    uint32_t max_tokens;
    uint32_t system_size; /* bytes at the beginning of the text that tell a model what it is */
};

struct frame_number {
    uint64_t value;
};

struct frame_event {
    uint32_t type; /* enum sori_event_type */
    uint32_t text_start, text_end, reserved;
    uint64_t position;
};

struct frame_done {
    int32_t result; /* 0 or a negative errno value */
};

struct frame_pong {
    uint32_t stream;   /* the one that has not shown a sign of life for longest; 0: none works */
    uint32_t stuck_ms; /* for how long */
};

struct frame_play {
    uint32_t sample_rate;
    uint32_t resumed; /* part of it was heard before, from another worker or before a break */
};

/* One frame as it was read; the payload is valid until the reader is filled again. */
struct frame {
    enum frame_type type;
    uint32_t stream;
    const unsigned char *payload;
    size_t size;
};

/* The reader's and the writer's room: several of the largest frames. No allocation. */
enum { FRAME_BUFFER_SIZE = 128 << 10 };

struct frame_reader {
    size_t start, end;
    bool broken;
    unsigned char data[FRAME_BUFFER_SIZE];
};

/*
 * Reads what is there. 1: something came, 0: nothing for now (EAGAIN, EINTR), -EPIPE: the end, or
 * the errno value of read. Before it, frames are taken out until there are none.
 */
int frame_fill(struct frame_reader *reader, int fd);
/* The next frame: 1, 0 (more bytes are needed), -EBADMSG (and from then on always). */
int frame_next(struct frame_reader *reader, struct frame *ret_frame);

/* Sends a whole frame on a blocking socket. 0, -EMSGSIZE or the errno value of send. */
int frame_send(int fd, enum frame_type type, uint32_t stream, const void *payload, size_t size);

/* Frames that wait for a socket to take them. */
struct frame_writer {
    size_t start, end;
    unsigned char data[FRAME_BUFFER_SIZE];
};

/* Queues a frame whose payload is in two parts. -ENOBUFS: no room; -EMSGSIZE. */
int frame_put(struct frame_writer *writer, enum frame_type type, uint32_t stream,
              const void *payload, size_t size, const void *rest, size_t rest_size);
/* Bytes that can be queued. */
size_t frame_room(const struct frame_writer *writer);
/* Writes what the socket takes. 1: all is out, 0: some is left, or the errno value of send. */
int frame_flush(struct frame_writer *writer, int fd);

#endif
