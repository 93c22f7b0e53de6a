/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/voice.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <ini.h>

#include "base/cleanup.h"
#include "worker/error.h"

DEFINE_CLEANUP(voice, struct voice *, voice_free)

/* --- stages ----------------------------------------------------------------------------------- */

void stage_spec_clear(struct stage_spec *spec)
{
    for (size_t i = 0; i < spec->n_settings; i++) {
        free((char *)spec->settings[i].key);
        free((char *)spec->settings[i].value);
    }
    free(spec->role);
    free(spec->plugin);
    *spec = (struct stage_spec){0};
}

static int set(struct stage_spec *spec, const char *key, size_t key_size, const char *value,
               size_t value_size)
{
    struct sori_setting *setting = NULL;
    char *copy = strndup(value, value_size);

    if (!copy)
        return fail(-ENOMEM, "out of memory");
    for (size_t i = 0; i < spec->n_settings; i++)
        if (!strncmp(spec->settings[i].key, key, key_size) && !spec->settings[i].key[key_size])
            setting = &spec->settings[i];
    if (setting) {
        free((char *)setting->value);
        setting->value = copy;
        return 0;
    }
    if (spec->n_settings == STAGE_MAX_SETTINGS) {
        free(copy);
        return fail(-EINVAL, "%s: more than %d settings", spec->role, STAGE_MAX_SETTINGS);
    }
    setting = &spec->settings[spec->n_settings];
    setting->key = strndup(key, key_size);
    setting->value = copy;
    if (!setting->key) {
        free(copy);
        return fail(-ENOMEM, "out of memory");
    }
    spec->n_settings++;
    return 0;
}

int stage_spec_parse(const char *role, const char *text, struct stage_spec *ret_spec)
{
    static const char blank[] = " \t";
    struct stage_spec spec = {0};
    size_t n = strcspn(text, blank);
    int r = 0;

    if (!n)
        return fail(-EINVAL, "%s: no plugin is named", role);
    spec.role = strdup(role);
    spec.plugin = strndup(text, n);
    if (!spec.role || !spec.plugin)
        r = fail(-ENOMEM, "out of memory");
    for (text += n; r >= 0; text += n) {
        const char *equals;
        text += strspn(text, blank);
        n = strcspn(text, blank);
        if (!n)
            break;
        equals = memchr(text, '=', n);
        if (!equals || equals == text)
            r = fail(-EINVAL, "%s: '%.*s' is not KEY=VALUE", role, (int)(n < 60 ? n : 60), text);
        else
            r = set(&spec, text, (size_t)(equals - text), equals + 1,
                    n - (size_t)(equals - text) - 1);
    }
    if (r < 0) {
        stage_spec_clear(&spec);
        return r;
    }
    *ret_spec = spec;
    return 0;
}

static struct stage_spec *find_stage(struct voice *voice, const char *role, size_t size)
{
    for (size_t i = 0; i < voice->n_stages; i++)
        if (!strncmp(voice->chain[i].role, role, size) && !voice->chain[i].role[size])
            return &voice->chain[i];
    return NULL;
}

int voice_set(struct voice *voice, const char *name, const char *value)
{
    const char *dot = strchr(name, '.');
    struct stage_spec *spec = dot ? find_stage(voice, name, (size_t)(dot - name)) : NULL;

    if (!dot)
        return fail(-EINVAL, "'%s' is not STAGE.KEY", name);
    if (!spec)
        return fail(-EINVAL, "voice '%s' has no stage '%.*s'", voice->id, (int)(dot - name), name);
    return set(spec, dot + 1, strlen(dot + 1), value, strlen(value));
}

int voice_replace(struct voice *voice, const char *role, const char *text)
{
    struct stage_spec *spec = find_stage(voice, role, strlen(role)), parsed;
    int r;

    if (!spec)
        return fail(-EINVAL, "voice '%s' has no stage '%s'", voice->id, role);
    r = stage_spec_parse(role, text, &parsed);
    if (r < 0)
        return r;
    stage_spec_clear(spec);
    *spec = parsed;
    return 0;
}

/* --- reading a manifest ----------------------------------------------------------------------- */

struct reading {
    struct voice *voice;
    int result;
};

static const char *const roles[] = {"generator", "analyser",    "acoustic",
                                    "vocoder",   "synthesiser", "effect"};

static int read_text(char **field, const char *value)
{
    free(*field);
    *field = strdup(value);
    return *field ? 0 : fail(-ENOMEM, "out of memory");
}

static int read_sample_rate(struct voice *voice, const char *value)
{
    char *end;
    unsigned long rate = strtoul(value, &end, 10);

    if (!isdigit((unsigned char)*value) || *end || rate < 8000 || rate > 192000)
        return fail(-EBADMSG, "sample_rate is '%s', not a number from 8000 to 192000", value);
    voice->sample_rate = (unsigned)rate;
    return 0;
}

static int read_voice_line(struct voice *voice, const char *key, const char *value)
{
    if (!strcmp(key, "name"))
        return read_text(&voice->name, value);
    if (!strcmp(key, "language"))
        return read_text(&voice->language, value);
    if (!strcmp(key, "gender"))
        return read_text(&voice->gender, value);
    if (!strcmp(key, "licence"))
        return read_text(&voice->licence, value);
    if (!strcmp(key, "sample_rate"))
        return read_sample_rate(voice, value);
    return fail(-EBADMSG, "unknown key '%s' in [voice]", key);
}

static int read_chain_line(struct voice *voice, const char *role, const char *value)
{
    bool known = false;
    int r;

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        known |= !strcmp(role, roles[i]);
    if (!known)
        return fail(-EBADMSG, "unknown stage '%s' in [chain]", role);
    if (find_stage(voice, role, strlen(role)))
        return fail(-EBADMSG, "stage '%s' is named twice", role);
    if (voice->n_stages == CHAIN_MAX_STAGES)
        return fail(-EBADMSG, "more than %d stages", CHAIN_MAX_STAGES);
    r = stage_spec_parse(role, value, &voice->chain[voice->n_stages]);
    if (r < 0)
        return r == -EINVAL ? -EBADMSG : r;
    voice->n_stages++;
    return 0;
}

/* inih: 0 is a failure; ini_parse_file() returns the line of the first one. */
static int read_line(void *opaque, const char *section, const char *key, const char *value)
{
    struct reading *reading = opaque;

    if (reading->result < 0)
        return 0;
    if (!strcmp(section, "voice"))
        reading->result = read_voice_line(reading->voice, key, value);
    else if (!strcmp(section, "chain"))
        reading->result = read_chain_line(reading->voice, key, value);
    else
        reading->result = fail(-EBADMSG, "unknown section [%s]", section);
    return reading->result >= 0;
}

static int check_complete(const struct voice *voice)
{
    if (!voice->name || !voice->language)
        return fail(-EBADMSG, "%s: [voice] lacks '%s'", voice->path,
                    voice->name ? "language" : "name");
    if (!voice->n_stages)
        return fail(-EBADMSG, "%s: [chain] names no stage", voice->path);
    return 0;
}

static int parse(FILE *file, struct voice *voice)
{
    struct reading reading = {.voice = voice};
    int line = ini_parse_file(file, read_line, &reading);

    if (reading.result < 0)
        return fail_prefix(reading.result, "%s:%d", voice->path, line);
    if (line)
        return fail(-EBADMSG, "%s:%d: neither a [section] nor KEY = VALUE", voice->path,
                    line > 0 ? line : 1);
    return check_complete(voice);
}

static int split_path(struct voice *voice)
{
    const char *slash = strrchr(voice->path, '/');
    const char *file = slash ? slash + 1 : voice->path;
    size_t n = strlen(file);

    if (n > 6 && !strcmp(file + n - 6, ".voice"))
        n -= 6;
    voice->id = strndup(file, n);
    voice->folder = slash ? strndup(voice->path, (size_t)(slash - voice->path)) : strdup(".");
    return voice->id && voice->folder ? 0 : fail(-ENOMEM, "out of memory");
}

int voice_read(const char *path, struct voice **ret_voice)
{
    _cleanup_(cleanup_voice) struct voice *voice = calloc(1, sizeof *voice);
    _cleanup_fclose_ FILE *file = NULL;
    struct stat status;
    int r;

    if (!voice || !(voice->path = strdup(path)))
        return fail(-ENOMEM, "out of memory");
    r = split_path(voice);
    if (r < 0)
        return r;
    file = fopen(path, "re");
    if (!file || fstat(fileno(file), &status) < 0)
        return fail(-errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)MANIFEST_MAX_SIZE)
        return fail(-EBADMSG, "%s: not a voice manifest (no file of at most %u bytes)", path,
                    MANIFEST_MAX_SIZE);
    r = parse(file, voice);
    if (r < 0)
        return r;
    *ret_voice = steal(voice);
    return 0;
}

struct voice *voice_free(struct voice *voice)
{
    if (!voice)
        return NULL;
    for (size_t i = 0; i < voice->n_stages; i++)
        stage_spec_clear(&voice->chain[i]);
    free(voice->id);
    free(voice->path);
    free(voice->folder);
    free(voice->name);
    free(voice->language);
    free(voice->gender);
    free(voice->licence);
    free(voice);
    return NULL;
}
