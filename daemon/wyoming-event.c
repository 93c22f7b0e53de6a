/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/wyoming-event.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/error.h"

DEFINE_CLEANUP(json, json_t *, json_decref)

/* --- reading ---------------------------------------------------------------------------------- */

/* jansson calls itself for each level; this keeps its stack short whatever the bytes are. */
static bool too_deep(const char *text, size_t size)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < size; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '{' || text[i] == '[') && ++depth > WYOMING_MAX_DEPTH)
            return true;
        else if (!quoted && (text[i] == '}' || text[i] == ']') && depth)
            depth--;
    }
    return false;
}

static int parse_object(const char *what, const char *text, size_t size, json_t **ret_object)
{
    _cleanup_(cleanup_json) json_t *value = NULL;
    json_error_t error;

    if (too_deep(text, size))
        return fail(-EBADMSG, "%s: more than %u levels", what, WYOMING_MAX_DEPTH);
    value = json_loadb(text, size, 0, &error);
    if (!value)
        return fail(-EBADMSG, "%s: %s at column %d", what, error.text, error.column);
    if (!json_is_object(value))
        return fail(-EBADMSG, "%s: not an object", what);
    *ret_object = steal(value);
    return 0;
}

static int read_length(const json_t *header, const char *name, size_t max, size_t *ret_length)
{
    const json_t *value = json_object_get(header, name);

    *ret_length = 0;
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return fail(-EBADMSG, "%s: not a length", name);
    if ((unsigned long long)json_integer_value(value) > max)
        return fail(-EMSGSIZE, "%s: more than %zu bytes", name, max);
    *ret_length = (size_t)json_integer_value(value);
    return 0;
}

static int parse_line(struct wyoming_reader *reader)
{
    const json_t *data;
    int r =
        parse_object("header", bytes_first(&reader->bytes), reader->bytes.size, &reader->header);

    if (r < 0)
        return r;
    bytes_drop(&reader->bytes, reader->bytes.size);
    if (!json_is_string(json_object_get(reader->header, "type")))
        return fail(-EBADMSG, "header: no type");
    data = json_object_get(reader->header, "data");
    if (data && !json_is_null(data) && !json_is_object(data))
        return fail(-EBADMSG, "data: not an object");
    r = read_length(reader->header, "data_length", WYOMING_MAX_DATA, &reader->data_size);
    if (r >= 0)
        r = read_length(reader->header, "payload_length", WYOMING_MAX_PAYLOAD,
                        &reader->payload_left);
    return r;
}

/* Takes the line up to its end. 1: the line was parsed. */
static int take_line(struct wyoming_reader *reader, const char *data, size_t size,
                     size_t *ret_taken)
{
    const char *end = memchr(data, '\n', size);
    size_t n = end ? (size_t)(end - data) : size;
    int r = bytes_put(&reader->bytes, data, n, WYOMING_MAX_LINE);

    if (r == -ENOBUFS)
        return fail(-EMSGSIZE, "a line of more than %u bytes", WYOMING_MAX_LINE);
    if (r < 0)
        return fail(r, "out of memory");
    *ret_taken = n + (end != NULL);
    r = end ? parse_line(reader) : 0;
    return r < 0 ? r : end != NULL;
}

static int take_data(struct wyoming_reader *reader, const char *data, size_t size,
                     size_t *ret_taken)
{
    size_t left = reader->data_size - reader->bytes.size, n = size < left ? size : left;

    *ret_taken = n;
    if (bytes_put(&reader->bytes, data, n, WYOMING_MAX_DATA) < 0)
        return fail(-ENOMEM, "out of memory");
    return n == left;
}

/* The event is complete: merges its data and hands it over. */
static int complete(struct wyoming_reader *reader, struct wyoming_event *ret_event)
{
    _cleanup_(cleanup_json) json_t *data = NULL;
    json_t *inline_data = json_object_get(reader->header, "data");
    int r;

    if (reader->bytes.size) {
        r = parse_object("data", bytes_first(&reader->bytes), reader->bytes.size, &data);
        bytes_clear(&reader->bytes); /* may have grown large */
        if (r < 0)
            return r;
        if (json_is_object(inline_data) && json_object_update_missing(data, inline_data) < 0)
            return fail(-ENOMEM, "out of memory");
    } else {
        data = json_is_object(inline_data) ? json_incref(inline_data) : json_object();
    }
    if (!data)
        return fail(-ENOMEM, "out of memory");
    reader->part = WYOMING_LINE;
    ret_event->header = steal(reader->header);
    ret_event->type = json_string_value(json_object_get(ret_event->header, "type"));
    ret_event->data = steal(data);
    return 1;
}

int wyoming_read(struct wyoming_reader *reader, const char *data, size_t size, size_t *ret_taken,
                 struct wyoming_event *ret_event)
{
    size_t taken = 0, n = 0;
    int r = 0;

    while (r >= 0 && (taken < size || reader->part != WYOMING_LINE)) {
        switch (reader->part) {
        case WYOMING_LINE:
            r = take_line(reader, data + taken, size - taken, &n);
            break;
        case WYOMING_DATA:
            r = take_data(reader, data + taken, size - taken, &n);
            break;
        case WYOMING_PAYLOAD:
            n = size - taken < reader->payload_left ? size - taken : reader->payload_left;
            reader->payload_left -= n;
            r = !reader->payload_left;
            break;
        }
        if (r < 0)
            return r;
        taken += n;
        if (r == 0)
            break;
        if (reader->part == WYOMING_PAYLOAD) {
            *ret_taken = taken;
            return complete(reader, ret_event);
        }
        reader->part++;
    }
    *ret_taken = taken;
    return r;
}

bool wyoming_reader_busy(const struct wyoming_reader *reader)
{
    return reader->part != WYOMING_LINE || reader->bytes.size;
}

void wyoming_reader_clear(struct wyoming_reader *reader)
{
    bytes_clear(&reader->bytes);
    json_decref(reader->header);
    *reader = (struct wyoming_reader){0};
}

void wyoming_event_clear(struct wyoming_event *event)
{
    json_decref(event->data);
    json_decref(event->header);
    *event = (struct wyoming_event){0};
}

const char *wyoming_text(const json_t *object, const char *name, size_t *ret_size)
{
    const json_t *value = json_object_get(object, name);

    if (!json_is_string(value))
        return NULL;
    if (ret_size)
        *ret_size = json_string_length(value);
    return json_string_value(value);
}

/* --- writing ---------------------------------------------------------------------------------- */

int wyoming_write(struct bytes *bytes, const char *type, json_t *data, const void *payload,
                  size_t payload_size)
{
    _cleanup_(cleanup_json) json_t *owned = data;
    _cleanup_free_ char *text = owned ? json_dumps(owned, JSON_COMPACT) : NULL;
    size_t text_size = text ? strlen(text) : 0;
    char line[256];
    int n, r;

    if (owned && !text)
        return -ENOMEM;
    n = snprintf(line, sizeof line, "{\"type\":\"%s\"",
                 type); /* our own names: nothing to escape */
    if (text)
        n += snprintf(line + n, sizeof line - n, ",\"data_length\":%zu", text_size);
    if (payload_size)
        n += snprintf(line + n, sizeof line - n, ",\"payload_length\":%zu", payload_size);
    n += snprintf(line + n, sizeof line - n, "}\n");
    r = bytes_reserve(bytes, (size_t)n + text_size + payload_size, WYOMING_MAX_UNSENT);
    if (r < 0)
        return r;
    /* None of these can fail any more. */
    bytes_put(bytes, line, (size_t)n, WYOMING_MAX_UNSENT);
    bytes_put(bytes, text, text_size, WYOMING_MAX_UNSENT);
    bytes_put(bytes, payload, payload_size, WYOMING_MAX_UNSENT);
    return 0;
}
