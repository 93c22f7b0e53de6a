/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sori/cpu.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/log.h"

static int service_error(const struct sori_host *services, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void service_log(const struct sori_host *services, uint32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int service_error(const struct sori_host *services, int error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fail_va(error, format, arguments);
    va_end(arguments);
    return error;
}

static void service_log(const struct sori_host *services, uint32_t level, const char *format, ...)
{
    const struct stage_host *host = services->data;
    va_list arguments;

    va_start(arguments, format);
    log_va(host->name, level, format, arguments);
    va_end(arguments);
}

static int map_file(const char *path, struct sori_span *ret_span)
{
    struct stat status;
    void *data;
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) < 0)
        return fail(-errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return fail(-EISDIR, "%s: is a folder", path);
    if (!S_ISREG(status.st_mode))
        return fail(-EINVAL, "%s: not a regular file", path);
    if (status.st_size <= 0)
        return fail(-EBADMSG, "%s: the file is empty", path);
    if ((uintmax_t)status.st_size > SIZE_MAX / 2)
        return fail(-EFBIG, "%s: too large to map", path);
    data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return fail(-errno, "%s: cannot be mapped: %s", path, strerror(errno));
    *ret_span = (struct sori_span){data, (size_t)status.st_size};
    return 0;
}

static int service_map(const struct sori_host *services, const char *name,
                       struct sori_span *ret_span)
{
    struct stage_host *host = services->data;
    _cleanup_free_ char *path = NULL;
    int r;

    if (host->n_maps == HOST_MAX_MAPS)
        return fail(-EMFILE, "more than %d files", HOST_MAX_MAPS);
    if (name[0] == '/')
        path = strdup(name);
    else if (asprintf(&path, "%s/%s", host->folder, name) < 0)
        path = NULL;
    if (!path)
        return fail(-ENOMEM, "out of memory");
    r = map_file(path, &host->maps[host->n_maps]);
    if (r < 0)
        return r;
    *ret_span = host->maps[host->n_maps++];
    return 0;
}

/* --- dictionaries ----------------------------------------------------------------------------- */

/* $XDG_CONFIG_HOME/sori/dictionaries/NAME.dict. NULL: there is no home, or no memory. */
static char *dictionary_path(const char *name, size_t size)
{
    const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    bool own = base && *base == '/';
    char *path = NULL;

    if ((!own && !home) || memchr(name, '/', size))
        return NULL;
    if (asprintf(&path, "%s%s/sori/dictionaries/%.*s.dict", own ? base : home,
                 own ? "" : "/.config", (int)size, name) < 0)
        return NULL;
    return path;
}

/* Maps one if it is there. */
static void find_dictionary(struct stage_host *host, const char *name, size_t size)
{
    _cleanup_free_ char *path = dictionary_path(name, size);
    struct sori_span *span = &host->maps[host->n_maps];

    if (!path || host->n_maps == HOST_MAX_MAPS || access(path, F_OK) < 0)
        return;
    if (map_file(path, span) < 0) {
        service_log(&host->services, SORI_LOG_WARNING, "%s", fail_message());
        return;
    }
    host->dictionary_maps[host->n_dictionaries] = *span;
    host->dictionaries[host->n_dictionaries++] = steal(path);
    host->n_maps++;
}

/* Of "heart" and "en-US": heart.dict, en-US.dict, en.dict. */
static void find_dictionaries(struct stage_host *host)
{
    size_t size;

    host->searched = true;
    if (!host->voice)
        return;
    find_dictionary(host, host->voice, strlen(host->voice));
    for (size = strlen(host->language); size;) {
        find_dictionary(host, host->language, size);
        do
            size--;
        while (size && host->language[size] != '-');
    }
}

static int service_dictionary(const struct sori_host *services, uint32_t index,
                              struct sori_span *ret_span, const char **ret_path)
{
    struct stage_host *host = services->data;

    if (!host->searched)
        find_dictionaries(host);
    if (index >= host->n_dictionaries)
        return -ENOENT;
    *ret_span = host->dictionary_maps[index];
    *ret_path = host->dictionaries[index];
    return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

int stage_host_init(struct stage_host *host, const char *name, const struct voice *voice,
                    unsigned threads)
{
    *host = (struct stage_host){
        .services = {.version = SORI_HOST_VERSION,
                     .size = sizeof host->services,
                     .data = host,
                     .cpu = sori_cpu_detect(),
                     .threads = threads,
                     .error = service_error,
                     .log = service_log,
                     .map = service_map,
                     .dictionary = service_dictionary},
        .name = strdup(name),
        .folder = strdup(voice ? voice->folder : "."),
        .voice = voice ? strdup(voice->id) : NULL,
        .language = voice ? strdup(voice->language) : NULL,
    };
    if (!host->name || !host->folder || (voice && (!host->voice || !host->language)))
        return fail(-ENOMEM, "out of memory");
    return 0;
}

void stage_host_clear(struct stage_host *host)
{
    while (host->n_maps) {
        host->n_maps--;
        munmap((void *)host->maps[host->n_maps].data, host->maps[host->n_maps].size);
    }
    while (host->n_dictionaries)
        free(host->dictionaries[--host->n_dictionaries]);
    free(host->name);
    free(host->folder);
    free(host->voice);
    free(host->language);
    *host = (struct stage_host){0};
}
