/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window.h: window functions
 *
 * Computed in double and rounded once. No allocation, any thread.
 */
#ifndef SIGNAL_WINDOW_H
#define SIGNAL_WINDOW_H

#include <stddef.h>

/* Periodic Hann window: ret_window[n] = 0.5 - 0.5 cos(2 pi n / size), n = 0..size-1. */
void window_hann(size_t size, float *ret_window);

/*
 * Value of a Kaiser window: I0(beta sqrt(1 - x^2)) / I0(beta), where x runs from -1 at the first
 * point to 1 at the last. 0 outside.
 */
double window_kaiser(double x, double beta);

#endif
