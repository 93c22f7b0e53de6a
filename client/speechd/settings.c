/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "base/limits.h"
#include "client/speechd/voices.h"

/*
 * espeak's mapping, which screen readers' users know: -100, 0 and 100 are 80, 170 and 449 words a
 * minute, linear between them; 170 is the voice's own pace.
 */
#define SLOWEST (80.0 / 170)
#define FASTEST (449.0 / 170)

void settings_init(struct settings *settings)
{
    *settings = (struct settings){.volume = 100, .rate_max = FASTEST};
}

static void take_number(const char *value, int *ret_number)
{
    char *end;
    long number = strtol(value, &end, 10);

    if (end != value && !*end && number >= -100 && number <= 100)
        *ret_number = (int)number;
}

static void take_string(const char *value, char *ret_string, size_t size)
{
    int n = snprintf(ret_string, size, "%s", strcmp(value, "NULL") ? value : "");

    if (n < 0 || (size_t)n >= size)
        ret_string[0] = '\0';
}

void settings_take(struct settings *settings, const char *line)
{
    const struct {
        const char *key;
        int *number;
        char *string;
        size_t size;
    } rows[] = {
        {"rate", &settings->rate, NULL, 0},
        {"pitch", &settings->pitch, NULL, 0},
        {"volume", &settings->volume, NULL, 0},
        {"punctuation_mode", NULL, settings->punctuation, sizeof settings->punctuation},
        {"cap_let_recogn", NULL, settings->capitals, sizeof settings->capitals},
        {"voice", NULL, settings->voice_type, sizeof settings->voice_type},
        {"language", NULL, settings->language, sizeof settings->language},
        {"synthesis_voice", NULL, settings->synthesis_voice, sizeof settings->synthesis_voice},
    };
    size_t key_size = strcspn(line, "=");
    const char *value = line + key_size + 1;

    if (!line[key_size])
        return;
    if (!strncmp(line, "spelling_mode=", key_size + 1))
        settings->spelling = !strcmp(value, "on");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strlen(rows[i].key) != key_size || memcmp(rows[i].key, line, key_size) != 0)
            continue;
        if (rows[i].number)
            take_number(value, rows[i].number);
        else
            take_string(value, rows[i].string, rows[i].size);
    }
}

static int take_row(void *opaque, const char *section, const char *key, const char *value)
{
    struct settings *settings = opaque;
    char *end;
    double number;

    if (strcmp(key, "rate_max") != 0)
        return 0;
    number = strtod(value, &end);
    if (end == value || *end || !(number >= 1 && number <= RATE_MAX))
        return 0;
    settings->rate_max = number;
    return 1;
}

int settings_read(struct settings *settings, const char *path)
{
    int line = ini_parse(path, take_row, settings);

    if (line > 0)
        fprintf(stderr, "sd_sori: %s:%d: expected rate_max = 1..%g\n", path, line, RATE_MAX);
    return line < 0 ? -EIO : line > 0 ? -EINVAL : 0;
}

static double rate_factor(const struct settings *settings)
{
    double share = settings->rate / 100.0;

    return share < 0 ? 1 + share * (1 - SLOWEST) : 1 + share * (settings->rate_max - 1);
}

static const char *punctuation_name(const struct settings *settings)
{
    static const char *const known[] = {"none", "some", "most", "all"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(settings->punctuation, known[i]))
            return known[i];
    return "natural";
}

static const char *capitals_name(const struct settings *settings)
{
    return !strcmp(settings->capitals, "spell")  ? "spelled"
           : !strcmp(settings->capitals, "icon") ? "icon"
                                                 : "none";
}

json_t *settings_json(const struct settings *settings)
{
    char voice[128];
    bool chosen = voices_choose(settings, voice, sizeof voice);
    json_t *json = json_pack("{s:f, s:f, s:f, s:s, s:s}", "rate", rate_factor(settings), "pitch",
                             exp2(settings->pitch / 100.0), "volume",
                             (settings->volume + 100) / 200.0, "punctuation",
                             punctuation_name(settings), "capitals", capitals_name(settings));

    if (json && (chosen || *settings->language) &&
        json_object_set_new(json, "voice",
                            json_pack("{s:s}", chosen ? "name" : "language",
                                      chosen ? voice : settings->language)) < 0) {
        json_decref(json);
        json = NULL;
    }
    return json;
}
