/* SPDX-License-Identifier: Apache-2.0 */
/* The ring and the timeline between two threads (also under ThreadSanitizer), and at their edges.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/random.h"
#include "portaudio/ring.h"
#include "portaudio/timeline.h"

#include <cmocka.h>

enum { N = 1 << 20, MAX_PIECE = 300 };

static void test_edges(void **state)
{
    float in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8] = {0};
    struct ring ring;

    assert_int_equal(ring_init(&ring, 5), 0);
    assert_int_equal(ring_room(&ring), 8);
    assert_int_equal(ring_fill(&ring), 0);
    assert_int_equal(ring_read(&ring, out, 8), 0);
    assert_int_equal(ring_write(&ring, in, 6), 6);
    assert_int_equal(ring_write(&ring, in, 6), 2);
    assert_int_equal(ring_write(&ring, in, 1), 0);
    assert_int_equal(ring_room(&ring), 0);
    assert_int_equal(ring_read(&ring, out, 3), 3);
    assert_int_equal(ring_write(&ring, in + 2, 3), 3); /* around the end */
    assert_int_equal(ring_read(&ring, out, 8), 8);
    assert_true(out[0] == 4 && out[3] == 1 && out[5] == 3 && out[7] == 5);
    assert_int_equal(ring_write(&ring, in, 4), 4);
    ring_discard(&ring);
    assert_int_equal(ring_fill(&ring), 0);
    assert_int_equal(ring_room(&ring), 8);
    ring_clear(&ring);
}

static void *produce(void *data)
{
    struct ring *ring = data;
    struct random_bits bits;
    float piece[MAX_PIECE];

    random_seed(&bits, 1);
    for (size_t at = 0; at < N;) {
        size_t n = random_next(&bits) % MAX_PIECE + 1, written;
        for (size_t i = 0; i < n; i++)
            piece[i] = (float)(at + i);
        if (n > N - at)
            n = N - at;
        written = ring_write(ring, piece, n);
        at += written;
        if (!written)
            sched_yield();
    }
    return NULL;
}

/* Every sample arrives once and in order, whatever the sizes of the pieces. */
static void test_two_threads(void **state)
{
    static const size_t sizes[] = {1, 64, 4096};

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct random_bits bits;
        struct ring ring;
        pthread_t thread;
        size_t wrong = 0;
        float piece[MAX_PIECE];
        random_seed(&bits, 2);
        assert_int_equal(ring_init(&ring, sizes[s]), 0);
        assert_int_equal(pthread_create(&thread, NULL, produce, &ring), 0);
        for (size_t at = 0; at < N;) {
            size_t n = ring_read(&ring, piece, random_next(&bits) % MAX_PIECE + 1);
            for (size_t i = 0; i < n; i++)
                wrong += piece[i] != (float)(at + i);
            at += n;
            if (!n)
                sched_yield();
        }
        pthread_join(thread, NULL);
        assert_int_equal(wrong, 0);
        assert_int_equal(ring_fill(&ring), 0);
        ring_clear(&ring);
    }
}

/* --- the timeline ----------------------------------------------------------------------------- */

static const int64_t MS = 1000000;

static void test_position(void **state)
{
    static struct timeline timeline;

    timeline_reset(&timeline, 1000);
    assert_int_equal(timeline_position(&timeline, 5 * MS), 0);
    assert_int_equal(timeline_end(&timeline), 0);
    timeline_note(&timeline, 0, 20, 100 * MS);
    timeline_note(&timeline, 20, 10, 120 * MS);
    timeline_note(&timeline, 30, 20, 200 * MS); /* after a gap */
    assert_int_equal(timeline_position(&timeline, 99 * MS), 0);
    assert_int_equal(timeline_position(&timeline, 110 * MS), 10);
    assert_int_equal(timeline_position(&timeline, 125 * MS), 25);
    assert_int_equal(timeline_position(&timeline, 199 * MS), 30);
    assert_int_equal(timeline_position(&timeline, 210 * MS), 40);
    assert_int_equal(timeline_position(&timeline, 900 * MS), 50);
    assert_int_equal(timeline_end(&timeline), 220 * MS);
}

static atomic_bool stop;

/* A callback every millisecond of a made-up clock: 10 samples each, sounding at once. */
static void *note(void *data)
{
    for (uint64_t i = 0; !atomic_load(&stop); i++)
        timeline_note(data, i * 10, 10, (int64_t)i * MS);
    return NULL;
}

/* Asked at any time, the position belongs to one note, never to halves of two. */
static void test_position_while_noted(void **state)
{
    static struct timeline timeline;
    pthread_t thread;
    uint64_t before = 0;

    timeline_reset(&timeline, 10000);
    atomic_store(&stop, false);
    assert_int_equal(pthread_create(&thread, NULL, note, &timeline), 0);
    for (size_t i = 0; i < 20000; i++) {
        uint64_t position = timeline_position(&timeline, INT64_MAX / 2);
        int64_t end = timeline_end(&timeline);
        assert_true(position >= before && position % 10 == 0);
        assert_true(end % MS == 0 && end >= (int64_t)(position / 10) * MS);
        before = position;
    }
    atomic_store(&stop, true);
    pthread_join(thread, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_position_while_noted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
