/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wavenet/lowpass.h"
#include "wavenet/pitch.h"

#define DECIMATED_RATE 8000u
#define LOWEST 80u   /* Hz */
#define HIGHEST 250u /* Hz */
#define CUTOFF 1000.0
#define REACH 16u /* of the low-pass, decimated samples */
#define HOPS 160u /* a second */
#define WINDOWS 50u
#define JUMP 2.0f
#define LONGER 0.02f
#define FLOOR 1e-6 /* mean square: below it nothing is periodic */

struct pitch {
    size_t decimate, hop; /* hop: in decimated samples, as all that follows */
    size_t shortest, lags, window, reach;
    float *lowpass;     /* [2 REACH decimate + 1] */
    float *octaves;     /* [lags]: log2 of lag / shortest */
    float *cost, *like; /* [lags]: D and c */
    float *y;           /* [2 reach + 1], the hop in the middle */
    double *energy;     /* [2 reach + 2]: of all before */
    float memory[];
};

DEFINE_CLEANUP(pitch, struct pitch *, pitch_free)

static size_t filter_half(const struct pitch *pitch)
{
    return REACH * pitch->decimate;
}

int pitch_new(uint32_t sample_rate, struct pitch **ret_pitch)
{
    size_t decimate = sample_rate / DECIMATED_RATE, rate = decimate ? sample_rate / decimate : 0;
    size_t shortest = rate / HIGHEST, lags = rate / LOWEST - shortest + 1;
    size_t window = rate / WINDOWS / 8 * 8, reach = (window + shortest + lags) / 2 + 1;
    size_t taps = 2 * REACH * decimate + 1, width = 2 * reach + 1;
    _cleanup_(cleanup_pitch) struct pitch *pitch = NULL;

    if (!decimate)
        return -EINVAL;
    pitch = calloc(1, sizeof *pitch + (taps + 3 * lags + width) * sizeof(float));
    if (!pitch)
        return -ENOMEM;
    pitch->decimate = decimate;
    pitch->hop = rate / HOPS;
    pitch->shortest = shortest;
    pitch->lags = lags;
    pitch->window = window;
    pitch->reach = reach;
    pitch->lowpass = pitch->memory;
    pitch->octaves = pitch->lowpass + taps;
    pitch->cost = pitch->octaves + lags;
    pitch->like = pitch->cost + lags;
    pitch->y = pitch->like + lags;
    pitch->energy = calloc(width + 1, sizeof *pitch->energy);
    if (!pitch->energy)
        return -ENOMEM;
    lowpass_taps(CUTOFF / sample_rate, filter_half(pitch), pitch->lowpass);
    for (size_t l = 0; l < lags; l++)
        pitch->octaves[l] = log2f((float)(shortest + l) / (float)shortest);
    *ret_pitch = steal(pitch);
    return 0;
}

struct pitch *pitch_free(struct pitch *pitch)
{
    if (pitch) {
        free(pitch->energy);
        free(pitch);
    }
    return NULL;
}

void pitch_begin(struct pitch *pitch)
{
    memset(pitch->cost, 0, pitch->lags * sizeof *pitch->cost);
    memset(pitch->y, 0, (2 * pitch->reach + 1) * sizeof *pitch->y);
}

size_t pitch_hop(const struct pitch *pitch)
{
    return pitch->hop * pitch->decimate;
}

size_t pitch_ahead(const struct pitch *pitch)
{
    return pitch->reach * pitch->decimate + filter_half(pitch);
}

size_t pitch_longest(const struct pitch *pitch)
{
    return (pitch->shortest + pitch->lags) * pitch->decimate;
}

/* Moves the window of decimated samples one hop on. */
static void take_samples(struct pitch *pitch, const float *x)
{
    size_t width = 2 * pitch->reach + 1, hop = pitch->hop;
    const float *middle = x + (pitch->reach - hop + 1) * pitch->decimate;

    memmove(pitch->y, pitch->y + hop, (width - hop) * sizeof *pitch->y);
    for (size_t i = 0; i < hop; i++, middle += pitch->decimate)
        pitch->y[width - hop + i] = lowpass_at(pitch->lowpass, filter_half(pitch), middle);
    for (size_t i = 0; i < width; i++)
        pitch->energy[i + 1] = pitch->energy[i] + (double)pitch->y[i] * pitch->y[i];
}

/* n is a multiple of eight; eight sums, so that they need not be added in sequence. */
static float dot(const float *a, const float *b, size_t n)
{
    float sums[8] = {0}, sum = 0;

    for (size_t i = 0; i < n; i += 8)
        for (size_t k = 0; k < 8; k++)
            sums[k] += a[i + k] * b[i + k];
    for (size_t k = 0; k < 8; k++)
        sum += sums[k];
    return sum;
}

static void correlate(struct pitch *pitch)
{
    size_t window = pitch->window;
    double floor = FLOOR * (double)window;

    for (size_t l = 0; l < pitch->lags; l++) {
        size_t lag = pitch->shortest + l, first = pitch->reach - (window + lag) / 2;
        size_t second = first + lag;
        double e1 = pitch->energy[first + window] - pitch->energy[first];
        double e2 = pitch->energy[second + window] - pitch->energy[second];
        float both = dot(pitch->y + first, pitch->y + second, window);
        pitch->like[l] = (float)(both / sqrt(e1 * e2 + floor * floor));
    }
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

/* The path's costs one hop on. A jump costs as much as its parts: two sweeps find the cheapest. */
static size_t follow(struct pitch *pitch)
{
    float *cost = pitch->cost, least;
    size_t best = 0, n = pitch->lags;

    for (size_t l = 1; l < n; l++)
        cost[l] =
            smaller(cost[l], cost[l - 1] + JUMP * (pitch->octaves[l] - pitch->octaves[l - 1]));
    for (size_t l = n - 1; l-- > 0;)
        cost[l] =
            smaller(cost[l], cost[l + 1] + JUMP * (pitch->octaves[l + 1] - pitch->octaves[l]));
    for (size_t l = 0; l < n; l++) {
        cost[l] += LONGER * pitch->octaves[l] - pitch->like[l];
        if (cost[l] < cost[best])
            best = l;
    }
    least = cost[best]; /* taken off, or the sums would grow without end */
    for (size_t l = 0; l < n; l++)
        cost[l] -= least;
    return best;
}

/* How far from `best` the maximum of the parabola lies, -0.5..0.5. */
static float refine(const float *like, size_t best)
{
    float left = like[best - 1], right = like[best + 1];
    float bend = left - 2 * like[best] + right;
    float offset = bend < -1e-9f ? 0.5f * (left - right) / bend : 0;
    return offset > 0.5f ? 0.5f : offset < -0.5f ? -0.5f : offset;
}

struct pitch_estimate pitch_next(struct pitch *pitch, const float *x)
{
    size_t best, inner;

    take_samples(pitch, x);
    correlate(pitch);
    best = follow(pitch);
    inner = best < 1 ? 1 : best > pitch->lags - 2 ? pitch->lags - 2 : best;
    return (struct pitch_estimate){
        .lag = ((float)(pitch->shortest + inner) + refine(pitch->like, inner)) *
               (float)pitch->decimate,
        .periodicity = pitch->like[best],
    };
}
