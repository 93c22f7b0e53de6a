/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h: the module's end of the daemon's socket
 *
 * The Wyoming protocol (sori-protocols(7)): a JSON line, then that many bytes of JSON, then that
 * many bytes of audio. One connection carries one request; closing it cancels the request.
 */
#ifndef SPEECHD_LINK_H
#define SPEECHD_LINK_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

struct link_handler {
    /* An event; `data` is NULL or an object, the link's. */
    void (*event)(void *opaque, const char *type, const json_t *data);
    /* The next bytes of the audio of the last event. */
    void (*audio)(void *opaque, const char *bytes, size_t size);
    void *opaque;
};

struct link {
    int fd; /* -1: not connected */
    char *output;
    size_t output_size, output_sent;
    char *input; /* [SPEECHD_LINK_BUFFER] */
    size_t input_size;
    json_t *header;      /* its data is awaited */
    size_t data_left;    /* bytes of JSON to come */
    size_t payload_left; /* bytes of audio to come */
};

/* -ENOMEM. */
int link_init(struct link *link);
void link_clear(struct link *link);

/* Connects and queues an event. Negative errno values of connect(), -ENOMEM. */
int link_open(struct link *link, const char *path, const char *type, const json_t *data);
void link_close(struct link *link);

/* Queues a "ping"; the daemon's answer is the event "pong". Nothing while the last event is not
 * sent yet: whoever does not read does not answer either. -ENOMEM. */
int link_ping(struct link *link);

bool link_sending(const struct link *link);
/* Sends what the daemon takes now. -EPIPE and the like: the daemon is gone. */
int link_send(struct link *link);

/* Reads once and handles what is complete, while the handler leaves the link open. -ECONNRESET: the
 * daemon is gone, -EPROTO: it does not speak this protocol. */
int link_receive(struct link *link, const struct link_handler *handler);

#endif
