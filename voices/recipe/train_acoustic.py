#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the acoustic model on whole utterances that have durations."""
import numpy as np
import torch
from torch.nn import functional

import dataset
import training
from features import MELS
from symbols import SYMBOLS
from tacotron import Tacotron

LEAD_STEPS_MIN = 3  # of leading silence that training keeps, so that speech may start early
CUT_LEAD = 0.7  # share of the utterances whose leading silence is cut
VALIDATION_ITEMS = 16
WEIGHT_DECAY = 0.01


def expand(item, cut):
    """Without the first `cut` steps of silence: what the decoder gets at each step."""
    ids, durations, mel = item
    durations, mel = durations.copy(), mel[cut:]
    durations[0] -= cut
    symbol, end = np.repeat(np.arange(len(durations)), durations), np.cumsum(durations)
    step = np.arange(len(mel))
    return {"ids": ids, "real": np.ones(len(ids), bool), "durations": durations, "mel": mel,
            "symbol": symbol, "since": step - (end - durations)[symbol],
            "left": end[symbol] - 1 - step, "weight": np.ones(len(mel), np.float32)}


def collate(expanded, device):
    """Pads with zeros behind."""
    def pad(key):
        arrays = [e[key] for e in expanded]
        longest = max(len(a) for a in arrays)
        padded = [np.pad(a, [(0, longest - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in arrays]
        return torch.from_numpy(np.stack(padded)).to(device)
    return {key: pad(key) for key in expanded[0]}


def losses(net, batch):
    mel, weight = batch["mel"], batch["weight"][..., None]
    encoded = net.encode(batch["ids"], batch["real"])
    predicted = net.log_durations(encoded, batch["real"])
    previous = functional.pad(mel, (0, 0, 1, 0))[:, :-1]
    coarse = net.decode(encoded, batch["real"], batch["symbol"], batch["since"], batch["left"],
                        previous)
    frames = (coarse * weight).view(len(mel), -1, MELS)
    fine = net.refine(frames).view_as(mel)
    weight = weight / (weight.sum() * mel.shape[-1])
    spoken = batch["real"].float()
    spoken[:, 0] = 0  # the leading silence is not predicted
    error = (predicted - torch.log1p(batch["durations"].float())) ** 2
    return {"l1": ((fine - mel).abs() * weight).sum(),
            "l2": ((fine - mel) ** 2 * weight).sum(),
            "coarse": (((coarse - mel).abs() + (coarse - mel) ** 2) * weight).sum(),
            "durations": (error * spoken).sum() / spoken.sum()}


def draw(items, budget, rng):
    """Utterances of like length that fill about `budget` decoder steps with their padding."""
    order = sorted(items, key=lambda item: len(item[2]))
    start = int(rng.integers(len(order)))
    chosen = [order[start]]
    for item in order[start + 1:]:
        if len(item[2]) * (len(chosen) + 1) > budget:
            break
        chosen.append(item)
    return chosen


def shorten(item, rng):
    spare = int(item[1][0]) - LEAD_STEPS_MIN
    return int(rng.integers(spare + 1)) if spare > 0 and rng.random() < CUT_LEAD else 0


def main():
    parser = training.parser(__doc__, rate=1.5e-3, steps=5000)
    parser.add_argument("--batch", type=int, default=800, help="decoder steps of 25 ms [800]")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    convert = dataset.for_acoustic(dataset.load_statistics(options.features))
    train, validation = dataset.read(options.features, convert)
    items = list(train.values())
    sizes = training.saved_config(options.run) or {"symbols": len(SYMBOLS)}
    trainer = training.Trainer(options, Tacotron(**sizes), WEIGHT_DECAY)

    def loss_of(net, rng):
        chosen = draw(items, options.batch, rng)
        batch = collate([expand(item, shorten(item, rng)) for item in chosen], options.device)
        return sum(losses(net.train(), batch).values())

    held_out = [expand(item, 0) for item in list(validation.values())[:VALIDATION_ITEMS]]

    def validate(net):
        torch.manual_seed(options.seed)  # the same dropout in the prenet each time
        return {f"validation_{name}": value.item()
                for name, value in losses(net, collate(held_out, options.device)).items()}

    trainer.run(loss_of, validate)


if __name__ == "__main__":
    main()
