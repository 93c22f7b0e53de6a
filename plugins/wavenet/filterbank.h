/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filterbank.h: synthesis of samples from sub-bands (pseudo-QMF), as a matrix
 *
 * With B bands, filters G_b of `taps` = 2 d + 1 values, and sub-band samples s_b[n] (one step n is
 * B samples long):
 *
 *     x[i] = B sum_b sum_n G_b[i - B n + d] s_b[n]
 *
 * The B samples of step m need the steps m - behind .. m + ahead, with behind = ahead = d / B
 * rounded up. So they are a product of one fixed matrix [B][window * B] with a window of the steps
 * in memory, s[n][b], and the windows of neighbouring steps overlap. Steps outside the sentence are
 * 0.
 */
#ifndef WAVENET_FILTERBANK_H
#define WAVENET_FILTERBANK_H

#include <stddef.h>

/* Steps before (and after) a step that its samples depend on. */
static inline size_t filterbank_reach(size_t bands, size_t taps)
{
    return (taps / 2 + bands - 1) / bands;
}

/* Steps in the window of one step. */
static inline size_t filterbank_window(size_t bands, size_t taps)
{
    return 2 * filterbank_reach(bands, taps) + 1;
}

/* From bank[bands][taps] the matrix ret_rows[bands][window * bands]. */
void filterbank_matrix(const float *bank, size_t bands, size_t taps, float *ret_rows);

#endif
