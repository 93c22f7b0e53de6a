/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <sori/cpu.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/log.h"

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

int stage_host_init(struct stage_host *host, const char *name, const char *folder, unsigned threads)
{
    *host = (struct stage_host){
        .services = {.version = SORI_HOST_VERSION,
                     .size = sizeof host->services,
                     .data = host,
                     .cpu = sori_cpu_detect(),
                     .threads = threads,
                     .error = service_error,
                     .log = service_log,
                     .map = service_map},
        .name = strdup(name),
        .folder = strdup(folder),
    };
    return host->name && host->folder ? 0 : fail(-ENOMEM, "out of memory");
}

void stage_host_clear(struct stage_host *host)
{
    while (host->n_maps) {
        host->n_maps--;
        munmap((void *)host->maps[host->n_maps].data, host->maps[host->n_maps].size);
    }
    free(host->name);
    free(host->folder);
    host->name = host->folder = NULL;
}
