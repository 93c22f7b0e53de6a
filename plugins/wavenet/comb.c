/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "wavenet/comb.h"
#include "wavenet/lowpass.h"
#include "wavenet/pitch.h"

enum { HALF = 32, TAPS = 2 * HALF + 1 }; /* of the low-pass */
enum { POINTS = 2 };                     /* on either side that interpolation takes */
#define JUMP 1.2f                        /* between lags: no voice glides as fast as that */

struct comb {
    struct comb_config config;
    struct pitch *pitch;
    struct pitch_estimate last; /* at the beginning of the hop under way */
    size_t hop, past, ahead;
    float taps[TAPS];
    float *x;           /* [past + hop + ahead], `held` of them there */
    float *change;      /* [2 HALF + hop]: d, low-passed to what is added */
    size_t held, early; /* early: outputs to come that lie before the signal */
    uint64_t taken, given;
};

DEFINE_CLEANUP(comb, struct comb *, comb_free)

int comb_new(uint32_t sample_rate, const struct comb_config *config, struct comb **ret_comb)
{
    _cleanup_(cleanup_comb) struct comb *comb = calloc(1, sizeof *comb);
    int r;

    if (!comb)
        return -ENOMEM;
    comb->config = *config;
    r = pitch_new(sample_rate, &comb->pitch);
    if (r < 0)
        return r;
    comb->hop = pitch_hop(comb->pitch);
    comb->past = pitch_longest(comb->pitch) + POINTS;
    comb->ahead = pitch_ahead(comb->pitch) + 1;
    comb->x = calloc(comb->past + comb->hop + comb->ahead, sizeof *comb->x);
    comb->change = calloc(2 * HALF + comb->hop, sizeof *comb->change);
    if (!comb->x || !comb->change)
        return -ENOMEM;
    lowpass_taps(config->cutoff / sample_rate, HALF, comb->taps);
    comb_begin(comb);
    *ret_comb = steal(comb);
    return 0;
}

struct comb *comb_free(struct comb *comb)
{
    if (comb) {
        pitch_free(comb->pitch);
        free(comb->change);
        free(comb->x);
        free(comb);
    }
    return NULL;
}

void comb_begin(struct comb *comb)
{
    /* Whole hops of silence first: the pitch's window must have seen all of the signal. */
    size_t lead = (comb->ahead + comb->hop - 1) / comb->hop * comb->hop;

    pitch_begin(comb->pitch);
    comb->last = (struct pitch_estimate){.lag = (float)comb->hop};
    comb->held = 0;
    comb->early = lead + HALF;
    comb->taken = comb->given = 0;
    memset(comb->change, 0, (2 * HALF + comb->hop) * sizeof *comb->change);
    memset(comb->x, 0, (comb->past + lead) * sizeof *comb->x);
    comb->held = comb->past + lead;
}

size_t comb_room(const struct comb *comb, size_t count)
{
    return count + comb->hop;
}

size_t comb_delay(const struct comb *comb)
{
    return comb->ahead + comb->hop + HALF;
}

/* x at a place between two samples: the cubic through four. */
static float between(const float *x, float offset)
{
    float whole = floorf(offset), t = offset - whole;
    const float *p = x + (ptrdiff_t)whole;
    float slope = p[1] - p[-1] / 3 - p[0] / 2 - p[2] / 6;
    float bend = (p[-1] + p[1]) / 2 - p[0], twist = (p[0] - p[1]) / 2 + (p[2] - p[-1]) / 6;
    return p[0] + t * (slope + t * (bend + t * twist));
}

static float within_one(float gain)
{
    return gain < 0 ? 0 : gain > 1 ? 1 : gain;
}

/* d at g = 1 with one lag. */
static float difference(const float *x, float lag)
{
    return (between(x, -lag) + between(x, lag)) / 4 - *x / 2;
}

/* Another octave: in between lies no period. */
static bool far_apart(float a, float b)
{
    return a > b * JUMP || b > a * JUMP;
}

/* d of one hop, which begins at x[0] and leads from comb->last to `next`. */
static void differences(const struct comb *comb, struct pitch_estimate next, const float *x,
                        float *ret_d)
{
    struct pitch_estimate last = comb->last;
    float range = comb->config.full - comb->config.onset;
    bool jump = far_apart(last.lag, next.lag);

    for (size_t n = 0; n < comb->hop; n++) {
        float way = (float)n / (float)comb->hop;
        float periodicity = last.periodicity + (next.periodicity - last.periodicity) * way;
        float gain = within_one((periodicity - comb->config.onset) / range);
        if (gain <= 0)
            ret_d[n] = 0;
        else if (jump)
            ret_d[n] = gain * ((1 - way) * difference(x + n, last.lag) +
                               way * difference(x + n, next.lag));
        else
            ret_d[n] = gain * difference(x + n, last.lag + (next.lag - last.lag) * way);
    }
}

/* Works on a hop once its future is there. Returns how many samples of it are of the signal. */
static size_t run_hop(struct comb *comb, float *ret_y)
{
    const float *x = comb->x + comb->past;
    struct pitch_estimate next = pitch_next(comb->pitch, x + comb->hop);
    size_t early = comb->early < comb->hop ? comb->early : comb->hop;

    memmove(comb->change, comb->change + comb->hop, 2 * HALF * sizeof *comb->change);
    differences(comb, next, x, comb->change + 2 * HALF);
    for (size_t n = early; n < comb->hop; n++)
        ret_y[n - early] = x[n - HALF] + lowpass_at(comb->taps, HALF, comb->change + HALF + n);
    comb->last = next;
    comb->early -= early;
    comb->held -= comb->hop;
    memmove(comb->x, comb->x + comb->hop, comb->held * sizeof *comb->x);
    comb->given += comb->hop - early;
    return comb->hop - early;
}

static size_t missing(const struct comb *comb)
{
    return comb->past + comb->hop + comb->ahead - comb->held;
}

size_t comb_push(struct comb *comb, const float *x, size_t count, float *ret_y)
{
    size_t ready = 0;

    comb->taken += count;
    while (count) {
        size_t n = missing(comb) < count ? missing(comb) : count;
        memcpy(comb->x + comb->held, x, n * sizeof *x);
        comb->held += n;
        x += n;
        count -= n;
        if (!missing(comb))
            ready += run_hop(comb, ret_y + ready);
    }
    return ready;
}

size_t comb_flush(struct comb *comb, float *ret_y)
{
    size_t ready = 0;

    while (!ready && comb->given < comb->taken) {
        memset(comb->x + comb->held, 0, missing(comb) * sizeof *comb->x);
        comb->held += missing(comb);
        ready = run_hop(comb, ret_y);
    }
    if (comb->given > comb->taken) {
        ready -= comb->given - comb->taken;
        comb->given = comb->taken;
    }
    return ready;
}
