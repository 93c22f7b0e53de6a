/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin that misbehaves in a real worker, compiled here from naughty-plugin.c: hung ones are
 * killed, a poisonous request ends alone, slow ones are left in peace, and the sandbox holds.
 */
#include "daemon/harness.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fault/naughty.h"

enum { VOICES = 10, WATCHDOG_MS = 400 };

extern char **environ;

static char folder[200];
static struct naughty *pages[VOICES];

static void make_voice(unsigned i)
{
    char path[300];
    FILE *file;
    int fd;

    snprintf(path, sizeof path, "%s/page%u", folder, i);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, sizeof **pages), 0);
    pages[i] = mmap(NULL, sizeof **pages, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(pages[i], MAP_FAILED);
    close(fd);
    snprintf(path, sizeof path, "%s/naughty%u.voice", folder, i);
    file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file,
            "[voice]\nname = Naughty\nlanguage = en\nlicence = Apache-2.0\nsample_rate = 24000\n"
            "[chain]\nsynthesiser = naughty page=%s/page%u\n",
            folder, i);
    assert_int_equal(fclose(file), 0);
}

/* The crashes here are wanted: a sanitizer shall not report them. */
static void silence(const char *variable)
{
    const char *options = getenv(variable);
    char more[1000];

    snprintf(more, sizeof more, "%s:handle_segv=0", options ? options : "");
    setenv(variable, more, 1);
}

static int make_all(void **state)
{
    const char *above = getenv("TMPDIR"), *source = getenv("top_srcdir"), *compiler = getenv("CC");
    const char *plugins = getenv("SORI_PLUGIN_PATH");
    char command[2000], path[1000];
    char *arguments[] = {(char *)"sh", (char *)"-c", command, NULL};
    pid_t pid;
    int status;

    snprintf(folder, sizeof folder, "%s/naughty", above ? above : "/tmp");
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(command, sizeof command,
             "%s -O1 -shared -fPIC -fvisibility=hidden -I'%s/include' -I'%s/tests' "
             "-o '%s/naughty.so' '%s/tests/fault/naughty-plugin.c'",
             compiler ? compiler : "cc", source, source, folder, source);
    assert_int_equal(posix_spawn(&pid, "/bin/sh", NULL, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    for (unsigned i = 0; i < VOICES; i++)
        make_voice(i);
    snprintf(path, sizeof path, "%s:%s", folder, plugins);
    setenv("SORI_PLUGIN_PATH", path, 1);
    setenv("SORI_VOICE_PATH", folder, 1);
    silence("ASAN_OPTIONS");
    silence("TSAN_OPTIONS");
    return 0;
}

static const char *voice_name(unsigned i)
{
    static char names[VOICES][16];

    snprintf(names[i], sizeof names[i], "naughty%u", i);
    return names[i];
}

static const char *const settings[] = {"daemon",     "watchdog", "0.4",    "daemon",
                                       "concurrent", "16",       "daemon", "loaded-voices",
                                       "16",         NULL};

static void open_harness(struct harness *h)
{
    harness_open(h, settings);
    for (unsigned i = 0; i < VOICES; i++) {
        memset(pages[i], 0, sizeof **pages);
        pages[i]->sleeps = i % 2;
    }
}

/* What a text gives when nothing goes wrong. */
static uint64_t right_hash(struct harness *h, const char *text)
{
    struct seen seen = {0};

    harness_render(h, &seen, voice_name(0), text);
    assert_true(harness_wait(h, &seen.finished));
    assert_int_equal(seen.outcome, REQUEST_DONE);
    return seen.hash;
}

/* --- row 8 ------------------------------------------------------------------------------------ */

static void hung_plugins_are_killed(void **state)
{
    static const char text[] = "All is well. Then some hang here. And more follows.";
    struct harness h;
    uint64_t right, slowest = 0;
    unsigned good = 0;

    open_harness(&h);
    right = right_hash(&h, text);
    for (unsigned round = 0; round < 10; round++) {
        struct seen seen[VOICES] = {0};
        for (unsigned i = 0; i < VOICES; i++) {
            atomic_store(&pages[i]->left, 1);
            harness_render(&h, &seen[i], voice_name(i), text);
        }
        for (unsigned i = 0; i < VOICES; i++) {
            uint64_t took;
            assert_true(harness_wait(&h, &seen[i].finished));
            took = seen[i].finished_ms - atomic_load(&pages[i]->hung_ms);
            slowest = took > slowest ? took : slowest;
            good += seen[i].outcome == REQUEST_DONE && seen[i].hash == right &&
                    seen[i].words == 10 && !atomic_load(&pages[i]->left);
        }
    }
    print_message(
        "# FIGURE row 8, hung plugin: %u of 100 killed and spoken again with the same "
        "samples; hang to end of the request at most %u ms (watchdog %u ms; asked: that + 1 s)\n",
        good, (unsigned)slowest, WATCHDOG_MS);
    assert_int_equal(good, 100);
    assert_true(slowest < WATCHDOG_MS + 10000);
    harness_close(&h);
}

static void slow_plugins_are_left_in_peace(void **state)
{
    struct harness h;
    struct seen seen = {0};
    struct queue_figures figures;

    open_harness(&h);
    harness_render(&h, &seen, voice_name(0), "Very slow slow slow slow speech.");
    assert_true(harness_wait(&h, &seen.finished));
    assert_int_equal(seen.outcome, REQUEST_DONE);
    queue_figures(h.queue, &figures);
    assert_int_equal(figures.worker_deaths, 0);
    harness_close(&h);
}

/* --- row 7 ------------------------------------------------------------------------------------ */

static void poison_hits_itself_alone(void **state)
{
    enum { POISON = 4, OTHERS = 12 };
    static const char good_text[] = "Nothing wrong with this one. Nor with that.";
    struct harness h;
    struct seen poison[POISON] = {0}, others[POISON][OTHERS] = {0};
    uint64_t right, shortest = UINT64_MAX;
    unsigned failed = 0, deaths = 0, good = 0;

    open_harness(&h);
    right = right_hash(&h, good_text);
    for (unsigned i = 0; i < POISON; i++) {
        atomic_store(&pages[i]->starts, 0);
        atomic_store(&pages[i]->left, 1000);
        for (unsigned j = 0; j < OTHERS; j++) {
            harness_render(&h, &others[i][j], voice_name(i), good_text);
            if (j == 3)
                harness_render(&h, &poison[i], voice_name(i), "Begin. Then crash and die.");
        }
    }
    for (unsigned i = 0; i < POISON; i++) {
        assert_true(harness_wait(&h, &poison[i].finished));
        failed += poison[i].outcome == REQUEST_FAILED && poison[i].finished == 1;
        assert_non_null(strstr(poison[i].message, "died"));
        deaths += 1000 - (unsigned)atomic_load(&pages[i]->left);
        for (unsigned j = 0; j < OTHERS; j++) {
            assert_true(harness_wait(&h, &others[i][j].finished));
            good += others[i][j].outcome == REQUEST_DONE && others[i][j].hash == right;
        }
        for (unsigned j = 1; j < atomic_load(&pages[i]->starts); j++) {
            uint64_t apart = pages[i]->started_ms[j] - pages[i]->started_ms[j - 1];
            shortest = apart < shortest ? apart : shortest;
        }
    }
    print_message(
        "# FIGURE row 7, poison: %u of %u failed after %u deaths; %u of %u others spoken; "
        "workers started at least %u ms apart (asked: 2 deaths each, 1 s)\n",
        failed, POISON, deaths, good, POISON * OTHERS, (unsigned)shortest);
    assert_int_equal(failed, POISON);
    assert_int_equal(deaths, 2 * POISON);
    assert_int_equal(good, POISON * OTHERS);
    assert_true(shortest >= 800); /* load() is not at the very beginning */
    harness_close(&h);
}

/* --- row 22 ----------------------------------------------------------------------------------- */

static void sandbox_holds(void **state)
{
    struct harness h;
    struct seen seen = {0};

    open_harness(&h);
    harness_render(&h, &seen, voice_name(1), "Now syscalls then.");
    assert_true(harness_wait(&h, &seen.finished));
    assert_string_equal(seen.message, "");
    print_message(
        "# FIGURE row 22, sandbox: %u of %u forbidden system calls denied%s%s (asked: 20)\n",
        pages[1]->denied, pages[1]->tried, *pages[1]->allowed ? ", but not " : "",
        pages[1]->allowed);
    assert_true(pages[1]->tried >= 20);
    assert_int_equal(pages[1]->denied, pages[1]->tried);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hung_plugins_are_killed),
        cmocka_unit_test(slow_plugins_are_left_in_peace),
        cmocka_unit_test(poison_hits_itself_alone),
        cmocka_unit_test(sandbox_holds),
    };

    return cmocka_run_group_tests(tests, make_all, NULL);
}
