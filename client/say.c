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
#include "client/source.h"
#include "client/speaking.h"
#include "worker/error.h"

struct say {
    struct speaking speaking;
    const char *file, *output;
    bool to_stdout, quiet;

    struct source source;
    struct pipeline *pipeline;
    struct sink *sink;
    struct progress progress;
};

static int set_file(void *options, const char *argument)
{
    ((struct say *)options)->file = argument;
    return 0;
}

static int set_stdin(void *options, const char *unused)
{
    ((struct say *)options)->file = "-";
    return 0;
}

static int set_output(void *options, const char *argument)
{
    ((struct say *)options)->output = argument;
    return *argument ? 0 : fail(-EINVAL, "the file name is empty");
}

static int set_stdout(void *options, const char *unused)
{
    ((struct say *)options)->to_stdout = true;
    return 0;
}

static int set_quiet(void *options, const char *unused)
{
    ((struct say *)options)->quiet = true;
    return 0;
}

static const struct option_row rows[] = {
    {'f', "file", "FILE", "speak this file ('-': standard input)", set_file},
    {0, "stdin", NULL, "speak standard input, as without TEXT", set_stdin},
    {'o', "output", "FILE", "write a .wav, .flac, .opus, .ogg or .mp3 file", set_output},
    {'w', "wav", "FILE", "the same", set_output},
    {0, "stdout", NULL, "write raw samples (16 bit, mono) to standard output", set_stdout},
    SPEAKING_ROWS,
    {'q', "quiet", NULL, "no progress, only errors", set_quiet},
};

static int read_text(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct say *say = opaque;

    return source_read(&say->source, interrupt_fd(), ret_data, ret_size);
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct say *say = opaque;

    progress_block(&say->progress, block);
    return sink_write(say->sink, block);
}

static void cancel(void *opaque)
{
    struct say *say = opaque;

    pipeline_cancel(say->pipeline);
    sink_cancel(say->sink);
}

static int open_sink(struct say *say)
{
    struct sori_setting path = {"path", say->output};
    struct sori_setting descriptor = {"fd", "1"};
    struct stage_spec spec = {.role = (char *)"sink", .plugin = (char *)"portaudio"};

    if (say->output || say->to_stdout) {
        spec.plugin = (char *)"wavfile";
        spec.settings[spec.n_settings++] = say->output ? path : descriptor;
    }
    return sink_open(&spec, pipeline_format(say->pipeline), &say->sink);
}

static int speak(struct say *say)
{
    const struct speech speech = {
        .rate = say->speaking.rate,
        .pitch = say->speaking.pitch,
        .volume = say->speaking.volume,
        .seed = say->speaking.seed,
        .read = read_text,
        .write = write_block,
        .opaque = say,
    };
    int r = speaking_open(&say->speaking, NULL, &say->pipeline);

    if (r >= 0 && pipeline_format(say->pipeline)->media != SORI_MEDIA_SAMPLES)
        r = fail(-EINVAL, "voice '%s' gives no sound: its chain ends too early",
                 say->speaking.voice);
    if (r >= 0)
        r = open_sink(say);
    if (r < 0)
        return r;
    interrupt_on(cancel, say);
    progress_start(&say->progress, !say->quiet, pipeline_format(say->pipeline)->sample_rate,
                   (uint64_t)say->source.size);
    r = pipeline_run(say->pipeline, &speech);
    if (r >= 0)
        r = sink_finish(say->sink);
    interrupt_on(NULL, NULL);
    progress_end(&say->progress);
    return r;
}

/* What the user should know about an output that is not whole. */
static void report_part(const struct say *say)
{
    double seconds = progress_seconds(&say->progress);

    if (say->output && seconds > 0)
        fprintf(stderr, "sori: %s holds the first %.1f seconds\n", say->output, seconds);
}

static int finish(struct say *say, int r)
{
    sink_close(say->sink);
    pipeline_close(say->pipeline);
    source_clear(&say->source);
    if (r >= 0)
        return EXIT_OK;
    if (interrupt_seen()) {
        if (!say->quiet)
            report_part(say);
        return EXIT_INTERRUPTED;
    }
    if (r == -EPIPE && say->to_stdout) /* the reader has had enough */
        return EXIT_FAILED;
    fprintf(stderr, "sori: %s\n", fail_message());
    report_part(say);
    return EXIT_FAILED;
}

static int run(int argc, char **argv)
{
    struct say say = {.speaking = SPEAKING_DEFAULTS, .source = {.fd = -1}};
    int first, r = options_parse(&command_say, argc, argv, &say, &first);

    if (r)
        return r;
    if (say.output && say.to_stdout) {
        fputs("sori: --output and --stdout exclude each other\n", stderr);
        return EXIT_USAGE;
    }
    if (say.file && first < argc) {
        fputs("sori: give either TEXT or --file\n", stderr);
        return EXIT_USAGE;
    }
    if (!say.file && first == argc && isatty(STDIN_FILENO) && !say.quiet)
        fputs("sori: speaking what you type; end with Ctrl-D\n", stderr);
    r = interrupt_start();
    if (r >= 0)
        r = source_open(&say.source, say.file, argc - first, argv + first);
    if (r >= 0)
        r = speak(&say);
    return finish(&say, r);
}

const struct command command_say = {
    "say", "[TEXT]...", "Speak text", rows, sizeof rows / sizeof *rows, run,
};
