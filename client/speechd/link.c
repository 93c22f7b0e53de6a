/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"

int link_init(struct link *link)
{
    *link = (struct link){.fd = -1, .input = malloc(SPEECHD_LINK_BUFFER)};
    return link->input ? 0 : -ENOMEM;
}

void link_close(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
    free(link->output);
    link->output = NULL;
    link->output_size = link->output_sent = link->input_size = 0;
    json_decref(link->header);
    link->header = NULL;
    link->data_left = link->payload_left = 0;
}

void link_clear(struct link *link)
{
    link_close(link);
    free(link->input);
    link->input = NULL;
}

/* --- out -------------------------------------------------------------------------------------- */

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    _cleanup_close_ int fd = -1;

    if (strlen(path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    memcpy(address.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        return -errno;
    return steal_fd(&fd);
}

/* The event as it goes over the wire: all data inline, which every reader takes. */
static int format_event(struct link *link, const char *type, const json_t *data)
{
    json_t *event = json_pack("{s:s, s:O?}", "type", type, "data", data);
    char *text = event ? json_dumps(event, JSON_COMPACT) : NULL;

    json_decref(event);
    if (!text)
        return -ENOMEM;
    free(link->output);
    link->output_size = strlen(text);
    text[link->output_size++] = '\n'; /* in the place of the NUL */
    link->output = text;
    link->output_sent = 0;
    return 0;
}

int link_open(struct link *link, const char *path, const char *type, const json_t *data)
{
    int r;

    link_close(link);
    r = connect_to(path);
    if (r < 0)
        return r;
    link->fd = r;
    r = format_event(link, type, data);
    if (r < 0)
        link_close(link);
    return r;
}

bool link_sending(const struct link *link)
{
    return link->output_sent < link->output_size;
}

int link_ping(struct link *link)
{
    return link_sending(link) ? 0 : format_event(link, "ping", NULL);
}

int link_send(struct link *link)
{
    while (link_sending(link)) {
        ssize_t n = send(link->fd, link->output + link->output_sent,
                         link->output_size - link->output_sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n < 0 && errno != EINTR)
            return -errno;
        link->output_sent += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* --- in --------------------------------------------------------------------------------------- */

static size_t member_size(const json_t *header, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(header, key));

    return value > 0 ? (size_t)value : 0;
}

static void handle_header(struct link *link, const struct link_handler *handler, const json_t *data)
{
    json_t *header = steal(link->header); /* the handler may close the link */
    const char *type = json_string_value(json_object_get(header, "type"));

    link->payload_left = member_size(header, "payload_length");
    if (type)
        handler->event(handler->opaque, type, data);
    json_decref(header);
}

/* A whole header line. Returns the bytes used, 0 when more are needed, or -EPROTO. */
static ssize_t take_header(struct link *link, const char *bytes, size_t n,
                           const struct link_handler *handler)
{
    const char *end = memchr(bytes, '\n', n);

    if (!end)
        return n < SPEECHD_LINK_BUFFER ? 0 : -EPROTO;
    link->header = json_loadb(bytes, (size_t)(end - bytes), 0, NULL);
    if (!json_is_object(link->header))
        return -EPROTO;
    link->data_left = member_size(link->header, "data_length");
    if (link->data_left > SPEECHD_LINK_BUFFER)
        return -EPROTO;
    if (!link->data_left)
        handle_header(link, handler, json_object_get(link->header, "data"));
    return end + 1 - bytes;
}

static ssize_t take_data(struct link *link, const char *bytes, size_t n,
                         const struct link_handler *handler)
{
    size_t size = link->data_left;
    json_t *data;

    if (n < size)
        return 0;
    data = json_loadb(bytes, size, 0, NULL);
    if (!json_is_object(data)) {
        json_decref(data);
        return -EPROTO;
    }
    link->data_left = 0;
    handle_header(link, handler, data);
    json_decref(data);
    return (ssize_t)size;
}

static ssize_t take_payload(struct link *link, const char *bytes, size_t n,
                            const struct link_handler *handler)
{
    /* Samples of 16 bits stay whole. */
    size_t now = n < link->payload_left ? n & ~(size_t)1 : link->payload_left;

    if (!now)
        return 0;
    link->payload_left -= now;
    handler->audio(handler->opaque, bytes, now);
    return (ssize_t)now;
}

static int take_all(struct link *link, const struct link_handler *handler)
{
    size_t used = 0;

    while (link->fd >= 0 && used < link->input_size) {
        const char *bytes = link->input + used;
        size_t n = link->input_size - used;
        ssize_t taken = link->data_left      ? take_data(link, bytes, n, handler)
                        : link->payload_left ? take_payload(link, bytes, n, handler)
                                             : take_header(link, bytes, n, handler);
        if (taken < 0)
            return (int)taken;
        if (!taken)
            break;
        used += (size_t)taken;
    }
    if (link->fd < 0)
        return 0;
    link->input_size -= used;
    memmove(link->input, link->input + used, link->input_size);
    return 0;
}

int link_receive(struct link *link, const struct link_handler *handler)
{
    ssize_t n = recv(link->fd, link->input + link->input_size,
                     SPEECHD_LINK_BUFFER - link->input_size, 0);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (!n)
        return -ECONNRESET;
    link->input_size += (size_t)n;
    return take_all(link, handler);
}
