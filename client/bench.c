/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sori-bench(1): how fast a voice speaks on this machine
 *
 * Every figure is a median of several runs, but the memory, which is the largest. Real-time factors
 * are seconds of sound for a second of processor time, all threads counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <sori/cpu.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "client/median.h"
#include "client/speaking.h"
#include "worker/error.h"

extern char **environ;

DEFINE_CLEANUP(pipeline, struct pipeline *, pipeline_close)

enum { MAX_RUNS = 100 };

static const char three_words[] = "The door opened.";
static const char twenty_words[] =
    "When the rain had stopped, we walked along the river to the old "
    "mill and talked about the coming winter.";
static const char paragraph[] =
    "The library stays open until nine on weekdays. It holds more than forty thousand books, and "
    "a quiet room for reading. Members may borrow ten of them for three weeks. If a book is late, "
    "there is a small fee for each day. On Saturdays, a local writer reads a story to the "
    "children.";

struct bench {
    struct speaking speaking;
    bool json;
    unsigned runs;
};

static int set_runs(void *options, const char *argument)
{
    double runs;
    int r = parse_number(argument, 1, MAX_RUNS, &runs);

    if (r >= 0)
        ((struct bench *)options)->runs = (unsigned)runs;
    return r;
}

static const struct option_row rows[] = {
    {'j', "json", NULL, "as JSON", .at = offsetof(struct bench, json)},
    {'n', "runs", "N", "runs for each figure, 1 to 100 [5]", set_runs},
    SPEAKING_ROWS,
};

/* --- one text, in this process ---------------------------------------------------------------- */

struct run {
    const char *text;      /* not yet read; NULL after */
    double started, first; /* wall clock */
    uint64_t samples;
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct run *run = opaque;

    if (!run->text)
        return 0;
    *ret_data = run->text;
    *ret_size = strlen(run->text);
    run->text = NULL;
    return 1;
}

static int count_block(void *opaque, const struct sori_block *block)
{
    struct run *run = opaque;

    if (!run->samples && block->count)
        run->first = clock_seconds(CLOCK_MONOTONIC);
    run->samples += block->count;
    return 0;
}

static int speak(struct pipeline *pipeline, const struct speaking *speaking, const char *text,
                 struct run *ret_run)
{
    struct run run = {.text = text, .started = clock_seconds(CLOCK_MONOTONIC)};
    struct speech speech = speaking_speech(speaking);
    int r;

    speech.read = read_text;
    speech.write = count_block;
    speech.opaque = &run;
    r = pipeline_run(pipeline, &speech);
    if (r >= 0 && !run.samples)
        r = fail(-EINVAL, "voice '%s' gave no sound", speaking->voice);
    if (r >= 0)
        *ret_run = run;
    return r;
}

/* --- figures ---------------------------------------------------------------------------------- */

static int measure_speed(struct pipeline *pipeline, const struct bench *bench, double *ret_factor)
{
    double factors[MAX_RUNS];

    for (unsigned i = 0; i < bench->runs; i++) {
        struct run run;
        double before = clock_seconds(CLOCK_PROCESS_CPUTIME_ID), spent;
        int r = speak(pipeline, &bench->speaking, paragraph, &run);
        if (r < 0)
            return r;
        spent = clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - before;
        factors[i] = (double)run.samples / pipeline_format(pipeline)->sample_rate / spent;
    }
    *ret_factor = median(factors, bench->runs);
    return 0;
}

static int measure_first(struct pipeline *pipeline, const struct bench *bench, const char *text,
                         double *ret_ms)
{
    double times[MAX_RUNS];

    for (unsigned i = 0; i < bench->runs; i++) {
        struct run run;
        int r = speak(pipeline, &bench->speaking, text, &run);
        if (r < 0)
            return r;
        times[i] = 1000 * (run.first - run.started);
    }
    *ret_ms = median(times, bench->runs);
    return 0;
}

/* Starts `sori say --stdout TEXT` with its output in a pipe. */
static int spawn_say(const struct bench *bench, const char *text, pid_t *ret_pid, int *ret_fd)
{
    char *arguments[] = {(char *)"sori",
                         (char *)"say",
                         (char *)"-q",
                         (char *)"--stdout",
                         (char *)"--format=raw",
                         (char *)"-v",
                         (char *)bench->speaking.voice,
                         (char *)text,
                         NULL};
    posix_spawn_file_actions_t actions;
    int fds[2], r;

    if (pipe2(fds, O_CLOEXEC) < 0)
        return fail(-errno, "pipe: %s", strerror(errno));
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
    r = posix_spawn(ret_pid, "/proc/self/exe", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    if (r) {
        close(fds[0]);
        return fail(-r, "cannot start sori: %s", strerror(r));
    }
    *ret_fd = fds[0];
    return 0;
}

/* From the start of a new process to its first sample, and the most memory it had. */
static int measure_cold_once(const struct bench *bench, double *ret_ms, double *ret_mib)
{
    char bytes[4096];
    struct rusage usage;
    double started = clock_seconds(CLOCK_MONOTONIC), first;
    pid_t pid;
    int fd = -1, status, r = spawn_say(bench, three_words, &pid, &fd);
    ssize_t n;

    if (r < 0)
        return r;
    n = read(fd, bytes, sizeof bytes);
    first = clock_seconds(CLOCK_MONOTONIC);
    for (ssize_t more = n; more > 0;)
        more = read(fd, bytes, sizeof bytes);
    close(fd);
    if (wait4(pid, &status, 0, &usage) < 0 || status || n <= 0)
        return fail(-EIO, "a new process of sori failed to speak");
    *ret_ms = 1000 * (first - started);
    *ret_mib = (double)usage.ru_maxrss / 1024;
    return 0;
}

static int measure_cold(const struct bench *bench, double *ret_ms, double *ret_mib)
{
    double times[MAX_RUNS];

    *ret_mib = 0;
    for (unsigned i = 0; i < bench->runs; i++) {
        double mib = 0;
        int r = measure_cold_once(bench, &times[i], &mib);
        if (r < 0)
            return r;
        *ret_mib = mib > *ret_mib ? mib : *ret_mib;
    }
    *ret_ms = median(times, bench->runs);
    return 0;
}

/* Rounded to a hundredth: more digits would claim too much. */
static int put(json_t *object, const char *key, double value)
{
    return json_object_set_new(object, key, json_real((double)(long)(value * 100 + 0.5) / 100));
}

/* The figures of one precision of the vocoder, or of the voice as it is (NULL). */
static int measure_warm(const struct bench *bench, const char *precision, json_t *result)
{
    struct speaking speaking = bench->speaking;
    _cleanup_(cleanup_pipeline) struct pipeline *pipeline = NULL;
    double factor, three, twenty;
    char set[64];
    struct run warm_up;
    int r;

    if (precision && speaking.n_sets < MAX_SETS) {
        snprintf(set, sizeof set, "vocoder.precision=%s", precision);
        speaking.sets[speaking.n_sets++] = set;
    }
    r = speaking_open(&speaking, NULL, &pipeline);
    if (r >= 0)
        r = speak(pipeline, &speaking, three_words, &warm_up);
    if (r >= 0)
        r = measure_speed(pipeline, bench, &factor);
    if (r >= 0)
        r = measure_first(pipeline, bench, three_words, &three);
    if (r >= 0)
        r = measure_first(pipeline, bench, twenty_words, &twenty);
    if (r < 0)
        return r;
    put(result, "real_time_factor", factor);
    put(result, "first_sample_3_words_ms", three);
    put(result, "first_sample_20_words_ms", twenty);
    return 0;
}

static bool has_precision(const struct speaking *speaking)
{
    struct voice *voice;
    bool has = false;

    if (speaking_voice(speaking, &voice) < 0)
        return false;
    for (size_t i = 0; i < voice->n_stages; i++)
        has |= !strcmp(voice->chain[i].plugin, "wavenet");
    voice_free(voice);
    return has;
}

static const char *instruction_set(void)
{
    uint64_t cpu = sori_cpu_detect();

    return cpu & SORI_CPU_AVX512 ? "avx512" : cpu & SORI_CPU_AVX2 ? "avx2" : cpu ? "neon" : "c";
}

static int measure(const struct bench *bench, json_t *result)
{
    static const char *const precisions[] = {"f32", "int8"};
    double cold = 0, mib = 0;
    int r = 0;

    json_object_set_new(result, "voice", json_string(bench->speaking.voice));
    json_object_set_new(result, "instruction_set", json_string(instruction_set()));
    json_object_set_new(result, "threads", json_integer(bench->speaking.threads));
    json_object_set_new(result, "runs", json_integer(bench->runs));
    if (has_precision(&bench->speaking)) {
        for (size_t i = 0; i < 2 && r >= 0; i++) {
            json_t *part = json_object();
            json_object_set_new(result, precisions[i], part);
            r = measure_warm(bench, precisions[i], part);
        }
    } else {
        r = measure_warm(bench, NULL, result);
    }
    if (r >= 0)
        r = measure_cold(bench, &cold, &mib);
    if (r < 0)
        return r;
    put(result, "cold_start_ms", cold);
    put(result, "peak_resident_mib", mib);
    return 0;
}

static void print_plain(json_t *result, const char *indent)
{
    const char *key;
    json_t *value;

    json_object_foreach(result, key, value)
    {
        if (json_is_object(value)) {
            printf("%s%s\n", indent, key);
            print_plain(value, "  ");
        } else if (json_is_real(value)) {
            printf("%s%-28s %.2f\n", indent, key, json_real_value(value));
        } else if (json_is_integer(value)) {
            printf("%s%-28s %lld\n", indent, key, (long long)json_integer_value(value));
        } else {
            printf("%s%-28s %s\n", indent, key, json_string_value(value));
        }
    }
}

static int run(int argc, char **argv)
{
    struct bench bench = {.speaking = SPEAKING_DEFAULTS, .runs = 5};
    json_t *result;
    int first, r;

    if (argc > 1 && !strcmp(argv[1], "llm")) /* these have options of their own */
        return command_bench_llm.run(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "ask"))
        return command_bench_ask.run(argc - 1, argv + 1);
    r = options_parse(&command_bench, argc, argv, &bench, &first);
    if (r)
        return r;
    if (argc - first != 1 || strcmp(argv[first], "speech")) {
        fputs("sori: bench what? There are: speech, llm, ask\n", stderr);
        return EXIT_USAGE;
    }
    result = json_object();
    r = measure(&bench, result);
    if (r >= 0 && bench.json) {
        json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    } else if (r >= 0) {
        print_plain(result, "");
    }
    json_decref(result);
    if (r >= 0)
        return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
    fprintf(stderr, "sori: %s\n", fail_message());
    return EXIT_FAILED;
}

const struct command command_bench = {
    "bench", "speech|llm|ask",           "Measure how fast a voice speaks or a model writes",
    rows,    sizeof rows / sizeof *rows, run,
};
