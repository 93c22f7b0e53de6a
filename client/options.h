/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h: one table of options for each command
 *
 * The table gives the parsing, `--help`, and the rows of the man page (a test holds them equal).
 */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* As documented in sori(1); a signal that was seen ends the process, see interrupt.h. */
enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1, /* said why on standard error */
    EXIT_USAGE = 2,  /* an option or argument makes no sense */
};

struct option_row {
    char letter;          /* 0 if there is none */
    const char *name;     /* long name, without dashes */
    const char *argument; /* what to call it in the help, NULL if there is none */
    const char *help;
    int (*set)(void *options, const char *argument); /* 0, or negative with a message by fail() */
    /* Without `set`, the offset of the member that is set: a const char * to the argument, or,
     * where there is none, a bool to true. */
    size_t at;
};

struct command {
    const char *name;      /* "say" */
    const char *arguments; /* "[TEXT]" */
    const char *summary;   /* one line */
    const struct option_row *rows;
    size_t n_rows;
    int (*run)(int argc, char **argv);
};

/*
 * Parses argv[1..] into `options` by the command's table. -h and --help print the help and exit.
 * Arguments that are no options are left in argv[*ret_first .. argc - 1]. 0, or EXIT_USAGE after
 * saying why.
 */
int options_parse(const struct command *command, int argc, char **argv, void *options,
                  int *ret_first);

void options_help(const struct command *command);

/* For setters. -EINVAL: not a number from min to max. */
int parse_number(const char *text, double min, double max, double *ret_number);

extern const struct command command_say, command_text, command_voices, command_inspect,
    command_bench, command_complete, command_tokens, command_models, command_ask, command_chat,
    command_bench_llm, command_bench_ask, command_stop, command_pause, command_resume,
    command_status;

#endif
