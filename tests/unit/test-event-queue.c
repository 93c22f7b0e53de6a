/* SPDX-License-Identifier: Apache-2.0 */
/* Events that wait: their order, their names, their positions, and memory that runs out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/event-queue.h"

static int fails_in; /* reallocations until the one that fails; 0: none */

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
    return fails_in && !--fails_in ? NULL : __real_realloc(old, size);
}

static void add_all(struct event_queue *queue, const struct sori_event *events, size_t n)
{
    const struct sori_block block = {.events = events, .n_events = n};

    assert_int_equal(event_queue_reserve(queue, &block), 0);
    for (size_t i = 0; i < n; i++)
        event_queue_add(queue, &events[i], 10 * events[i].position);
}

static void test_give(void **state)
{
    char name[] = "one";
    const struct sori_event events[] = {{.type = SORI_EVENT_WORD, .position = 1},
                                        {.type = SORI_EVENT_MARK, .position = 2, .name = name},
                                        {.type = SORI_EVENT_MARK, .position = 3, .name = "two"}};
    struct event_queue queue = {0};
    struct sori_block block = {0};

    add_all(&queue, events, 3);
    memset(name, 'x', 3); /* the block is its owner's again */
    event_queue_give(&queue, 10, false, &block);
    assert_int_equal(block.n_events, 0);
    event_queue_give(&queue, 21, false, &block);
    assert_int_equal(block.n_events, 2);
    assert_int_equal(block.events[0].position, 10);
    assert_null(block.events[0].name);
    assert_string_equal(block.events[1].name, "one");
    event_queue_given(&queue);
    assert_int_equal(queue.n, 1);
    event_queue_give(&queue, 0, true, &block);
    assert_int_equal(block.n_events, 1);
    assert_string_equal(block.events[0].name, "two");
    event_queue_given(&queue);
    event_queue_given(&queue);
    assert_int_equal(queue.n, 0);
    event_queue_clear(&queue);
}

/* Names stay right while the queue grows, and its memory does not grow for ever. */
static void test_names(void **state)
{
    struct event_queue queue = {0};
    char name[16];
    size_t most = 0;

    for (unsigned round = 0; round < 1000; round++) {
        const struct sori_event event = {.type = SORI_EVENT_MARK, .position = round, .name = name};
        snprintf(name, sizeof name, "mark %u", round);
        add_all(&queue, &event, 1);
        add_all(&queue, &event, 1);
        snprintf(name, sizeof name, "mark %u", round);
        assert_string_equal(event_queue_at(&queue, queue.n - 1)->name, name);
        if (round % 10 == 9)
            event_queue_drop(&queue, queue.n);
        most = queue.names_capacity > most ? queue.names_capacity : most;
    }
    assert_in_range(most, 1, 20 * sizeof name);
    event_queue_clear(&queue);
}

static unsigned number_of(const char *name)
{
    unsigned number;

    assert_int_equal(sscanf(name, "mark %u", &number), 1);
    return number;
}

/* One event always waits: the names of those that went are forgotten all the same. */
static void test_never_empty(void **state)
{
    const struct sori_event unnamed = {.type = SORI_EVENT_WORD};
    struct event_queue queue = {0};
    char name[16];

    for (unsigned round = 0; round < 1000; round++) {
        const struct sori_event event = {.type = SORI_EVENT_MARK, .position = round, .name = name};
        struct sori_block block = {0};
        snprintf(name, sizeof name, "mark %u", round);
        add_all(&queue, &event, 1);
        if (round % 3 == 0)
            add_all(&queue, &unnamed, 1);
        event_queue_give_first(&queue, queue.n - 1 - !(round % 3), &block);
        for (size_t i = 0; i < block.n_events; i++)
            if (block.events[i].name)
                assert_int_equal(number_of(block.events[i].name), block.events[i].position / 10);
        event_queue_given(&queue);
    }
    assert_in_range(queue.names_capacity, 1, 8 * sizeof name);
    event_queue_clear(&queue);
}

static void test_no_memory(void **state)
{
    const struct sori_event event = {.type = SORI_EVENT_MARK, .position = 1, .name = "kept"};
    const struct sori_event many[8] = {{.name = "a longer name than the one before"}};
    const struct sori_block block = {.events = many, .n_events = 8};
    struct event_queue queue = {0};

    add_all(&queue, &event, 1);
    /* What grew before the failure has grown: the next round fails at what comes behind it. */
    for (int round = 0; round < 3; round++) {
        fails_in = round ? 2 : 1;
        assert_int_equal(event_queue_reserve(&queue, &block), -ENOMEM);
        assert_int_equal(queue.n, 1);
        assert_string_equal(event_queue_at(&queue, 0)->name, "kept");
    }
    fails_in = 0;
    assert_int_equal(event_queue_reserve(&queue, &block), 0);
    event_queue_clear(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_give),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_never_empty),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
