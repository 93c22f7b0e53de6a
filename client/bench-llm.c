/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sori-bench(1): how fast a language model reads and writes, and how soon its answer sounds
 *
 * Every figure is the median of several runs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "client/answering.h"
#include "client/median.h"
#include "worker/error.h"

enum { MAX_RUNS = 100 };

struct bench {
    struct answering answering;
    bool json;
    unsigned runs, prompt, generate;
    struct pipeline *pipeline;

    const char *text; /* not yet read; NULL after */
    char line[256];   /* the stage's answer */
    double started, first;
};

static int set_count(const char *argument, double min, double max, unsigned *ret_count)
{
    double number;
    int r = parse_number(argument, min, max, &number);

    if (r >= 0)
        *ret_count = (unsigned)number;
    return r;
}

static int set_runs(void *options, const char *argument)
{
    return set_count(argument, 1, MAX_RUNS, &((struct bench *)options)->runs);
}

static int set_prompt(void *options, const char *argument)
{
    return set_count(argument, 1, LLM_MAX_CONTEXT, &((struct bench *)options)->prompt);
}

static int set_generate(void *options, const char *argument)
{
    return set_count(argument, 0, LLM_MAX_CONTEXT, &((struct bench *)options)->generate);
}

static const struct option_row llm_rows[] = {
    {'j', "json", NULL, "as JSON", .at = offsetof(struct bench, json)},
    {'m', "model", "MODEL", "language model, a name or a GGUF file", answering_set_model},
    {'p', "prompt", "N", "tokens to read [128]", set_prompt},
    {'n', "generate", "N", "tokens to write [64]", set_generate},
    {'r', "runs", "N", "runs for each figure, 1 to 100 [3]", set_runs},
    {0, "context", "N", "tokens that the model can look back on", answering_set_context},
    {'t', "threads", "N", "compute threads [1]", speaking_set_threads},
};

static const struct option_row ask_rows[] = {
    {'j', "json", NULL, "as JSON", .at = offsetof(struct bench, json)},
    {'r', "runs", "N", "runs for each figure, 1 to 100 [5]", set_runs},
    ANSWERING_ROWS,
    SPEAKING_ROWS,
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct bench *bench = opaque;

    if (!bench->text)
        return 0;
    *ret_data = bench->text;
    *ret_size = strlen(bench->text);
    bench->text = NULL;
    return 1;
}

static int run_text(struct bench *bench, const char *text,
                    int (*write)(void *, const struct sori_block *))
{
    struct speech speech = speaking_speech(&bench->answering.speaking);

    speech.read = read_text;
    speech.write = write;
    speech.opaque = bench;
    bench->text = text;
    *bench->line = 0;
    bench->first = 0;
    bench->started = clock_seconds(CLOCK_MONOTONIC);
    return pipeline_run(bench->pipeline, &speech);
}

/* --- tokens a second -------------------------------------------------------------------------- */

static int take_line(void *opaque, const struct sori_block *block)
{
    struct bench *bench = opaque;
    size_t n = strlen(bench->line);

    if (block->count < sizeof bench->line - n) {
        memcpy(bench->line + n, block->data ? block->data : "", block->count);
        bench->line[n + block->count] = 0;
    }
    return 0;
}

/* Tokens a second of one run, from what the stage measured. */
static int measure_once(struct bench *bench, double *ret_prompt, double *ret_generate)
{
    char text[64];
    double prompt = 0, prompt_seconds = 0, generate = 0, generate_seconds = 0;
    json_t *json;
    int r;

    snprintf(text, sizeof text, "%u %u", bench->prompt, bench->generate);
    r = run_text(bench, text, take_line);
    if (r < 0)
        return r;
    json = json_loads(bench->line, 0, NULL);
    r = json_unpack(json, "{s:F,s:F,s:F,s:F}", "prompt_tokens", &prompt, "prompt_seconds",
                    &prompt_seconds, "generated_tokens", &generate, "generate_seconds",
                    &generate_seconds);
    json_decref(json);
    if (r)
        return fail(-EPROTO, "the model measured nothing: '%.100s'", bench->line);
    *ret_prompt = prompt_seconds > 0 ? prompt / prompt_seconds : 0;
    *ret_generate = generate_seconds > 0 ? generate / generate_seconds : 0;
    return 0;
}

static int measure_llm(struct bench *bench, json_t *result)
{
    double prompt[MAX_RUNS], generate[MAX_RUNS];
    int r = answering_set(&bench->answering, "task", "bench");

    if (r >= 0)
        r = answering_open(&bench->answering, false, &bench->pipeline);
    for (unsigned i = 0; r >= 0 && i < bench->runs; i++)
        r = measure_once(bench, &prompt[i], &generate[i]);
    if (r < 0)
        return r;
    json_object_set_new(result, "model", json_string(bench->answering.path));
    json_object_set_new(result, "threads",
                        json_integer((json_int_t)bench->answering.speaking.threads));
    json_object_set_new(result, "prompt_tokens", json_integer((json_int_t)bench->prompt));
    json_object_set_new(result, "prompt_tokens_per_s", json_real(median(prompt, bench->runs)));
    json_object_set_new(result, "generated_tokens", json_integer((json_int_t)bench->generate));
    json_object_set_new(result, "generate_tokens_per_s", json_real(median(generate, bench->runs)));
    return 0;
}

/* --- from a question to the first sample ------------------------------------------------------ */

/* Enough is known with the first sample. */
static int stop_at_first(void *opaque, const struct sori_block *block)
{
    struct bench *bench = opaque;

    if (!block->count || bench->first > 0)
        return 0;
    bench->first = clock_seconds(CLOCK_MONOTONIC);
    pipeline_cancel(bench->pipeline);
    return 0;
}

static int measure_ask(struct bench *bench, json_t *result)
{
    /* Each run asks something else: the model keeps what it has computed. */
    static const char *const questions[] = {"Why is the sky blue?", "What is a river?",
                                            "How do birds fly?", "Who was Isaac Newton?",
                                            "Where does bread come from?"};
    double warm[MAX_RUNS];
    int r = answering_open(&bench->answering, true, &bench->pipeline);

    for (unsigned i = 0; r >= 0 && i < bench->runs; i++) {
        r = run_text(bench, questions[i % (sizeof questions / sizeof *questions)], stop_at_first);
        if (r >= 0 || !(bench->first > 0))
            return r < 0 ? r : fail(-EINVAL, "the answer gave no sound");
        warm[i] = 1e3 * (bench->first - bench->started);
        r = 0;
        if (!i)
            json_object_set_new(result, "first_question_first_sample_ms", json_real(warm[0]));
    }
    if (r < 0)
        return r;
    json_object_set_new(result, "first_sample_ms", json_real(median(warm, bench->runs)));
    json_object_set_new(result, "model", json_string(bench->answering.path));
    json_object_set_new(result, "threads",
                        json_integer((json_int_t)bench->answering.speaking.threads));
    return 0;
}

/* --- the commands ----------------------------------------------------------------------------- */

static void print_plain(json_t *result)
{
    const char *key;
    json_t *value;

    json_object_foreach(result, key, value)
    {
        if (json_is_string(value))
            printf("%s %s\n", key, json_string_value(value));
        else
            printf("%s %.6g\n", key, json_number_value(value));
    }
}

static int run(const struct command *command, struct bench *bench, int argc, char **argv,
               int (*measure)(struct bench *, json_t *))
{
    json_t *result;
    int first, r = options_parse(command, argc, argv, bench, &first);

    if (r)
        return r;
    if (first < argc) {
        fprintf(stderr, "sori: %s: '%.60s' is too much\n", command->name, argv[first]);
        return EXIT_USAGE;
    }
    result = json_object();
    r = measure(bench, result);
    if (r < 0)
        fprintf(stderr, "sori: %s\n", fail_message());
    else if (bench->json)
        json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    else
        print_plain(result);
    if (r >= 0 && bench->json)
        putchar('\n');
    json_decref(result);
    pipeline_close(bench->pipeline);
    answering_clear(&bench->answering);
    return r < 0 || fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

static int run_llm(int argc, char **argv)
{
    struct bench bench = {
        .answering = ANSWERING_DEFAULTS, .runs = 3, .prompt = 128, .generate = 64};

    return run(&command_bench_llm, &bench, argc, argv, measure_llm);
}

static int run_ask(int argc, char **argv)
{
    struct bench bench = {.answering = ANSWERING_DEFAULTS, .runs = 5};

    return run(&command_bench_ask, &bench, argc, argv, measure_ask);
}

const struct command command_bench_llm = {
    "bench llm",
    "",
    "Measure how fast a language model reads and writes",
    llm_rows,
    sizeof llm_rows / sizeof *llm_rows,
    run_llm,
};

const struct command command_bench_ask = {
    "bench ask",
    "",
    "Measure how soon an answer sounds",
    ask_rows,
    sizeof ask_rows / sizeof *ask_rows,
    run_ask,
};
