/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/player.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/request-private.h"
#include "daemon/worker-link.h"
#include "worker/error.h"

struct player {
    struct queue *queue;
    struct worker *worker;
    bool open;
    char *output; /* the sink and its settings that the worker was started with */
    uint64_t started_ms;
    unsigned refusals;       /* starts in a row that the system refused */
    unsigned deaths;         /* without a sample heard in between */
    struct loop_timer timer; /* to start again */

    struct request *request; /* that shall be heard */
    uint32_t stream; /* of the worker; 0: none. May outlive its request until it has ended */
    uint32_t last_stream;
    uint64_t base, sent, heard; /* samples of the request: where the stream began; handed over */
    bool cancelled, end_sent;
};

static void start_worker(struct player *player);

/* --- sending ---------------------------------------------------------------------------------- */

static void begin_stream(struct player *player)
{
    struct request *request = player->request;
    struct frame_play play = {.sample_rate = request->sample_rate, .resumed = request->heard > 0};

    if (++player->last_stream == 0)
        player->last_stream = 1;
    player->stream = player->last_stream;
    player->base = player->sent = player->heard = request->heard;
    player->cancelled = player->end_sent = false;
    worker_send(player->worker, FRAME_PLAY, player->stream, &play, sizeof play);
    request_start(request);
}

static bool send_samples(struct player *player)
{
    const int16_t *samples;
    size_t n = sound_at(&player->request->sound, player->sent, &samples);
    size_t room = worker_room(player->worker) / sizeof *samples;
    uint64_t window = PLAY_BUFFER_SAMPLES - (player->sent - player->heard);

    if (n > window)
        n = (size_t)window;
    if (n > room)
        n = room;
    if (!n)
        return false;
    worker_send(player->worker, FRAME_AUDIO, player->stream, samples, n * sizeof *samples);
    player->sent += n;
    return true;
}

void player_feed(struct player *player)
{
    struct request *request = player->request;

    if (!request || !player->open || player->cancelled)
        return;
    if (!player->stream) {
        bool ready = request->sample_rate &&
                     (request->received > request->heard || request_is_complete(request));
        if (!ready)
            return;
        begin_stream(player);
        if (player->request != request) /* cancelled when it heard of that */
            return;
    }
    while (send_samples(player))
        continue;
    if (request_is_complete(request) && player->sent == request->received && !player->end_sent) {
        worker_send(player->worker, FRAME_TEXT_END, player->stream, NULL, 0);
        player->end_sent = true;
    }
}

/* --- what the worker says --------------------------------------------------------------------- */

static void fail_request(struct player *player, const char *message)
{
    struct request *request = player->request;
    char told[300];

    if (!request)
        return;
    snprintf(told, sizeof told, "cannot play: %s", message);
    request_fail(request, told);
}

static int sounded(struct player *player, const struct frame *frame)
{
    struct frame_number number;

    if (frame->stream != player->stream || player->cancelled)
        return 0;
    memcpy(&number, frame->payload, sizeof number);
    if (number.value > player->sent - player->base || player->base + number.value < player->heard)
        return -EBADMSG;
    player->heard = player->base + number.value;
    player->deaths = 0;
    if (player->request)
        request_heard(player->request, player->heard);
    player_feed(player);
    return 0;
}

static int done(struct player *player, const struct frame *frame)
{
    struct frame_done told;
    char message[260];
    bool was_cancelled = player->cancelled;

    memcpy(&told, frame->payload, sizeof told);
    snprintf(message, sizeof message, "%.*s", (int)(frame->size - sizeof told),
             (const char *)frame->payload + sizeof told);
    if (!frame->stream) { /* the output setting is wrong; it ends */
        player->worker = worker_stop(player->worker);
        player->open = false;
        fail_request(player, message);
        return 0;
    }
    if (frame->stream != player->stream)
        return 0;
    player->stream = 0;
    player->cancelled = false;
    worker_watch(player->worker, player->request != NULL,
                 (uint64_t)(player->queue->config->watchdog * 1000));
    if (was_cancelled || !player->request)
        player_feed(player);
    else if (told.result < 0)
        fail_request(player, message);
    else if (player->end_sent)
        request_heard_all(player->request);
    return 0;
}

static int handle_frame(void *opaque, const struct frame *frame)
{
    struct player *player = opaque;

    switch (frame->type) {
    case FRAME_OPENED:
        player->open = true;
        if (player->queue->paused)
            worker_send(player->worker, FRAME_PAUSE, 0, NULL, 0);
        player_feed(player);
        return 0;
    case FRAME_SOUNDED:
        return sounded(player, frame);
    case FRAME_DONE:
        return done(player, frame);
    default:
        return -EBADMSG;
    }
}

static void handle_room(void *opaque)
{
    player_feed(opaque);
}

static void handle_gone(void *opaque, const struct worker_death *death)
{
    struct player *player = opaque;
    uint64_t age = loop_time(player->queue->loop) - player->started_ms;

    player->worker = NULL;
    player->open = player->cancelled = false;
    player->stream = 0;
    player->queue->figures.worker_deaths++;
    fprintf(stderr, "sorid: the playback worker is gone: %s\n", death->why);
    if (!player->request)
        return;
    if (++player->deaths >= KILLS_MAX) {
        player->deaths = 0;
        fail_request(player, death->why);
        return;
    }
    loop_timer_start(player->queue->loop, &player->timer,
                     player->deaths <= 1 || age >= RESPAWN_MIN_MS ? 0 : RESPAWN_MIN_MS - age);
}

static const struct worker_events worker_events = {handle_frame, handle_room, handle_gone};

/* The sink with its settings; ours come first, so that those of `output` win. NULL: no memory. */
static char *make_output(const struct config *config)
{
    static const char plugin[] = "portaudio";
    const char *settings = config->output + strcspn(config->output, " \t");
    size_t n = (size_t)(settings - config->output);
    char *output;

    if (n != strlen(plugin) || strncmp(config->output, plugin, n))
        return strdup(config->output);
    return asprintf(&output, "%s lead_in_ms=%.0f linger_ms=%.0f%s", plugin, config->lead_in * 1000,
                    config->idle_close * 1000, settings) < 0
               ? NULL
               : output;
}

static void start_failed(struct player *player, int error)
{
    char message[240];

    snprintf(message, sizeof message, "cannot start the playback worker: %.200s", fail_message());
    if (worker_may_start_later(error) && ++player->refusals < START_TRIES) {
        loop_timer_start(player->queue->loop, &player->timer, START_AGAIN_MS);
        return;
    }
    fprintf(stderr, "sorid: %s\n", message);
    player->refusals = 0;
    fail_request(player, message);
}

static void start_worker(struct player *player)
{
    struct queue *queue = player->queue;
    _cleanup_free_ char *output = make_output(queue->config);
    const char *arguments[] = {output, NULL};
    int r = output ? worker_start(queue->loop, "playback", arguments, &worker_events, player,
                                  &player->worker)
                   : fail(-ENOMEM, "out of memory");

    if (r < 0) {
        start_failed(player, r);
        return;
    }
    player->refusals = 0;
    free(player->output);
    player->output = steal(output);
    player->started_ms = loop_time(queue->loop);
    queue->figures.worker_starts++;
    worker_watch(player->worker, player->request != NULL,
                 (uint64_t)(queue->config->watchdog * 1000));
}

static void start_again(void *opaque)
{
    struct player *player = opaque;

    if (!player->worker && player->request)
        start_worker(player);
}

/* --- what the queue wants --------------------------------------------------------------------- */

void player_play(struct player *player, struct request *request)
{
    player->request = request;
    player_reload(player);
    if (!player->worker && !player->timer.loop)
        start_worker(player);
    else if (player->worker)
        worker_watch(player->worker, true, (uint64_t)(player->queue->config->watchdog * 1000));
    player_feed(player);
}

void player_release(struct player *player, struct request *request)
{
    if (player->request != request)
        return;
    player->request = NULL;
    if (player->stream && player->worker && !player->cancelled) {
        worker_send(player->worker, FRAME_CANCEL, player->stream, NULL, 0);
        player->cancelled = true;
    }
}

void player_pause(struct player *player, bool paused)
{
    struct request *request = player->request;

    if (player->worker && player->open)
        worker_send(player->worker, paused ? FRAME_PAUSE : FRAME_RESUME, 0, NULL, 0);
    if (request && request->started && request->events && request->events->paused)
        request->events->paused(request->opaque, request, paused);
}

void player_reload(struct player *player)
{
    _cleanup_free_ char *output = make_output(player->queue->config);

    if (!player->worker || player->stream || !output || !strcmp(player->output, output))
        return;
    player->worker = worker_stop(player->worker);
    player->open = false;
}

int player_new(struct queue *queue, struct player **ret_player)
{
    struct player *player = calloc(1, sizeof *player);

    if (!player)
        return -ENOMEM;
    player->queue = queue;
    player->timer = (struct loop_timer){.call = start_again, .opaque = player};
    *ret_player = player;
    return 0;
}

struct player *player_free(struct player *player)
{
    if (!player)
        return NULL;
    loop_timer_stop(&player->timer);
    worker_stop(player->worker);
    free(player->output);
    free(player);
    return NULL;
}
