/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pitch.h: the period of a voice, hop by hop
 *
 * The signal is low-passed at 1 kHz and decimated to about 8 kHz. Around each hop two windows of
 * 20 ms, one lag apart, are correlated:
 *
 *     c(l) = sum_i y[t - (w + l) / 2 + i] y[t - (w + l) / 2 + l + i] / sqrt(e_1 e_2)
 *
 * for periods of 4 to 12.5 ms (a higher voice is found at a multiple of its period). The best path
 * through the lags pays for jumps in octaves: D_t(l) = min_k (D_(t-1)(k) + JUMP |log2 l / k|) -
 * c_t(l) + LONGER log2 l; its end at t is the estimate, refined by a parabola through c.
 *
 * One thread at a time; nothing is allocated after pitch_new().
 */
#ifndef WAVENET_PITCH_H
#define WAVENET_PITCH_H

#include <stddef.h>
#include <stdint.h>

struct pitch;

struct pitch_estimate {
    float lag;         /* samples */
    float periodicity; /* c at that lag, -1..1 */
};

/* -EINVAL: less than 8000 Hz; -ENOMEM. */
int pitch_new(uint32_t sample_rate, struct pitch **ret_pitch);
/* NULL is fine. Returns NULL. */
struct pitch *pitch_free(struct pitch *pitch);

/* Begins a signal: silence before it. */
void pitch_begin(struct pitch *pitch);

size_t pitch_hop(const struct pitch *pitch);     /* samples from one estimate to the next */
size_t pitch_ahead(const struct pitch *pitch);   /* samples behind x[0] that an estimate looks at */
size_t pitch_longest(const struct pitch *pitch); /* no lag is longer, samples */

/* The next estimate, one hop on: at x[0], with x[-hop..ahead] valid. */
struct pitch_estimate pitch_next(struct pitch *pitch, const float *x);

#endif
