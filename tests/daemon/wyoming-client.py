# SPDX-License-Identifier: Apache-2.0
"""wyoming-client.py URI: the package `wyoming` itself against the daemon; TAP."""
import asyncio
import io
import sys
import urllib.parse
import urllib.request
import wave

from wyoming.asr import Transcript
from wyoming.audio import AudioChunk
from wyoming.client import AsyncClient
from wyoming.error import Error
from wyoming.handle import HandledChunk
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong
from wyoming.tts import (Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop,
                         SynthesizeVoice)

count = failures = 0


def ok(fine, name, detail=""):
    global count, failures
    count += 1
    failures += not fine
    print(f"{'ok' if fine else 'not ok'} {count} - {name}" + (f"\n# {detail}" if detail else ""),
          flush=True)


async def until(client, last):
    """The types in order, and all sound."""
    types, audio, text = [], b"", ""
    while True:
        event = await asyncio.wait_for(client.read_event(), 20)
        if event is None:
            return types + [None], audio, text
        if not types or types[-1] != event.type:
            types.append(event.type)
        if AudioChunk.is_type(event.type):
            audio += AudioChunk.from_event(event).audio
        if HandledChunk.is_type(event.type):
            text += HandledChunk.from_event(event).text
        if event.type == last:
            return types, audio, text


async def run(uri):
    async with AsyncClient.from_uri(uri) as client:
        await client.write_event(Describe().event())
        info = Info.from_event(await client.read_event())
        voices = [voice.name for voice in info.tts[0].voices]
        ok("quick" in voices and info.tts[0].supports_synthesize_streaming, "describe", f"{voices}")
        await client.write_event(Ping(text="here").event())
        ok(Pong.from_event(await client.read_event()).text == "here", "ping")
        voice = SynthesizeVoice(name="quick")
        await client.write_event(Synthesize(text="hello wide world", voice=voice).event())
        types, whole, _ = await until(client, "audio-stop")
        ok(types == ["audio-start", "audio-chunk", "audio-stop"] and len(whole) > 0, "synthesize",
           f"{len(whole)} bytes")
        await client.write_event(SynthesizeStart(voice=voice).event())
        for piece in ("hello wi", "de ", "world"):
            await client.write_event(SynthesizeChunk(text=piece).event())
        await client.write_event(Synthesize(text="hello wide world", voice=voice).event())
        await client.write_event(SynthesizeStop().event())
        types, streamed, _ = await until(client, "synthesize-stopped")
        ok(len(streamed) == len(whole) and types[-2:] == ["audio-stop", "synthesize-stopped"],
           "the same text in pieces", " ".join(types))
        await client.write_event(Synthesize(text="x", voice=SynthesizeVoice(name="no")).event())
        error = Error.from_event(await client.read_event())
        ok(error.code == "voice-not-found", "an unknown voice", error.text)
        if info.handle and info.handle[0].models:
            await client.write_event(Transcript(text="say this").event())
            types, audio, text = await until(client, "audio-stop")
            ok(text != "" and len(audio) > 0 and "handled" in types, "a question",
               f"{text!r} {len(audio)} bytes: {' '.join(types)}")
    answers = []

    async def one():
        async with AsyncClient.from_uri(uri) as client:
            await client.write_event(Synthesize(text="hello wide world").event())
            answers.append(len((await until(client, "audio-stop"))[1]))

    await asyncio.gather(*(one() for _ in range(8)))
    ok(answers == [len(whole)] * 8, "eight at once", f"{answers}")
    return len(whole)


size = asyncio.run(run(sys.argv[1]))
if len(sys.argv) > 2:
    query = urllib.parse.urlencode({"text": "hello wide world", "voice": "quick"})
    with urllib.request.urlopen(f"{sys.argv[2]}/api/text-to-speech?{query}", timeout=20) as answer:
        with wave.open(io.BytesIO(answer.read())) as sound:
            ok(sound.getnframes() * 2 == size, "through the HTTP bridge",
               f"{sound.getnframes()} samples at {sound.getframerate()} Hz")
print(f"1..{count}")
sys.exit(failures != 0)
