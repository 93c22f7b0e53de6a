# SPDX-License-Identifier: Apache-2.0
"""Muon (Jordan 2024): momentum whose matrix is made orthogonal before it is applied, so that all
directions of a layer learn at the same speed. For the matrices inside of a network; vectors and the
first and last layer stay with Adam."""
import collections

import torch

# Of the quintic that takes singular values from (0, 1] to about 1 in five rounds.
COEFFICIENTS = 3.4445, -4.7750, 2.0315
ROUNDS = 5
LIKE_ADAM = 0.2  # root mean square of an update of Adam: one rate serves both (Liu 2025)


def orthogonal(matrices):
    """[n][rows][columns] with all singular values near 1."""
    wide = matrices.shape[1] <= matrices.shape[2]
    x = matrices if wide else matrices.transpose(1, 2)
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = COEFFICIENTS
    for _ in range(ROUNDS):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x if wide else x.transpose(1, 2)


class Muon(torch.optim.Optimizer):
    """Matrices of one shape are treated together: one call of the library instead of dozens."""

    def __init__(self, parameters, lr, momentum=0.95):
        super().__init__(parameters, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = collections.defaultdict(list)
            for p in group["params"]:
                if p.grad is not None:
                    shapes[p.shape].append(p)
            for shape, members in shapes.items():
                self.apply(members, shape, group)

    def apply(self, members, shape, group):
        momentum, updates = group["momentum"], []
        for p in members:
            mean = self.state[p].setdefault("mean", torch.zeros_like(p))
            mean.lerp_(p.grad, 1 - momentum)
            updates.append(torch.lerp(p.grad, mean, momentum).flatten(1))
        updates = orthogonal(torch.stack(updates))
        size = LIKE_ADAM * max(updates.shape[1:]) ** 0.5
        for p, update in zip(members, updates):
            p.add_(update.reshape(shape), alpha=-group["lr"] * size)
