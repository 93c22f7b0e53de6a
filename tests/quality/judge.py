#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well is Sori understood, and how does it sound? Lets engines say sentences, judges them in
one table (Markdown, and JSON with all that was heard), and names each sentence with an error.

    judge.py -o OUT [options] [SYSTEM...]

systems
    sori                the voice as users hear it (sori say); sori-f32: vocoder in 32 bits
    models              its models on the teacher's phonemes: without our text analysis
    models-griffinlim   the acoustic model with Griffin-Lim as its vocoder
    forced              the vocoder on frames of the acoustic model that knows the teacher's past
    copy                the vocoder on frames of the teacher's recordings (copy synthesis)
    copy-griffinlim     Griffin-Lim on them
    teacher             Kokoro (--kokoro), else hibari-tts
    hibari piper espeak-ng flite    the peers, each from their own text analysis

OUT/SYSTEM/NNN.wav is what was said; peers say it once, ours anew in each run (but see --keep). What
has been judged is not judged again while the sound is the same.

columns, each with half its 95 % interval (the sentences resampled a thousand times)
    WER, CER, PER   errors in words, characters, phonemes (no homophones), in per cent, by Whisper
                    base; it errs itself, so compare with the teacher
    DistillMOS, DNSMOS, P.808       quality from 1 to 5 as networks predict it
    MCD, F0, V/UV   against the teacher's recording, frames aligned: mel-cepstral distortion in dB,
                    error of F0 in cents, share of frames that one of both has unvoiced
    Frechet         distance from all of the teacher's, over Whisper's encoder frames that are not
                    silent
"""
import hashlib
import json
import pathlib

import numpy as np

import engines
import intervals
import likeness
import listener
import marks
import sound

COLUMNS = {"WER": ("words", 100), "CER": ("characters", 100), "PER": ("phonemes", 100)}
MEANS = ("DistillMOS", "DNSMOS", "P.808", "MCD", "F0", "V/UV")
SILENCE = 1e-4  # power relative to the loudest frame
DIGITS = {"F0": 0, "V/UV": 1, "Frechet": 1}


class Ears:
    """The listeners; loaded when the first sound needs them."""

    def __init__(self):
        self.listener, self.marks, self.writing = None, None, listener.Writing()

    def judge(self, path, text):
        if self.listener is None:
            self.listener, self.marks = listener.Listener(), marks.Marks()
        samples = sound.read(path, listener.RATE)
        heard, frames = self.listener.check(samples, text, self.writing)
        np.save(path.with_suffix(".npy"), frames.astype(np.float16))
        return {"text": text, "heard": heard, **listener.compare(self.writing, text, heard),
                **self.marks.of(samples)}


def compare_with(teacher, path):
    """Against the teacher's recording of the same sentence, where there is one."""
    reference = teacher / path.name
    if not reference.exists() or path.parent == teacher:
        return {}
    found = likeness.distances(sound.read(path, likeness.RATE),
                               sound.read(reference, likeness.RATE))
    return {"MCD": found["MCD"], "F0": found["F0"], "V/UV": 100 * found["voicing"]}


def judge_system(ears, sentences, folder):
    """Rows, one a sentence; those of sounds that have not changed are taken from the last time."""
    store, partial = folder.with_suffix(".json"), folder.with_suffix(".partial")
    known = json.loads(store.read_text()) if store.exists() else {}
    for i, text in enumerate(sentences.texts):
        path = folder / f"{i:03d}.wav"
        digest = hashlib.sha256(path.read_bytes() + text.encode()).hexdigest()
        row = known.get(path.stem, {})
        if row.get("digest") != digest:
            row = {"digest": digest, **ears.judge(path, text)}
        if "MCD" not in row:
            row |= compare_with(sentences.teacher, path)
        known[path.stem] = row
        partial.write_text(json.dumps(known, ensure_ascii=False, indent=1))
        partial.replace(store)
    return [known[f"{i:03d}"] for i in range(len(sentences.texts))]


def loud(samples, count):
    """Which of the listener's `count` frames are not silent: how long engines pause before the
    first word says nothing of their sound."""
    step = listener.RATE // listener.FRAMES_A_SECOND
    power = np.resize(np.pad(samples, (0, step)), (count, step)).astype(np.float64) ** 2
    power = power.mean(1)
    return power > SILENCE * power.max()


def frames_of(folder, count):
    """What the listener's encoder made of each sentence, without silence."""
    found = []
    for i in range(count):
        frames = np.load(folder / f"{i:03d}.npy").astype(np.float64)
        samples = sound.read(folder / f"{i:03d}.wav", listener.RATE)
        found.append(frames[loud(samples, len(frames))])
    return found


def figures(rows, folder, teacher):
    """Name -> (value, half width), or None where there is none."""
    found = {}
    for name, (key, scale) in COLUMNS.items():
        errors, counts = np.array([row[key] for row in rows], float).T
        found[name] = tuple(scale * x for x in intervals.ratio(errors, counts))
    for name in MEANS:
        found[name] = intervals.ratio([row.get(name, np.nan) for row in rows])
    known = (teacher / "000.npy").exists() and folder != teacher and len(rows) > 1
    found["Frechet"] = likeness.frechet(frames_of(folder, len(rows)),
                                        frames_of(teacher, len(rows))) if known else None
    return found


def cell(name, value):
    if value is None:
        return "–"
    digits = DIGITS.get(name, 2)
    return f"{value[0]:.{digits}f} ± {value[1]:.{digits}f}"


def table(results):
    """In Markdown."""
    names = [*COLUMNS, *MEANS, "Frechet"]
    lines = ["| system | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for system, found in results.items():
        lines.append(f"| {system} | " + " | ".join(cell(n, found[n]) for n in names) + " |")
    return "\n".join(lines) + "\n"


def paired(rows, against):
    """How much more errors and marks than another system has on the same sentences."""
    found = {}
    for name, (key, scale) in COLUMNS.items():
        more = [a[key][0] - b[key][0] for a, b in zip(rows, against)]
        found[name] = tuple(scale * x for x in intervals.ratio(more, [r[key][1] for r in rows]))
    for name in ("DistillMOS", "DNSMOS", "P.808"):
        found[name] = intervals.ratio([a[name] - b[name] for a, b in zip(rows, against)])
    return found


def differences(all_rows, base):
    """Each system's distance from `base` on the same sentences, in Markdown."""
    names = [*COLUMNS, "DistillMOS", "DNSMOS", "P.808"]
    lines = [f"| less {base} | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for system, rows in all_rows.items():
        if system != base:
            found = paired(rows, all_rows[base])
            lines.append(f"| {system} | " + " | ".join(cell(n, found[n]) for n in names) + " |")
    return "\n".join(lines) + "\n"


def explain(system, rows):
    for i, row in enumerate(rows):
        if row["words"][0]:
            print(f"{system} {i:03d}: said  {row['text']}\n    heard {row['heard']}")


def parse():
    parser = engines.parser(__doc__)
    parser.add_argument("--kokoro", help="kokoro.onnx, vocab.json and styles of voices",
                        **engines.FOLDER)
    parser.add_argument("--kokoro-voice", dest="style", default="af_heart", metavar="NAME")
    parser.add_argument("--sentences", default=engines.HERE / "sentences.txt", type=pathlib.Path)
    parser.add_argument("--count", type=int, help="of sentences; all if not given")
    parser.add_argument("--keep", action="store_true", help="render nothing that is there")
    parser.add_argument("--quiet", action="store_true", help="do not show sentences with errors")
    parser.add_argument("systems", nargs="+", metavar="SYSTEM", choices=sorted(engines.ENGINES))
    options = parser.parse_args()
    options.build, options.voice = options.build.resolve(), options.voice.resolve()
    options.threads = 1
    return options


def render(system, sentences, folder, keep):
    folder.mkdir(parents=True, exist_ok=True)
    there = not engines.missing(sentences, folder)
    if not there or (system in engines.OURS and not keep):
        engines.ENGINES[system](sentences, folder)


def main():
    options = parse()
    texts = [line for line in options.sentences.read_text().splitlines() if line.strip()]
    teacher = options.output / "teacher"
    sentences = engines.Sentences(texts[:options.count], teacher, options)
    systems = list(dict.fromkeys(options.systems))
    if engines.NEED_TEACHER & set(systems):
        systems = ["teacher"] + [s for s in systems if s != "teacher"]
    ears, rows, results = Ears(), {}, {}
    for system in systems:
        folder = options.output / system
        render(system, sentences, folder, options.keep)
        rows[system] = judge_system(ears, sentences, folder)
        results[system] = figures(rows[system], folder, teacher)
        print(table({system: results[system]}).splitlines()[-1], flush=True)
    text = table(results) + ("\n" + differences(rows, "teacher") if "teacher" in rows else "")
    (options.output / "table.md").write_text(text)
    (options.output / "result.json").write_text(json.dumps(
        {"figures": results, "sentences": rows}, ensure_ascii=False, indent=1))
    print("\n" + text)
    for system in systems if not options.quiet else []:
        explain(system, rows[system])


if __name__ == "__main__":
    main()
