# SPDX-License-Identifier: Apache-2.0
"""How far a figure over some sentences would move with other sentences."""
import numpy as np

RESAMPLINGS = 1000


def half_width(values, weights, seed=0):
    """Half the 95 % interval of sum(values) / sum(weights), by bootstrap over the sentences."""
    values, weights = np.asarray(values, float), np.asarray(weights, float)
    chosen = np.random.default_rng(seed).integers(len(values), size=(RESAMPLINGS, len(values)))
    ratios = values[chosen].sum(1) / weights[chosen].sum(1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(high - low) / 2
