/* SPDX-License-Identifier: Apache-2.0 */
#include "client/speechd/reply.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

/* What speech-dispatcher's own modules send at once: STOP acts between two blocks. */
enum { BLOCK_SAMPLES = 5000 };

void reply_init(struct reply *reply, int fd)
{
    *reply = (struct reply){.fd = fd};
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
    if (reply->begin) {
        memmove(reply->data, reply->data + reply->begin, queued(reply));
        reply->end -= reply->begin;
        reply->begin = 0;
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

void reply_flush(struct reply *reply)
{
    while (queued(reply) && !reply->failed) {
        ssize_t n = write(reply->fd, reply->data + reply->begin, queued(reply));
        if (n > 0)
            reply->begin += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            return;
        else if (n < 0 && errno != EINTR)
            reply->failed = true;
    }
}
