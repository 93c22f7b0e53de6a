/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comb.h: takes the noise between the harmonics of a voice away
 *
 * A vocoder's voiced sounds differ a little from period to period, which is heard as hoarseness. So
 * a sample is averaged with those one period (T samples, pitch.h) before and after it, as in the
 * long-term post-filters of speech codecs, as far as the sound is periodic and only below `cutoff`,
 * where voices are:
 *
 *     y = x + lowpass(d),  d[n] = g (x[n - T] / 4 + x[n + T] / 4 - x[n] / 2)
 *     g = (periodicity - onset) / (full - onset), within 0..1
 *
 * T and the periodicity change linearly from one estimate to the next. Where T jumps (by an octave,
 * when a voice's periods are alike in pairs), d is cross-faded from the one T to the other instead:
 * on the way lies no period, and the sum would cancel the voice itself for some milliseconds, a
 * click.
 *
 * Harmonics pass, what lies halfway between them vanishes at g = 1. Where g is 0 around a sample,
 * it is given back as it was. As many samples come out as went in, comb_delay() later; they do not
 * depend on how the input is cut. One thread at a time; nothing is allocated after comb_new().
 */
#ifndef WAVENET_COMB_H
#define WAVENET_COMB_H

#include <stddef.h>
#include <stdint.h>

struct comb;

struct comb_config {
    float cutoff;      /* Hz; 0: there is no such filter */
    float onset, full; /* periodicity, onset < full */
};

/* -EINVAL: less than 8000 Hz; -ENOMEM. */
int comb_new(uint32_t sample_rate, const struct comb_config *config, struct comb **ret_comb);
/* NULL is fine. Returns NULL. */
struct comb *comb_free(struct comb *comb);

/* Begins a signal. */
void comb_begin(struct comb *comb);

/* Largest number of samples that come out when `count` went in. */
size_t comb_room(const struct comb *comb, size_t count);

/* Samples that are held back at most. */
size_t comb_delay(const struct comb *comb);

/* Takes x[count], writes the samples that are ready and returns their number. */
size_t comb_push(struct comb *comb, const float *x, size_t count, float *ret_y);

/* After the last sample, until it returns 0. At most comb_room(comb, 0) at once. */
size_t comb_flush(struct comb *comb, float *ret_y);

#endif
