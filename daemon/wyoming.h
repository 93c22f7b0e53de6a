/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wyoming.h: one connection that speaks the Wyoming protocol
 *
 *     describe           -> info
 *     ping               -> pong
 *     synthesize         -> audio-start, audio-chunk..., audio-stop
 *     synthesize-start, synthesize-chunk..., synthesize-stop
 *                        -> audio-start, audio-chunk..., audio-stop, synthesize-stopped; the sound
 *                           begins before the text has ended
 *     transcript         -> handled-start, handled-chunk..., handled-stop, handled as a language
 *                           model answers; among them audio-start, audio-chunk..., audio-stop
 *
 * One request of a connection runs at a time; what comes behind it stays in the socket until it is
 * over. A client that does not read stops its own request and nothing else.
 */
#ifndef DAEMON_WYOMING_H
#define DAEMON_WYOMING_H

#include "daemon/daemon.h"

struct wyoming;

/*
 * Takes over a connected socket that does not block. `gone` is called when the connection is over,
 * from the loop, and must call wyoming_close(). -EUSERS: too many clients; -ENOMEM; errors of
 * epoll. After an error the descriptor is still the caller's.
 */
int wyoming_open(struct daemon *daemon, int fd, void (*gone)(void *opaque, struct wyoming *wyoming),
                 void *opaque, struct wyoming **ret_wyoming);
/*
 * Since when it has been waited for the rest of an event, or for the first one, in the loop's time;
 * UINT64_MAX when nothing is missing or something is being said. Such a connection may be sent away
 * when its place is wanted: a client that is any good sends an event at once.
 */
uint64_t wyoming_waits_since(const struct wyoming *wyoming);
/* Says why, if the socket takes it; to be followed by wyoming_close(). */
void wyoming_send_away(struct wyoming *wyoming);
/* NULL is fine. Returns NULL. */
struct wyoming *wyoming_close(struct wyoming *wyoming);

#endif
