/* SPDX-License-Identifier: Apache-2.0 */
/* sori-text(1): prints what would be spoken, as words or as phonemes */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "base/cleanup.h"
#include "client/interrupt.h"
#include "client/source.h"
#include "client/speaking.h"
#include "worker/error.h"

struct text {
    struct speaking speaking;
    const char *file;
    bool words;
    struct pipeline *pipeline;
    const char *line; /* being read, NULL when taken */
    size_t line_size;
    bool begun; /* something of the line was printed */
};

DEFINE_CLEANUP(pipeline, struct pipeline *, pipeline_close)

static int set_words(void *options, const char *unused)
{
    ((struct text *)options)->words = true;
    return 0;
}

static int set_phonemes(void *options, const char *unused)
{
    ((struct text *)options)->words = false;
    return 0;
}

static int set_file(void *options, const char *argument)
{
    ((struct text *)options)->file = argument;
    return 0;
}

static int set_voice(void *options, const char *argument)
{
    return speaking_set_voice(options, argument);
}

static int set_set(void *options, const char *argument)
{
    return speaking_set_set(options, argument);
}

static const struct option_row rows[] = {
    {0, "words", NULL, "numbers, dates, symbols written out as words", set_words},
    {'x', "phonemes", NULL, "phonemes in the voice's alphabet (the default)", set_phonemes},
    {'f', "file", "FILE", "take this file ('-': standard input)", set_file},
    {'v', "voice", "NAME", "voice, a name or a path with a slash [heart]", set_voice},
    {0, "set", "STAGE.KEY=VALUE", "change a setting of a stage of the voice", set_set},
};

static int read_line(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct text *text = opaque;

    if (!text->line)
        return 0;
    *ret_data = text->line;
    *ret_size = text->line_size;
    text->line = NULL;
    return 1;
}

/* Sentences of one line are separated by a space, unless the analyser gave one. */
static void separate(struct text *text, bool has_space)
{
    if (text->begun && !has_space)
        putchar(' ');
    text->begun = true;
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct text *text = opaque;
    const struct sori_phoneme *phonemes = block->data;
    const char *bytes = block->data;

    if (!block->count)
        return 0;
    if (block->media == SORI_MEDIA_TEXT) {
        separate(text, bytes[0] == ' ');
        fwrite(bytes, 1, block->count, stdout);
        return 0;
    }
    separate(text, phonemes[0].symbol == ' ');
    for (size_t i = 0; i < block->count; i++) {
        utf8proc_uint8_t encoded[4];
        utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)phonemes[i].symbol, encoded);
        fwrite(encoded, 1, (size_t)n, stdout);
    }
    return 0;
}

static int print_line(struct text *text, const char *line, size_t size)
{
    const struct speech speech = {.rate = 1,
                                  .pitch = 1,
                                  .volume = 1,
                                  .read = read_line,
                                  .write = write_block,
                                  .opaque = text};
    int r;

    text->line = line;
    text->line_size = size;
    text->begun = false;
    r = pipeline_run(text->pipeline, &speech);
    putchar('\n');
    return r;
}

/* One line out for each line in. */
static int print_lines(struct text *text)
{
    _cleanup_fclose_ FILE *file = !text->file || !strcmp(text->file, "-")
                                      ? fdopen(dup(STDIN_FILENO), "r")
                                      : fopen(text->file, "re");
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0, number = 0;
    ssize_t n;
    int r = 0;

    if (!file)
        return fail(-errno, "%s: %s", text->file ? text->file : "standard input", strerror(errno));
    while (r >= 0 && (n = getline(&line, &capacity, file)) >= 0) {
        number++;
        if (n && line[n - 1] == '\n')
            n--;
        r = print_line(text, line, (size_t)n);
        if (r < 0)
            return fail_prefix(r, "line %zu", number);
    }
    if (r >= 0 && ferror(file))
        r = fail(-errno, "%s: %s", text->file ? text->file : "standard input", strerror(errno));
    return r;
}

static int open_analyser(struct text *text)
{
    int r;

    if (text->words) {
        if (text->speaking.n_sets == MAX_SETS)
            return fail(-EINVAL, "--set was given more than %d times", MAX_SETS - 1);
        text->speaking.sets[text->speaking.n_sets++] = "analyser.output=words";
    }
    r = speaking_open(&text->speaking, "analyser", &text->pipeline);
    if (r >= 0 && pipeline_format(text->pipeline)->media == SORI_MEDIA_SAMPLES)
        r = fail(-EINVAL, "voice '%s' has no analyser: it makes sound straight from the text",
                 text->speaking.voice);
    return r;
}

static int run(int argc, char **argv)
{
    struct text text = {.speaking = SPEAKING_DEFAULTS};
    _cleanup_(cleanup_pipeline) struct pipeline *pipeline = NULL;
    struct source source = {.fd = -1};
    int first, r = options_parse(&command_text, argc, argv, &text, &first);

    if (r)
        return r;
    if (text.file && first < argc) {
        fputs("sori: give either TEXT or --file\n", stderr);
        return EXIT_USAGE;
    }
    r = open_analyser(&text);
    pipeline = text.pipeline;
    if (r >= 0 && first < argc && strcmp(argv[first], "-")) {
        r = source_open(&source, NULL, argc - first, argv + first);
        if (r >= 0)
            r = print_line(&text, source.text, source.text_size);
        source_clear(&source);
    } else if (r >= 0) {
        r = print_lines(&text);
    }
    if (r >= 0 && fflush(stdout) == EOF)
        r = fail(-errno, "standard output: %s", strerror(errno));
    if (r >= 0)
        return EXIT_OK;
    fprintf(stderr, "sori: %s\n", fail_message());
    return EXIT_FAILED;
}

const struct command command_text = {
    "text", "[TEXT]...", "Print what would be spoken", rows, sizeof rows / sizeof *rows, run,
};
