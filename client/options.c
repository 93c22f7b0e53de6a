/* SPDX-License-Identifier: Apache-2.0 */
#include "client/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/suggest.h"
#include "worker/error.h"

enum { MAX_ROWS = 40, FIRST_LONG = 256 };

int parse_number(const char *text, double min, double max, double *ret_number)
{
    char *end;
    double number = strtod(text, &end);

    if (end == text || *end || !(number >= min && number <= max))
        return fail(-EINVAL, "'%.60s' is not a number from %g to %g", text, min, max);
    *ret_number = number;
    return 0;
}

void options_help(const struct command *command)
{
    printf("Usage: sori %s [OPTION]... %s\n%s.\n\n", command->name, command->arguments,
           command->summary);
    for (size_t i = 0; i < command->n_rows; i++) {
        const struct option_row *row = &command->rows[i];
        char left[64];
        snprintf(left, sizeof left, "%c%c%s --%s%s%s", row->letter ? '-' : ' ',
                 row->letter ? row->letter : ' ', row->letter ? "," : " ", row->name,
                 row->argument ? "=" : "", row->argument ? row->argument : "");
        printf("  %-28s %s\n", left, row->help);
    }
    printf("  %-28s %s\n", "-h, --help", "show this help");
    printf("\nDetails: man sori-%s\n", command->name);
}

/* Makes getopt's tables. Long options without a letter get numbers from FIRST_LONG. */
static void make_tables(const struct command *command, char letters[static 2 * MAX_ROWS + 4],
                        struct option table[static MAX_ROWS + 2])
{
    size_t n = 0;

    letters[n++] = ':'; /* getopt is to tell a missing argument from an unknown option */
    for (size_t i = 0; i < command->n_rows; i++) {
        const struct option_row *row = &command->rows[i];
        table[i] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL,
                                   row->letter ? row->letter : FIRST_LONG + (int)i};
        if (row->letter)
            letters[n++] = row->letter;
        if (row->letter && row->argument)
            letters[n++] = ':';
    }
    table[command->n_rows] = (struct option){"help", no_argument, NULL, 'h'};
    table[command->n_rows + 1] = (struct option){0};
    letters[n++] = 'h';
    letters[n] = 0;
}

static const struct option_row *row_of(const struct command *command, int code)
{
    for (size_t i = 0; i < command->n_rows; i++)
        if (code == command->rows[i].letter || code == FIRST_LONG + (int)i)
            return &command->rows[i];
    return NULL;
}

/* --- what is wrong? --------------------------------------------------------------------------- */

static void name_option(const struct option_row *row, char ret_text[static 64])
{
    if (row->letter)
        snprintf(ret_text, 64, "-%c, --%s", row->letter, row->name);
    else
        snprintf(ret_text, 64, "--%s", row->name);
}

/* `--NAME` or `--NAME=ARGUMENT` that getopt did not find: several begin with it, or none. */
static void complain_long(const struct command *command, const char *argument)
{
    size_t n = strcspn(argument + 2, "="), matches = 0;
    char name[SUGGEST_MAX];
    struct suggestion suggestion;

    snprintf(name, sizeof name, "%.*s", (int)n, argument + 2);
    suggest_start(&suggestion, name);
    for (size_t i = 0; i < command->n_rows; i++) {
        suggest_offer(&suggestion, command->rows[i].name);
        matches += !strncmp(command->rows[i].name, argument + 2, n);
    }
    if (matches > 1) {
        fprintf(stderr, "sori: %s: '--%s' may be", command->name, name);
        for (size_t i = 0; i < command->n_rows; i++)
            if (!strncmp(command->rows[i].name, argument + 2, n))
                fprintf(stderr, "%s --%s", --matches ? "" : " or", command->rows[i].name);
        fputc('\n', stderr);
        return;
    }
    fprintf(stderr, "sori: %s: no option '--%s'", command->name, name);
    fprintf(stderr, *suggestion.best ? "; did you mean '--%s'?\n" : "\n", suggestion.best);
}

/* `code` as getopt gave it, ':' or '?'. */
static int complain(const struct command *command, int code, const char *argument)
{
    const struct option_row *row = optopt ? row_of(command, optopt) : NULL;
    char name[64];

    if (row)
        name_option(row, name);
    if (row && code == ':')
        fprintf(stderr, "sori: %s: %s needs an argument: %s\n", command->name, name, row->argument);
    else if (row || optopt == 'h')
        fprintf(stderr, "sori: %s: %s takes no argument\n", command->name,
                row ? name : "-h, --help");
    else if (optopt)
        fprintf(stderr, "sori: %s: no option '-%c'\n", command->name, optopt);
    else
        complain_long(command, argument);
    fprintf(stderr, "Try 'sori %s --help'.\n", command->name);
    return EXIT_USAGE;
}

static int apply(const struct option_row *row, void *options, const char *argument)
{
    char *member = (char *)options + row->at;

    if (row->set)
        return row->set(options, argument);
    if (row->argument)
        *(const char **)member = argument;
    else
        *(bool *)member = true;
    return 0;
}

int options_parse(const struct command *command, int argc, char **argv, void *options,
                  int *ret_first)
{
    char letters[2 * MAX_ROWS + 4];
    struct option table[MAX_ROWS + 2];
    int code;

    make_tables(command, letters, table);
    optind = 1;
    opterr = 0;
    while ((code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
        const struct option_row *row = row_of(command, code);
        if (code == 'h') {
            options_help(command);
            exit(EXIT_OK);
        }
        if (!row)
            return complain(command, code, argv[optind - 1]);
        if (apply(row, options, optarg) < 0) {
            fprintf(stderr, "sori: %s: --%s: %s\n", command->name, row->name, fail_message());
            return EXIT_USAGE;
        }
    }
    *ret_first = optind;
    return 0;
}
