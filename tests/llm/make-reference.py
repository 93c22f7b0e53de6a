#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes smollm2.bin: what llama.cpp (llama-cpp-python 0.3.36) answers with SmolLM2-135M-Instruct.

    make-reference.py REFERENCE.json OUT.bin

REFERENCE.json has, for each of a few prompts, the token ids, the first logits' top ten, 32 greedy
tokens and the margin between the two best logits at each. The result is a GGUF file without
tensors: `NAME.ids`, `NAME.top_ids`, `NAME.top_logits`, `NAME.tokens`, `NAME.margins`.
"""
import json
import sys

import gguf


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        reference = json.load(file)
    writer = gguf.GGUFWriter(sys.argv[2], "sori-golden")
    names = []
    for kind in ("raw", "chat"):
        for name, prompt in reference[kind].items():
            name = f"{kind}-{name}"
            names.append(name)
            greedy = prompt["greedy"]
            top = greedy["first_top10"]
            writer.add_array(f"{name}.ids", [int(i) for i in prompt["ids"]])
            writer.add_array(f"{name}.top_ids", [int(i) for i, _ in top])
            writer.add_array(f"{name}.top_logits", [float(x) for _, x in top])
            writer.add_array(f"{name}.tokens", [int(i) for i in greedy["tokens"]])
            writer.add_array(f"{name}.margins", [float(x) for x in greedy["margins"]])
    writer.add_array("prompts", names)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()


if __name__ == "__main__":
    main()
