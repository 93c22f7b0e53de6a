# SPDX-License-Identifier: Apache-2.0
"""What test-latency.sh does: the first sample of a sentence of ten words with the voice that is
shipped, on the warm daemon: through the socket, over the bus, and in a recording. TAP."""
import json
import os
import socket
import subprocess
import sys
import time

SORI, FIRST_SAMPLE, BUILD_IS_FAST = sys.argv[1], sys.argv[2], sys.argv[3] == "yes"
PATH = os.path.join(os.environ["XDG_RUNTIME_DIR"], "sori", "socket")
TEXT = "The quick brown fox jumps over the lazy dog today."
ROUNDS = 15
results = []


def ok(name, passed, *notes):
    results.append(bool(passed))
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {name}", flush=True)
    for note in notes if not passed else ():
        print(f"# {note}", flush=True)


def through_socket():
    """Ms to the first sample, None if there was none; and the samples."""
    first, sound = None, b""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(PATH)
        stream = client.makefile("rb")
        begun = time.monotonic()
        client.sendall(json.dumps({"type": "synthesize", "data": {
            "text": TEXT, "voice": {"name": "heart"}}}).encode() + b"\n")
        while True:
            header = json.loads(stream.readline())
            stream.read(header.get("data_length", 0))
            payload = stream.read(header.get("payload_length", 0))
            if payload and first is None:
                first = (time.monotonic() - begun) * 1000
            sound += payload
            if header["type"] in ("audio-stop", "error"):
                return first, sound


def silence_before(sound):
    """Ms of the sound's own silence before it can be heard, as the recording counts it."""
    samples = memoryview(sound).cast("h")
    at = next((i for i, x in enumerate(samples) if abs(x) > 4), 0)
    return at / 24


def recorded(lead):
    """Ms from the call to the first sample in the recording."""
    with open(os.path.join(os.environ["TMPDIR"], "recording"), "wb") as file:
        recorder = subprocess.Popen(
            ["parec", "-d", "card.monitor", "--rate=24000", "--channels=1", "--format=s16le",
             "--latency-msec=10"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        os.read(recorder.stdout.fileno(), 4096)
        begun = time.monotonic()
        said = subprocess.Popen([SORI, "say", "-v", "heart", TEXT])
        heard = None
        while heard is None and time.monotonic() - begun < 30:
            piece = os.read(recorder.stdout.fileno(), 480)
            samples = memoryview(piece[:len(piece) & ~1]).cast("h")
            if any(abs(x) > 4 for x in samples):
                heard = (time.monotonic() - begun) * 1000 - lead
        file.close()
    said.wait()
    recorder.terminate()
    recorder.wait()
    return heard


def told(name, asked, times):
    times = sorted(times)
    load = os.getloadavg()[0] / os.cpu_count()
    print(f"# FIGURE first sample, ten words, heart, warm, {name}: median "
          f"{times[len(times) // 2]:.0f} ms, best {times[0]:.0f} ms, worst of {len(times)} "
          f"{times[-1]:.0f} ms ({asked}; {load:.1f} processes to a core)")
    return times[len(times) // 2]


def main():
    _, sound = through_socket()
    ok("the voice speaks", len(sound) > 48000)
    through_socket()
    times, differ = [], 0
    for _ in range(ROUNDS):
        first, again = through_socket()
        times.append(first if first is not None else 60000)
        differ += again != sound
    median = told("Unix socket", "asked: 60 ms", times)
    ok("the first sample comes soon through the socket", median < 600 or not BUILD_IS_FAST, times)
    ok("and the samples are the same each time", not differ, differ)
    bus = subprocess.run([FIRST_SAMPLE, "heart", TEXT, str(ROUNDS)], capture_output=True, text=True,
                         check=False)
    times = [float(ms) for ms in bus.stdout.split()]
    ok("sound comes over the bus each time", len(times) == ROUNDS, bus.stderr)
    median = told("D-Bus into a pipe", "asked: 60 ms", times or [60000])
    ok("and soon", median < 600 or not BUILD_IS_FAST, times)
    if len(sys.argv) > 4:
        times = [recorded(silence_before(sound)) for _ in range(5)]
        ok("it is heard", None not in times, times)
        told("recorded from the sound card, with the start of sori say and the sound server's "
             "own delay", "asked: 60 ms", [ms or 60000 for ms in times])
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
