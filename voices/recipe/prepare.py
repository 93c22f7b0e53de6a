#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Features of a corpus: FEATURES/NAME.npz for each recording of CORPUS, resumable.

    prepare.py CORPUS FEATURES [--statistics]

--statistics also writes FEATURES/statistics.npz (mean and deviation of each mel band, calibration
of the envelopes) from the training part. Do so once for a new voice; to go on with landed weights,
take theirs instead (restore.py writes it): a model is bound to its statistics.
"""
import argparse
import json
import os
import pathlib

import numpy as np
import soundfile

import features
import symbols
from dataset import is_validation


def prepare(flac, row, target):
    samples, rate = soundfile.read(flac, dtype="int16")
    if rate != features.RATE:
        raise SystemExit(f"{flac}: {rate} Hz, not {features.RATE}")
    samples = samples[:len(samples) // features.HOP * features.HOP] / 32768.0
    partial = target.with_suffix(".partial.npz")
    np.savez(partial, mel=features.log_mel(samples), bands=features.split_bands(samples),
             ids=np.array(symbols.encode(row["phonemes"]), np.int32),
             durations=np.array(row["durations"], np.int32))
    os.replace(partial, target)


def statistics(paths):
    mels, measured, promised = [], np.zeros(features.BANDS), np.zeros(features.BANDS)
    for path in paths:
        with np.load(path) as data:
            mels.append(data["mel"])
            measured += (data["bands"].astype(float) ** 2).sum(0) / features.STEPS_PER_FRAME
            promised += features.band_energy(data["mel"]).sum(0)
    frames = np.concatenate(mels)
    return {"mean": frames.mean(0), "std": frames.std(0), "calibration": measured / promised}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument("--statistics", action="store_true")
    options = parser.parse_args()
    options.features.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (options.corpus / "corpus.jsonl").open()]
    for row in rows:
        target = options.features / f"{row['name']}.npz"
        if not target.exists():
            prepare(options.corpus / f"{row['name']}.flac", row, target)
    if options.statistics:
        names = [row["name"] for row in rows if not is_validation(row["name"])]
        np.savez(options.features / "statistics.npz",
                 **statistics(options.features / f"{name}.npz" for name in names))


if __name__ == "__main__":
    main()
