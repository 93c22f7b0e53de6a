/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stretch.h: time stretching and pitch shifting that knows where every sample went
 *
 * libsonic (Cox, 2010) cuts out, repeats or overlaps whole pitch periods, so that its output runs
 * ahead of or behind the nominal rate from one period to the next, and its rounding makes that add
 * up. It does not tell what became of which input; but it works in steps, one as soon as its input
 * holds a fixed number of samples (the look-ahead). Fed one sample at a time, the moment of a step
 * tells how much the step before took away. So the output comes in *segments*, each with the range
 * of input that it was made from, and a position inside is interpolated over a pitch period or two.
 *
 * The nominal rate is kept over any length: each step is asked for a little more or less speed, by
 * how much the output is behind or ahead.
 *
 * With both factors 1 samples pass untouched.
 *
 * Memory is allocated in stretch_open() alone: there libsonic's own buffers are grown beyond what
 * any later step needs.
 */
#ifndef SONIC_STRETCH_H
#define SONIC_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stretch;

/* A piece of output; the samples stay valid until the next call. */
struct segment {
    const float *samples;
    size_t n;
    uint64_t in_start, in_end; /* made from these samples, counted from the start of the stream */
    uint64_t out_start;        /* position of samples[0] */
};

/* `rate` divides durations, `pitch` multiplies frequencies. 0 or -ENOMEM. */
int stretch_open(unsigned sample_rate, double rate, double pitch, struct stretch **ret_stretch);
/* NULL is fine. */
void stretch_close(struct stretch *stretch);

/* Other factors from the next sample on; only when stretch_flush() has returned false. */
void stretch_set(struct stretch *stretch, double rate, double pitch);

/* Takes at least one of the samples, n > 0; returns how many. A segment may be there afterwards. */
size_t stretch_put(struct stretch *stretch, const float *samples, size_t n);

/* Takes silence instead, until all that was put has come out. False when nothing is left inside:
 * the next sample begins afresh. */
bool stretch_flush(struct stretch *stretch);

/* The next segment, after each put or flush. False: none yet. */
bool stretch_get(struct stretch *stretch, struct segment *ret_segment);

/* Where an input position that lies in the segment went. */
uint64_t segment_map(const struct segment *segment, uint64_t position);

/* The longest that a segment can be. */
size_t stretch_max_segment(const struct stretch *stretch);

#endif
