# SPDX-License-Identifier: Apache-2.0
"""Runs built plugins from Python, through the plugin interface (include/sori) alone: phonemes that
are known to be right go straight to the acoustic model, so that what a listener misses is the fault
of the models and not of the text analysis.

    chain = Chain(PLUGINS, VOICE, [("tacotron", {"model": "acoustic.gguf"}), ...])
    samples = chain.speak("həlˈO.", seed=0)

    vocoder = Chain(PLUGINS, VOICE, [("wavenet", {"model": "vocoder.gguf"})])
    samples = vocoder.sound(mel)

PLUGINS is the folder with the shared objects, VOICE that of the weights.
"""
import ctypes
import mmap
import pathlib

import numpy as np

ABI = 1
MEDIA_PHONEMES, MEDIA_MEL, MEDIA_SAMPLES = 2, 3, 4
UTTERANCE_END = 1
MORE, DONE = 1, 2
POINTER, U32, U64 = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_uint64


def cpu_flags():
    """SORI_CPU_* of this processor."""
    words = pathlib.Path("/proc/cpuinfo").read_text().split()
    return ("avx2" in words) * 1 + ("avx512_vnni" in words) * 2


class Span(ctypes.Structure):
    _fields_ = [("data", POINTER), ("size", ctypes.c_size_t)]


class Format(ctypes.Structure):
    _fields_ = [(n, U32) for n in ("media", "sample_rate", "channels", "hop_length", "n_fft")]
    _fields_ += [("f_min", ctypes.c_float), ("f_max", ctypes.c_float)]


class Setting(ctypes.Structure):
    _fields_ = [("key", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class Phoneme(ctypes.Structure):
    _fields_ = [("symbol", U32), ("text_start", U32), ("text_end", U32)]


class Block(ctypes.Structure):
    _fields_ = [("media", U32), ("flags", U32), ("data", POINTER), ("count", ctypes.c_size_t),
                ("events", POINTER), ("n_events", ctypes.c_size_t)]


class Event(ctypes.Structure):
    _fields_ = [(n, U32) for n in ("type", "symbol", "text_start", "text_end")]
    _fields_ += [("position", U64), ("name", ctypes.c_char_p), ("pause_ms", U32)]
    _fields_ += [(n, ctypes.c_float) for n in ("rate", "pitch", "volume")]


class Params(ctypes.Structure):
    _fields_ = [("size", U32), ("reserved", U32), ("input", Format), ("rate", ctypes.c_double),
                ("pitch", ctypes.c_double), ("volume", ctypes.c_double), ("seed", U64)]


class Info(ctypes.Structure):
    _fields_ = [("input", Format), ("output", Format), ("parameters", U64),
                ("language", ctypes.c_char_p)]


# Variadic in C: the fixed arguments arrive the same way, and the rest is not read.
ErrorFunction = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_int, ctypes.c_char_p)
LogFunction = ctypes.CFUNCTYPE(None, POINTER, U32, ctypes.c_char_p)
MapFunction = ctypes.CFUNCTYPE(ctypes.c_int, POINTER, ctypes.c_char_p, ctypes.POINTER(Span))


class Host(ctypes.Structure):
    _fields_ = [("version", U32), ("size", U32), ("data", POINTER), ("cpu", U64),
                ("threads", U32), ("reserved", U32), ("error", ErrorFunction),
                ("log", LogFunction), ("map", MapFunction)]


def slot(*arguments):
    return ctypes.CFUNCTYPE(ctypes.c_int, *arguments)


class Stage(ctypes.Structure):
    _fields_ = [("version", U32), ("size", U32), ("kind", U32), ("reserved", U32),
                ("name", ctypes.c_char_p), ("summary", ctypes.c_char_p),
                ("licence", ctypes.c_char_p),
                ("load", slot(ctypes.POINTER(Host), ctypes.POINTER(Setting), ctypes.c_size_t,
                              ctypes.POINTER(POINTER))),
                ("unload", ctypes.CFUNCTYPE(None, POINTER)),
                ("describe", slot(POINTER, ctypes.POINTER(Info))),
                ("begin", slot(POINTER, ctypes.POINTER(Params), ctypes.POINTER(POINTER))),
                ("feed", slot(POINTER, ctypes.POINTER(Block))),
                ("drain", slot(POINTER, ctypes.POINTER(Block))),
                ("cancel", ctypes.CFUNCTYPE(None, POINTER)),
                ("end", ctypes.CFUNCTYPE(None, POINTER))]


class Loaded:
    """One stage with its model."""

    def __init__(self, plugins, voice, name, settings, cpu):
        self.folder, self.maps, self.message = pathlib.Path(voice), [], ""
        self.host = Host(1, ctypes.sizeof(Host), None, cpu, 1, 0, ErrorFunction(self.error),
                         LogFunction(lambda *_: None), MapFunction(self.map))
        self.object = ctypes.CDLL(str(pathlib.Path(plugins) / f"{name}.so"))
        self.object.sori_plugin_entry.restype = ctypes.POINTER(Stage)
        self.stage = self.object.sori_plugin_entry(ABI).contents
        pairs = [Setting(k.encode(), v.encode()) for k, v in settings.items()]
        self.model, self.info = POINTER(), Info()
        self.check(self.stage.load(self.host, (Setting * len(pairs))(*pairs), len(pairs),
                                   ctypes.byref(self.model)))
        self.check(self.stage.describe(self.model, ctypes.byref(self.info)))

    def error(self, _, number, message):
        self.message = message.decode()
        return number

    def map(self, _, name, ret_span):
        with open(self.folder / name.decode(), "rb") as file:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        start = (ctypes.c_char * len(memory)).from_buffer(memory)
        self.maps.append((memory, start))
        ret_span[0] = Span(ctypes.addressof(start), len(memory))
        return 0

    def check(self, result):
        if result < 0:
            raise RuntimeError(f"{self.stage.name.decode()}: {result} {self.message}")
        return result


class Chain:
    """Stages one behind the other, from phonemes or mel frames to samples or mel frames. `cpu`: the
    host's SORI_CPU_* flags."""

    def __init__(self, plugins, voice, stages, cpu=None):
        cpu = cpu_flags() if cpu is None else cpu
        self.stages = [Loaded(plugins, voice, name, settings, cpu) for name, settings in stages]

    def speak(self, phonemes, seed=0):
        """What comes out of phonemes: samples, or mel frames [frames][mels], as float32. Afterwards
        self.events has (type, symbol, position) of each event on the way."""
        symbols = (Phoneme * len(phonemes))(*[Phoneme(ord(c), 0, 0) for c in phonemes])
        block = Block(MEDIA_PHONEMES, UTTERANCE_END, ctypes.cast(symbols, POINTER), len(phonemes))
        return self.run(Format(media=MEDIA_PHONEMES), block, seed)

    def sound(self, mel, seed=0):
        """The samples of log-mel frames [frames][mels]."""
        mel = np.ascontiguousarray(mel, np.float32)
        block = Block(MEDIA_MEL, UTTERANCE_END, mel.ctypes.data, len(mel))
        return self.run(self.stages[0].info.input, block, seed)

    def run(self, source, first, seed):
        streams = []
        for loaded in self.stages:
            params = Params(ctypes.sizeof(Params), 0, source, 1, 1, 1, seed)
            stream = POINTER()
            loaded.check(loaded.stage.begin(loaded.model, params, ctypes.byref(stream)))
            streams.append(stream)
            source = loaded.info.output
        pending, parts, self.events = [first, None], [], []
        width = source.channels if source.media == MEDIA_MEL else 1
        while (block := self.pull(streams, len(streams) - 1, pending)) is not None:
            data = ctypes.cast(block.data, ctypes.POINTER(ctypes.c_float))
            events = ctypes.cast(block.events, ctypes.POINTER(Event))
            self.events += [(e.type, chr(e.symbol), e.position) for e in events[:block.n_events]]
            if block.count:
                parts.append(np.ctypeslib.as_array(data, (block.count * width,)).copy())
        for loaded, stream in zip(self.stages, streams):
            loaded.stage.end(stream)
        whole = np.concatenate(parts)
        return whole.reshape(-1, width) if width > 1 else whole

    def pull(self, streams, i, pending):
        """The next block of stage i, None at its end."""
        loaded = self.stages[i]
        while True:
            block = Block()
            result = loaded.check(loaded.stage.drain(streams[i], ctypes.byref(block)))
            if result == 0:
                return block
            if result == DONE:
                return None
            fed = self.pull(streams, i - 1, pending) if i else pending.pop(0)
            loaded.check(loaded.stage.feed(streams[i], fed))
