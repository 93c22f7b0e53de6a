/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/frame.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"

_Static_assert(FRAME_BUFFER_SIZE >= 2 * (FRAME_MAX_PAYLOAD + sizeof(struct frame_header)),
               "a frame fits in whatever stands before it");

/* The least that a payload must have; types that are not there take no payload at all. */
static const size_t smallest[FRAME_MAX + 1] = {
    [FRAME_OPENED] = sizeof(struct frame_opened), [FRAME_START] = sizeof(struct frame_start),
    [FRAME_CREDIT] = sizeof(struct frame_number), [FRAME_EVENT] = sizeof(struct frame_event),
    [FRAME_DONE] = sizeof(struct frame_done),     [FRAME_PONG] = sizeof(struct frame_pong),
    [FRAME_PLAY] = sizeof(struct frame_play),     [FRAME_SOUNDED] = sizeof(struct frame_number),
};

static bool grows(uint32_t type)
{
    return type == FRAME_START || type == FRAME_TEXT || type == FRAME_AUDIO ||
           type == FRAME_EVENT || type == FRAME_DONE;
}

static bool header_is_sane(const struct frame_header *header)
{
    if (!header->type || header->type > FRAME_MAX || header->size > FRAME_MAX_PAYLOAD)
        return false;
    if (header->type == FRAME_AUDIO && header->size % sizeof(int16_t))
        return false;
    return header->size >= smallest[header->type] &&
           (grows(header->type) || header->size == smallest[header->type]);
}

int frame_fill(struct frame_reader *reader, int fd)
{
    ssize_t n;

    if (reader->start) {
        memmove(reader->data, reader->data + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    n = read(fd, reader->data + reader->end, sizeof reader->data - reader->end);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (n == 0)
        return -EPIPE;
    reader->end += (size_t)n;
    return 1;
}

int frame_next(struct frame_reader *reader, struct frame *ret_frame)
{
    size_t left = reader->end - reader->start;
    struct frame_header header;

    if (reader->broken)
        return -EBADMSG;
    if (left < sizeof header)
        return 0;
    memcpy(&header, reader->data + reader->start, sizeof header);
    if (!header_is_sane(&header)) {
        reader->broken = true;
        return -EBADMSG;
    }
    if (left - sizeof header < header.size)
        return 0;
    *ret_frame = (struct frame){
        .type = header.type,
        .stream = header.stream,
        .payload = reader->data + reader->start + sizeof header,
        .size = header.size,
    };
    reader->start += sizeof header + header.size;
    return 1;
}

int frame_send(int fd, enum frame_type type, uint32_t stream, const void *payload, size_t size)
{
    struct frame_header header = {(uint32_t)size, type, stream};
    struct iovec parts[2] = {{&header, sizeof header}, {(void *)payload, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};

    if (size > FRAME_MAX_PAYLOAD)
        return -EMSGSIZE;
    while (message.msg_iovlen) {
        ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -errno;
        for (; n > 0 && message.msg_iovlen; message.msg_iov++, message.msg_iovlen--) {
            size_t part = message.msg_iov->iov_len;
            if ((size_t)n < part) {
                message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + n;
                message.msg_iov->iov_len -= (size_t)n;
                break;
            }
            n -= (ssize_t)part;
        }
        while (message.msg_iovlen && !message.msg_iov->iov_len) {
            message.msg_iov++;
            message.msg_iovlen--;
        }
    }
    return 0;
}

size_t frame_room(const struct frame_writer *writer)
{
    return sizeof writer->data - (writer->end - writer->start);
}

static void put(struct frame_writer *writer, const void *data, size_t size)
{
    if (size)
        memcpy(writer->data + writer->end, data, size);
    writer->end += size;
}

int frame_put(struct frame_writer *writer, enum frame_type type, uint32_t stream,
              const void *payload, size_t size, const void *rest, size_t rest_size)
{
    struct frame_header header = {(uint32_t)(size + rest_size), type, stream};

    if (size > FRAME_MAX_PAYLOAD || rest_size > FRAME_MAX_PAYLOAD - size)
        return -EMSGSIZE;
    if (frame_room(writer) < sizeof header + size + rest_size)
        return -ENOBUFS;
    if (sizeof writer->data - writer->end < sizeof header + size + rest_size) {
        memmove(writer->data, writer->data + writer->start, writer->end - writer->start);
        writer->end -= writer->start;
        writer->start = 0;
    }
    put(writer, &header, sizeof header);
    put(writer, payload, size);
    put(writer, rest, rest_size);
    return 0;
}

int frame_flush(struct frame_writer *writer, int fd)
{
    while (writer->start < writer->end) {
        ssize_t n = send(fd, writer->data + writer->start, writer->end - writer->start,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        writer->start += (size_t)n;
    }
    writer->start = writer->end = 0;
    return 1;
}
