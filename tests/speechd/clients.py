# SPDX-License-Identifier: Apache-2.0
"""What Orca asks of speech-dispatcher, through python3-speechd. TAP lines without numbers.

clients.py MODULE paced|unpaced
"""
import collections
import sys
import threading
import time

import speechd

module, paced = sys.argv[1], sys.argv[2] == "paced"
events = collections.defaultdict(list)
arrived = threading.Condition()


def ok(good, what):
    print(("ok - " if good else "not ok - ") + what, flush=True)


def on_event(message, _client, kind, **data):
    with arrived:
        events[message].append((kind, data.get("index_mark"), time.time()))
        arrived.notify_all()


def wait(message, kinds, seconds=90):
    with arrived:
        return arrived.wait_for(lambda: any(e[0] in kinds for e in events[message]), seconds)


def names(message):
    return [kind + (":" + mark if mark else "") for kind, mark, _ in events[message]]


client = speechd.SSIPClient("tests", autospawn=False)
client.set_output_module(module)
client.set_language("en")
client.set_priority(speechd.Priority.MESSAGE)
client.set_punctuation(speechd.PunctuationMode.SOME)
client.set_cap_let_recogn("none")
# python3-speechd registers its own callback only after the reply, which loses early events.
client._conn.set_callback(on_event)
for kind in ("begin", "end", "cancel", "pause", "resume", "index_marks"):
    client._conn.send_command("SET", "self", "NOTIFICATION", kind, "on")


def speak(text, act=None, what=client.speak):
    message = int(what(text)[2][0])
    if act:
        act(message)
    wait(message, ("end", "cancel"))
    return message


ok(any(voice[0] == "heart" for voice in client.list_synthesis_voices()), "the voices are listed")

client.set_data_mode(speechd.DataMode.SSML)
marks = '<speak><mark name="0:5"/>Hello <mark name="6:11"/>world</speak>'
got = names(speak(marks))
ok(got == ["begin", "index_marks:0:5", "index_marks:6:11", "end"], f"marks come back: {got}")

stopped = [0.0]


def stop(message):
    wait(message, ("index_marks",))
    time.sleep(0.3)
    stopped[0] = time.time()
    client.stop()


words = " ".join(f'<mark name="{i}:{i + 1}"/>word' for i in range(300))
message = speak(f"<speak>{words}</speak>", stop)
# The text goes on for minutes; a hundred times what is aimed at, for machines that are busy.
late = (events[message][-1][2] - stopped[0]) * 1000
ok(events[message][-1][0] == "cancel" and late < 5000, f"stop is answered ({late:.0f} ms)")

got = names(speak("<speak>malformed & <b text"))
ok(got[:1] == ["begin"] and got[-1:] == ["end"], "malformed SSML is spoken")

client.set_data_mode(speechd.DataMode.TEXT)


def pause(message):
    wait(message, ("begin",))
    time.sleep(0.3)
    client.pause()
    wait(message, ("pause",))
    time.sleep(0.2)
    client.resume()


if paced:
    got = names(speak("One two three four. " * 6, pause))
    ok("pause" in got and "resume" in got and got[-1] == "end",
       f"pause at a sentence, and resume: {got}")
else:
    print("ok - pause and resume # SKIP a sink without a clock plays marks too early")

for what, text in (("CHAR", "a"), ("CHAR", "space"), ("CHAR", "\u00df"), ("CHAR", "\U0001f600"),
                   ("CHAR", "<"), ("KEY", "shift_a"), ("SOUND_ICON", "no-such-sound")):
    # The methods of the client drop the message's number.
    got = names(speak(text, what=lambda t: client._conn.send_command(what, t)))
    ok(got[:1] == ["begin"] and got[-1:] == ["end"], f"{what} {text!r}: {got}")

client.set_priority(speechd.Priority.TEXT)
first = int(client.speak("first message " * 40)[2][0])
wait(first, ("begin",))
second = speak("second")
wait(first, ("cancel",))
ok(names(first)[-1:] == ["cancel"] and names(second)[-1:] == ["end"],
   "a text interrupts the one before")
client.close()
