/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request-private.h: the inside of requests, clients and the queue
 *
 * schedule.c decides which requests run and which one is heard; station.c makes a request's text
 * into sound on a worker, as often as it takes, which request-worker.c receives; request-front.c
 * hands it to the front end, player.c to the loudspeaker.
 */
#ifndef DAEMON_REQUEST_PRIVATE_H
#define DAEMON_REQUEST_PRIVATE_H

#include "daemon/config.h"
#include "daemon/frame.h"
#include "daemon/loop.h"
#include "daemon/queue.h"
#include "daemon/sound.h"
#include "daemon/voices.h"

struct station;
struct pool;
struct player;

/* A request's work on one voice or one language model. */
struct run {
    struct request *request;
    bool generator; /* writes the answer; else speaks the text */
    bool done;      /* nothing more will come */

    struct station *station;     /* NULL: not under way */
    struct run *previous, *next; /* in the station */
    uint32_t stream;             /* 0: not begun yet */
    size_t sent;                 /* bytes of the text, with those before the restart */
    bool end_sent;
    uint64_t granted, came; /* samples of this stream */

    /* where this stream began, and what of it is known already from an earlier one */
    size_t base_text;
    uint64_t base_position, skip_samples;
    size_t skip_bytes, skip_events;

    uint64_t progress_at_start; /* of run_progress(), when the stream began */
    unsigned deaths, kills;     /* of workers, without progress */
    uint64_t killed_ms;         /* when the last of `kills` was counted */
    bool suspect;               /* runs alone */
};

struct client {
    struct queue *queue;
    struct client *previous, *next;
    char *name;
    unsigned requests;
    uint64_t served; /* queue->turns when one of its requests was begun last */
    bool closed;     /* has no peer any more; freed with its last request */
};

struct request {
    struct queue *queue;
    struct client *client;
    struct request *previous, *next; /* of the queue, in order of submission */
    uint32_t id;
    struct request_options options;      /* the strings in it are owned */
    const struct request_events *events; /* NULL: nobody listens */
    void *opaque;

    enum request_state state;
    bool begun;            /* its runs have been started */
    bool parked;           /* its stream was taken from it while its front end took nothing */
    bool held;             /* the last progress message, to be said when all is silent */
    char *voice;           /* ids */
    char *model;           /* REQUEST_ASK */
    bool voice_named;      /* by the client: it gets this one or none */
    unsigned voices_tried; /* before this one, which did not load */
    char *prompt;          /* REQUEST_ASK: what was submitted */
    size_t prompt_size;
    size_t system_size; /* of that: what the model is told to be, first */
    char *text;         /* what is spoken */
    size_t text_size, text_capacity;
    bool text_ended, prompt_ended;

    struct run speak, generate;
    unsigned sample_rate; /* 0: not known yet */
    bool started;         /* was told */
    bool heard_all;
    struct sound sound;
    uint64_t received;   /* samples that came, = sound.end */
    uint64_t given;      /* to the front end */
    uint64_t heard;      /* from the loudspeaker */
    size_t restart_text; /* of the last sentence that began: where a new stream begins */
    uint64_t restart_position;
    size_t restart_events;              /* that came since then */
    bool ready;                         /* request_audio_ready() was called */
    bool blocked;                       /* the front end took less than there was */
    bool unread;                        /* ...for so long that it gets no more */
    uint64_t starves_since, starved_ms; /* the loudspeaker waits for the reader; in all */
    size_t spoken;                      /* bytes */

    enum request_outcome outcome;
    char message[320];
    struct loop_call pump, finish;
    struct loop_timer reader_watch;
};

struct queue {
    struct loop *loop;
    const struct config *config;
    struct voices *voices;
    struct pool *pool;
    struct player *player;
    struct client *clients;
    struct request *first, *last;
    struct request *heard; /* the one that has the loudspeaker */
    unsigned n_clients;
    uint32_t last_id;
    uint64_t turns;
    bool paused;
    char warning[400]; /* what people should know in the status; "": nothing */
    struct loop_call schedule;
    struct queue_figures figures;
    void (*idle)(void *opaque, bool idle);
    void *opaque;
};

/* Samples: less is not worth a frame. */
enum { CREDIT_CRUMB = 2048 };

/* --- request.c, request-front.c, request-worker.c --------------------------------------------- */

void request_free(struct request *request);
/* Over: `finished` is called in the next turn. `message` may be NULL. */
void request_finish(struct request *request, enum request_outcome outcome, const char *message);
void request_fail(struct request *request, const char *message);
/* Sound, events or room came: hands out what can be, in the next turn. */
void request_pump(struct request *request);
/* Its first sample is about to be heard or given out; once. */
void request_start(struct request *request);
/* The loudspeaker has come to that sample; and to the end. */
void request_heard(struct request *request, uint64_t position);
void request_heard_all(struct request *request);
/* Its buffer and its runs. 0 or a negative errno value; the request is then failed. */
int request_begin(struct request *request);
/* The part of it that speaks, with another voice if need be. */
int request_begin_speaking(struct request *request);
/* Text for `text`. -EMSGSIZE, -ENOMEM. */
int request_add_text(struct request *request, const char *text, size_t size);
/* Whether all sound has come. */
bool request_is_complete(const struct request *request);
bool request_plays(const struct request *request);
/* It plays, and has not been heard to its end yet. */
bool request_sounds(const struct request *request);
bool request_gives_audio(const struct request *request);
bool request_is_spoken(const struct request *request);

/* What station.c tells. */
void request_opened(struct run *run, unsigned sample_rate);
/* The voice or model cannot be loaded; the run is on no station any more. */
void request_not_opened(struct run *run, int result, const char *message);
int request_frame(struct run *run, const struct frame *frame);
void request_run_ended(struct run *run, int result, const char *message);

/* Sets up the deferred calls. */
void request_make_front(struct request *request);
void request_make_calls(struct request *request, void (*finish)(void *opaque));

/* --- client.c, schedule.c, queue.c ------------------------------------------------------------ */

void client_free(struct client *client);
void queue_make_schedule(struct queue *queue);
/* Whether it has the loudspeaker. */
bool queue_hears(const struct request *request);
void queue_schedule(struct queue *queue);
void queue_remove(struct request *request);

#endif
