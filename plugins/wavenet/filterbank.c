/* SPDX-License-Identifier: Apache-2.0 */
#include "wavenet/filterbank.h"

void filterbank_matrix(const float *bank, size_t bands, size_t taps, float *ret_rows)
{
    size_t reach = filterbank_reach(bands, taps), window = filterbank_window(bands, taps);

    for (size_t row = 0; row < bands; row++)
        for (size_t step = 0; step < window; step++)
            for (size_t b = 0; b < bands; b++) {
                /* Sample B m + row, step n = m - reach + step: tap i - B n + d, shifted to be >= 0.
                 */
                size_t tap = row + reach * bands + taps / 2, behind = step * bands;
                float *value = ret_rows + (row * window + step) * bands + b;
                *value = tap >= behind && tap - behind < taps
                             ? (float)bands * bank[b * taps + (tap - behind)]
                             : 0;
            }
}
