#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the vocoder on crops of the recordings."""
import pathlib

import numpy as np
import torch

import dataset
import training
from features import BANDS, STEPS_PER_FRAME
from wavenet import WaveNet, compile_gates, negative_log_likelihood

CONTEXT = 2  # frames that two convolutions of three see on either side
LEAD = 2  # frames before a crop that fill the receptive field and do not count
VALIDATION_FRAMES, VALIDATION_CROPS = 40, 16
INPUT_NOISE = 0.01  # of the samples fed back: in use they are the model's own


def window(array, start, stop, edge):
    """Rows start..stop; outside of the array the nearest row, or zero without `edge`."""
    rows = np.arange(start, stop)
    inside = np.clip(rows, 0, len(array) - 1)
    return array[inside] if edge else np.where((rows == inside)[:, None], array[inside], 0)


def crop(item, first, frames):
    mel, bands = item
    start, stop = first - LEAD, first + frames
    return (window(mel, start - CONTEXT, stop + CONTEXT, True),
            window(bands, start * STEPS_PER_FRAME - 1, stop * STEPS_PER_FRAME, False))


def stack(crops, device):
    mel = torch.from_numpy(np.stack([c[0] for c in crops])).to(device)
    bands = torch.from_numpy(np.stack([c[1] for c in crops], 1)).to(device)
    return mel, bands


def losses(net, mel, bands, noise=0.0):
    condition = net.condition(mel)[CONTEXT:-CONTEXT].contiguous()
    previous = bands[:-1]
    if noise:
        level = noise * torch.rand(1, previous.shape[1], 1, device=previous.device)
        previous = previous + level * torch.randn_like(previous)
    mean, log_sigma = net(previous, condition)
    return negative_log_likelihood(mean, log_sigma, bands[1:])[LEAD * STEPS_PER_FRAME:]


def shares(items):
    lengths = np.array([len(mel) for mel, _ in items], float)
    return lengths / lengths.sum()


def main():
    parser = training.parser(__doc__, rate=2e-3, steps=6000)
    parser.add_argument("--also", type=pathlib.Path, action="append", default=[],
                        help="features of another corpus; each gives as many crops as the first")
    parser.add_argument("--batch", type=int, default=8, help="crops [8]")
    parser.add_argument("--frames", type=int, default=24, help="of a crop [24]")
    parser.add_argument("--layers", type=int, default=12, help="of a new model [12]")
    parser.add_argument("--residual", type=int, default=64, help="channels of a new model [64]")
    parser.add_argument("--band-weights", type=float, nargs=BANDS, default=[1.0] * BANDS,
                        metavar="W", help="of the sub-bands' losses [1 1 1 1]")
    parser.add_argument("--compile", action="store_true", help="faster; needs a C++ compiler")
    options = parser.parse_args()
    if options.compile:
        compile_gates()
    torch.manual_seed(options.seed)
    convert = dataset.for_vocoder(dataset.load_statistics(options.features))
    corpora = [dataset.read(folder, convert) for folder in [options.features, *options.also]]
    items = [item for train, _ in corpora for item in train.values()]
    weights = np.concatenate([shares(train.values()) for train, _ in corpora]) / len(corpora)
    sizes = {"residual": options.residual,
             "dilations": [2 ** (i % 6) for i in range(options.layers)]}
    trainer = training.Trainer(options, WaveNet(**(training.saved_config(options.run) or sizes)))

    band_weights = torch.tensor(options.band_weights, device=options.device)
    band_weights /= band_weights.mean()

    def loss_of(net, rng):
        chosen = [items[i] for i in rng.choice(len(items), options.batch, p=weights)]
        crops = [crop(item, int(rng.integers(max(1, len(item[0]) - options.frames))),
                      options.frames) for item in chosen]
        return (losses(net, *stack(crops, options.device), INPUT_NOISE) * band_weights).mean()

    held_out = [stack([crop(item, len(item[0]) // 3, VALIDATION_FRAMES)
                       for item in list(validation.values())[:VALIDATION_CROPS]], options.device)
                for _, validation in corpora]

    def validate(net):
        bands, *others = [losses(net, *crops).mean((0, 1)) for crops in held_out]
        return {"validation": bands.mean().item(),
                **{f"band{i}": bands[i].item() for i in range(BANDS)},
                **{f"also{i}": [round(x, 4) for x in other.tolist()]
                   for i, other in enumerate(others)}}

    trainer.run(loss_of, validate)


if __name__ == "__main__":
    main()
