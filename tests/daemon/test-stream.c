/* SPDX-License-Identifier: Apache-2.0 */
/* Sound into pipes: whole frames, readers that pause, go away or never come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "daemon/stream.h"

struct ends {
    struct loop *loop;
    struct stream *stream;
    int reader, ready, over;
    bool read;
};

static void on_ready(void *opaque)
{
    ((struct ends *)opaque)->ready++;
}

static void on_over(void *opaque, bool read)
{
    struct ends *ends = opaque;

    ends->over++;
    ends->read = read;
    ends->stream = stream_close(ends->stream);
}

static const struct stream_callbacks callbacks = {on_ready, on_over};

static void open_ends(struct ends *ends, enum stream_format format)
{
    int pipe_ends[2];

    signal(SIGPIPE, SIG_IGN);
    *ends = (struct ends){0};
    assert_int_equal(loop_new(&ends->loop), 0);
    assert_int_equal(pipe2(pipe_ends, O_CLOEXEC), 0);
    ends->reader = pipe_ends[0];
    assert_int_equal(stream_open(ends->loop, pipe_ends[1], format, &callbacks, ends, &ends->stream),
                     0);
}

static void close_ends(struct ends *ends)
{
    stream_close(ends->stream);
    loop_free(ends->loop);
    if (ends->reader >= 0)
        close(ends->reader);
}

static void turn(struct ends *ends)
{
    for (int i = 0; i < 3; i++)
        loop_turn(ends->loop, 0);
}

static uint32_t number(const unsigned char *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof value);
    return value;
}

static void test_layout(void **state)
{
    static const int16_t samples[] = {1, -2, 3};
    unsigned char bytes[256];
    struct ends ends;
    ssize_t n;

    open_ends(&ends, STREAM_SPIEL);
    stream_event(ends.stream, STREAM_WORD, 2, 5, NULL);
    stream_event(ends.stream, STREAM_MARK, 5, 5, "m1");
    assert_int_equal(stream_audio(ends.stream, samples, 3), 3);
    stream_finish(ends.stream);
    turn(&ends);
    assert_true(ends.over == 1 && ends.read);
    n = read(ends.reader, bytes, sizeof bytes);
    assert_int_equal(n, 4 + 14 + 16 + 5 + 6);
    assert_memory_equal(bytes, "0.01\2\1", 6);
    assert_true(number(bytes + 6) == 2 && number(bytes + 10) == 5 && number(bytes + 14) == 0);
    assert_memory_equal(bytes + 18, "\2\4", 2);
    assert_true(number(bytes + 28) == 2 && !memcmp(bytes + 32, "m1", 2));
    assert_true(bytes[34] == 1 && number(bytes + 35) == 6);
    assert_memory_equal(bytes + 39, samples, 6);
    assert_int_equal(read(ends.reader, bytes, 1), 0);
    close_ends(&ends);
}

/* A reader that pauses stops the stream; every frame arrives whole, in order, once it reads on. */
static void test_paused_reader(void **state)
{
    static int16_t samples[8192];
    unsigned char frame[STREAM_FRAME_SIZE];
    size_t given = 0, got = 0, total = 400000;
    struct ends ends;

    open_ends(&ends, STREAM_SPIEL);
    for (size_t n = 1; n; given += n)
        n = stream_audio(ends.stream, samples, 8192);
    assert_in_range(given, 16384, 65536); /* the pipe's 64 KiB and one frame */
    turn(&ends);
    assert_int_equal(ends.ready, 0);
    assert_int_equal(read(ends.reader, frame, 4), 4);
    while (got < total) {
        uint32_t size;
        assert_int_equal(read(ends.reader, frame, 5), 5);
        size = number(frame + 1);
        assert_true(frame[0] == 1 && size % 2 == 0 && size + 5 <= STREAM_FRAME_SIZE);
        assert_int_equal(read(ends.reader, frame, size), (int)size);
        got += size / 2;
        turn(&ends);
        if (given < total)
            given += stream_audio(ends.stream, samples, 8192);
    }
    assert_true(ends.ready > 0);
    close_ends(&ends);
}

static void test_reader_gone(void **state)
{
    static const int16_t samples[64];
    struct ends ends;

    open_ends(&ends, STREAM_RAW);
    assert_int_equal(stream_audio(ends.stream, samples, 64), 64);
    close(ends.reader);
    ends.reader = -1;
    turn(&ends);
    assert_true(ends.over == 1 && !ends.read);
    close_ends(&ends);
}

/* The same while the stream waits for room. */
static void test_paused_reader_gone(void **state)
{
    static int16_t samples[65536];
    struct ends ends;

    open_ends(&ends, STREAM_SPIEL);
    assert_true(stream_audio(ends.stream, samples, 65536) < 65536);
    stream_finish(ends.stream);
    close(ends.reader);
    ends.reader = -1;
    turn(&ends);
    assert_true(ends.over == 1 && !ends.read);
    close_ends(&ends);
}

static void test_events_are_bounded(void **state)
{
    static int16_t samples[65536];
    struct ends ends;

    open_ends(&ends, STREAM_SPIEL);
    stream_audio(ends.stream, samples, 65536);
    for (int i = 0; i < 200000; i++)
        stream_event(ends.stream, STREAM_MARK, 0, 0, "a mark");
    turn(&ends);
    assert_true(ends.over == 1 && !ends.read);
    close_ends(&ends);
}

static void test_refused(void **state)
{
    struct stream *stream = NULL;
    struct ends ends;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    open_ends(&ends, STREAM_RAW);
    assert_int_equal(stream_open(ends.loop, fd, STREAM_RAW, &callbacks, NULL, &stream), -EINVAL);
    assert_int_equal(stream_open(ends.loop, -1, STREAM_RAW, &callbacks, NULL, &stream), -EINVAL);
    assert_null(stream);
    close(fd);
    close_ends(&ends);
}

static void test_file(void **state)
{
    static int16_t samples[65536];
    char path[] = "/tmp/test-stream-XXXXXX";
    struct ends ends;
    int fd = mkstemp(path);

    open_ends(&ends, STREAM_RAW);
    stream_close(ends.stream);
    assert_int_equal(stream_open(ends.loop, dup(fd), STREAM_RAW, &callbacks, &ends, &ends.stream),
                     0);
    assert_int_equal(stream_audio(ends.stream, samples, 65536), 65536);
    stream_finish(ends.stream);
    turn(&ends);
    assert_true(ends.over == 1 && ends.read);
    assert_int_equal(lseek(fd, 0, SEEK_END), sizeof samples);
    close(fd);
    unlink(path);
    close_ends(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_paused_reader),
        cmocka_unit_test(test_reader_gone),
        cmocka_unit_test(test_paused_reader_gone),
        cmocka_unit_test(test_events_are_bounded),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
