/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lowpass.h: a low-pass filter without phase, a sinc under a Hann window
 */
#ifndef WAVENET_LOWPASS_H
#define WAVENET_LOWPASS_H

#include <stddef.h>

/* ret_taps[2 half + 1], their sum 1; `cutoff` as a fraction of the sample rate. */
void lowpass_taps(double cutoff, size_t half, float *ret_taps);

/* Its output at x[0], with x[-half..half] valid. */
float lowpass_at(const float *taps, size_t half, const float *x);

#endif
