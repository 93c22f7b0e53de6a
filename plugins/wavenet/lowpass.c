/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "wavenet/lowpass.h"

static double tap(double cutoff, size_t half, double n)
{
    double x = 2 * M_PI * cutoff * n;
    return (n ? sin(x) / x : 1) * (0.5 + 0.5 * cos(M_PI * n / (double)(half + 1)));
}

void lowpass_taps(double cutoff, size_t half, float *ret_taps)
{
    double sum = 0;

    for (size_t i = 0; i <= 2 * half; i++)
        sum += tap(cutoff, half, (double)i - (double)half);
    for (size_t i = 0; i <= 2 * half; i++)
        ret_taps[i] = (float)(tap(cutoff, half, (double)i - (double)half) / sum);
}

float lowpass_at(const float *taps, size_t half, const float *x)
{
    const float *left = x - 1, *right = x + 1;
    float sum = taps[half] * x[0], more = 0;

    /* Symmetric, and two sums, so that they need not be added in sequence. */
    for (size_t k = 1; k + 1 <= half; k += 2, left -= 2, right += 2) {
        sum += taps[half + k] * (left[0] + right[0]);
        more += taps[half + k + 1] * (left[-1] + right[1]);
    }
    if (half % 2)
        sum += taps[2 * half] * (left[0] + right[0]);
    return sum + more;
}
