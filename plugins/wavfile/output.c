/* SPDX-License-Identifier: Apache-2.0 */
#include "wavfile/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A pipe that polls writable takes this much without blocking (PIPE_BUF). */
enum { STREAM_PIECE = 4096 };

static int look_at(struct output *output)
{
    struct stat status;
    int flags = fcntl(output->fd, F_GETFL);

    if (flags < 0 || fstat(output->fd, &status) < 0)
        return -errno;
    if ((flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    /* What is appended to cannot be rewritten: to us it is a stream. */
    if (!S_ISREG(status.st_mode) || flags & O_APPEND)
        return 0;
    output->base = lseek(output->fd, 0, SEEK_CUR);
    output->seekable = output->base >= 0;
    return 0;
}

int output_open(struct output *output, const char *path, int fd)
{
    int r;

    *output = (struct output){.fd = fd, .wake = -1};
    if (path && strcmp(path, "-")) {
        output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (output->fd < 0)
            return -errno;
        output->owned = true;
    }
    output->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r = output->wake < 0 ? -errno : look_at(output);
    if (r < 0)
        output_clear(output);
    return r;
}

int output_close(struct output *output)
{
    if (output->owned && close(output->fd) < 0 && !output->error)
        output->error = -errno;
    output->owned = false;
    output->fd = -1;
    return output->error;
}

void output_clear(struct output *output)
{
    output_close(output);
    if (output->wake >= 0)
        close(output->wake);
    output->wake = -1;
}

/* write() whose SIGPIPE, if there is one, is taken back before anyone sees it. */
static ssize_t write_quietly(int fd, const void *data, size_t size)
{
    const struct timespec now = {0};
    sigset_t pipe_signal, before, pending;
    ssize_t written;
    int saved;

    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    written = write(fd, data, size);
    saved = errno;
    if (written < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
        sigtimedwait(&pipe_signal, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return written;
}

/* Waits until a stream takes more. 0 or -ECANCELED. */
static int wait_for_room(const struct output *output)
{
    struct pollfd waits[] = {{.fd = output->fd, .events = POLLOUT},
                             {.fd = output->wake, .events = POLLIN}};

    while (poll(waits, 2, -1) < 0)
        if (errno != EINTR && errno != EAGAIN)
            return -errno;
    return waits[1].revents ? -ECANCELED : 0;
}

static int write_some(struct output *output, const char *data, size_t size, size_t *ret_written)
{
    ssize_t written;

    if (!output->seekable) {
        int r = wait_for_room(output);
        if (r < 0)
            return r;
        size = size < STREAM_PIECE ? size : STREAM_PIECE;
    }
    written = write_quietly(output->fd, data, size);
    if (written < 0 && errno != EINTR && errno != EAGAIN)
        return -errno;
    *ret_written = written < 0 ? 0 : (size_t)written;
    return 0;
}

int output_write(struct output *output, const void *data, size_t size)
{
    const char *at = data;

    while (size && !output->error) {
        size_t written = 0;
        output->error = write_some(output, at, size, &written);
        at += written;
        size -= written;
    }
    return output->error;
}

void output_cancel(struct output *output)
{
    const uint64_t one = 1;

    atomic_store(&output->cancelled, true);
    /* Cannot fail: the counter is far from its end. */
    if (write(output->wake, &one, sizeof one) < 0)
        return;
}
