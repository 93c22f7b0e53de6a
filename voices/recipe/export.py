#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the averaged weights of a run as safetensors, which voices/convert.py makes GGUF of.

    export.py acoustic|vocoder RUN FEATURES OUT.safetensors [--best]

Those of the last step; --best: those of the best validation.
"""
import argparse
import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file

import dataset
import weights

EXPORT = {"acoustic": weights.export_acoustic, "vocoder": weights.export_vocoder}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=sorted(EXPORT))
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("features", type=pathlib.Path)
    parser.add_argument("out")
    parser.add_argument("--best", action="store_true", help="weights of the best validation")
    options = parser.parse_args()
    checkpoint = "best.pt" if options.best else "checkpoint.pt"
    saved = torch.load(options.run / checkpoint, map_location="cpu", weights_only=True)
    statistics = dataset.load_statistics(options.features)
    state = {name: value.numpy() for name, value in saved["mean"].items()}
    tensors, config = EXPORT[options.model](state, saved["config"], statistics, saved["total"])
    tensors |= {"mel.mean": statistics["mean"], "mel.std": statistics["std"]}
    tensors = {name: np.ascontiguousarray(t, np.float32) for name, t in tensors.items()}
    save_file(tensors, options.out, {"config": json.dumps(config, ensure_ascii=False)})


if __name__ == "__main__":
    main()
