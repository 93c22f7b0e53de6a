/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ahead.h: text that a thread writes while the voice speaks
 *
 * The stages before a voice, a language model for one, run in a thread of their own and may be some
 * sentences ahead: while a sentence sounds, the next one is written. The blocks wait in a short
 * queue; when it is full the thread waits. An empty queue is not the end: whoever takes waits.
 */
#ifndef WORKER_AHEAD_H
#define WORKER_AHEAD_H

#include <sori/types.h>

struct ahead;

/*
 * Starts a thread that calls `next` until it returns something else than 0: as drain() in
 * <sori/stage.h>, with fail_message(). -ENOMEM, -EAGAIN.
 */
int ahead_start(int (*next)(void *opaque, struct sori_block *ret_block), void *opaque,
                struct ahead **ret_ahead);

/*
 * The next block of text, without its events, valid until the next call. 0, SORI_DONE, or the error
 * that ended the thread with its message.
 */
int ahead_take(struct ahead *ahead, struct sori_block *ret_block);

/*
 * Waits for the thread's end and frees everything. What `next` waits for must have been cancelled,
 * unless SORI_DONE or an error was taken. NULL is fine. Returns NULL.
 */
struct ahead *ahead_stop(struct ahead *ahead);

#endif
