/* SPDX-License-Identifier: Apache-2.0 */
/* daemon.h: reaching sorid, and starting it where no service manager does */
#ifndef SPEECHD_DAEMON_H
#define SPEECHD_DAEMON_H

#include <stdint.h>

#include "client/speechd/link.h"

/*
 * Connects to $XDG_RUNTIME_DIR/sori/socket and queues the "synthesize" event. When nobody listens
 * there, starts the daemon (SORI_DAEMON names another program than the installed one), at most once
 * in SPEECHD_RESPAWN_MS, and fails for now. Negative errno values: try again.
 */
int daemon_connect(struct link *link, const json_t *request, int64_t now);

/*
 * Ends the daemon at the other end of a link, which hangs: the next daemon_connect() starts
 * another. One that a service manager listens for is left to that one's watchdog.
 */
void daemon_kill(const struct link *link);

#endif
