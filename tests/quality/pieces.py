#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says in TAP whether the judge's pieces give what is known beforehand.

    pieces.py TEACHER-WAV      a sentence that the teacher has said
"""
import sys

import numpy as np

import intervals
import likeness
import listener
import marks
import replies
import sound

failures = count = 0


def check(name, good):
    global failures, count
    count += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)


def near(value, wanted, error):
    return abs(value - wanted) <= error


def check_intervals():
    values = np.random.default_rng(1).standard_normal(400)
    check("the interval of a mean is 1.96 standard errors",
          near(intervals.ratio(values)[1], 1.96 * values.std() / 20, 0.01))
    check("equal values leave no doubt", intervals.ratio([0.5] * 9) == (0.5, 0.0))
    check("what is unknown does not count", intervals.ratio([1, np.nan, 3])[0] == 2)
    check("nothing known, nothing said", intervals.ratio([np.nan]) is None)


def check_errors():
    writing = listener.Writing()
    check("numbers, cases and stops are equal",
          writing.plain("Twelve Ships at 7:45!") == writing.plain("12 ships at 7.45"))
    check("a word skipped, one replaced, one added",
          listener.errors("a b c d", "a c x y") == (3, 4))
    check("characters", listener.errors("abc", "abd", by_words=False) == (1, 3))
    check("homophones are equal in phonemes",
          listener.compare(writing, "the night", "the knight")["phonemes"][0] == 0)
    check("and not in words", listener.compare(writing, "the night", "the knight")["words"][0] == 1)


def pulses(f0, seconds=0.5):
    """A voice of constant pitch through one resonance."""
    samples = np.zeros(int(likeness.RATE * seconds), np.float32)
    samples[::round(likeness.RATE / f0)] = 1
    n = np.arange(200)
    ring = np.exp(-n / 30) * np.cos(2 * np.pi * 700 / likeness.RATE * n)
    return np.convolve(samples, ring)[:len(samples)].astype(np.float32) / 2


def check_likeness(speech):
    same = likeness.distances(speech, speech)
    check("a sound is like itself", same["MCD"] == same["F0"] == same["voicing"] == 0)
    check("and as much like itself in half the loudness",
          likeness.distances(speech / 2, speech)["MCD"] < 0.2)
    dull = np.convolve(speech, np.ones(4) / 4)[:len(speech)].astype(np.float32)
    check("but not when it is dull", likeness.distances(dull, speech)["MCD"] > 1)
    found = likeness.distances(pulses(120), pulses(100))["F0"]
    check(f"a minor third is 316 cents ({found:.0f})", near(found, 316, 30))
    random = np.random.default_rng(2)
    sentences = [random.standard_normal((300, 8)) for _ in range(6)]
    shifted = [s + 3 * np.eye(8)[0] for s in sentences]
    check("no Frechet distance from itself", abs(likeness.frechet(sentences, sentences)[0]) < 1e-6)
    check("that of a shift is its square",
          near(likeness.frechet(shifted, sentences)[0], 9, 1e-6))
    wide = [2 * s for s in sentences]
    check("that of twice the spread is its variance",
          near(likeness.frechet(wide, sentences)[0], 8, 0.5))


def check_marks(speech):
    judge = marks.Marks()
    noise = np.random.default_rng(3).standard_normal(len(speech)).astype(np.float32) * 0.05
    clear, noisy = judge.of(speech), judge.of(speech + noise)
    for name in clear:
        check(f"{name} hears noise ({clear[name]:.2f}, {noisy[name]:.2f})",
              5 >= clear[name] > noisy[name] >= 1)
    check("silence is worst", judge.of(np.zeros(16000, np.float32))["DistillMOS"] == 1)


def check_replies():
    wanted = ["The capital of France is Paris.", "Two and two make four, as everyone knows."]
    same = replies.score(wanted, wanted)
    check("an answer word by word has BLEU 100 and ROUGE-L 100",
          near(same["BLEU"][0], 100, 1e-6) and near(same["ROUGE-L"][0], 100, 1e-6))
    other = replies.score(["Fish swim in the sea.", "No idea at all."], wanted)
    check("another has next to nothing", other["BLEU"][0] < 10 and other["ROUGE-L"][0] < 30)


def main():
    check_intervals()
    check_errors()
    check_likeness(sound.read(sys.argv[1], likeness.RATE))
    check_marks(sound.read(sys.argv[1], marks.RATE))
    check_replies()
    print(f"1..{count}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
