#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is fast and slow speech understood? Says sentences of sentences.txt at several rates with the
default voice, and for comparison with the teacher's recordings, which libsonic stretches, and with
espeak-ng, both to the same words a minute; Whisper writes down what it hears.

    rates.py -o OUT [--teacher DIR] [--sentences N] [RATE...]

DIR holds NNN.wav, as judge.py leaves them in OUT/teacher. Prints a table: words a minute (of the
whole, with its pauses) and WER in per cent with half its 95 % interval, once of the sound as it is
and once slowed down again to a rate of 1 by libsonic, because Whisper itself knows no fast speech.
"""
import argparse
import ctypes
import os
import pathlib
import subprocess

import numpy as np

import engines
import intervals
import listener
import sound



def stretch(samples, rate, speed):
    """By libsonic, `speed` times as fast, at the same pitch."""
    sonic = ctypes.CDLL("libsonic.so.0")
    sonic.sonicCreateStream.restype = ctypes.c_void_p
    stream = ctypes.c_void_p(sonic.sonicCreateStream(rate, 1))
    sonic.sonicSetSpeed(stream, ctypes.c_float(speed))
    samples = np.ascontiguousarray(samples, np.float32)
    pointer = ctypes.POINTER(ctypes.c_float)
    sonic.sonicWriteFloatToStream(stream, samples.ctypes.data_as(pointer), len(samples))
    sonic.sonicFlushStream(stream)
    out = np.zeros(sonic.sonicSamplesAvailable(stream), np.float32)
    sonic.sonicReadFloatFromStream(stream, out.ctypes.data_as(pointer), len(out))
    sonic.sonicDestroyStream(stream)
    return out


def seconds(sounds):
    return sum(len(samples) for samples in sounds) / listener.RATE


def say_sori(texts, rate, options):
    path = options.output / "said.wav"
    environment = {**os.environ, "SORI_BUILD": str(options.build)}
    for text in texts:
        subprocess.run([engines.ROOT / "run-uninstalled.sh", "sori", "say", "-q", "-v",
                        options.voice, f"--rate={rate}", "-o", path, "--", text], check=True,
                       env=environment)
        yield sound.read(path, listener.RATE)


def say_teacher(options, count, speed):
    for i in range(count):
        samples = sound.read(options.teacher / f"{i:03d}.wav", engines.RATE)
        path = options.output / "stretched.wav"
        sound.write(path, stretch(samples, engines.RATE, speed), engines.RATE)
        yield sound.read(path, listener.RATE)


def say_espeak(texts, words_a_minute, options):
    path = options.output / "espeak.wav"
    for text in texts:
        subprocess.run(["espeak-ng", "-v", "en-us", "-s", str(round(words_a_minute)), "-w", path,
                        text], check=True)
        yield sound.read(path, listener.RATE)


def espeak_as_fast(texts, wanted, words, options):
    """At the setting whose whole length comes closest to the wanted one."""
    setting = 60 * words / wanted
    for _ in range(4):
        sounds = list(say_espeak(texts, setting, options))
        if abs(seconds(sounds) / wanted - 1) < 0.02:
            break
        setting = min(max(setting * seconds(sounds) / wanted, 80), 1200)
    return sounds


def error_rate(ears, writing, texts, sounds):
    rows = [listener.errors(writing.plain(text), writing.plain(ears.hear_quickly(samples)[0]))
            for text, samples in zip(texts, sounds)]
    errors, counts = np.array(rows, float).T
    value, width = intervals.ratio(errors, counts)
    return f"{100 * value:.1f} ± {100 * width:.1f}"


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = {"type": pathlib.Path, "metavar": "DIR"}
    parser.add_argument("-o", "--output", required=True, **folder)
    parser.add_argument("--teacher", help="its recordings at a rate of 1", **folder)
    parser.add_argument("--build", default=engines.ROOT / "build", **folder)
    parser.add_argument("--voice", default="heart", metavar="NAME")
    parser.add_argument("--sentences", type=int, default=20, metavar="N")
    parser.add_argument("--without", nargs="*", default=[], metavar="SYSTEM",
                        help="sori, teacher or espeak-ng")
    parser.add_argument("rates", nargs="*", type=float, default=[0.5, 1, 2, 3, 4])
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    options.build = options.build.resolve()
    return options


def said(texts, rate, options):
    """System -> its sounds. All are as long as Sori's, where that is among them."""
    words = sum(len(text.split()) for text in texts)
    sounds = {"sori": list(say_sori(texts, rate, options))} if "sori" not in options.without else {}
    if options.teacher:
        once = seconds(say_teacher(options, len(texts), 1))
        wanted = seconds(sounds["sori"]) if sounds else once / rate
        sounds["teacher"] = list(say_teacher(options, len(texts), once / wanted))
    if "espeak-ng" not in options.without:
        wanted = seconds(next(iter(sounds.values()))) if sounds else 60 * words / (180 * rate)
        sounds["espeak-ng"] = espeak_as_fast(texts, wanted, words, options)
    return sounds


def main():
    options = parse()
    texts = (engines.HERE / "sentences.txt").read_text().splitlines()[:options.sentences]
    words = sum(len(text.split()) for text in texts)
    ears, writing = listener.Listener(), listener.Writing()
    print("| rate | system | words/min | WER % | WER % slowed down |\n|---|---|---|---|---|")
    for rate in options.rates:
        for system, sounds in said(texts, rate, options).items():
            slow = [stretch(samples, listener.RATE, 1 / rate) for samples in sounds]
            again = error_rate(ears, writing, texts, slow) if rate != 1 else "–"
            print(f"| {rate:g} | {system} | {60 * words / seconds(sounds):.0f} "
                  f"| {error_rate(ears, writing, texts, sounds)} | {again} |", flush=True)


if __name__ == "__main__":
    main()
