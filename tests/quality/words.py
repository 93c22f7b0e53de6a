#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Does Sori lose or repeat words? Says the 1,000 sentences of thousand.py, lets Whisper write down
what it hears, and looks closely at each sentence where a word is missing or too much.

    words.py -o OUT [--count N] [--only alignment|sound]

alignment   each phoneme of the text analysis must come out of the acoustic model once, in order,
            and last: zero frames would be a lost sound
sound       Whisper's hearing. Where words are missing or added it is asked again (three other ways:
            thirty seconds instead of ten, slower, with one reading instead of five), and about
            hibari-tts saying the same. A word is lost (or repeated) if it is in all of Sori's
            hearings and not in that one.

OUT/heard.jsonl has a row for each sentence done: the same command goes on where it was stopped.
OUT keeps the sounds of the sentences in doubt.
"""
import collections
import json
import os
import re
import subprocess

import numpy as np

import engines
import listener
import sound
import thousand
from rates import stretch
from stages import Chain

PHONEME = 4
SILENT = re.compile(r"[ˈˌː\s.,!?;:…—\"“”()]")  # what makes no sound of its own
SLOWER = 0.8


def missing_and_added(writing, wanted, heard):
    """Words that are in one only, by the shortest way from one text to the other; a word replaced
    by another was misheard, not lost."""
    import jiwer
    wanted, heard = writing.plain(wanted), writing.plain(heard)
    found = collections.Counter()
    out = jiwer.process_words(wanted or "-", heard or "-")
    for chunk in out.alignments[0]:
        if chunk.type == "delete":
            words = out.references[0][chunk.ref_start_idx:chunk.ref_end_idx]
            found.update(f"-{word}" for word in words)
        elif chunk.type == "insert":
            words = out.hypotheses[0][chunk.hyp_start_idx:chunk.hyp_end_idx]
            found.update(f"+{word}" for word in words)
    return found


class Doubt:
    """Listens again and again."""

    def __init__(self):
        self.ears, self.hasty = listener.Listener(), listener.Listener(beam=1)
        self.writing, self.peer = listener.Writing(), None

    def hearings(self, samples):
        slower = stretch(samples, listener.RATE, SLOWER)
        yield self.ears.hear(samples)[0]
        yield self.ears.hear_quickly(slower)[0]
        yield self.hasty.hear(samples)[0]

    def of_peer(self, text):
        from hibari import Hibari
        import soxr
        self.peer = self.peer or Hibari(threads=1)
        samples = np.asarray(self.peer(text), np.float32)
        return self.ears.hear(soxr.resample(samples, engines.RATE, listener.RATE))[0]

    def judge(self, text, samples):
        """What was heard first, and the words that every hearing lacks or has too much."""
        first = self.ears.hear_quickly(samples)[0]
        wrong, heard = missing_and_added(self.writing, text, first), [first]
        candidate = bool(wrong)
        for again in self.hearings(samples) if wrong else ():
            heard.append(again)
            wrong &= missing_and_added(self.writing, text, again)
            if not wrong:
                break
        if wrong:
            heard.append("hibari: " + self.of_peer(text))
            wrong -= missing_and_added(self.writing, text, heard[-1].removeprefix("hibari: "))
        return {"text": text, "heard": heard, "candidate": candidate, "wrong": sorted(wrong)}


def say(text, path, options):
    environment = {**os.environ, "SORI_BUILD": str(options.build)}
    subprocess.run([engines.ROOT / "run-uninstalled.sh", "sori", "say", "-q", "-v",
                    options.voice.name, "-o", path, "--", text], check=True, env=environment)


def check_sound(texts, options):
    store = options.output / "heard.jsonl"
    rows = [json.loads(line) for line in store.read_text().splitlines()] if store.exists() else []
    doubt = Doubt()
    with store.open("a") as file:
        for i, text in list(enumerate(texts))[len(rows):]:
            path = options.output / f"{i:04d}.wav"
            say(text, path, options)
            rows.append(doubt.judge(text, sound.read(path, listener.RATE)))
            if not rows[-1]["candidate"]:
                path.unlink()
            file.write(json.dumps(rows[-1], ensure_ascii=False) + "\n")
            file.flush()
    return rows


def lost_sounds(chain, phonemes):
    """What comes out otherwise than once, in order and for at least a frame."""
    frames = len(chain.speak(phonemes))
    events = [(symbol, position) for kind, symbol, position in chain.events if kind == PHONEME]
    ends = [position for _, position in events[1:]] + [frames]
    same = "".join(symbol for symbol, _ in events) == SILENT.sub("", phonemes)
    empty = [symbol for (symbol, start), end in zip(events, ends) if end <= start]
    return ([] if same else ["another order"]) + empty


def check_alignment(texts, options):
    """Number of phonemes, and the sentences with a lost one."""
    lines = options.output / "texts.txt"
    lines.write_text("\n".join(texts) + "\n")
    environment = {**os.environ, "SORI_BUILD": str(options.build)}
    result = subprocess.run([engines.ROOT / "run-uninstalled.sh", "sori", "text", "--phonemes",
                             "-f", lines], check=True, text=True, env=environment,
                            stdout=subprocess.PIPE)
    chain = Chain(options.build / ".libs", options.voice, [engines.ACOUSTIC])
    count, lost = 0, []
    for phonemes in result.stdout.splitlines():
        found = lost_sounds(chain, phonemes)
        count += len(phonemes)
        lost += [(phonemes, found)] if found else []
    return count, lost


def report_alignment(texts, options):
    count, lost = check_alignment(texts, options)
    print(f"alignment: {count} phonemes in {len(texts)} sentences, {len(lost)} sentences with one "
          "lost, empty or out of order")
    for phonemes, found in lost:
        print(f"    {phonemes}: {found}")
    return not lost


def report_sound(texts, options):
    rows = check_sound(texts, options)
    candidates = sum(row["candidate"] for row in rows)
    wrong = [row for row in rows if row["wrong"]]
    print(f"sound: {candidates} of {len(rows)} sentences in doubt at first hearing, {len(wrong)} "
          "with a word lost or repeated in all hearings but not with the teacher")
    for row in wrong:
        print(f"    {' '.join(row['wrong'])}: {row['text']}")
        for heard in row["heard"]:
            print(f"        {heard}")
    return not wrong


def main():
    parser = engines.parser(__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--only", choices=["alignment", "sound"])
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    options.build, options.voice = options.build.resolve(), options.voice.resolve()
    texts, good = list(thousand.sentences(options.count)), True
    if options.only != "sound":
        good = report_alignment(texts, options)
    if options.only != "alignment":
        good = report_sound(texts, options) and good
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
