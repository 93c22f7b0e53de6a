# SPDX-License-Identifier: Apache-2.0
"""Opens the window of window.py, once Orca is there, presses keys in it and checks, for each, what
Orca had sd_sori say and that it sounded. TAP lines without numbers.

orca.py ASKED RECORDING

ASKED is what speech-dispatcher wrote to sd_sori, RECORDING the sound of the sink, both growing: raw
samples of 16 bits at 24 kHz.
"""
import array
import html
import pathlib
import re
import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

asked_path, recording_path = sys.argv[1:]
LOUD = 300  # of 32768: what sounds; a null sink is exactly silent
PATIENCE = 60  # s, also for a busy machine
QUIET = 24000  # samples: between two steps


def ok(good, what):
    print(("ok - " if good else "not ok - ") + what, flush=True)


def size_of(path):
    with open(path, "rb") as file:
        return file.seek(0, 2) & ~1


def sound_since(at):
    with open(recording_path, "rb") as file:
        file.seek(at)
        data = file.read()
    return array.array("h", data[:len(data) & ~1])


def words_since(at):
    """The messages since, without their markup."""
    with open(asked_path, "rb") as file:
        file.seek(at)
        lines = file.read().decode(errors="replace")
    found = re.findall(r"^(?:SPEAK|CHAR|KEY)\n(.*?)\n\.$", lines, re.M | re.S)
    # Orca puts a mark before each word.
    return [" ".join(html.unescape(re.sub(r"<[^>]*>", "", text)).split()) for text in found]


def wait_for(what, seconds=PATIENCE):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.1)
    return False


def is_quiet():
    samples = sound_since(max(0, size_of(recording_path) - 2 * QUIET))
    return len(samples) >= QUIET and max(map(abs, samples)) < LOUD


def step(name, act, *expected):
    """What is expected must be among the messages, and sound follow."""
    wait_for(is_quiet)
    asked, recorded = size_of(asked_path), size_of(recording_path)
    act()

    def said():
        all_said = " | ".join(words_since(asked))
        return all(re.search(rf"\b{text}\b", all_said, re.I) for text in expected)

    ok(wait_for(said), f"{name}: asked to say {expected}")
    print(f"it was: {words_since(asked)}", flush=True)
    ok(wait_for(lambda: max(map(abs, sound_since(recorded)), default=0) >= LOUD, 20),
       f"{name}: it sounds")


def keys(*names):
    return lambda: subprocess.run(["xdotool", "key", "--delay", "200", *names], check=True)


def window():
    return subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "^Harbor Office$"],
                          capture_output=True, text=True).stdout.split()


def is_accessible():
    """What comes to the focus before its program is known to assistive technology is not heard."""
    desktop = Atspi.get_desktop(0)
    programs = [desktop.get_child_at_index(i) for i in range(desktop.get_child_count())]
    return any(program and program.get_name() == "window.py" for program in programs)


program = None


def open_window():
    global program
    program = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("window.py")])
    ok(wait_for(lambda: window() and is_accessible()), "the window is there")
    subprocess.run(["xdotool", "windowfocus", window()[0]], check=True)


ok(wait_for(lambda: "Screen reader on." in words_since(0)), "Orca is there")
# Whether Orca says the title by itself hangs on which comes first, the window or its first button.
step("the window", open_window, "Open the gate")
step("its title", keys("KP_Insert+KP_Enter"), "Harbor Office")
step("the next button", keys("Tab"), "Close the gate")
step("the field", keys("Tab"), "Captain")
step("typing echo: a letter", keys("q"), "q")
step("typing echo: another", keys("w"), "w")
step("typing echo: a digit", keys("7"), "7")
step("erasing", keys("BackSpace"), "7")
step("the paragraph gets the focus", keys("Tab"), "lighthouse")
step("say all", keys("KP_Add"), "lighthouse", "lamp before the storm", "Three ships came home")
wait_for(is_quiet)
program.terminate()
