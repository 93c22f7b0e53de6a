/* SPDX-License-Identifier: Apache-2.0 */
/* sori-complete(1): what a language model answers, as text; sori-tokens(1): what it reads */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client/answering.h"
#include "client/interrupt.h"
#include "client/source.h"
#include "worker/error.h"

struct complete {
    struct answering answering;
    const char *file;
    struct source source;
    struct pipeline *pipeline;
    bool anything; /* was printed */
    char last;
};

static int set_raw(void *options, const char *unused)
{
    return answering_set(options, "prompt", "raw");
}

static const struct option_row complete_rows[] = {
    {'f', "file", "FILE", "take this file ('-': standard input)",
     .at = offsetof(struct complete, file)},
    {0, "raw", NULL, "continue the text itself, without a chat template", set_raw},
    ANSWERING_ROWS,
    {'t', "threads", "N", "compute threads [1]", speaking_set_threads},
    {0, "seed", "N", "seed of all random choices [0]", speaking_set_seed},
};

static const struct option_row tokens_rows[] = {
    {'f', "file", "FILE", "take this file ('-': standard input)",
     .at = offsetof(struct complete, file)},
    {'m', "model", "MODEL", "language model, a name or a GGUF file", answering_set_model},
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct complete *complete = opaque;

    return source_read(&complete->source, interrupt_fd(), ret_data, ret_size);
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct complete *complete = opaque;
    const char *text = block->data;

    if (!block->count)
        return 0;
    if (fwrite(text, 1, block->count, stdout) < block->count || fflush(stdout))
        return fail(-errno, "standard output: %s", strerror(errno));
    complete->anything = true;
    complete->last = text[block->count - 1];
    return 0;
}

static void cancel(void *opaque)
{
    pipeline_cancel(((struct complete *)opaque)->pipeline);
}

static int answer(struct complete *complete)
{
    struct speech speech = speaking_speech(&complete->answering.speaking);
    int r = answering_open(&complete->answering, false, &complete->pipeline);

    if (r < 0)
        return r;
    speech.read = read_text;
    speech.write = write_block;
    speech.opaque = complete;
    interrupt_on(cancel, complete);
    r = pipeline_run(complete->pipeline, &speech);
    interrupt_on(NULL, NULL);
    return r;
}

static int finish(struct complete *complete, int r)
{
    pipeline_close(complete->pipeline);
    answering_clear(&complete->answering);
    source_clear(&complete->source);
    if (complete->anything && complete->last != '\n')
        putchar('\n');
    if (r >= 0 && fflush(stdout))
        r = fail(-errno, "standard output: %s", strerror(errno));
    if (r >= 0)
        return EXIT_OK;
    if (interrupt_seen())
        interrupt_end();
    if (r != -EPIPE) /* a reader may have had enough */
        fprintf(stderr, "sori: %s\n", fail_message());
    return EXIT_FAILED;
}

static int run(const struct command *command, struct complete *complete, int argc, char **argv)
{
    int first, r = options_parse(command, argc, argv, complete, &first);

    if (r)
        return r;
    if (complete->file && first < argc) {
        fprintf(stderr, "sori: %s: give either TEXT or --file\n", command->name);
        return EXIT_USAGE;
    }
    r = interrupt_start();
    if (r >= 0)
        r = source_open(&complete->source, complete->file, argc - first, argv + first);
    if (r >= 0)
        r = answer(complete);
    return finish(complete, r);
}

static int run_complete(int argc, char **argv)
{
    struct complete complete = {.answering = ANSWERING_DEFAULTS, .source = {.fd = -1}};

    return run(&command_complete, &complete, argc, argv);
}

static int run_tokens(int argc, char **argv)
{
    struct complete tokens = {.answering = ANSWERING_DEFAULTS, .source = {.fd = -1}};

    answering_set(&tokens.answering, "task", "tokens");
    return run(&command_tokens, &tokens, argc, argv);
}

const struct command command_complete = {
    "complete",
    "[TEXT]...",
    "Let a language model answer or continue a text",
    complete_rows,
    sizeof complete_rows / sizeof *complete_rows,
    run_complete,
};

const struct command command_tokens = {
    "tokens",
    "[TEXT]...",
    "Print the tokens that a language model reads",
    tokens_rows,
    sizeof tokens_rows / sizeof *tokens_rows,
    run_tokens,
};
