/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h: settings, from one table
 *
 * The rows of config_rows[] (config-table.c) give the keys of sori.conf(5), the options of sorid(8)
 * (--SECTION-KEY=VALUE is what a row's option is called) and the rows of both man pages, which a
 * test compares. A setting counts from: the table's default, the file, the command line; the last
 * one wins, and a wrong value leaves the one before in place.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

enum config_type {
    CONFIG_TEXT,    /* char *, owned */
    CONFIG_NUMBER,  /* double */
    CONFIG_COUNT,   /* unsigned */
    CONFIG_SECONDS, /* double, s */
    CONFIG_SWITCH,  /* bool: yes or no, true or false, on or off, 1 or 0 */
};

struct config {
    /* [speech] */
    char *voice;
    double rate, pitch, volume;
    unsigned seed;
    /* [ask] */
    char *model, *system;
    double temperature;
    unsigned max_tokens;
    /* [audio] */
    char *output;      /* a sink and its settings, as in a voice manifest */
    double idle_close; /* s after the last sound until the device is closed */
    double lead_in;    /* s of silence before the first sound of a device that was closed */
    /* [daemon] */
    double idle_exit;       /* s; 0: never */
    double unload;          /* s until an unused voice is unloaded; 0: never */
    unsigned loaded_voices; /* voices kept ready at most */
    unsigned concurrent;    /* audio-only requests that run at once */
    unsigned threads;       /* compute threads of one voice; 0: the processor's cores, at most 8 */
    double watchdog;        /* s without a sign of life until a worker is killed */
    bool sandbox;
};

struct config_row {
    const char *section, *key;
    enum config_type type;
    size_t offset;        /* in struct config */
    const char *fallback; /* the default, as text */
    double min, max;      /* of numbers */
    const char *help;     /* one line, as in --help and the man pages */
};

extern const struct config_row config_rows[];
extern const size_t config_n_rows;

/* All defaults. 0 or -ENOMEM. */
int config_new(struct config **ret_config);
/* NULL is fine. Returns NULL. */
struct config *config_free(struct config *config);

/* Sets one value. -EINVAL (fail_message() names what would be right), -ENOMEM. */
int config_set(struct config *config, const struct config_row *row, const char *value);
/* The row, or NULL. */
const struct config_row *config_find(const char *section, const char *key);

/*
 * Reads a file over what is there. Lines that are wrong are reported with file and line through
 * `complain` and passed over. -EFBIG: only the first CONFIG_MAX_SIZE bytes were read; -ENOENT and
 * other errors of open and read; what was read before counts.
 */
int config_read(struct config *config, const char *path,
                void (*complain)(void *opaque, const char *message), void *opaque);

/* $XDG_CONFIG_HOME/sori/sori.conf, else ~/.config/sori/sori.conf; NULL without a home; owned. */
char *config_default_path(void);

#endif
