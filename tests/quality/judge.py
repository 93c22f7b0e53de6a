#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How well is Sori understood? Renders the 100 sentences of sentences.txt in several ways, lets a
speech recogniser (Whisper) and a quality predictor (DistillMOS) judge them, and says for each
sentence with an error whether its phonemes or its sound are to blame. Takes minutes and needs the
judge's environment: not part of ./check.

    JUDGE/venv/bin/python tests/quality/judge.py --judge JUDGE -o OUT [options] [SYSTEM...]

systems (default: those that can run)
    say           sori say, the default voice as it is
    say-f32       the same, the vocoder's weights in 32 bits (--set vocoder.precision=f32)
    models        the voice's models alone, on phonemes by misaki
    models-f32    the same with a vocoder in 32 bits
    griffinlim    the acoustic model and the griffinlim vocoder, on phonemes by misaki
    pilot         the recipe's own synthesis in Python, on phonemes by misaki (needs --recipe)
    pilot-gl      its mel frames through its Griffin-Lim
    teacher hibari piper espeak-ng flite    the peers, each from their own text analysis

JUDGE is a folder with wer.py, dmos.py, kokoro_say.py and venv/. OUT gets SYSTEM/NNN.wav, phoneme
files, result.json and table.md. WER, CER and PER are in per cent over all sentences; the recogniser
itself errs, so compare systems, not single figures. Behind WER and MOS stands half the width of
their 95 % confidence interval, from a thousand resamplings of the sentences.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import wave

import numpy as np

from intervals import half_width
from stages import Chain

HERE = pathlib.Path(__file__).resolve().parent
RATE = 24000
ACOUSTIC = ("tacotron", {"model": "acoustic.gguf"})
VOCODERS = {
    "models": ("wavenet", {"model": "vocoder.gguf"}),
    "models-f32": ("wavenet", {"model": "vocoder.gguf", "precision": "f32"}),
    "griffinlim": ("griffinlim", {}),
}
SAY = {"say": [], "say-f32": ["--set", "vocoder.precision=f32"]}
PILOT = {"pilot": "full", "pilot-gl": "gl"}
# Names in JUDGE/peers.py.
PEERS = {"teacher": "kokoro", "hibari": "hibari", "piper": "piper-joe",
         "espeak-ng": "espeak-ng", "flite": "flite-slt"}
PEER = """import sys
sys.path.insert(0, sys.argv[1])
import numpy, peers, soundfile
engine = peers.get(sys.argv[2])
for i, line in enumerate(sys.stdin):
    samples, rate = engine.synth(line.strip())
    soundfile.write(f"{sys.argv[3]}/{i:03d}.wav", numpy.clip(samples, -1, 1), rate, "PCM_16")
"""
MISAKI = """import sys
sys.path.insert(0, sys.argv[1])
from kokoro_say import phonemes
for line in sys.stdin:
    print(phonemes(line.strip(), "misaki"))
"""


def run(command, **options):
    return subprocess.run([str(part) for part in command], check=True, text=True, **options)


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes())


def cpu_flags():
    """SORI_CPU_* of this processor."""
    words = pathlib.Path("/proc/cpuinfo").read_text().split()
    return ("avx2" in words) * 1 + ("avx512_vnni" in words) * 2


MARKS = """import json, sys
sys.path.insert(0, sys.argv[1])
import dmos
model = dmos.DistillMOS()
print(json.dumps([model.score(path) for path in sys.argv[2:]]))
"""


class Judge:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.output).resolve()
        self.judge = pathlib.Path(options.judge).resolve()
        self.sentences = pathlib.Path(options.sentences).resolve()
        self.texts = [line for line in self.sentences.read_text().splitlines() if line.strip()]
        self.out.mkdir(parents=True, exist_ok=True)

    def python(self):
        return self.judge / "venv/bin/python"

    def misaki(self):
        """The phonemes of each sentence as the voice was trained with them; made once."""
        path = self.out / "misaki.txt"
        if not path.exists():
            result = run([self.python(), "-c", MISAKI, self.judge],
                         input="\n".join(self.texts) + "\n", stdout=subprocess.PIPE)
            path.write_text(result.stdout)
        return path.read_text().splitlines()

    def sori(self, *arguments, **options):
        script = HERE.parents[1] / "run-uninstalled.sh"
        environment = {**os.environ, "SORI_BUILD": str(self.options.build)}
        return run([script, "sori", *arguments], env=environment, **options)

    def ours(self):
        """The phonemes that the analyser gives."""
        result = self.sori("text", "--phonemes", "-f", self.sentences, stdout=subprocess.PIPE)
        (self.out / "ours.txt").write_text(result.stdout)
        return result.stdout.splitlines()

    def render(self, system, folder):
        if system in SAY:
            for i, text in enumerate(self.texts):
                self.sori("say", "-q", *SAY[system], "-o", folder / f"{i:03d}.wav", text)
        elif system in VOCODERS:
            chain = Chain(self.options.build / ".libs", self.options.voice,
                          [ACOUSTIC, VOCODERS[system]], cpu_flags())
            for i, phonemes in enumerate(self.misaki()):
                write_wav(folder / f"{i:03d}.wav", chain.speak(phonemes))
        elif system in PEERS:
            run([self.python(), "-c", PEER, self.judge, PEERS[system], folder],
                input="\n".join(self.texts) + "\n", stdout=subprocess.DEVNULL)
        else:
            self.render_pilot(PILOT[system], folder)

    def render_pilot(self, mode, folder):
        runs = {}
        for name in ("acoustic", "vocoder"):
            runs[name] = self.out / "pilot-models" / name
            runs[name].mkdir(parents=True, exist_ok=True)
            link = runs[name] / "last.pt"
            link.unlink(missing_ok=True)
            link.symlink_to((self.options.checkpoints / f"{name}_last.pt").resolve())
        lines = self.out / "misaki.tsv"
        lines.write_text("".join(f"{i:03d}\t{p}\n" for i, p in enumerate(self.misaki())))
        run([self.options.pilot_python, "synth.py", "--ac", runs["acoustic"],
             "--voc", runs["vocoder"], "--feat", self.options.statistics.resolve(),
             "--list", lines, "--out", folder, "--mode", mode],
            cwd=self.options.recipe, stdout=subprocess.DEVNULL)

    def score(self, system):
        """What the judges say of OUT/SYSTEM."""
        folder, rows = self.out / system, self.out / f"{system}.json"
        heard = run([self.python(), self.judge / "wer.py", "--dir", folder,
                     "--text", self.sentences, "--json", rows], stdout=subprocess.PIPE).stdout
        rates = dict(re.findall(r"(WER|CER|PER) ([\d.]+)%", heard))
        marks = run([self.python(), "-c", MARKS, self.judge, *sorted(folder.glob("*.wav"))],
                    stdout=subprocess.PIPE).stdout
        marks, sentences = json.loads(marks), json.loads(rows.read_text())
        words = [len(row["ref"].split()) for row in sentences]
        errors = [row["wer"] * n for row, n in zip(sentences, words)]
        return {**{name: float(value) for name, value in rates.items()},
                "WER +-": 100 * half_width(errors, words),
                "MOS": float(np.mean(marks)), "MOS +-": half_width(marks, [1] * len(marks)),
                "MOS sd": float(np.std(marks)), "marks": marks, "sentences": sentences}


def table(results):
    """In Markdown."""
    lines = ["| system | WER % | CER % | PER % | DistillMOS (sd) |", "|---|---|---|---|---|"]
    for name, r in results.items():
        lines.append(f"| {name} | {r['WER']:.2f} ± {r['WER +-']:.2f} | {r['CER']:.2f} "
                     f"| {r['PER']:.2f} | {r['MOS']:.2f} ± {r['MOS +-']:.2f} ({r['MOS sd']:.2f}) |")
    return "\n".join(lines) + "\n"


def plain(phonemes):
    """Without stress, spaces and punctuation, which the recogniser does not hear as words."""
    return re.sub(r"[ˈˌ\s.,!?;:…—\"“”()]", "", phonemes)


def distance(a, b):
    """Insertions, deletions and replacements that turn a into b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, above = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


def compare_phonemes(judge):
    """The analyser against misaki: the rate of different phonemes, and where they are."""
    pairs = list(zip(judge.ours(), judge.misaki()))
    if len(pairs) != len(judge.texts):
        sys.exit(f"{len(pairs)} lines of phonemes for {len(judge.texts)} sentences")
    distances = [distance(plain(ours), plain(theirs)) for ours, theirs in pairs]
    total = sum(len(plain(theirs)) for _, theirs in pairs)
    print(f"analyser against misaki: {100 * sum(distances) / total:.2f} % of the phonemes differ")
    return [(ours, theirs) if d else None for d, (ours, theirs) in zip(distances, pairs)]


def explain(judge, system, sentences, differing):
    for i, row in enumerate(sentences):
        if not row["wer"]:
            continue
        print(f"{system} {i:03d}: said  {judge.texts[i]}\n    heard {row['hyp']}")
        if system in SAY and differing[i]:
            print(f"    ours   {differing[i][0]}\n    misaki {differing[i][1]}")


def runnable(options):
    systems = []
    if (options.build / "sori").exists():
        systems += SAY
    systems += [name for name, (plugin, _) in VOCODERS.items()
                if (options.build / ".libs" / f"{plugin}.so").exists()]
    return systems + (list(PILOT) if options.recipe else [])


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    folder = {"type": pathlib.Path, "metavar": "DIR"}
    parser.add_argument("--judge", required=True, **folder)
    parser.add_argument("-o", "--output", required=True, **folder)
    parser.add_argument("--build", default=HERE.parents[1] / "build", **folder)
    parser.add_argument("--voice", default=HERE.parents[1] / "voices/heart", **folder)
    parser.add_argument("--sentences", default=HERE / "sentences.txt", type=pathlib.Path)
    parser.add_argument("--recipe", help="of the pilot: synth.py, and room to compile", **folder)
    parser.add_argument("--pilot-python", default=sys.executable, help="a Python with torch")
    parser.add_argument("--checkpoints", help="acoustic_last.pt, vocoder_last.pt", **folder)
    parser.add_argument("--statistics", help="stats.npz of its features", **folder)
    parser.add_argument("--keep", action="store_true", help="judge what is in OUT, render nothing")
    parser.add_argument("systems", nargs="*", metavar="SYSTEM")
    options = parser.parse_args()
    unknown = set(options.systems) - {*SAY, *VOCODERS, *PILOT, *PEERS}
    if unknown:
        parser.error(f"no such system: {', '.join(sorted(unknown))}")
    options.build = options.build.resolve()
    if options.recipe and not (options.checkpoints and options.statistics):
        parser.error("--recipe needs --checkpoints and --statistics")
    return options


def main():
    options = parse()
    judge, results = Judge(options), {}
    systems = options.systems or runnable(options)
    differing = compare_phonemes(judge) if set(systems) & set(SAY) else []
    for system in systems:
        folder = judge.out / system
        folder.mkdir(exist_ok=True)
        if not options.keep:
            judge.render(system, folder)
        results[system] = judge.score(system)
        (judge.out / "table.md").write_text(table(results))
    print(table(results))
    for system, result in results.items():
        explain(judge, system, result["sentences"], differing)
    (judge.out / "result.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
