# SPDX-License-Identifier: Apache-2.0
"""Reading and writing sounds for the judge."""
import pathlib

import numpy as np
import soundfile
import soxr


def read(path, rate):
    """One channel of float32 at `rate`."""
    samples, own_rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples.mean(1)
    return samples if own_rate == rate else soxr.resample(samples, own_rate, rate, "HQ")


def write(path, samples, rate):
    """16 bits; a killed writer leaves nothing under this name."""
    path = pathlib.Path(path)
    partial = path.with_suffix(".partial.wav")
    soundfile.write(partial, np.clip(samples, -1, 1), rate, "PCM_16")
    partial.replace(path)
