#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the logits in tiny-*.gguf with those that llama.cpp computes.

    pip install llama-cpp-python==0.3.36 gguf
    python3 compare-llama-cpp.py [FILE...]
"""
import glob
import os
import sys

import gguf
import llama_cpp
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def reference(path):
    fields = gguf.GGUFReader(path).fields

    def array(key):
        return np.array(fields[key].contents())

    positions = array("test.positions")
    return array("test.ids"), positions, array("test.logits").reshape(len(positions), -1)


def compare(path):
    ids, positions, expected = reference(path)
    model = llama_cpp.Llama(path, n_ctx=128, n_batch=128, logits_all=True, verbose=False)
    model.eval([int(i) for i in ids])
    got = np.array(model.scores)[positions]
    worst = np.abs(got - expected).max()
    print(f"{os.path.basename(path)}: {worst:.4f} at most, {expected.std():.2f} wide")


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(glob.glob(os.path.join(HERE, "tiny-*.gguf"))):
        compare(name)
