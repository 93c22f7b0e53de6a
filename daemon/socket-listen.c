/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/socket-listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "worker/error.h"

/* What waits to be accepted; the kernel's own default ceiling on old systems. */
enum { BACKLOG = 128, FIRST_FD = 3 };

/* --- from the service manager (sd_listen_fds(3)) -------------------------------------------------
 */

static long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end;
    long number;

    if (!text || !*text)
        return -1;
    errno = 0;
    number = strtol(text, &end, 10);
    return errno || *end ? -1 : number;
}

static bool listens(int fd)
{
    int accepts = 0, domain = 0;
    socklen_t size = sizeof accepts;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) == 0 && accepts &&
           getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

/* The first socket that was passed on, or -1. The variables are not for our children. */
static int inherited(void)
{
    long n = number_of("LISTEN_PID") == (long)getpid() ? number_of("LISTEN_FDS") : 0;
    int flags = n > 0 ? fcntl(FIRST_FD, F_GETFL) : -1;

    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    if (flags < 0 || !listens(FIRST_FD))
        return -1;
    fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC);
    fcntl(FIRST_FD, F_SETFL, flags | O_NONBLOCK);
    return FIRST_FD;
}

/* --- our own ---------------------------------------------------------------------------------- */

static int make_path(struct sockaddr_un *ret_address)
{
    const char *run = getenv("XDG_RUNTIME_DIR");
    struct stat status;
    int n;

    if (!run || *run != '/')
        return fail(-ENOENT, "XDG_RUNTIME_DIR is not set: no socket");
    n = snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s/sori", run);
    if (n < 0 || (size_t)n + sizeof "/socket" > sizeof ret_address->sun_path)
        return fail(-ENAMETOOLONG, "%s/sori/socket: too long for a socket", run);
    if (mkdir(ret_address->sun_path, 0700) < 0 && errno != EEXIST)
        return fail(-errno, "%s: %s", ret_address->sun_path, strerror(errno));
    if (lstat(ret_address->sun_path, &status) < 0 || !S_ISDIR(status.st_mode) ||
        status.st_uid != geteuid())
        return fail(-EPERM, "%s: not a folder of this user", ret_address->sun_path);
    if ((status.st_mode & 0777) != 0700 && chmod(ret_address->sun_path, 0700) < 0)
        return fail(-errno, "%s: %s", ret_address->sun_path, strerror(errno));
    memcpy(ret_address->sun_path + n, "/socket", sizeof "/socket");
    ret_address->sun_family = AF_UNIX;
    return 0;
}

/* Whether somebody listens there. A socket left behind by a daemon that was killed refuses. */
static bool alive(const struct sockaddr_un *address)
{
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    return fd >= 0 &&
           (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN);
}

/* Takes the place of a stale socket; never of anything that is not a socket. */
static int clear_place(const struct sockaddr_un *address)
{
    struct stat status;

    if (lstat(address->sun_path, &status) < 0)
        return errno == ENOENT ? 0 : fail(-errno, "%s: %s", address->sun_path, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return fail(-EEXIST, "%s: not a socket", address->sun_path);
    if (alive(address))
        return fail(-EADDRINUSE, "%s: another daemon listens there", address->sun_path);
    if (unlink(address->sun_path) < 0 && errno != ENOENT)
        return fail(-errno, "%s: %s", address->sun_path, strerror(errno));
    return 0;
}

/* The permissions come with bind(), not after it: there is no moment in which others could connect
 * (and the folder's keep them out anyhow). */
static int bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t mask = umask(0177);
    int r = bind(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? -errno : 0;

    umask(mask);
    return r;
}

static int listen_there(struct listener *listener, const struct sockaddr_un *address)
{
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    _cleanup_free_ char *path = strdup(address->sun_path);
    int r = fd < 0 ? -errno : !path ? -ENOMEM : bind_private(fd, address);

    if (r >= 0 && (listen(fd, BACKLOG) < 0 || lstat(path, &listener->status) < 0))
        r = -errno;
    if (r < 0)
        return fail(r, "%s: %s", address->sun_path, strerror(-r));
    listener->fd = steal_fd(&fd);
    listener->path = steal(path);
    return 0;
}

int listener_open(struct listener *ret_listener)
{
    struct listener listener = {.fd = inherited()};
    struct sockaddr_un address = {0};
    int r = 0;

    if (listener.fd < 0) {
        r = make_path(&address);
        if (r >= 0)
            r = clear_place(&address);
        if (r >= 0)
            r = listen_there(&listener, &address);
    }
    if (r >= 0)
        *ret_listener = listener;
    return r;
}

void listener_close(struct listener *listener)
{
    struct stat now;

    if (listener->path && lstat(listener->path, &now) == 0 &&
        now.st_ino == listener->status.st_ino && now.st_dev == listener->status.st_dev)
        unlink(listener->path);
    free(listener->path);
    if (listener->fd >= 0)
        close(listener->fd);
    *listener = (struct listener){.fd = -1};
}

bool peer_is_ours(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && size == sizeof peer &&
           peer.uid == geteuid();
}
