/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/delivery.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/limits.h"
#include "worker/error.h"

/* Of the sound before a capital letter: long enough to be heard, too short to be in the way. */
enum { ICON_MS = 40 };

void delivery_begin(struct delivery *delivery, unsigned sample_rate, double volume, bool icons,
                    int (*write)(void *opaque, const struct sori_block *block), void *opaque)
{
    delivery->write = write;
    delivery->opaque = opaque;
    delivery->sample_rate = sample_rate;
    delivery->volume = volume;
    delivery->icons = icons;
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
    return array_reserve(data, capacity, 0, n, size) < 0 ? fail(-ENOMEM, "out of memory") : 0;
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

/* --- capitals --------------------------------------------------------------------------------- */

static bool is_capital(const struct sori_event *event)
{
    return event->type == SORI_EVENT_MARK && event->name && !strcmp(event->name, "capital");
}

/* A blip of two tones, rising and short: it is heard before every capital letter of a text. */
static float blip(double t)
{
    const double length = ICON_MS / 1000.0, half = length / 2, turn = 2 * 3.14159265358979323846;
    /* the second tone goes on where the first one ends, else it would click */
    double cycles = 1320 * fmin(t, half) + 1760 * fmax(t - half, 0);

    return (float)(0.2 * (0.5 - 0.5 * cos(turn * t / length)) * sin(turn * cycles));
}

static int write_icon(struct delivery *delivery)
{
    size_t n = (size_t)delivery->sample_rate * ICON_MS / 1000;
    struct sori_block block = {.media = SORI_MEDIA_SAMPLES, .count = n};
    int r = reserve((void **)&delivery->samples, &delivery->capacity, n, sizeof(float));

    if (r < 0)
        return r;
    for (size_t i = 0; i < n; i++)
        delivery->samples[i] =
            limit(blip((double)i / delivery->sample_rate) * volume_now(delivery));
    block.data = delivery->samples;
    delivery->shift += n;
    return delivery->write(delivery->opaque, &block);
}

/* --- blocks ----------------------------------------------------------------------------------- */

static int write_part(struct delivery *delivery, const struct sori_block *block)
{
    struct sori_block out = *block;
    int r;

    r = move_events(delivery, &out);
    if (r >= 0)
        r = apply_volume(delivery, block->events, &out);
    delivery->position += block->count;
    return r < 0 ? r : delivery->write(delivery->opaque, &out);
}

/* Writes the samples and events up to event `i`, that of a capital, and its sound; leaves the rest
 * in *rest. */
static int write_to_capital(struct delivery *delivery, struct sori_block *rest, size_t i)
{
    struct sori_block part = *rest;
    uint64_t at = rest->events[i].position, begin = delivery->position;
    int r;

    part.flags = 0;
    part.n_events = i + 1;
    part.count = at <= begin ? 0 : at - begin < rest->count ? (size_t)(at - begin) : rest->count;
    rest->data = (const float *)rest->data + part.count;
    rest->count -= part.count;
    rest->events += part.n_events;
    rest->n_events -= part.n_events;
    r = write_part(delivery, &part);
    return r < 0 ? r : write_icon(delivery);
}

int delivery_block(struct delivery *delivery, const struct sori_block *block)
{
    struct sori_block rest = *block;
    int r = 0;

    if (block->media != SORI_MEDIA_SAMPLES)
        return delivery->write(delivery->opaque, block);
    for (size_t i = 0; delivery->icons && r >= 0 && i < rest.n_events;)
        if (is_capital(&rest.events[i])) {
            r = write_to_capital(delivery, &rest, i);
            i = 0;
        } else {
            i++;
        }
    if (r >= 0)
        r = write_part(delivery, &rest);
    if (r >= 0 && block->flags & SORI_BLOCK_UTTERANCE_END)
        r = write_silence(delivery);
    return r;
}

int delivery_end(struct delivery *delivery)
{
    return write_silence(delivery);
}
