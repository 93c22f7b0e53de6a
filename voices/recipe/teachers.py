# SPDX-License-Identifier: Apache-2.0
"""Models that read a text aloud and say how long each phoneme lasted. say() gives phonemes, samples
and durations, or None for what does not go in one piece."""
import json

import numpy as np

import symbols
from features import RATE

UNIT = 600  # samples of a duration's unit


def with_output(source, target, name):
    """A copy of an ONNX model that also gives the integer tensor NAME, which it has inside."""
    import onnx
    model = onnx.load(str(source))
    value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, None)
    model.graph.output.append(value)
    partial = target.with_suffix(".partial")
    onnx.save(model, str(partial))
    partial.replace(target)


def phonemes_of(voice, text):
    """One piece of phonemes that the recipe knows, else None."""
    pieces = voice.phonemize(text)
    return pieces[0] if len(pieces) == 1 and symbols.known(pieces[0]) else None


def checked(phonemes, samples, durations):
    """None where the durations do not account for each symbol and each sample."""
    whole = len(durations) == len(phonemes) + 2 and durations.sum() * UNIT == len(samples)
    sound = np.isfinite(samples).all() and 0.02 < np.abs(samples).max() < 0.999
    return (phonemes, samples, durations.tolist()) if whole and sound else None


class Hibari:
    """hibari-tts with a second output: the durations that its network predicts."""

    DURATIONS = "/CumSum_output_0"

    def __init__(self, work, _):
        from hibari import Hibari as Engine
        from hibari.voices import voice_path
        model = work / "teacher.onnx"
        if not model.exists():
            with_output(voice_path("heart"), model, self.DURATIONS)
        self.engine = Engine(model=str(model))

    def say(self, text, seed):
        from hibari import dsp
        phonemes = phonemes_of(self.engine, text)
        if phonemes is None:
            return None
        ids = np.asarray([self.engine.ids(phonemes)], np.int64)
        outputs = self.engine.sess.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
        parts, pitch = [part[0] for part in outputs[:5]], outputs[5][0]
        samples = dsp.synth(*parts, pitch, np.random.default_rng(seed))
        durations = np.diff(outputs[6].reshape(-1).astype(int), prepend=0)
        return checked(phonemes, samples, durations)


class Kokoro:
    """Kokoro-82M in any of its voices. Its phonemes come from hibari-tts, which reads as it does.

    The folder holds kokoro.onnx, vocab.json (symbol -> number) and VOICE.bin: a style for each
    number of symbols, 510 times 256 float32.
    """

    DURATIONS = "/encoder/Cast_output_0"
    STYLES, STYLE = 510, 256

    def __init__(self, work, options):
        import onnxruntime
        from hibari import Hibari as Engine
        if options.model is None or options.voice is None:
            raise SystemExit("kokoro needs --model FOLDER and --voice NAME")
        model = work / "teacher-kokoro.onnx"
        if not model.exists():
            with_output(options.model / "kokoro.onnx", model, self.DURATIONS)
        self.engine = Engine()
        self.numbers = json.loads((options.model / "vocab.json").read_text())
        self.numbers = self.numbers.get("vocab", self.numbers)
        styles = np.fromfile(options.model / f"{options.voice}.bin", np.float32)
        self.styles = styles.reshape(self.STYLES, self.STYLE)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        settings.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(model), settings,
                                                    providers=["CPUExecutionProvider"])

    def say(self, text, _):
        phonemes = phonemes_of(self.engine, text)
        if phonemes is None or not all(symbol in self.numbers for symbol in phonemes):
            return None
        if len(phonemes) >= self.STYLES:
            return None
        numbers = [0] + [self.numbers[symbol] for symbol in phonemes] + [0]
        outputs = self.session.run(None, {"tokens": np.array([numbers], np.int64),
                                          "style": self.styles[len(phonemes)][None],
                                          "speed": np.ones(1, np.float32)})
        return checked(phonemes, outputs[0].reshape(-1), outputs[1].reshape(-1))


ENGINES = {"hibari": Hibari, "kokoro": Kokoro}
