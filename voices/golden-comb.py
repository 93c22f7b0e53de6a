#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/comb.bin: some speech of a vocoder without its comb filter, and what
plugins/wavenet/comb.c has to make of it, computed here in double from the definitions in comb.h and
pitch.h.

    sori say -q --set vocoder.comb=off -o SPEECH.wav "Have you remembered to water the plants?"
    golden-comb.py SPEECH.wav -o ../tests/golden/comb.bin

OUT.bin is a GGUF file ("sori-golden") with
    pcm I16 [samples]   lag, periodicity [hops]: at the ends of the hops   combed [samples]
"""
import argparse

import gguf
import numpy as np
import soundfile

RATE, DECIMATE, HOP = 24000, 3, 50  # HOP, lags and the window in decimated samples
SHORTEST, LONGEST, WINDOW = 32, 100, 160
REACH = (WINDOW + LONGEST + 1) // 2 + 1
JUMP, LONGER, FLOOR = 2.0, 0.02, 1e-6
LAG_JUMP = 1.2
CUTOFF, ONSET, FULL = 3000, 0.6, 0.95
FIRST, COUNT = 9600, 16800  # from 0.4 s: words; 0.7 s


def lowpass(cutoff, half):
    n = np.arange(-half, half + 1)
    taps = np.sinc(2 * cutoff / RATE * n) * (0.5 + 0.5 * np.cos(np.pi * n / (half + 1)))
    return taps / taps.sum()


def estimates(x, hops):
    """Lag and periodicity at the ends of the hops; x begins with silence of whole hops."""
    half = 16 * DECIMATE
    padded = np.pad(x, (half, half + (REACH + HOP) * DECIMATE))
    y = np.convolve(padded, lowpass(1000, half), "valid")[::DECIMATE]
    y = np.pad(y, (REACH, REACH + HOP))
    lags = np.arange(SHORTEST, LONGEST + 1)
    octaves = np.log2(lags / SHORTEST)
    jumps = JUMP * np.abs(octaves[:, None] - octaves)
    cost, result = np.zeros(len(lags)), []
    for hop in range(1, hops + 1):
        like = np.empty(len(lags))
        for i, lag in enumerate(lags):
            first = REACH + hop * HOP - (WINDOW + lag) // 2
            a, b = y[first:first + WINDOW], y[first + lag:first + lag + WINDOW]
            like[i] = a @ b / np.sqrt(a @ a * (b @ b) + (FLOOR * WINDOW) ** 2)
        cost = (cost[:, None] + jumps).min(0) - like + LONGER * octaves
        best = cost.argmin()
        inner = np.clip(best, 1, len(lags) - 2)
        left, middle, right = like[inner - 1:inner + 2]
        bend = left - 2 * middle + right
        offset = np.clip((left - right) / 2 / bend, -0.5, 0.5) if bend < -1e-9 else 0
        result.append((DECIMATE * (lags[inner] + offset), like[best]))
    return np.array(result)


def at(x, places):
    """The cubic through four samples."""
    whole = np.floor(places).astype(int)
    t = places - whole
    factors = (-t * (t - 1) * (t - 2) / 6, (t + 1) * (t - 1) * (t - 2) / 2,
               -(t + 1) * t * (t - 2) / 2, (t + 1) * t * (t - 1) / 6)
    return sum(f * x[whole + k] for f, k in zip(factors, (-1, 0, 1, 2)))


def comb(samples):
    hop, half = HOP * DECIMATE, 32
    ahead = (REACH + 16) * DECIMATE + 1
    lead = -(-ahead // hop) * hop
    hops = -(-(lead + len(samples) + half) // hop)
    x = np.pad(samples, (lead, hops * hop - lead - len(samples)))
    pitch = estimates(x, hops)
    track = np.vstack([[hop, 0], pitch])
    n, ends = np.arange(hops * hop), np.arange(hops + 1) * hop
    lag, periodicity = (np.interp(n, ends, column) for column in track.T)
    gain = np.clip((periodicity - ONSET) / (FULL - ONSET), 0, 1)
    far = 2 * LONGEST * DECIMATE
    padded = np.pad(x, far)

    def difference(lags):
        return at(padded, far + n - lags) / 4 + at(padded, far + n + lags) / 4 - x / 2

    last, following = (np.repeat(lags, hop) for lags in (track[:-1, 0], track[1:, 0]))
    way, faded = n % hop / hop, difference(lag)
    jump = np.maximum(last / following, following / last) > LAG_JUMP
    faded[jump] = ((1 - way) * difference(last) + way * difference(following))[jump]
    change = gain * faded
    y = x + np.convolve(np.pad(change, half), lowpass(CUTOFF, half), "valid")
    return pitch, y[lead:lead + len(samples)]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("speech", help="SPEECH.wav")
    parser.add_argument("-o", "--output", required=True, help="OUT.bin")
    options = parser.parse_args()
    pcm, rate = soundfile.read(options.speech, dtype="int16")
    if rate != RATE:
        parser.error(f"{options.speech}: {rate} Hz, not {RATE}")
    pcm = pcm[FIRST:FIRST + COUNT].copy()
    pitch, combed = comb(pcm / 32768.0)
    writer = gguf.GGUFWriter(options.output, "sori-golden")
    writer.add_tensor("pcm", pcm)
    for name, values in (("lag", pitch[:, 0]), ("periodicity", pitch[:, 1]), ("combed", combed)):
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
