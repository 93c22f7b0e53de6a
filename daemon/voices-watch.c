/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/voices-watch.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/error.h"
#include "worker/model-find.h"
#include "worker/voice.h"

/* A voice is several files, copied or unpacked one after the other. */
enum { QUIET_MS = 300, PATIENCE_MS = 2000 };

#define APPEARS (IN_CREATE | IN_MOVED_TO)
#define CHANGES                                                                                    \
    (APPEARS | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF)

struct voices_watch {
    struct loop *loop;
    struct voices *voices;
    struct loop_fd fd;
    struct loop_timer timer;
    uint64_t since_ms; /* the first change that was not looked at; 0: none */
};

DEFINE_CLEANUP(watch, struct voices_watch *, voices_watch_stop)

/* --- what is watched -------------------------------------------------------------------------- */

static bool add(struct voices_watch *watch, const char *folder, uint32_t events)
{
    return inotify_add_watch(watch->fd.fd, folder, events | IN_ONLYDIR | IN_MASK_ADD) >= 0;
}

/* The folder, or what is there on the way to it. */
static int watch_folder(void *opaque, const char *folder)
{
    char path[PATH_MAX], *slash;

    if (snprintf(path, sizeof path, "%s", folder) >= (int)sizeof path)
        return 0;
    if (add(opaque, path, CHANGES))
        return 0;
    while (errno == ENOENT && (slash = strrchr(path, '/')) && slash != path) {
        *slash = 0;
        if (add(opaque, path, APPEARS))
            break;
    }
    return 0;
}

/* With the folders of single voices; one that is a file is refused by inotify. */
static int watch_voices(void *opaque, const char *folder)
{
    char path[PATH_MAX];
    const struct dirent *entry;
    DIR *directory;

    watch_folder(opaque, folder);
    directory = opendir(folder);
    while (directory && (entry = readdir(directory)))
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            add(opaque, path, CHANGES);
    if (directory)
        closedir(directory);
    return 0;
}

static void watch_all(struct voices_watch *watch)
{
    voice_each_folder(watch_voices, watch);
    model_each_folder(watch_folder, watch);
}

/* --- what happens ----------------------------------------------------------------------------- */

static void look(void *opaque)
{
    struct voices_watch *watch = opaque;

    watch->since_ms = 0;
    watch_all(watch); /* first, so that nothing happens unseen between the two */
    if (voices_reload(watch->voices) < 0)
        loop_timer_start(watch->loop, &watch->timer, PATIENCE_MS);
}

/* Folders, manifests and weights; what else happens in a home folder is no business of ours. */
static bool matters(const struct inotify_event *event)
{
    const char *dot = event->len ? strrchr(event->name, '.') : NULL;

    return !event->len || event->mask & IN_ISDIR ||
           (dot && (!strcmp(dot, ".voice") || !strcmp(dot, ".gguf")));
}

static void changed(struct voices_watch *watch)
{
    uint64_t now = loop_time(watch->loop);

    if (!watch->since_ms)
        watch->since_ms = now;
    if (now - watch->since_ms < PATIENCE_MS)
        loop_timer_start(watch->loop, &watch->timer, QUIET_MS);
}

static void ready(void *opaque, uint32_t events)
{
    struct voices_watch *watch = opaque;
    _Alignas(struct inotify_event) char buffer[4096];
    ssize_t n;

    while ((n = read(watch->fd.fd, buffer, sizeof buffer)) > 0)
        for (const char *at = buffer; at < buffer + n;) {
            const struct inotify_event *event = (const struct inotify_event *)at;
            if (!(event->mask & IN_IGNORED) && matters(event))
                changed(watch);
            at += sizeof *event + event->len;
        }
}

int voices_watch_start(struct loop *loop, struct voices *voices, struct voices_watch **ret_watch)
{
    _cleanup_(cleanup_watch) struct voices_watch *watch = calloc(1, sizeof *watch);
    int r;

    if (!watch)
        return fail(-ENOMEM, "out of memory");
    watch->loop = loop;
    watch->voices = voices;
    watch->fd = (struct loop_fd){.call = ready, .opaque = watch};
    watch->timer = (struct loop_timer){.call = look, .opaque = watch};
    watch->fd.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    r = watch->fd.fd < 0 ? -errno : loop_fd_add(loop, &watch->fd, watch->fd.fd, EPOLLIN);
    if (r < 0)
        return fail(r, "new voices will not be noticed: %s", strerror(-r));
    watch_all(watch);
    *ret_watch = steal(watch);
    return 0;
}

struct voices_watch *voices_watch_stop(struct voices_watch *watch)
{
    if (!watch)
        return NULL;
    loop_timer_stop(&watch->timer);
    loop_fd_remove(&watch->fd);
    if (watch->fd.fd >= 0)
        close(watch->fd.fd);
    free(watch);
    return NULL;
}
