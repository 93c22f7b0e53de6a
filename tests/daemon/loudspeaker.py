# SPDX-License-Identifier: Apache-2.0
"""What test-loudspeaker.sh does: speaks through sorid, records the loudspeaker, compares. TAP."""
import array
import os
import re
import signal
import subprocess
import sys
import threading
import time

SORI = sys.argv[1]
RATE, LETTER = 24000, 960
SILENT = 4  # of 32768: what is left of a fade
FADE = 100  # samples: the last one sinks to zero in 4 ms
TEXT = "alpha beta gamma delta epsilon zeta theta iota kappa lambda"
NAME, OBJECT = "org.sori.Speech.Provider", "/org/sori/Speech/Provider"
SCRATCH = os.environ["TMPDIR"]
SOCKET = os.environ["PULSE_SERVER"].removeprefix("unix:")
results = []


def ok(name, passed, *notes):
    results.append(bool(passed))
    print(f"{'ok' if passed else 'not ok'} {len(results)} - {name}", flush=True)
    for note in notes if not passed else ():
        print(f"# {note}", flush=True)


class Server:
    """PulseAudio with one silent card."""

    def __init__(self):
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.process = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
             "--disable-shm=yes", "-L",
             f"module-native-protocol-unix socket={SOCKET} auth-anonymous=1",
             "-L", f"module-null-sink sink_name=card rate={RATE} channels=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(1000):
            if os.path.exists(SOCKET):
                break
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Recorder:
    """The card's monitor. Knows when each sample sounded, to about 20 ms: no piece can arrive
    before it did, so the one that came soonest gives the clock."""

    def __init__(self):
        self.samples, self.start = array.array("h"), None
        self.process = subprocess.Popen(
            ["parec", "-d", "card.monitor", f"--rate={RATE}", "--channels=1", "--format=s16le",
             "--latency-msec=10"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        while self.start is None and self.process.poll() is None:
            time.sleep(0.01)

    def read(self):
        rest = b""
        while piece := os.read(self.process.stdout.fileno(), 1 << 16):
            rest += piece
            even = len(rest) & ~1
            self.samples.frombytes(rest[:even])
            rest = rest[even:]
            start = time.time() - len(self.samples) / RATE
            if self.start is None or start < self.start:
                self.start = start

    def stop(self):
        time.sleep(0.3)
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        return self

    def wait_for_sound(self, seconds=10.0):
        end = time.time() + seconds
        while time.time() < end and not any(self.samples[-2400:]):
            time.sleep(0.01)

    def time_of(self, sample):
        return self.start + sample / RATE

    def sound(self):
        """Where it begins and ends."""
        return ends(self.samples)


def ends(samples):
    first, last = 0, len(samples)
    while first < last and abs(samples[first]) <= SILENT:
        first += 1
    while last > first and abs(samples[last - 1]) <= SILENT:
        last -= 1
    return first, last


def spans(samples, gap=RATE // 5):
    """Where it sounds, from and to, cut where it is silent for long."""
    found, at = [], 0
    while at < len(samples):
        while at < len(samples) and abs(samples[at]) <= SILENT:
            at += 1
        end = last = at
        while end < len(samples) and end - last < gap:
            if abs(samples[end]) > SILENT:
                last = end
            end += 1
        if last > at:
            found.append((at, last + 1))
        at = end
    return found


def parts(samples):
    return [samples[first:last] for first, last in spans(samples)]


def difference(a, b):
    return max((abs(x - y) for x, y in zip(a, b)), default=0)


def find(piece, samples, key=4000):
    """Where `piece` lies in `samples`, by `key` samples behind its first 20 ms, which may fade."""
    skip = RATE // 50
    wanted = piece[skip:skip + key]
    for at in range(len(samples) - key):
        if all(abs(samples[at + i] - wanted[i]) <= 2 for i in range(0, key, 7)):
            return at - skip
    return None


def call(method, *arguments):
    subprocess.run(["gdbus", "call", "--session", "--timeout", "20", "-d", NAME, "-o", OBJECT,
                    "-m", f"org.sori.Speech1.{method}", *arguments],
                   stdout=subprocess.DEVNULL, check=True)


class Monitor:
    """The bus, with the time of each message."""

    def __init__(self):
        self.path = os.path.join(SCRATCH, "monitor")
        with open(self.path, "wb") as output:
            self.process = subprocess.Popen(
                ["dbus-monitor", "--session", "interface='org.sori.Speech1'"], stdout=output,
                stderr=subprocess.DEVNULL)
        self.messages(lambda text: "NameAcquired" in text)

    def messages(self, enough=lambda text: True):
        for _ in range(1000):
            with open(self.path, encoding="utf-8") as file:
                text = file.read()
            if enough(text):
                break
            time.sleep(0.01)
        return [(float(m[1]), m[2], [int(n) for n in re.findall(r"uint32 (\d+)", m[3])], m[3])
                for m in re.finditer(r"^(?:signal|method call) time=([\d.]+) .*member=(\w+)\n"
                                     r"((?:   .*\n)*)", text, re.M)]

    def stop(self, last):
        """After the member `last` was seen."""
        messages = self.messages(lambda text: f"member={last}\n" in text)
        self.process.terminate()
        self.process.wait()
        return messages


def hears_all(reference, lead):
    recorder, monitor = Recorder(), Monitor()
    spoken = subprocess.run([SORI, "say", "-v", "steady", TEXT], capture_output=True, text=True,
                            check=False)
    messages = monitor.stop("Finished")
    recorder.stop()
    first, last = recorder.sound()
    heard = recorder.samples[first:last]
    ok("sori say plays through the daemon", spoken.returncode == 0, spoken.stderr)
    ok("what sounds is what was rendered", 0 <= len(heard) - len(reference) <= FADE and
       difference(heard, reference) <= 2,
       f"{len(heard)} of {len(reference)} samples, difference {difference(heard, reference)}")
    words = [(when, numbers[1]) for when, member, numbers, _ in messages if member == "Word"]
    begin = recorder.time_of(first - lead)
    late = [when - (begin + at * LETTER / RATE) for when, at in words]
    print(f"# FIGURE word signals: from {min(late, default=0) * 1000:.0f} to "
          f"{max(late, default=0) * 1000:.0f} ms after the word is recorded")
    ok("each word is told when it sounds", len(words) == len(TEXT.split()) and
       all(-0.15 < x < 0.5 for x in late), words, late)
    end = [when - recorder.time_of(last) for when, member, _, _ in messages if member == "Finished"]
    ok("Finished comes when it is silent", end and -0.15 < end[0] < 2, end)
    called = [when for when, member, _, _ in messages if member == "Speak"]
    if called:
        print(f"# FIGURE first sample recorded on the cold daemon: "
              f"{(begin - called[0]) * 1000:.0f} ms after the call")


def times_of(messages, wanted):
    return [when for when, member, _, _ in messages if member == wanted]


def stops(reference):
    """STOPS times (50): each stop comes at another place, and what sounds between its call to speak
    and the next one is its sound."""
    n = int(os.environ.get("STOPS", 50))
    recorder, monitor = Recorder(), Monitor()
    for round in range(n):
        call("Speak", TEXT, "{'priority': <'message'>}")
        recorder.wait_for_sound()
        time.sleep(0.05 + 0.037 * (round % 10))
        call("CancelAll")
        time.sleep(0.5)
    call("Status")
    messages = monitor.stop("Status")
    recorder.stop()
    asked, stopped = times_of(messages, "Speak"), times_of(messages, "CancelAll")
    pieces = [(first, last, recorder.time_of(first)) for first, last in spans(recorder.samples)]
    took, warm, tails, torn = [], [], [], 0
    for begin, stop, end in zip(asked, stopped, asked[1:] + [float("inf")]):
        mine = [piece for piece in pieces if begin - 0.05 < piece[2] < end - 0.05]
        if not mine:
            torn += 1
            continue
        heard = recorder.samples[mine[0][0]:mine[-1][1]]
        took.append((recorder.time_of(mine[-1][1]) - stop) * 1000)
        warm.append((mine[0][2] - begin) * 1000)
        tails.append(difference(heard[-24:], heard[-25:-1]))
        torn += difference(heard[:-RATE // 50], reference) > 2
    took.sort(), warm.sort()
    p99 = took[-(-len(took) * 99 // 100) - 1]
    print(f"# FIGURE row 16, stop to silence, recorded: {len(took)} stops, median "
          f"{took[len(took) // 2]:.0f} ms, p99 {p99:.0f} ms, worst {took[-1]:.0f} ms (asked: 50 ms "
          "p99)")
    print(f"# FIGURE first sample recorded on the warm daemon: median {warm[len(warm) // 2]:.0f} "
          "ms")
    ok("what sounds before is right", torn <= n // 3, f"{torn} of {n} with gaps")
    ok("a stop is heard at once", len(took) > n // 2 and took[len(took) // 2] < 250 and
       took[-1 - len(took) // 10] < 500, took)
    ok("and fades: no click", max(tails) < 2500, tails)


def pause_once(reference):
    recorder = Recorder()
    call("Speak", TEXT, "{'priority': <'message'>}")
    recorder.wait_for_sound()
    time.sleep(0.4)
    call("Pause")
    time.sleep(0.6)
    call("Resume")
    time.sleep(len(reference) / RATE)
    heard = parts(recorder.stop().samples)
    if len(heard) != 2:
        return False, False, [len(part) for part in heard]
    at = find(heard[1], reference)
    return True, (at is not None and at <= len(heard[0]) + FADE and
                  abs(at + len(heard[1]) - len(reference)) <= FADE), [at, *map(len, heard)]


def pauses(reference):
    """A busy machine may tear a gap into the sound; it does not three times."""
    tries = []
    while len(tries) < 3 and not (tries and tries[-1][1]):
        tries.append(pause_once(reference))
    ok("a pause is silent, in one piece", tries[-1][0], tries)
    ok("and nothing is lost by it", tries[-1][1], tries)


def wake_once(reference):
    recorder = Recorder()
    subprocess.run(["pactl", "suspend-sink", "card", "1"], check=True)
    call("Speak", TEXT, "{'priority': <'message'>}")
    time.sleep(1)
    early = any(abs(x) > SILENT for x in recorder.samples)
    subprocess.run(["pactl", "suspend-sink", "card", "0"], check=True)
    recorder.wait_for_sound()
    time.sleep(len(reference) / RATE)
    heard = parts(recorder.stop().samples)
    return (not early and len(heard) == 1 and abs(len(heard[0]) - len(reference)) <= FADE and
            difference(heard[0], reference) <= 2), [early, *map(len, heard)]


def wakes(reference):
    """Three tries, as with pauses()."""
    tries = []
    while len(tries) < 3 and not (tries and tries[-1][0]):
        tries.append(wake_once(reference))
    ok("a sink that was suspended loses no word when it wakes up", tries[-1][0], tries)


def kill_server(reference, server):
    recorder = Recorder()
    call("Speak", TEXT, "{'priority': <'message'>}")
    recorder.wait_for_sound()
    time.sleep(0.5)
    server.kill()
    recorder.stop()
    before = parts(recorder.samples)[-1]
    time.sleep(0.5)
    server = Server()
    recorder = Recorder()
    recorder.wait_for_sound(15)
    time.sleep(len(reference) / RATE)
    after = parts(recorder.stop().samples)
    at = find(after[0], reference) if after else None
    # What the server had taken and its monitor not yet told is not in the recording.
    good = (at is not None and at <= len(before) + RATE // 4 and
            abs(at + len(after[0]) - len(reference)) <= FADE)
    return server, bool(after), good, [at, len(before), *map(len, after)]


def survives_server(reference, server):
    """Three tries, as with pauses()."""
    tries = []
    while len(tries) < 3 and not (tries and tries[-1][1]):
        server, *result = kill_server(reference, server)
        tries.append(result)
    after, good, (at, before, *_) = tries[-1]
    ok("speech goes on after the sound server came back", after, tries)
    ok("from where it was heard to, to the end", good, tries)
    print(f"# FIGURE sound server killed: after {before / RATE:.2f} s of "
          f"{len(reference) / RATE:.2f} s; sound goes on from {(at or 0) / RATE:.2f} s")
    return server


def main():
    server = Server()
    try:
        path = os.path.join(SCRATCH, "reference.raw")
        subprocess.run([SORI, "say", "-q", "-v", "steady", "--format", "raw", "-o", path, TEXT],
                       check=True)
        reference = array.array("h")
        with open(path, "rb") as file:
            reference.frombytes(file.read())
        lead, last = ends(reference)
        reference = reference[lead:last]
        hears_all(reference, lead)
        stops(reference)
        pauses(reference)
        wakes(reference)
        server = survives_server(reference, server)
    finally:
        server.kill()
    print(f"1..{len(results)}")
    sys.exit(not all(results))


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
main()
