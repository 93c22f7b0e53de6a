# SPDX-License-Identifier: Apache-2.0
"""How far a figure over some sentences would move with other sentences: 95 % intervals from
resampling the sentences (bootstrap), the same draws for every figure: so two systems compare."""
import numpy as np

RESAMPLINGS = 1000


def draws(count, resamplings=RESAMPLINGS, seed=0):
    """[resamplings][count]: how often each sentence is taken."""
    chosen = np.random.default_rng(seed).integers(count, size=(resamplings, count))
    return np.stack([np.bincount(row, minlength=count) for row in chosen])


def middle_half(values):
    """Half the width that holds 95 % of them."""
    low, high = np.nanquantile(values, [0.025, 0.975])
    return float(high - low) / 2


def half_width(values, weights):
    """Half the 95 % interval of sum(values) / sum(weights)."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    times = draws(len(values))
    total = times @ weights
    return middle_half(times[total > 0] @ values / total[total > 0])


def ratio(values, weights=None):
    """sum(values) / sum(weights) and half its interval; sentences without a value (NaN) do not
    count."""
    values = np.asarray(values, float)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, float)
    known = np.isfinite(values) & np.isfinite(weights)
    values, weights = values[known], weights[known]
    if weights.sum() == 0:
        return None
    return values.sum() / weights.sum(), half_width(values, weights)
