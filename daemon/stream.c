/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "daemon/bytes.h"
#include "worker/error.h"

/* Frame headers (libspeechprovider, speech-provider-common.h): packed, machine byte order. */
enum { AUDIO_HEADER = 1 + 4, EVENT_HEADER = 1 + 1 + 3 * 4 };

struct stream {
    struct loop *loop;
    struct loop_fd watch;
    struct loop_call over;
    int fd;
    enum stream_format format;
    const struct stream_callbacks *callbacks;
    void *opaque;
    struct bytes frames; /* each behind its size, a uint32_t */
    size_t written;      /* of the first frame: only sockets and files take a part */
    bool wants, finished, failed;
};

DEFINE_CLEANUP(stream, struct stream *, stream_close)

/* --- writing ---------------------------------------------------------------------------------- */

/* Writes what goes. The end is told in the next turn, for the caller may be in a callback. */
static void flush(struct stream *stream)
{
    while (stream->frames.size && !stream->failed) {
        uint32_t size;
        ssize_t n;
        memcpy(&size, bytes_first(&stream->frames), sizeof size);
        n = write(stream->fd, bytes_first(&stream->frames) + sizeof size + stream->written,
                  size - stream->written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN)
            stream->failed = true;
        if (n <= 0)
            break;
        stream->written += (size_t)n;
        if (stream->written == size) {
            bytes_drop(&stream->frames, sizeof size + size);
            stream->written = 0;
        }
    }
    loop_fd_change(&stream->watch, stream->frames.size || stream->wants ? EPOLLOUT : 0);
    if (stream->failed || (stream->finished && !stream->frames.size))
        loop_defer(stream->loop, &stream->over);
}

static void put(struct stream *stream, const void *head, size_t head_size, const void *body,
                size_t body_size)
{
    uint32_t size = (uint32_t)(head_size + body_size);

    if (bytes_reserve(&stream->frames, sizeof size + size, STREAM_MAX_UNSENT) < 0) {
        stream->failed = true; /* a hole would be worse than an end */
        return;
    }
    bytes_put(&stream->frames, &size, sizeof size, STREAM_MAX_UNSENT);
    bytes_put(&stream->frames, head, head_size, STREAM_MAX_UNSENT);
    bytes_put(&stream->frames, body, body_size, STREAM_MAX_UNSENT);
}

size_t stream_audio(struct stream *stream, const int16_t *samples, size_t count)
{
    size_t taken = 0;

    flush(stream);
    while (taken < count && !stream->frames.size && !stream->failed && !stream->finished) {
        unsigned char head[AUDIO_HEADER] = {1};
        size_t head_size = stream->format == STREAM_SPIEL ? sizeof head : 0;
        size_t n = (STREAM_FRAME_SIZE - head_size) / sizeof *samples;
        uint32_t size;
        n = count - taken < n ? count - taken : n;
        size = (uint32_t)(n * sizeof *samples);
        memcpy(head + 1, &size, sizeof size);
        put(stream, head, head_size, samples + taken, size);
        taken += n;
        flush(stream);
    }
    stream->wants = taken < count;
    flush(stream);
    return taken;
}

void stream_event(struct stream *stream, enum stream_event type, uint32_t start, uint32_t end,
                  const char *name)
{
    unsigned char head[EVENT_HEADER] = {2, (unsigned char)type};
    uint32_t size = name ? (uint32_t)strnlen(name, STREAM_FRAME_SIZE - EVENT_HEADER) : 0;

    if (stream->format != STREAM_SPIEL || stream->finished)
        return;
    memcpy(head + 2, &start, sizeof start);
    memcpy(head + 6, &end, sizeof end);
    memcpy(head + 10, &size, sizeof size);
    put(stream, head, sizeof head, name, size);
    flush(stream);
}

void stream_finish(struct stream *stream)
{
    stream->finished = true;
    flush(stream);
}

/* --- life ------------------------------------------------------------------------------------- */

static void over(void *opaque)
{
    struct stream *stream = opaque;

    stream->callbacks->over(stream->opaque, !stream->failed);
}

static void ready(void *opaque, uint32_t events)
{
    struct stream *stream = opaque;

    if (events & (EPOLLERR | EPOLLHUP)) { /* nobody reads any more: the only way to cancel */
        stream->failed = true;
        loop_fd_remove(&stream->watch);
        loop_defer(stream->loop, &stream->over);
        return;
    }
    flush(stream);
    if (stream->wants && !stream->frames.size && !stream->failed) {
        stream->wants = false;
        loop_fd_change(&stream->watch, 0);
        stream->callbacks->ready(stream->opaque);
    }
}

/* A regular file cannot be watched and needs not: it always takes what it is given. */
static int watch(struct stream *stream)
{
    int r = loop_fd_add(stream->loop, &stream->watch, stream->fd, 0);

    return r == -EPERM ? 0 : r < 0 ? fail(r, "descriptor: %s", strerror(-r)) : 0;
}

int stream_open(struct loop *loop, int fd, enum stream_format format,
                const struct stream_callbacks *callbacks, void *opaque, struct stream **ret_stream)
{
    _cleanup_(cleanup_stream) struct stream *stream = NULL;
    int flags = fcntl(fd, F_GETFL), r;

    if (flags < 0 || (flags & O_PATH) || (flags & O_ACCMODE) == O_RDONLY)
        return fail(-EINVAL, "the descriptor is not open for writing");
    if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
        return fail(-errno, "descriptor: %s", strerror(errno));
    stream = calloc(1, sizeof *stream);
    if (!stream)
        return fail(-ENOMEM, "out of memory");
    stream->loop = loop;
    stream->fd = -1;
    stream->format = format;
    stream->callbacks = callbacks;
    stream->opaque = opaque;
    stream->watch = (struct loop_fd){.call = ready, .opaque = stream};
    stream->over = (struct loop_call){.call = over, .opaque = stream};
    if (format == STREAM_SPIEL)
        put(stream, "0.01", 4, NULL, 0);
    stream->fd = fd;
    r = stream->failed ? fail(-ENOMEM, "out of memory") : watch(stream);
    if (r < 0) {
        stream->fd = -1;
        return r;
    }
    *ret_stream = steal(stream);
    flush(*ret_stream);
    return 0;
}

struct stream *stream_close(struct stream *stream)
{
    if (!stream)
        return NULL;
    loop_fd_remove(&stream->watch);
    loop_call_cancel(&stream->over);
    if (stream->fd >= 0)
        close(stream->fd);
    bytes_clear(&stream->frames);
    free(stream);
    return NULL;
}
