/* SPDX-License-Identifier: Apache-2.0 */
#include "neural/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"

/*
 * Chunks for each thread: enough that a disturbed core costs little, few enough to claim cheaply.
 * Turns of the spin: about 5 us, longer than the gap between two products of a model, much shorter
 * than a time slice.
 */
enum { CHUNKS_A_THREAD = 8, SPIN_TURNS = 100 };

struct threads {
    size_t count;        /* the caller included */
    size_t started;      /* workers */
    unsigned char *here; /* a page that reads 1 in this process and 0 in a child of fork() */

    /* The loop. Written by the caller while nothing is pending, read after claiming a chunk. */
    threads_body *body;
    void *data;
    size_t items, chunk; /* chunk: items each */
    uint32_t chunks;

    _Atomic uint32_t left;    /* chunks that nobody claimed yet */
    _Atomic uint32_t pending; /* chunks that are not done yet */
    _Atomic bool stop;

    /* Sleepers announce themselves, then look again, so that whoever has news sees them or they it.
     */
    _Atomic uint32_t sleepers; /* workers */
    _Atomic bool waiting;      /* the caller */
    pthread_mutex_t mutex;
    pthread_cond_t work, done;
    pthread_t workers[];
};

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/*
 * Claims and runs chunks until none are left. A claim is valid whichever loop it hits: a loop
 * cannot end before its claimed chunks are done, so its description stands still after the claim.
 */
static void work(struct threads *threads)
{
    uint32_t left = atomic_load(&threads->left);

    while (left) {
        size_t first, end;
        if (!atomic_compare_exchange_weak(&threads->left, &left, left - 1))
            continue;
        first = (threads->chunks - left) * threads->chunk;
        end = threads->items - first > threads->chunk ? first + threads->chunk : threads->items;
        threads->body(threads->data, first, end);
        if (atomic_fetch_sub(&threads->pending, 1) == 1 && atomic_load(&threads->waiting)) {
            pthread_mutex_lock(&threads->mutex);
            pthread_cond_signal(&threads->done);
            pthread_mutex_unlock(&threads->mutex);
        }
        left = atomic_load(&threads->left);
    }
}

static bool idle(struct threads *threads)
{
    return !atomic_load(&threads->left) && !atomic_load(&threads->stop);
}

static void wait_for_work(struct threads *threads)
{
    for (int i = 0; i < SPIN_TURNS; i++) {
        if (!idle(threads))
            return;
        relax();
    }
    pthread_mutex_lock(&threads->mutex);
    atomic_fetch_add(&threads->sleepers, 1);
    while (idle(threads))
        pthread_cond_wait(&threads->work, &threads->mutex);
    atomic_fetch_sub(&threads->sleepers, 1);
    pthread_mutex_unlock(&threads->mutex);
}

static void *worker(void *opaque)
{
    struct threads *threads = opaque;

    while (!atomic_load(&threads->stop)) {
        wait_for_work(threads);
        work(threads);
    }
    return NULL;
}

static void wait_until_done(struct threads *threads)
{
    for (int i = 0; i < SPIN_TURNS; i++) {
        if (!atomic_load(&threads->pending))
            return;
        relax();
    }
    pthread_mutex_lock(&threads->mutex);
    atomic_store(&threads->waiting, true);
    while (atomic_load(&threads->pending))
        pthread_cond_wait(&threads->done, &threads->mutex);
    atomic_store(&threads->waiting, false);
    pthread_mutex_unlock(&threads->mutex);
}

/* Wakes workers that sleep; those that spin see the news by themselves. */
static void wake(struct threads *threads)
{
    if (!atomic_load(&threads->sleepers))
        return;
    pthread_mutex_lock(&threads->mutex);
    pthread_cond_broadcast(&threads->work);
    pthread_mutex_unlock(&threads->mutex);
}

static unsigned char *mark_process(void)
{
    unsigned char *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return NULL;
    if (madvise(page, 1, MADV_WIPEONFORK) < 0) {
        munmap(page, 1);
        return NULL;
    }
    *page = 1;
    return page;
}

/* Workers take no signals: those belong to the threads of the program. */
static int start_workers(struct threads *threads)
{
    sigset_t all, before;
    int error = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (!error && threads->started < threads->count - 1) {
        error = pthread_create(&threads->workers[threads->started], NULL, worker, threads);
        if (!error)
            threads->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

int threads_new(size_t count, struct threads **ret_threads)
{
    struct threads *threads;
    int r;

    if (count < 1 || count > THREADS_MAX)
        return -EINVAL;
    threads = calloc(1, sizeof *threads + (count - 1) * sizeof(pthread_t));
    if (!threads)
        return -ENOMEM;
    threads->count = count;
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->work, NULL);
    pthread_cond_init(&threads->done, NULL);
    threads->here = mark_process();
    r = threads->here ? start_workers(threads) : -ENOMEM;
    if (r < 0) {
        threads_free(threads);
        return r;
    }
    *ret_threads = threads;
    return 0;
}

/* In the child of a fork() there are no workers, and the mutex may be held by one that is not. */
static bool forked(const struct threads *threads)
{
    return !threads->here || !*(const volatile unsigned char *)threads->here;
}

struct threads *threads_free(struct threads *threads)
{
    if (!threads)
        return NULL;
    if (!forked(threads)) {
        atomic_store(&threads->stop, true);
        wake(threads);
        for (size_t i = 0; i < threads->started; i++)
            pthread_join(threads->workers[i], NULL);
        pthread_cond_destroy(&threads->done);
        pthread_cond_destroy(&threads->work);
        pthread_mutex_destroy(&threads->mutex);
    }
    if (threads->here)
        munmap(threads->here, 1);
    free(threads);
    return NULL;
}

size_t threads_count(const struct threads *threads)
{
    return threads ? threads->count : 1;
}

void threads_run(struct threads *threads, size_t items, size_t grain, threads_body *body,
                 void *data)
{
    size_t grains = items / grain + (items % grain != 0), per_chunk;

    if (!items)
        return;
    if (!threads || threads->count == 1 || grains == 1 || forked(threads)) {
        body(data, 0, items);
        return;
    }
    per_chunk = (grains - 1) / (threads->count * CHUNKS_A_THREAD) + 1;
    threads->body = body;
    threads->data = data;
    threads->items = items;
    threads->chunk = per_chunk * grain;
    threads->chunks = (uint32_t)((grains - 1) / per_chunk + 1);
    atomic_store(&threads->pending, threads->chunks);
    atomic_store(&threads->left, threads->chunks);
    wake(threads);
    work(threads);
    wait_until_done(threads);
}
