/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight clients at once, each with a long text to be given back as sound: all are served, with the
 * share of the voice's time that their priorities give them.
 */
#include "daemon/harness.h"

#include "base/limits.h"

enum { CLIENTS = 8, LETTERS = 1500 };

static const enum priority priorities[CLIENTS] = {
    PRIORITY_PROGRESS, PRIORITY_NOTIFICATION, PRIORITY_TEXT,         PRIORITY_MESSAGE,
    PRIORITY_MESSAGE,  PRIORITY_IMPORTANT,    PRIORITY_NOTIFICATION, PRIORITY_IMPORTANT};
static const unsigned weights[] = {[PRIORITY_IMPORTANT] = 16,
                                   [PRIORITY_MESSAGE] = 8,
                                   [PRIORITY_TEXT] = 8,
                                   [PRIORITY_NOTIFICATION] = 4,
                                   [PRIORITY_PROGRESS] = 2};

static void make_text(char *text, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++)
        text[i] = i % 50 == 49 ? '.' : i % 50 == 0 || i % 7 == 6 ? ' ' : 'a';
    text[size - 1] = 0;
}

/* All at once: what has come of each when the first one is complete. */
static void run(struct harness *h, struct seen seen[static CLIENTS], size_t came[static CLIENTS])
{
    static char text[LETTERS];
    struct client *clients[CLIENTS], *ours = h->client;
    bool first = true;
    unsigned ended = 0;

    make_text(text, sizeof text);
    for (size_t i = 0; i < CLIENTS; i++) {
        struct request_options options;
        request_options_init(&options);
        options.voice = "steady";
        options.flags = REQUEST_AUDIO;
        options.priority = priorities[i];
        assert_int_equal(client_new(h->queue, "one of eight", &clients[i]), 0);
        h->client = clients[i];
        assert_int_equal(harness_submit(h, &seen[i], &options, text), 0);
    }
    h->client = ours;
    for (uint64_t end = clock_ms() + 120000; ended < CLIENTS && clock_ms() < end;) {
        loop_turn(h->loop, 1000);
        ended = 0;
        for (size_t i = 0; i < CLIENTS; i++)
            ended += seen[i].finished;
        for (size_t i = 0; first && ended && i < CLIENTS; i++)
            came[i] = seen[i].n_samples;
        first = first && !ended;
    }
    for (size_t i = 0; i < CLIENTS; i++)
        client_close(clients[i], false);
}

static void shares(void **state)
{
    struct seen warm = {0}, seen[CLIENTS] = {0};
    size_t came[CLIENTS] = {0}, all = 0;
    double least = 1e9, most = 0;
    unsigned total = 0;
    struct harness h;

    harness_open(&h, NULL);
    harness_render(&h, &warm, "steady", "warm");
    assert_true(harness_wait(&h, &warm.finished));
    run(&h, seen, came);
    for (size_t i = 0; i < CLIENTS; i++) {
        assert_int_equal(seen[i].outcome, REQUEST_DONE);
        assert_int_equal(seen[i].n_samples, seen[0].n_samples);
        assert_true(seen[i].hash == seen[0].hash);
        all += came[i];
        total += weights[priorities[i]];
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        double share = (double)came[i] / (double)all * total / weights[priorities[i]];
        least = share < least ? share : least;
        most = share > most ? share : most;
    }
    print_message(
        "# FIGURE 8 clients at once: all served; shares of the voice by priority, of what "
        "they shall be: from %.2f to %.2f\n",
        least, most);
    /* Whoever is first has been given up to what is under way; a starved one would have nothing. */
    assert_true(least > 0.15 && most < 4);
    for (size_t i = 0; i < CLIENTS; i++)
        for (size_t j = 0; j < CLIENTS; j++)
            if (weights[priorities[i]] >= 4 * weights[priorities[j]])
                assert_true(seen[i].place < seen[j].place);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shares)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
