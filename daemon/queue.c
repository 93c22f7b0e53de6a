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
    if (queue->heard)
        request_pump(queue->heard);
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

const char *queue_warning(const struct queue *queue)
{
    return queue->warning;
}

/* --- life ------------------------------------------------------------------------------------- */

DEFINE_CLEANUP(queue, struct queue *, queue_free)

static void voices_changed(void *opaque)
{
    struct queue *queue = opaque;

    pool_voices_changed(queue->pool);
}

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
    queue_make_schedule(queue);
    r = pool_new(queue, &queue->pool);
    if (r >= 0)
        r = player_new(queue, &queue->player);
    if (r >= 0)
        r = voices_watch(voices, voices_changed, queue);
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
    pool_voices_changed(queue->pool);
}
