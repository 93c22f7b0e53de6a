#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Are the acoustic model's mel frames blurred? Compares them with those of the teacher's
recordings, in spoken frames: when it knows the teacher's past (forced) and when it goes by its own
(free).

    spectra.py -o OUT [--build DIR] [--voice DIR] [--count N]

OUT is one of judge.py with OUT/teacher. Each figure with half its 95 % interval; teacher as
measured, the others as differences or ratios to it:
    tilt        slope of the mean spectrum from 300 Hz to 8 kHz, dB an octave
    level       mean in dB, below 1 kHz, to 4 kHz, above
    variance    over time, same ranges (ratio: 1 is as lively as the teacher)
    contrast    mean difference of neighboring mel bands (ratio: 1 is as sharp)
    change      mean difference of neighboring frames (ratio)
"""
import json

import numpy as np

import engines
import intervals

DECIBELS = 20 / np.log(10)
RANGES = {"to 1 kHz": (0, 1000), "1 to 4 kHz": (1000, 4000), "above 4 kHz": (4000, 12001)}
SPOKEN = np.log(1e-2)  # of the loudest mel band: quieter frames are pauses
LOW, HIGH = 300, 8000
CONTRAST_BANDS = 40  # the lower ones, which tell harmonics apart


def centres():
    return engines.recipe("features").EDGES[1:-1]


def tilt(mean):
    """dB an octave of a mean log-mel spectrum in dB."""
    hz = centres()
    used = (hz >= LOW) & (hz <= HIGH)
    return np.polyfit(np.log2(hz[used]), mean[used], 1)[0]


def sums(mel):
    """Of one sentence: what the figures of any number of sentences are made of."""
    spoken = mel[mel.max(1) > mel.max() + SPOKEN] * DECIBELS
    steps = np.abs(np.diff(spoken, axis=0)).mean(1)
    contrast = np.abs(np.diff(spoken[:, :CONTRAST_BANDS], axis=1)).mean(1)
    return {"n": len(spoken), "sum": spoken.sum(0), "square": (spoken ** 2).sum(0),
            "contrast": contrast.sum(), "change": steps.sum()}


def figures(parts, times):
    """With sentence i taken times[i] times."""
    total = {key: np.tensordot(times, np.stack([part[key] for part in parts]), 1)
             for key in parts[0]}
    mean = total["sum"] / total["n"]
    variance = total["square"] / total["n"] - mean ** 2
    found, hz = {"tilt": tilt(mean)}, centres()
    for name, (low, high) in RANGES.items():
        inside = (hz >= low) & (hz < high)
        found[f"level {name}"] = mean[inside].mean()
        found[f"variance {name}"] = variance[inside].mean()
    for name in ("contrast", "change"):
        found[name] = total[name] / total["n"]
    return found


def relative(name, value, reference):
    return value - reference if name == "tilt" or name.startswith("level") else value / reference


def compare(parts, reference):
    """Name -> (value, half width); against the reference, if there is one."""
    def once(times):
        own = figures(parts, times)
        other = figures(reference, times) if reference else None
        return {k: relative(k, v, other[k]) if other else v for k, v in own.items()}
    whole = once(np.ones(len(parts)))
    drawn = [once(times) for times in intervals.draws(len(parts), 500)]
    return {k: (float(v), intervals.middle_half([d[k] for d in drawn])) for k, v in whole.items()}


def mels(sentences):
    """Name -> log-mel frames of each sentence."""
    log_mel = engines.recipe("features").log_mel
    forced = engines.forced_mel(sentences.options.voice)
    chain = sentences.chain(engines.ACOUSTIC)
    found = {"teacher": [], "forced": [], "free": []}
    for samples, phonemes, durations in sentences.recordings():
        found["teacher"].append(log_mel(samples))
        found["forced"].append(forced(samples, phonemes, durations))
        found["free"].append(chain.speak(phonemes))
    return found


def main():
    parser = engines.parser(__doc__)
    parser.add_argument("--count", type=int)
    options = parser.parse_args()
    texts = (engines.HERE / "sentences.txt").read_text().splitlines()[:options.count]
    sentences = engines.Sentences(texts, options.output / "teacher", options)
    parts = {name: [sums(mel) for mel in found] for name, found in mels(sentences).items()}
    teacher = parts.pop("teacher")
    results = {"teacher": compare(teacher, None)}
    results |= {name: compare(found, teacher) for name, found in parts.items()}
    print("| figure | " + " | ".join(results) + " |\n|---" + "|---" * len(results) + "|")
    for figure in results["teacher"]:
        cells = (f"{found[figure][0]:.2f} ± {found[figure][1]:.2f}" for found in results.values())
        print(f"| {figure} | " + " | ".join(cells) + " |")
    (options.output / "spectra.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
