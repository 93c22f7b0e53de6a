#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says whether two GGUF files hold the same tensors, to a float's rounding.

    compare.py A.gguf B.gguf [--except NAME...]
    compare.py A.gguf CHECKPOINT.pt --steps N     CHECKPOINT has N steps more than A
"""
import argparse
import sys

import gguf
import numpy as np

ROUNDING = 1e-6


def read(path):
    reader = gguf.GGUFReader(path)
    return reader, {t.name: gguf.quants.dequantize(t.data, t.tensor_type) for t in reader.tensors}


def differing(a, b, ignored):
    for name in sorted((a.keys() | b.keys()) - set(ignored)):
        if name not in a or name not in b or not np.allclose(a[name], b[name], ROUNDING, 1e-12):
            yield name


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--except", nargs="*", default=[], dest="ignored")
    parser.add_argument("--steps", type=int)
    options = parser.parse_args()
    reader, tensors = read(options.first)
    if options.steps is None:
        names = list(differing(tensors, read(options.second)[1], options.ignored))
        sys.exit(f"these differ: {', '.join(names)}" if names else 0)
    import torch
    architecture = reader.fields["general.architecture"].contents()
    before = reader.fields[f"{architecture}.train_steps"].contents()
    after = torch.load(options.second, weights_only=True)["total"]
    sys.exit(0 if after - before == options.steps else f"{before} steps, then {after}")


if __name__ == "__main__":
    main()
