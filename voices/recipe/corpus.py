#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a corpus: OUT/NAME.flac (24 kHz, 16 bit) and OUT/corpus.jsonl (name, text, phonemes,
durations). What is there already is not made again.

    corpus.py teacher TEXTS.txt OUT     hibari-tts (Apache-2.0) reads one sentence a line
    corpus.py recordings FOLDER OUT     FOLDER/NAME.wav with FOLDER/NAME.txt

Durations are in units of 600 samples, the silence before and after included. Recordings have none:
they train the vocoder, not the acoustic model.
"""
import argparse
import json
import pathlib

import numpy as np
import soundfile

import symbols
from features import RATE

UNIT = 600


class Teacher:
    """hibari-tts with a second output: the durations that its network predicts."""

    DURATIONS = "/CumSum_output_0"

    def __init__(self, model_path):
        from hibari import Hibari
        if not model_path.exists():
            self.add_durations(model_path)
        self.voice = Hibari(model=str(model_path))

    def add_durations(self, path):
        import onnx
        from hibari.voices import voice_path
        model = onnx.load(voice_path("heart"))
        output = onnx.helper.make_tensor_value_info(self.DURATIONS, onnx.TensorProto.INT64, None)
        model.graph.output.append(output)
        onnx.save(model, str(path))

    def say(self, text, seed):
        """Phonemes, samples and durations; None for what does not go in one piece."""
        from hibari import dsp
        pieces = self.voice.phonemize(text)
        if len(pieces) != 1 or not symbols.known(pieces[0]):
            return None
        ids = np.asarray([self.voice.ids(pieces[0])], np.int64)
        speed = np.ones(1, np.float32)
        outputs = self.voice.sess.run(None, {"ids": ids, "speed": speed})
        parts, pitch = [part[0] for part in outputs[:5]], outputs[5][0]
        samples = dsp.synth(*parts, pitch, np.random.default_rng(seed))
        durations = np.diff(outputs[6].reshape(-1).astype(int), prepend=0)
        if len(durations) != len(pieces[0]) + 2 or durations.sum() * UNIT != len(samples):
            return None
        return pieces[0], samples, durations.tolist()


def from_teacher(source, out):
    teacher = Teacher(out / "teacher.onnx")
    for i, text in enumerate(source.read_text().splitlines()):
        if text.strip():
            yield f"t{i:06d}", lambda t=text, n=i: (t, teacher.say(t, n))


def read_recording(path):
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples.mean(1)
    if rate != RATE:
        import soxr
        samples = soxr.resample(samples, rate, RATE, "HQ")
    samples = samples[:len(samples) // UNIT * UNIT]
    return path.with_suffix(".txt").read_text().strip(), ("", samples, [])


def from_recordings(source, _):
    for path in sorted(source.glob("*.wav")):
        yield path.stem, lambda p=path: read_recording(p)


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
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    source = from_teacher if options.kind == "teacher" else from_recordings
    make(source(options.source, options.out), options.out)


if __name__ == "__main__":
    main()
