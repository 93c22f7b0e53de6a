/* SPDX-License-Identifier: Apache-2.0 */
/* sori-chat(1): a conversation in the terminal, with a model that speaks */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "client/answering.h"
#include "client/sound.h"
#include "worker/error.h"

enum { MAX_MESSAGES = 1000 };

/* Owned text that grows. */
struct text {
    char *data;
    size_t size;
};

struct chat {
    struct answering answering;
    bool quiet;
    struct config *config;
    struct sound sound;

    struct text said;                      /* all messages after each other */
    struct sori_event marks[MAX_MESSAGES]; /* who says what */
    size_t n_marks;
    bool read;                   /* they were given to the model */
    struct text written, spoken; /* the answer, as the model and the voice have it */
    size_t heard;                /* bytes of `spoken` */
};

static const struct option_row rows[] = {
    {'q', "quiet", NULL, "print the answers and speak nothing", .at = offsetof(struct chat, quiet)},
    ANSWERING_ROWS,
    SPEAKING_ROWS,
};

static int append(struct text *text, const void *data, size_t size)
{
    char *grown = realloc(text->data, text->size + size + 1);

    if (!grown)
        return fail(-ENOMEM, "out of memory");
    if (size)
        memcpy(grown + text->size, data, size);
    text->data = grown;
    text->size += size;
    return 0;
}

/* --- Ctrl-C ----------------------------------------------------------------------------------- */

/* An answer may be cancelled only while there is one: `current` is that, under the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct chat *current;
static bool interrupted;

static void guard(bool enter)
{
    if (enter)
        pthread_mutex_lock(&lock);
    else
        pthread_mutex_unlock(&lock);
}

/* At the prompt it ends the program, as everywhere. */
static void *wait_for_interrupts(void *opaque)
{
    const sigset_t *signals = opaque;
    int number;

    for (;;) {
        sigwait(signals, &number);
        guard(true);
        if (!current) {
            (void)!write(STDOUT_FILENO, "\n", 1);
            _exit(128 + number);
        }
        interrupted = true;
        pipeline_cancel(current->sound.pipeline);
        sound_cancel(&current->sound);
        guard(false);
    }
    return NULL;
}

static int start_interrupts(void)
{
    static sigset_t signals;
    pthread_t thread;
    int r;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    r = pthread_sigmask(SIG_BLOCK, &signals, NULL);
    if (!r)
        r = pthread_create(&thread, NULL, wait_for_interrupts, &signals);
    if (r)
        return fail(-r, "no thread for signals: %s", strerror(r));
    pthread_detach(thread);
    return 0;
}

/* --- one answer ------------------------------------------------------------------------------- */

static int say(struct chat *chat, const char *role, const char *text, size_t size)
{
    if (chat->n_marks == MAX_MESSAGES)
        return fail(-E2BIG, "the conversation is too long: begin a new one with /new");
    chat->marks[chat->n_marks++] =
        (struct sori_event){.type = SORI_EVENT_MARK, .position = chat->said.size, .name = role};
    return append(&chat->said, text, size);
}

static int read_said(void *opaque, struct sori_block *ret_block)
{
    struct chat *chat = opaque;

    if (chat->read)
        return 0;
    chat->read = true;
    *ret_block = (struct sori_block){.media = SORI_MEDIA_TEXT,
                                     .data = chat->said.data,
                                     .count = chat->said.size,
                                     .events = chat->marks,
                                     .n_events = chat->n_marks};
    return 1;
}

static int print_text(struct chat *chat, const struct sori_block *block)
{
    if (block->count)
        fwrite(block->data, 1, block->count, stdout);
    fflush(stdout);
    return append(&chat->written, block->data, block->count);
}

static int note_written(void *opaque, size_t stage, const struct sori_block *block)
{
    struct chat *chat = opaque;

    if (chat->quiet) /* then that is what comes out */
        return 0;
    return stage ? append(&chat->spoken, block->data, block->count) : print_text(chat, block);
}

static int write_block(void *opaque, const struct sori_block *block)
{
    struct chat *chat = opaque;

    if (chat->quiet)
        return print_text(chat, block);
    for (size_t i = 0; i < block->n_events; i++)
        if (block->events[i].text_end > chat->heard)
            chat->heard = block->events[i].text_end;
    return sound_write(&chat->sound, block);
}

static int run_answer(struct chat *chat)
{
    struct speech speech = speaking_speech(&chat->answering.speaking);
    int r;

    speech.read_block = read_said;
    speech.write = write_block;
    speech.written = note_written;
    speech.opaque = chat;
    chat->read = false;
    chat->written.size = chat->spoken.size = chat->heard = 0;
    guard(true);
    current = chat;
    interrupted = false;
    guard(false);
    r = pipeline_run(chat->sound.pipeline, &speech);
    if (r >= 0 && !chat->quiet)
        r = sound_finish(&chat->sound);
    guard(true);
    current = NULL;
    guard(false);
    sound_close(&chat->sound);
    return r;
}

/* What the model said, as far as the user knows it. */
static int remember(struct chat *chat)
{
    struct text *text = &chat->written;
    size_t size = text->size;
    int r = 0;

    if (interrupted && !chat->quiet) {
        text = &chat->spoken;
        size = chat->heard < text->size ? chat->heard : text->size;
        while (size && ((unsigned char)text->data[size] & 0xc0) == 0x80)
            size--; /* a voice's offset may be inside of a character */
    }
    r = say(chat, "assistant", text->data, size);
    if (r >= 0 && interrupted)
        r = append(&chat->said, " ...", 4);
    return r;
}

static int answer(struct chat *chat, const char *line, size_t size)
{
    int r = say(chat, "user", line, size);

    if (r >= 0)
        r = run_answer(chat);
    if (r >= 0 || interrupted)
        r = remember(chat);
    puts(interrupted ? " [interrupted]" : "");
    return r;
}

/* --- the conversation ------------------------------------------------------------------------- */

static ssize_t read_line(char **line, size_t *capacity)
{
    ssize_t n;

    if (isatty(STDIN_FILENO))
        fputs("> ", stdout);
    fflush(stdout);
    n = getline(line, capacity, stdin);
    while (n > 0 && ((*line)[n - 1] == '\n' || (*line)[n - 1] == '\r'))
        (*line)[--n] = 0;
    return n;
}

static int converse(struct chat *chat)
{
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0;
    ssize_t n;
    int r = 0;

    while (r >= 0 && (n = read_line(&line, &capacity)) >= 0) {
        struct utf8 utf8 = {0};
        if (!strcmp(line, "/new"))
            chat->said.size = chat->n_marks = 0;
        else if (utf8_check(&utf8, line, (size_t)n) < (size_t)n || utf8.left)
            fputs("sori: that is not UTF-8\n", stderr);
        else if (n)
            r = answer(chat, line, (size_t)n);
    }
    return r;
}

/* A terminal without a loudspeaker still has its text. */
static int open_all(struct chat *chat)
{
    int r = settings_read(&chat->config);

    if (r >= 0)
        r = answering_settle(&chat->answering, chat->config);
    if (r < 0)
        return r;
    chat->sound.device = chat->config->output;
    if (!chat->quiet) {
        const struct sori_block nothing = {.media = SORI_MEDIA_SAMPLES};
        r = answering_open(&chat->answering, true, &chat->sound.pipeline);
        if (r < 0)
            return r;
        if (sound_write(&chat->sound, &nothing) < 0) {
            fprintf(stderr, "sori: answers are only printed: %s\n", fail_message());
            chat->quiet = true;
        }
        sound_close(&chat->sound);
    }
    if (chat->quiet) {
        chat->sound.pipeline = pipeline_close(chat->sound.pipeline);
        r = answering_open(&chat->answering, false, &chat->sound.pipeline);
    }
    return r;
}

static int run(int argc, char **argv)
{
    struct chat chat = {.answering = ANSWERING_DEFAULTS};
    int first, r = options_parse(&command_chat, argc, argv, &chat, &first);

    if (r)
        return r;
    if (first < argc) {
        fprintf(stderr, "sori: chat: '%.60s' is too much\n", argv[first]);
        return EXIT_USAGE;
    }
    r = start_interrupts();
    if (r >= 0)
        r = open_all(&chat);
    if (r >= 0)
        r = converse(&chat);
    if (r < 0)
        fprintf(stderr, "sori: %s\n", fail_message());
    sound_close(&chat.sound);
    pipeline_close(chat.sound.pipeline);
    answering_clear(&chat.answering);
    config_free(chat.config);
    free(chat.said.data);
    free(chat.written.data);
    free(chat.spoken.data);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

const struct command command_chat = {
    "chat", "", "Talk with a language model that speaks", rows, sizeof rows / sizeof *rows, run,
};
