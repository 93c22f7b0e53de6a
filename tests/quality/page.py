#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a page to listen to: sentences as each system of a run of judge.py says them, as Opus, with
spectrograms.

    page.py OUT-OF-JUDGE SENTENCES.txt PAGE.md SYSTEM... [--count N]

Needs matplotlib, numpy and soundfile. Sounds and pictures go into `samples` beside PAGE.md; what
stands there before the first sentence stays.
"""
import argparse
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402 (the backend comes first)
import numpy as np  # noqa: E402
import soundfile  # noqa: E402

OPUS_RATE = 24000


def picture(samples, rate, path):
    figure, axes = pyplot.subplots(figsize=(5, 2))
    axes.specgram(samples + 1e-6 * np.random.default_rng(0).standard_normal(len(samples)),
                  NFFT=512, Fs=rate, noverlap=384, vmin=-115, vmax=-45, cmap="magma")
    axes.set_ylim(0, OPUS_RATE / 2)
    axes.set_yticks([0, 4000, 8000, 12000], ["0", "4", "8", "12 kHz"])
    figure.savefig(path, dpi=72, bbox_inches="tight")
    pyplot.close(figure)


def add(source, folder, name):
    samples, rate = soundfile.read(source)
    picture(samples, rate, folder / f"{name}.png")
    if rate != OPUS_RATE:
        times = np.arange(int(len(samples) * OPUS_RATE / rate)) * rate / OPUS_RATE
        samples = np.interp(times, np.arange(len(samples)), samples)
    soundfile.write(folder / f"{name}.opus", samples, OPUS_RATE, format="OGG", subtype="OPUS")


def head(page):
    """What stands before the first sentence of a page that is there already: somebody wrote it."""
    if not page.exists():
        return ["# Samples", ""]
    return page.read_text().split("\n## ", 1)[0].rstrip().splitlines() + [""]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=pathlib.Path)
    parser.add_argument("sentences", type=pathlib.Path)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("systems", nargs="+", metavar="SYSTEM")
    parser.add_argument("--count", type=int, default=3, help="sentences [3]")
    options = parser.parse_args()
    folder = options.page.parent / "samples"
    folder.mkdir(exist_ok=True)
    lines = head(options.page)
    for i, text in enumerate(options.sentences.read_text().splitlines()[:options.count]):
        lines += [f"## {text}", "", "| system | sound | spectrogram |", "|---|---|---|"]
        for system in options.systems:
            name = f"{system}-{i:03d}"
            add(options.judged / system / f"{i:03d}.wav", folder, name)
            lines.append(f"| {system} | [listen](samples/{name}.opus) "
                         f"| ![{name}](samples/{name}.png) |")
        lines.append("")
    options.page.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
