# SPDX-License-Identifier: Apache-2.0
"""What both trainers share: options, the schedule, the running average of the weights, checkpoints
that a killed run goes on from, and the log."""
import argparse
import copy
import json
import math
import os
import pathlib
import random
import time

import numpy as np
import torch

from muon import Muon

SAVE_SECONDS = 120
FINAL_RATE = 0.02  # of the peak, at the end of the cosine


def parser(description, rate, steps):
    result = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("features", type=pathlib.Path, help="folder that prepare.py made")
    result.add_argument("run", type=pathlib.Path, help="folder of the checkpoint and the log")
    result.add_argument("--device", default="cpu", help="cpu or cuda [cpu]")
    result.add_argument("--threads", type=int, default=1, help="of the CPU [1]")
    result.add_argument("--steps", type=int, default=steps, help=f"of the whole run [{steps}]")
    result.add_argument("--stop", type=int, default=None, help="at this step; a later call goes on")
    result.add_argument("--rate", type=float, default=rate, help=f"peak learning rate [{rate}]")
    result.add_argument("--muon", action="store_true", help="instead of Adam for the matrices")
    result.add_argument("--warmup", type=int, default=200, help="steps up to the peak [200]")
    result.add_argument("--average", type=float, default=0.998, help="decay of the mean [0.998]")
    result.add_argument("--validate", type=int, default=100, help="steps between validations [100]")
    result.add_argument("--seed", type=int, default=1)
    return result


def optimisers(net, options, decay):
    """Adam, and Muon for the matrices that the model names."""
    orthogonal = {name for name, p in net.named_parameters()
                  if options.muon and p.dim() > 1 and not name.startswith(net.FIRST_AND_LAST)}
    parameters = dict(net.named_parameters())
    rest = [p for name, p in parameters.items() if name not in orthogonal]
    groups = [{"params": [p for p in rest if p.dim() > 1], "weight_decay": decay},
              {"params": [p for p in rest if p.dim() < 2], "weight_decay": 0.0}]
    result = [torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98))]
    if orthogonal:
        result.append(Muon([parameters[name] for name in sorted(orthogonal)], lr=options.rate))
    return result


class Trainer:
    """net: the model; loss_of(net) draws a batch; validate(net) gives named figures."""

    def __init__(self, options, net, decay=0.0):
        torch.set_num_threads(options.threads)
        torch.set_flush_denormal(True)
        self.options, self.path = options, options.run / "checkpoint.pt"
        self.net = net.to(options.device)
        self.mean = copy.deepcopy(self.net).eval()
        self.optimisers = optimisers(net, options, decay)
        self.step = self.total = 0
        options.run.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            self.resume()

    def resume(self):
        """From weights alone (restore.py) a new run begins; else the interrupted one goes on."""
        saved = torch.load(self.path, map_location=self.options.device, weights_only=True)
        self.net.load_state_dict(saved.get("net", saved["mean"]))
        self.mean.load_state_dict(saved["mean"])
        self.total = saved["total"]
        if "optimiser" in saved:
            for optimiser, state in zip(self.optimisers, saved["optimiser"], strict=True):
                optimiser.load_state_dict(state)
            self.step = saved["step"]

    def save(self):
        partial = self.path.with_suffix(".partial")
        torch.save({"net": self.net.state_dict(), "mean": self.mean.state_dict(),
                    "optimiser": [o.state_dict() for o in self.optimisers], "step": self.step,
                    "total": self.total, "config": self.net.config}, partial)
        os.replace(partial, self.path)

    def keep_best(self, figures):
        """The averaged weights whose first figure is the lowest so far: a small corpus is learnt by
        heart sooner or later, and what was best is then wanted."""
        path, figure = self.path.with_name("best.pt"), next(iter(figures.values()))
        if path.exists() and torch.load(path, weights_only=True)["figure"] <= figure:
            return
        torch.save({"mean": self.mean.state_dict(), "figure": figure, "total": self.total,
                    "config": self.net.config}, path.with_suffix(".partial"))
        os.replace(path.with_suffix(".partial"), path)

    def rate(self):
        warmup = min(1, (self.step + 1) / self.options.warmup)
        cosine = 0.5 + 0.5 * math.cos(math.pi * self.step / self.options.steps)
        return self.options.rate * warmup * (FINAL_RATE + (1 - FINAL_RATE) * cosine)

    def update(self, loss_of):
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.rate()
        # A function of the step alone, so that an interrupted run draws the batches of a whole one.
        seed = self.options.seed * 1_000_003 + self.step
        random.seed(seed)
        torch.manual_seed(seed)
        loss = loss_of(self.net, np.random.default_rng(seed))
        self.net.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        decay = min(self.options.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for mean, new in zip(self.mean.parameters(), self.net.parameters()):
                mean.lerp_(new, 1 - decay)
        self.step += 1
        self.total += 1
        return loss.item()

    def run(self, loss_of, validate):
        losses, saved, last = [], time.monotonic(), self.options.stop or self.options.steps
        with open(self.options.run / "log.jsonl", "a") as log:
            while self.step < last:
                losses.append(self.update(loss_of))
                if self.step % self.options.validate == 0 or self.step == last:
                    with torch.no_grad():
                        figures = validate(self.mean)
                    row = {"step": self.total, "rate": self.rate(),
                           "loss": float(np.mean(losses)), **figures}
                    print(json.dumps(row), file=log, flush=True)
                    print(time.strftime("%H:%M:%S"), f"{time.process_time():.0f} s",
                          json.dumps(row), flush=True)
                    losses = []
                    self.keep_best(figures)
                if time.monotonic() - saved > SAVE_SECONDS:
                    self.save()
                    saved = time.monotonic()
        self.save()


def saved_config(run):
    """Sizes of the model whose training goes on in this folder; {} for a new one."""
    path = run / "checkpoint.pt"
    return torch.load(path, weights_only=True)["config"] if path.exists() else {}
