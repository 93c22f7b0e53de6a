/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command.h: what the server asks for, on standard input
 *
 * A command is a line; some are followed by lines up to a lone dot, in which a leading dot is
 * doubled. A command with lines is announced twice: when the first line is there, so that the
 * server can be told to go on, and when all are.
 */
#ifndef SPEECHD_COMMAND_H
#define SPEECHD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

struct command_handler {
    /* A command of one line. Returns true when lines up to a dot follow. */
    bool (*command)(void *opaque, const char *line);
    /* The lines after `line`, each with its newline, dots undoubled; `too_long`: cut at
     * SPEECHD_BLOCK_MAX. */
    void (*block)(void *opaque, const char *line, const char *text, size_t size, bool too_long);
    void *opaque;
};

struct command_reader {
    char *line; /* under way, not terminated */
    size_t line_size;
    bool line_cut;
    char *first; /* the command whose block is under way, or NULL */
    char *block;
    size_t block_size;
    bool too_long;
};

/* -ENOMEM. */
int command_reader_init(struct command_reader *reader);
void command_reader_clear(struct command_reader *reader);

/* Takes bytes as they come and calls the handler for what is complete. -ENOMEM. */
int command_reader_take(struct command_reader *reader, const char *bytes, size_t n,
                        const struct command_handler *handler);

#endif
