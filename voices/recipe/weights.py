# SPDX-License-Identifier: Apache-2.0
"""Names and shapes of the exported tensors, and back."""
import numpy as np

import features
from symbols import SYMBOLS
from tacotron import CROSS_SLOPES, POSITIONS, SLOPES, WINDOW
from wavenet import LOG_SIGMA_MIN

# Noise at sampling, chosen by ear of the judge: quieter where the model is sure (voiced sounds).
TEMPERATURE = [0, 1, 1.1, 1.1, 1, 1, 1.1, 1.1]

# The filter behind the vocoder (plugins/wavenet/comb.h): Hz, and the periodicity from which it acts
# and at which it acts in full.
COMB = {"cutoff": 3000, "onset": 0.6, "full": 0.95}

# Exported as [out][in], trained as [in][out].
TRANSPOSED = ("past", "current", "res", "skip")
RENAMED = {"input.": "in.", "layers.": "layer.", "skip_bias": "skip.bias"}


def vocoder_name(name):
    """Of a parameter in wavenet.py; also whether it is to be transposed."""
    for old, new in RENAMED.items():
        name = name.replace(old, new, 1) if name.startswith(old) else name
    last = name.rsplit(".", 1)[-1]
    if last == "res_bias":
        return name.replace("res_bias", "res.bias"), False
    if last in TRANSPOSED:
        return name.replace(".current", ".cur") + ".weight", True
    return name, False


def export_vocoder(state, config, statistics, total):
    tensors = {}
    for name, value in state.items():
        name, transposed = vocoder_name(name)
        tensors[name] = value.T if transposed else value
    tensors["gain.w"] = features.ENVELOPE * statistics["calibration"][:, None]
    tensors["pqmf.analysis"], tensors["pqmf.synthesis"] = features.filter_banks()
    return tensors, {
        "kind": "mbwavenet", "R": config["residual"], "S": config["skip"],
        "O": config["output"], "C": config["condition"], "dilations": config["dilations"],
        "bands": features.BANDS, "steps_per_frame": features.STEPS_PER_FRAME,
        "hop": features.HOP, "sample_rate": features.RATE, "ls_min": LOG_SIGMA_MIN,
        "ymax": features.OUTPUT_LIMIT, "gain_floor": features.GAIN_FLOOR,
        "temp": TEMPERATURE, "comb": COMB,
        "train_steps": total}


def export_acoustic(state, config, _, total):
    return dict(state), {
        "kind": "tacoformer", "D": config["width"], "heads": len(SLOPES),
        "enc_layers": config["layers"], "dec_layers": config["layers"], "ff": config["hidden"],
        "prenet": config["prenet"], "postnet": config["postnet"], "window": WINDOW,
        "kmax": POSITIONS, "mels": features.MELS, "frames_per_step": 2, "slopes": SLOPES,
        "cross_slopes": CROSS_SLOPES, "symbols": SYMBOLS, "train_steps": total}


def restore_vocoder(net, tensors):
    """State of `net` from tensors in the memory order of the GGUF file."""
    state = {}
    for name, value in net.state_dict().items():
        exported, transposed = vocoder_name(name)
        state[name] = arrange(tensors[exported].T if transposed else tensors[exported], value)
    return state


def restore_acoustic(net, tensors):
    return {name: arrange(tensors[name], value) for name, value in net.state_dict().items()}


def arrange(array, like):
    """A convolution's [out][k][in] as [out][in][k]."""
    array = array.transpose(0, 2, 1) if array.ndim == 3 else array
    if array.shape != tuple(like.shape):
        raise SystemExit(f"a tensor has shape {array.shape}, not {tuple(like.shape)}")
    return like.new_tensor(np.ascontiguousarray(array))
