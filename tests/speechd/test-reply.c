/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/limits.h"
#include "client/speechd/reply.h"

enum { RATE = 24000, ROOM = 1 << 20 };

struct server {
    struct reply reply;
    int fds[2];
    char *heard; /* all that was read, and a NUL */
    size_t n;
};

static int setup(void **state)
{
    struct server *server = calloc(1, sizeof *server);

    assert_non_null(server);
    server->heard = calloc(1, ROOM);
    assert_non_null(server->heard);
    assert_int_equal(pipe2(server->fds, O_NONBLOCK | O_CLOEXEC), 0);
    reply_init(&server->reply, server->fds[1]);
    *state = server;
    return 0;
}

static int teardown(void **state)
{
    struct server *server = *state;

    reply_clear(&server->reply);
    close(server->fds[0]);
    close(server->fds[1]);
    free(server->heard);
    free(server);
    return 0;
}

static void hear(struct server *server, size_t most)
{
    ssize_t n = read(server->fds[0], server->heard + server->n, most);

    assert_true(n > 0 || errno == EAGAIN);
    server->n += n > 0 ? (size_t)n : 0;
}

static void hear_all(struct server *server)
{
    while (reply_pending(&server->reply)) {
        reply_flush(&server->reply);
        assert_false(server->reply.failed);
        hear(server, ROOM - 1 - server->n);
    }
}

static void speak(struct server *server, size_t n)
{
    int16_t *samples = malloc(n * sizeof *samples);

    assert_non_null(samples);
    for (size_t i = 0; i < n; i++)
        samples[i] = (int16_t)(0x0a00 + i); /* bytes that have to be escaped, and that have not */
    reply_audio(&server->reply, RATE, samples, n);
    free(samples);
}

/* As the server parses it: messages, and of 705 ones how many samples they have. The string is
 * "705 705 702 " and so on. */
static size_t parse(const struct server *server, char *ret_messages)
{
    const char *at = server->heard, *end = server->heard + server->n;
    size_t total = 0, announced = 0;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        assert_non_null(newline);
        if (!strncmp(at, "705-num_samples=", 16))
            assert_int_equal(sscanf(at + 16, "%zu", &announced), 1);
        if (!strncmp(at, "705-AUDIO", 10)) {
            size_t bytes = 0;
            for (const char *byte = at + 10; byte < newline; byte++)
                bytes += *byte != 0x7d;
            assert_int_equal(bytes, 2 * announced);
            total += announced;
        }
        if (at[3] == ' ')
            ret_messages = (char *)mempcpy(ret_messages, at, 4);
        at = newline + 1;
    }
    *ret_messages = '\0';
    return total;
}

static void test_stop(void **state)
{
    struct server *server = *state;
    char messages[4096];
    size_t before;

    reply_line(&server->reply, "701 BEGIN");
    speak(server, 20000);
    reply_line(&server->reply, "700-mark");
    reply_line(&server->reply, "700 INDEX MARK");
    reply_line(&server->reply, "203 OK SETTINGS RECEIVED");
    speak(server, 3000);
    reply_flush(&server->reply);
    before = server->reply.end - server->reply.begin;
    assert_in_range(before, 40000, 60000); /* the pipe took little */
    reply_drop_speech(&server->reply);
    reply_line(&server->reply, "703 STOP");
    /* The rest of a block, and what is no speech. */
    assert_in_range(server->reply.end - server->reply.begin, 1, 5000);
    hear_all(server);
    assert_in_range(parse(server, messages), 1, 4096);
    assert_memory_equal(messages, "701 705 ", 8);
    assert_string_equal(messages + strlen(messages) - 12, "705 203 703 ");
}

/* A server that reads a byte at a time, and a stop at each of the places where that may be. */
static void test_everywhere(void **state)
{
    struct server *server = *state;
    char messages[4096];

    for (size_t read = 0; read < 7000; read += 13) {
        server->n = 0;
        reply_line(&server->reply, "701 BEGIN");
        speak(server, 2500);
        for (size_t at = 0; at < read; at += 13) {
            reply_flush(&server->reply);
            hear(server, 13);
        }
        reply_drop_speech(&server->reply);
        reply_line(&server->reply, "703 STOP");
        hear_all(server);
        hear(server, ROOM - 1 - server->n);
        parse(server, messages);
        assert_memory_equal(messages, "701 ", 4);
        assert_string_equal(messages + strlen(messages) - 4, "703 ");
    }
}

static void test_nothing_to_drop(void **state)
{
    struct server *server = *state;

    reply_drop_speech(&server->reply);
    assert_false(reply_pending(&server->reply));
    reply_line(&server->reply, "200 OK SPEAKING");
    reply_drop_speech(&server->reply);
    hear_all(server);
    assert_string_equal(server->heard, "200 OK SPEAKING\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_everywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_to_drop, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
