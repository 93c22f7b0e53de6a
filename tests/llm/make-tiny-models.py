#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tiny-NAME.gguf: a small random model of each family, with what it should compute.

    pip install gguf numpy
    python3 make-tiny-models.py [FOLDER]

The logits are those of the forward pass below, in float64, written down from the families' papers
and public definitions and not from our C code: it knows nothing of caches, blocks or kernels. They
stand in the metadata of each model (`test.ids`, `test.positions`, `test.logits`), which other
programs skip. compare-llama-cpp.py runs the same files through llama.cpp.

Matrices in superblocks are random bytes with sane scales; all others are quantised by the package.
"""
import os
import sys

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

HERE = os.path.dirname(os.path.abspath(__file__))
LENGTH = 100  # more than a block, and many windows
POSITIONS = (0, 9, 63, 64, 99)


# --- the forward pass ----------------------------------------------------------------------------


def rms_norm(x, weight, epsilon):
    return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon) * weight


def layer_norm(x, weight, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon) * weight + bias


def silu(x):
    return x / (1 + np.exp(-x))


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def rotate(x, base, size, halves, scale, factors):
    """x: [positions, heads, head size]; the first `size` numbers of each head are turned."""
    frequency = base ** (-np.arange(0, size, 2) / size) * scale / factors
    turn = np.exp(1j * np.arange(len(x))[:, None] * frequency)[:, None, :]
    y = x.copy()
    if halves:  # pairs (i, i + size / 2): GPT-NeoX, and all that Hugging Face calls rotate_half
        pairs = (x[..., : size // 2] + 1j * x[..., size // 2 : size]) * turn
        y[..., : size // 2], y[..., size // 2 : size] = pairs.real, pairs.imag
    else:  # neighbours: RoFormer, Llama
        pairs = (x[..., 0:size:2] + 1j * x[..., 1:size:2]) * turn
        y[..., 0:size:2], y[..., 1:size:2] = pairs.real, pairs.imag
    return y


def attention(q, k, v, scale, window):
    """q: [positions, heads, size]; heads of k and v serve heads / kv_heads neighbours each."""
    n, heads, size = q.shape
    out = np.zeros_like(q)
    for h in range(heads):
        kv = h * k.shape[1] // heads
        scores = q[:, h] @ k[:, kv].T * scale
        distance = np.arange(n)[:, None] - np.arange(n)[None, :]
        scores[(distance < 0) | (distance >= window)] = -np.inf
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        out[:, h] = p / p.sum(axis=1, keepdims=True) @ v[:, kv]
    return out.reshape(n, heads * size)


class Forward:
    def __init__(self, config, tensors):
        self.c, self.t = config, tensors

    def linear(self, name, x):
        y = x @ self.t[name + ".weight"].T
        return y + self.t[name + ".bias"] if name + ".bias" in self.t else y

    def norm(self, name, x):
        weight, epsilon = self.t[name + ".weight"], self.c["epsilon"]
        if self.c["family"] == "gpt2":
            return layer_norm(x, weight, self.t[name + ".bias"], epsilon)
        return rms_norm(x, weight, epsilon)

    def attend(self, layer, x):
        c, name, n = self.c, f"blk.{layer}.", len(x)
        if c["family"] == "gpt2":
            q, k, v = np.split(self.linear(name + "attn_qkv", x), 3, axis=1)
        else:
            q, k, v = (self.linear(name + "attn_" + part, x) for part in "qkv")
        q = q.reshape(n, c["heads"], c["head_size"])
        k = k.reshape(n, c["kv_heads"], c["head_size"])
        v = v.reshape(n, c["kv_heads"], c["head_size"])
        if c["family"] in ("qwen3", "gemma3"):
            q, k = self.norm(name + "attn_q_norm", q), self.norm(name + "attn_k_norm", k)
        local = c["family"] == "gemma3" and (layer + 1) % c["period"] != 0
        if c["family"] != "gpt2":
            base = c["rope_base_local"] if local else c["rope_base"]
            scale = 1 if local else c.get("rope_scale", 1)
            factors = self.t.get("rope_freqs.weight", 1)
            halves = c["family"] != "llama"
            q = rotate(q, base, c["rope_size"], halves, scale, factors)
            k = rotate(k, base, c["rope_size"], halves, scale, factors)
        window = c["window"] if local else n
        y = attention(q, k, v, c["head_size"] ** -0.5, window)
        return self.linear(name + "attn_output", y)

    def feed_forward(self, layer, x):
        name = f"blk.{layer}.ffn_"
        up = self.linear(name + "up", x)
        if self.c["family"] == "gpt2":
            return self.linear(name + "down", gelu_tanh(up))
        act = gelu_tanh if self.c["family"] == "gemma3" else silu
        return self.linear(name + "down", act(self.linear(name + "gate", x)) * up)

    def run(self, ids):
        x = self.t["token_embd.weight"][ids]
        if self.c["family"] == "gemma3":
            x = x * np.sqrt(self.c["width"])
        if self.c["family"] == "gpt2":
            x = x + self.t["position_embd.weight"][: len(ids)]
        for layer in range(self.c["layers"]):
            post = self.c["family"] == "gemma3"
            y = self.attend(layer, self.norm(f"blk.{layer}.attn_norm", x))
            x = x + (self.norm(f"blk.{layer}.post_attention_norm", y) if post else y)
            y = self.feed_forward(layer, self.norm(f"blk.{layer}.ffn_norm", x))
            x = x + (self.norm(f"blk.{layer}.post_ffw_norm", y) if post else y)
        head = "output" if "output.weight" in self.t else "token_embd"
        logits = self.norm("output_norm", x) @ self.t[head + ".weight"].T
        cap = self.c.get("logit_cap")
        return cap * np.tanh(logits / cap) if cap else logits


# --- weights -------------------------------------------------------------------------------------


class Model:
    """Random tensors of the types that a pattern of names asks for."""

    def __init__(self, config, seed):
        self.c, self.rng = config, np.random.default_rng(seed)
        self.raw, self.values = {}, {}

    def kind(self, name):
        for part, kind in self.c.get("types", {}).items():
            if part in name:
                return Type[kind]
        return Type.F16

    def put(self, name, values, kind):
        values = np.asarray(values, np.float32)
        raw = values if kind == Type.F32 else gguf.quants.quantize(values, kind)
        self.raw[name] = (raw, kind)
        self.values[name] = gguf.quants.dequantize(raw, kind).astype(np.float64)

    def superblocks(self, name, rows, cols, kind, deviation):
        scales = {Type.Q4_K: (0, 2), Type.Q5_K: (0, 2), Type.Q6_K: (208,)}[kind]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        raw = self.rng.integers(0, 256, (rows * cols // block, size), dtype=np.uint8)
        for at in scales:
            halves = (self.rng.random(len(raw)) * 0.5 + 0.75).astype(np.float16)
            raw[:, at : at + 2] = halves[:, None].view(np.uint8)
        wide = gguf.quants.dequantize(raw, kind).std()
        for at in scales:
            halves = raw[:, at : at + 2].copy().view(np.float16) * np.float16(deviation / wide)
            raw[:, at : at + 2] = halves.view(np.uint8)
        raw = raw.reshape(rows, -1)
        self.raw[name] = (raw, kind)
        self.values[name] = gguf.quants.dequantize(raw, kind).astype(np.float64)

    def matrix(self, name, rows, cols, bias=False, deviation=None):
        deviation = deviation or 1.3 / np.sqrt(cols)
        kind = self.kind(name)
        if kind in (Type.Q4_K, Type.Q5_K, Type.Q6_K):
            self.superblocks(name + ".weight", rows, cols, kind, deviation)
        else:
            self.put(name + ".weight", self.rng.standard_normal((rows, cols)) * deviation, kind)
        if bias:
            self.put(name + ".bias", self.rng.standard_normal(rows) * 0.5, Type.F32)

    def norm(self, name, size, bias=False):
        self.put(name + ".weight", 1 + 0.4 * self.rng.standard_normal(size), Type.F32)
        if bias:
            self.put(name + ".bias", 0.3 * self.rng.standard_normal(size), Type.F32)

    def layer(self, i):
        c, name = self.c, f"blk.{i}."
        width, inner, size = c["width"], c["feed_forward"], c["head_size"]
        q, kv = c["heads"] * size, c["kv_heads"] * size
        gpt2 = c["family"] == "gpt2"
        self.norm(name + "attn_norm", width, gpt2)
        if gpt2:
            self.matrix(name + "attn_qkv", q + 2 * kv, width, True)
        else:
            for part, rows in (("q", q), ("k", kv), ("v", kv)):
                self.matrix(f"{name}attn_{part}", rows, width, c["family"] == "qwen2")
        self.matrix(name + "attn_output", width, q, gpt2)
        if c["family"] in ("qwen3", "gemma3"):
            self.norm(name + "attn_q_norm", size)
            self.norm(name + "attn_k_norm", size)
        self.norm(name + "ffn_norm", width, gpt2)
        if not gpt2:
            self.matrix(name + "ffn_gate", inner, width)
        self.matrix(name + "ffn_up", inner, width, gpt2)
        self.matrix(name + "ffn_down", width, inner, gpt2)
        if c["family"] == "gemma3":
            self.norm(name + "post_attention_norm", width)
            self.norm(name + "post_ffw_norm", width)

    def fill(self, vocabulary):
        c = self.c
        self.matrix("token_embd", vocabulary, c["width"], deviation=2 / np.sqrt(c["width"]))
        if c["family"] == "gpt2":
            self.matrix("position_embd", c["context"], c["width"], deviation=0.2)
        if c.get("factors"):
            pairs = c["rope_size"] // 2
            self.put("rope_freqs.weight", np.linspace(1, 8, pairs), Type.F32)
        for i in range(c["layers"]):
            self.layer(i)
        self.norm("output_norm", c["width"], c["family"] == "gpt2")
        if c.get("output"):
            self.matrix("output", vocabulary, c["width"])


# --- vocabularies: every byte by itself, and a few tokens more ------------------------------------


def byte_letters():
    """GPT-2's letter for each byte."""
    plain = [b for b in range(256) if 33 <= b < 127 or (161 <= b < 256 and b != 173)]
    others = [b for b in range(256) if b not in plain]
    letters = {b: chr(b) for b in plain}
    letters.update({b: chr(256 + i) for i, b in enumerate(others)})
    return [letters[b] for b in range(256)]


def bpe(out, pre):
    merges = ["t h", "Ġ th", "Ġth e"]
    control = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = byte_letters() + [m.replace(" ", "") for m in merges] + control
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre(pre)
    out.add_token_list(tokens)
    out.add_token_types([gguf.TokenType.NORMAL] * (len(tokens) - 3) + [gguf.TokenType.CONTROL] * 3)
    out.add_token_merges(merges)
    out.add_bos_token_id(len(tokens) - 3)
    out.add_eos_token_id(len(tokens) - 1)
    out.add_add_bos_token(False)
    return len(tokens)


def sentencepiece(out):
    control = ["<unk>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"]
    tokens = control + [f"<0x{b:02X}>" for b in range(256)] + ["\u2581", "\u2581the"]
    kinds = [gguf.TokenType.UNKNOWN] + [gguf.TokenType.CONTROL] * 4
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.NORMAL] * 2
    out.add_tokenizer_model("llama")
    out.add_token_list(tokens)
    out.add_token_types(kinds)
    out.add_token_scores([0.0] * (len(tokens) - 2) + [-1.0, -2.0])
    out.add_bos_token_id(1)
    out.add_eos_token_id(2)
    out.add_add_space_prefix(False)
    return len(tokens)


# --- files ---------------------------------------------------------------------------------------

SMALL = {
    "layers": 2, "width": 32, "heads": 4, "kv_heads": 2, "head_size": 8, "feed_forward": 64,
    "context": 128, "epsilon": 1e-5, "rope_base": 10000.0, "rope_size": 8,
}
MIXED = {  # one type each
    "blk.0.attn_q": "Q4_0", "blk.0.attn_k": "Q4_1", "blk.0.attn_v": "Q5_0",
    "blk.0.attn_output": "Q5_1", "blk.0.ffn_gate": "Q8_0", "blk.0.ffn_up": "BF16",
    "blk.0.ffn_down": "F32", "blk.1.attn": "Q8_0", "blk.1.ffn_gate": "Q4_1",
    "blk.1.ffn_up": "Q4_0", "blk.1.ffn_down": "Q5_1", "output": "Q5_0", "token_embd": "Q8_0",
}
SUPERBLOCKS = {
    "attn_q": "Q6_K", "attn_k": "Q4_K", "attn_v": "Q5_K", "attn_output": "Q8_0",
    "ffn_gate": "Q4_K", "ffn_up": "Q5_K", "ffn_down": "Q6_K", "token_embd": "Q4_K",
}
UNKNOWN = "{% for m in messages %}{{ '@@' + m.role + ': ' + m.content }}{% endfor %}"
CHATML = "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' }}"
GEMMA = "{{ '<start_of_turn>' + role + '\n' + message['content'] + '<end_of_turn>' }}"

MODELS = {
    # Linear scaling, an output of its own; a template nobody knows.
    "llama": {"family": "llama", "rope_scale": 0.25, "output": True, "chat": UNKNOWN},
    # As Llama 3: frequencies divided by factors.
    "llama3": {"family": "llama", "factors": True, "rope_base": 500000.0, "layers": 1,
               "chat": CHATML},
    "types": {"family": "llama", "types": MIXED, "output": True, "chat": CHATML},
    "superblocks": {"family": "llama", "types": SUPERBLOCKS, "layers": 1, "width": 256,
                    "feed_forward": 256, "chat": CHATML},
    "qwen2": {"family": "qwen2", "rope_base": 1e6, "chat": CHATML},
    # Heads wider together than the model.
    "qwen3": {"family": "qwen3", "rope_base": 1e6, "head_size": 16, "rope_size": 16,
              "chat": CHATML + "{# enable_thinking #}"},
    # Five local layers for one that sees all; local ones have another base and no scale.
    "gemma3": {"family": "gemma3", "layers": 7, "heads": 2, "kv_heads": 1, "head_size": 16,
               "rope_size": 16, "window": 8, "period": 6, "rope_base": 1e6, "rope_scale": 0.125,
               "rope_base_local": 10000.0, "epsilon": 1e-6, "feed_forward": 32,
               "logit_cap": 5.0, "chat": GEMMA},
    # Learned positions, layer norm, biases, no gate; no template.
    "gpt2": {"family": "gpt2", "kv_heads": 4},
}


def add_config(out, c):
    out.add_block_count(c["layers"])
    out.add_context_length(c["context"])
    out.add_embedding_length(c["width"])
    out.add_feed_forward_length(c["feed_forward"])
    out.add_head_count(c["heads"])
    if c["family"] == "gpt2":
        out.add_layer_norm_eps(c["epsilon"])
        return
    out.add_head_count_kv(c["kv_heads"])
    out.add_key_length(c["head_size"])
    out.add_value_length(c["head_size"])
    out.add_layer_norm_rms_eps(c["epsilon"])
    out.add_rope_freq_base(c["rope_base"])
    if c["family"] == "llama":
        out.add_rope_dimension_count(c["rope_size"])
    if "rope_scale" in c:
        out.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        out.add_rope_scaling_factor(1 / c["rope_scale"])
    if "window" in c:
        out.add_sliding_window(c["window"])
    if "logit_cap" in c:
        out.add_final_logit_softcapping(c["logit_cap"])


def write(path, name, seed):
    c = SMALL | MODELS[name]
    out = gguf.GGUFWriter(path, c["family"])
    out.add_name("tiny-" + name)
    add_config(out, c)
    pre = {"qwen2": "qwen2", "qwen3": "qwen2", "gpt2": "gpt-2", "llama": "smollm"}
    vocabulary = sentencepiece(out) if c["family"] == "gemma3" else bpe(out, pre[c["family"]])
    if "chat" in c:
        out.add_chat_template(c["chat"])
    model = Model(c, seed)
    model.fill(vocabulary)
    ids = model.rng.integers(0, vocabulary, LENGTH)
    logits = Forward(c, model.values).run(ids)[list(POSITIONS)]
    out.add_array("test.ids", [int(i) for i in ids])
    out.add_array("test.positions", list(POSITIONS))
    out.add_array("test.logits", [float(x) for x in logits.astype(np.float32).reshape(-1)])
    for tensor, (raw, kind) in model.raw.items():
        out.add_tensor(tensor, raw, raw_dtype=kind)
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()
    print(f"{path}: {os.path.getsize(path)} bytes, logits {logits.std():.2f} wide")


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else HERE
    for i, name in enumerate(MODELS):
        write(os.path.join(folder, f"tiny-{name}.gguf"), name, i + 1)


if __name__ == "__main__":
    main()
