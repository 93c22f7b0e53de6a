#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Converts the weights of a voice from safetensors to GGUF.

    convert.py MODEL.safetensors -o MODEL.gguf [--type f32|f16|q8_0] [--name N] [--version V]

The kind of model is in the safetensors file's own metadata ("config", JSON). Tensor names are kept;
README.md beside this file lists the metadata keys and the axis order. The output depends on the
input and the options alone: the same call gives the same bytes.
"""
import argparse
import json
import sys

import gguf
import numpy as np
from safetensors import safe_open

ALIGNMENT = 64  # a cache line and an AVX-512 register: rows can be loaded aligned

# Features that both models share (log-mel spectrogram, Slaney scale and norm).
FEATURES = {
    "sample_rate": 24000,
    "hop_length": 300,
    "n_fft": 1024,
    "f_min": 0.0,
    "f_max": 12000.0,
    "mel_floor": 1e-5,
}

# Matrices that stay F32 whatever --type says. All are small; together they are under 2 % of a file.
KEEP_F32 = {
    # Tables whose rows are added straight to the activations: no product averages the error out.
    "emb.weight", "pos.weight", "rem.weight",
    # Log-durations: the result is exponentiated and rounded to whole steps.
    "do.weight",
    # The ends of the sample loop: 4 inputs a row, and outputs that are exponentiated to sigma.
    "in.weight", "out.1.weight",
    # Calibration and filter banks: their precision is the noise floor of the output.
    "gain.w", "pqmf.analysis", "pqmf.synthesis",
}


def tacotron_metadata(config, tensors):
    """Hyper-parameters of the acoustic model."""
    return {
        "width": config["D"],
        "heads": config["heads"],
        "encoder_layers": config["enc_layers"],
        "decoder_layers": config["dec_layers"],
        "feed_forward": config["ff"],
        "prenet": config["prenet"],
        "prenet_dropout": 0.5,
        "postnet": config["postnet"],
        "postnet_layers": sum(f"post.{i}.weight" in tensors for i in range(64)),
        "postnet_kernel": tensors["post.0.weight"].shape[2],
        "duration_kernel": tensors["d1.weight"].shape[2],
        "attention_window": config["window"],
        "attention_slopes": [float(x) for x in config["slopes"]],
        "cross_slopes": [float(x) for x in config["cross_slopes"]],
        "position_limit": config["kmax"],
        "mels": config["mels"],
        "frames_per_step": config["frames_per_step"],
        "layer_norm_epsilon": 1e-5,
        "lead_steps": 4,  # silence before the first phoneme: trained for 3..17, not predicted
        "symbols": config["symbols"],
        "train_steps": config["train_steps"],
    }


def wavenet_metadata(config, tensors):
    """Hyper-parameters of the vocoder."""
    bands = config["bands"]
    return {
        "residual_channels": config["R"],
        "skip_channels": config["S"],
        "output_channels": config["O"],
        "condition_channels": config["C"],
        "condition_kernel": tensors["cond.0.weight"].shape[2],
        "dilations": config["dilations"],
        "bands": bands,
        "pqmf_taps": tensors["pqmf.synthesis"].shape[1],
        "steps_per_frame": config["steps_per_frame"],
        "mels": tensors["mel.mean"].shape[0],
        "log_sigma_min": float(config["ls_min"]),
        "output_limit": float(config["ymax"]),
        "gain_floor": float(config["gain_floor"]),
        "temperature_low": [float(x) for x in config["temp"][:bands]],
        "temperature_high": [float(x) for x in config["temp"][bands:]],
        **{f"comb_{key}": float(value) for key, value in config.get("comb", {}).items()},
        "train_steps": config["train_steps"],
    }


KINDS = {
    "tacoformer": ("sori-tacotron", tacotron_metadata),
    "mbwavenet": ("sori-wavenet", wavenet_metadata),
}

FILE_TYPES = {
    "f32": gguf.LlamaFileType.ALL_F32,
    "f16": gguf.LlamaFileType.MOSTLY_F16,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
}


def read_safetensors(path):
    """All tensors as float32 arrays, and the model's config."""
    with safe_open(path, framework="numpy") as file:
        config = json.loads((file.metadata() or {}).get("config", "null"))
        tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
    if not isinstance(config, dict) or config.get("kind") not in KINDS:
        sys.exit(f"{path}: no config of a known kind ({', '.join(KINDS)})")
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            sys.exit(f"{path}: tensor {name} is not finite float32")
    return tensors, config


def arrange(tensor):
    """Puts the input channels of a convolution [out][in][k] last: [out][k][in]."""
    return np.ascontiguousarray(tensor.transpose(0, 2, 1)) if tensor.ndim == 3 else tensor


def choose_type(name, tensor, wanted):
    """The type in which a tensor is stored."""
    if tensor.ndim < 2 or name in KEEP_F32 or wanted == "f32":
        return gguf.GGMLQuantizationType.F32
    if wanted == "q8_0" and tensor.shape[-1] % 32 == 0:
        return gguf.GGMLQuantizationType.Q8_0
    return gguf.GGMLQuantizationType.F16


def add_tensor(writer, name, tensor, wanted):
    kind = choose_type(name, tensor, wanted)
    data = gguf.quants.quantize(tensor, kind)
    if kind == gguf.GGMLQuantizationType.F16 and not np.isfinite(data).all():
        sys.exit(f"tensor {name} exceeds the range of F16")
    writer.add_tensor(name, data, raw_dtype=kind)


def add_value(writer, key, value):
    """Adds a number, a string or a list, integers as u32."""
    if isinstance(value, list) and value and isinstance(value[0], int):
        writer.add_key_value(key, value, gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.UINT32)
    elif isinstance(value, list):
        writer.add_array(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    else:
        writer.add_uint32(key, int(value))


def convert(source, target, wanted, name, version, licence):
    tensors, config = read_safetensors(source)
    architecture, metadata_of = KINDS[config["kind"]]
    parameters = sum(tensor.size for tensor in tensors.values())

    writer = gguf.GGUFWriter(target, architecture)
    writer.add_custom_alignment(ALIGNMENT)
    writer.add_name(name)
    writer.add_version(version)
    writer.add_license(licence)
    writer.add_languages(["en"])
    writer.add_size_label(f"{parameters / 1e6:.1f}M")
    writer.add_file_type(FILE_TYPES[wanted])
    for key, value in (FEATURES | metadata_of(config, tensors)).items():
        add_value(writer, f"{architecture}.{key}", value)
    for tensor_name, tensor in tensors.items():
        add_tensor(writer, tensor_name, arrange(tensor), wanted)

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description="Converts voice weights from safetensors to GGUF.")
    parser.add_argument("source", help="MODEL.safetensors")
    parser.add_argument("-o", "--output", required=True, help="MODEL.gguf")
    parser.add_argument("--type", choices=sorted(FILE_TYPES), default="f16",
                        help="of matrices [f16]")
    parser.add_argument("--name", default="Heart", help="general.name [Heart]")
    parser.add_argument("--version", default="0.1", help="general.version [0.1]")
    parser.add_argument("--license", default="apache-2.0", help="general.license [apache-2.0]")
    options = parser.parse_args()
    convert(options.source, options.output, options.type, options.name, options.version,
            options.license)


if __name__ == "__main__":
    main()
