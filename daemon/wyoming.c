/* SPDX-License-Identifier: Apache-2.0 */
/* A connection: bytes in and out, deadlines, and when it is over. */
#include "daemon/wyoming.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/wyoming-connection.h"
#include "worker/error.h"

/* Read in one go. One read for each turn of the loop: nobody's flood delays the others. */
enum { READ_SIZE = 16 << 10 };

DEFINE_CLEANUP(wyoming, struct wyoming *, wyoming_close)

static void end(struct wyoming *wyoming)
{
    loop_defer(wyoming->daemon->loop, &wyoming->over);
}

static void over(void *opaque)
{
    struct wyoming *wyoming = opaque;

    wyoming->gone(wyoming->opaque, wyoming);
}

/* --- out -------------------------------------------------------------------------------------- */

/* What the connection waits for, after anything has changed. */
static void update(struct wyoming *wyoming)
{
    bool reads = !wyoming->ended && !wyoming->closing && !wyoming->held.type &&
                 wyoming->out.size < WYOMING_FULL;

    loop_fd_change(&wyoming->watch,
                   (reads ? EPOLLIN : 0) | (wyoming->out.size ? (unsigned)EPOLLOUT : 0));
    if (wyoming->out.size)
        return;
    if (wyoming->closing || (wyoming->ended && !wyoming->request && !wyoming->held.type))
        end(wyoming);
}

static void flush(struct wyoming *wyoming)
{
    while (wyoming->out.size) {
        ssize_t n = send(wyoming->watch.fd, bytes_first(&wyoming->out), wyoming->out.size,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            end(wyoming);
            return;
        }
        if (n <= 0)
            return;
        bytes_drop(&wyoming->out, (size_t)n);
    }
}

void wyoming_send(struct wyoming *wyoming, const char *type, json_t *data, const void *payload,
                  size_t payload_size)
{
    if (wyoming->closing) {
        json_decref(data);
        return;
    }
    if (wyoming_write(&wyoming->out, type, data, payload, payload_size) < 0) {
        end(wyoming); /* an answer that is lost would keep the client waiting */
        return;
    }
    flush(wyoming);
    update(wyoming);
}

void wyoming_error(struct wyoming *wyoming, const char *code, const char *text)
{
    wyoming_send(wyoming, "error", json_pack("{s:s, s:s}", "text", text, "code", code), NULL, 0);
}

void wyoming_goodbye(struct wyoming *wyoming, const char *code, const char *text)
{
    wyoming_error(wyoming, code, text);
    wyoming->closing = true;
    wyoming->waiting_for = DEADLINE_GOODBYE;
    loop_timer_start(wyoming->daemon->loop, &wyoming->deadline, WYOMING_HEADER_MS);
    client_cancel(wyoming->client);
    update(wyoming);
}

/* --- in --------------------------------------------------------------------------------------- */

static void late(void *opaque)
{
    struct wyoming *wyoming = opaque;

    if (wyoming->waiting_for == DEADLINE_GOODBYE)
        end(wyoming);
    else if (wyoming->waiting_for == DEADLINE_HEADER)
        wyoming_goodbye(wyoming, "timeout", "the header took too long");
    else
        wyoming_goodbye(wyoming, "timeout", "the event took too long");
}

/* Starts the clock of what is incomplete. Bytes alone do not start it anew; `fresh` does. */
static void set_deadline(struct wyoming *wyoming, bool fresh)
{
    enum wyoming_deadline next = wyoming->reader.part != WYOMING_LINE    ? DEADLINE_MESSAGE
                                 : wyoming_reader_busy(&wyoming->reader) ? DEADLINE_HEADER
                                                                         : DEADLINE_NONE;

    if (wyoming->closing)
        return;
    if (wyoming->held.type) /* it is we who do not read */
        next = DEADLINE_NONE;
    if (!fresh && next == wyoming->waiting_for)
        return;
    if (!fresh && next == DEADLINE_NONE) /* a new connection that has said nothing yet */
        return;
    wyoming->waiting_for = next;
    wyoming->waiting_since = loop_time(wyoming->daemon->loop);
    loop_timer_stop(&wyoming->deadline);
    if (next != DEADLINE_NONE)
        loop_timer_start(wyoming->daemon->loop, &wyoming->deadline,
                         next == DEADLINE_HEADER ? WYOMING_HEADER_MS : WYOMING_MESSAGE_MS);
}

/* The next event of what was read. False: there is none, or it has to wait. */
static bool next_event(struct wyoming *wyoming)
{
    struct wyoming_event event = {0};
    size_t taken = 0;
    int r;

    if (wyoming->closing || wyoming->held.type || wyoming->out.size >= WYOMING_FULL)
        return false;
    r = wyoming_read(&wyoming->reader, bytes_first(&wyoming->in), wyoming->in.size, &taken, &event);
    if (r < 0) {
        wyoming_goodbye(wyoming, r == -EMSGSIZE ? "too-long" : "bad-request", fail_message());
        return false;
    }
    bytes_drop(&wyoming->in, taken);
    if (r == 0)
        return false;
    if (wyoming_handle(wyoming, &event))
        wyoming_event_clear(&event);
    else
        wyoming->held = event;
    return true;
}

static void process(struct wyoming *wyoming)
{
    bool fresh = false;

    while (wyoming->in.size && next_event(wyoming))
        fresh = true;
    set_deadline(wyoming, fresh);
    update(wyoming);
}

void wyoming_go_on(struct wyoming *wyoming)
{
    struct wyoming_event event = wyoming->held;

    wyoming->held = (struct wyoming_event){0};
    if (event.type && !wyoming->closing)
        wyoming_handle(wyoming, &event);
    wyoming_event_clear(&event);
    process(wyoming);
}

static void read_some(struct wyoming *wyoming)
{
    ssize_t n;

    if (bytes_reserve(&wyoming->in, READ_SIZE, 2 * READ_SIZE) < 0)
        return; /* full: it is we who do not read */
    n = recv(wyoming->watch.fd, bytes_first(&wyoming->in) + wyoming->in.size, READ_SIZE,
             MSG_DONTWAIT);
    if (n > 0)
        wyoming->in.size += (size_t)n;
    else if (n == 0)
        wyoming->ended = true; /* perhaps only half closed: what runs goes on */
    else if (errno != EAGAIN && errno != EINTR)
        end(wyoming);
    if (wyoming->ended && wyoming->open) { /* the text will never be complete */
        wyoming->open = false;
        request_end_text(wyoming->request);
    }
}

static void ready(void *opaque, uint32_t events)
{
    struct wyoming *wyoming = opaque;

    if (events & (EPOLLERR | EPOLLHUP)) {
        loop_fd_remove(&wyoming->watch);
        end(wyoming);
        return;
    }
    if (events & EPOLLOUT) {
        flush(wyoming);
        wyoming_refill(wyoming);
    }
    if (events & EPOLLIN)
        read_some(wyoming);
    process(wyoming);
}

/* --- life ------------------------------------------------------------------------------------- */

int wyoming_open(struct daemon *daemon, int fd, void (*gone)(void *opaque, struct wyoming *wyoming),
                 void *opaque, struct wyoming **ret_wyoming)
{
    _cleanup_(cleanup_wyoming) struct wyoming *wyoming = calloc(1, sizeof *wyoming);
    int r;

    if (!wyoming)
        return -ENOMEM;
    daemon_hold(daemon);
    wyoming->daemon = daemon;
    wyoming->gone = gone;
    wyoming->opaque = opaque;
    wyoming->watch = (struct loop_fd){.call = ready, .opaque = wyoming};
    wyoming->over = (struct loop_call){.call = over, .opaque = wyoming};
    wyoming->deadline = (struct loop_timer){.call = late, .opaque = wyoming};
    r = client_new(daemon->queue, "wyoming", &wyoming->client);
    if (r >= 0)
        r = loop_fd_add(daemon->loop, &wyoming->watch, fd, EPOLLIN);
    if (r < 0)
        return r;
    wyoming->waiting_for = DEADLINE_HEADER;
    wyoming->waiting_since = loop_time(daemon->loop);
    loop_timer_start(daemon->loop, &wyoming->deadline, WYOMING_HEADER_MS);
    *ret_wyoming = steal(wyoming);
    return 0;
}

uint64_t wyoming_waits_since(const struct wyoming *wyoming)
{
    bool waits = wyoming->waiting_for != DEADLINE_NONE && !wyoming->request && !wyoming->held.type;

    return waits ? wyoming->waiting_since : UINT64_MAX;
}

void wyoming_send_away(struct wyoming *wyoming)
{
    wyoming_error(wyoming, "busy", "too many clients");
}

struct wyoming *wyoming_close(struct wyoming *wyoming)
{
    int fd;

    if (!wyoming)
        return NULL;
    fd = wyoming->watch.loop || wyoming->watch.fd ? wyoming->watch.fd : -1;
    client_close(wyoming->client, false);
    loop_call_cancel(&wyoming->over);
    loop_timer_stop(&wyoming->deadline);
    loop_fd_remove(&wyoming->watch);
    if (fd >= 0)
        close(fd);
    wyoming_reader_clear(&wyoming->reader);
    wyoming_event_clear(&wyoming->held);
    bytes_clear(&wyoming->in);
    bytes_clear(&wyoming->out);
    daemon_release(wyoming->daemon);
    free(wyoming);
    return NULL;
}
