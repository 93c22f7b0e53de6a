#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/signal.bin: one short utterance with its features, as the training of the
voices sees them, to test plugins/signal against.

    golden-signal.py FEATURES.npz -o OUT.bin [--name own0033]

FEATURES.npz holds NAME.pcm (int16, 24 kHz), NAME.logmel and NAME.subbands, computed in double by
the definitions in plugins/signal/logmel.h and pqmf.h. OUT.bin is a GGUF file ("sori-golden") with
    pcm I16 [samples]   log_mel [samples / 300][80]   subbands [first steps][4]
"""
import argparse

import gguf
import numpy as np

STEPS = 3000  # of the sub-bands: half a second, silence and the first words


def main():
    parser = argparse.ArgumentParser(description="Makes tests/golden/signal.bin.")
    parser.add_argument("features", help="FEATURES.npz")
    parser.add_argument("-o", "--output", required=True, help="OUT.bin")
    parser.add_argument("--name", default="own0033", help="the utterance")
    options = parser.parse_args()
    features = np.load(options.features)
    writer = gguf.GGUFWriter(options.output, "sori-golden")
    writer.add_tensor("pcm", features[f"{options.name}.pcm"])
    writer.add_tensor("log_mel", features[f"{options.name}.logmel"])
    writer.add_tensor("subbands", features[f"{options.name}.subbands"][:STEPS])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main()
