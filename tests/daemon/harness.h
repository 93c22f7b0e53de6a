/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harness.h: the daemon's own parts in one process with a client, real workers outside
 *
 * Everything between a front end and the sound is real: loop, queue, supervision, sori-worker,
 * plugins. The test plays the front end. Voices and a loudspeaker lie in tests/daemon/.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/config.h"
#include "daemon/loop.h"
#include "daemon/queue.h"
#include "daemon/voices.h"
#include "daemon/worker-link.h"

struct harness {
    struct loop *loop;
    struct config *config;
    struct voices *voices;
    struct queue *queue;
    struct client *client;
};

/* What was told of one request. */
struct seen {
    struct harness *harness;
    struct request *request; /* NULL after `finished` */
    unsigned started, finished, words, sentences;
    unsigned place; /* among all that have finished, from 1 */
    enum request_outcome outcome;
    char message[320];
    int16_t *samples; /* NULL: they are only counted */
    size_t n_samples, capacity;
    uint64_t hash;       /* FNV-1a of the samples */
    size_t refuse_after; /* samples; then no more are taken until it is changed; 0: all are */
    uint64_t last_position, started_ms, finished_ms;
    bool disordered; /* events not in order, or samples before their event */
    void (*on_audio)(struct seen *seen);
};

static inline void seen_started(void *opaque, struct request *request, unsigned sample_rate)
{
    struct seen *seen = opaque;

    seen->started++;
    seen->started_ms = clock_ms();
}

static inline size_t seen_audio(void *opaque, struct request *request, const int16_t *samples,
                                size_t count)
{
    struct seen *seen = opaque;

    if (seen->refuse_after && seen->n_samples + count > seen->refuse_after)
        count = seen->n_samples < seen->refuse_after ? seen->refuse_after - seen->n_samples : 0;
    for (size_t i = 0; i < count; i++)
        seen->hash = (seen->hash ^ (uint16_t)samples[i]) * UINT64_C(1099511628211);
    seen->n_samples += count;
    if (seen->on_audio)
        seen->on_audio(seen);
    return count;
}

static inline void seen_event(void *opaque, struct request *request,
                              const struct request_event *event)
{
    struct seen *seen = opaque;

    seen->words += event->type == REQUEST_EVENT_WORD;
    seen->sentences += event->type == REQUEST_EVENT_SENTENCE;
    if (event->position < seen->last_position)
        seen->disordered = true;
    if ((request_flags(request) & REQUEST_AUDIO) && event->position < seen->n_samples)
        seen->disordered = true;
    seen->last_position = event->position;
}

static inline void seen_finished(void *opaque, struct request *request,
                                 enum request_outcome outcome, const char *message)
{
    static unsigned places;
    struct seen *seen = opaque;

    seen->finished++;
    seen->place = ++places;
    seen->finished_ms = clock_ms();
    seen->outcome = outcome;
    snprintf(seen->message, sizeof seen->message, "%s", message ? message : "");
    seen->request = NULL;
}

static const struct request_events seen_events = {
    .started = seen_started, .audio = seen_audio, .event = seen_event, .finished = seen_finished};

/* Settings that tests want, then "section", "key", "value", ..., NULL. */
static inline int harness_open(struct harness *harness, const char *const *settings)
{
    static const char *const usual[] = {"speech",   "voice", "quick", "daemon",
                                        "watchdog", "20",    NULL};
    const char *const *lists[] = {usual, settings};

    *harness = (struct harness){0};
    assert_int_equal(loop_new(&harness->loop), 0);
    assert_int_equal(config_new(&harness->config), 0);
    for (int i = 0; i < 2; i++)
        for (const char *const *s = lists[i]; s && *s; s += 3)
            assert_int_equal(config_set(harness->config, config_find(s[0], s[1]), s[2]), 0);
    assert_int_equal(voices_new(harness->loop, &harness->voices), 0);
    assert_int_equal(queue_new(harness->loop, harness->config, harness->voices, &harness->queue),
                     0);
    assert_int_equal(client_new(harness->queue, "test", &harness->client), 0);
    return 0;
}

static inline void harness_close(struct harness *harness)
{
    queue_free(harness->queue);
    voices_free(harness->voices);
    config_free(harness->config);
    workers_wait(harness->loop);
    loop_free(harness->loop);
}

static inline int harness_submit(struct harness *harness, struct seen *seen,
                                 const struct request_options *options, const char *text)
{
    seen->harness = harness;
    seen->hash = UINT64_C(14695981039346656037);
    return queue_submit(harness->client, options, text, strlen(text), &seen_events, seen,
                        &seen->request);
}

/* Asks for audio. */
static inline void harness_render(struct harness *harness, struct seen *seen, const char *voice,
                                  const char *text)
{
    struct request_options options;

    request_options_init(&options);
    options.flags = REQUEST_AUDIO;
    options.voice = voice;
    assert_int_equal(harness_submit(harness, seen, &options, text), 0);
}

/* Turns the loop until *flag is set; a minute is forever. */
static inline bool harness_wait(struct harness *harness, const unsigned *flag)
{
    uint64_t end = clock_ms() + 60000;

    while (!*flag && clock_ms() < end)
        loop_turn(harness->loop, 1000);
    return *flag;
}

/* A fresh process group of descriptors and memory: /proc/self. */
static inline unsigned count_descriptors(void)
{
    unsigned n = 0;

    for (int fd = 0; fd < 1024; fd++) {
        char path[40], target[8];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        n += readlink(path, target, sizeof target) >= 0;
    }
    return n;
}

static inline unsigned long resident_kib(int pid)
{
    char path[40], line[128];
    unsigned long kib = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmRSS: %lu", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib;
}

#endif
