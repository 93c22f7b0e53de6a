/* SPDX-License-Identifier: Apache-2.0 */
/*
 * player.h: the loudspeaker, one request at a time
 *
 * The playback worker is started with the first sound and holds up to PLAY_BUFFER_SAMPLES that were
 * not heard yet; the request keeps them too, so that a worker that died, or a pause, costs nothing:
 * the next stream begins with the first sample that was not heard.
 */
#ifndef DAEMON_PLAYER_H
#define DAEMON_PLAYER_H

#include <stdbool.h>

struct player;
struct queue;
struct request;

/* 0 or -ENOMEM. */
int player_new(struct queue *queue, struct player **ret_player);
/* NULL is fine. Returns NULL. */
struct player *player_free(struct player *player);

/* Plays a request from where it was heard to; nothing else is playing (queue->heard is this one).
 */
void player_play(struct player *player, struct request *request);
/* The request is not to be heard any more, for now or for good: stops with a fade. */
void player_release(struct player *player, struct request *request);
/* The request has more sound, or all of it. */
void player_feed(struct player *player);
void player_pause(struct player *player, bool paused);
/* The output setting may have changed: the device is opened anew when it is idle. */
void player_reload(struct player *player);

#endif
