/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 of the synthesis worker, again and again, while requests run: every request is answered
 * once, with the samples that it has without that.
 */
#include "daemon/harness.h"

#include <signal.h>

enum { REQUESTS = 1000, KILLS = 200, AT_ONCE = 4 };

static const char *const texts[] = {
    "One sentence alone.",
    "The first one is here. A second follows it. The third is the last.",
    "Numbers 1 2 3. And words. Then more of them, with commas, and an end.",
    "Short. Shorter. The quick brown fox jumps over the lazy dog while the worker dies. Gone.",
};

/* The process id of a child named sori-voice, or 0. */
static pid_t find_worker(void)
{
    char path[64], name[32] = "";
    FILE *children, *file;
    int pid, found = 0;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    children = fopen(path, "re");
    while (children && !found && fscanf(children, "%d", &pid) == 1) {
        snprintf(path, sizeof path, "/proc/%d/comm", pid);
        file = fopen(path, "re");
        if (file && fscanf(file, "%31s", name) == 1 && !strcmp(name, "sori-voice"))
            found = pid;
        if (file)
            fclose(file);
    }
    if (children)
        fclose(children);
    return found;
}

static unsigned kills;

/* Every fifth request is hit once, at a place that differs. */
static void maybe_kill(struct seen *seen)
{
    pid_t pid;

    if (!seen->refuse_after)
        return;
    seen->refuse_after = 0;
    pid = find_worker();
    if (pid && kill(pid, SIGKILL) == 0)
        kills++;
    request_audio_ready(seen->request);
}

static void survives_kills(void **state)
{
    static struct seen seen[REQUESTS];
    struct seen reference[4] = {0};
    struct queue_figures figures;
    struct harness h;
    unsigned lost = 0, twice = 0, different = 0, begun = 0, ended = 0;
    uint64_t start = clock_ms();

    harness_open(&h, NULL);
    for (size_t i = 0; i < 4; i++) {
        harness_render(&h, &reference[i], NULL, texts[i]);
        assert_true(harness_wait(&h, &reference[i].finished));
        assert_int_equal(reference[i].outcome, REQUEST_DONE);
    }
    while (ended < REQUESTS && clock_ms() - start < 200000) {
        while (begun < REQUESTS && begun - ended < AT_ONCE) {
            struct seen *next = &seen[begun];
            if (begun % (REQUESTS / KILLS) == 0) {
                next->refuse_after = 1 + (begun * 7919u) % 700;
                next->on_audio = maybe_kill;
            }
            harness_render(&h, next, NULL, texts[begun % 4]);
            begun++;
        }
        loop_turn(h.loop, 1000);
        ended = 0;
        for (unsigned i = 0; i < begun; i++)
            ended += seen[i].finished != 0;
    }
    for (unsigned i = 0; i < REQUESTS; i++) {
        lost += !seen[i].finished || seen[i].outcome != REQUEST_DONE;
        twice += seen[i].finished > 1 || seen[i].started > 1;
        different += seen[i].finished && (seen[i].hash != reference[i % 4].hash ||
                                          seen[i].words != reference[i % 4].words);
        if (seen[i].message[0])
            print_message("# request %u: %s\n", i, seen[i].message);
    }
    queue_figures(h.queue, &figures);
    print_message("# FIGURE row 6, kill -9 of the worker: %u kills over %u requests in %.1f s: "
                  "%u lost, %u twice, %u with other samples (asked: 0, 0); %llu workers started\n",
                  kills, REQUESTS, (double)(clock_ms() - start) / 1000, lost, twice, different,
                  (unsigned long long)figures.worker_starts);
    assert_int_equal(lost, 0);
    assert_int_equal(twice, 0);
    assert_int_equal(different, 0);
    assert_in_range(kills, KILLS * 9 / 10, KILLS);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(survives_kills)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
