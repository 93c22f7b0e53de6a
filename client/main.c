/* SPDX-License-Identifier: Apache-2.0 */
/* sori(1): the command line. Each command has a file of its own. */
#include <stdio.h>
#include <string.h>

#include "client/options.h"

static const struct command *const commands[] = {&command_say, &command_text, &command_voices,
                                                 &command_inspect, &command_bench};

static void help(FILE *to)
{
    fputs("Usage: sori COMMAND [OPTION]... [ARGUMENT]...\n"
          "Turn text into generated speech.\n\n",
          to);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n'sori COMMAND --help' shows the options of a command; 'sori --version' the version.\n"
          "Details: man sori\n",
          to);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        help(stdout);
        return EXIT_OK;
    }
    if (!strcmp(argv[1], "--version")) {
        puts("sori " PACKAGE_VERSION);
        return EXIT_OK;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(argv[1], commands[i]->name))
            return commands[i]->run(argc - 1, argv + 1);
    fprintf(stderr, "sori: no command '%.60s'\nTry 'sori --help'.\n", argv[1]);
    return EXIT_USAGE;
}
