# SPDX-License-Identifier: Apache-2.0
"""How far a sound is from the same sentence in a recording: mel-cepstral distortion and the error
of F0, on frames that dynamic time warping has aligned; and how far all that a system says is from
all that the recordings say (Fréchet distance)."""
import functools

import numpy as np

import intervals

RATE = 24000
FRAME_MS = 10.0
MELS, CEPSTRA = 80, 24  # without the first, which is the level
DECIBELS = 20 / np.log(10)
F0_MIN, F0_MAX = 60.0, 500.0
SILENCE = 1e-4  # power of a frame that is compared, relative to the loudest
DIRECTIONS = 64


@functools.lru_cache
def mel_matrix(bins):
    import librosa
    return librosa.filters.mel(sr=RATE, n_fft=2 * (bins - 1), n_mels=MELS).T


def mel_cepstra(envelope):
    """[frames][CEPSTRA] of power spectra: ln|S| = c0 + 2 sum c_k cos(k w) over the mel scale."""
    import scipy.fft
    magnitude = np.log(np.maximum(envelope @ mel_matrix(envelope.shape[1]), 1e-16)) / 2
    return scipy.fft.dct(magnitude, axis=1)[:, 1:CEPSTRA + 1] / (2 * MELS)


@functools.lru_cache(maxsize=256)
def analyse_cached(data):
    import pyworld
    samples = np.frombuffer(data, np.float32).astype(np.float64)
    rough, times = pyworld.dio(samples, RATE, F0_MIN, F0_MAX, frame_period=FRAME_MS)
    f0 = pyworld.stonemask(samples, rough, times, RATE)
    envelope = pyworld.cheaptrick(samples, f0, times, RATE)
    cepstra = mel_cepstra(envelope)
    power = envelope.mean(1)
    spoken = np.flatnonzero(power > SILENCE * power.max())
    inside = slice(spoken[0], spoken[-1] + 1)
    return f0[inside], cepstra[inside]


def analyse(samples):
    """F0 (0: unvoiced) and mel cepstra of samples at RATE, without the silence around them."""
    return analyse_cached(np.ascontiguousarray(samples, np.float32).tobytes())


def aligned(a, b):
    """Pairs of frames, as two arrays of indices."""
    import librosa
    path = librosa.sequence.dtw(a.T, b.T)[1][::-1]
    return path[:, 0], path[:, 1]


def distances(samples, reference):
    """MCD in dB, F0 error in cents where both are voiced, share of frames where one alone is."""
    (f0, cepstra), (f0_reference, cepstra_reference) = analyse(samples), analyse(reference)
    i, j = aligned(cepstra, cepstra_reference)
    difference = cepstra[i] - cepstra_reference[j]
    a, b = f0[i], f0_reference[j]
    both = (a > 0) & (b > 0)
    cents = 1200 * np.log2(a[both] / b[both])
    return {"MCD": float(DECIBELS * np.sqrt(2 * (difference ** 2).sum(1)).mean()),
            "F0": float(np.sqrt((cents ** 2).mean())) if both.any() else float("nan"),
            "voicing": float(((a > 0) != (b > 0)).mean())}


class Moments:
    """Sums over the frames of each sentence, in the main directions of the reference."""

    def __init__(self, sentences, directions):
        projected = [frames @ directions for frames in sentences]
        self.counts = np.array([len(frames) for frames in projected], float)
        self.sums = np.stack([frames.sum(0) for frames in projected])
        self.squares = np.stack([frames.T @ frames for frames in projected])

    def gaussian(self, times):
        """Mean and covariance when sentence i is taken times[i] times."""
        count = times @ self.counts
        mean = times @ self.sums / count
        square = np.tensordot(times, self.squares, 1) / count
        return mean, square - np.outer(mean, mean)


def main_directions(sentences, count=DIRECTIONS):
    frames = np.concatenate(sentences).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(frames.T))
    return vectors[:, ::-1][:, :count]


def gaussian_distance(a, b):
    """Fréchet distance of two Gaussians: |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2))."""
    (mean_a, cov_a), (mean_b, cov_b) = a, b
    values, vectors = np.linalg.eigh(cov_a)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0)).sum()
    return ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross


def frechet(sentences, reference, resamplings=200):
    """Distance of frames [sentence][frame][width] from those of the reference, and half its 95 %
    interval."""
    directions = main_directions(reference)
    a, b = Moments(sentences, directions), Moments(reference, directions)
    times = intervals.draws(len(sentences), resamplings)
    distance = gaussian_distance(a.gaussian(np.ones(len(sentences))),
                                 b.gaussian(np.ones(len(reference))))
    return float(distance), intervals.middle_half(
        [gaussian_distance(a.gaussian(t), b.gaussian(t)) for t in times])
