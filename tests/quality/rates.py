#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is fast speech understood? Renders sentences of sentences.txt at several rates with the default
voice, and with espeak-ng at the same words a minute, and lets a speech recogniser (Whisper) judge
both. Takes minutes and needs the judge's environment (judge.py): not part of ./check.

    JUDGE/venv/bin/python tests/quality/rates.py --judge JUDGE -o OUT [--sentences N] [RATE...]

Prints a table: rate, words a minute (of the whole, with its pauses), WER in per cent.
"""
import argparse
import pathlib
import subprocess
import sys

import soundfile

HERE = pathlib.Path(__file__).resolve().parent


def seconds(path):
    return soundfile.info(path).duration


def say(text, rate, path):
    subprocess.run(["sori", "say", "-v", "heart", f"--rate={rate}", "-o", path, text], check=True)


def espeak(text, words_a_minute, path):
    subprocess.run(["espeak-ng", "-v", "en-us", "-s", str(round(words_a_minute)), "-w", path, text],
                   check=True)


def render_espeak(lines, wanted, folder):
    """At the setting whose whole length comes closest to the wanted one."""
    words = sum(len(line.split()) for line in lines)
    setting = 60 * words / wanted
    for _ in range(4):
        paths = [folder / f"{i:03d}.wav" for i in range(len(lines))]
        for line, path in zip(lines, paths):
            espeak(line, setting, path)
        length = sum(map(seconds, paths))
        if abs(length / wanted - 1) < 0.02:
            break
        setting = min(max(setting * length / wanted, 80), 1200)
    return paths


def error_rate(judge, lines, paths):
    import jiwer
    wanted = [judge.norm(line) for line in lines]
    heard = [judge.norm(judge.transcribe(str(path))) for path in paths]
    return 100 * jiwer.wer(wanted, heard)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judge", required=True, type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    parser.add_argument("--sentences", type=int, default=20)
    parser.add_argument("rates", nargs="*", type=float, default=[1, 2, 3, 4])
    options = parser.parse_args()
    sys.path.insert(0, str(options.judge))
    from wer import Judge
    lines = (HERE / "sentences.txt").read_text().splitlines()[:options.sentences]
    words = sum(len(line.split()) for line in lines)
    rows = []
    for rate in options.rates:
        own, other = (options.output / f"{name}-{rate:g}" for name in ("sori", "espeak-ng"))
        own.mkdir(parents=True, exist_ok=True)
        other.mkdir(parents=True, exist_ok=True)
        paths = [own / f"{i:03d}.wav" for i in range(len(lines))]
        for line, path in zip(lines, paths):
            say(line, rate, path)
        wanted = sum(map(seconds, paths))
        others = render_espeak(lines, wanted, other)
        rows.append((rate, paths, others, 60 * words / wanted,
                     60 * words / sum(map(seconds, others))))
    judge = Judge()
    print("| rate | Sori, words/min | WER % | espeak-ng, words/min | WER % |")
    print("|---|---|---|---|---|")
    for rate, paths, others, own_speed, other_speed in rows:
        print(f"| {rate:g} | {own_speed:.0f} | {error_rate(judge, lines, paths):.1f} "
              f"| {other_speed:.0f} | {error_rate(judge, lines, others):.1f} |", flush=True)


main()
