/* SPDX-License-Identifier: Apache-2.0 */
/*
 * station.h: the voices that are loaded, one worker each, and the runs on them
 *
 * A station is a voice (or a language model) with its worker. The first run on it starts the
 * process; it is stopped when nobody has used it for a while, or when another voice needs the
 * place.
 *
 * When a worker dies, its runs stay: they are begun again on the next one, each from its last
 * sentence, and what was received of that sentence is dropped on arrival. Whoever was at work when
 * it died is a suspect and runs alone the next time, so that a second death is known to be its own;
 * that ends the request, and no other.
 */
#ifndef DAEMON_STATION_H
#define DAEMON_STATION_H

#include "daemon/request-private.h"

/* 0 or -ENOMEM. */
int pool_new(struct queue *queue, struct pool **ret_pool);
/* Stops all workers. No run is on a station any more. NULL is fine. Returns NULL. */
struct pool *pool_free(struct pool *pool);

/* The list of voices is another one, or may be. */
void pool_voices_changed(struct pool *pool);

/* Whether that voice has failed to load lately, and did not load since. */
bool pool_doubts(const struct pool *pool, const struct voice_info *voice);

/* Puts the run on the station of a voice. What happens is told later, through request_opened(),
 * request_frame() and request_run_ended(). -ENOMEM, or the error of a voice that could not be
 * loaded a moment ago; with fail_message(). */
int run_start(struct run *run, struct pool *pool, const struct voice_info *voice);
/* Takes it off; its stream is cancelled. Fine when it is on none. */
void run_stop(struct run *run);
/* There is more text, or it has ended. */
void run_text(struct run *run);
/* There is more room for samples. */
void run_credit(struct run *run);

#endif
