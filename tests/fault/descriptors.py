# SPDX-License-Identifier: Apache-2.0
"""What test-descriptors.sh does: takes all connections that sorid has, and gives them back. TAP."""
import json
import os
import socket
import sys
import time

PID, PATH = int(sys.argv[1]), sys.argv[2]
results = []


def ok(name, passed, *notes):
    results.append(bool(passed))
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {name}", flush=True)
    for note in notes if not passed else ():
        print(f"# {note}", flush=True)


def connect():
    client = socket.socket(socket.AF_UNIX)
    client.connect(PATH)  # which waits for its place in the line
    client.settimeout(20)
    return client


def descriptors():
    return len(os.listdir(f"/proc/{PID}/fd"))


def cpu_seconds():
    with open(f"/proc/{PID}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def speaks(client):
    """Whether a text comes back as sound."""
    try:
        client.sendall(b'{"type":"synthesize","data":{"text":"hello there"}}\n')
        stream, size = client.makefile("rb"), 0
        while line := stream.readline():
            header = json.loads(line)
            stream.read(header.get("data_length", 0))
            size += len(stream.read(header.get("payload_length", 0)))
            if header["type"] in ("audio-stop", "error"):
                return header["type"] == "audio-stop" and size > 0
    except OSError:
        pass
    return False


def was_refused(client):
    """Whether the daemon ended it: a word or two, then the end."""
    client.settimeout(2)
    try:
        while client.recv(4096):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


def main():
    for _ in range(500):
        if os.path.exists(PATH):
            break
        time.sleep(0.02)
    before = descriptors()
    first = connect()
    # No worker is there yet: it has to start with what is kept back.
    clients = [connect() for _ in range(200)]
    time.sleep(0.3)
    start, used = time.monotonic(), cpu_seconds()
    ok("a client that was there is served, by a worker that starts now", speaks(first))
    time.sleep(2)
    share = (cpu_seconds() - used) / (time.monotonic() - start)
    late = clients[-1]
    asked = time.monotonic()
    refused = was_refused(late)
    took = time.monotonic() - asked
    ok("one too many is refused", refused and took < 1, refused, took)
    held = descriptors()
    ok("descriptors are kept back", held <= 72 - 20, held)
    ok("it does not turn in circles", share < 0.25, share)
    for client in clients:
        client.close()
    end = time.monotonic() + 10
    while descriptors() > before + 5 and time.monotonic() < end:
        time.sleep(0.05)
    ok("new clients are served when the others have gone", speaks(connect()))
    first.close()
    ok("and again", speaks(connect()))
    end = time.monotonic() + 10
    while descriptors() > before + 2 and time.monotonic() < end:
        time.sleep(0.05)
    delta = descriptors() - before - 2  # a worker's socket and pidfd
    ok("no descriptor is left behind", delta <= 0, delta)
    print(f"# FIGURE row 13, descriptors exhausted: {held} of 72 in use with 200 connections, "
          f"processor {share * 100:.1f} %, left behind afterwards {delta} (asked: 32 kept "
          "back, 5 %, 0)")
    print(f"1..{len(results)}")
    sys.exit(not all(results))


main()
