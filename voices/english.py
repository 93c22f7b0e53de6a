#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the lexicon of the `english` analyser: one file that the plugin maps and reads in place.

    english.py --misaki DIR [--tagger FILE] [--cldr DIR] [--letters FILE] -o lexicon.bin

DIR of --misaki has us_gold.json and us_silver.json (package misaki 0.9.4, folder misaki/data); the
tagger is tagger.json.gz of the package hibari-tts 0.2.1; DIR of --cldr is common/ of Debian's
unicode-cldr-core; the file of --letters is made by letter-to-sound.py. The same input gives the
same bytes.

The file, all numbers little-endian:

    "SORIENG1"  u32 sections  { char tag[4]; u32 offset; u32 size } ...

Sections with sorted keys (dictionaries) are front-coded in blocks of 16:

    u32 entries  u32 blocks  u32 block offsets[blocks] (from the end of this array)
    entry: u8 bytes shared with the key before (0 at the head of a block), u8 further bytes, bytes,
           u8 payload size, payload

WORD  pronunciations: payload u8 rating (4 gold, 3 silver); with 0x80 added, one reading follows,
      in the letters of PHONEMES, else for each reading u8 tag, u8 length (255: none, spell it),
      letters. Words that inflect.c derives from another are left out
TAGD  words that always have one tag: payload u8 tag
NAME  names of symbols: payload text
FEAT  weights of the tagger: u32 n, u32 hash[n] (sorted), u32 first[n + 1], cells of u8 tag,
      i8 weight
LTSW  letter to sound, see letter-to-sound.py
"""

import argparse
import gzip
import json
import os
import re
import struct
import sys
import unicodedata
import xml.etree.ElementTree

# misaki's symbols, each as one ASCII letter; the same table is in plugins/english/phonemes.c.
PHONEMES = {
    "A": "A",
    "I": "I",
    "O": "O",
    "W": "W",
    "Y": "Y",
    "b": "b",
    "d": "d",
    "f": "f",
    "h": "h",
    "i": "i",
    "j": "j",
    "k": "k",
    "l": "l",
    "m": "m",
    "n": "n",
    "p": "p",
    "s": "s",
    "t": "t",
    "u": "u",
    "v": "v",
    "w": "w",
    "z": "z",
    "æ": "{",
    "ð": "D",
    "ŋ": "N",
    "ɑ": "a",
    "ɔ": "c",
    "ə": "@",
    "ɛ": "E",
    "ɜ": "3",
    "ɡ": "g",
    "ɪ": "1",
    "ɹ": "r",
    "ɾ": "T",
    "T": "T",
    "ʃ": "S",
    "ʊ": "U",
    "ʌ": "V",
    "ʒ": "Z",
    "ʤ": "J",
    "ʧ": "C",
    "θ": "0",
    "ᵊ": "^",
    "ᵻ": "%",
    "ɐ": "6",
    "ˈ": "'",
    "ˌ": ",",
    "ʔ": "t",
}

# Penn Treebank tags in the order of the tagger, then misaki's coarse ones; plugins/english/tag.h.
TAGS = [
    "$",
    "''",
    ",",
    "-LRB-",
    "-RRB-",
    ".",
    ":",
    "ADD",
    "AFX",
    "CC",
    "CD",
    "DT",
    "EX",
    "FW",
    "HYPH",
    "IN",
    "JJ",
    "JJR",
    "JJS",
    "LS",
    "MD",
    "NFP",
    "NN",
    "NNP",
    "NNPS",
    "NNS",
    "PDT",
    "POS",
    "PRP",
    "PRP$",
    "RB",
    "RBR",
    "RBS",
    "RP",
    "SYM",
    "TO",
    "UH",
    "VB",
    "VBD",
    "VBG",
    "VBN",
    "VBP",
    "VBZ",
    "WDT",
    "WP",
    "WP$",
    "WRB",
    "XX",
    "_SP",
    "``",
    "NOUN",
    "VERB",
    "ADJ",
    "ADV",
    "None",
    "DEFAULT",
]
TAG = {name: i for i, name in enumerate(TAGS)}

BLOCK = 16


def dictionary(entries):
    """entries: {key bytes: payload bytes}"""
    blocks, offsets, previous = bytearray(), [], b""
    for i, key in enumerate(sorted(entries)):
        payload = entries[key]
        if not 0 < len(key) < 256 or len(payload) > 255:
            sys.exit(f"{key}: too long")
        shared = 0
        if i % BLOCK == 0:
            offsets.append(len(blocks))
        else:
            while shared < len(key) and shared < len(previous) and key[shared] == previous[shared]:
                shared += 1
        blocks += (
            bytes([shared, len(key) - shared]) + key[shared:] + bytes([len(payload)]) + payload
        )
        previous = key
    return (
        struct.pack("<II", len(entries), len(offsets))
        + struct.pack(f"<{len(offsets)}I", *offsets)
        + blocks
    )


# --- words --------------------------------------------------------------------------------------
def letters(phonemes):
    return "".join(PHONEMES[c] for c in phonemes).encode()


def word_payload(rating, readings):
    if isinstance(readings, str):
        readings = {"DEFAULT": readings}
    default = readings["DEFAULT"]
    if all(reading == default for reading in readings.values()) and default:
        return bytes([rating | 0x80]) + letters(default)
    payload = bytes([rating])
    for tag in sorted(readings, key=lambda t: (t == "DEFAULT", t)):
        if tag != "DEFAULT" and readings[tag] == default:
            continue
        text = readings[tag]
        code = b"" if text is None else letters(text)
        payload += bytes([TAG[tag], 255 if text is None else len(code)]) + code
    return payload


def words(folder):
    entries = {}
    for rating, name in ((3, "us_silver.json"), (4, "us_gold.json")):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for key, readings in json.load(file).items():
                entries[key.encode()] = word_payload(rating, readings)
    return entries


# What plugins/english/inflect.c does. Words that it makes from a kept one need no entry.
def stems(word):
    def unless(bad):
        return not word.endswith(bad)

    n = len(word)
    if n >= 3 and word.endswith("s"):
        if unless("ss"):
            yield word[:-1], "s"
        if word.endswith("'s") or (n > 4 and word.endswith("es") and unless("ies")):
            yield word[:-2], "s"
        if n > 4 and word.endswith("ies"):
            yield word[:-3] + "y", "s"
    ed = n > 4 and word.endswith("ed") and unless("eed")
    if n >= 4 and word.endswith("d"):
        if unless("dd"):
            yield word[:-1], "ed"
        if ed:
            yield word[:-2], "ed"
        if ed and n > 5 and word[-3] == word[-4]:
            yield word[:-3], "ed"
        if n > 4 and word.endswith("ied"):
            yield word[:-3] + "y", "ed"
    if n >= 5 and word.endswith("ing"):
        if n > 5:
            yield word[:-3], "ing"
        yield word[:-3] + "e", "ing"
        if n > 5 and (word[-4] == word[-5] or word.endswith("cking")):
            yield word[:-4], "ing"


def inflected(sounds, ending):
    end = sounds[-1]
    taps = len(sounds) > 1 and end == "t" and sounds[-2] in "AIOWYiu{a@E1rUV"
    if ending == "s":
        return sounds + ("%" if end in "szSZCJ" else "") + ("s" if end in "ptkf0" else "z")
    if ending == "ed" and end in "pkf0SsC":
        return sounds + "t"
    if taps:
        sounds = sounds[:-1] + "T"
    if ending == "ed":
        return sounds + ("%d" if end in "dt" else "d")
    return sounds + "1N"


def without_inflected(entries):
    """Drops the silver words that inflect.c reads the same from their stem."""

    def entry(word):
        found = [kept[w] for w in (word, word[:1].swapcase() + word[1:]) if w in kept]
        return max(found, key=lambda payload: payload[0] & 0x7F) if found else None

    kept = {}
    for key in sorted(entries, key=lambda k: (len(k), k)):
        word, payload = key.decode(), entries[key]
        plain = payload[0] == 0x83 and word == word.lower()
        for stem, ending in stems(word) if plain else ():
            if len(stem) > 1 and (found := entry(stem)):
                sounds = found[1:].decode() if found[0] & 0x80 else ""
                if "'" in sounds and inflected(sounds, ending).encode() == payload[1:]:
                    payload = None
                break
        if payload:
            kept[word] = payload
    return {word.encode(): payload for word, payload in kept.items()}


# --- tagger -------------------------------------------------------------------------------------
def hash32(text):
    """FNV-1a from another start: with the usual one two features meet."""
    h = 0x534F5249
    for byte in text.encode():
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return h


def feature_table(model, smallest):
    """Weights below `smallest` hardly change a tag (measured: see README.md) and are left out."""
    rows = {}
    for feature, weights in model["weights"].items():
        kept = [
            (TAG[tag], max(-127, min(127, round(w * 2))))
            for tag, w in sorted(weights.items())
            if abs(w) >= smallest or feature in ("b", "i0", "i+")
        ]
        if kept:
            h = hash32(feature)
            if h in rows:
                sys.exit(f"{feature}: hash collision")
            rows[h] = kept
    hashes = sorted(rows)
    first, cells = [0], bytearray()
    for h in hashes:
        for tag, weight in rows[h]:
            cells += struct.pack("<Bb", tag, weight)
        first.append(len(cells) // 2)
    return struct.pack(f"<I{len(hashes)}I{len(first)}I", len(hashes), *hashes, *first) + cells


def tag_sections(path, smallest):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        model = json.load(file)
    certain = {word.encode(): bytes([TAG[tag]]) for word, tag in model["tagdict"].items()}
    return {
        "TAGD": dictionary(certain),
        "FEAT": feature_table(model, smallest),
    }


# --- names of symbols ---------------------------------------------------------------------------
def cldr_names(folder):
    names = {}
    for part in ("annotationsDerived", "annotations"):
        path = os.path.join(folder, part, "en.xml")
        for node in xml.etree.ElementTree.parse(path).iter("annotation"):
            if node.get("type") == "tts":
                names[node.get("cp")] = node.text
    return names


def unicode_names():
    """Symbols and punctuation that CLDR does not name, by their Unicode names."""
    names = {}
    for code in (
        list(range(0xA0, 0x3400)) + list(range(0x1D400, 0x1D800)) + list(range(0x1F000, 0x1FB00))
    ):
        char = chr(code)
        if unicodedata.category(char) in ("Sm", "Sc", "So", "Po", "Ps", "Pe", "Pd"):
            name = unicodedata.name(char, "").lower().replace(" sign", "").replace(" symbol", "")
            if name and not name.startswith(
                (
                    "braille pattern",
                    "hexagram",
                    "yijing",
                    "cjk radical",
                    "kangxi radical",
                    "circled",
                    "parenthesized",
                )
            ):
                names[char] = name
    return names


SKIN = {chr(c) for c in range(0x1F3FB, 0x1F400)}
DIGITS = "zero one two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = {"1st": "first", "2nd": "second", "3rd": "third"}


def spoken(symbol, name):
    """A name as plain words: letters and apostrophes."""
    text = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    text = text.replace("’", "'").replace("&", " and ").replace("-", " ")
    words = []
    for word in re.sub(r"[^A-Za-z0-9' ]", " ", text).split():
        word = ORDINALS.get(word, word)
        words.append(DIGITS[int(word)] if word.isdigit() and int(word) < 13 else word)
    if unicodedata.category(symbol[0]) in ("Sm", "Sc") and len(words) > 1 and words[-1] == "sign":
        words.pop()
    return " ".join(words)


# What is said, where the name is not what one says.
SAID = {
    "√": "square root of",
    "×": "times",
    "÷": "divided by",
    "±": "plus or minus",
    "−": "minus",
    "≈": "approximately equals",
    "≠": "is not equal to",
    "≤": "is less than or equal to",
    "≥": "is greater than or equal to",
    "°": "degrees",
    "∈": "is an element of",
    "∑": "sum",
    "∫": "integral",
    "∂": "partial",
    "∀": "for all",
    "∃": "there exists",
    "№": "number",
    "©": "copyright",
    "®": "registered",
    "™": "trademark",
    "∝": "is proportional to",
    "⊂": "is a subset of",
    "∪": "union",
    "∩": "intersection",
    "⇒": "implies",
    "½": "one half",
    "…": "ellipsis",
    "•": "bullet",
    "→": "right arrow",
    "←": "left arrow",
    "↑": "up arrow",
    "↓": "down arrow",
    "⁄": "slash",
    "★": "star",
    "☆": "star",
}


def names(folder):
    entries = {}
    both = unicode_names()
    both.update(cldr_names(folder))
    both.update(SAID)
    for symbol, name in both.items():
        if symbol.isascii() or any(c in SKIN for c in symbol) or symbol.isalnum():
            continue  # skin tones are dropped before the lookup
        entries[symbol.replace("\ufe0f", "").encode()] = spoken(symbol, name).encode()[:255]
    return entries


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--misaki", required=True)
    parser.add_argument("--tagger")
    parser.add_argument("--smallest", type=float, default=3)
    parser.add_argument("--cldr")
    parser.add_argument("--letters")
    parser.add_argument("-o", required=True)
    options = parser.parse_args()

    sections = {"WORD": dictionary(without_inflected(words(options.misaki)))}
    if options.tagger:
        sections |= tag_sections(options.tagger, options.smallest)
    if options.cldr:
        sections["NAME"] = dictionary(names(options.cldr))
    if options.letters:
        with open(options.letters, "rb") as file:
            sections["LTSW"] = file.read()
    offset = 12 + 12 * len(sections)
    head, body = b"SORIENG1" + struct.pack("<I", len(sections)), b""
    for tag, data in sections.items():
        padding = -(offset + len(body)) % 4
        body += bytes(padding)
        head += struct.pack("<4sII", tag.encode(), offset + len(body), len(data))
        body += data
        print(f"{tag}: {len(data)} bytes", file=sys.stderr)
    with open(options.o, "wb") as file:
        file.write(head + body)


if __name__ == "__main__":
    main()
