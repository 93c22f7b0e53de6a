/* SPDX-License-Identifier: Apache-2.0 */
/* sori-text(1): prints what would be spoken, as words or as phonemes */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "client/source.h"
#include "client/speaking.h"
#include "worker/error.h"

enum form { PHONEMES, IPA, WORDS };

struct text {
    struct speaking speaking;
    const char *file;
    enum form form;
    struct pipeline *pipeline;
    struct source source;
    const char *piece; /* of the source: the part that was not read yet */
    size_t piece_size;
    size_t line;    /* number of the one being read, from 1 */
    bool line_done; /* its newline was taken */
    bool begun;     /* something of it was printed */
};

static int set_words(void *options, const char *unused)
{
    ((struct text *)options)->form = WORDS;
    return 0;
}

static int set_phonemes(void *options, const char *unused)
{
    ((struct text *)options)->form = PHONEMES;
    return 0;
}

static int set_ipa(void *options, const char *unused)
{
    ((struct text *)options)->form = IPA;
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
    {0, "ipa", NULL, "phonemes in the International Phonetic Alphabet", set_ipa},
    {'f', "file", "FILE", "take this file ('-': standard input)",
     .at = offsetof(struct text, file)},
    {'v', "voice", "NAME", "voice, a name or a path with a slash [heart]", set_voice},
    {0, "set", "STAGE.KEY=VALUE", "change a setting of a stage of the voice", set_set},
    READING_ROWS,
};

/* Fills the piece. 1, or 0 at the end of the source. */
static int need_piece(struct text *text)
{
    return text->piece_size ? 1 : source_read(&text->source, -1, &text->piece, &text->piece_size);
}

/* The next piece of the line: as much of it as there is, so that no line is too long. */
static int read_line(void *opaque, const char **ret_data, size_t *ret_size)
{
    struct text *text = opaque;
    const char *newline;
    int r = text->line_done ? 0 : need_piece(text);

    if (r <= 0)
        return r;
    newline = text->speaking.text_format == SORI_TEXT_SSML
                  ? NULL /* one document */
                  : memchr(text->piece, '\n', text->piece_size);
    *ret_data = text->piece;
    *ret_size = newline ? (size_t)(newline - text->piece) : text->piece_size;
    text->line_done = newline;
    text->piece += *ret_size + (newline != NULL);
    text->piece_size -= *ret_size + (newline != NULL);
    return 1;
}

/* Sentences of one line are separated by a space, unless the analyser gave one. */
static void separate(struct text *text, bool has_space)
{
    if (text->begun && !has_space)
        putchar(' ');
    text->begun = true;
}

static void print_symbol(uint32_t symbol)
{
    utf8proc_uint8_t encoded[4];

    fwrite(encoded, 1, (size_t)utf8proc_encode_char((utf8proc_int32_t)symbol, encoded), stdout);
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
    for (size_t i = 0; i < block->count; i++)
        print_symbol(phonemes[i].symbol);
    return 0;
}

/* One line out for each line in. */
static int print_lines(struct text *text)
{
    struct speech speech = speaking_speech(&text->speaking);
    int r;

    speech.read = read_line;
    speech.write = write_block;
    speech.opaque = text;
    while ((r = need_piece(text)) > 0) {
        text->line++;
        text->line_done = text->begun = false;
        r = pipeline_run(text->pipeline, &speech);
        if (r < 0)
            return text->line > 1 ? fail_prefix(r, "line %zu", text->line) : r;
        putchar('\n');
        if (ferror(stdout))
            return fail(-errno, "standard output: %s", strerror(errno));
    }
    return r;
}

static int open_analyser(struct text *text)
{
    int r;

    if (text->form != PHONEMES) {
        if (text->speaking.n_sets == MAX_SETS)
            return fail(-EINVAL, "--set was given more than %d times", MAX_SETS - 1);
        text->speaking.sets[text->speaking.n_sets++] =
            text->form == WORDS ? "analyser.output=words" : "analyser.output=ipa";
    }
    r = speaking_open(&text->speaking, "analyser", &text->pipeline);
    if (r >= 0 && pipeline_format(text->pipeline)->media == SORI_MEDIA_SAMPLES)
        r = fail(-EINVAL, "voice '%s' has no analyser: it makes sound straight from the text",
                 text->speaking.voice);
    return r;
}

static int run(int argc, char **argv)
{
    struct text text = {.speaking = SPEAKING_DEFAULTS, .source = {.fd = -1}};
    int first, r = options_parse(&command_text, argc, argv, &text, &first);

    if (r)
        return r;
    if (text.file && first < argc) {
        fputs("sori: text: give either TEXT or --file\nTry 'sori text --help'.\n", stderr);
        return EXIT_USAGE;
    }
    r = source_open(&text.source, text.file, argc - first, argv + first);
    if (r >= 0)
        r = open_analyser(&text);
    if (r >= 0)
        r = print_lines(&text);
    pipeline_close(text.pipeline);
    source_clear(&text.source);
    if (r >= 0 && fflush(stdout) == EOF)
        r = fail(-errno, "standard output: %s", strerror(errno));
    if (r >= 0)
        return EXIT_OK;
    fflush(stdout);
    fprintf(stderr, "sori: %s\n", fail_message());
    return EXIT_FAILED;
}

const struct command command_text = {
    "text", "[TEXT]...", "Print what would be spoken", rows, sizeof rows / sizeof *rows, run,
};
