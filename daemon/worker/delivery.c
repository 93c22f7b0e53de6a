/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/delivery.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "worker/error.h"

void delivery_begin(struct delivery *delivery, unsigned sample_rate, double volume,
                    int (*write)(void *opaque, const struct sori_block *block), void *opaque)
{
    delivery->write = write;
    delivery->opaque = opaque;
    delivery->sample_rate = sample_rate;
    delivery->volume = volume;
    delivery->prosody = 1;
    delivery->position = delivery->shift = delivery->pause_ms = 0;
}

void delivery_clear(struct delivery *delivery)
{
    free(delivery->samples);
    free(delivery->events);
    *delivery = (struct delivery){0};
}

/* --- silence ---------------------------------------------------------------------------------- */

static int write_silence(struct delivery *delivery)
{
    static const float silence[1024];
    uint64_t left = delivery->pause_ms * delivery->sample_rate / 1000;

    delivery->pause_ms = 0;
    while (left) {
        struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .data = silence};
        size_t most = sizeof silence / sizeof *silence;
        int r;

        block.count = left < most ? (size_t)left : most;
        left -= block.count;
        delivery->shift += block.count;
        r = delivery->write(delivery->opaque, &block);
        if (r < 0)
            return r;
    }
    return 0;
}

/* --- events ----------------------------------------------------------------------------------- */

static int reserve(void **data, size_t *capacity, size_t n, size_t size)
{
    void *grown;

    if (n <= *capacity)
        return 0;
    grown = reallocarray(*data, n, size);
    if (!grown)
        return fail(-ENOMEM, "out of memory");
    *data = grown;
    *capacity = n;
    return 0;
}

/* Copies the events to where they lie behind the silence. */
static int move_events(struct delivery *delivery, struct sori_block *block)
{
    int r = 0;

    for (size_t i = 0; i < block->n_events; i++)
        if (block->events[i].type == SORI_EVENT_PAUSE)
            delivery->pause_ms += block->events[i].pause_ms;
    if (!delivery->shift || !block->n_events)
        return 0;
    r = reserve((void **)&delivery->events, &delivery->events_capacity, block->n_events,
                sizeof *delivery->events);
    if (r < 0)
        return r;
    for (size_t i = 0; i < block->n_events; i++) {
        delivery->events[i] = block->events[i];
        delivery->events[i].position += delivery->shift;
    }
    block->events = delivery->events;
    return 0;
}

/* --- volume ----------------------------------------------------------------------------------- */

/*
 * Above 0.8 of full scale samples are bent towards it (tanh), so that a loud voice neither clips
 * nor wraps; below, they are only multiplied.
 */
static float limit(float x)
{
    const float knee = 0.8f, rest = 1 - knee;
    float magnitude = fabsf(x);

    return magnitude <= knee ? x : copysignf(knee + rest * tanhf((magnitude - knee) / rest), x);
}

static float volume_now(const struct delivery *delivery)
{
    return (float)fmin(delivery->volume * (double)delivery->prosody, VOLUME_MAX);
}

static void multiply(const struct delivery *delivery, const float *samples, size_t from, size_t to)
{
    float volume = volume_now(delivery);

    for (size_t i = from; i < to; i++)
        delivery->samples[i] = volume == 1 ? samples[i] : limit(samples[i] * volume);
}

static bool has_prosody(const struct sori_block *block)
{
    for (size_t i = 0; i < block->n_events; i++)
        if (block->events[i].type == SORI_EVENT_PROSODY)
            return true;
    return false;
}

/* `events` are those of the chain, not moved. */
static int apply_volume(struct delivery *delivery, const struct sori_event *events,
                        struct sori_block *block)
{
    const float *samples = block->data;
    size_t at = 0;
    int r;

    if (volume_now(delivery) == 1 && !has_prosody(block))
        return 0;
    r = reserve((void **)&delivery->samples, &delivery->capacity, block->count, sizeof(float));
    if (r < 0)
        return r;
    for (size_t i = 0; i < block->n_events; i++) {
        uint64_t to = events[i].position;
        if (events[i].type != SORI_EVENT_PROSODY)
            continue;
        to = to < delivery->position ? 0 : to - delivery->position;
        to = to > block->count ? block->count : to;
        multiply(delivery, samples, at, to > at ? (size_t)to : at);
        at = to > at ? (size_t)to : at;
        delivery->prosody = events[i].prosody.volume;
    }
    multiply(delivery, samples, at, block->count);
    block->data = delivery->samples;
    return 0;
}

/* --- blocks ----------------------------------------------------------------------------------- */

int delivery_block(struct delivery *delivery, const struct sori_block *block)
{
    struct sori_block out = *block;
    int r;

    if (block->media != SORI_MEDIA_SAMPLES)
        return delivery->write(delivery->opaque, block);
    r = move_events(delivery, &out);
    if (r >= 0)
        r = apply_volume(delivery, block->events, &out);
    delivery->position += block->count;
    if (r >= 0)
        r = delivery->write(delivery->opaque, &out);
    if (r >= 0 && block->flags & SORI_BLOCK_UTTERANCE_END)
        r = write_silence(delivery);
    return r;
}

int delivery_end(struct delivery *delivery)
{
    return write_silence(delivery);
}
