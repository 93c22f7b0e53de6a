# SPDX-License-Identifier: Apache-2.0
"""The feature cache as the trainers read it."""
import pathlib
import zlib

import numpy as np

import features

VALIDATION_SHARE = 26  # one recording in so many


def is_validation(name):
    return zlib.crc32(name.encode()) % VALIDATION_SHARE == 0


def load_statistics(folder):
    with np.load(pathlib.Path(folder) / "statistics.npz") as data:
        return {key: data[key] for key in data.files}


def read(folder, convert):
    """Training and validation items: name -> convert(arrays); None drops a recording."""
    parts = {}, {}
    for path in sorted(pathlib.Path(folder).glob("*.npz")):
        if path.name == "statistics.npz" or path.name.endswith(".partial.npz"):
            continue
        with np.load(path) as data:
            item = convert({key: data[key] for key in data.files})
        if item is not None:
            parts[is_validation(path.stem)][path.stem] = item
    if not parts[0] or not parts[1]:
        raise SystemExit(f"{folder}: {len(parts[0])} recordings to train on and {len(parts[1])} "
                         "to validate with; both are needed")
    return parts


def normalise(mel, statistics):
    return ((mel - statistics["mean"]) / statistics["std"]).astype(np.float32)


def for_vocoder(statistics):
    """Normalised mel frames and normalised sub-bands."""
    def convert(data):
        bands = data["bands"] / features.gains(data["mel"], statistics["calibration"])
        limit = features.OUTPUT_LIMIT
        return normalise(data["mel"], statistics), np.clip(bands, -limit, limit).astype(np.float32)
    return convert


LEAD = 2  # units by which the teacher's sound is earlier than its durations say
MAX_TRIM = 8  # units of silence dropped before the last punctuation mark


def shift_durations(durations):
    """Moves every boundary LEAD units earlier; also gives the units to drop from the end."""
    durations = durations.astype(np.int64).copy()
    durations[0] -= LEAD
    durations[-1] += LEAD
    trim = min(MAX_TRIM, max(0, int(durations[-3]) - 4)) if len(durations) > 3 else 0
    durations[-3] -= trim
    return durations, trim


def for_acoustic(statistics):
    """Ids, durations in decoder steps, two normalised mel frames a step."""
    def convert(data):
        if len(data["durations"]) != len(data["ids"]) or len(data["ids"]) < 4:
            return None  # a recording without durations
        durations, trim = shift_durations(data["durations"])
        steps = normalise(data["mel"], statistics).reshape(-1, 2 * features.MELS)
        return data["ids"].astype(np.int64), durations, steps[:len(steps) - trim]
    return convert
