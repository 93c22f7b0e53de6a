/* SPDX-License-Identifier: Apache-2.0 */
/* Where voices lie, and what to say when one is not there. */
#include "worker/voice.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/log.h"

DEFINE_CLEANUP(voice, struct voice *, voice_free)

/* A list of voices; a machine has a few dozen at most. */
enum { MAX_VOICES = 1024, MAX_FOLDERS = 64 };

struct folders {
    char *path[MAX_FOLDERS];
    size_t n;
};

static void folders_clear(struct folders *folders)
{
    while (folders->n)
        free(folders->path[--folders->n]);
}

/* Adds PATH/SUFFIX for each absolute PATH of a colon-separated list. */
static int add_folders(struct folders *folders, const char *list, const char *suffix)
{
    for (size_t n; list && *list; list += n + (list[n] == ':')) {
        n = strcspn(list, ":");
        if (*list != '/' || folders->n == MAX_FOLDERS)
            continue;
        if (asprintf(&folders->path[folders->n], "%.*s%s", (int)n, list, suffix) < 0)
            return fail(-ENOMEM, "out of memory");
        folders->n++;
    }
    return 0;
}

/* The XDG base directory specification: an unset or empty variable means its default. */
static int find_folders(struct folders *folders)
{
    const char *data_home = getenv("XDG_DATA_HOME"), *data_dirs = getenv("XDG_DATA_DIRS");
    const char *home = getenv("HOME");
    int r = add_folders(folders, getenv("SORI_VOICE_PATH"), "");

    if (r >= 0 && data_home && *data_home)
        r = add_folders(folders, data_home, "/sori/voices");
    else if (r >= 0)
        r = add_folders(folders, home, "/.local/share/sori/voices");
    if (r >= 0)
        r = add_folders(folders,
                        data_dirs && *data_dirs ? data_dirs : "/usr/local/share:/usr/share",
                        "/sori/voices");
    return r >= 0 ? add_folders(folders, SORI_VOICE_DIR, "") : r;
}

int voice_each_folder(int (*each)(void *opaque, const char *folder), void *opaque)
{
    _cleanup_(folders_clear) struct folders folders = {0};
    int r = find_folders(&folders);

    for (size_t i = 0; r == 0 && i < folders.n; i++)
        r = each(opaque, folders.path[i]);
    return r;
}

/* FOLDER/NAME.voice, or FOLDER/NAME/NAME.voice. */
static bool manifest_path(const char *folder, const char *name, size_t size,
                          char ret_path[static PATH_MAX])
{
    int n = snprintf(ret_path, PATH_MAX, "%s/%.*s.voice", folder, (int)size, name);

    if (n > 0 && n < PATH_MAX && access(ret_path, F_OK) == 0)
        return true;
    n = snprintf(ret_path, PATH_MAX, "%s/%.*s/%.*s.voice", folder, (int)size, name, (int)size,
                 name);
    return n > 0 && n < PATH_MAX && access(ret_path, F_OK) == 0;
}

static int note_id(void *opaque, const struct voice *voice)
{
    char *known = opaque;
    size_t n = strlen(known);

    snprintf(known + n, 400 - n, "%s%s", n ? ", " : "", voice->id);
    return 0;
}

static int not_found(const char *name)
{
    char known[400] = "";
    int r = voice_each(note_id, known);

    if (r < 0)
        return r;
    if (!*known)
        return fail(-ENOENT, "no voice '%.60s': no voices are installed", name);
    return fail(-ENOENT, "no voice '%.60s'; there are: %s", name, known);
}

int voice_find(const char *name, struct voice **ret_voice)
{
    _cleanup_(folders_clear) struct folders folders = {0};
    char path[PATH_MAX];
    int r;

    if (strchr(name, '/'))
        return voice_read(name, ret_voice);
    r = find_folders(&folders);
    if (r < 0)
        return r;
    for (size_t i = 0; *name && name[0] != '.' && i < folders.n; i++)
        if (manifest_path(folders.path[i], name, strlen(name), path))
            return voice_read(path, ret_voice);
    return not_found(name);
}

/* --- all of them ------------------------------------------------------------------------------ */

struct voices {
    struct voice *list[MAX_VOICES];
    size_t n;
};

static void voices_clear(struct voices *voices)
{
    while (voices->n)
        voice_free(voices->list[--voices->n]);
}

static void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void warn(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    log_va("voices", SORI_LOG_WARNING, format, arguments);
    va_end(arguments);
}

/* Says nothing of a voice: it may be there all the same, later. */
static bool passes(int error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -EIO;
}

static int add_voice(struct voices *voices, const char *path)
{
    _cleanup_(cleanup_voice) struct voice *voice = NULL;
    int r;

    if (voices->n == MAX_VOICES)
        return 0;
    r = voice_read(path, &voice);
    if (r < 0) {
        if (!passes(r))
            warn("%s", fail_message());
        return passes(r) ? r : 0;
    }
    for (size_t i = 0; i < voices->n; i++)
        if (!strcmp(voices->list[i]->id, voice->id))
            return 0;
    voices->list[voices->n++] = steal(voice);
    return 0;
}

static int scan_folder(struct voices *voices, const char *folder)
{
    const struct dirent *entry;
    DIR *directory = opendir(folder);
    char path[PATH_MAX];
    int r = 0;

    if (!directory && passes(-errno))
        return fail(-errno, "%s: %s", folder, strerror(errno));
    while (r == 0 && directory && (entry = readdir(directory))) {
        size_t n = strlen(entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (n > 6 && !strcmp(entry->d_name + n - 6, ".voice"))
            n -= 6;
        if (manifest_path(folder, entry->d_name, n, path))
            r = add_voice(voices, path);
    }
    if (directory)
        closedir(directory);
    return r;
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct voice *const *)a)->id, (*(const struct voice *const *)b)->id);
}

int voice_each(int (*each)(void *opaque, const struct voice *voice), void *opaque)
{
    _cleanup_(folders_clear) struct folders folders = {0};
    _cleanup_(voices_clear) struct voices voices = {.n = 0};
    int r = find_folders(&folders);

    for (size_t i = 0; r >= 0 && i < folders.n; i++)
        r = scan_folder(&voices, folders.path[i]);
    if (r < 0)
        return r;
    qsort(voices.list, voices.n, sizeof *voices.list, by_id);
    for (size_t i = 0; r == 0 && i < voices.n; i++)
        r = each(opaque, voices.list[i]);
    return r;
}
