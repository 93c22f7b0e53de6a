/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sori/stage.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/error.h"

struct waiting {
    char *text; /* owned */
    size_t size;
    uint32_t flags;
};

struct ahead {
    int (*next)(void *, struct sori_block *);
    void *opaque;
    pthread_t thread;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    struct waiting queue[AHEAD_MAX_BLOCKS]; /* a ring */
    size_t first, n;
    bool stopping;
    int result; /* of the thread; 0: it runs */
    char message[1024];

    struct waiting taken; /* the reader's */
};

/* --- the thread ------------------------------------------------------------------------------- */

/* Puts a copy into the queue, when there is room. */
static int put(struct ahead *ahead, const struct sori_block *block)
{
    struct waiting waiting = {malloc(block->count + 1), block->count, block->flags};
    int r = 0;

    if (!waiting.text)
        return fail(-ENOMEM, "out of memory");
    if (block->count)
        memcpy(waiting.text, block->data, block->count);
    pthread_mutex_lock(&ahead->lock);
    while (ahead->n == AHEAD_MAX_BLOCKS && !ahead->stopping)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    if (ahead->stopping) {
        r = fail(-ECANCELED, "cancelled");
        free(waiting.text);
    } else {
        ahead->queue[(ahead->first + ahead->n++) % AHEAD_MAX_BLOCKS] = waiting;
        pthread_cond_broadcast(&ahead->changed);
    }
    pthread_mutex_unlock(&ahead->lock);
    return r;
}

static void *run(void *opaque)
{
    struct ahead *ahead = opaque;
    struct sori_block block = {0};
    int r;

    do {
        r = ahead->next(ahead->opaque, &block);
        if (r == 0)
            r = put(ahead, &block);
    } while (r == 0);
    pthread_mutex_lock(&ahead->lock);
    ahead->result = r;
    if (r < 0)
        snprintf(ahead->message, sizeof ahead->message, "%s", fail_message());
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    return NULL;
}

/* --- its owner -------------------------------------------------------------------------------- */

int ahead_start(int (*next)(void *opaque, struct sori_block *ret_block), void *opaque,
                struct ahead **ret_ahead)
{
    struct ahead *ahead = calloc(1, sizeof *ahead);
    sigset_t all, before;
    int r;

    if (!ahead)
        return fail(-ENOMEM, "out of memory");
    ahead->next = next;
    ahead->opaque = opaque;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    sigfillset(&all); /* signals are the program's business */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r = pthread_create(&ahead->thread, NULL, run, ahead);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r) {
        pthread_cond_destroy(&ahead->changed);
        pthread_mutex_destroy(&ahead->lock);
        free(ahead);
        return fail(-r, "no thread: %s", strerror(r));
    }
    *ret_ahead = ahead;
    return 0;
}

int ahead_take(struct ahead *ahead, struct sori_block *ret_block)
{
    int r = 0;

    free(ahead->taken.text);
    ahead->taken = (struct waiting){0};
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->n && !ahead->result)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    if (ahead->n && ahead->result != -ECANCELED) { /* a failure comes behind what was written */
        ahead->taken = ahead->queue[ahead->first];
        ahead->first = (ahead->first + 1) % AHEAD_MAX_BLOCKS;
        ahead->n--;
        pthread_cond_broadcast(&ahead->changed);
    } else {
        r = ahead->result < 0 ? fail(ahead->result, "%s", ahead->message) : ahead->result;
    }
    pthread_mutex_unlock(&ahead->lock);
    if (r == 0)
        *ret_block = (struct sori_block){.media = SORI_MEDIA_TEXT,
                                         .flags = ahead->taken.flags,
                                         .data = ahead->taken.text,
                                         .count = ahead->taken.size};
    return r;
}

struct ahead *ahead_stop(struct ahead *ahead)
{
    if (!ahead)
        return NULL;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopping = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    while (ahead->n--)
        free(ahead->queue[ahead->first++ % AHEAD_MAX_BLOCKS].text);
    free(ahead->taken.text);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
    return NULL;
}
