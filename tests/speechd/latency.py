# SPDX-License-Identifier: Apache-2.0
"""How long a blind user waits: from a key to its first sample on the sink, and from stop to
silence, through speech-dispatcher and PulseAudio, for each MODULE. TAP lines and figures, without
numbers.

latency.py SOCKET EVENTS MODULE=VOICE...

What is timed ends when the recorder of the sink's monitor has got the sample: that is later than
the sample, by a block of 5 ms and by what the recorder waits for a processor.
"""
import array
import os
import random
import socket
import subprocess
import sys
import threading
import time

RATE = 24000
AUDIBLE = 300  # of 32768
PATIENCE = 30  # s
TEXT = "This sentence goes on for a while, and for another while, so that it can be stopped. " * 4


def ok(good, what):
    print(("ok - " if good else "not ok - ") + what, flush=True)


class Recorder:
    """The monitor of the sink: when samples came that are not silent."""

    def __init__(self):
        self.changed = threading.Condition()
        self.events = []  # (time, loudest)
        self.heard = 0.0  # time of the last sample that is not zero
        self.process = subprocess.Popen(
            ["parec", "-d", "null.monitor", "--raw", "--format=s16le", f"--rate={RATE}",
             "--channels=1", "--latency-msec=5"], stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        rest = b""
        while data := os.read(self.process.stdout.fileno(), 65536):
            now = time.monotonic()
            data = rest + data
            rest = data[len(data) & ~1:]
            samples = array.array("h", data[:len(data) & ~1])
            loudest = max(map(abs, samples), default=0)
            with self.changed:
                if loudest:
                    self.events.append((now, loudest))
                    self.heard = now
                self.changed.notify_all()

    def wait_for(self, least, since):
        """The time of the first sample so loud, or None."""
        def found():
            return next((t for t, loudest in self.events if t > since and loudest >= least), None)
        with self.changed:
            self.changed.wait_for(found, PATIENCE)
            return found()

    def wait_quiet(self, seconds):
        """Waits until nothing has sounded for so long."""
        with self.changed:
            self.changed.wait_for(lambda: time.monotonic() - self.heard > seconds, PATIENCE)
            self.events.clear()
            return self.heard


class Client:
    """SSIP, as little of it as is needed."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def send(self, *commands):
        for command in commands:
            self.socket.sendall((command + "\r\n").encode())
            while (line := self.lines.readline())[3:4] == "-":
                pass
            if line[:1] != "2":
                raise RuntimeError(f"{command}: {line}")


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def figure(name, values):
    shares = " ".join(f"p{int(100 * share)} {1000 * percentile(values, share):.0f}"
                      for share in (0.5, 0.95, 0.99))
    print(f"# FIGURE {name}: {shares} ms over {len(values)}", flush=True)


def press(client, recorder, command):
    """Seconds until the first sample and until one that can be heard; None: never."""
    recorder.wait_quiet(0.15)
    began = time.monotonic()
    client.send(command)
    first = recorder.wait_for(1, began)
    audible = recorder.wait_for(AUDIBLE, began)
    return (first - began, audible - began) if first and audible else None


def interrupt(client, recorder):
    """Seconds from stop to the last sample; None: it never spoke."""
    recorder.wait_quiet(0.15)
    began = time.monotonic()
    client.send("SPEAK", TEXT + "\r\n.")
    if not recorder.wait_for(AUDIBLE, began):
        return None
    time.sleep(random.uniform(0.1, 0.5))
    stopped = time.monotonic()
    client.send("CANCEL SELF")
    return max(0.0, recorder.wait_quiet(0.15) - stopped)


def measure(path, recorder, module, voice, n):
    client = Client(path)
    client.send("SET SELF CLIENT_NAME tests:latency:main", f"SET SELF OUTPUT_MODULE {module}",
                "SET SELF LANGUAGE en-US", f"SET SELF SYNTHESIS_VOICE {voice}",
                "SET SELF PRIORITY MESSAGE")
    letters = [chr(ord("a") + i % 26) for i in range(n)]
    random.shuffle(letters)
    press(client, recorder, "CHAR x")  # the voice is loaded
    chars = [press(client, recorder, f"CHAR {letter}") for letter in letters]
    keys = [press(client, recorder, f"KEY control_{letter}") for letter in letters[:n // 4]]
    stops = [interrupt(client, recorder) for _ in range(n)]
    ok(all(chars) and all(keys), f"{module}: every key is heard")
    ok(None not in stops, f"{module}: every text is heard")
    if not (all(chars) and all(keys)) or None in stops:
        return None
    figure(f"{module}, key to first sample", [first for first, _ in chars + keys])
    figure(f"{module}, key to what can be heard", [audible for _, audible in chars + keys])
    figure(f"{module}, stop to silence", stops)
    return percentile([first for first, _ in chars + keys], 0.5), percentile(stops, 0.5)


def main():
    path, n, *modules = sys.argv[1:]
    random.seed(1)
    recorder = Recorder()
    for row in modules:
        medians = measure(path, recorder, *row.split("="), int(n))
        # Ten times what is aimed at: the machine may be busy.
        ok(medians and max(medians) < 0.5, f"{row}: half of the waits are short")
    recorder.process.terminate()


main()
