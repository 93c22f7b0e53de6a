/* SPDX-License-Identifier: Apache-2.0 */
/* sori-say(1): speaks text through the sound device, into a file or to standard output */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "client/interrupt.h"
#include "client/options.h"
#include "client/progress.h"
#include "client/remote.h"
#include "client/sound.h"
#include "client/source.h"
#include "client/speaking.h"
#include "worker/error.h"

struct say {
    struct speaking speaking;
    struct sound sound;
    const char *file;
    bool quiet, detach;

    struct config *config;
    struct source source;
    bool write_failed; /* the sink has said how much is in the file */
    struct progress progress;
};

static int set_stdin(void *options, const char *unused)
{
    ((struct say *)options)->file = "-";
    return 0;
}

static int set_output(void *options, const char *argument)
{
    ((struct say *)options)->sound.output = argument;
    return *argument ? 0 : fail(-EINVAL, "the file name is empty");
}

static const struct option_row rows[] = {
    {'f', "file", "FILE", "speak this file ('-': standard input)",
     .at = offsetof(struct say, file)},
    {0, "stdin", NULL, "speak standard input, as without TEXT", set_stdin},
    {'o', "output", "FILE", "write a .wav, .flac, .opus, .ogg, .mp3 or .raw file", set_output},
    {'w', "wav", "FILE", "the same", set_output},
    {0, "stdout", NULL, "write WAV to standard output",
     .at = offsetof(struct say, sound.to_stdout)},
    {0, "format", "NAME", "write wav, flac, opus, mp3 or raw, whatever FILE ends in",
     .at = offsetof(struct say, sound.format)},
    SPEAKING_ROWS,
    READING_ROWS,
    {0, "detach", NULL, "leave TEXT to the daemon and do not wait",
     .at = offsetof(struct say, detach)},
    {'q', "quiet", NULL, "no progress, only errors", .at = offsetof(struct say, quiet)},
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct say *say = opaque;

    return source_read(&say->source, interrupt_fd(), ret_data, ret_size);
}

static void cancel(void *opaque)
{
    struct say *say = opaque;

    pipeline_cancel(say->sound.pipeline);
    sound_cancel(&say->sound);
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct say *say = opaque;
    int r = sound_write(&say->sound, block);

    if (r < 0) {
        say->write_failed = true;
        return r;
    }
    progress_block(&say->progress, block);
    return 0;
}

/* After the last block. A text without sound still makes a file, if an empty one. */
static int finish_sound(struct say *say)
{
    int r;

    if (!progress_seconds(&say->progress) && !say->quiet)
        fprintf(stderr, "sori: nothing to speak in %s\n", say->source.name);
    r = sound_finish(&say->sound);
    say->write_failed = r < 0;
    return r;
}

/* The voice, as the options say, and where they do not, the settings. */
static int open_voice(struct say *say)
{
    int r = settings_read(&say->config);

    if (r < 0)
        return r;
    speaking_settle(&say->speaking, say->config);
    say->sound.device = say->config->output;
    r = speaking_open(&say->speaking, NULL, &say->sound.pipeline);
    if (r >= 0 && pipeline_format(say->sound.pipeline)->media != SORI_MEDIA_SAMPLES)
        r = fail(-EINVAL, "voice '%s' gives no sound: its chain ends too early",
                 say->speaking.voice);
    return r;
}

static int speak(struct say *say)
{
    int r = open_voice(say);
    struct speech speech;

    if (r < 0)
        return r;
    speech = speaking_speech(&say->speaking);
    speech.read = read_text;
    speech.write = write_block;
    speech.opaque = say;
    interrupt_on(cancel, say);
    progress_start(&say->progress, !say->quiet, pipeline_format(say->sound.pipeline)->sample_rate,
                   (uint64_t)say->source.size);
    r = pipeline_run(say->sound.pipeline, &speech);
    if (r >= 0)
        r = finish_sound(say);
    interrupt_on(NULL, NULL);
    progress_end(&say->progress);
    return r;
}

/*
 * A text of the command line that is to be heard goes to the daemon, whose voice is warm. Files and
 * pipes may be longer than it takes, and only this process can change the stages of a voice.
 */
static bool is_for_daemon(const struct say *say)
{
    const struct speaking *speaking = &say->speaking;

    return say->source.fd < 0 && say->source.text_size <= TEXT_MAX_SIZE && !say->sound.output &&
           !say->sound.to_stdout && !speaking->vocoder && !speaking->n_sets &&
           !strchr(speaking->voice, '/') && !speaking->reading && !speaking->punctuation &&
           !speaking->capitals;
}

/* -ENOTCONN and -EINVAL: there is no daemon, or it does not know what this process may know. */
static int speak_remotely(struct say *say)
{
    const struct speaking speaking = speaking_for_daemon(&say->speaking);
    const struct remote_order order = {
        .method = "Speak",
        .text = say->source.text,
        .voice = speaking.voice,
        .priority = "message",
        .rate = speaking.rate,
        .pitch = speaking.pitch,
        .volume = speaking.volume,
        .seed = speaking.seed,
        .ssml = speaking.text_format == SORI_TEXT_SSML,
    };
    struct remote *remote = NULL;
    uint32_t job;
    int r = remote_open(false, interrupt_fd(), &remote);

    if (r >= 0)
        r = remote_start(remote, &order, &job);
    if (r >= 0 && !say->detach)
        r = remote_wait(remote, &order, job);
    remote_close(remote);
    return r;
}

static int speak_somewhere(struct say *say)
{
    int r = is_for_daemon(say) ? speak_remotely(say) : -ENOTCONN;

    if (say->detach || (r != -ENOTCONN && r != -EINVAL))
        return r;
    return speak(say);
}

/* What the user should know about an output that is not whole; even with --quiet. */
static void report_part(const struct say *say)
{
    double seconds = progress_seconds(&say->progress);

    if (say->sound.output && !sound_to_stdout(&say->sound) && say->sound.begun)
        fprintf(stderr, "sori: %s holds the first %.2f seconds\n", say->sound.output, seconds);
}

static int finish(struct say *say, int r)
{
    sound_close(&say->sound);
    pipeline_close(say->sound.pipeline);
    source_clear(&say->source);
    config_free(say->config);
    if (r >= 0)
        return EXIT_OK;
    if (interrupt_seen()) {
        report_part(say);
        interrupt_end();
    }
    if (r == -EPIPE && sound_to_stdout(&say->sound)) /* the reader has had enough */
        return EXIT_FAILED;
    fprintf(stderr, "sori: %s\n", fail_message());
    if (!say->write_failed)
        report_part(say);
    return EXIT_FAILED;
}

/* Options that exclude each other. 0 or EXIT_USAGE. */
static int check_options(const struct say *say, int n_arguments)
{
    const char *wrong = NULL;

    if (say->sound.output && say->sound.to_stdout)
        wrong = "--output and --stdout exclude each other";
    else if (say->file && n_arguments)
        wrong = "give either TEXT or --file";
    else if (say->sound.format && !say->sound.output && !say->sound.to_stdout)
        wrong = "--format is for --output and --stdout";
    else if (say->detach &&
             (say->sound.output || say->sound.to_stdout || say->file || !n_arguments))
        wrong = "--detach is for TEXT that is to be heard";
    else if (sound_to_stdout(&say->sound) && isatty(STDOUT_FILENO))
        wrong = "standard output is a terminal; send the sound to a file or a pipe";
    if (wrong)
        fprintf(stderr, "sori: say: %s\nTry 'sori say --help'.\n", wrong);
    return wrong ? EXIT_USAGE : 0;
}

static int run(int argc, char **argv)
{
    struct say say = {.speaking = SPEAKING_DEFAULTS, .source = {.fd = -1}};
    int first, r = options_parse(&command_say, argc, argv, &say, &first);

    if (r)
        return r;
    r = check_options(&say, argc - first);
    if (r)
        return r;
    if (!say.file && first == argc && isatty(STDIN_FILENO) && !say.quiet)
        fputs("sori: speaking what you type; end with Ctrl-D\n", stderr);
    r = interrupt_start();
    if (r >= 0)
        r = source_open(&say.source, say.file, argc - first, argv + first);
    if (r >= 0)
        r = speak_somewhere(&say);
    return finish(&say, r);
}

const struct command command_say = {
    "say", "[TEXT]...", "Speak text", rows, sizeof rows / sizeof *rows, run,
};
