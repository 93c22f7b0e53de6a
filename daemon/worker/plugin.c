/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "worker/error.h"

DEFINE_CLEANUP(plugin, struct plugin *, plugin_close)

static const char *const kinds[] = {
    [SORI_STAGE_GENERATOR] = "text generator",
    [SORI_STAGE_ANALYSER] = "analyser",
    [SORI_STAGE_ACOUSTIC] = "acoustic model",
    [SORI_STAGE_VOCODER] = "vocoder",
    [SORI_STAGE_SYNTHESISER] = "synthesiser",
    [SORI_STAGE_EFFECT] = "effect",
    [SORI_STAGE_SINK] = "sink",
};

const char *stage_kind_name(unsigned kind)
{
    return kind && kind < sizeof kinds / sizeof *kinds ? kinds[kind] : "stage of unknown kind";
}

/* --- is it fit to be opened? ------------------------------------------------------------------ */

static int check_file(const char *path)
{
    unsigned char magic[4];
    struct stat status;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0)
        return fail(-errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail(-ENOEXEC, "%s: not a regular file", path);
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return fail(-EPERM, "%s: belongs to another user (%u), not opened", path,
                    (unsigned)status.st_uid);
    if (status.st_mode & S_IWOTH || (status.st_mode & S_IWGRP && status.st_gid != getegid()))
        return fail(-EPERM, "%s: others may write it (mode %04o), not opened", path,
                    (unsigned)status.st_mode & 07777);
    if (read(fd, magic, sizeof magic) != sizeof magic || memcmp(magic, "\177ELF", sizeof magic))
        return fail(-ENOEXEC, "%s: not an ELF shared object", path);
    return 0;
}

/* --- is the stage complete? ------------------------------------------------------------------- */

static int check_stage(const char *path, const struct sori_stage *stage)
{
    const struct {
        const char *name;
        bool present;
    } members[] = {
        {"name", stage->name},   {"summary", stage->summary}, {"licence", stage->licence},
        {"load", stage->load},   {"unload", stage->unload},   {"describe", stage->describe},
        {"begin", stage->begin}, {"feed", stage->feed},       {"drain", stage->drain},
        {"end", stage->end},
    };

    if (stage->version != SORI_ABI_VERSION)
        return fail(-ENOTSUP, "%s: made for plugin interface %u, this is %u", path, stage->version,
                    SORI_ABI_VERSION);
    if (stage->size < SORI_STAGE_MIN_SIZE)
        return fail(-ENOTSUP, "%s: its stage has %u bytes, interface %u has %zu", path, stage->size,
                    SORI_ABI_VERSION, SORI_STAGE_MIN_SIZE);
    if (!stage->kind || stage->kind >= sizeof kinds / sizeof *kinds)
        return fail(-ENOTSUP, "%s: stage of unknown kind %u", path, stage->kind);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!members[i].present)
            return fail(-ENOTSUP, "%s: its stage lacks '%s'", path, members[i].name);
    return 0;
}

static int open_file(const char *path, struct plugin **ret_plugin)
{
    _cleanup_(cleanup_plugin) struct plugin *plugin = NULL;
    sori_plugin_entry_fn entry;
    int r = check_file(path);

    if (r < 0)
        return r;
    plugin = calloc(1, sizeof *plugin);
    if (!plugin || !(plugin->path = strdup(path)))
        return fail(-ENOMEM, "out of memory");
    plugin->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!plugin->handle)
        return fail(-ENOEXEC, "%s", dlerror());
    *(void **)&entry = dlsym(plugin->handle, SORI_PLUGIN_ENTRY);
    if (!entry)
        return fail(-ENOEXEC, "%s: not a plugin: it has no symbol %s", path, SORI_PLUGIN_ENTRY);
    plugin->stage = entry(SORI_ABI_VERSION);
    if (!plugin->stage)
        return fail(-ENOTSUP, "%s: does not serve plugin interface %u", path, SORI_ABI_VERSION);
    r = check_stage(path, plugin->stage);
    if (r < 0)
        return r;
    *ret_plugin = steal(plugin);
    return 0;
}

/* --- where is it? ----------------------------------------------------------------------------- */

static bool good_name(const char *name)
{
    return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

/* Tries FOLDER/NAME.so and, in a build tree, FOLDER/.libs/NAME.so. */
static bool found_in(const char *folder, size_t length, const char *name, char ret_path[PATH_MAX])
{
    static const char *const between[] = {"", ".libs/"};

    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof path, "%.*s/%s%s.so", (int)length, folder, between[i], name);
        if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0) {
            memcpy(ret_path, path, (size_t)n + 1);
            return true;
        }
    }
    return false;
}

static bool find_plugin(const char *name, char ret_path[PATH_MAX])
{
    const char *path = getenv("SORI_PLUGIN_PATH");

    for (size_t n; path && *path; path += n + (path[n] == ':')) {
        n = strcspn(path, ":");
        if (n && found_in(path, n, name, ret_path))
            return true;
    }
    return found_in(SORI_PLUGIN_DIR, strlen(SORI_PLUGIN_DIR), name, ret_path);
}

int plugin_open(const char *name, struct plugin **ret_plugin)
{
    const char *searched = getenv("SORI_PLUGIN_PATH");
    char path[PATH_MAX];

    if (strchr(name, '/'))
        return open_file(name, ret_plugin);
    if (!good_name(name))
        return fail(-EINVAL, "'%s' is not a plugin's name (small letters, digits, '_', '-')", name);
    if (!find_plugin(name, path))
        return fail(-ENOENT, "plugin '%s' not found in %s%s%s", name, searched ? searched : "",
                    searched ? " or " : "", SORI_PLUGIN_DIR);
    return open_file(path, ret_plugin);
}

struct plugin *plugin_close(struct plugin *plugin)
{
    if (!plugin)
        return NULL;
#ifndef __SANITIZE_ADDRESS__ /* whose reports need the names of what is gone */
    if (plugin->handle)
        dlclose(plugin->handle);
#endif
    free(plugin->path);
    free(plugin);
    return NULL;
}
