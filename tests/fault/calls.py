# SPDX-License-Identifier: Apache-2.0
"""What test-calls.sh does: each system call of sorid and of its worker that can fail, failing once.
TAP, one line for each call.

Either the daemon does not start, and says why; or the request that was under way is answered, with
all of its samples, or by an error or the end of its connection. Then another one is spoken.
"""
import errno
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

SORID, FAIL = sys.argv[1:3]
PATH = os.path.join(os.environ["XDG_RUNTIME_DIR"], "sori", "socket")
SHORT = 0
OFTEN = (0, 1, 3, 8)  # of calls that are made all the time
CALLS = {
    "sorid": {
        "accept4": ("EMFILE", "EINTR", "EAGAIN", "ECONNABORTED"),
        "bind": ("ENOSPC",),
        "epoll_create1": ("EMFILE",),
        "epoll_ctl": ("ENOSPC", "ENOMEM"),
        "epoll_wait": ("EINTR",),
        "fcntl": ("EMFILE",),
        "fopen": ("EMFILE", "EIO"),
        "getrlimit": ("EIO",),
        "getsockopt": ("EIO",),
        "inotify_add_watch": ("ENOSPC",),
        "inotify_init1": ("EMFILE",),
        "listen": ("EIO",),
        "lstat": ("EIO",),
        "mkdir": ("ENOSPC",),
        "opendir": ("EMFILE",),
        "pidfd_open": ("EMFILE",),
        "posix_spawn": ("EAGAIN", "ENOMEM"),
        "read": ("EINTR", "EAGAIN", "EIO", SHORT),
        "recv": ("EINTR", "EAGAIN", "EIO", SHORT),
        "send": ("EINTR", "EAGAIN", "EIO", SHORT),
        "sendmsg": ("EINTR", "EAGAIN", "EIO", SHORT),
        "setrlimit": ("EPERM",),
        "signalfd": ("EMFILE",),
        "socket": ("EMFILE",),
        "socketpair": ("EMFILE",),
        "stat": ("EIO",),
        "waitid": ("EINTR",),
    },
    "sori-worker": {
        "fopen": ("EMFILE", "EIO"),
        "mmap": ("ENOMEM",),
        "open": ("EMFILE", "EIO"),
        "pthread_create": ("EAGAIN",),
        "read": ("EINTR", "EIO", SHORT),
        "seccomp_load": ("ENOMEM",),
        "send": ("EINTR", "EIO", SHORT),
        "sendmsg": ("EINTR", "EIO", SHORT),
    },
}


def speak(voice):
    """How many bytes of sound come back; "error", "closed", "silent" or "refused"."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(PATH)
            client.sendall(json.dumps({"type": "synthesize", "data": {
                "text": "One two three. Four five.", "voice": {"name": voice}}}).encode() + b"\n")
            stream, size = client.makefile("rb"), 0
            while True:
                line = stream.readline()
                if not line.endswith(b"\n"):
                    return "closed"
                header = json.loads(line)
                stream.read(header.get("data_length", 0))
                size += len(stream.read(header.get("payload_length", 0)))
                if header["type"] in ("audio-stop", "error"):
                    return size if header["type"] == "audio-stop" else "error"
    except TimeoutError:
        return "silent"
    except (ConnectionRefusedError, FileNotFoundError):
        return "refused"
    except ConnectionError:
        return "closed"


def run(voice, right, **fail):
    """Whether the fault came, what is wrong (None: nothing), and what became of the request."""
    with tempfile.TemporaryFile("w+") as told:
        # A process of its own group: what it leaves behind can be seen.
        daemon = subprocess.Popen(
            [SORID, "--daemon-idle-exit=0", "--daemon-watchdog=5"], stderr=told,
            env={**os.environ, "LD_PRELOAD": FAIL, **fail})
        end = time.monotonic() + 20
        while not os.path.exists(PATH) and daemon.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        first = "refused"
        while first == "refused" and daemon.poll() is None and time.monotonic() < end:
            first = speak(voice)  # refused: it is bound, and does not listen yet
        second = None
        while daemon.poll() is None and time.monotonic() < end:
            second = speak(voice)
            if second == right:
                break
            time.sleep(0.1)
        alive = daemon.poll() is None
        daemon.terminate()
        try:
            status = daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            status = daemon.wait()
        told.seek(0)
        words = told.read()
    came = "FAULT" in words
    wrong = None
    if alive and second != right:
        wrong = f"afterwards: {second}"
    elif alive and first not in (right, "error", "closed"):
        wrong = f"the request: {first}"
    elif alive and status != 0:
        wrong = f"its end: {status}"
    elif not alive and (first != "refused" or status != 1 or not words.replace("FAULT\n", "")):
        wrong = f"it ended with {status}: {words!r}"
    how = "not started" if not alive else "answered" if first == right else first
    if os.path.exists(PATH):
        os.unlink(PATH)
    return came, wrong, how


def main():
    count, faults, bad, hows = 0, 0, 0, {}
    right = {}
    for voice in ("quick", "heart"):
        # What it is without a fault.
        daemon = subprocess.Popen([SORID, "--daemon-idle-exit=0"])
        while speak(voice) == "refused" and daemon.poll() is None:
            time.sleep(0.01)
        right[voice] = speak(voice)
        daemon.terminate()
        daemon.wait()
    for program, calls in CALLS.items():
        for call, errors in calls.items():
            # A map of weights is made for a voice that has some.
            voice = "heart" if call in ("mmap", "open") and isinstance(right["heart"], int) else \
                "quick"
            wrongs, came_once = [], False
            for error in errors:
                for at in OFTEN:
                    came, wrong, how = run(
                        voice, right[voice], FAIL_PROGRAM=program, FAIL_CALL=call, FAIL_AT=str(at),
                        FAIL_ERROR=str(getattr(errno, error) if error else 0))
                    if wrong:
                        wrongs.append(f"{error or 'short'} at {at}: {wrong}")
                    if not came:
                        break
                    came_once = True
                    faults += 1
                    hows[how] = hows.get(how, 0) + 1
            count += 1
            if not came_once:
                print(f"ok {count} - {program}: {call} # SKIP it is not called")
                continue
            bad += bool(wrongs)
            print(f"{'not ok' if wrongs else 'ok'} {count} - {program}: {call}", flush=True)
            for wrong in wrongs:
                print(f"# {wrong}")
    tally = ", ".join(f"{n} {how}" for how, n in sorted(hows.items()))
    print(f"# FIGURE row 5, system calls that fail once: {count} calls (asked: 12), {faults} "
          f"faults: {tally}; {bad} calls not as asked")
    print(f"1..{count}")
    sys.exit(bool(bad))


main()
