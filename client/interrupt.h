/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt.h: Ctrl-C, SIGTERM and SIGHUP
 *
 * A thread waits for them, so that what they set off may lock and allocate. The first one cancels
 * gently, so that files are closed and stay playable; a second one ends the process.
 */
#ifndef CLIENT_INTERRUPT_H
#define CLIENT_INTERRUPT_H

#include <stdbool.h>

/* Starts the thread; before any other thread. SIGPIPE is ignored from then on. */
int interrupt_start(void);

/* Becomes readable with the first signal and stays so. */
int interrupt_fd(void);
bool interrupt_seen(void);

/*
 * Ends the process by the signal that was seen, so that a shell's loop ends with it; returns if
 * none was.
 */
void interrupt_end(void);

/*
 * Sets what the first signal calls (NULL: nothing); calls it at once if the signal has come. Does
 * not return while the former one is being called.
 */
void interrupt_on(void (*cancel)(void *opaque), void *opaque);

#endif
