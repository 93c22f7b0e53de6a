/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue.h: who is heard when
 *
 * Requests that sound (REQUEST_PLAY) share one loudspeaker. Who waits, who interrupts and who is
 * dropped follows speech-dispatcher's priorities (ssip, "Message priority model"):
 *
 *     important     waits for nothing but earlier important ones; interrupts all others, which are
 *                   taken up again afterwards if they are messages, and are lost otherwise
 *     message       waits for important and earlier messages; ends text, notification and progress;
 *                   never lost
 *     text          ends the one of the same priority that sounds or waits, and notification and
 *                   progress; waits for important and message
 *     notification  is dropped when anything else sounds or waits; any later request but progress
 *                   ends it
 *     progress      as notification, but is not ended by the next one, which is dropped instead;
 *                   the last one of a row that was dropped is said, as a message, when all is
 *                   silent, so that "100 %" is heard
 *
 * Requests that only give audio back do not use the loudspeaker: they run side by side, as many as
 * the configuration says, in order of priority, the clients in turn; within a client in the order
 * of submission. Interruption rules do not concern them.
 */
#ifndef DAEMON_QUEUE_H
#define DAEMON_QUEUE_H

#include "daemon/request.h"

struct config;
struct loop;
struct queue;
struct voices;

/* All outlive the queue. 0 or -ENOMEM. */
int queue_new(struct loop *loop, const struct config *config, struct voices *voices,
              struct queue **ret_queue);
/* Ends everything without a word to anybody. NULL is fine. Returns NULL. */
struct queue *queue_free(struct queue *queue);
/* Called when the last request has ended, and when one comes again. */
void queue_set_idle(struct queue *queue, void (*idle)(void *opaque, bool idle), void *opaque);
/* The configuration has changed. */
void queue_reload(struct queue *queue);

/* --- clients ---------------------------------------------------------------------------------- */

/* A peer of a front end. `name` is shown in the status. -EUSERS: CLIENTS_MAX are there; -ENOMEM. */
int client_new(struct queue *queue, const char *name, struct client **ret_client);
/*
 * The peer is gone: its requests are cancelled, but with `keep` those that only sound are said to
 * their end. None of its callbacks comes any more, and its requests' pointers are void. NULL is
 * fine. Returns NULL.
 */
struct client *client_close(struct client *client, bool keep);
const char *client_name(const struct client *client);
/* Cancels all requests of the client. */
void client_cancel(struct client *client);

/* --- requests --------------------------------------------------------------------------------- */

/*
 * Queues a request. `events` must live as long as the request. -EINVAL: an option out of range or
 * text that is not UTF-8, -ENOENT: an unknown voice or model, -EMSGSIZE: text over TEXT_MAX_SIZE,
 * -EDQUOT: REQUESTS_MAX_PER_CLIENT are waiting, -ENOMEM; fail_message() (worker/error.h) has words.
 */
int queue_submit(struct client *client, const struct request_options *options, const char *text,
                 size_t size, const struct request_events *events, void *opaque,
                 struct request **ret_request);

/* The request of that number, or NULL; of any client. */
struct request *queue_find(struct queue *queue, uint32_t id);

/* Cancels everything, of all clients. */
void queue_cancel(struct queue *queue);

/*
 * Stops sounding at once, keeping the place, and goes on. Requests may be submitted meanwhile; they
 * wait. Requests that give audio only are not concerned.
 */
void queue_pause(struct queue *queue);
void queue_resume(struct queue *queue);
bool queue_paused(const struct queue *queue);

/* --- status ----------------------------------------------------------------------------------- */

enum request_state {
    REQUEST_WAITING = 1,
    REQUEST_RUNNING = 2, /* is being synthesised, nothing was heard or given out yet */
    REQUEST_SPEAKING = 3,
    REQUEST_ENDING = 4, /* over; `finished` is about to be called */
};
/* "waiting", "running", "speaking", "ending". */
const char *request_state_name(enum request_state state);
/* "important", ...; NULL when there is none. */
const char *priority_name(enum priority priority);
/* 0 when there is none of that name. */
enum priority priority_from_name(const char *name);

struct request_status {
    struct request *request;
    enum request_state state;
    enum priority priority;
    size_t spoken, size; /* bytes of the text */
};

/* Calls `each` for all requests in order of submission; stops at a result other than 0. */
int queue_each(struct queue *queue, int (*each)(void *opaque, const struct request_status *status),
               void *opaque);

struct queue_figures {
    unsigned waiting, running, clients;
    uint64_t done, cancelled, interrupted, failed; /* since the start */
    uint64_t worker_starts, worker_deaths;         /* deaths: those that nobody asked for */
};
void queue_figures(const struct queue *queue, struct queue_figures *ret_figures);
/* What people should know, such as a voice that does not load; "": nothing. */
const char *queue_warning(const struct queue *queue);

#endif
