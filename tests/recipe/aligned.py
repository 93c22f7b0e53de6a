#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Recordings whose durations are known, and how well they were found.

    aligned.py make CORPUS FOLDER     a teacher's sound as another speaker's: slower and lower,
                                      later, in a room that is not silent
    aligned.py check CORPUS ALIGNED   fails when the boundaries in ALIGNED are far from the truth
"""
import json
import pathlib
import sys

import numpy as np
import soundfile

SLOWER, SILENCE, NOISE, RATE, UNIT = 1.12, 0.4, 0.003, 24000, 600
COUNT = 6
MEAN_MS, SHARE, NEAR_MS = 30, 0.9, 75  # a straight line misses all three by far


def rows(folder):
    return [json.loads(line) for line in (folder / "corpus.jsonl").open()]


def make(corpus, folder):
    folder.mkdir()
    for i, row in enumerate(rows(corpus)[:COUNT]):
        samples, _ = soundfile.read(corpus / f"{row['name']}.flac")
        count = int(len(samples) * SLOWER)
        samples = np.interp(np.arange(count) / SLOWER, np.arange(len(samples)), samples)
        samples = np.concatenate([np.zeros(int(SILENCE * RATE)), samples])
        samples += NOISE * np.random.default_rng(i).standard_normal(len(samples))
        soundfile.write(folder / f"{row['name']}.wav", samples, RATE, subtype="PCM_16")
        (folder / f"{row['name']}.txt").write_text(row["text"] + "\n")


def errors(true, found, move):
    """In ms, of the boundaries between symbols."""
    if true["phonemes"] != found["phonemes"]:
        raise SystemExit(f"{true['name']}: other phonemes")
    right = move(np.cumsum(true["durations"]))
    return (np.cumsum(found["durations"]) - right)[:-1] * 1000 * UNIT / RATE


def check(corpus, aligned):
    found = {row["name"]: row for row in rows(aligned)}
    unit = UNIT / RATE
    off = np.concatenate([errors(row, found[row["name"]], lambda t: t * SLOWER + SILENCE / unit)
                          for row in rows(corpus)[:COUNT]])
    mean, near = np.abs(off).mean(), (np.abs(off) <= NEAR_MS).mean()
    print(f"{len(off)} boundaries: {mean:.0f} ms off in the mean, {100 * near:.1f} % within "
          f"{NEAR_MS} ms")
    return mean <= MEAN_MS and near >= SHARE


if __name__ == "__main__":
    action, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    sys.exit(make(source, target) if action == "make" else not check(source, target))
