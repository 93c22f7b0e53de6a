/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/model-find.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "worker/error.h"

/* Calls `each` for the folders of a list with colons, "/sori/models" added to each if `base`. */
static int each_of(const char *list, const char *suffix, int (*each)(void *, const char *),
                   void *opaque)
{
    int r = 0;

    while (r == 0 && *list) {
        size_t n = strcspn(list, ":");
        _cleanup_free_ char *folder = NULL;
        if (*list == '/' && asprintf(&folder, "%.*s%s", (int)n, list, suffix) < 0)
            return fail(-ENOMEM, "out of memory");
        if (folder) /* relative folders do not count */
            r = each(opaque, folder);
        list += n + (list[n] == ':');
    }
    return r;
}

int model_each_folder(int (*each)(void *opaque, const char *folder), void *opaque)
{
    const char *path = getenv("SORI_MODEL_PATH"), *data = getenv("XDG_DATA_HOME");
    const char *dirs = getenv("XDG_DATA_DIRS"), *home = getenv("HOME");
    int r;

    if (path && *path)
        return each_of(path, "", each, opaque);
    if (data && *data == '/')
        r = each_of(data, "/sori/models", each, opaque);
    else
        r = home ? each_of(home, "/.local/share/sori/models", each, opaque) : 0;
    if (r)
        return r;
    return each_of(dirs && *dirs ? dirs : "/usr/local/share:/usr/share", "/sori/models", each,
                   opaque);
}

static bool is_model(const char *name)
{
    size_t n = strlen(name);

    return n > 5 && name[0] != '.' && !strcmp(name + n - 5, ".gguf");
}

struct list {
    char **paths;
    size_t n;
};

static int add_models(void *opaque, const char *folder)
{
    struct list *list = opaque;
    const struct dirent *entry;
    DIR *directory = opendir(folder);
    int r = 0;

    while (r == 0 && directory && (entry = readdir(directory)) && list->n < MODELS_MAX) {
        if (!is_model(entry->d_name))
            continue;
        if (asprintf(&list->paths[list->n], "%s/%s", folder, entry->d_name) < 0)
            r = fail(-ENOMEM, "out of memory");
        else
            list->n++;
    }
    if (directory)
        closedir(directory);
    return r;
}

static const char *file_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* The default first, then by name. */
static int by_name(const void *a, const void *b)
{
    const char *one = file_name(*(char *const *)a), *other = file_name(*(char *const *)b);
    bool first = !strcmp(one, MODEL_DEFAULT), second = !strcmp(other, MODEL_DEFAULT);

    return first != second ? second - first : strcmp(one, other);
}

int model_each(int (*each)(void *opaque, const char *path), void *opaque)
{
    struct list list = {.paths = calloc(MODELS_MAX, sizeof *list.paths)};
    int r = list.paths ? model_each_folder(add_models, &list) : fail(-ENOMEM, "out of memory");

    if (list.n)
        qsort(list.paths, list.n, sizeof *list.paths, by_name);
    for (size_t i = 0; r == 0 && i < list.n; i++)
        r = each(opaque, list.paths[i]);
    while (list.n)
        free(list.paths[--list.n]);
    free(list.paths);
    return r;
}

struct search {
    const char *name;
    char *path;
};

static int look(void *opaque, const char *folder)
{
    static const char *const endings[] = {"", ".gguf"};
    struct search *search = opaque;

    for (size_t i = 0; i < 2; i++) {
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/%s%s", folder, search->name, endings[i]) < 0)
            return fail(-ENOMEM, "out of memory");
        if (!access(path, R_OK)) {
            search->path = steal(path);
            return 1;
        }
    }
    return 0;
}

int model_find(const char *name, char **ret_path)
{
    struct search search = {.name = name ? name : MODEL_DEFAULT};
    int r = 0;

    if (name && (strchr(name, '/') || !access(name, R_OK))) {
        /* The stage looks for relative names elsewhere. */
        search.path = realpath(name, NULL);
        if (!search.path)
            return fail(-errno, "%s: %s", name, strerror(errno));
    } else {
        r = model_each_folder(look, &search);
    }
    if (r < 0)
        return r;
    if (!search.path && !name)
        return fail(-ENOENT,
                    "no language model is installed: 'sori models --install' fetches the default "
                    "(93 MB), -m takes any other GGUF file");
    if (!search.path)
        return fail(-ENOENT, "no model '%s'; 'sori models' lists those that are installed", name);
    *ret_path = search.path;
    return 0;
}
