/* SPDX-License-Identifier: Apache-2.0 */
#include "signal/window.h"

#include <math.h>

void window_hann(size_t size, float *ret_window)
{
    for (size_t n = 0; n < size; n++)
        ret_window[n] = (float)(0.5 - 0.5 * cos(2 * M_PI * (double)n / (double)size));
}

/* Modified Bessel function of the first kind, order 0: sum over k of ((x / 2)^k / k!)^2. */
static double bessel_i0(double x)
{
    double sum = 1, term = 1;

    for (int k = 1; term > sum * 1e-17; k++) {
        double factor = x / (2 * k);
        term *= factor * factor;
        sum += term;
    }
    return sum;
}

double window_kaiser(double x, double beta)
{
    return x < -1 || x > 1 ? 0 : bessel_i0(beta * sqrt(1 - x * x)) / bessel_i0(beta);
}
