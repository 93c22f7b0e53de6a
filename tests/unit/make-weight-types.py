#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes weight-types.bin: rows of every weight type and what they mean, by the PyPI package gguf.

    make-weight-types.py OUT.bin

A GGUF file with `source` (floats) and, for each type, `NAME.raw` in it and `NAME.float`. Plain
types and blocks of 32 are quantised from `source`; superblocks are random bytes with sane scales.
"""
import sys

import gguf
import numpy as np

N = 512
QUANTISED = ("F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0")
# Byte positions of the halves that scale a superblock.
RANDOM = {"Q4_K": (0, 2), "Q5_K": (0, 2), "Q6_K": (208,)}


def source(rng):
    """Blocks of many magnitudes; one of zeros, one of a single spike, one of equal values."""
    x = rng.standard_normal((N // 32, 32)) * 10.0 ** rng.integers(-4, 3, (N // 32, 1))
    x[1] = 0
    x[2] = 0
    x[2, 17] = -3.25
    x[3] = 0.7
    return x.reshape(-1).astype(np.float32)


def superblocks(rng, kind, scales):
    block, size = gguf.GGML_QUANT_SIZES[kind]
    raw = rng.integers(0, 256, (N // block, size), dtype=np.uint8)
    for at in scales:
        halves = (rng.random(N // block) * 0.05 + 0.001).astype(np.float16)
        raw[:, at:at + 2] = halves[:, None].view(np.uint8)
    return raw.reshape(-1)


def main():
    rng = np.random.default_rng(1)
    writer = gguf.GGUFWriter(sys.argv[1], "sori-golden")
    values = source(rng)
    writer.add_tensor("source", values)
    for name in QUANTISED + tuple(RANDOM):
        kind = gguf.GGMLQuantizationType[name]
        raw = (superblocks(rng, kind, RANDOM[name]) if name in RANDOM
               else gguf.quants.quantize(values, kind))
        floats = gguf.quants.dequantize(raw, kind)
        writer.add_tensor(name + ".raw", raw, raw_dtype=kind)
        writer.add_tensor(name + ".float", floats.astype(np.float32).reshape(-1))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
