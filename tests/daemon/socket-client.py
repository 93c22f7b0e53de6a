#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""socket-client.py DAEMON: the Unix socket under clients good and bad, with plain sockets; TAP."""
import json
import os
import random
import select
import signal
import socket
import stat
import subprocess
import sys
import time

DAEMON = sys.argv[1]
FOLDER = os.path.join(os.environ["XDG_RUNTIME_DIR"], "sori")
PATH = os.path.join(FOLDER, "socket")
LETTER = 48 * 2  # bytes of sound for each byte of a text
LINE, TEXT, DATA, PAYLOAD, CLIENTS = 16 << 10, 256 << 10, 1 << 20, 1 << 20, 64

count = failures = 0


def ok(fine, name, *details):
    global count, failures
    count += 1
    failures += not fine
    print(f"{'ok' if fine else 'not ok'} {count} - {name}", *(f"\n# {x}" for x in details if x),
          sep="", flush=True)


def start(**extra):
    """Starts the daemon and waits until it listens."""
    child = subprocess.Popen([DAEMON], env={**os.environ, **extra})
    for _ in range(500):
        try:
            connect().close()
            return child
        except OSError:
            time.sleep(0.02)
    raise SystemExit("Bail out! the daemon does not listen")


def stop(child):
    child.terminate()
    return child.wait(20)


def connect():
    while True:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(20)
        try:
            s.connect(PATH)
            return s
        except BlockingIOError:  # more wait to be accepted than the system allows
            s.close()
            time.sleep(0.01)


class Client:
    def __init__(self):
        self.socket = connect()
        self.file = self.socket.makefile("rb")

    def send(self, type_, data=None, inline=False, payload=b""):
        header, body = {"type": type_}, b""
        if data is not None and inline:
            header["data"] = data
        elif data is not None:
            body = json.dumps(data, ensure_ascii=False).encode()
            header["data_length"] = len(body)
        if payload:
            header["payload_length"] = len(payload)
        self.socket.sendall(json.dumps(header).encode() + b"\n" + body + payload)

    def read(self):
        line = self.file.readline()
        if not line:
            return None, {}, b""
        header = json.loads(line)
        data = json.loads(self.file.read(header["data_length"])) if "data_length" in header else {}
        return header["type"], data, self.file.read(header.get("payload_length", 0))

    def until(self, last):
        """Types in order, bytes of sound, all texts of `handled-chunk`."""
        types, size, text = [], 0, ""
        while True:
            type_, data, payload = self.read()
            if not types or types[-1] != type_:
                types.append(type_)
            size += len(payload)
            text += data.get("text", "") if type_ == "handled-chunk" else ""
            if type_ in (last, "error", None):
                return types, size, text

    def close(self):
        self.file.close()
        self.socket.close()


WORDS = "one two three"


def is_served():
    """Whether a client gets its sound."""
    c = Client()
    c.send("synthesize", {"text": WORDS})
    answer = c.until("audio-stop")
    c.close()
    return answer[1] == len(WORDS) * LETTER


def is_answered():
    """Whether a question gets an answer, and its sound; with what came."""
    c = Client()
    c.send("transcript", {"text": "what is it"})
    types, size, text = c.until("audio-stop")
    c.close()
    return (text and size > 0 and types[0] == "handled-start" and "handled" in types and
            "audio-chunk" in types), f"{text!r}, {size} bytes", " ".join(map(str, types))


def descriptors():
    """Of the daemon, when it has let go of the last client."""
    time.sleep(0.5)
    return len(os.listdir(f"/proc/{daemon.pid}/fd"))


def ends_with_error(raw, code):
    """Whether these bytes are answered by an error event and the end of the connection."""
    c = Client()
    try:
        c.socket.sendall(raw)
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        type_, data, _ = c.read()
        end = c.read()[0]
    except ConnectionResetError:
        end = None
    c.close()
    return type_ == "error" and data["code"] == code and end is None


def header(**fields):
    return json.dumps(fields).encode() + b"\n"


def is_refused(s):
    """Whether it is told why, and hung up on."""
    data = b""
    try:
        while part := s.recv(4096):
            data += part
    except ConnectionResetError:
        pass
    return b'"busy"' in data


# --- too many -------------------------------------------------------------------------------------
daemon = start()
ok(is_served(), "a client is served")  # and the voice is loaded
ok(is_answered()[0], "so is a question")  # and the model is
fds = descriptors()
held, refused, took = [], 0, []
for _ in range(1000):
    since = time.monotonic()
    held.append(connect())
    if len(held) > CLIENTS:
        told, _, _ = select.select(held, [], [], 20)
        took.append((time.monotonic() - since) * 1000)
        for s in told:
            held.remove(s)
            refused += is_refused(s)
            s.close()
ok(refused == 1000 - CLIENTS, "1,000 silent connections: 64 stay, the others are told why",
   f"{refused} refused")
ok(is_served(), "and one that says something is served among them")
for s in held:
    s.close()
held, refused = [], 0
for _ in range(1000):
    since = time.monotonic()
    c = Client()
    try:
        c.send("ping")
        type_ = c.read()[0]
    except OSError:
        type_ = "error"
    if type_ == "pong":
        held.append(c)
    else:
        refused += type_ == "error"
        took.append((time.monotonic() - since) * 1000)
        c.close()
took.sort()
ok(len(held) == CLIENTS and refused == 1000 - CLIENTS,
   "1,000 clients that said something: the first 64 stay, all others are told why",
   f"{len(held)} stay, {refused} refused")
for c in held:
    c.send("ping")
ok(all(c.read()[0] == "pong" for c in held), "and those that stay are served")
for c in held:
    c.close()
ok(is_served(), "then all is as before")
print(f"# FIGURE row 10, clients: cap 64; 2,000 connects, {len(took)} of them refused with a "
      f"reason, p99 {took[-(len(took) // 100)]:.1f} ms, the slowest {took[-1]:.1f} ms (asked: 100 "
      "ms); then normal")

# --- the protocol ---------------------------------------------------------------------------------
slow_message = connect()
slow_message.sendall(header(type="ping", data_length=5))  # ...and the data never comes
slow_since = time.monotonic()

mode = [stat.S_IMODE(os.stat(p).st_mode) for p in (FOLDER, PATH)]
ok(mode == [0o700, 0o600], "folder 0700, socket 0600", " ".join(map(oct, mode)))

c = Client()
c.send("describe")
type_, info, _ = c.read()
voices = [v["name"] for v in info["tts"][0]["voices"]]
ok(type_ == "info" and "quick" in voices and info["tts"][0]["supports_synthesize_streaming"],
   "describe", " ".join(voices))
c.send("ping", {"text": "é"})
ok(c.read() == ("pong", {"text": "é"}, b""), "ping and pong, data behind the line")
c.send("ping", {"text": "x"}, inline=True, payload=b"\0" * 1000)
ok(c.read() == ("pong", {"text": "x"}, b""), "data in the line; a payload is passed over")
c.send("no-such-event", {"a": 1})
c.send("synthesize", {"text": "one two three", "voice": {"name": "quick"}})
types, size, _ = c.until("audio-stop")
ok(types == ["audio-start", "audio-chunk", "audio-stop"] and size == len(WORDS) * LETTER,
   "an unknown event is ignored; synthesize gives all samples", f"{size} bytes")
c.send("synthesize", {"text": "x", "voice": {"name": "nobody"}})
type_, data, _ = c.read()
ok((type_, data["code"]) == ("error", "voice-not-found"), "an unknown voice is an error")
c.send("synthesize", {"text": ""})
ok(c.until("audio-stop")[:2] == (["audio-start", "audio-stop"], 0), "an empty text has an answer")
c.send("synthesize", {})
ok(c.read()[1]["code"] == "bad-request", "a synthesize without text is an error")

c.send("synthesize-start", {"voice": {"language": "en"}})
c.send("synthesize-chunk", {"text": "One. Two thr"})
type_, data, _ = c.read()
first = c.read()[0]
ok((type_, first) == ("audio-start", "audio-chunk"), "sound before the text has ended")
c.send("synthesize", {"text": "One. Two three"})
c.send("ping", {"text": "meanwhile"})
c.send("synthesize-chunk", {"text": "ee"})
c.send("synthesize-stop")
types, size, _ = c.until("synthesize-stopped")
ok(types[-2:] == ["audio-stop", "synthesize-stopped"] and "pong" in types, "a streamed text",
   " ".join(types))
for _ in range(3):
    c.send("synthesize", {"text": "one two"})
got = [c.until("audio-stop")[1] for _ in range(3)]
ok(got == [7 * LETTER] * 3, "three requests at once are answered in order")
answered, *details = is_answered()
ok(answered, "transcript: text and sound", *details)
c.send("synthesize", {"text": "half closed"})
c.socket.shutdown(socket.SHUT_WR)
ok(c.until("audio-stop")[1] == 11 * LETTER and c.read()[0] is None,
   "a half-closed client is answered")
c.close()

# --- sizes (each limit from both sides) -----------------------------------------------------------
before_sizes, failed_before_sizes = count, failures
c = Client()
line = b'{"type":"ping","x":"' + b"x" * (LINE - 22) + b'"}'
assert len(line) == LINE
c.socket.sendall(line + b"\n")
ok(c.read()[0] == "pong", "a line of the greatest length")
c.socket.sendall(header(type="ping", data_length=0, payload_length=0))
ok(c.read()[0] == "pong", "lengths of 0")
c.socket.sendall(header(type="ping", data_length=DATA) + b"{" + b" " * (DATA - 2) + b"}")
ok(c.read()[0] == "pong", "data of the greatest length")
c.socket.sendall(header(type="ping", payload_length=PAYLOAD) + b"x" * PAYLOAD)
ok(c.read()[0] == "pong", "a payload of the greatest length")
c.send("synthesize", {"text": "x" * TEXT})
ok(c.until("audio-stop")[1] == TEXT * LETTER, "a text of the greatest length")
c.send("synthesize", {"text": "\n" * (TEXT - 1) + "x"})
ok(c.until("audio-stop")[1] >= LETTER, "the same, all escaped")
c.close()
ok(ends_with_error(line + b"x\n", "too-long"), "a line one byte too long")
body = json.dumps({"text": "x" * (TEXT + 1)}).encode()
ok(ends_with_error(header(type="synthesize", data_length=len(body)) + body, "too-long"),
   "a text one byte too long")
for name in ("data_length", "payload_length"):
    for value in (DATA + 1, 2**31 - 1, 2**31, 2**32, 2**63 - 1):
        ok(ends_with_error(header(type="ping", **{name: value}), "too-long"), f"{name} {value}")
    for value in (-1, -2**63, 2**63, 2**64, 1.5, True, "7", [], {}):
        ok(ends_with_error(header(type="ping", **{name: value}), "bad-request"), f"{name} {value}")
for raw, what in ((b"\n", "an empty line"), (b"null\n", "null"), (b"[]\n", "a list"),
                  (b"{}\n", "no type"), (b'{"type":1}\n', "a number as type"),
                  (b'{"type":"ping","data":[]}\n', "a list as data"),
                  (b'{"type":"ping","data":{"text":"\xff"}}\n', "not UTF-8"),
                  (b'{"type":"ping","data":{"text":"\\u0000"}}\n', "a NUL"),
                  (b'{"type":"ping","x":' + b"[" * 16 + b"]" * 16 + b"}\n", "17 levels"),
                  (b"[" * LINE + b"\n", "a line of brackets"),
                  (header(type="ping", data_length=3) + b"[1]", "data that is a list"),
                  (header(type="ping", data_length=5) + b'{"a":', "data that ends early")):
    ok(ends_with_error(raw, "bad-request"), what)

print(f"# FIGURE row 12, size caps: {count - before_sizes} lengths and shapes, from both sides of "
      "each limit (line 16 KiB, text 256 KiB, data and payload 1 MiB; 0, max, max+1, 2^31, 2^32, "
      f"2^63): {failures - failed_before_sizes} not as asked")

# --- noise ----------------------------------------------------------------------------------------
dice = random.Random(5)
parts = [header(type="synthesize", data_length=20), b'{"text": "a b c d"  }', b"\n", b"{", b'"',
         b"\0", header(type="synthesize-start"),
         header(type="synthesize-chunk", data={"text": "q r"}),
         header(type="synthesize-stop"), header(type="describe"), header(type="transcript"),
         header(type="ping", payload_length=3), b"abc", b"[" * 40, b"\xff\xfe"]
for _ in range(300):
    s = connect()
    try:
        for _ in range(dice.randrange(12)):
            s.sendall(dice.choice(parts) if dice.random() < 0.9 else dice.randbytes(50))
        if dice.random() < 0.5:
            s.shutdown(socket.SHUT_WR)
            while s.recv(65536):
                pass
    except OSError:
        pass
    s.close()
ok(is_served() and daemon.poll() is None, "300 connections of noise")

# --- many, slow and deaf clients ----------------------------------------------------------------
def times(n=40):
    took = []
    for _ in range(n):
        since = time.monotonic()
        assert is_served()
        took.append(time.monotonic() - since)
    return sorted(ms * 1000 for ms in took)


alone = times()
deaf = []
for _ in range(30):
    d = Client()
    d.send("synthesize", {"text": "x " * 100000})  # 18 MiB of sound
    deaf.append(d)
ok(is_served(), "in turn with 30 that want much and read nothing")
slow = [connect() for _ in range(28)]
for s in slow:
    s.sendall(b'{"ty')
slow_at = time.monotonic()
among = times()
# Until their buffers are full they get their share; for good they take nothing from anybody.
ok(among[20] < 10 * alone[20] + 200 and among[-1] < 10 * alone[-1] + 10000,
   "30 clients that do not read and 28 slow ones harm nobody",
   f"40 requests, median and slowest: {alone[20]:.1f} and {alone[-1]:.1f} ms alone, "
   f"{among[20]:.1f} and {among[-1]:.1f} ms among them")
rss = int(open(f"/proc/{daemon.pid}/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
ok(rss < 300 << 20, "and memory stays bounded", f"{rss >> 20} MiB")  # a sanitizer keeps 200
def is_sent_away(s):
    """Whether it was told that it was too slow."""
    data = b""
    try:
        while part := s.recv(4096):
            data += part
    except ConnectionResetError:  # by the byte that came too late, behind what it was told
        return True
    return b'"timeout"' in data


for _ in range(3):  # one byte a second does not keep the place
    time.sleep(1)
    for s in slow:
        try:
            s.sendall(b"p")
        except OSError:
            pass
closed = all([is_sent_away(s) for s in slow])
ok(closed and 4 < time.monotonic() - slow_at < 20, "a header in 5 s or goodbye",
   f"after {time.monotonic() - slow_at:.1f} s")
for s in slow + deaf:
    s.close()

# --- other users ----------------------------------------------------------------------------------
probe = ("import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.settimeout(10)\n"
         "try: s.connect(sys.argv[1])\nexcept OSError as e: print(e); sys.exit(3)\n"
         "try: s.sendall(b'{\"type\":\"describe\"}\\n')\nexcept OSError: pass\n"
         "try: print(s.recv(100))\nexcept ConnectionError as e: print('reset')\n")
as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3",
             "-c", probe, PATH]
if os.geteuid() == 0:
    there = PATH
    modes = []
    while there != "/":  # lets nobody come as far as the socket's folder
        there = os.path.dirname(there)
        modes.append((there, stat.S_IMODE(os.stat(there).st_mode)))
        if there != FOLDER:
            os.chmod(there, modes[-1][1] | 0o011)
    out = subprocess.run(as_nobody, capture_output=True, text=True)
    ok(out.returncode == 3, "the folder keeps other users out", out.stdout.strip() + out.stderr)
    os.chmod(FOLDER, 0o711)
    os.chmod(PATH, 0o666)
    out = subprocess.run(as_nobody, capture_output=True, text=True)
    ok(out.stdout.strip() in ("b''", "reset"), "and without it they are refused unheard",
       out.stdout.strip() + out.stderr)
    print("# FIGURE row 14, peer identity: socket 0600 in a folder 0700; the connection of another "
          f"user gets {out.stdout.strip()}, and nothing of it is read")
    for name, bits in modes:
        os.chmod(name, bits)
    os.chmod(PATH, 0o600)
else:
    ok(True, "other users # SKIP not root")

# --- the end, and the beginning -------------------------------------------------------------------
while time.monotonic() - slow_since < 31:
    time.sleep(0.5)
answer = slow_message.recv(4096)
ok(b'"timeout"' in answer and slow_message.recv(1) == b"", "an event in 30 s or goodbye",
   answer.decode())
slow_message.close()
for _ in range(1000):
    connect().close()
now = descriptors()
ok(now <= fds, "no descriptor is left behind", f"{fds} before, {now} after")

second = subprocess.run([DAEMON], capture_output=True, text=True)
ok(second.returncode and "another daemon" in second.stderr and is_served(),
   "a second daemon leaves the first one's socket alone", second.stderr.strip())
daemon.kill()
daemon.wait()
ok(os.path.exists(PATH), "a daemon that was killed leaves its socket behind")
daemon = start()
ok(is_served(), "and the next one takes its place")
status = stop(daemon)
ok(status == 0 and not os.path.exists(PATH), "an orderly end removes it", f"status {status}")
with open(PATH, "w") as file:
    file.write("precious")
second = subprocess.run([DAEMON], capture_output=True, text=True)
ok(second.returncode and open(PATH).read() == "precious", "a file is not taken for a socket",
   second.stderr.strip())
os.unlink(PATH)

listening = socket.socket(socket.AF_UNIX)
listening.bind(PATH)
listening.listen()
child = os.fork()
if not child:
    os.dup2(listening.fileno(), 3)
    os.set_inheritable(3, True)
    os.execve(DAEMON, [DAEMON], {**os.environ, "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"})
ok(is_served(), "a socket from the service manager")
os.kill(child, signal.SIGTERM)
status = os.waitpid(child, 0)[1]
ok(status == 0 and os.path.exists(PATH), "which is left to it", f"status {status}")

print(f"1..{count}")
sys.exit(failures != 0)
