#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains how the `english` analyser reads words that no lexicon has.

    letter-to-sound.py --misaki DIR -o letters.bin [--epochs N] [--bits N] [--held-out PERCENT]

Each letter gives a chunk of none to four sounds, stress marks included ("x" may give "ks"). Which
one, says a log-linear model over the letters around and the chunks before, searched with a beam: a
maximum-entropy Markov model whose features are hashed into one table of 8-bit weights. Letters and
sounds are aligned by expectation maximisation first. --held-out keeps words back, trains on the
rest and tells the share of words and phonemes that come out wrong; --split stem keeps all forms of
a word on one side, so that none is known from another, --split word is what is usually published.

The file, little-endian:

    u32 chunks, f32 scale, u32 bits
    chunks: u8 length, sounds (letters of english.py)
    for each of a..z and the apostrophe: u8 n, n times u8 chunk that it may give
    i8 weight[1 << bits]

The weight of a feature for a chunk stands at mix(feature, chunk) >> (32 - bits).
plugins/english/letter-to-sound.c has the same hashes.
"""

import argparse
import json
import os
import struct
import sys
import time

import numba
import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from english import PHONEMES  # noqa: E402

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
MAX_CHUNK = 4
START = 31  # letter code outside the word
VOWELS = set("AIOWYiu{acE3@1UV%6^")
AROUND = 5  # letters of the longest run that is looked at, less one


# --- the words ----------------------------------------------------------------------------------
def load(folder):
    """(letters, units): a unit is a sound with the stress mark before it."""
    words = {}
    for name in ("us_silver.json", "us_gold.json"):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for key, value in json.load(file).items():
                word = key.lower()
                if isinstance(value, dict):
                    value = value["DEFAULT"]
                capitals = len(key) > 1 and key != word and key != key.capitalize()
                if capitals or not value or not all(c in LETTERS for c in word) or len(word) < 3:
                    continue
                sounds = "".join(PHONEMES[c] for c in value)
                if "'" not in sounds:
                    continue
                words[word] = sounds
    return sorted(words.items())


def units_of(sounds):
    units, mark = [], ""
    for c in sounds:
        if c in "',":
            mark = c
        else:
            units.append(mark + c)
            mark = ""
    return units


# --- alignment ----------------------------------------------------------------------------------
@numba.njit(cache=True)
def align_word(letters, units, logp, table, post, collect):
    """Forward-backward over cuts of units into chunks of 0..3 a letter. logp[letter, chunk index];
    table maps (start, length) in this word to a chunk index."""
    n, m = len(letters), len(units)
    NEG = -1e30
    f = np.full((n + 1, m + 1), NEG)
    f[0, 0] = 0.0
    for i in range(n):
        for j in range(m + 1):
            if f[i, j] <= NEG / 2:
                continue
            for k in range(0, 4):
                if j + k > m:
                    break
                c = table[j, k]
                if c < 0:
                    continue
                s = f[i, j] + logp[letters[i], c]
                a = f[i + 1, j + k]
                if s > a:
                    a, s = s, a
                f[i + 1, j + k] = a + np.log1p(np.exp(s - a)) if s > NEG / 2 else a
    if f[n, m] <= NEG / 2:
        return False
    b = np.full((n + 1, m + 1), NEG)
    b[n, m] = 0.0
    for i in range(n - 1, -1, -1):
        for j in range(m + 1):
            for k in range(0, 4):
                if j + k > m:
                    break
                c = table[j, k]
                if c < 0 or b[i + 1, j + k] <= NEG / 2:
                    continue
                s = b[i + 1, j + k] + logp[letters[i], c]
                a = b[i, j]
                if s > a:
                    a, s = s, a
                b[i, j] = a + np.log1p(np.exp(s - a)) if s > NEG / 2 else a
                if collect and f[i, j] > NEG / 2:
                    p = np.exp(f[i, j] + logp[letters[i], c] + b[i + 1, j + k] - f[n, m])
                    post[letters[i], c] += p
    return True


@numba.njit(cache=True)
def best_alignment(letters, units, logp, table, out):
    n, m = len(letters), len(units)
    NEG = -1e30
    f = np.full((n + 1, m + 1), NEG)
    back = np.zeros((n + 1, m + 1), np.int32)
    f[0, 0] = 0.0
    for i in range(n):
        for j in range(m + 1):
            if f[i, j] <= NEG / 2:
                continue
            for k in range(0, 4):
                if j + k > m:
                    break
                c = table[j, k]
                if c < 0:
                    continue
                s = f[i, j] + logp[letters[i], c]
                if s > f[i + 1, j + k]:
                    f[i + 1, j + k] = s
                    back[i + 1, j + k] = k
    if f[n, m] <= NEG / 2:
        return False
    j = m
    for i in range(n, 0, -1):
        k = back[i, j]
        j -= k
        out[i - 1] = table[j, k]
    return True


def align(words):
    """Chunks and, for each word, the chunk of each letter (or None)."""
    counts = {}
    data = []
    for word, sounds in words:
        units = units_of(sounds)
        # Where the stress lies says little about the letters: alignment goes by sounds alone.
        bare = [u[-1] for u in units]
        data.append((word, units, bare))
        for i in range(len(bare)):
            for k in range(0, 4):
                if i + k <= len(bare):
                    key = "".join(bare[i : i + k])
                    counts[key] = counts.get(key, 0) + 1
    chunks = [""] + sorted(k for k, n in counts.items() if k and (len(k) < 3 or n > 300))
    index = {c: i for i, c in enumerate(chunks)}
    logp = np.full((27, len(chunks)), -8.0)
    for i, c in enumerate(chunks):
        logp[:, i] = (-2.0, -2.0, -5.0, -9.0)[len(c)]
    jobs = []
    for word, units, bare in data:
        m = len(bare)
        table = np.full((m + 1, 4), -1, np.int32)
        for i in range(m + 1):
            for k in range(0, 4):
                if i + k <= m:
                    table[i, k] = index.get("".join(bare[i : i + k]), -1)
        letters = np.array([LETTERS.index(c) for c in word], np.int32)
        jobs.append((letters, np.zeros(m, np.int32), table))
    for step in range(6):
        post = np.zeros_like(logp)
        for letters, units, table in jobs:
            align_word(letters, units, logp, table, post, True)
        # A small cost for long chunks keeps "x" from eating its neighbours.
        logp = np.log((post + 1e-3) / (post + 1e-3).sum(1, keepdims=True))
        print("alignment", step, file=sys.stderr, flush=True)
    aligned = []
    for (word, units, bare), (letters, zero, table) in zip(data, jobs):
        out = np.zeros(len(letters), np.int32)
        if not best_alignment(letters, zero, logp, table, out):
            aligned.append(None)
            continue
        row, at = [], 0
        for c in out:
            k = len(chunks[c])
            row.append("".join(units[at : at + k]))
            at += k
        aligned.append(row)
    return aligned


# --- the model ----------------------------------------------------------------------------------
@numba.njit(inline="always")
def mix(h, value):
    h = numba.uint32(h ^ numba.uint32(value))
    h = numba.uint32(h * numba.uint32(0x9E3779B1))
    return numba.uint32(h ^ (h >> numba.uint32(15)))


N_FEATURES = 48


@numba.njit(cache=True)
def features(letters, n, i, prev1, prev2, prev3, state, out):
    """Hashes of what is known at letter i: runs of letters that it is in, chunks
    before, stress so far. Returns how many."""
    k = 0
    here = numba.uint32(letters[i])
    for a in range(0, AROUND + 1):
        for b in range(0, AROUND + 1 - a):
            h = mix(numba.uint32(0x51ED270B), a * 16 + b)
            for j in range(i - a, i + b + 1):
                c = letters[j] if 0 <= j < n else 31
                h = mix(h, c)
            out[k] = h
            k += 1
    # chunks before, with the letters here
    right = numba.uint32(letters[i + 1]) if i + 1 < n else numba.uint32(31)
    right2 = numba.uint32(letters[i + 2]) if i + 2 < n else numba.uint32(31)
    left = numba.uint32(letters[i - 1]) if i > 0 else numba.uint32(31)
    h1 = mix(mix(numba.uint32(0x1234567), prev1), here)
    out[k] = h1
    out[k + 1] = mix(mix(h1, right), 1)
    out[k + 2] = mix(mix(mix(h1, right), right2), 2)
    h2 = mix(mix(h1, prev2), 3)
    out[k + 3] = h2
    out[k + 4] = mix(mix(h2, right), 4)
    h3 = mix(mix(h2, prev3), 5)
    out[k + 5] = h3
    # stress: whether a primary one was set, vowels since, and what comes
    hs = mix(mix(numba.uint32(0x7654321), state), here)
    out[k + 6] = hs
    out[k + 7] = mix(mix(hs, right), 6)
    out[k + 8] = mix(mix(mix(hs, right), right2), 7)
    out[k + 9] = mix(mix(mix(hs, left), right), 8)
    out[k + 10] = mix(mix(hs, min(n - i, 8)), 9)
    hw = mix(mix(hs, letters[n - 1]), letters[n - 2] if n > 1 else 31)
    hw = mix(hw, letters[n - 3] if n > 2 else 31)
    out[k + 11] = mix(mix(hw, min(n - i, 12)), 10)
    return k + 12


@numba.njit(inline="always")
def next_state(state, stress, vowels):
    """state: 0 no primary yet, 1 there is one; times 4 plus vowels so far (at most 3)."""
    primary = state >> 2
    count = min(3, (state & 3) + vowels)
    if stress:
        primary = 1
    return (primary << 2) | count


@numba.njit(inline="always")
def slot(h, chunk, shift):
    return mix(h, numba.uint32(chunk) + numba.uint32(0x3C6EF372)) >> numba.uint32(shift)


@numba.njit(cache=True)
def train(order, data, model, weights, grads, rate, shift):
    """One epoch of AdaGrad on the log likelihood of each letter's chunk, history given."""
    starts, lengths, letters, chunks = data
    may, n_may, stress, vowels = model
    feats = np.zeros(64, np.uint32)
    scores = np.zeros(256)
    loss = 0.0
    for w in order:
        s, n = starts[w], lengths[w]
        word = letters[s : s + n]
        p1, p2, p3, state = 1000, 1000, 1000, 0
        for i in range(n):
            k = features(word, n, i, p1, p2, p3, state, feats)
            c = word[i]
            gold = chunks[s + i]
            top = -1e30
            for m in range(n_may[c]):
                x = 0.0
                for f in range(k):
                    x += weights[slot(feats[f], may[c, m], shift)]
                scores[m] = x
                top = max(top, x)
            total = 0.0
            for m in range(n_may[c]):
                scores[m] = np.exp(scores[m] - top)
                total += scores[m]
            for m in range(n_may[c]):
                p = scores[m] / total
                g = p - (1.0 if may[c, m] == gold else 0.0)
                if may[c, m] == gold:
                    loss -= np.log(max(p, 1e-12))
                if abs(g) < 0.002:
                    continue
                for f in range(k):
                    at = slot(feats[f], may[c, m], shift)
                    grads[at] += g * g
                    weights[at] -= rate * g / np.sqrt(grads[at] + 1e-3)
            p3, p2, p1 = p2, p1, gold
            state = next_state(state, stress[gold], vowels[gold])
    return loss


@numba.njit(cache=True)
def decode(word, may, n_may, stress, vowels, weights, shift, scale, out):
    """Beam search; exactly one primary stress is wanted at the end."""
    n = len(word)
    B = 6
    score = np.full(B, -1e30)
    score[0] = 0.0
    hist = np.full((B, 3), 1000, np.int32)
    states = np.zeros(B, np.int32)
    path = np.zeros((B, n), np.int32)
    feats = np.zeros(64, np.uint32)
    logits = np.zeros(256)
    live = 1
    cand = np.zeros(B * 256)
    cand_b = np.zeros(B * 256, np.int32)
    cand_c = np.zeros(B * 256, np.int32)
    for i in range(n):
        c = word[i]
        m_all = 0
        for b in range(live):
            k = features(word, n, i, hist[b, 0], hist[b, 1], hist[b, 2], states[b], feats)
            top = -1e30
            for m in range(n_may[c]):
                x = 0.0
                for f in range(k):
                    x += weights[slot(feats[f], may[c, m], shift)]
                logits[m] = x * scale
                top = max(top, logits[m])
            total = 0.0
            for m in range(n_may[c]):
                total += np.exp(logits[m] - top)
            total = np.log(total) + top
            for m in range(n_may[c]):
                ch = may[c, m]
                if stress[ch] and states[b] >> 2:
                    continue
                cand[m_all] = score[b] + logits[m] - total
                cand_b[m_all] = b
                cand_c[m_all] = ch
                m_all += 1
        take = np.argsort(-cand[:m_all])[:B]
        new_score = np.full(B, -1e30)
        new_hist = np.zeros_like(hist)
        new_states = np.zeros_like(states)
        new_path = np.zeros_like(path)
        live = len(take)
        for r in range(live):
            b, ch = cand_b[take[r]], cand_c[take[r]]
            new_score[r] = cand[take[r]]
            new_hist[r, 0], new_hist[r, 1], new_hist[r, 2] = ch, hist[b, 0], hist[b, 1]
            new_states[r] = next_state(states[b], stress[ch], vowels[ch])
            new_path[r] = path[b]
            new_path[r, i] = ch
        score, hist, states, path = new_score, new_hist, new_states, new_path
    best = 0
    for b in range(live):
        if states[b] >> 2:
            best = b
            break
    for i in range(n):
        out[i] = path[best, i]


def distance(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def report(name, words, answers):
    wrong = wrong_bare = errors = total = 0
    for (word, sounds), answer in zip(words, answers):
        bare = [c for c in sounds if c not in "',"]
        ours = [c for c in answer if c not in "',"]
        wrong += sounds != answer
        wrong_bare += bare != ours
        errors += distance(ours, bare)
        total += len(bare)
    n = max(1, len(words))
    print(
        f"{name}: {len(words)} words, wrong with stress {wrong / n:.2%}, without "
        f"{wrong_bare / n:.2%}, phonemes wrong {errors / max(1, total):.2%}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--misaki", required=True)
    parser.add_argument("-o")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--bits", type=int, default=20)
    parser.add_argument("--split", choices=["stem", "word"], default="stem")
    parser.add_argument("--rate", type=float, default=0.08)
    parser.add_argument("--held-out", type=float, default=0)
    options = parser.parse_args()

    words = load(options.misaki)
    aligned = align(words)
    usage = {}
    for row, (word, _) in zip(aligned, words):
        if row:
            for letter, chunk in zip(word, row):
                usage[letter, chunk] = usage.get((letter, chunk), 0) + 1
    kept = {key for key, count in usage.items() if count >= 8 and len(key[1]) <= 6}
    good = [
        i
        for i, row in enumerate(aligned)
        if row and all((a, b) in kept for a, b in zip(words[i][0], row))
    ]
    print(f"{len(words)} words, {len(good)} aligned, {len(kept)} pairs", flush=True)
    chunk_list = sorted({chunk for _, chunk in kept})
    chunk_index = {c: i for i, c in enumerate(chunk_list)}
    may = np.zeros((27, 256), np.int32)
    n_may = np.zeros(27, np.int32)
    for letter, chunk in sorted(kept):
        c = LETTERS.index(letter)
        may[c, n_may[c]] = chunk_index[chunk]
        n_may[c] += 1
    stress = np.array([int("'" in c) for c in chunk_list], np.int32)
    vowels = np.array([sum(x in VOWELS for x in c) for c in chunk_list], np.int32)

    # Words of one stem stay on one side, or the held-out ones would be known in another form.
    stem = lambda word: word.replace("'", "")[: max(4, len(word) - 4)]
    side = (
        lambda word: hash32(word if options.split == "word" else stem(word)) % 10000
        < options.held_out * 100
    )
    held = [words[i] for i in range(len(words)) if side(words[i][0])]
    train_set = [i for i in good if not side(words[i][0])]
    starts, lengths, flat, gold = [], [], [], []
    for i in train_set:
        starts.append(len(flat))
        lengths.append(len(words[i][0]))
        flat += [LETTERS.index(c) for c in words[i][0]]
        gold += [chunk_index[c] for c in aligned[i]]
    starts, lengths = np.array(starts), np.array(lengths)
    flat, gold = np.array(flat, np.int32), np.array(gold, np.int32)
    shift = 32 - options.bits
    weights = np.zeros(1 << options.bits, np.float32)
    grads = np.zeros(1 << options.bits, np.float32)
    random = np.random.RandomState(1)
    data, model = (starts, lengths, flat, gold), (may, n_may, stress, vowels)

    def answer(table, scale, words):
        out = []
        for word, _ in words:
            code = np.array([LETTERS.index(c) for c in word], np.int32)
            path = np.zeros(len(code), np.int32)
            decode(code, may, n_may, stress, vowels, table, shift, scale, path)
            out.append("".join(chunk_list[c] for c in path))
        return out

    for i in range(options.epochs):
        begin, order = time.time(), random.permutation(len(starts))
        rate = options.rate * (1 - i / options.epochs) + 0.002
        loss = train(order, data, model, weights, grads, rate, shift)
        seconds = time.time() - begin
        print(f"epoch {i}: loss {loss / len(flat):.4f}, {seconds:.0f} s", flush=True)
    scale = float(np.quantile(np.abs(weights), 0.9999) / 127)
    packed = np.clip(np.round(weights / scale), -127, 127).astype(np.int8)
    if held:
        report("held out", held, answer(packed.astype(np.float32), scale, held))
    if options.o:
        write(options.o, chunk_list, may, n_may, packed, scale)


def write(path, chunk_list, may, n_may, packed, scale):
    if len(chunk_list) > 256:
        sys.exit("too many chunks for the format")
    data = struct.pack("<IfI", len(chunk_list), scale, len(packed).bit_length() - 1)
    for chunk in chunk_list:
        data += bytes([len(chunk)]) + chunk.encode()
    for c in range(27):
        data += bytes([n_may[c]]) + bytes(int(x) for x in may[c, : n_may[c]])
    with open(path, "wb") as file:
        file.write(data + packed.tobytes())


def hash32(text):
    h = 0x811C9DC5
    for byte in text.encode():
        h = (h ^ byte) * 0x01000193 & 0xFFFFFFFF
    return h


if __name__ == "__main__":
    main()
