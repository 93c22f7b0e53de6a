# SPDX-License-Identifier: Apache-2.0
"""The vocoder as plugins/wavenet runs it: a causal WaveNet over four sub-bands, a Gaussian each.

Time comes first in all arrays, [steps][batch][channels], so that a shift in time is a slice.
"""
import torch
from torch import nn
from torch.nn import functional

import features

LOG_SIGMA_MIN = -7.0
DILATIONS = (1, 2, 4, 8, 16, 32) * 2


def gate(z, bias):
    """The two factors of a gated unit and their product, each [steps][width]."""
    width = z.shape[-1] // 2
    z = z + bias
    filtered, opening = torch.tanh(z[..., :width]), torch.sigmoid(z[..., width:])
    return tuple(x.reshape(-1, width) for x in (filtered, opening, filtered * opening))


def gate_gradient(filtered, opening, gradient):
    """Of the loss by z; also the product again."""
    hidden = filtered * opening
    return torch.cat([gradient * opening * (1 - filtered * filtered),
                      gradient * hidden * (1 - opening)], -1), hidden


def compile_gates():
    """One pass over memory for each of the two instead of ten; needs a C++ compiler."""
    global gate, gate_gradient
    gate = torch.compile(gate, dynamic=False)
    gate_gradient = torch.compile(gate_gradient, dynamic=False)


class GatedLayer(torch.autograd.Function):
    """One residual layer. The backward pass by hand takes two thirds of autograd's time on a CPU:
    the gradients of the two taps accumulate in place."""

    @staticmethod
    def forward(ctx, x, skip, bias, past, current, res, res_bias, to_skip, dilation):
        steps, batch, width = x.shape
        flat, shift = x.reshape(steps * batch, width), dilation * batch
        z = torch.mm(flat, current)
        z[shift:].addmm_(flat[:len(flat) - shift], past)
        frames = bias.shape[0]
        z = z.view(frames, steps // frames, batch, 2 * width)
        filtered, opening, hidden = gate(z, bias[:, None])
        ctx.save_for_backward(flat, filtered, opening, past, current, res, to_skip)
        ctx.shape = steps, batch, width, shift, frames
        out = torch.addmm(res_bias, hidden, res).add_(flat)
        skip_out = torch.addmm(skip.reshape(steps * batch, -1), hidden, to_skip)
        return out.view(steps, batch, width), skip_out.view(steps, batch, -1)

    @staticmethod
    def backward(ctx, out_gradient, skip_gradient):
        flat, filtered, opening, past, current, res, to_skip = ctx.saved_tensors
        steps, batch, width, shift, frames = ctx.shape
        n = steps * batch
        g_out, g_skip = out_gradient.reshape(n, width), skip_gradient.reshape(n, -1)
        g_hidden = torch.mm(g_skip, to_skip.t()).addmm_(g_out, res.t())
        g_z, hidden = gate_gradient(filtered, opening, g_hidden)
        g_x = torch.addmm(g_out, g_z, current.t())
        g_x[:n - shift].addmm_(g_z[shift:], past.t())
        g_bias = g_z.view(frames, steps // frames, batch, 2 * width).sum(1)
        return (g_x.view(steps, batch, width), skip_gradient, g_bias,
                torch.mm(flat[:n - shift].t(), g_z[shift:]), torch.mm(flat.t(), g_z),
                torch.mm(hidden.t(), g_out), g_out.sum(0), torch.mm(hidden.t(), g_skip), None)


def uniform(rows, columns, fan_in, scale=1.0):
    bound = scale * (3.0 / fan_in) ** 0.5
    return nn.Parameter(torch.empty(rows, columns).uniform_(-bound, bound))


class Layer(nn.Module):
    """Matrices are [in][out]."""

    def __init__(self, residual, skip, condition, dilation):
        super().__init__()
        self.dilation = dilation
        self.past = uniform(residual, 2 * residual, 2 * residual)
        self.current = uniform(residual, 2 * residual, 2 * residual)
        self.cond = nn.Linear(condition, 2 * residual)
        self.res = uniform(residual, residual, residual, 0.5)
        self.res_bias = nn.Parameter(torch.zeros(residual))
        self.skip = uniform(residual, skip, residual, 0.5)

    def forward(self, x, skip, condition):
        return GatedLayer.apply(x, skip, self.cond(condition), self.past, self.current,
                                self.res, self.res_bias, self.skip, self.dilation)


class WaveNet(nn.Module):
    FIRST_AND_LAST = "input.", "out.1."

    def __init__(self, residual=64, skip=64, output=128, condition=128, dilations=DILATIONS):
        super().__init__()
        self.config = {"residual": residual, "skip": skip, "output": output,
                       "condition": condition, "dilations": list(dilations)}
        self.cond = nn.ModuleList([nn.Conv1d(features.MELS, condition, 3, padding=1),
                                   nn.Conv1d(condition, condition, 3, padding=1)])
        self.input = nn.Linear(features.BANDS, residual)
        self.layers = nn.ModuleList([Layer(residual, skip, condition, d) for d in dilations])
        self.skip_bias = nn.Parameter(torch.zeros(skip))
        self.out = nn.ModuleList([nn.Linear(skip, output), nn.Linear(output, 2 * features.BANDS)])
        nn.init.zeros_(self.out[1].weight)
        nn.init.zeros_(self.out[1].bias)

    def condition(self, mel):
        """mel [batch][frames][MELS], normalised, to [frames][batch][condition]."""
        x = mel.transpose(1, 2)
        for convolution in self.cond:
            x = functional.relu(convolution(x))
        return x.permute(2, 0, 1).contiguous()

    def forward(self, previous, condition):
        """Mean and ln sigma of each step from the steps before, [steps][batch][BANDS] each."""
        x = self.input(previous)
        skip = x.new_zeros(*x.shape[:2], self.config["skip"])
        for layer in self.layers:
            x, skip = layer(x, skip, condition)
        hidden = functional.relu(self.out[0](functional.relu(skip + self.skip_bias)))
        return self.out[1](hidden).split(features.BANDS, -1)


def negative_log_likelihood(mean, log_sigma, target):
    """In nats, without the constant ln(2 pi) / 2."""
    log_sigma = log_sigma.clamp(min=LOG_SIGMA_MIN)
    return log_sigma + 0.5 * ((target - mean) * torch.exp(-log_sigma)) ** 2
