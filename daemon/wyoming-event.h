/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wyoming-event.h: events of the Wyoming protocol, from bytes and to bytes
 *
 * An event is a line of JSON (type, perhaps data, perhaps the lengths of what follows), then data
 * as JSON, then a binary payload:
 *
 *     {"type": "synthesize", "data_length": 17} LF {"text": "hello"}
 *
 * Both places of data are read and merged, the second one wins. A payload from a client is passed
 * over: nothing that Sori takes has one.
 */
#ifndef DAEMON_WYOMING_EVENT_H
#define DAEMON_WYOMING_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "daemon/bytes.h"

enum wyoming_part {
    WYOMING_LINE = 0, /* between events, or within a line */
    WYOMING_DATA = 1,
    WYOMING_PAYLOAD = 2,
};

/* A connection's state. Starts zeroed. */
struct wyoming_reader {
    enum wyoming_part part;
    struct bytes bytes; /* of the line or of the data */
    json_t *header;     /* of the event that is being read */
    size_t data_size, payload_left;
};

/* An event that is complete. `type` belongs to `header`. */
struct wyoming_event {
    const char *type;
    json_t *header;
    json_t *data; /* an object, perhaps empty */
};

/*
 * Takes bytes until an event is complete and says how many it took. 1: *ret_event is filled in, to
 * be freed with wyoming_event_clear(); 0: all bytes were taken, more must come; -EMSGSIZE: a line,
 * data or payload that is too long; -EBADMSG: not the protocol; -ENOMEM. After an error the
 * connection is of no more use; fail_message() has words.
 */
int wyoming_read(struct wyoming_reader *reader, const char *data, size_t size, size_t *ret_taken,
                 struct wyoming_event *ret_event);
/* Whether an event has begun and is not complete. */
bool wyoming_reader_busy(const struct wyoming_reader *reader);
void wyoming_reader_clear(struct wyoming_reader *reader);
void wyoming_event_clear(struct wyoming_event *event);

/* The text of a member of an object, NULL if there is none or it is no text. */
const char *wyoming_text(const json_t *object, const char *name, size_t *ret_size);

/*
 * Appends an event. `type` is a name of ours, short and without anything to escape. Takes over the
 * reference to `data`, which may be NULL (as after a failure to make it). 0, -ENOMEM, or -ENOBUFS
 * past WYOMING_MAX_UNSENT; then nothing was appended.
 */
int wyoming_write(struct bytes *bytes, const char *type, json_t *data, const void *payload,
                  size_t payload_size);

#endif
