/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speaker.h: one message at a time, from the daemon's samples to the server
 *
 * A key begins with its first sound: the silence before it is left out.
 *
 * Every message ends with exactly one closing event (702, 703 or 704) after 701, whatever the
 * daemon does: speech-dispatcher's clients hang otherwise. A daemon that is not there is started; a
 * connection that breaks is made anew, and the samples and marks that the server has are left out
 * (the same request gives the same samples). A daemon that is silent for SPEECHD_SILENCE_MS is
 * asked for a sign of life; when that does not come either it is killed.
 *
 * Time is in milliseconds of CLOCK_MONOTONIC.
 */
#ifndef SPEECHD_SPEAKER_H
#define SPEECHD_SPEAKER_H

#include "client/speechd/link.h"
#include "client/speechd/reply.h"
#include "client/speechd/settings.h"

enum speaker_state {
    SPEAKER_IDLE,
    SPEAKER_CONNECTING, /* the next try is at `due` */
    SPEAKER_RECEIVING,  /* something must come before `due` */
};

struct speaker_mark {
    char *name;
    uint64_t sample;
};

struct speaker {
    struct reply *reply;
    struct link link;
    enum speaker_state state;
    int64_t due;
    int64_t give_up; /* when connecting */

    json_t *request; /* data of the "synthesize" event */
    unsigned breaks; /* connections that broke since the last sample */
    unsigned pongs;  /* signs of life since the last sample */
    bool asked;      /* for one, and it is awaited */
    bool begun, pause_wanted;
    unsigned sample_rate;
    uint64_t position, delivered; /* samples: in this connection's stream, by the server */
    size_t silence_left;          /* samples at the start that are left out while they are silent */

    /* Marks that the daemon told of on this connection, in their order; each goes before a sample.
     */
    struct speaker_mark *marks;
    size_t n_marks, marks_capacity;
    size_t marks_passed, marks_delivered; /* of these; of all connections */
};

/* -ENOMEM. */
int speaker_init(struct speaker *speaker, struct reply *reply);
void speaker_clear(struct speaker *speaker);

/* Begins a message: `reading` is "text", "spelling", "character" or "key"; `format` "text" or
 * "ssml". Text that is not UTF-8 is mended. */
void speaker_say(struct speaker *speaker, const struct settings *settings, const char *reading,
                 const char *format, const char *text, size_t size, int64_t now);
/* Begins and ends a message that is given as samples. */
void speaker_play(struct speaker *speaker, unsigned sample_rate, const int16_t *samples, size_t n);

/* Ends the message at once. */
void speaker_stop(struct speaker *speaker);
/* Ends the message at the server's next mark. */
void speaker_pause(struct speaker *speaker);

/* Whether bytes from the daemon are wanted now. */
bool speaker_wants_input(const struct speaker *speaker);

/* What poll() said of the link, and the time. */
void speaker_run(struct speaker *speaker, bool readable, bool writable, int64_t now);

#endif
