# SPDX-License-Identifier: Apache-2.0
"""The acoustic model, from its shipped weights, told the frames of a recording as its past: its
blur without its drift, frame by frame beside the recording's sound."""
import torch
from torch.nn import functional

import dataset
import features
import restore
import train_acoustic as trainer


class Forced:
    def __init__(self, weights):
        _, keys, tensors = restore.read(weights)
        self.net, state = restore.acoustic(keys, tensors)
        self.net.load_state_dict(state)
        self.net.eval()
        self.statistics = {"mean": tensors["mel.mean"], "std": tensors["mel.std"]}

    def mel(self, data):
        """Log-mel frames for a recording's mel, ids and durations; a little silence at its end is
        missing. None without durations."""
        item = dataset.for_acoustic(self.statistics)(data)
        if item is None:
            return None
        batch = trainer.collate([trainer.expand(item, 0)], "cpu")
        torch.manual_seed(0)
        with torch.no_grad():
            encoded = self.net.encode(batch["ids"], batch["real"])
            past = functional.pad(batch["mel"], (0, 0, 1, 0))[:, :-1]
            coarse = self.net.decode(encoded, batch["real"], batch["symbol"], batch["since"],
                                     batch["left"], past)
            fine = self.net.refine(coarse.view(1, -1, features.MELS))[0].numpy()
        return fine * self.statistics["std"] + self.statistics["mean"]
