/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/error.h"

DEFINE_CLEANUP(config, struct config *, config_free)

int config_new(struct config **ret_config)
{
    _cleanup_(cleanup_config) struct config *config = calloc(1, sizeof *config);

    if (!config)
        return -ENOMEM;
    for (size_t i = 0; i < config_n_rows; i++) {
        int r = config_set(config, &config_rows[i], config_rows[i].fallback);
        if (r < 0)
            return r;
    }
    *ret_config = steal(config);
    return 0;
}

struct config *config_free(struct config *config)
{
    if (!config)
        return NULL;
    for (size_t i = 0; i < config_n_rows; i++)
        if (config_rows[i].type == CONFIG_TEXT)
            free(*(char **)((char *)config + config_rows[i].offset));
    free(config);
    return NULL;
}

/* --- values ----------------------------------------------------------------------------------- */

static int set_text(char **field, const char *value)
{
    char *copy = strdup(value);

    if (!copy)
        return fail(-ENOMEM, "out of memory");
    free(*field);
    *field = copy;
    return 0;
}

/* Programs that do not call setlocale() read numbers with a point; sorid is one. */
static int read_number(const struct config_row *row, const char *value, double *ret_number)
{
    char *end;
    double number = strtod(value, &end);

    if (end == value || *end || !(number >= row->min && number <= row->max) ||
        (row->type == CONFIG_COUNT && number != floor(number)))
        return fail(-EINVAL, "%s is '%.60s', not a %s from %.10g to %.10g", row->key, value,
                    row->type == CONFIG_COUNT     ? "whole number"
                    : row->type == CONFIG_SECONDS ? "number of seconds"
                                                  : "number",
                    row->min, row->max);
    *ret_number = number;
    return 0;
}

static int set_switch(bool *field, const struct config_row *row, const char *value)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(value, words[i])) {
            *field = i % 2;
            return 0;
        }
    return fail(-EINVAL, "%s is '%.60s', neither yes nor no", row->key, value);
}

int config_set(struct config *config, const struct config_row *row, const char *value)
{
    void *field = (char *)config + row->offset;
    double number = 0;
    int r;

    if (row->type == CONFIG_TEXT)
        return set_text(field, value);
    if (row->type == CONFIG_SWITCH)
        return set_switch(field, row, value);
    r = read_number(row, value, &number);
    if (r < 0)
        return r;
    if (row->type == CONFIG_COUNT)
        *(unsigned *)field = (unsigned)number;
    else
        *(double *)field = number;
    return 0;
}

const struct config_row *config_find(const char *section, const char *key)
{
    for (size_t i = 0; i < config_n_rows; i++)
        if (!strcmp(config_rows[i].section, section) && !strcmp(config_rows[i].key, key))
            return &config_rows[i];
    return NULL;
}

/* --- the file --------------------------------------------------------------------------------- */

struct reading {
    struct config *config;
    FILE *file;
    const char *path;
    unsigned line; /* that inih was given last */
    size_t bytes;  /* of all lines so far */
    int error;
    bool told; /* it was complained about already */
    unsigned complaints;
    void (*complain)(void *opaque, const char *message);
    void *opaque;
};

static void complain(struct reading *reading, const char *what)
{
    char message[600];

    reading->told = true;
    if (reading->complaints == CONFIG_MAX_COMPLAINTS)
        return;
    reading->complaints++;
    snprintf(message, sizeof message, "%s:%u: %.400s", reading->path, reading->line, what);
    reading->complain(reading->opaque, message);
}

/* Reads the rest of a line, as far as the file may go. */
static void pass_line(struct reading *reading)
{
    int c = 0;

    while (reading->bytes <= CONFIG_MAX_SIZE && c != '\n' && (c = getc(reading->file)) != EOF)
        reading->bytes++;
}

/*
 * inih does not tell handlers the line, and stops telling of errors after the first. It does read
 * line by line, so the line is counted here and every complaint is made at once.
 */
static char *read_line(char *line, int size, void *stream)
{
    struct reading *reading = stream;
    char *got = fgets(line, size, reading->file);
    size_t n = got ? strlen(got) : 0;

    if (!got && ferror(reading->file))
        reading->error = -errno;
    if (!got)
        return NULL;
    reading->line++;
    reading->told = false;
    reading->bytes += n ? n : (size_t)size; /* a NUL hides how many were read */
    if (n && line[n - 1] != '\n' && !feof(reading->file)) {
        complain(reading, "the line is too long");
        pass_line(reading);
        *line = 0;
    }
    if (reading->bytes <= CONFIG_MAX_SIZE)
        return got;
    reading->error = -EFBIG;
    return NULL;
}

static int handle(void *opaque, const char *section, const char *key, const char *value)
{
    struct reading *reading = opaque;
    const struct config_row *row = config_find(section, key);
    char message[160];

    if (row && config_set(reading->config, row, value) < 0) {
        complain(reading, fail_message());
    } else if (!row) {
        snprintf(message, sizeof message, "there is no setting '%.40s' in [%.40s]", key, section);
        complain(reading, message);
    }
    return 1;
}

/* What inih would not take: neither empty, nor a comment, nor [section], nor KEY = VALUE. */
static char *check_line(char *line, int size, void *stream)
{
    struct reading *reading = stream;
    char *got = read_line(line, size, stream);
    const char *start = got ? got + strspn(got, " \t\r\n\xef\xbb\xbf") : "";

    if (!*start || *start == ';' || *start == '#' || reading->told)
        return got;
    if (*start == '[' ? !strchr(start, ']') : !strpbrk(start, "=:")) {
        complain(reading, "neither a [section] nor KEY = VALUE");
        *line = 0;
    }
    return got;
}

int config_read(struct config *config, const char *path,
                void (*complaint)(void *opaque, const char *message), void *opaque)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* no wait for a FIFO */
    _cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    struct reading reading = {
        .config = config, .file = file, .path = path, .complain = complaint, .opaque = opaque};

    if (!file)
        return -errno;
    steal_fd(&fd);
    ini_parse_stream(check_line, &reading, handle, &reading);
    return reading.error;
}

char *config_default_path(void)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    char *path = NULL;

    if (base && *base == '/')
        return asprintf(&path, "%s/sori/sori.conf", base) < 0 ? NULL : path;
    if (home && *home == '/')
        return asprintf(&path, "%s/.config/sori/sori.conf", home) < 0 ? NULL : path;
    return NULL;
}
