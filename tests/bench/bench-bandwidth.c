/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-bandwidth [THREADS]: how many bytes a second this machine reads from memory, at best. Every
 * weight of a language model is read once for each token that it writes, so that this divided by
 * the bytes of the weights is the most tokens a second that are possible.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAX_THREADS = 64, ROUNDS = 8 };

#define SLICE ((size_t)128 << 20) /* of each thread: far more than any cache */

static pthread_barrier_t barrier;
static double best; /* seconds of a round, of the first thread */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Eight sums side by side: the processor waits for memory and not for an addition. */
static uint64_t add_up(const uint64_t *values, size_t n)
{
    uint64_t sums[8] = {0}, sum = 0;

    for (size_t i = 0; i + 8 <= n; i += 8)
        for (size_t j = 0; j < 8; j++)
            sums[j] += values[i + j];
    for (size_t j = 0; j < 8; j++)
        sum += sums[j];
    return sum;
}

static void *read_slice(void *opaque)
{
    size_t n = SLICE / sizeof(uint64_t);
    uint64_t *values = malloc(SLICE);
    volatile uint64_t sink = 0;

    for (size_t i = 0; values && i < n; i++)
        values[i] = i;
    for (unsigned round = 0; values && round < ROUNDS; round++) {
        double start;
        pthread_barrier_wait(&barrier);
        start = now();
        sink += add_up(values, n);
        pthread_barrier_wait(&barrier);
        if (opaque && (best <= 0 || now() - start < best))
            best = now() - start;
    }
    free(values);
    return NULL;
}

int main(int argc, char **argv)
{
    char none = 0, *end = &none;
    unsigned long threads = argc > 1 ? strtoul(argv[1], &end, 10) : 1;
    pthread_t others[MAX_THREADS];

    if (*end || threads < 1 || threads > MAX_THREADS)
        return 2;
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (size_t i = 1; i < threads; i++)
        if (pthread_create(&others[i], NULL, read_slice, NULL))
            return 1;
    read_slice(&best);
    for (size_t i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
    printf("%.2f GB/s with %lu threads\n", (double)threads * (double)SLICE / best / 1e9, threads);
    return 0;
}
