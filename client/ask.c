/* SPDX-License-Identifier: Apache-2.0 */
/* sori-ask(1): asks a language model and speaks its answer while it is being written */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "client/answering.h"
#include "client/interrupt.h"
#include "client/remote.h"
#include "client/sound.h"
#include "client/source.h"
#include "worker/error.h"

struct ask {
    struct answering answering;
    const char *file;
    bool quiet;
    struct config *config;
    struct source source;
    struct sound sound;
    FILE *text; /* where the answer is printed, or NULL */
    char last;  /* character of it */
};

static int set_output(void *options, const char *argument)
{
    ((struct ask *)options)->sound.output = argument;
    return *argument ? 0 : fail(-EINVAL, "the file name is empty");
}

static const struct option_row rows[] = {
    {'f', "file", "FILE", "ask what is in this file ('-': standard input)",
     .at = offsetof(struct ask, file)},
    {'o', "output", "FILE", "write a .wav, .flac, .opus, .ogg, .mp3 or .raw file", set_output},
    {0, "stdout", NULL, "write WAV to standard output",
     .at = offsetof(struct ask, sound.to_stdout)},
    {'q', "quiet", NULL, "do not print the answer", .at = offsetof(struct ask, quiet)},
    ANSWERING_ROWS,
    SPEAKING_ROWS,
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct ask *ask = opaque;

    return source_read(&ask->source, interrupt_fd(), ret_data, ret_size);
}

/* Prints what the model writes, as it writes it. */
static int print_text(void *opaque, size_t stage, const struct sori_block *block)
{
    struct ask *ask = opaque;

    if (stage || !ask->text || !block->count)
        return 0;
    if (fwrite(block->data, 1, block->count, ask->text) < block->count || fflush(ask->text))
        return fail(-errno, "the answer cannot be printed: %s", strerror(errno));
    ask->last = ((const char *)block->data)[block->count - 1];
    return 0;
}

static int write_block(void *opaque, const struct sori_block *block)
{
    return sound_write(&((struct ask *)opaque)->sound, block);
}

static void cancel(void *opaque)
{
    struct ask *ask = opaque;

    pipeline_cancel(ask->sound.pipeline);
    sound_cancel(&ask->sound);
}

/* Model and voice, as the options say, and where they do not, the settings. */
static int open_model(struct ask *ask)
{
    int r = settings_read(&ask->config);

    if (r >= 0)
        r = answering_settle(&ask->answering, ask->config);
    if (r < 0)
        return r;
    ask->sound.device = ask->config->output;
    r = answering_open(&ask->answering, true, &ask->sound.pipeline);
    if (r >= 0 && pipeline_format(ask->sound.pipeline)->media != SORI_MEDIA_SAMPLES)
        r = fail(-EINVAL, "voice '%s' gives no sound: its chain ends too early",
                 ask->answering.speaking.voice);
    return r;
}

static int answer(struct ask *ask)
{
    int r = open_model(ask);
    struct speech speech;

    if (r < 0)
        return r;
    speech = speaking_speech(&ask->answering.speaking);
    speech.read = read_text;
    speech.write = write_block;
    speech.written = print_text;
    speech.opaque = ask;
    interrupt_on(cancel, ask);
    r = pipeline_run(ask->sound.pipeline, &speech);
    if (ask->text && ask->last && ask->last != '\n')
        fputc('\n', ask->text);
    if (r >= 0)
        r = sound_finish(&ask->sound);
    interrupt_on(NULL, NULL);
    return r;
}

/*
 * A question of the command line whose answer is to be heard goes to the daemon, whose model and
 * voice are warm. Only this process can change the settings of either.
 */
static bool is_for_daemon(const struct ask *ask)
{
    const struct answering *answering = &ask->answering;
    const struct speaking *speaking = &answering->speaking;

    return ask->source.fd < 0 && ask->source.text_size <= TEXT_MAX_SIZE && !ask->sound.output &&
           !ask->sound.to_stdout && !answering->n_settings && !speaking->vocoder &&
           !speaking->n_sets && !strchr(speaking->voice, '/') &&
           !(answering->model && strchr(answering->model, '/'));
}

static void print_piece(void *opaque, const char *text)
{
    struct ask *ask = opaque;

    if (!ask->text || !*text)
        return;
    fputs(text, ask->text);
    fflush(ask->text);
    ask->last = text[strlen(text) - 1];
}

/* -ENOTCONN and -EINVAL: there is no daemon, or it does not know what this process may know. */
static int ask_remotely(struct ask *ask)
{
    const struct speaking speaking = speaking_for_daemon(&ask->answering.speaking);
    const struct remote_order order = {
        .method = "Ask",
        .text = ask->source.text,
        .voice = speaking.voice,
        .model = ask->answering.model,
        .priority = "message",
        .rate = speaking.rate,
        .pitch = speaking.pitch,
        .volume = speaking.volume,
        .seed = speaking.seed,
        .piece = print_piece,
        .opaque = ask,
    };
    struct remote *remote = NULL;
    uint32_t job;
    int r = remote_open(false, interrupt_fd(), &remote);

    if (r >= 0)
        r = remote_start(remote, &order, &job);
    if (r >= 0)
        r = remote_wait(remote, &order, job);
    remote_close(remote);
    if (ask->text && ask->last && ask->last != '\n')
        fputc('\n', ask->text);
    return r;
}

static int ask_somewhere(struct ask *ask)
{
    int r = is_for_daemon(ask) ? ask_remotely(ask) : -ENOTCONN;

    return r == -ENOTCONN || r == -EINVAL ? answer(ask) : r;
}

static int finish(struct ask *ask, int r)
{
    sound_close(&ask->sound);
    pipeline_close(ask->sound.pipeline);
    answering_clear(&ask->answering);
    source_clear(&ask->source);
    config_free(ask->config);
    if (r >= 0)
        return EXIT_OK;
    if (interrupt_seen())
        interrupt_end();
    if (r != -EPIPE)
        fprintf(stderr, "sori: %s\n", fail_message());
    return EXIT_FAILED;
}

/* Options that exclude each other. 0 or EXIT_USAGE. */
static int check_options(const struct ask *ask, int n_arguments)
{
    const char *wrong = NULL;

    if (ask->sound.output && ask->sound.to_stdout)
        wrong = "--output and --stdout exclude each other";
    else if (ask->file && n_arguments)
        wrong = "give either PROMPT or --file";
    else if (ask->sound.to_stdout && isatty(STDOUT_FILENO))
        wrong = "standard output is a terminal; send the sound to a file or a pipe";
    if (wrong)
        fprintf(stderr, "sori: ask: %s\nTry 'sori ask --help'.\n", wrong);
    return wrong ? EXIT_USAGE : 0;
}

static int run(int argc, char **argv)
{
    struct ask ask = {.answering = ANSWERING_DEFAULTS, .source = {.fd = -1}};
    int first, r = options_parse(&command_ask, argc, argv, &ask, &first);

    if (!r)
        r = check_options(&ask, argc - first);
    if (r)
        return r;
    if (!ask.quiet)
        ask.text = ask.sound.to_stdout ? stderr : stdout;
    if (!ask.file && first == argc && isatty(STDIN_FILENO) && !ask.quiet)
        fputs("sori: type a question; end with Ctrl-D\n", stderr);
    r = interrupt_start();
    if (r >= 0)
        r = source_open(&ask.source, ask.file, argc - first, argv + first);
    if (r >= 0)
        r = ask_somewhere(&ask);
    return finish(&ask, r);
}

const struct command command_ask = {
    "ask",
    "[PROMPT]...",
    "Ask a language model and speak its answer",
    rows,
    sizeof rows / sizeof *rows,
    run,
};
