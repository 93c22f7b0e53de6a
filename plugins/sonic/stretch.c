/* SPDX-License-Identifier: Apache-2.0 */
#include "sonic/stretch.h"

#include <errno.h>
#include <math.h>
#include <sonic.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"

/* Samples at a time where libsonic changes no durations and so looks not ahead. */
enum { DIRECT_PIECE = 256 };

/* Closer to 1 than this, libsonic might take a speed for 1, where it works differently. */
static const double NEAR_ONE = 0.001;

struct stretch {
    sonicStream sonic;
    unsigned sample_rate;
    double rate, pitch;
    bool direct;       /* durations stay (rate == pitch): only the rate of samples changes */
    bool neutral;      /* nothing changes */
    size_t look_ahead; /* samples that libsonic wants to see before each step */

    uint64_t in_base,
        out_base;          /* of the stream, when it last began afresh; the rest is from there */
    uint64_t put, padding; /* samples, and silence after them */
    uint64_t taken, made;  /* the last step's output begins at `made`, from input at `taken` */

    /* What the last step gave, until the next one tells what it took; then it is a segment. */
    float *last, *segment;
    size_t n_last, capacity;
    struct segment ready;
    bool is_ready;
};

DEFINE_CLEANUP(stretch, struct stretch *, stretch_close)

void stretch_close(struct stretch *stretch)
{
    if (!stretch)
        return;
    if (stretch->sonic)
        sonicDestroyStream(stretch->sonic);
    free(stretch->last);
    free(stretch->segment);
    free(stretch);
}

size_t stretch_max_segment(const struct stretch *stretch)
{
    return stretch->capacity;
}

/* --- set-up ----------------------------------------------------------------------------------- */

/* Empties libsonic, whose flush leaves output and the phase of its rate converter behind. */
static bool empty_sonic(struct stretch *stretch)
{
    if (!sonicFlushStream(stretch->sonic))
        return false;
    while (sonicReadFloatFromStream(stretch->sonic, stretch->last, (int)stretch->capacity) > 0)
        ;
    sonicSetRate(stretch->sonic, 1);
    sonicSetSpeed(stretch->sonic, (float)stretch->rate);
    return true;
}

/* Finds out how many samples the first step waits for. */
static bool measure_look_ahead(struct stretch *stretch)
{
    float silence = 0;

    while (!sonicSamplesAvailable(stretch->sonic))
        if (!sonicWriteFloatToStream(stretch->sonic, &silence, 1) ||
            ++stretch->look_ahead > stretch->capacity)
            return false;
    return true;
}

/* More silence at once than any step ever takes and gives, so that no buffer grows again. */
static bool grow_buffers(struct stretch *stretch)
{
    size_t n = (size_t)((double)stretch->capacity * fmax(1, stretch->rate));
    _cleanup_free_ float *silence = calloc(n, sizeof *silence);

    return silence && sonicWriteFloatToStream(stretch->sonic, silence, (int)n);
}

static int prepare(struct stretch *stretch)
{
    /* stretch_set() may ask for any of them later */
    const float pitches[] = {(float)PITCH_MIN, (float)PITCH_MAX, (float)stretch->pitch};

    /* A step takes or gives two of the longest periods, at half the pitch twice as many. */
    stretch->capacity = (size_t)8 * 2 * (stretch->sample_rate / SONIC_MIN_PITCH) + DIRECT_PIECE;
    stretch->last = calloc(stretch->capacity, sizeof(float));
    stretch->segment = calloc(stretch->capacity, sizeof(float));
    stretch->sonic = sonicCreateStream((int)stretch->sample_rate, 1);
    if (!stretch->last || !stretch->segment || !stretch->sonic)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof pitches / sizeof *pitches; i++) {
        sonicSetPitch(stretch->sonic, pitches[i]);
        sonicSetSpeed(stretch->sonic, (float)stretch->rate);
        if (!grow_buffers(stretch) || !empty_sonic(stretch))
            return -ENOMEM;
    }
    if (!stretch->direct && !measure_look_ahead(stretch))
        return -ENOMEM;
    return empty_sonic(stretch) ? 0 : -ENOMEM;
}

static void set_factors(struct stretch *stretch, double rate, double pitch)
{
    stretch->pitch = pitch;
    stretch->direct = fabs(rate / pitch - 1) < NEAR_ONE;
    stretch->rate = stretch->direct ? pitch : rate;
    stretch->neutral = stretch->direct && pitch == 1;
}

void stretch_set(struct stretch *stretch, double rate, double pitch)
{
    set_factors(stretch, rate, pitch);
    sonicSetPitch(stretch->sonic, (float)pitch);
    empty_sonic(stretch);
    if (stretch->direct)
        return;
    stretch->look_ahead = 0;
    measure_look_ahead(stretch);
    empty_sonic(stretch);
}

int stretch_open(unsigned sample_rate, double rate, double pitch, struct stretch **ret_stretch)
{
    _cleanup_(cleanup_stretch) struct stretch *stretch = calloc(1, sizeof *stretch);
    int r;

    if (!stretch)
        return -ENOMEM;
    stretch->sample_rate = sample_rate;
    set_factors(stretch, rate, pitch);
    r = prepare(stretch);
    if (r < 0)
        return r;
    *ret_stretch = steal(stretch);
    return 0;
}

/* --- steps ------------------------------------------------------------------------------------ */

/* A tenth of a second makes up for what the output is ahead or behind. */
static void correct_speed(struct stretch *stretch)
{
    double ahead = (double)stretch->made - (double)stretch->taken / stretch->rate;
    double correction = 1 + ahead / (0.1 * stretch->sample_rate);
    double speed = stretch->rate / stretch->pitch * fmin(fmax(correction, 0.8), 1.25);

    if (stretch->rate > stretch->pitch)
        speed = fmax(speed, 1 + NEAR_ONE / 2);
    else
        speed = fmin(speed, 1 - NEAR_ONE / 2);
    sonicSetSpeed(stretch->sonic, (float)(speed * stretch->pitch));
}

/* What the last step gave is a segment: its input ends at `taken`, which is known now. */
static void close_segment(struct stretch *stretch, uint64_t taken)
{
    float *samples = stretch->last;

    stretch->last = stretch->segment;
    stretch->segment = samples;
    stretch->ready = (struct segment){
        .samples = samples,
        .n = stretch->n_last,
        .in_start = stretch->in_base + stretch->taken,
        .in_end = stretch->in_base + taken,
        .out_start = stretch->out_base + stretch->made,
    };
    stretch->is_ready = stretch->n_last > 0;
    stretch->taken = taken;
    stretch->made += stretch->n_last;
    stretch->n_last = 0;
}

static void step(struct stretch *stretch, const float *samples, size_t n)
{
    uint64_t total = stretch->put + stretch->padding;

    /* It takes the memory as writable, but only reads it; it fails only when it cannot allocate. */
    sonicWriteFloatToStream(stretch->sonic, (float *)samples, (int)n);
    if (!sonicSamplesAvailable(stretch->sonic))
        return;
    if (!stretch->direct && total > stretch->look_ahead) {
        close_segment(stretch, total - stretch->look_ahead);
        correct_speed(stretch);
    }
    stretch->n_last =
        (size_t)sonicReadFloatFromStream(stretch->sonic, stretch->last, (int)stretch->capacity);
    if (stretch->direct)
        close_segment(stretch, total);
}

/* libsonic computes with 16 bits that wrap. */
static float clamp(float x)
{
    return x >= -1 && x <= 1 ? x : isnan(x) ? 0 : copysignf(1, x);
}

size_t stretch_put(struct stretch *stretch, const float *samples, size_t n)
{
    float piece[DIRECT_PIECE];

    n = !stretch->direct ? 1 : n < DIRECT_PIECE ? n : DIRECT_PIECE;
    if (stretch->neutral) {
        memcpy(stretch->last, samples, n * sizeof *samples);
        stretch->n_last = n;
        stretch->put += n;
        close_segment(stretch, stretch->put);
        return n;
    }
    for (size_t i = 0; i < n; i++)
        piece[i] = clamp(samples[i]);
    stretch->put += n;
    step(stretch, piece, n);
    return n;
}

static void begin_afresh(struct stretch *stretch)
{
    empty_sonic(stretch);
    stretch->in_base += stretch->put;
    stretch->out_base += stretch->made;
    stretch->put = stretch->padding = stretch->taken = stretch->made = 0;
    stretch->n_last = 0;
}

bool stretch_flush(struct stretch *stretch)
{
    const float silence = 0;

    stretch->is_ready = false;
    if (stretch->taken >= stretch->put) {
        begin_afresh(stretch);
        return false;
    }
    while (!stretch->is_ready && stretch->taken < stretch->put) {
        stretch->padding++;
        step(stretch, &silence, 1);
    }
    /* The last one ends where the samples did. */
    if (stretch->is_ready && stretch->taken > stretch->put) {
        uint64_t end = stretch->in_base + stretch->put;
        size_t n = (size_t)(segment_map(&stretch->ready, end) - stretch->ready.out_start);
        stretch->made -= stretch->ready.n - n;
        stretch->ready.n = n;
        stretch->ready.in_end = end;
    }
    return true;
}

bool stretch_get(struct stretch *stretch, struct segment *ret_segment)
{
    if (!stretch->is_ready)
        return false;
    stretch->is_ready = false;
    *ret_segment = stretch->ready;
    return true;
}

uint64_t segment_map(const struct segment *segment, uint64_t position)
{
    double length = (double)(segment->in_end - segment->in_start);
    double inside = (double)(position - segment->in_start);

    if (position <= segment->in_start || length <= 0)
        return segment->out_start;
    return segment->out_start + (uint64_t)(fmin(inside / length, 1) * (double)segment->n);
}
