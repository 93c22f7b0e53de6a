#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints llama.cpp's perplexity, over the text and in the way of test-perplexity.c.

    pip install llama-cpp-python==0.3.36 numpy
    python3 perplexity.py MODEL.gguf [TEXT]

In several of its settings: what one block of tokens, or one token at a time, changes is its noise.
"""
import os
import sys

import llama_cpp
import numpy as np

TEXT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "alice.txt")


def perplexity(path, text, batch):
    model = llama_cpp.Llama(path, n_ctx=2048, n_batch=batch, logits_all=True, n_threads=1,
                            n_threads_batch=1, verbose=False)
    with open(text, "rb") as file:
        ids = model.tokenize(file.read(), special=False)
    model.eval(ids)
    logits = np.array(model.scores[: len(ids) - 1], np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[np.arange(len(ids) - 1), ids[1:]]
    return np.exp(np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen)), len(ids)


if __name__ == "__main__":
    for size in (512, 64, 1):
        value, n = perplexity(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else TEXT, size)
        print(f"{value:.4f} over {n} tokens, {size} at a time")
