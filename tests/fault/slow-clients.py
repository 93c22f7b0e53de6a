# SPDX-License-Identifier: Apache-2.0
"""What test-slow-clients.sh does: 500 clients that send a byte a second, and an honest one. TAP.

What is measured is the daemon, not how the machine shares its processors among the clients: the
slow ones have a process of the lowest priority, which hardly takes a processor from the
daemon, its worker or the honest client. The honest one asks in turn alone and among them, so that
what else the machine does hits both; the ratio is told with its 95 % interval (bootstrap).
"""
import json
import os
import random
import socket
import subprocess
import sys
import time

SLOW, ROUNDS, REQUESTS = 500, int(os.environ.get("SLOW_ROUNDS", 4)), 75
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
    os.nice(19)
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


def percentile(times, percent):
    return times[-(-len(times) * percent // 100) - 1]


def growth(alone, among, percent):
    """By how many percent a percentile is longer among them; with what it may be as well."""
    dice, growths = random.Random(11), []
    for _ in range(1000):
        pair = (sorted(dice.choices(times, k=len(times))) for times in (alone, among))
        before, after = (percentile(times, percent) for times in pair)
        growths.append(after / before * 100 - 100)
    growths.sort()
    before, after = percentile(alone, percent), percentile(among, percent)
    return (f"{before:.1f} ms alone, {after:.1f} ms among them ({after / before * 100 - 100:+.0f} "
            f"%, {growths[25]:+.0f} to {growths[974]:+.0f})")


def processor_ns(pid):
    with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0])


def main(path, daemon):
    results, alone, among, sent_away = [], [], [], 0
    took = used = 0
    for _ in range(500):
        if served(path) is not None:
            break
        time.sleep(0.02)
    for _ in range(ROUNDS):
        measure(path, alone)
        with subprocess.Popen([sys.executable, __file__, "crawl", path], text=True,
                              stdout=subprocess.PIPE) as slow:
            slow.stdout.readline()
            slow.stdout.readline()
            took -= time.monotonic()
            used -= processor_ns(daemon)
            sent_away += int(slow.stdout.readline())  # all have connected, most of them twice
            took += time.monotonic()
            used += processor_ns(daemon)
            measure(path, among)
            slow.kill()
        time.sleep(0.2)
    results.append(("an honest client is served each time", None not in among + alone))
    refused = among.count(None)
    alone, among = (sorted(ms for ms in times if ms is not None) for times in (alone, among))
    print(f"# FIGURE row 11, slow clients: {SLOW} that send a byte a second: {refused} of "
          f"{len(among)} honest requests refused; p99 {growth(alone, among, 99)} (asked: +10 %), "
          f"median {growth(alone, among, 50)}; they alone cost the daemon "
          f"{used / took / 1e7:.1f} % of a core")
    results.append(("and hardly notices the slow ones",
                    percentile(among, 99) < 5 * percentile(alone, 99) + 500))
    results.append(("which have lost their places to it and to each other",
                    sent_away > ROUNDS * SLOW / 2))
    for i, (name, passed) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {i} - {name}")
    print(f"1..{len(results)}")
    sys.exit(not all(passed for _, passed in results))


if sys.argv[1] == "crawl":
    crawl(sys.argv[2])
else:
    main(*sys.argv[1:])
