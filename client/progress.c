/* SPDX-License-Identifier: Apache-2.0 */
#include "client/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

/* Nothing is drawn for what is over in this time, nor more often than this (seconds). */
#define PATIENCE 2.0
#define INTERVAL 0.25

void progress_start(struct progress *progress, bool wanted, unsigned sample_rate,
                    uint64_t text_size)
{
    *progress = (struct progress){
        .shown = wanted && isatty(STDERR_FILENO),
        .started = clock_seconds(CLOCK_MONOTONIC),
        .sample_rate = sample_rate ? sample_rate : 1,
        .text_size = text_size,
    };
    progress->drawn = progress->started + PATIENCE - INTERVAL;
}

double progress_seconds(const struct progress *progress)
{
    return progress->sample_rate ? (double)progress->samples / progress->sample_rate : 0;
}

static void draw(struct progress *progress, double time)
{
    double done =
        progress->text_size ? (double)progress->text_done / (double)progress->text_size : 0;
    double spent = time - progress->started;
    unsigned sound = (unsigned)progress_seconds(progress);

    fprintf(stderr, "\r%u:%02u of speech", sound / 60, sound % 60);
    if (done > 0 && done <= 1) {
        unsigned left = (unsigned)(spent * (1 - done) / done + 0.5);
        fprintf(stderr, ", %d %%, %u:%02u left", (int)(100 * done), left / 60, left % 60);
    }
    fputs("\033[K", stderr);
    progress->on_screen = true;
    progress->drawn = time;
}

void progress_block(struct progress *progress, const struct sori_block *block)
{
    double time;

    progress->samples += block->count;
    for (size_t i = 0; i < block->n_events; i++)
        progress->text_done = block->events[i].text_start;
    if (!progress->shown)
        return;
    time = clock_seconds(CLOCK_MONOTONIC);
    if (time - progress->drawn >= INTERVAL)
        draw(progress, time);
}

void progress_end(struct progress *progress)
{
    if (progress->on_screen)
        fputs("\r\033[K", stderr);
    progress->on_screen = false;
}
