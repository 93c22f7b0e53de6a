/* SPDX-License-Identifier: Apache-2.0 */
/* Wyoming's framing: events cut at every byte, each limit from both sides, noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/random.h"
#include "daemon/wyoming-event.h"

/* Reads all of `bytes` in pieces of `piece`; the number of events, or the error. */
static int read_all(const char *bytes, size_t size, size_t piece, struct wyoming_event *ret_last)
{
    struct wyoming_reader reader = {0};
    struct wyoming_event event = {0};
    int n = 0, r = 0;

    for (size_t at = 0; at < size && r >= 0;) {
        size_t taken = 0, end = size - at < piece ? size - at : piece;
        for (size_t from = 0; from < end && r >= 0; from += taken) {
            r = wyoming_read(&reader, bytes + at + from, end - from, &taken, &event);
            if (r == 1) {
                n++;
                wyoming_event_clear(ret_last);
                *ret_last = event;
            } else if (r == 0) {
                assert_int_equal(taken, end - from);
            }
        }
        at += end;
    }
    wyoming_reader_clear(&reader);
    return r < 0 ? r : n;
}

static void test_pieces(void **state)
{
    static const char bytes[] = "{\"type\":\"a\",\"data\":{\"text\":\"in\",\"more\":1}}\n"
                                "{\"type\":\"b\",\"data_length\":2,\"payload_length\":3}\n{}\n\n\n"
                                "{\"type\":\"c\",\"data\":{\"text\":\"in\",\"more\":1},"
                                "\"data_length\":14,\"payload_length\":0}\n{\"text\":\"out\"}";
    struct wyoming_event last = {0};

    for (size_t piece = 1; piece <= sizeof bytes - 1; piece++) {
        assert_int_equal(read_all(bytes, sizeof bytes - 1, piece, &last), 3);
        assert_string_equal(last.type, "c");
        assert_string_equal(wyoming_text(last.data, "text", NULL), "out");
        assert_int_equal(json_integer_value(json_object_get(last.data, "more")), 1);
        wyoming_event_clear(&last);
    }
}

static void test_round_trip(void **state)
{
    struct wyoming_event event = {0};
    struct bytes bytes = {0};

    assert_int_equal(wyoming_write(&bytes, "ping", json_pack("{s:s}", "text", "\"ü\n"), "abc", 3),
                     0);
    assert_int_equal(wyoming_write(&bytes, "bare", NULL, NULL, 0), 0);
    assert_int_equal(read_all(bytes_first(&bytes), bytes.size, 7, &event), 2);
    assert_string_equal(event.type, "bare");
    assert_int_equal(json_object_size(event.data), 0);
    wyoming_event_clear(&event);
    bytes_clear(&bytes);
}

static void test_limits(void **state)
{
    char *line = malloc(WYOMING_MAX_LINE + 2);
    struct wyoming_event event = {0};
    int n = snprintf(line, WYOMING_MAX_LINE, "{\"type\":\"x\",\"y\":\"");

    memset(line + n, 'y', WYOMING_MAX_LINE + 1 - (size_t)n);
    memcpy(line + WYOMING_MAX_LINE - 2, "\"}\n", 3);
    assert_int_equal(read_all(line, WYOMING_MAX_LINE + 1, 4096, &event), 1);
    memcpy(line + WYOMING_MAX_LINE - 2, "y\"}\n", 4);
    wyoming_event_clear(&event);
    assert_int_equal(read_all(line, WYOMING_MAX_LINE + 2, 4096, &event), -EMSGSIZE);
    wyoming_event_clear(&event);
    free(line);
}

static void test_output_is_bounded(void **state)
{
    struct bytes bytes = {0};
    static char payload[1 << 20];
    size_t before;

    for (int i = 0; i < 3; i++)
        assert_int_equal(wyoming_write(&bytes, "x", NULL, payload, sizeof payload), 0);
    before = bytes.size;
    assert_int_equal(wyoming_write(&bytes, "x", NULL, payload, sizeof payload), -ENOBUFS);
    assert_int_equal(bytes.size, before);
    bytes_clear(&bytes);
}

/* A valid stream with a few bytes changed: any answer will do, as long as it is one. */
static void test_noise(void **state)
{
    static const char good[] = "{\"type\":\"synthesize\",\"data_length\":16,\"payload_length\":4}\n"
                               "{\"text\": \"hello\"}abcd{\"type\":\"describe\"}\n";
    struct random_bits bits;

    random_seed(&bits, 7);
    for (int i = 0; i < 20000; i++) {
        struct wyoming_event event = {0};
        char bytes[sizeof good];
        memcpy(bytes, good, sizeof good);
        for (int k = 0; k < 3; k++)
            bytes[random_next(&bits) % (sizeof good - 1)] = (char)random_next(&bits);
        read_all(bytes, sizeof good - 1, 1 + random_next(&bits) % 64, &event);
        wyoming_event_clear(&event);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_output_is_bounded),
        cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
