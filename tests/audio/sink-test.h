/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks as programs use them: opened by the plugin host, fed in blocks. For tests of one sink. */
#ifndef AUDIO_SINK_TEST_H
#define AUDIO_SINK_TEST_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "worker/error.h"
#include "worker/pipeline.h"

#include <cmocka.h> /* last: it has a macro fail() */

enum { RATE = 24000, BLOCK = 480 };

/* Opens the sink `plugin` with settings "key", "value", ..., NULL. */
static inline int open_sink(struct sink **ret_sink, const char *plugin, ...)
{
    const struct sori_format format = {
        .media = SORI_MEDIA_SAMPLES, .sample_rate = RATE, .channels = 1};
    struct stage_spec spec = {.role = (char *)"sink", .plugin = (char *)plugin};
    va_list settings;
    const char *key;

    va_start(settings, plugin);
    while ((key = va_arg(settings, const char *)))
        spec.settings[spec.n_settings++] =
            (struct sori_setting){.key = key, .value = va_arg(settings, const char *)};
    va_end(settings);
    return sink_open(&spec, &format, ret_sink);
}

/* Feeds `n` samples in blocks; the first error, or 0. */
static inline int feed(struct sink *sink, const float *samples, size_t n)
{
    int r = 0;

    for (size_t i = 0; r >= 0 && i < n; i += BLOCK) {
        struct sori_block block = {.media = SORI_MEDIA_SAMPLES,
                                   .data = samples + i,
                                   .count = n - i < BLOCK ? n - i : BLOCK};
        r = sink_write(sink, &block);
    }
    return r;
}

/* A tone of 440 Hz whose loudness rises and falls, so that every second differs from the next. */
static inline float *make_tone(size_t n)
{
    float *samples = malloc(n * sizeof *samples);

    assert_non_null(samples);
    for (size_t i = 0; i < n; i++)
        samples[i] = (float)((0.3 + 0.2 * sin(2 * M_PI * 0.3 * (double)i / RATE)) *
                             sin(2 * M_PI * 440 * (double)i / RATE));
    return samples;
}

static inline double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
