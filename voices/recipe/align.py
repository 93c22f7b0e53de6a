# SPDX-License-Identifier: Apache-2.0
"""Durations of a recording's phonemes, from a teacher that reads the same text.

The teacher says how long each of its phonemes lasts; dynamic time warping finds which moment of the
recording sounds like which moment of the teacher, and the boundaries go along. Speakers may differ:
cepstra are compared after each speaker's own mean and spread have been taken out.
"""
import numpy as np

import features
from dataset import LEAD

CEPSTRA = 16  # without the first, which is the loudness
LOUDNESS = 0.5  # weight of the loudness beside one cepstrum
SLOPE = 2  # frames over which a difference is taken
QUIET = 4.0  # nats below the loudest tenth of the frames: silence
STRETCH = 0.2  # what a step costs along one side alone, as a share of the mean distance
UNIT_FRAMES = 2  # frames in a unit of a duration


def cosines():
    """[MELS][CEPSTRA + 1]: the discrete cosine transform."""
    band, order = np.arange(features.MELS)[:, None] + 0.5, np.arange(CEPSTRA + 1)
    return np.cos(np.pi * band * order / features.MELS) / features.MELS


def describe(mel):
    """[frames][...]: what makes two moments alike, of log-mel frames."""
    cepstra = mel.astype(np.float64) @ cosines()
    loudness = cepstra[:, 0]
    spoken = loudness > np.percentile(loudness, 90) - QUIET
    cepstra = (cepstra - cepstra[spoken].mean(0)) / (cepstra[spoken].std(0) + 1e-3)
    cepstra[:, 1:][~spoken] *= 0.3  # the colour of a room's noise says little
    cepstra[:, 0] = LOUDNESS * np.clip(cepstra[:, 0], -3, 3) * CEPSTRA ** 0.5
    padded = np.pad(cepstra, [(SLOPE, SLOPE), (0, 0)], "edge")
    return np.concatenate([cepstra, padded[2 * SLOPE:] - padded[:-2 * SLOPE]], 1)


def distances(a, b):
    """[frames of a][frames of b]"""
    square = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return np.sqrt(np.maximum(square, 0))


def path(cost):
    """The cheapest way from the first corner to the last: the column of each row, in the middle.

    One row at a time: a row's own steps to the right are a running minimum.
    """
    rows, columns = cost.shape
    stretch = STRETCH * cost.mean()
    came_down = np.zeros((rows, columns), np.int8)  # 0 from the left, 1 from above, 2 diagonally
    best = np.cumsum(cost[0]) + stretch * np.arange(columns)
    for i in range(1, rows):
        above, diagonal = best + stretch, np.concatenate([[np.inf], best[:-1]])
        entered = np.minimum(above, diagonal)
        # best[j] = cost[j] + min(entered[j], best[j - 1] + stretch), for all j at once
        total = np.cumsum(cost[i] + stretch)
        lead = entered + cost[i] - total
        reached = np.minimum.accumulate(lead)
        fresh = lead <= reached
        came_down[i] = np.where(fresh, np.where(diagonal <= above, 2, 1), 0)
        best = total + reached
    return walk_back(came_down)


def walk_back(came_down):
    rows, columns = came_down.shape
    first, last = np.full(rows, columns), np.zeros(rows, int)
    i, j = rows - 1, columns - 1
    while True:
        first[i], last[i] = min(first[i], j), max(last[i], j)
        if i == 0 and j == 0:
            return (first + last) / 2
        step = came_down[i, j] if i > 0 else 0
        i, j = i - (step > 0), j - (step != 1)


def spread(boundaries, total):
    """Whole units that sum up to `total`, at least one for each symbol, near the boundaries."""
    n = len(boundaries)
    least = np.arange(1, n + 1)
    edges = np.maximum.accumulate(np.round(boundaries).astype(int) - least) + least
    edges = np.clip(edges, least, total - n + least)
    edges[-1] = total
    return np.diff(edges, prepend=0)


def durations(teacher_mel, teacher_durations, mel):
    """Of a recording of the text that the teacher read, in units, as a teacher would give them;
    None where there are fewer units than symbols."""
    total = len(mel) // UNIT_FRAMES
    if total < len(teacher_durations):
        return None
    place = path(distances(describe(teacher_mel), describe(mel)))
    ends = np.cumsum(teacher_durations) - LEAD  # where the sound changes
    frames = np.clip(ends * UNIT_FRAMES, 0, len(place) - 1)
    found = np.interp(frames, np.arange(len(place)), place) / UNIT_FRAMES
    return spread(found + LEAD, total).tolist()
