# SPDX-License-Identifier: Apache-2.0
"""What test-slow-clients.sh does: 500 clients that send a byte a second, and an honest one. TAP."""
import json
import socket
import subprocess
import sys
import time

SLOW, ROUNDS, REQUESTS = 500, 4, 50
WORDS = "the quick brown fox jumps over the lazy dog " * 20
HEADER = b'{"type":"synthesize","data":{"text":"one two three four five six seven eight"}}\n'


def connect(path):
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(path)
            return client
        except BlockingIOError:
            client.close()
            time.sleep(0.01)


def crawl(path):
    """The slow ones, in a process of their own: each starts anew when it is sent away."""
    clients = [None] * SLOW
    at = [0] * SLOW
    sent_away = 0
    print("ready", flush=True)
    while True:
        begun = time.monotonic()
        for i in range(SLOW):
            try:
                if clients[i] is None:
                    clients[i], at[i] = connect(path), 0
                    clients[i].setblocking(False)
                clients[i].send(HEADER[at[i]:at[i] + 1])
                at[i] += 1
            except OSError:
                clients[i].close()
                clients[i] = None
                sent_away += 1
            time.sleep(0.9 / SLOW)
        print(sent_away, flush=True)
        time.sleep(max(0, 1 - (time.monotonic() - begun)))


def served(path):
    """How long a request takes, ms; None: it was refused."""
    begun = time.monotonic()
    try:
        with connect(path) as client, client.makefile("rb") as stream:
            client.settimeout(20)
            client.sendall(json.dumps({"type": "synthesize", "data": {"text": WORDS}}).encode() +
                           b"\n")
            while line := stream.readline():
                header = json.loads(line)
                stream.read(header.get("data_length", 0) + header.get("payload_length", 0))
                if header["type"] == "audio-stop":
                    return (time.monotonic() - begun) * 1000
    except OSError:
        pass
    return None


def measure(path, times):
    for _ in range(REQUESTS):
        times.append(served(path))


def main(path):
    results, alone, among = [], [], []
    for _ in range(500):
        if served(path) is not None:
            break
        time.sleep(0.02)
    for _ in range(ROUNDS):  # in turn, so that what else the machine does hits both
        measure(path, alone)
        with subprocess.Popen([sys.executable, __file__, "crawl", path], text=True,
                              stdout=subprocess.PIPE) as slow:
            slow.stdout.readline()
            slow.stdout.readline()
            sent_away = int(slow.stdout.readline())  # all have connected, most of them twice
            measure(path, among)
            slow.kill()
        time.sleep(0.2)
    results.append(("an honest client is served each time", None not in among + alone))
    refused = among.count(None)
    alone, among = (sorted(ms for ms in times if ms is not None) for times in (alone, among))
    p99 = [times[-(-len(times) * 99 // 100) - 1] for times in (alone, among)]
    median = [times[len(times) // 2] for times in (alone, among)]
    print(f"# FIGURE row 11, slow clients: {SLOW} that send a byte a second: {refused} of "
          f"{len(among)} honest requests refused; p99 {p99[0]:.1f} ms alone, {p99[1]:.1f} ms among "
          f"them ({p99[1] / p99[0] * 100 - 100:+.0f} %; asked: +10 %), median {median[0]:.1f} and "
          f"{median[1]:.1f} ms ({median[1] / median[0] * 100 - 100:+.0f} %)")
    results.append(("and hardly notices the slow ones", p99[1] < 5 * p99[0] + 500))
    results.append(("which have lost their places to it and to each other", sent_away > SLOW / 2))
    for i, (name, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {i} - {name}")
    print(f"1..{len(results)}")
    sys.exit(not all(passed for _, passed in results))


if sys.argv[1] == "crawl":
    crawl(sys.argv[2])
else:
    main(sys.argv[1])
