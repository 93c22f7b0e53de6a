#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a corpus: OUT/NAME.flac (24 kHz, 16 bit) and OUT/corpus.jsonl (name, text, phonemes,
durations). What is there already is not made again.

    corpus.py teacher TEXTS.txt OUT     hibari-tts (Apache-2.0) reads one sentence a line;
        or Kokoro-82M (Apache-2.0): --engine kokoro --model FOLDER --voice am_michael
    corpus.py recordings FOLDER OUT     FOLDER/NAME.wav with FOLDER/NAME.txt

Durations are in units of 600 samples, the silence before and after included. Those of recordings
are found with a teacher's help (align.py). A text of several sentences, or with symbols that nobody
knows how to say, has none: it trains the vocoder, not the acoustic model.
"""
import argparse
import json
import pathlib

import numpy as np
import soundfile

import align
import features
import teachers
from features import RATE
from teachers import UNIT


def from_teacher(options):
    teacher = teachers.ENGINES[options.engine](options.out, options)
    for i, text in enumerate(options.source.read_text().splitlines()):
        if text.strip():
            yield f"t{i:06d}", lambda t=text, n=i: (t, teacher.say(t, n))


def read_samples(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples.mean(1)
    if rate != RATE:
        import soxr
        samples = soxr.resample(samples, rate, RATE, "HQ")
    return samples[:len(samples) // UNIT * UNIT]


def read_recording(path, teacher):
    """Text and phonemes, samples, durations; no phonemes where the durations cannot be told."""
    text, samples = path.with_suffix(".txt").read_text().strip(), read_samples(path)
    said = teacher.say(text, 0)
    if said is None:
        return text, ("", samples, [])
    phonemes, sound, lengths = said
    found = align.durations(features.log_mel(sound), lengths, features.log_mel(samples))
    return text, (phonemes, samples, found) if found else ("", samples, [])


def from_recordings(options):
    teacher = teachers.Hibari(options.out, options)
    for path in sorted(options.source.glob("*.wav")):
        yield path.stem, lambda p=path: read_recording(p, teacher)


def make(items, out):
    listing = out / "corpus.jsonl"
    done = set()
    if listing.exists():
        done = {json.loads(line)["name"] for line in listing.read_text().splitlines()}
    with listing.open("a") as file:
        for name, produce in items:
            if name in done:
                continue
            text, result = produce()
            if result is None:
                continue
            phonemes, samples, durations = result
            pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
            soundfile.write(out / f"{name}.flac", pcm, RATE, subtype="PCM_16")
            row = {"name": name, "text": text, "phonemes": phonemes, "durations": durations}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["teacher", "recordings"])
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--engine", choices=sorted(teachers.ENGINES), default="hibari",
                        help="teacher [hibari]")
    parser.add_argument("--model", type=pathlib.Path, help="folder of the teacher's files (kokoro)")
    parser.add_argument("--voice", help="of the teacher (kokoro), am_michael for example")
    parser.add_argument("--threads", type=int, default=1, help="of the teacher (kokoro) [1]")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    source = from_teacher if options.kind == "teacher" else from_recordings
    make(source(options), options.out)


if __name__ == "__main__":
    main()
