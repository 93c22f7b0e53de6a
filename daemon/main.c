/* SPDX-License-Identifier: Apache-2.0 */
/* sorid(8): puts the parts together, reads the settings, and turns the loop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/dbus.h"
#include "daemon/notify.h"
#include "daemon/socket.h"
#include "daemon/voices-watch.h"
#include "daemon/worker-link.h"
#include "worker/error.h"

struct program {
    struct daemon daemon;
    struct notify notify;
    struct frontend_dbus *bus;
    struct frontend_socket *socket;
    struct voices_watch *watch;
    char *config_path;
    bool config_named; /* on the command line: it has to be there */
    char **options;    /* "SECTION-KEY=VALUE", to be set again after each reading of the file */
    size_t n_options;
};

static void complain(void *opaque, const char *message)
{
    fprintf(stderr, "sorid: %s\n", message);
}

/* --- settings --------------------------------------------------------------------------------- */

/* The row of an option "SECTION-KEY". */
static const struct config_row *option_row(const char *name, size_t size)
{
    for (size_t i = 0; i < config_n_rows; i++) {
        const struct config_row *row = &config_rows[i];
        size_t n = strlen(row->section);
        if (size == n + 1 + strlen(row->key) && !strncmp(name, row->section, n) && name[n] == '-' &&
            !strncmp(name + n + 1, row->key, size - n - 1))
            return row;
    }
    return NULL;
}

static int set_option(struct config *config, const char *option)
{
    size_t n = strcspn(option, "=");
    const struct config_row *row = option_row(option, n);

    if (!row)
        return fail(-EINVAL, "there is no option --%.*s; see sorid --help", (int)n, option);
    if (!option[n])
        return fail(-EINVAL, "--%s needs a value: --%s=VALUE", option, option);
    return config_set(config, row, option + n + 1);
}

/* Defaults, the file, the command line. Whatever is wrong in the file, there are settings after. */
static int read_config(struct program *program, struct config **ret_config)
{
    struct config *config;
    int r = config_new(&config);

    if (r < 0)
        return r;
    r = program->config_path ? config_read(config, program->config_path, complain, NULL) : 0;
    if (r < 0 && (r != -ENOENT || program->config_named))
        fprintf(stderr, "sorid: %s: %s\n", program->config_path, strerror(-r));
    for (size_t i = 0; i < program->n_options; i++) {
        r = set_option(config, program->options[i]);
        if (r < 0) {
            config_free(config);
            return r;
        }
    }
    *ret_config = config;
    return 0;
}

/* SIGHUP. The parts keep a pointer to the settings, so the new ones move into the old place. */
static void reload(void *opaque, int signal_number)
{
    struct program *program = opaque;
    struct daemon *daemon = &program->daemon;
    struct config *fresh, old;

    if (read_config(program, &fresh) < 0) {
        fprintf(stderr, "sorid: the settings stay as they are: out of memory\n");
        return;
    }
    old = *daemon->config;
    *daemon->config = *fresh;
    *fresh = old;
    config_free(fresh);
    voices_reload(daemon->voices);
    queue_reload(daemon->queue);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void stop(void *opaque, int signal_number)
{
    struct program *program = opaque;

    loop_stop(program->daemon.loop, 0);
}

static void queue_idle(void *opaque, bool idle)
{
    if (idle)
        daemon_release(opaque);
    else
        daemon_hold(opaque);
}

/* Descriptors are for clients: as many as the system lets us have. */
static void raise_limits(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int start_parts(struct program *program)
{
    struct daemon *daemon = &program->daemon;
    int r = loop_new(&daemon->loop);

    if (r >= 0)
        r = loop_signal(daemon->loop, SIGTERM, stop, program);
    if (r >= 0)
        r = loop_signal(daemon->loop, SIGINT, stop, program);
    if (r >= 0)
        r = loop_signal(daemon->loop, SIGHUP, reload, program);
    if (r >= 0)
        r = voices_new(daemon->loop, &daemon->voices);
    if (r >= 0)
        r = queue_new(daemon->loop, daemon->config, daemon->voices, &daemon->queue);
    if (r < 0)
        return fail(r, "cannot start: %s", strerror(-r));
    queue_set_idle(daemon->queue, queue_idle, daemon);
    if (voices_watch_start(daemon->loop, daemon->voices, &program->watch) < 0)
        complain(NULL, fail_message());
    return 0;
}

/*
 * Either will do: there are sessions without a bus, and systems without a folder for sockets. But
 * where another daemon is at work already, this one has no place.
 */
static int start_frontends(struct program *program)
{
    int on_bus = frontend_dbus_start(&program->daemon, &program->bus), on_socket;

    if (on_bus < 0)
        fprintf(stderr, "sorid: %s\n", fail_message());
    if (on_bus == -EADDRINUSE)
        return on_bus;
    on_socket = frontend_socket_start(&program->daemon, &program->socket);
    if (on_socket < 0)
        fprintf(stderr, "sorid: %s\n", fail_message());
    if (on_socket == -EADDRINUSE)
        return on_socket;
    return on_bus < 0 && on_socket < 0 ? on_socket : 0;
}

static void stop_parts(struct program *program)
{
    struct daemon *daemon = &program->daemon;

    frontend_socket_stop(program->socket);
    frontend_dbus_stop(program->bus);
    voices_watch_stop(program->watch);
    queue_free(daemon->queue);
    voices_free(daemon->voices);
    notify_clear(&program->notify);
    loop_timer_stop(&daemon->idle);
    workers_wait(daemon->loop);
    loop_free(daemon->loop);
    config_free(daemon->config);
    free(program->config_path);
    free(program->options);
}

static int run(struct program *program)
{
    struct daemon *daemon = &program->daemon;
    int r = read_config(program, &daemon->config);

    if (r >= 0)
        r = start_parts(program);
    if (r < 0) {
        fprintf(stderr, "sorid: %s\n", fail_message());
        return r;
    }
    r = start_frontends(program);
    if (r < 0)
        return r;
    notify_init(&program->notify, daemon->loop);
    notify_send("READY=1");
    daemon_hold(daemon); /* and let go of: starts the idle time */
    daemon_release(daemon);
    r = loop_run(daemon->loop);
    notify_send("STOPPING=1");
    if (r < 0)
        fprintf(stderr, "sorid: %s\n", strerror(-r));
    return r;
}

/* --- command line ----------------------------------------------------------------------------- */

static void help(void)
{
    printf("Usage: sorid [--config=FILE] [--SECTION-KEY=VALUE...]\n"
           "The speech daemon; see sorid(8) and sori.conf(5).\n\n"
           "  --config=FILE  settings, instead of ~/.config/sori/sori.conf\n"
           "  --help         show this text\n"
           "  --version      show the version\n\n"
           "Settings of sori.conf as options, with their defaults:\n");
    for (size_t i = 0; i < config_n_rows; i++)
        printf("  --%s-%s=%s\n        %s\n", config_rows[i].section, config_rows[i].key,
               config_rows[i].fallback, config_rows[i].help);
}

/* 1: done, exit with success. */
static int parse_arguments(struct program *program, int argc, char **argv)
{
    program->options = calloc((size_t)argc, sizeof *program->options);
    if (!program->options)
        return fail(-ENOMEM, "out of memory");
    for (int i = 1; i < argc; i++) {
        char *argument = argv[i];
        if (!strcmp(argument, "--help")) {
            help();
            return 1;
        } else if (!strcmp(argument, "--version")) {
            printf("sorid %s\n", PACKAGE_VERSION);
            return 1;
        } else if (!strncmp(argument, "--config=", 9)) {
            program->config_path = strdup(argument + 9);
            program->config_named = true;
        } else if (!strncmp(argument, "--", 2)) {
            program->options[program->n_options++] = argument + 2;
        } else {
            return fail(-EINVAL, "'%s' is no option; see sorid --help", argument);
        }
    }
    if (!program->config_named)
        program->config_path = config_default_path();
    return 0;
}

int main(int argc, char **argv)
{
    struct program program = {0};
    int r = parse_arguments(&program, argc, argv);

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a client may hand us a file to write to */
    raise_limits();
    if (r < 0)
        fprintf(stderr, "sorid: %s\n", fail_message());
    else if (r == 0)
        r = run(&program);
    stop_parts(&program);
    return r < 0 ? r == -EINVAL ? 2 : 1 : 0;
}
