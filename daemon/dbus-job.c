/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the peers on the bus: their streams, and the signals that tell how it goes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/dbus-bus.h"
#include "worker/error.h"

/* A position in a text, in bytes and in characters: D-Bus clients count in characters. */
struct place {
    size_t byte;
    uint32_t character;
};

struct job {
    struct peer *peer;
    struct job *next;
    struct request *request; /* NULL when it is over */
    struct stream *stream;   /* NULL when there is none, or it is over */
    uint32_t id;
    bool signals;
    struct place event, spoken, size;
};

/* A peer with jobs. */
struct peer {
    struct frontend_dbus *bus;
    struct peer *next;
    struct client *client;
    struct job *jobs;
    unsigned n_jobs;
    char name[]; /* the unique name */
};

/* --- positions -------------------------------------------------------------------------------- */

/* Moves to a byte; forward in the time of the distance. */
static void move(struct place *place, const struct request *request, size_t byte)
{
    size_t size;
    const char *text = request_text(request, &size);

    byte = byte < size ? byte : size;
    if (byte < place->byte)
        *place = (struct place){0};
    for (; place->byte < byte; place->byte++)
        place->character += (text[place->byte] & 0xc0) != 0x80; /* not a continuation byte */
}

/* --- telling ---------------------------------------------------------------------------------- */

/* A signal to the job's peer alone, with the job's number first. */
static void tell(struct job *job, const char *name, int type, const void *value, int second_type,
                 const void *second)
{
    struct frontend_dbus *bus = job->peer->bus;
    DBusMessage *signal;
    dbus_uint32_t id = job->id;

    if (!job->signals || dbus_connection_get_outgoing_size(bus->connection) > DBUS_MAX_UNSENT)
        return;
    signal = dbus_message_new_signal(BUS_PATH, SPEECH_INTERFACE, name);
    if (signal && (!dbus_message_set_destination(signal, job->peer->name) ||
                   !dbus_message_append_args(signal, DBUS_TYPE_UINT32, &id, type, value,
                                             second_type, second, DBUS_TYPE_INVALID))) {
        dbus_message_unref(signal);
        return;
    }
    bus_send(bus, signal);
}

static void started(void *opaque, struct request *request, unsigned sample_rate)
{
    dbus_uint32_t rate = sample_rate;

    tell(opaque, "Started", DBUS_TYPE_UINT32, &rate, DBUS_TYPE_INVALID, NULL);
}

static size_t audio(void *opaque, struct request *request, const int16_t *samples, size_t count)
{
    struct job *job = opaque;

    return job->stream ? stream_audio(job->stream, samples, count) : count;
}

static void event(void *opaque, struct request *request, const struct request_event *what)
{
    static const char *const names[] = {NULL, "Sentence", "Word", "Mark"};
    static const enum stream_event types[] = {0, STREAM_SENTENCE, STREAM_WORD, STREAM_MARK};
    struct job *job = opaque;
    const char *name = bus_text(what->name);
    struct place end;
    dbus_uint32_t first, last;

    move(&job->event, request, what->text_start);
    end = job->event; /* a copy: the next event begins before this one ends, often */
    move(&end, request, what->text_end);
    first = job->event.character;
    last = end.character > first ? end.character : first;
    if (job->stream)
        stream_event(job->stream, types[what->type], first, last, what->name);
    if (what->type == REQUEST_EVENT_MARK)
        tell(job, "Mark", DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID, NULL);
    else
        tell(job, names[what->type], DBUS_TYPE_UINT32, &first, DBUS_TYPE_UINT32, &last);
}

static void text(void *opaque, struct request *request, const char *piece, size_t size)
{
    _cleanup_free_ char *terminated = calloc(1, size + 1);
    const char *words;

    if (!terminated)
        return;
    memcpy(terminated, piece, size);
    words = bus_text(terminated);
    if (*words)
        tell(opaque, "Text", DBUS_TYPE_STRING, &words, DBUS_TYPE_INVALID, NULL);
}

static void progress(void *opaque, struct request *request, size_t spoken, size_t size)
{
    struct job *job = opaque;
    dbus_uint32_t first, last;

    move(&job->spoken, request, spoken);
    move(&job->size, request, size);
    first = job->spoken.character;
    last = job->size.character;
    tell(job, "Progress", DBUS_TYPE_UINT32, &first, DBUS_TYPE_UINT32, &last);
}

static void paused(void *opaque, struct request *request, bool yes)
{
    struct job *job = opaque;

    bus_paused_changed(job->peer->bus);
}

/* Frees what is over; from a callback, so that nothing goes away under its feet. */
static void tidy_later(struct job *job)
{
    loop_defer(job->peer->bus->daemon->loop, &job->peer->bus->tidy);
}

static void finished(void *opaque, struct request *request, enum request_outcome outcome,
                     const char *message)
{
    struct job *job = opaque;
    const char *reason = request_outcome_name(outcome), *words = bus_text(message);

    tell(job, "Finished", DBUS_TYPE_STRING, &reason, DBUS_TYPE_STRING, &words);
    job->request = NULL;
    if (job->stream)
        stream_finish(job->stream);
    tidy_later(job);
}

static const struct request_events callbacks = {
    .started = started,
    .audio = audio,
    .event = event,
    .text = text,
    .progress = progress,
    .paused = paused,
    .finished = finished,
};

static void stream_ready(void *opaque)
{
    struct job *job = opaque;

    if (job->request)
        request_audio_ready(job->request);
}

static void stream_over(void *opaque, bool read)
{
    struct job *job = opaque;

    job->stream = stream_close(job->stream);
    if (job->request)
        request_cancel(job->request);
    tidy_later(job);
}

static const struct stream_callbacks stream_callbacks = {stream_ready, stream_over};

/* --- peers ------------------------------------------------------------------------------------ */

static int find_peer(struct frontend_dbus *bus, const char *name, struct peer **ret_peer)
{
    struct peer *peer = bus->peers;
    size_t size = strlen(name) + 1;
    int r;

    while (peer && strcmp(peer->name, name))
        peer = peer->next;
    if (!peer) {
        peer = calloc(1, sizeof *peer + size);
        if (!peer)
            return fail(-ENOMEM, "out of memory");
        memcpy(peer->name, name, size);
        peer->bus = bus;
        r = client_new(bus->daemon->queue, name, &peer->client);
        if (r < 0) {
            free(peer);
            return fail(r, r == -EUSERS ? "too many clients" : "out of memory");
        }
        daemon_hold(bus->daemon); /* a stream may be read long after its request is over */
        peer->next = bus->peers;
        bus->peers = peer;
    }
    *ret_peer = peer;
    return 0;
}

static void free_job(struct job **place)
{
    struct job *job = *place;

    *place = job->next;
    job->peer->n_jobs--;
    stream_close(job->stream);
    free(job);
}

/* Jobs first: their requests are over, or `client_close` makes their callbacks end. */
static void free_peer(struct peer **place)
{
    struct peer *peer = *place;

    *place = peer->next;
    client_close(peer->client, true);
    while (peer->jobs)
        free_job(&peer->jobs);
    daemon_release(peer->bus->daemon);
    free(peer);
}

void peers_tidy(void *opaque)
{
    struct frontend_dbus *bus = opaque;

    for (struct peer **peer = &bus->peers; *peer;) {
        for (struct job **job = &(*peer)->jobs; *job;) {
            if ((*job)->request || (*job)->stream)
                job = &(*job)->next;
            else
                free_job(job);
        }
        if ((*peer)->jobs)
            peer = &(*peer)->next;
        else
            free_peer(peer);
    }
}

void peer_lost(struct frontend_dbus *bus, const char *name)
{
    for (struct peer **peer = &bus->peers; *peer; peer = &(*peer)->next)
        if (!strcmp((*peer)->name, name)) {
            free_peer(peer);
            return;
        }
}

void peers_clear(struct frontend_dbus *bus)
{
    while (bus->peers)
        free_peer(&bus->peers);
}

/* --- starting --------------------------------------------------------------------------------- */

static int add_stream(struct job *job, const struct job_order *order, int *fd)
{
    int r;

    if (*fd < 0)
        return 0;
    if (descriptor_is_reserved(*fd))
        return fail(-EDQUOT, "too many descriptors are open");
    r = stream_open(job->peer->bus->daemon->loop, *fd, order->format, &stream_callbacks, job,
                    &job->stream);
    if (r >= 0)
        steal_fd(fd);
    return r;
}

int job_start(struct frontend_dbus *bus, DBusMessage *call, const struct job_order *order,
              struct request **ret_request)
{
    _cleanup_close_ int fd = order->fd;
    struct peer *peer = NULL;
    struct job *job;
    int r = find_peer(bus, dbus_message_get_sender(call), &peer);

    if (r < 0)
        return r;
    loop_defer(bus->daemon->loop, &bus->tidy); /* if nothing comes of it */
    if (peer->n_jobs >= STREAMS_MAX_PER_PEER)
        return fail(-EDQUOT, "%u jobs are under way already", STREAMS_MAX_PER_PEER);
    job = calloc(1, sizeof *job);
    if (!job)
        return fail(-ENOMEM, "out of memory");
    job->peer = peer;
    job->next = peer->jobs;
    peer->jobs = job;
    peer->n_jobs++;
    job->signals = order->signals;
    r = add_stream(job, order, &fd);
    if (r >= 0)
        r = queue_submit(peer->client, order->options, order->text, strlen(order->text), &callbacks,
                         job, &job->request);
    if (r < 0) {
        job->request = NULL;
        free_job(&peer->jobs);
        return r;
    }
    job->id = request_id(job->request);
    *ret_request = job->request;
    return 0;
}
