/* SPDX-License-Identifier: Apache-2.0 */
/*
 * playback.h: a worker that owns the sound device
 *
 * The main thread reads frames and tells how far the sound has come; the player's thread feeds the
 * sink and may wait in it. Samples are kept until they were heard: what a pause, a device that
 * disappeared or a restarted sound server cut off is fed again from the last sample that sounded.
 */
#ifndef WORKER_PLAYBACK_H
#define WORKER_PLAYBACK_H

/* Serves until the socket ends. `sink`: PLUGIN KEY=VALUE ... 0 or a negative errno value, which the
 * daemon was told. */
int playback_serve(int socket, const char *sink);

#endif
