/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

enum {
    /* The server plays a block when it has read the whole of it, and STOP acts between two. */
    BLOCK_SAMPLES = 1000,
    PIPE_SIZE = 4096, /* a page: 0.08 s of sound, of which the server has 0.4 s in its own queue */
};

void reply_init(struct reply *reply, int fd)
{
    *reply = (struct reply){.fd = fd};
    fcntl(fd, F_SETPIPE_SZ, PIPE_SIZE); /* in vain where it is no pipe, or one with more in it */
}

void reply_clear(struct reply *reply)
{
    free(reply->data);
    *reply = (struct reply){.fd = -1};
}

static size_t queued(const struct reply *reply)
{
    return reply->end - reply->begin;
}

bool reply_full(const struct reply *reply)
{
    return queued(reply) >= SPEECHD_REPLY_FULL;
}

bool reply_pending(const struct reply *reply)
{
    return queued(reply) > 0;
}

/* Room for `size` bytes at the end of the queue. */
static char *make_room(struct reply *reply, size_t size)
{
    if (reply->failed || queued(reply) + size > SPEECHD_REPLY_MAX) {
        reply->failed = true;
        return NULL;
    }
    if (reply->message) {
        memmove(reply->data, reply->data + reply->message, reply->end - reply->message);
        reply->end -= reply->message;
        reply->begin -= reply->message;
        reply->message = 0;
    }
    if (reply->end + size > reply->capacity) {
        size_t capacity = 2 * (reply->end + size);
        char *grown = realloc(reply->data, capacity);
        reply->failed = !grown;
        if (!grown)
            return NULL;
        reply->data = grown;
        reply->capacity = capacity;
    }
    return reply->data + reply->end;
}

static void append(struct reply *reply, const char *data, size_t size)
{
    char *room = make_room(reply, size);

    if (!room)
        return;
    memcpy(room, data, size);
    reply->end += size;
}

void reply_line(struct reply *reply, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (n < 0)
        return;
    if ((size_t)n > sizeof line - 2)
        n = sizeof line - 2;
    line[n] = '\n';
    append(reply, line, (size_t)n + 1);
}

static void append_escaped(struct reply *reply, const unsigned char *bytes, size_t n)
{
    char *at = make_room(reply, 2 * n);

    if (!at)
        return;
    for (size_t i = 0; i < n; i++) {
        bool escape = bytes[i] == 0x0a || bytes[i] == 0x7d;
        if (escape)
            *at++ = 0x7d;
        *at++ = (char)(escape ? bytes[i] ^ 0x20 : bytes[i]);
    }
    reply->end = (size_t)(at - reply->data);
}

static void audio_block(struct reply *reply, unsigned sample_rate, const int16_t *samples, size_t n)
{
    reply_line(reply, "705-bits=16");
    reply_line(reply, "705-num_channels=1");
    reply_line(reply, "705-sample_rate=%u", sample_rate);
    reply_line(reply, "705-num_samples=%zu", n);
    reply_line(reply, "705-big_endian=%d", __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    append(reply, "705-AUDIO", sizeof "705-AUDIO");
    append_escaped(reply, (const unsigned char *)samples, n * sizeof *samples);
    append(reply, "\n705 AUDIO\n", sizeof "\n705 AUDIO\n" - 1);
}

void reply_audio(struct reply *reply, unsigned sample_rate, const int16_t *samples, size_t n)
{
    while (n) {
        size_t now = n < BLOCK_SAMPLES ? n : BLOCK_SAMPLES;
        audio_block(reply, sample_rate, samples, now);
        samples += now;
        n -= now;
    }
}

/* Where the message ends that begins at `at`: with the first line that has no '-' behind its
 * number, "705 AUDIO" after all of "705-...". */
static size_t message_end(const struct reply *reply, size_t at)
{
    while (at < reply->end) {
        const char *line = reply->data + at;
        const char *newline = memchr(line, '\n', reply->end - at);
        bool last = !newline || newline - line < 4 || line[3] != '-';
        at = newline ? (size_t)(newline + 1 - reply->data) : reply->end;
        if (last)
            break;
    }
    return at;
}

static bool is_speech(const char *message)
{
    return !strncmp(message, "700", 3) || !strncmp(message, "705", 3);
}

void reply_drop_speech(struct reply *reply)
{
    size_t kept =
        reply->begin == reply->message ? reply->begin : message_end(reply, reply->message);

    for (size_t at = kept, next; at < reply->end; at = next) {
        next = message_end(reply, at);
        if (is_speech(reply->data + at))
            continue;
        memmove(reply->data + kept, reply->data + at, next - at);
        kept += next - at;
    }
    reply->end = kept;
}

/* The server got so many bytes more. */
static void pass(struct reply *reply, size_t n)
{
    size_t next;

    reply->begin += n;
    while (reply->message < reply->begin &&
           (next = message_end(reply, reply->message)) <= reply->begin)
        reply->message = next;
}

void reply_flush(struct reply *reply)
{
    while (queued(reply) && !reply->failed) {
        ssize_t n = write(reply->fd, reply->data + reply->begin, queued(reply));
        if (n > 0)
            pass(reply, (size_t)n);
        else if (n < 0 && errno == EAGAIN)
            return;
        else if (n < 0 && errno != EINTR)
            reply->failed = true;
    }
}
