/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "daemon/request-private.h"
#include "worker/error.h"

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

void client_free(struct client *client)
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
