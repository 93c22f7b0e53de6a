/* SPDX-License-Identifier: Apache-2.0 */
/* The thread pool: every item once, results visible, sleep and wake, uneven work, fork, free. */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "neural/threads.h"
#include "tests/kernels/kernels-test.h"

enum { MAX_ITEMS = 5000 };

struct job {
    unsigned char seen[MAX_ITEMS];
    size_t items, grain;
    atomic_size_t sum;
    atomic_bool bad;
    long delay_ns; /* for each chunk */
};

static void mark(void *data, size_t first, size_t end)
{
    struct job *job = data;

    if (first % job->grain || first >= end || end > job->items)
        atomic_store(&job->bad, true);
    for (size_t i = first; i < end; i++) {
        job->seen[i]++;
        atomic_fetch_add(&job->sum, i);
    }
    if (job->delay_ns)
        nanosleep(&(struct timespec){.tv_nsec = job->delay_ns}, NULL);
}

static void run_and_check(struct threads *threads, struct job *job, size_t items, size_t grain)
{
    memset(job->seen, 0, sizeof job->seen);
    job->items = items;
    job->grain = grain;
    atomic_store(&job->sum, 0);
    threads_run(threads, items, grain, mark, job);
    assert_false(atomic_load(&job->bad));
    assert_int_equal(atomic_load(&job->sum), items ? items * (items - 1) / 2 : 0);
    for (size_t i = 0; i < MAX_ITEMS; i++)
        assert_int_equal(job->seen[i], i < items);
}

static void test_every_item_once(void **state)
{
    static const size_t counts[] = {1, 2, 3, 8};
    static struct job job;

    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        struct threads *threads;
        assert_int_equal(threads_new(counts[k], &threads), 0);
        assert_int_equal(threads_count(threads), counts[k]);
        for (size_t round = 0; round < 1000; round++)
            run_and_check(threads, &job, random_below(round % 10 ? 300 : MAX_ITEMS),
                          1 + random_below(80));
        assert_null(threads_free(threads));
    }
    run_and_check(NULL, &job, 100, 7);
    assert_int_equal(threads_count(NULL), 1);
    assert_null(threads_free(NULL));
}

/* Workers fall asleep between loops, and the caller before the workers are done. */
static void test_sleep_and_wake(void **state)
{
    static struct job job;
    struct threads *threads;

    assert_int_equal(threads_new(3, &threads), 0);
    for (size_t round = 0; round < 60; round++) {
        job.delay_ns = round % 3 ? 200000 : 0;
        if (round % 2)
            nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        run_and_check(threads, &job, 60, 1);
    }
    job.delay_ns = 0;
    threads_free(threads);
}

static void quick_or_slow(void *data, size_t first, size_t end)
{
    atomic_size_t *slow_items = data;
    static _Thread_local bool is_slow;
    static atomic_flag taken = ATOMIC_FLAG_INIT;

    /* The first thread that comes is the disturbed core. */
    if (!is_slow && !atomic_flag_test_and_set(&taken))
        is_slow = true;
    if (is_slow)
        atomic_fetch_add(slow_items, end - first);
    nanosleep(&(struct timespec){.tv_nsec = is_slow ? 20000000 : 1000000}, NULL);
}

/* Work-sharing: a thread that is twenty times as slow takes few of the chunks. */
static void test_slow_core(void **state)
{
    struct threads *threads;
    atomic_size_t slow_items = 0;

    assert_int_equal(threads_new(4, &threads), 0);
    threads_run(threads, 320, 1, quick_or_slow, &slow_items);
    assert_true(atomic_load(&slow_items) >= 10 && atomic_load(&slow_items) <= 80);
    threads_free(threads);
}

/* A child of fork() has no workers: loops run on its only thread, and freeing does not hang. */
static void test_fork(void **state)
{
    static struct job job;
    struct threads *threads;
    int status;

    assert_int_equal(threads_new(4, &threads), 0);
    for (size_t round = 0; round < 20; round++) {
        pid_t child;
        run_and_check(threads, &job, 500, 3);
        child = fork();
        if (!child) {
            run_and_check(threads, &job, 500, 3);
            threads_free(threads);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
    }
    threads_free(threads);
}

static size_t count_threads(void)
{
    size_t n = 0;
    char line[256], *end;
    FILE *file = fopen("/proc/self/status", "re");

    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "Threads:", 8))
            n = strtoul(line + 8, &end, 10);
    fclose(file);
    return n;
}

/* A joined thread may stay in the list for a moment. */
static void assert_threads(size_t n)
{
    for (size_t i = 0; i < 1000 && count_threads() != n; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(count_threads(), n);
}

static void test_start_and_stop(void **state)
{
    struct threads *threads = NULL;
    size_t before = count_threads();

    assert_int_equal(threads_new(0, &threads), -EINVAL);
    assert_int_equal(threads_new(THREADS_MAX + 1, &threads), -EINVAL);
    assert_null(threads);
    assert_int_equal(threads_new(1, &threads), 0);
    assert_threads(before);
    threads_free(threads);
    for (size_t round = 0; round < 200; round++) {
        assert_int_equal(threads_new(4, &threads), 0);
        assert_threads(before + 3);
        threads_free(threads);
        assert_threads(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_and_stop), cmocka_unit_test(test_every_item_once),
        cmocka_unit_test(test_sleep_and_wake), cmocka_unit_test(test_slow_core),
        cmocka_unit_test(test_fork),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
