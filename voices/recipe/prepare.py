#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Features of a corpus: FEATURES/NAME.npz for each recording of CORPUS, resumable.

    prepare.py CORPUS FEATURES [--statistics | --acoustic VOICE.gguf]

--statistics also writes FEATURES/statistics.npz (mean and deviation of each mel band, calibration
of the envelopes) from the training part. Do so once for a new voice; to go on with landed weights,
take theirs instead (restore.py writes it): a model is bound to its statistics.

With --acoustic the mel frames are not the recording's but those that an acoustic model gives when
it knows the recording's: for a vocoder to learn to sound well from what it will get (--also of
train_vocoder.py). They serve the vocoder only.
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


def as_predicted(data, model):
    """With the acoustic model's frames; None for a recording without durations."""
    mel = model.mel(data)
    if mel is None:
        return None
    return {"mel": mel, "bands": data["bands"][:len(mel) * features.STEPS_PER_FRAME],
            "ids": data["ids"], "durations": data["durations"][:0]}


def prepare(flac, row, target, model):
    samples, rate = soundfile.read(flac, dtype="int16")
    if rate != features.RATE:
        raise SystemExit(f"{flac}: {rate} Hz, not {features.RATE}")
    samples = samples[:len(samples) // features.HOP * features.HOP] / 32768.0
    data = {"mel": features.log_mel(samples), "bands": features.split_bands(samples),
            "ids": np.array(symbols.encode(row["phonemes"]), np.int32),
            "durations": np.array(row["durations"], np.int32)}
    data = as_predicted(data, model) if model else data
    if data is not None:
        partial = target.with_suffix(".partial.npz")
        np.savez(partial, **data)
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
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--statistics", action="store_true")
    kind.add_argument("--acoustic", metavar="VOICE.gguf", type=pathlib.Path)
    options = parser.parse_args()
    model = None
    if options.acoustic:
        from forced import Forced
        model = Forced(options.acoustic)
    options.features.mkdir(parents=True, exist_ok=True)
    rows = [json.loads(line) for line in (options.corpus / "corpus.jsonl").open()]
    for row in rows:
        target = options.features / f"{row['name']}.npz"
        if not target.exists():
            prepare(options.corpus / f"{row['name']}.flac", row, target, model)
    if options.statistics:
        names = [row["name"] for row in rows if not is_validation(row["name"])]
        np.savez(options.features / "statistics.npz",
                 **statistics(options.features / f"{name}.npz" for name in names))


if __name__ == "__main__":
    main()
