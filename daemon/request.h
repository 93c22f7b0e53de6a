/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request.h: one thing to say, from a front end's call to its end
 *
 * A front end makes a client (queue.h) for each peer and submits requests for it. A request is
 * queued, runs, and ends; what happens is told through the callbacks in struct request_events,
 * always from the loop and never from within a function of queue.h or of this file, so that a front
 * end may submit, append and cancel from wherever it likes.
 *
 * Life. queue_submit() gives out a pointer that is valid until `finished` has returned, which is
 * called exactly once, whatever happens, or until its client is closed. After client_close() no
 * callback comes any more.
 *
 * Sound. A request with REQUEST_AUDIO gets its samples through `audio`, as signed 16-bit, mono, in
 * the byte order of the machine. The front end takes as many as it has room for and says how many;
 * when it took fewer than all, no more come until it calls request_audio_ready(). Nothing else is
 * needed: a front end that does not take samples stops the synthesis of that request (after a
 * bounded buffer) and of no other. A request with REQUEST_PLAY sounds. One may ask for both, or for
 * neither (a question whose answer is only read).
 *
 * Events. With REQUEST_AUDIO an event comes before the first sample that it belongs to: `position`
 * says where in the stream that is, and `audio` never hands out samples beyond an event that was
 * not reported. Without, the event comes when it sounds.
 *
 * Text. Offsets count bytes of UTF-8 from the beginning of the request's text (request_text()); of
 * a REQUEST_ASK from the beginning of the answer, which arrives through `text`.
 */
#ifndef DAEMON_REQUEST_H
#define DAEMON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;
struct request;

enum request_kind {
    REQUEST_SPEAK = 1, /* the text is spoken */
    REQUEST_ASK = 2,   /* the text is a prompt: a language model's answer is spoken */
};

/* speech-dispatcher's priorities, with its rules of who interrupts whom; see queue.h. */
enum priority {
    PRIORITY_IMPORTANT = 1,
    PRIORITY_MESSAGE = 2,
    PRIORITY_TEXT = 3,
    PRIORITY_NOTIFICATION = 4,
    PRIORITY_PROGRESS = 5,
};

enum {
    REQUEST_PLAY = 1u << 0,  /* sounds on this machine */
    REQUEST_AUDIO = 1u << 1, /* samples come back through `audio` */
    REQUEST_SSML = 1u << 2,  /* the text is SSML */
    REQUEST_OPEN = 1u << 3,  /* more text follows, until request_end_text() */
};

/* What is asked for. Strings and the structure end with the call of queue_submit(). */
struct request_options {
    enum request_kind kind;
    unsigned flags;
    enum priority priority;
    const char *voice;    /* its id; NULL or "": one for the language, else the configured one */
    const char *language; /* BCP 47; NULL or "": the voice's own */
    const char *model;    /* REQUEST_ASK: the language model; NULL or "": the configured one */
    double rate, pitch, volume; /* 1 is neutral; 0 (rate, pitch) or negative (volume): configured */
    uint64_t seed;              /* 0: the configured one */
    unsigned reading, punctuation, capitals; /* SORI_READ_*, ... of <sori/stage.h>; 0: prose */

    /* REQUEST_ASK; 0 (temperature: negative) or NULL: as configured */
    double temperature;
    unsigned max_tokens;
    const char *system; /* what the model is told to be */
};

/* All values neutral or "as configured", priority text, kind speak, no flags. */
void request_options_init(struct request_options *options);

enum request_event_type {
    REQUEST_EVENT_SENTENCE = 1,
    REQUEST_EVENT_WORD = 2,
    REQUEST_EVENT_MARK = 3, /* an SSML mark */
};

struct request_event {
    enum request_event_type type;
    uint64_t position;           /* samples from the start of the request's sound */
    size_t text_start, text_end; /* bytes of the text */
    const char *name;            /* the mark's name, else NULL; ends with the call */
};

enum request_outcome {
    REQUEST_DONE = 1,        /* said to its end */
    REQUEST_CANCELLED = 2,   /* by its client, or by "cancel all" */
    REQUEST_INTERRUPTED = 3, /* by a request of higher priority, or dropped under the rules */
    REQUEST_FAILED = 4,      /* `message` says why */
};
/* "done", "cancelled", "interrupted", "error". */
const char *request_outcome_name(enum request_outcome outcome);

/* What a front end is told. A slot may be NULL. */
struct request_events {
    /* Once, before the first sample: it is about to sound (or to be handed out) at `sample_rate`.
     */
    void (*started)(void *opaque, struct request *request, unsigned sample_rate);
    /* Returns how many of the `count` samples were taken. See above. */
    size_t (*audio)(void *opaque, struct request *request, const int16_t *samples, size_t count);
    void (*event)(void *opaque, struct request *request, const struct request_event *event);
    /* REQUEST_ASK: the next piece of the answer, whole code points. */
    void (*text)(void *opaque, struct request *request, const char *text, size_t size);
    /* `spoken` of `size` bytes of the text are over; at the end of each sentence. */
    void (*progress)(void *opaque, struct request *request, size_t spoken, size_t size);
    /* Sounding stopped (queue_pause()) or goes on. */
    void (*paused)(void *opaque, struct request *request, bool paused);
    /* The end; the request is freed after the call. `message` is NULL but for REQUEST_FAILED. */
    void (*finished)(void *opaque, struct request *request, enum request_outcome outcome,
                     const char *message);
};

/* A number that no other request of this daemon's life has; from 1. */
uint32_t request_id(const struct request *request);
enum request_kind request_kind(const struct request *request);
unsigned request_flags(const struct request *request);
struct client *request_client(const struct request *request);
/* The id of the voice that was chosen. */
const char *request_voice(const struct request *request);
/* The text so far (of REQUEST_ASK: the answer so far). Not terminated; until more text comes. */
const char *request_text(const struct request *request, size_t *ret_size);

/*
 * More text for a request with REQUEST_OPEN. Pieces may end anywhere, also within a code point.
 * -EMSGSIZE: the text would exceed TEXT_MAX_SIZE; -EINVAL: the text was ended; -ENOMEM. The request
 * goes on with what it had.
 */
int request_append(struct request *request, const char *text, size_t size);
/* The text is complete. Nothing when it was. */
void request_end_text(struct request *request);

/* The front end has room again. */
void request_audio_ready(struct request *request);

/* Ends the request: `finished` comes with REQUEST_CANCELLED, and sound stops with a fade. */
void request_cancel(struct request *request);

#endif
