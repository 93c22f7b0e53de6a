/* SPDX-License-Identifier: Apache-2.0 */
/* sori(1): the command line. Each command has a file of its own. */
#include <stdio.h>
#include <string.h>

#include "client/options.h"
#include "client/suggest.h"

static const struct command *const commands[] = {
    &command_say,  &command_text,  &command_voices,   &command_inspect, &command_bench,
    &command_ask,  &command_chat,  &command_complete, &command_tokens,  &command_models,
    &command_stop, &command_pause, &command_resume,   &command_status};

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

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(name, commands[i]->name))
            return commands[i];
    return NULL;
}

static int no_command(const char *name)
{
    struct suggestion suggestion;

    suggest_start(&suggestion, name);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        suggest_offer(&suggestion, commands[i]->name);
    suggest_offer(&suggestion, "--version");
    fprintf(stderr, "sori: no %s '%.60s'", *name == '-' ? "option" : "command", name);
    fprintf(stderr, *suggestion.best ? "; did you mean '%s'?\n" : "\n", suggestion.best);
    fputs("Try 'sori --help'.\n", stderr);
    return EXIT_USAGE;
}

/* `sori help [COMMAND]` */
static int show_help(const char *name)
{
    if (!name)
        help(stdout);
    else if (find(name))
        options_help(find(name));
    else
        return no_command(name);
    return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return show_help(argv[2]);
    if (!strcmp(argv[1], "--version")) {
        puts("sori " PACKAGE_VERSION);
        return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
    }
    return find(argv[1]) ? find(argv[1])->run(argc - 1, argv + 1) : no_command(argv[1]);
}
