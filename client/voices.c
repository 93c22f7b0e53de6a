/* SPDX-License-Identifier: Apache-2.0 */
/* sori-voices(1): lists the voices that are installed */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client/options.h"
#include "worker/error.h"
#include "worker/voice.h"

struct voices {
    bool json;
    json_t *list;
    const char *language; /* only voices of it, NULL: all */
    size_t n;
};

static const struct option_row rows[] = {
    {'l', "language", "TAG", "only voices of this language, such as en or en-US",
     .at = offsetof(struct voices, language)},
    {'j', "json", NULL, "as a JSON array", .at = offsetof(struct voices, json)},
};

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

/* "en" stands for en-US, en-GB and so on. */
static bool speaks(const struct voice *voice, const char *language)
{
    size_t n = strlen(language);

    return !strncasecmp(voice->language, language, n) &&
           (!voice->language[n] || voice->language[n] == '-');
}

static int show(void *opaque, const struct voice *voice)
{
    struct voices *voices = opaque;

    if (voices->language && !speaks(voice, voices->language))
        return 0;
    if (voices->json)
        return json_array_append_new(
            voices->list, json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s}", "id", voice->id, "name",
                                    voice->name, "language", voice->language, "gender",
                                    voice->gender, "licence", voice->licence, "path", voice->path));
    if (!voices->n++)
        printf("%-12s %-16s %-10s %-8s %s\n", "VOICE", "NAME", "LANGUAGE", "GENDER", "LICENCE");
    printf("%-12s %-16s %-10s %-8s %s\n", voice->id, voice->name, voice->language,
           or_dash(voice->gender), or_dash(voice->licence));
    return 0;
}

static int run(int argc, char **argv)
{
    struct voices voices = {0};
    int first, r = options_parse(&command_voices, argc, argv, &voices, &first);

    if (r)
        return r;
    if (first < argc) {
        fprintf(stderr, "sori: voices takes no argument '%s'\n", argv[first]);
        return EXIT_USAGE;
    }
    voices.list = json_array();
    r = voice_each(show, &voices);
    if (r >= 0 && voices.json) {
        json_dumpf(voices.list, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (r >= 0 && !voices.n) {
        fputs("sori: no voices are installed\n", stderr);
    }
    json_decref(voices.list);
    if (r >= 0)
        return fflush(stdout) ? EXIT_FAILED : EXIT_OK;
    fprintf(stderr, "sori: %s\n", r == -1 ? "out of memory" : fail_message());
    return EXIT_FAILED;
}

const struct command command_voices = {
    "voices", "", "List the voices", rows, sizeof rows / sizeof *rows, run,
};
