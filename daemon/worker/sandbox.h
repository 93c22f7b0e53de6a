/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h: what a synthesis worker may still ask of the kernel
 *
 * One worker serves one voice. It opens the voice's plugins and maps its weights first, then gives
 * up, for all its threads and for good, every system call that computing does not need: it cannot
 * open a file, make a socket, start a program, map code or look at another process. What it has
 * left is memory, threads, time, and the descriptors that are open: the socket to sorid and
 * standard error. A voice that is wanted later gets a worker of its own, so nothing has to stay
 * allowed for that.
 *
 * An allow-list; all else fails with EPERM, so that a library that asks for something harmless and
 * copes without does so.
 */
#ifndef WORKER_SANDBOX_H
#define WORKER_SANDBOX_H

/* 0, or a negative errno value with fail_message(). */
int sandbox_enter(void);

#endif
