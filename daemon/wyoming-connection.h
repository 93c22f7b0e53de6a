/* SPDX-License-Identifier: Apache-2.0 */
/* wyoming-connection.h: what the parts of a connection share; for wyoming*.c only */
#ifndef DAEMON_WYOMING_CONNECTION_H
#define DAEMON_WYOMING_CONNECTION_H

#include "daemon/wyoming-event.h"
#include "daemon/wyoming.h"

enum wyoming_deadline {
    DEADLINE_NONE = 0,
    DEADLINE_HEADER = 1,
    DEADLINE_MESSAGE = 2,
    DEADLINE_GOODBYE = 3,
};

struct wyoming {
    struct daemon *daemon;
    struct client *client;
    void (*gone)(void *opaque, struct wyoming *wyoming);
    void *opaque;

    struct loop_fd watch;
    struct loop_call over; /* tells `gone` in the next turn */
    struct loop_timer deadline;
    enum wyoming_deadline waiting_for;
    uint64_t waiting_since; /* ms, of the loop */

    struct wyoming_reader reader;
    struct bytes in, out;
    struct wyoming_event held; /* waits until the request that runs is over */
    bool ended;                /* the client will send no more */
    bool closing;              /* nothing is read any more; over when all is sent */

    /* the request that runs */
    struct request *request;
    bool open;       /* its text is still coming */
    bool streamed;   /* it began with synthesize-start */
    bool want_audio; /* samples were refused for want of room */
    bool events;     /* it wants to know where words and marks lie */
    bool handled;    /* the whole answer of the model was told */
    unsigned rate;   /* Hz, from `started` */
    size_t told;     /* bytes of the answer */
};

/* wyoming.c: sends an event; what does not fit waits. A connection that cannot go on ends. */
void wyoming_send(struct wyoming *wyoming, const char *type, json_t *data, const void *payload,
                  size_t payload_size);
void wyoming_error(struct wyoming *wyoming, const char *code, const char *text);
/* The same, and then no more: what was violated makes the rest meaningless. */
void wyoming_goodbye(struct wyoming *wyoming, const char *code, const char *text);
/* The request is over: what waited for it comes next. */
void wyoming_go_on(struct wyoming *wyoming);

/* wyoming-speech.c: does what an event says. False: it must wait for the end of the request. */
bool wyoming_handle(struct wyoming *wyoming, const struct wyoming_event *event);
/* There is room again. */
void wyoming_refill(struct wyoming *wyoming);

/* wyoming-options.c: fills in `options` from the data of an event. NULL, or what is wrong. */
const char *wyoming_options(const json_t *data, struct request_options *options);

/* wyoming-info.c: the answer to `describe`; NULL when out of memory. */
json_t *wyoming_info(const struct voices *voices);

#endif
