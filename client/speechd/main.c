/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sd_sori: speech-dispatcher's output module, a small proxy to the daemon
 *
 * Commands come in on standard input (command.h), answers, events and audio go out on standard
 * output (reply.h), the samples come from the daemon (speaker.h). INIT never waits for anything:
 * a module that is slow to start keeps speech-dispatcher from starting for anybody.
 *
 * Protocol: "Output Modules" in the manual of speech-dispatcher 0.11.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/speechd/command.h"
#include "client/speechd/icon.h"
#include "client/speechd/speaker.h"
#include "client/speechd/voices.h"

struct module {
    struct reply reply;
    struct command_reader commands;
    struct settings settings;
    struct speaker speaker;
    bool quit;
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- commands --------------------------------------------------------------------------------- */

static bool starts_with(const char *line, const char *word)
{
    size_t n = strlen(word);

    return !strncmp(line, word, n) && (!line[n] || line[n] == ' ');
}

static void list_voices(struct module *module, const char *arguments)
{
    char language[32] = "";

    if (sscanf(arguments, " %31s", language) == 1)
        voices_list(&module->reply, language);
    else
        voices_list(&module->reply, NULL);
}

static void begin_quit(struct module *module)
{
    speaker_stop(&module->speaker);
    reply_line(&module->reply, "210 OK QUIT");
    module->quit = true;
}

static bool take_command(void *opaque, const char *line)
{
    struct module *module = opaque;
    static const struct {
        const char *command, *answer;
    } blocks[] = {
        {"AUDIO", "207 OK RECEIVING AUDIO SETTINGS"}, {"LOGLEVEL", "207 OK RECEIVING LOGLEVEL"},
        {"SET", "203 OK RECEIVING SETTINGS"},         {"SPEAK", "202 OK RECEIVING MESSAGE"},
        {"CHAR", "202 OK RECEIVING MESSAGE"},         {"KEY", "202 OK RECEIVING MESSAGE"},
        {"SOUND_ICON", "202 OK RECEIVING MESSAGE"},
    };

    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (strcmp(line, blocks[i].command) != 0)
            continue;
        reply_line(&module->reply, "%s", blocks[i].answer);
        return true;
    }
    if (!strcmp(line, "INIT")) {
        reply_line(&module->reply, "299-Sori is ready");
        reply_line(&module->reply, "299 OK LOADED SUCCESSFULLY");
    } else if (!strcmp(line, "STOP")) {
        speaker_stop(&module->speaker);
    } else if (!strcmp(line, "PAUSE")) {
        speaker_pause(&module->speaker);
    } else if (starts_with(line, "LIST VOICES")) {
        list_voices(module, line + strlen("LIST VOICES"));
    } else if (starts_with(line, "DEBUG")) {
        reply_line(&module->reply, "200 OK DEBUGGING %s", line + strlen("DEBUG"));
    } else if (!strcmp(line, "QUIT")) {
        begin_quit(module);
    } else {
        reply_line(&module->reply, "300 ERR UNKNOWN COMMAND");
    }
    return false;
}

/* The text without its last newline; of CHAR, KEY and SOUND_ICON that is all. */
static size_t text_size(const char *text, size_t size)
{
    return size && text[size - 1] == '\n' ? size - 1 : size;
}

static void play_icon(struct module *module, const char *name)
{
    int16_t *samples;
    unsigned sample_rate;
    size_t n;

    if (icon_read(name, &samples, &n, &sample_rate) < 0) {
        speaker_say(&module->speaker, &module->settings, "text", "text", name, strlen(name),
                    now_ms());
        return;
    }
    speaker_play(&module->speaker, sample_rate, samples, n);
    free(samples);
}

static void speak(struct module *module, const char *command, char *text, size_t size)
{
    const char *reading = !strcmp(command, "CHAR")     ? "character"
                          : !strcmp(command, "KEY")    ? "key"
                          : module->settings.spelling ? "spelling"
                                                       : "text";
    const char *format = !strcmp(command, "SPEAK") ? "ssml" : "text";

    text[size] = '\0';
    if (!strcmp(command, "SOUND_ICON")) {
        play_icon(module, text);
        return;
    }
    if (!strcmp(command, "CHAR") && !strcmp(text, "space"))
        text = (char *)" ", size = 1;
    speaker_say(&module->speaker, &module->settings, reading, format, text, size, now_ms());
}

static void take_settings(struct settings *settings, char *text)
{
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        settings_take(settings, line);
}

static void take_audio(struct module *module, const char *text)
{
    /* The server plays; it tries this first since 0.11. */
    if (strstr(text, "audio_output_method=server")) {
        reply_line(&module->reply, "203 OK AUDIO INITIALIZED");
        return;
    }
    reply_line(&module->reply, "300-sd_sori gives its sound to the server only");
    reply_line(&module->reply, "300 MODULE ERROR");
}

static void take_block(void *opaque, const char *line, const char *text, size_t size, bool too_long)
{
    struct module *module = opaque;
    char *copy = strndup(text, size);

    if (!copy) {
        reply_line(&module->reply, "401 ERR INTERNAL");
        return;
    }
    if (too_long)
        fprintf(stderr, "sd_sori: %s: the text is too long and was cut\n", line);
    if (!strcmp(line, "AUDIO")) {
        take_audio(module, text);
    } else if (!strcmp(line, "LOGLEVEL")) {
        reply_line(&module->reply, "203 OK LOGLEVEL SET");
    } else if (!strcmp(line, "SET")) {
        take_settings(&module->settings, copy);
        reply_line(&module->reply, "203 OK SETTINGS RECEIVED");
    } else {
        reply_line(&module->reply, "200 OK SPEAKING");
        speak(module, line, copy, text_size(copy, size));
    }
    free(copy);
}

/* --- the loop --------------------------------------------------------------------------------- */

/* 0 at the end of the input. */
static int read_commands(struct module *module)
{
    const struct command_handler handler = {take_command, take_block, module};
    char bytes[4096];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
    int r;

    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 1 : -errno;
    if (!n)
        return 0;
    r = command_reader_take(&module->commands, bytes, (size_t)n, &handler);
    return r < 0 ? r : 1;
}

static int wait_ms(const struct speaker *speaker)
{
    int64_t left = speaker->due - now_ms();

    if (speaker->state == SPEAKER_IDLE)
        return -1;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static int run(struct module *module)
{
    struct speaker *speaker = &module->speaker;
    int r = 1;

    while (r > 0 && !module->quit && !module->reply.failed) {
        struct pollfd fds[3] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = reply_pending(&module->reply) ? STDOUT_FILENO : -1, .events = POLLOUT},
            {.fd = speaker->link.fd,
             .events = (short)((speaker_wants_input(speaker) ? POLLIN : 0) |
                               (link_sending(&speaker->link) ? POLLOUT : 0))},
        };
        int link = fds[2].events ? speaker->link.fd : -1;
        fds[2].fd = link;
        if (poll(fds, 3, wait_ms(speaker)) < 0 && errno != EINTR)
            return -errno;
        /* Stop first: what is read after it belongs to nobody. */
        if (fds[0].revents)
            r = read_commands(module);
        if (speaker->link.fd == link || speaker->state == SPEAKER_CONNECTING)
            speaker_run(speaker, fds[2].revents & (POLLIN | POLLHUP | POLLERR),
                        fds[2].revents & POLLOUT, now_ms());
        reply_flush(&module->reply);
    }
    return r < 0 ? r : 0;
}

static void set_blocking(int fd, bool blocking)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags >= 0)
        fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

int main(int argc, char **argv)
{
    static struct module module;
    int r;

    if (argc == 2 && !strcmp(argv[1], "--version")) {
        puts("sd_sori " VERSION);
        return 0;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); /* the daemon, if it was started here, is nobody's business */
    set_blocking(STDOUT_FILENO, false);
    reply_init(&module.reply, STDOUT_FILENO);
    settings_init(&module.settings);
    if (argc > 1)
        settings_read(&module.settings, argv[1]);
    r = command_reader_init(&module.commands);
    if (r >= 0)
        r = speaker_init(&module.speaker, &module.reply);
    if (r >= 0)
        r = run(&module);
    set_blocking(STDOUT_FILENO, true);
    reply_flush(&module.reply);
    speaker_clear(&module.speaker);
    command_reader_clear(&module.commands);
    reply_clear(&module.reply);
    if (r < 0)
        fprintf(stderr, "sd_sori: %s\n", strerror(-r));
    return r < 0;
}
