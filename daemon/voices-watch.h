/* SPDX-License-Identifier: Apache-2.0 */
/*
 * voices-watch.h: notices voices and language models that are installed, changed or removed
 *
 * Watches the folders where they lie, with the folders of single voices; of one that does not exist
 * yet, the nearest one above it that does. A moment after the last change the list is read again.
 */
#ifndef DAEMON_VOICES_WATCH_H
#define DAEMON_VOICES_WATCH_H

#include "daemon/loop.h"
#include "daemon/voices.h"

struct voices_watch;

/* -ENOMEM, or the errno value of inotify_init1(); the list is read again on SIGHUP all the same. */
int voices_watch_start(struct loop *loop, struct voices *voices, struct voices_watch **ret_watch);
/* NULL is fine. Returns NULL. */
struct voices_watch *voices_watch_stop(struct voices_watch *watch);

#endif
