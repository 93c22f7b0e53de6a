#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes reference vectors for tests/golden: the forward passes in numpy (float64), written from the
equations alone and sharing nothing with the C code.

    golden.py INPUT -o OUT.bin [--acoustic A.gguf] [--vocoder V.gguf]   compute from the weights
    golden.py INPUT.npz -o OUT.bin --npz                                take the vectors of INPUT
    golden.py INPUT.npz --check [--acoustic A.gguf] [--vocoder V.gguf]  compare the two

INPUT gives symbols, durations, prenet masks and noise: an .npz of the training recipe or an OUT.bin
of an earlier run. With --npz or --check the weights behind the .npz are unrounded: --check wants
files made by convert.py --type f32.

OUT.bin is a GGUF file (architecture "sori-golden", key "sori-golden.phonemes": the text that became
ids); N symbols, S decoder steps, V vocoder steps:
    ids I32 [N]   durations I32 [N] (decoder steps)   prenet_masks I8 [S][2][prenet] of 0 and 1
    log_durations [N]   encoder [N][width]
    mel_before_postnet, mel (both normalised), log_mel [frames][mels]
    gate_bias [40][layers][2 * residual] (first frames)   gain [V][bands]   eps [V][bands]
    mean_log_sigma [V][2 * bands]   y [V][bands]   wave [4 V - 64]
"""
import argparse
import sys

import gguf
import numpy as np

VOCODER_STEPS = 3000  # half a second: 100 ms of silence and the first words
GATE_FRAMES = 40
INPUTS = ("phonemes", "ids", "durations", "prenet_masks", "eps")


class Model:
    """Weights and hyper-parameters of a GGUF file: w[name], p[key]."""

    def __init__(self, path, architecture):
        reader = gguf.GGUFReader(path)
        fields = {key: field.contents() for key, field in reader.fields.items()}
        if fields.get("general.architecture") != architecture:
            sys.exit(f"{path}: not a {architecture} model")
        prefix = architecture + "."
        self.p = {k.removeprefix(prefix): v for k, v in fields.items() if k.startswith(prefix)}
        self.w = {}
        for tensor in reader.tensors:
            values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
            shape = [int(n) for n in reversed(tensor.shape)]
            self.w[tensor.name] = values.astype(np.float64).reshape(shape)

    def linear(self, name, x):
        """y = W x + b, W [out][in]."""
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def conv(self, name, x):
        """y[t] = b + sum_k W[:, k, :] x[t + k - (K-1)/2], x [T][in], zeros outside."""
        weight = self.w[name + ".weight"]
        taps = weight.shape[1]
        padded = np.pad(x, (((taps - 1) // 2,) * 2, (0, 0)))
        y = sum(padded[k:k + len(x)] @ weight[:, k].T for k in range(taps))
        return y + self.w[name + ".bias"]

    def norm(self, name, x):
        """Layer norm over the last axis."""
        centred = x - x.mean(-1, keepdims=True)
        variance = (centred ** 2).mean(-1, keepdims=True)
        scaled = centred / np.sqrt(variance + self.p["layer_norm_epsilon"])
        return scaled * self.w[name + ".weight"] + self.w[name + ".bias"]


def relu(x):
    return np.maximum(x, 0)


def attention(query, keys, values, bias):
    """One query [heads][d] over keys, values [n][heads][d], bias [heads][n]; gives [heads * d]."""
    scores = np.einsum("hd,nhd->hn", query, keys) / np.sqrt(query.shape[1]) + bias
    scores = np.exp(scores - scores.max(1, keepdims=True))
    scores /= scores.sum(1, keepdims=True)
    return np.einsum("hn,nhd->hd", scores, values).reshape(-1)


# --- acoustic model ------------------------------------------------------------------------------

def encode(model, ids):
    """Symbols to encodings [N][width]."""
    n, width, heads = len(ids), model.p["width"], model.p["heads"]
    angle = np.arange(n)[:, None] * 10000.0 ** (-np.arange(0, width, 2) / width)
    x = model.w["emb.weight"][ids] * np.sqrt(width)
    x[:, 0::2] += np.sin(angle)
    x[:, 1::2] += np.cos(angle)
    no_bias = np.zeros((heads, n))
    for layer in range(model.p["encoder_layers"]):
        name = f"enc.{layer}"
        qkv = model.linear(f"{name}.0.qkv", model.norm(f"{name}.0.ln", x))
        q, k, v = qkv.reshape(n, 3, heads, -1).transpose(1, 0, 2, 3)
        mixed = np.stack([attention(q[i], k, v, no_bias) for i in range(n)])
        x = x + model.linear(f"{name}.0.o", mixed)
        hidden = relu(model.linear(f"{name}.1.w1", model.norm(f"{name}.1.ln", x)))
        x = x + model.linear(f"{name}.1.w2", hidden)
    return model.norm("enc_ln", x)


def predict_durations(model, encoder):
    """Log-durations [N]: steps = round(exp(ld) - 1)."""
    x = model.norm("dl1", relu(model.conv("d1", encoder)))
    x = model.norm("dl2", relu(model.conv("d2", x)))
    return model.linear("do", x)[:, 0]


class Decoder:
    """The autoregressive decoder: one call of step() for each step."""

    def __init__(self, model, encoder, durations):
        self.model, self.encoder, self.durations = model, encoder, durations
        self.heads, self.n = model.p["heads"], len(encoder)
        self.layers = range(model.p["decoder_layers"])
        self.slopes = np.array(model.p["attention_slopes"])[:, None]
        self.cross_slopes = np.array(model.p["cross_slopes"])[:, None]
        self.symbol = np.repeat(np.arange(self.n), durations)
        self.end = np.cumsum(durations)
        self.keys, self.values = [[] for _ in self.layers], [[] for _ in self.layers]
        self.cross = [self.split(model.linear(f"dec.{i}.1.kv", encoder), 2) for i in self.layers]

    def split(self, rows, parts):
        return rows.reshape(len(rows), parts, self.heads, -1).transpose(1, 0, 2, 3)

    def enter(self, j, previous, masks):
        """The input of the first layer."""
        model, p = self.model, self.symbol[j]
        last = model.p["position_limit"] - 1
        since = min(j - (self.end[p] - self.durations[p]), last)
        until = min(self.end[p] - 1 - j, last)
        keep = 1 / (1 - model.p["prenet_dropout"])
        h = relu(model.linear("f1", previous)) * masks[0] * keep
        h = relu(model.linear("f2", h)) * masks[1] * keep
        return (model.linear("wp", h) + model.linear("we", self.encoder[p])
                + model.w["pos.weight"][since] + model.w["rem.weight"][until])

    def self_attention(self, i, j, x):
        q, k, v = x.reshape(3, self.heads, -1)
        self.keys[i].append(k)
        self.values[i].append(v)
        first = max(0, j - self.model.p["attention_window"] + 1)
        bias = -self.slopes * (j - np.arange(first, j + 1))
        return attention(q, np.array(self.keys[i][first:]), np.array(self.values[i][first:]), bias)

    def step(self, j, previous, masks):
        """Step j: the frames that follow `previous`."""
        model = self.model
        x = self.enter(j, previous, masks)
        distance = np.abs(np.arange(self.n) - self.symbol[j])
        for i in self.layers:
            name = f"dec.{i}"
            qkv = model.linear(f"{name}.0.qkv", model.norm(f"{name}.0.ln", x))
            x = x + model.linear(f"{name}.0.o", self.self_attention(i, j, qkv))
            q = model.linear(f"{name}.1.q", model.norm(f"{name}.1.ln", x)).reshape(self.heads, -1)
            mixed = attention(q, *self.cross[i], -self.cross_slopes * distance)
            x = x + model.linear(f"{name}.1.o", mixed)
            hidden = relu(model.linear(f"{name}.2.w1", model.norm(f"{name}.2.ln", x)))
            x = x + model.linear(f"{name}.2.w2", hidden)
        return model.linear("out", model.norm("dec_ln", x))


def decode(model, encoder, durations, masks):
    """Normalised mel frames before the postnet [frames][mels]."""
    decoder = Decoder(model, encoder, durations)
    previous = np.zeros(model.p["mels"] * model.p["frames_per_step"])
    frames = []
    for j in range(int(durations.sum())):
        previous = decoder.step(j, previous, masks[j])
        frames.append(previous)
    return np.concatenate(frames).reshape(-1, model.p["mels"])


def postnet(model, mel):
    x, last = mel, model.p["postnet_layers"] - 1
    for i in range(last + 1):
        x = model.conv(f"post.{i}", x)
        x = np.tanh(x) if i < last else x
    return mel + x


# --- vocoder -------------------------------------------------------------------------------------

def gate_biases(model, mel):
    """[frames][layers][2 * residual]."""
    c = relu(model.conv("cond.1", relu(model.conv("cond.0", mel))))
    layers = range(len(model.p["dilations"]))
    return np.stack([model.linear(f"layer.{i}.cond", c) for i in layers], 1)


def gains(model, log_mel):
    """Gain of every band at every step, interpolated between the middles of the frames."""
    power = np.exp(2 * log_mel) @ model.w["gain.w"].T
    log_gain = 0.5 * np.log(power + model.p["gain_floor"] ** 2)
    per_frame = model.p["steps_per_frame"]
    middles = np.arange(len(log_mel)) * per_frame + per_frame // 2
    steps = np.arange(len(log_mel) * per_frame)
    return np.exp(np.stack([np.interp(steps, middles, band) for band in log_gain.T], 1))


def sample(model, bias, eps):
    """The sub-bands y [V][bands] and the means and log sigmas they were drawn with."""
    p, w = model.p, model.w
    bands, channels, dilations = p["bands"], p["residual_channels"], p["dilations"]
    low, high = np.array(p["temperature_low"]), np.array(p["temperature_high"])
    past = [np.zeros((d, channels)) for d in dilations]
    y, drawn = np.zeros((len(eps), bands)), np.zeros((len(eps), 2 * bands))
    previous = np.zeros(bands)
    for n in range(len(eps)):
        x, skip = model.linear("in", previous), w["skip.bias"]
        for i, d in enumerate(dilations):
            z = (bias[n // p["steps_per_frame"], i] + w[f"layer.{i}.cur.weight"] @ x
                 + w[f"layer.{i}.past.weight"] @ past[i][n % d])
            past[i][n % d] = x
            h = np.tanh(z[:channels]) / (1 + np.exp(-z[channels:]))
            skip = skip + w[f"layer.{i}.skip.weight"] @ h
            x = x + model.linear(f"layer.{i}.res", h)
        drawn[n] = model.linear("out.1", relu(model.linear("out.0", relu(skip))))
        sigma = np.exp(np.maximum(drawn[n, bands:], p["log_sigma_min"]))
        tau = low + (high - low) * np.minimum(1, sigma)
        previous = drawn[n, :bands] + tau * sigma * eps[n]
        previous = y[n] = np.clip(previous, -p["output_limit"], p["output_limit"])
    return y, drawn


def synthesise(model, subbands):
    """Samples; the last ones still lack the steps that follow and are cut off."""
    bank, bands = model.w["pqmf.synthesis"], model.p["bands"]
    taps = bank.shape[1]
    wave = np.zeros(bands * len(subbands) + taps)
    for n, step in enumerate(subbands):
        wave[bands * n:bands * n + taps] += bands * (step @ bank)
    delay = (taps - 1) // 2
    return wave[delay:delay + bands * len(subbands) - 64]


# --- vectors -------------------------------------------------------------------------------------

def read_npz(path):
    """The vectors of a reference file of the training recipe, under our names."""
    source = np.load(path)
    masks = np.unpackbits(source["prenet_masks"], axis=-1)
    frames = len(source["gate_bias_first_40_frames"])
    return {
        "phonemes": str(source["phonemes"]),
        "ids": source["ids"],
        "durations": source["dur"],
        "prenet_masks": masks.reshape(len(masks), 2, -1),
        "log_durations": source["dur_log_pred"],
        "encoder": source["encoder"],
        "mel_before_postnet": source["mel_before_postnet"],
        "mel": source["mel"],
        "log_mel": source["logmel"],
        "gate_bias": source["gate_bias_first_40_frames"].reshape(frames, 12, -1),
        "gain": source["gain"][:VOCODER_STEPS],
        "eps": source["eps"][:VOCODER_STEPS],
        "mean_log_sigma": source["mean_ls"][:VOCODER_STEPS],
        "y": source["y"][:VOCODER_STEPS],
        "wave": source["wave"][:4 * VOCODER_STEPS - 64],
    }


def read_inputs(path):
    if path.endswith(".npz"):
        vectors = read_npz(path)
    else:
        reader = gguf.GGUFReader(path)
        vectors = {t.name: t.data.reshape([int(n) for n in reversed(t.shape)])
                   for t in reader.tensors}
        vectors["phonemes"] = reader.fields["sori-golden.phonemes"].contents()
    return {name: vectors[name] for name in INPUTS}


def compute(acoustic, vocoder, inputs):
    """All vectors from the weights."""
    encoder = encode(acoustic, inputs["ids"])
    before = decode(acoustic, encoder, inputs["durations"], inputs["prenet_masks"])
    mel = postnet(acoustic, before)
    log_mel = mel * acoustic.w["mel.std"] + acoustic.w["mel.mean"]
    mel_in = (log_mel - vocoder.w["mel.mean"]) / vocoder.w["mel.std"]
    eps = inputs["eps"][:min(VOCODER_STEPS, len(mel) * vocoder.p["steps_per_frame"])]
    bias, gain = gate_biases(vocoder, mel_in), gains(vocoder, log_mel)[:len(eps)]
    y, drawn = sample(vocoder, bias, eps)
    return inputs | {
        "log_durations": predict_durations(acoustic, encoder),
        "encoder": encoder,
        "mel_before_postnet": before,
        "mel": mel,
        "log_mel": log_mel,
        "gate_bias": bias[:GATE_FRAMES],
        "gain": gain,
        "eps": eps,
        "mean_log_sigma": drawn,
        "y": y,
        "wave": synthesise(vocoder, y * gain),
    }


def write(path, vectors):
    writer = gguf.GGUFWriter(path, "sori-golden")
    integer = {"ids": np.int32, "durations": np.int32, "prenet_masks": np.int8}
    writer.add_string("sori-golden.phonemes", vectors["phonemes"])
    for name, vector in vectors.items():
        if name == "phonemes":
            continue
        writer.add_tensor(name, np.ascontiguousarray(vector, integer.get(name, np.float32)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def check(computed, expected):
    """Prints the relative RMS difference of every vector; true if all are small."""
    worst = 0
    for name in sorted(expected.keys() - set(INPUTS)):
        want = np.asarray(expected[name], np.float64)
        difference = np.sqrt(((computed[name] - want) ** 2).mean() / (want ** 2).mean())
        print(f"{name:20} {difference:.1e}")
        worst = max(worst, difference)
    return worst < 1e-3


def main():
    parser = argparse.ArgumentParser(description="Makes reference vectors for tests/golden.")
    parser.add_argument("input", help="INPUT.npz or INPUT.bin")
    parser.add_argument("-o", "--output", help="OUT.bin")
    parser.add_argument("--acoustic", default="heart/acoustic.gguf")
    parser.add_argument("--vocoder", default="heart/vocoder.gguf")
    parser.add_argument("--npz", action="store_true", help="convert INPUT.npz, compute nothing")
    parser.add_argument("--check", action="store_true", help="compare with those of INPUT.npz")
    options = parser.parse_args()
    if options.npz:
        vectors = read_npz(options.input)
    else:
        vectors = compute(Model(options.acoustic, "sori-tacotron"),
                          Model(options.vocoder, "sori-wavenet"), read_inputs(options.input))
    if options.output:
        write(options.output, vectors)
    if options.check and not check(vectors, read_npz(options.input)):
        sys.exit("the vectors differ")


if __name__ == "__main__":
    main()
