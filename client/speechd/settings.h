/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h: speech-dispatcher's parameters in Sori's terms
 *
 * The server sends all of them before every message. Values out of range or unknown are ignored:
 * a screen reader must never fall silent over a setting.
 */
#ifndef SPEECHD_SETTINGS_H
#define SPEECHD_SETTINGS_H

#include <stdbool.h>

#include <jansson.h>

struct settings {
    int rate, pitch, volume; /* -100..100 */
    char punctuation[8];     /* none, some, most, all */
    char capitals[8];        /* none, spell, icon */
    char voice_type[16];     /* male1, female1, child_male ... */
    char language[32];
    char synthesis_voice[128]; /* empty: choose by language and type */
    bool spelling;
    double rate_max; /* what rate 100 means, as a factor; from the configuration file */
};

void settings_init(struct settings *settings);

/* One `key=value` of SET. */
void settings_take(struct settings *settings, const char *line);

/* The configuration file of the module: `rate_max = 2.64`. 0 or a negative errno value. */
int settings_read(struct settings *settings, const char *path);

/* The members of a "synthesize" event, beside its text, that follow from the settings. NULL: out
 * of memory. The caller owns the object. */
json_t *settings_json(const struct settings *settings);

#endif
