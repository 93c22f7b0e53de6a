/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thousands of utterances and of cancels: memory, descriptors and threads of the daemon and of its
 * workers stay as they were. SOAK=N (utterances) and CANCELS=N for more of them.
 */
#include "daemon/harness.h"

#include <dirent.h>

enum { MAX_PROCESSES = 8 };

static const char *const texts[] = {
    "One sentence alone.",
    "The first one is here. A second follows it. The third is the last.",
    "Numbers 1 2 3. And words. Then more of them, with commas, and an end.",
};

static unsigned count(const char *variable, unsigned usual)
{
    const char *text = getenv(variable);

    if (text && sscanf(text, "%u", &usual) != 1)
        fail_msg("%s is no number: %s", variable, text);
    return usual;
}

/* What all processes use together, ours first. */
struct usage {
    unsigned processes;
    int pids[MAX_PROCESSES];
    unsigned long kib[MAX_PROCESSES];
    unsigned descriptors, threads;
};

static unsigned count_entries(int pid, const char *what)
{
    char path[64];
    unsigned n = 0;
    DIR *folder;

    snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
    folder = opendir(path);
    while (folder && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return n;
}

static struct usage measure(void)
{
    struct usage usage = {.processes = 1, .pids = {(int)getpid()}};
    char path[64];
    FILE *children;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    children = fopen(path, "re");
    assert_non_null(children);
    while (usage.processes < MAX_PROCESSES &&
           fscanf(children, "%d", &usage.pids[usage.processes]) == 1)
        usage.processes++;
    fclose(children);
    for (unsigned i = 0; i < usage.processes; i++) {
        usage.kib[i] = resident_kib(usage.pids[i]);
        usage.descriptors += count_entries(usage.pids[i], "fd");
        usage.threads += count_entries(usage.pids[i], "task");
    }
    return usage;
}

/* Compares with what was before; the figure is the growth of the process that grew most. */
static void compare(const char *what, unsigned times, const struct usage *before,
                    const struct usage *after, unsigned long allowed_kib)
{
    long worst = 0;
    double percent = 0;

    assert_int_equal(before->processes, after->processes);
    for (unsigned i = 0; i < before->processes; i++) {
        long grown = (long)after->kib[i] - (long)before->kib[i];
        assert_int_equal(before->pids[i], after->pids[i]);
        if (grown > worst) {
            worst = grown;
            percent = 100.0 * (double)grown / (double)before->kib[i];
        }
    }
    print_message("# FIGURE %s: %u times, %u processes: resident memory +%ld KiB (+%.1f %%) in the "
                  "one that grew most, descriptors %+d, threads %+d (asked: +1 %%, +0, +0)\n",
                  what, times, before->processes, worst, percent,
                  (int)after->descriptors - (int)before->descriptors,
                  (int)after->threads - (int)before->threads);
    assert_int_equal(before->descriptors, after->descriptors);
    assert_int_equal(before->threads, after->threads);
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed memory for a while */
    assert_true(worst <= (long)allowed_kib);
#endif
}

static void settle(struct harness *h)
{
    for (uint64_t end = clock_ms() + 300; clock_ms() < end;)
        loop_turn(h->loop, 50);
}

/* --- row 15 ----------------------------------------------------------------------------------- */

static void speak(struct harness *h, unsigned n)
{
    struct request_options options;

    request_options_init(&options);
    options.flags = REQUEST_PLAY;
    options.priority = PRIORITY_MESSAGE;
    for (unsigned i = 0; i < n; i++) {
        struct seen seen = {0};
        assert_int_equal(harness_submit(h, &seen, &options, texts[i % 3]), 0);
        assert_true(harness_wait(h, &seen.finished));
        assert_string_equal(seen.message, "");
        assert_int_equal(seen.outcome, REQUEST_DONE);
        assert_true(seen.words > 0);
    }
}

static void soaks(void **state)
{
    static const char *const settings[] = {"audio", "output", "wavfile path=/dev/null format=raw",
                                           NULL};
    unsigned n = count("SOAK", 2000);
    struct usage before, after;
    struct harness h;

    harness_open(&h, settings);
    speak(&h, 200);
    settle(&h);
    before = measure();
    assert_int_equal(before.processes, 3);
    speak(&h, n);
    settle(&h);
    after = measure();
    compare("row 15, soak", n, &before, &after, before.kib[1] / 50 + 256);
    harness_close(&h);
}

/* --- row 16 ----------------------------------------------------------------------------------- */

/* Up to 8 under way, each cancelled after a number of turns that differs. */
static unsigned cancel(struct harness *h, unsigned n, unsigned *ret_done)
{
    enum { AT_ONCE = 8 };
    struct seen seen[AT_ONCE] = {0};
    unsigned begun = 0, cancelled = 0, random = 12345;

    while (begun < n) {
        for (unsigned i = 0; i < AT_ONCE; i++)
            if (!seen[i].request) {
                *ret_done += seen[i].outcome == REQUEST_DONE;
                cancelled += seen[i].outcome == REQUEST_CANCELLED;
                if (seen[i].outcome == REQUEST_FAILED)
                    print_message("# failed: %s\n", seen[i].message), fail();
                seen[i] = (struct seen){0};
                harness_render(h, &seen[i], NULL, texts[begun++ % 3]);
            }
        random = random * 1103515245 + 12345;
        for (unsigned turns = random >> 16 & 15; turns--;)
            loop_turn(h->loop, 1);
        for (unsigned i = random >> 20 & 1; i < AT_ONCE; i += 2)
            if (seen[i].request)
                request_cancel(seen[i].request);
        loop_turn(h->loop, 1);
    }
    for (unsigned i = 0; i < AT_ONCE; i++)
        while (seen[i].request)
            assert_true(harness_wait(h, &seen[i].finished));
    return cancelled;
}

static void cancels(void **state)
{
    unsigned n = count("CANCELS", 1000), cancelled = 0, done = 0;
    struct seen right = {0}, again = {0};
    struct usage before, after;
    struct harness h;

    harness_open(&h, NULL);
    harness_render(&h, &right, NULL, texts[1]);
    assert_true(harness_wait(&h, &right.finished));
    cancel(&h, 500, &done); /* all places for streams have been in use */
    settle(&h);
    before = measure();
    for (done = 0; cancelled < n;)
        cancelled += cancel(&h, 250, &done);
    settle(&h);
    after = measure();
    print_message("# %u others were spoken to their end\n", done);
    /* Half a KiB for each would be a leak. */
    compare("row 16, cancel at random times", cancelled, &before, &after, cancelled / 2);
    harness_render(&h, &again, NULL, texts[1]);
    assert_true(harness_wait(&h, &again.finished));
    assert_true(again.hash == right.hash);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(soaks),
        cmocka_unit_test(cancels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
