/* SPDX-License-Identifier: Apache-2.0 */
/*
 * synthesis.h: a worker that speaks (or writes) with one voice (or language model)
 *
 * The main thread reads frames (daemon/frame.h) and never computes, so that it always answers PING
 * and can always cancel. Each stream has a thread; they compute one at a time (gate.h).
 */
#ifndef WORKER_SYNTHESIS_H
#define WORKER_SYNTHESIS_H

#include <stdbool.h>

/* Serves until the socket ends. `voice_path`: of the manifest. 0 or a negative errno value, which
 * the daemon was told. */
int synthesis_serve(int socket, const char *voice_path, unsigned threads, bool sandbox);

#endif
