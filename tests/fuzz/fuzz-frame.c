/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames between daemon and workers, through a socket in pieces. What is read is whole and has the
 * size of its type; written again it gives the same bytes.
 */
#include <errno.h>
#include <sys/socket.h>

#include "base/limits.h"
#include "daemon/frame.h"
#include "fuzz/fuzz.h"

static int sockets[2] = {-1, -1}, echo[2] = {-1, -1};
static struct frame_reader reader;
static struct frame_writer writer;

static void open_sockets(void)
{
    if (sockets[0] >= 0)
        return;
    FUZZ_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0);
    FUZZ_ASSERT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, echo) == 0);
}

/* The least that a reader of a payload takes for granted. */
static void check_size(const struct frame *frame)
{
    size_t least = frame->type == FRAME_OPENED    ? sizeof(struct frame_opened)
                   : frame->type == FRAME_START   ? sizeof(struct frame_start)
                   : frame->type == FRAME_CREDIT  ? sizeof(struct frame_number)
                   : frame->type == FRAME_SOUNDED ? sizeof(struct frame_number)
                   : frame->type == FRAME_EVENT   ? sizeof(struct frame_event)
                   : frame->type == FRAME_DONE    ? sizeof(struct frame_done)
                   : frame->type == FRAME_PONG    ? sizeof(struct frame_pong)
                   : frame->type == FRAME_PLAY    ? sizeof(struct frame_play)
                                                  : 0;

    FUZZ_ASSERT(frame->type >= 1 && frame->type <= FRAME_MAX);
    FUZZ_ASSERT(frame->size >= least && frame->size <= FRAME_MAX_PAYLOAD);
    FUZZ_ASSERT(frame->type != FRAME_AUDIO || frame->size % 2 == 0);
    fuzz_touch(frame->payload, frame->size);
}

/* Sends a frame on; what comes out are the bytes that it was read from. */
static void send_on(const struct frame *frame)
{
    static unsigned char back[FRAME_BUFFER_SIZE];
    size_t whole = sizeof(struct frame_header) + frame->size, half = frame->size / 2, n = 0;

    FUZZ_ASSERT(frame_put(&writer, frame->type, frame->stream, frame->payload, half,
                          frame->payload + half, frame->size - half) == 0);
    for (int r = 0; r == 0;) {
        ssize_t got;
        r = frame_flush(&writer, echo[0]);
        FUZZ_ASSERT(r >= 0);
        while ((got = recv(echo[1], back + n, sizeof back - n, 0)) > 0)
            n += (size_t)got;
    }
    FUZZ_ASSERT(n == whole);
    FUZZ_ASSERT(memcmp(back, frame->payload - sizeof(struct frame_header), whole) == 0);
}

static int read_frames(void)
{
    struct frame frame;
    int r;

    while ((r = frame_next(&reader, &frame)) == 1) {
        check_size(&frame);
        send_on(&frame);
    }
    FUZZ_ASSERT(r == 0 || r == -EBADMSG);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t piece = 1 + 16 * fuzz_take(&data, &size);

    open_sockets();
    reader.start = reader.end = 0;
    reader.broken = false;
    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < piece ? size - at : piece;
        FUZZ_ASSERT(send(sockets[0], data + at, n, 0) == (ssize_t)n);
        FUZZ_ASSERT(frame_fill(&reader, sockets[1]) == 1);
        if (read_frames() < 0) {
            FUZZ_ASSERT(read_frames() == -EBADMSG);
            return 0;
        }
    }
    return 0;
}
