# SPDX-License-Identifier: Apache-2.0
"""The acoustic model as plugins/tacotron runs it; voices/README.md has its metadata.

Phonemes are encoded by a Transformer; a second one writes two mel frames a step, looking at its own
last frames. Which phoneme a step belongs to follows from the durations: nothing can be skipped or
repeated. Module names are the tensor names of the exported weights.
"""
import math

import torch
from torch import nn
from torch.nn import functional

from features import MELS

SLOPES = (0.5, 0.125, 0.03125, 0.0)  # of self-attention: per step back
CROSS_SLOPES = (1.0, 0.25, 0.0625, 0.0)  # of cross-attention: per symbol from the active one
WINDOW, POSITIONS, KERNEL, POSTNET_LAYERS = 160, 24, 5, 5
NEVER = -1e9


def positions(count, width, device):
    """Sine and cosine of the position, interleaved."""
    k = torch.arange(0, width, 2, device=device)
    angle = torch.arange(count, device=device)[:, None] * torch.exp(-math.log(1e4) * k / width)
    return torch.stack([angle.sin(), angle.cos()], -1).reshape(count, width)


class FeedForward(nn.Module):
    def __init__(self, width, hidden, dropout):
        super().__init__()
        self.ln, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)
        self.w1, self.w2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return x + self.dropout(self.w2(functional.relu(self.w1(self.ln(x)))))


def heads_first(x, parts, heads):
    batch, n, width = x.shape
    return x.view(batch, n, parts, heads, width // parts // heads).permute(2, 0, 3, 1, 4)


def attend(query, keys, values, bias):
    mixed = functional.scaled_dot_product_attention(query, keys, values, attn_mask=bias)
    return mixed.transpose(1, 2).flatten(2)


class SelfAttention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.ln, self.dropout = heads, nn.LayerNorm(width), nn.Dropout(dropout)
        self.qkv, self.o = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, bias):
        query, keys, values = heads_first(self.qkv(self.ln(x)), 3, self.heads)
        return x + self.dropout(self.o(attend(query, keys, values, bias)))


class CrossAttention(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.ln, self.dropout = heads, nn.LayerNorm(width), nn.Dropout(dropout)
        self.q, self.kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.o = nn.Linear(width, width)

    def forward(self, x, encoded, bias):
        query = heads_first(self.q(self.ln(x)), 1, self.heads)[0]
        keys, values = heads_first(self.kv(encoded), 2, self.heads)
        return x + self.dropout(self.o(attend(query, keys, values, bias)))


class Tacotron(nn.Module):
    def __init__(self, symbols, width=192, hidden=768, prenet=128, postnet=192, layers=4,
                 dropout=0.05):
        super().__init__()
        self.config = {"symbols": symbols, "width": width, "hidden": hidden, "prenet": prenet,
                       "postnet": postnet, "layers": layers, "dropout": dropout}
        heads, self.width = len(SLOPES), width
        self.emb = nn.Embedding(symbols, width)
        nn.init.normal_(self.emb.weight, std=width ** -0.5)
        self.enc = nn.ModuleList(
            nn.ModuleList([SelfAttention(width, heads, dropout),
                           FeedForward(width, hidden, dropout)]) for _ in range(layers))
        self.enc_ln = nn.LayerNorm(width)
        self.d1, self.d2 = (nn.Conv1d(width, width, 3, padding=1) for _ in range(2))
        self.dl1, self.dl2, self.do = nn.LayerNorm(width), nn.LayerNorm(width), nn.Linear(width, 1)
        self.f1, self.f2 = nn.Linear(2 * MELS, prenet), nn.Linear(prenet, prenet)
        self.wp, self.we = nn.Linear(prenet, width), nn.Linear(width, width)
        self.pos, self.rem = (nn.Embedding(POSITIONS, width) for _ in range(2))
        for table in (self.pos, self.rem):
            nn.init.normal_(table.weight, std=0.1)
        self.dec = nn.ModuleList(
            nn.ModuleList([SelfAttention(width, heads, dropout),
                           CrossAttention(width, heads, dropout),
                           FeedForward(width, hidden, dropout)]) for _ in range(layers))
        self.dec_ln, self.out = nn.LayerNorm(width), nn.Linear(width, 2 * MELS)
        sizes = [MELS] + [postnet] * (POSTNET_LAYERS - 1) + [MELS]
        self.post = nn.ModuleList(nn.Conv1d(a, b, KERNEL, padding=KERNEL // 2)
                                  for a, b in zip(sizes, sizes[1:]))
        nn.init.zeros_(self.post[-1].weight)
        nn.init.zeros_(self.post[-1].bias)

    def encode(self, ids, real):
        """ids, real (not padding) [batch][n]"""
        x = self.emb(ids) * self.width ** 0.5 + positions(ids.shape[1], self.width, ids.device)
        bias = torch.zeros_like(real, dtype=x.dtype).masked_fill(~real, NEVER)[:, None, None]
        for attention, feed_forward in self.enc:
            x = feed_forward(attention(x, bias))
        return self.enc_ln(x)

    def log_durations(self, encoded, real):
        """ln(1 + steps) [batch][n]"""
        x, mask = encoded, real[..., None].to(encoded.dtype)
        for convolution, norm in ((self.d1, self.dl1), (self.d2, self.dl2)):
            x = norm(functional.relu(convolution((x * mask).transpose(1, 2)).transpose(1, 2)))
            x = functional.dropout(x, 0.2, self.training)
        return self.do(x)[..., 0]

    def prenet(self, frames):
        """Drops half of what it knows of the last frames, always: the decoder has to listen to the
        text."""
        for layer in (self.f1, self.f2):
            frames = functional.dropout(functional.relu(layer(frames)), 0.5, True)
        return frames

    def self_bias(self, steps, device):
        back = torch.arange(steps, device=device)
        back = back[:, None] - back
        bias = -torch.tensor(SLOPES, device=device)[:, None, None] * back
        return bias.masked_fill((back < 0) | (back >= WINDOW), NEVER)[None]

    def decode(self, encoded, real, symbol, since, left, previous):
        """symbol, since its start, left to its end, in steps [batch][steps]"""
        active = symbol[..., None].expand(-1, -1, self.width)
        x = self.wp(self.prenet(previous)) + torch.gather(self.we(encoded), 1, active)
        x = x + self.pos(since.clamp(max=POSITIONS - 1)) + self.rem(left.clamp(max=POSITIONS - 1))
        distance = (torch.arange(encoded.shape[1], device=x.device) - symbol[..., None]).abs()
        slopes = torch.tensor(CROSS_SLOPES, device=x.device)[None, :, None, None]
        cross_bias = (-slopes * distance[:, None]).masked_fill(~real[:, None, None], NEVER)
        bias = self.self_bias(x.shape[1], x.device)
        for attention, cross, feed_forward in self.dec:
            x = feed_forward(cross(attention(x, bias), encoded, cross_bias))
        return self.out(self.dec_ln(x))

    def refine(self, mel):
        """The postnet; mel [batch][frames][MELS]"""
        x = mel.transpose(1, 2)
        for i, convolution in enumerate(self.post):
            x = convolution(x)
            x = torch.tanh(x) if i < POSTNET_LAYERS - 1 else x
        return mel + x.transpose(1, 2)
