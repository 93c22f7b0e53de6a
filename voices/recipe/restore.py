#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns landed weights back into a checkpoint that the trainers go on from, with a new optimiser
and a new warm-up, and writes the statistics that they are bound to.

    restore.py VOICE.gguf RUN [FEATURES]

With FEATURES (vocoder only), writes FEATURES/statistics.npz.
"""
import argparse
import pathlib

import gguf
import numpy as np
import torch

import features
import weights
from tacotron import Tacotron
from wavenet import WaveNet


def read(path):
    """Architecture, values of its keys and tensors of a GGUF file."""
    reader = gguf.GGUFReader(path)
    fields = {key: field.contents() for key, field in reader.fields.items()}
    architecture = fields["general.architecture"]
    keys = {key.removeprefix(architecture + "."): value for key, value in fields.items()}
    tensors = {}
    for tensor in reader.tensors:
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        tensors[tensor.name] = data.reshape([int(n) for n in reversed(tensor.shape)])
    return architecture, keys, tensors


def vocoder(keys, tensors):
    net = WaveNet(keys["residual_channels"], keys["skip_channels"], keys["output_channels"],
                  keys["condition_channels"], keys["dilations"])
    return net, weights.restore_vocoder(net, tensors)


def acoustic(keys, tensors):
    net = Tacotron(len(keys["symbols"]), keys["width"], keys["feed_forward"], keys["prenet"],
                   keys["postnet"], keys["encoder_layers"])
    return net, weights.restore_acoustic(net, tensors)


RESTORE = {"sori-wavenet": vocoder, "sori-tacotron": acoustic}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("features", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    architecture, keys, tensors = read(options.weights)
    if architecture not in RESTORE:
        parser.error(f"{options.weights}: {architecture} is no model of this recipe")
    if options.features and architecture != "sori-wavenet":
        parser.error("the calibration is in the vocoder's weights: give those with FEATURES")
    net, state = RESTORE[architecture](keys, tensors)
    options.run.mkdir(parents=True, exist_ok=True)
    torch.save({"mean": state, "total": keys["train_steps"], "config": net.config},
               options.run / "checkpoint.pt")
    if options.features:
        options.features.mkdir(parents=True, exist_ok=True)
        calibration = tensors["gain.w"].sum(1) / features.ENVELOPE.sum(1)
        np.savez(options.features / "statistics.npz", mean=tensors["mel.mean"],
                 std=tensors["mel.std"], calibration=calibration)


if __name__ == "__main__":
    main()
