/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front ends over a core that needs no worker: each word of a text is 100 ms of a tone with its
 * events, made as fast as it is taken, and exact to the sample, so that tests can count. A question
 * is answered with its own words, one at a time.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/limits.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/dbus.h"
#include "daemon/socket.h"
#include "worker/error.h"

enum { RATE = 22050, WORD_SAMPLES = RATE / 10, BLOCK = 1024 };

/* --- voices and settings ---------------------------------------------------------------------- */

static const struct voice_info voices[] = {
    {"seoul", "Seoul", "ko", "female", "CC0-1.0", "/seoul.voice", RATE},
    {"tone", "Tone", "en-US", "", "Apache-2.0", "/tone.voice", RATE},
};
static const struct voice_info models[] = {
    {"parrot", "Parrot", "", "", "CC0-1.0", "/parrot.voice", 0},
};
static void (*voices_changed)(void *opaque);
static void *voices_opaque;

int voices_watch(struct voices *unused, void (*changed)(void *opaque), void *opaque)
{
    voices_changed = changed;
    voices_opaque = opaque;
    return 0;
}

size_t voices_count(const struct voices *unused)
{
    return sizeof voices / sizeof *voices;
}

const struct voice_info *voices_get(const struct voices *unused, size_t index)
{
    return &voices[index];
}

const struct voice_info *voices_find(const struct voices *unused, const char *id)
{
    for (size_t i = 0; i < sizeof voices / sizeof *voices; i++)
        if (!strcmp(voices[i].id, id))
            return &voices[i];
    return NULL;
}

size_t models_count(const struct voices *unused)
{
    return 1;
}

const struct voice_info *models_get(const struct voices *unused, size_t index)
{
    return &models[index];
}

const struct config_row config_rows[] = {
    {"speech", "voice", CONFIG_TEXT, offsetof(struct config, voice)},
    {"speech", "rate", CONFIG_NUMBER, offsetof(struct config, rate)},
    {"daemon", "loaded-voices", CONFIG_COUNT, offsetof(struct config, loaded_voices)},
    {"daemon", "sandbox", CONFIG_SWITCH, offsetof(struct config, sandbox)},
};
const size_t config_n_rows = sizeof config_rows / sizeof *config_rows;

/* --- the queue -------------------------------------------------------------------------------- */

LIST_HEAD(clients, client);
TAILQ_HEAD(requests, request);

struct queue {
    struct daemon *daemon;
    struct clients clients;
    struct requests requests;
    unsigned n_clients, ids;
    bool paused;
    struct loop_call turn;
    struct queue_figures figures;
};

struct client {
    LIST_ENTRY(client) entry;
    struct queue *queue;
    bool closed; /* but what it wanted to be heard is still sounding */
    char name[64];
};

struct request {
    TAILQ_ENTRY(request) entry;
    struct client *client;
    uint32_t id;
    enum request_kind kind;
    unsigned flags;
    enum priority priority;
    const struct voice_info *voice;
    const struct request_events *events;
    void *opaque;
    char *text, *prompt;
    size_t size, prompt_size, at; /* `at`: where the next word begins */
    uint64_t position;
    size_t left; /* samples of this word */
    bool started, ended, cancelled, full;
};

static void wake(struct queue *queue)
{
    loop_defer(queue->daemon->loop, &queue->turn);
}

void request_options_init(struct request_options *options)
{
    *options = (struct request_options){.kind = REQUEST_SPEAK, .priority = PRIORITY_TEXT};
    options->volume = options->temperature = -1;
}

int client_new(struct queue *queue, const char *name, struct client **ret_client)
{
    struct client *client;

    if (queue->n_clients >= CLIENTS_MAX)
        return -EUSERS;
    client = calloc(1, sizeof *client);
    if (!client)
        return -ENOMEM;
    client->queue = queue;
    snprintf(client->name, sizeof client->name, "%s", name);
    LIST_INSERT_HEAD(&queue->clients, client, entry);
    queue->n_clients++;
    *ret_client = client;
    return 0;
}

static void free_client(struct client *client)
{
    struct request *request;

    TAILQ_FOREACH(request, &client->queue->requests, entry)
    if (request->client == client)
        return;
    free(client);
}

static void drop(struct request *request)
{
    struct client *client = request->client;

    TAILQ_REMOVE(&client->queue->requests, request, entry);
    free(request->text);
    free(request->prompt);
    free(request);
    if (client->closed)
        free_client(client);
}

struct client *client_close(struct client *client, bool keep)
{
    static const struct request_events silence;
    struct request *request, *next;

    if (!client)
        return NULL;
    for (request = TAILQ_FIRST(&client->queue->requests); request; request = next) {
        next = TAILQ_NEXT(request, entry);
        if (request->client != client)
            continue;
        request->events = &silence;
        if (!keep || (request->flags & REQUEST_AUDIO))
            drop(request);
    }
    LIST_REMOVE(client, entry);
    client->queue->n_clients--;
    client->closed = true;
    free_client(client);
    return NULL;
}

const char *client_name(const struct client *client)
{
    return client->name;
}

static void cancel_those(struct queue *queue, const struct client *client)
{
    struct request *request;

    TAILQ_FOREACH(request, &queue->requests, entry)
    if (!client || request->client == client)
        request_cancel(request);
}

void client_cancel(struct client *client)
{
    cancel_those(client->queue, client);
}

void queue_cancel(struct queue *queue)
{
    cancel_those(queue, NULL);
}

int queue_submit(struct client *client, const struct request_options *options, const char *text,
                 size_t size, const struct request_events *events, void *opaque,
                 struct request **ret_request)
{
    struct queue *queue = client->queue;
    const char *voice = options->voice && *options->voice ? options->voice : "tone";
    struct request *request, *other;
    unsigned n = 0;

    TAILQ_FOREACH(other, &queue->requests, entry)
    n += other->client == client;
    if (n >= REQUESTS_MAX_PER_CLIENT)
        return fail(-EDQUOT, "%u requests are waiting already", n);
    if (size > TEXT_MAX_SIZE)
        return fail(-EMSGSIZE, "a text of more than %u bytes", TEXT_MAX_SIZE);
    if (!voices_find(NULL, voice))
        return fail(-ENOENT, "no voice '%.60s'", voice);
    request = calloc(1, sizeof *request);
    *request = (struct request){.client = client,
                                .id = ++queue->ids,
                                .kind = options->kind,
                                .flags = options->flags,
                                .priority = options->priority,
                                .voice = voices_find(NULL, voice),
                                .events = events,
                                .opaque = opaque};
    if (options->kind == REQUEST_ASK) {
        request->prompt = calloc(1, size + 1);
        memcpy(request->prompt, text, size);
        request->prompt_size = size;
        request->text = calloc(1, 1);
    } else {
        request->text = malloc(size + 1);
        memcpy(request->text, text, size);
        request->size = size;
        request->ended = !(options->flags & REQUEST_OPEN);
    }
    TAILQ_INSERT_TAIL(&queue->requests, request, entry);
    wake(queue);
    *ret_request = request;
    return 0;
}

int request_append(struct request *request, const char *text, size_t size)
{
    if (request->ended)
        return fail(-EINVAL, "the text was ended");
    if (request->size + size > TEXT_MAX_SIZE)
        return fail(-EMSGSIZE, "a text of more than %u bytes", TEXT_MAX_SIZE);
    request->text = realloc(request->text, request->size + size + 1);
    memcpy(request->text + request->size, text, size);
    request->size += size;
    wake(request->client->queue);
    return 0;
}

void request_end_text(struct request *request)
{
    request->ended = true;
    wake(request->client->queue);
}

void request_audio_ready(struct request *request)
{
    request->full = false;
    wake(request->client->queue);
}

void request_cancel(struct request *request)
{
    request->cancelled = true;
    wake(request->client->queue);
}

uint32_t request_id(const struct request *request)
{
    return request->id;
}

enum request_kind request_kind(const struct request *request)
{
    return request->kind;
}

struct client *request_client(const struct request *request)
{
    return request->client;
}

const char *request_voice(const struct request *request)
{
    return request->voice->id;
}

const char *request_text(const struct request *request, size_t *ret_size)
{
    *ret_size = request->size;
    return request->text;
}

const char *request_outcome_name(enum request_outcome outcome)
{
    static const char *const names[] = {NULL, "done", "cancelled", "interrupted", "error"};
    return names[outcome];
}

const char *request_state_name(enum request_state state)
{
    static const char *const names[] = {NULL, "waiting", "running", "speaking", "ending"};
    return names[state];
}

static const char *const priorities[] = {NULL,   "important",    "message",
                                         "text", "notification", "progress"};

const char *priority_name(enum priority priority)
{
    return priorities[priority];
}

enum priority priority_from_name(const char *name)
{
    for (int i = 1; i <= 5; i++)
        if (!strcmp(priorities[i], name))
            return (enum priority)i;
    return 0;
}

struct request *queue_find(struct queue *queue, uint32_t id)
{
    struct request *request;

    TAILQ_FOREACH(request, &queue->requests, entry)
    if (request->id == id)
        return request;
    return NULL;
}

void queue_pause(struct queue *queue)
{
    queue->paused = true;
}

void queue_resume(struct queue *queue)
{
    queue->paused = false;
    wake(queue);
}

bool queue_paused(const struct queue *queue)
{
    return queue->paused;
}

int queue_each(struct queue *queue, int (*each)(void *opaque, const struct request_status *status),
               void *opaque)
{
    struct request *request;
    int r = 0;

    TAILQ_FOREACH(request, &queue->requests, entry)
    if (r == 0)
        r = each(opaque, &(struct request_status){request, REQUEST_SPEAKING, request->priority,
                                                  request->at, request->size});
    return r;
}

void queue_figures(const struct queue *queue, struct queue_figures *ret_figures)
{
    *ret_figures = queue->figures;
    ret_figures->clients = queue->n_clients;
}

/* --- speaking --------------------------------------------------------------------------------- */

/* A question gets its own words back, one a turn. */
static void think(struct request *request)
{
    size_t n = strcspn(request->prompt, " ");
    char *piece = request->prompt;

    n += piece[n] == ' ';
    if (!n) {
        request->ended = true;
        return;
    }
    request->text = realloc(request->text, request->size + n + 1);
    memcpy(request->text + request->size, piece, n);
    request->size += n;
    if (request->events->text)
        request->events->text(request->opaque, request, piece, n);
    memmove(request->prompt, request->prompt + n, strlen(request->prompt + n) + 1);
}

/* Begins the next word; false when none is complete yet. */
static bool next_word(struct request *request)
{
    size_t start = request->at, end;
    struct request_event event = {.type = REQUEST_EVENT_WORD, .position = request->position};

    while (start < request->size && request->text[start] == ' ')
        start++;
    for (end = start; end < request->size && request->text[end] != ' ';)
        end++;
    if (start == end || (end == request->size && !request->ended))
        return false;
    if (!request->started && request->events->started)
        request->events->started(request->opaque, request, RATE);
    request->started = true;
    event.text_start = start;
    event.text_end = end;
    if (end - start >= 6 && !memcmp(request->text + start, "<mark:", 6)) {
        event.type = REQUEST_EVENT_MARK;
        event.name = "here";
    }
    if (request->events->event)
        request->events->event(request->opaque, request, &event);
    request->at = end;
    request->left = WORD_SAMPLES;
    return true;
}

static void sound(struct request *request)
{
    int16_t samples[BLOCK];
    size_t n = request->left < BLOCK ? request->left : BLOCK, taken = n;

    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)(8000 * sin(0.1 * (double)(request->position + i)));
    if (request->flags & REQUEST_AUDIO)
        taken = request->events->audio(request->opaque, request, samples, n);
    request->full = taken < n;
    request->left -= taken;
    request->position += taken;
    if (!request->left && request->events->progress)
        request->events->progress(request->opaque, request, request->at, request->size);
}

static void finish(struct request *request, enum request_outcome outcome)
{
    struct queue *queue = request->client->queue;

    queue->figures.done += outcome == REQUEST_DONE;
    queue->figures.cancelled += outcome == REQUEST_CANCELLED;
    if (request->events->finished)
        request->events->finished(request->opaque, request, outcome, NULL);
    drop(request);
}

/* One step; true when there is more to do at once. */
static bool step(struct request *request)
{
    if (request->cancelled) {
        finish(request, REQUEST_CANCELLED);
        return true;
    }
    if ((request->flags & REQUEST_PLAY) && request->client->queue->paused)
        return false;
    if (request->prompt && !request->ended)
        think(request);
    if (request->full)
        return false;
    if (request->left || next_word(request)) {
        sound(request);
        return !request->full;
    }
    if (request->ended) {
        finish(request, REQUEST_DONE);
        return true;
    }
    return request->prompt;
}

static void turn(void *opaque)
{
    struct queue *queue = opaque;
    struct request *request, *next;
    bool more = false;

    for (request = TAILQ_FIRST(&queue->requests); request; request = next) {
        next = TAILQ_NEXT(request, entry);
        more |= step(request);
    }
    if (more)
        wake(queue);
}

/* --- the program ------------------------------------------------------------------------------ */

void daemon_hold(struct daemon *daemon)
{
    daemon->holds++;
}

void daemon_release(struct daemon *daemon)
{
    daemon->holds--;
}

bool descriptor_is_reserved(int fd)
{
    return fd > 900;
}

static void on_end(void *opaque, int signal_number)
{
    loop_stop(opaque, 0);
}

static void on_hangup(void *opaque, int signal_number)
{
    if (voices_changed)
        voices_changed(voices_opaque);
}

int main(void)
{
    struct config config = {
        .voice = (char *)"tone", .rate = 1, .loaded_voices = 2, .sandbox = true};
    struct queue queue = {.turn = {.call = turn, .opaque = &queue}};
    struct daemon daemon = {.config = &config, .queue = &queue};
    struct frontend_dbus *bus = NULL;
    struct frontend_socket *sockets = NULL;
    int r = loop_new(&daemon.loop), there = 0;

    queue.daemon = &daemon;
    LIST_INIT(&queue.clients);
    TAILQ_INIT(&queue.requests);
    loop_signal(daemon.loop, SIGTERM, on_end, daemon.loop);
    loop_signal(daemon.loop, SIGHUP, on_hangup, &daemon);
    signal(SIGPIPE, SIG_IGN);
    if (frontend_socket_start(&daemon, &sockets) >= 0)
        there++;
    else
        fprintf(stderr, "%s\n", fail_message());
    if (getenv("DBUS_SESSION_BUS_ADDRESS") && frontend_dbus_start(&daemon, &bus) >= 0)
        there++;
    else if (getenv("DBUS_SESSION_BUS_ADDRESS"))
        fprintf(stderr, "%s\n", fail_message());
    if (there)
        r = loop_run(daemon.loop);
    frontend_dbus_stop(bus);
    frontend_socket_stop(sockets);
    if (daemon.holds || queue.n_clients)
        fprintf(stderr, "holds left: %u, clients left: %u\n", daemon.holds, queue.n_clients);
    while (!TAILQ_EMPTY(&queue.requests))
        drop(TAILQ_FIRST(&queue.requests));
    loop_free(daemon.loop);
    return there && !daemon.holds && !queue.n_clients ? -r : 1;
}
