#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws loss and validation of a run over the steps.

    curves.py RUN OUT.png
"""
import argparse
import json
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402 (the backend comes first)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("out")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (options.run / "log.jsonl").open()]
    figure, axes = pyplot.subplots(figsize=(8, 5))
    for name in rows[-1]:
        if name not in ("step", "rate"):
            axes.plot([row["step"] for row in rows], [row[name] for row in rows], label=name)
    axes.set_xlabel("step")
    axes.legend()
    axes.grid(True)
    figure.savefig(options.out, dpi=100, bbox_inches="tight")


if __name__ == "__main__":
    main()
