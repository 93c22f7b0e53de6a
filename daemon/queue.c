/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sori/stage.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/player.h"
#include "daemon/queue-rules.h"
#include "daemon/request-private.h"
#include "daemon/station.h"
#include "worker/error.h"

DEFINE_CLEANUP(request, struct request *, request_free)

static const char *const priority_names[] = {NULL,   "important",    "message",
                                             "text", "notification", "progress"};

const char *priority_name(enum priority priority)
{
    return priority >= PRIORITY_IMPORTANT && priority <= PRIORITY_PROGRESS
               ? priority_names[priority]
               : NULL;
}

enum priority priority_from_name(const char *name)
{
    for (int i = PRIORITY_IMPORTANT; i <= PRIORITY_PROGRESS; i++)
        if (!strcmp(name, priority_names[i]))
            return (enum priority)i;
    return 0;
}

const char *request_state_name(enum request_state state)
{
    static const char *const names[] = {NULL, "waiting", "running", "speaking", "ending"};

    return state >= REQUEST_WAITING && state <= REQUEST_ENDING ? names[state] : NULL;
}

/* --- clients ---------------------------------------------------------------------------------- */

int client_new(struct queue *queue, const char *name, struct client **ret_client)
{
    struct client *client;

    if (queue->n_clients >= CLIENTS_MAX)
        return fail(-EUSERS, "more than %u clients", CLIENTS_MAX);
    client = calloc(1, sizeof *client);
    if (!client || !(client->name = strdup(name))) {
        free(client);
        return fail(-ENOMEM, "out of memory");
    }
    client->queue = queue;
    client->next = queue->clients;
    if (queue->clients)
        queue->clients->previous = client;
    queue->clients = client;
    queue->n_clients++;
    *ret_client = client;
    return 0;
}

static void client_free(struct client *client)
{
    if (client->previous)
        client->previous->next = client->next;
    else
        client->queue->clients = client->next;
    if (client->next)
        client->next->previous = client->previous;
    free(client->name);
    free(client);
}

struct client *client_close(struct client *client, bool keep)
{
    if (!client)
        return NULL;
    for (struct request *request = client->queue->first; request; request = request->next) {
        if (request->client != client)
            continue;
        request->events = NULL;
        if (!keep || !request_plays(request) || request_gives_audio(request))
            request_finish(request, REQUEST_CANCELLED, NULL);
        else
            request_end_text(request);
    }
    client->closed = true;
    client->queue->n_clients--;
    if (!client->requests)
        client_free(client);
    return NULL;
}

const char *client_name(const struct client *client)
{
    return client->name;
}

void client_cancel(struct client *client)
{
    for (struct request *request = client->queue->first; request; request = request->next)
        if (request->client == client)
            request_cancel(request);
}

/* --- scheduling ------------------------------------------------------------------------------- */

bool queue_hears(const struct request *request)
{
    return request->queue->heard == request;
}

static bool waits_to_be_heard(const struct request *request)
{
    return request_plays(request) && request->state != REQUEST_ENDING && !queue_hears(request);
}

/* The most important of those that wait for the loudspeaker, the first of equals; a held one only
 * when there is no other. */
static struct request *next_to_be_heard(const struct queue *queue)
{
    struct request *best = NULL;

    for (struct request *request = queue->first; request; request = request->next) {
        if (!waits_to_be_heard(request))
            continue;
        if (!best || (best->held && !request->held) ||
            (best->held == request->held && request->options.priority < best->options.priority))
            best = request;
    }
    return best;
}

/* One is heard; the next one is made ready once that one has been synthesised. */
static void schedule_loudspeaker(struct queue *queue)
{
    struct request *next = next_to_be_heard(queue);

    if (!queue->heard && next) {
        queue->heard = next;
        if (next->held) /* the last of a row is not to be lost any more */
            next->options.priority = PRIORITY_MESSAGE;
        next->held = false;
        if (next->begun || request_begin(next) >= 0)
            player_play(queue->player, next);
    } else if (next && !next->begun && !next->held && request_is_complete(queue->heard)) {
        request_begin(next);
    }
}

struct load {
    unsigned busy, begun;    /* audio-only requests under way: those that are not blocked; all */
    struct request *blocked; /* one of those that are */
};

static struct load measure(const struct queue *queue)
{
    struct load load = {0};

    for (struct request *request = queue->first; request; request = request->next) {
        bool blocked = request->blocked && !request->speak.done;
        if (request_plays(request) || !request->begun || request->state == REQUEST_ENDING ||
            request->speak.done)
            continue;
        load.begun++;
        load.busy += !blocked;
        if (blocked && !load.blocked)
            load.blocked = request;
    }
    return load;
}

static bool is_before(const struct request *a, const struct request *b)
{
    if (a->options.priority != b->options.priority)
        return a->options.priority < b->options.priority;
    return a->client->served < b->client->served;
}

/* A parked one may go on when its front end has taken what there was. */
static bool may_begin(const struct request *request)
{
    if (request_plays(request) || request->begun || request->state == REQUEST_ENDING)
        return false;
    return !request->parked || (!request->blocked && request->given == request->received);
}

static struct request *next_to_begin(const struct queue *queue)
{
    struct request *best = NULL;

    for (struct request *request = queue->first; request; request = request->next)
        if (may_begin(request) && (!best || is_before(request, best)))
            best = request;
    return best;
}

/*
 * A front end that takes nothing (a client that pauses) must not keep others out: it does not
 * count, and when all streams are taken by such, one of them is parked: its stream ends, and it
 * begins anew at its last sentence when it is wanted.
 */
static void park(struct request *request)
{
    run_stop(&request->speak);
    run_stop(&request->generate);
    request->begun = false;
    request->parked = true;
}

static void schedule_audio(struct queue *queue)
{
    /* Some streams are left for what is heard and what is heard next. */
    const unsigned streams = STREAMS_MAX - 3;
    struct request *next;

    while ((next = next_to_begin(queue))) {
        struct load load = measure(queue);
        if (load.busy >= queue->config->concurrent)
            return;
        if (load.begun >= streams && !load.blocked)
            return;
        if (load.begun >= streams)
            park(load.blocked);
        next->parked = false;
        request_begin(next);
    }
}

static void schedule(void *opaque)
{
    struct queue *queue = opaque;

    schedule_loudspeaker(queue);
    schedule_audio(queue);
}

void queue_schedule(struct queue *queue)
{
    loop_defer(queue->loop, &queue->schedule);
}

/* --- requests --------------------------------------------------------------------------------- */

void queue_remove(struct request *request)
{
    struct queue *queue = request->queue;
    struct client *client = request->client;

    if (request->previous)
        request->previous->next = request->next;
    else
        queue->first = request->next;
    if (request->next)
        request->next->previous = request->previous;
    else
        queue->last = request->previous;
    request_free(request);
    if (--client->requests == 0 && client->closed)
        client_free(client);
    queue_schedule(queue);
    if (!queue->first && queue->idle)
        queue->idle(queue->opaque, true);
}

/* The last call of a request's life. */
static void finish(void *opaque)
{
    struct request *request = opaque;
    struct queue_figures *figures = &request->queue->figures;
    bool failed = request->outcome == REQUEST_FAILED;

    figures->done += request->outcome == REQUEST_DONE;
    figures->cancelled += request->outcome == REQUEST_CANCELLED;
    figures->interrupted += request->outcome == REQUEST_INTERRUPTED;
    figures->failed += failed;
    if (request->events && request->events->finished)
        request->events->finished(request->opaque, request, request->outcome,
                                  failed ? request->message : NULL);
    queue_remove(request);
}

static void append(struct queue *queue, struct request *request)
{
    bool was_empty = !queue->first;

    request->id = ++queue->last_id;
    request->previous = queue->last;
    if (queue->last)
        queue->last->next = request;
    else
        queue->first = request;
    queue->last = request;
    request->client->requests++;
    if (was_empty && queue->idle)
        queue->idle(queue->opaque, false);
}

int queue_submit(struct client *client, const struct request_options *options, const char *text,
                 size_t size, const struct request_events *events, void *opaque,
                 struct request **ret_request)
{
    _cleanup_(cleanup_request) struct request *request = NULL;
    struct queue *queue = client->queue;
    int r;

    if (client->requests >= REQUESTS_MAX_PER_CLIENT)
        return fail(-EDQUOT, "more than %u requests are waiting", REQUESTS_MAX_PER_CLIENT);
    r = rules_check_options(options, text, size);
    if (r >= 0)
        r = rules_make_request(queue, options, text, size, &request);
    if (r < 0)
        return r;
    request->client = client;
    request->events = events;
    request->opaque = opaque;
    request_make_calls(request, finish);
    append(queue, request);
    if (request_plays(request))
        rules_apply(queue, request);
    queue_schedule(queue);
    if (ret_request)
        *ret_request = request;
    request = NULL;
    return 0;
}

struct request *queue_find(struct queue *queue, uint32_t id)
{
    for (struct request *request = queue->first; request; request = request->next)
        if (request->id == id)
            return request;
    return NULL;
}

void queue_cancel(struct queue *queue)
{
    for (struct request *request = queue->first; request; request = request->next)
        request_cancel(request);
}

static void set_paused(struct queue *queue, bool paused)
{
    if (queue->paused == paused)
        return;
    queue->paused = paused;
    player_pause(queue->player, paused);
}

void queue_pause(struct queue *queue)
{
    set_paused(queue, true);
}

void queue_resume(struct queue *queue)
{
    set_paused(queue, false);
}

bool queue_paused(const struct queue *queue)
{
    return queue->paused;
}

/* --- status ----------------------------------------------------------------------------------- */

int queue_each(struct queue *queue, int (*each)(void *opaque, const struct request_status *status),
               void *opaque)
{
    int r = 0;

    for (const struct request *request = queue->first; r == 0 && request; request = request->next) {
        struct request_status status = {
            .request = (struct request *)request,
            .state = request->state,
            .priority = request->options.priority,
            .spoken = request->spoken,
            .size = request->text_size,
        };
        r = each(opaque, &status);
    }
    return r;
}

void queue_figures(const struct queue *queue, struct queue_figures *ret_figures)
{
    *ret_figures = queue->figures;
    ret_figures->clients = queue->n_clients;
    for (const struct request *request = queue->first; request; request = request->next) {
        ret_figures->waiting += request->state == REQUEST_WAITING;
        ret_figures->running +=
            request->state == REQUEST_RUNNING || request->state == REQUEST_SPEAKING;
    }
}

/* --- life ------------------------------------------------------------------------------------- */

DEFINE_CLEANUP(queue, struct queue *, queue_free)

int queue_new(struct loop *loop, const struct config *config, struct voices *voices,
              struct queue **ret_queue)
{
    _cleanup_(cleanup_queue) struct queue *queue = calloc(1, sizeof *queue);
    int r;

    if (!queue)
        return -ENOMEM;
    queue->loop = loop;
    queue->config = config;
    queue->voices = voices;
    queue->schedule = (struct loop_call){.call = schedule, .opaque = queue};
    r = pool_new(queue, &queue->pool);
    if (r >= 0)
        r = player_new(queue, &queue->player);
    if (r < 0)
        return r;
    *ret_queue = steal(queue);
    return 0;
}

struct queue *queue_free(struct queue *queue)
{
    if (!queue)
        return NULL;
    for (struct request *request = queue->first; request; request = request->next) {
        request->events = NULL;
        request_finish(request, REQUEST_CANCELLED, NULL);
    }
    while (queue->first)
        queue_remove(queue->first);
    while (queue->clients) {
        queue->clients->requests = 0;
        client_free(queue->clients);
    }
    loop_call_cancel(&queue->schedule);
    player_free(queue->player);
    pool_free(queue->pool);
    free(queue);
    return NULL;
}

void queue_set_idle(struct queue *queue, void (*idle)(void *opaque, bool idle), void *opaque)
{
    queue->idle = idle;
    queue->opaque = opaque;
}

void queue_reload(struct queue *queue)
{
    player_reload(queue->player);
}
