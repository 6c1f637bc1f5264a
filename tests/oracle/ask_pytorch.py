"""Asks torch.nn for the facts of the fixture `torch_layers.jsonl`.

    pip install torch
    python tests/oracle/ask_pytorch.py [--check]

Each row is a network of one layer, channels first. Its layer is translated to the module that it
means, which is built, called on zeros, and counted with FlopCounterMode. `--check` compares with the
fixture as it is and writes nothing.
"""

import sys

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from fixture import refresh
from network_text import read

ABOUT = (
    f"Answers of torch.nn {torch.__version__.split('+')[0]}, channels first. One module a row, as the network of one "
    "layer that means it: the text, whether the module can be built and called, and the output shape with the batch "
    "first, the trainable parameters and the multiply-accumulates (batch 1, of torch's FlopCounterMode)."
)

# Keras's name of a parameter, and PyTorch's.
NAMES = {
    "filters": "out_channels",
    "strides": "stride",
    "dilation_rate": "dilation",
    "use_bias": "bias",
    "pool_size": "kernel_size",
    "units": "out_features",
    "input_dim": "num_embeddings",
    "output_dim": "embedding_dim",
    "num_heads": "nhead",
    "ff_dim": "dim_feedforward",
}

BATCH = 1


def modules(call, shape):
    """The modules that the layer means, to be called one after another."""
    name = call.layer
    given = {NAMES.get(key, key): value for key, value in call.kwargs.items()}
    given.pop("data_format", None)
    if name == "Dense":
        return [nn.Linear(shape[-1], **given)]
    if name == "Embedding":
        return [nn.Embedding(**given)]
    if name == "TransformerEncoder":
        stacked = given.pop("num_layers", 1)
        return [
            nn.TransformerEncoderLayer(shape[-1], batch_first=True, **given) for _ in range(stacked)
        ]
    rank = next(digit for digit in "123" if f"{digit}D" in name)
    stem = name.replace(f"{rank}D", "").replace("Average", "Avg").replace("Pooling", "Pool")
    if stem.startswith("Conv"):
        kind = "ConvTranspose" if stem == "ConvTranspose" else "Conv"
        return [getattr(nn, f"{kind}{rank}d")(shape[1], **given)]
    return [getattr(nn, f"{stem}{rank}d")(**given)]


def answer(row):
    network = read(row["text"])
    [call] = network.statements
    [(_, shape)] = network.inputs
    shape = (BATCH, *shape[1:])
    fresh = {key: row[key] for key in ("id", "layer", "text")}
    try:
        built = modules(call, shape)
        kind = torch.long if call.layer == "Embedding" else torch.float32
        flowing = torch.zeros(shape, dtype=kind)
        # In training mode, for the fast path of inference hides its products from the counter.
        with FlopCounterMode(display=False) as counter:
            for module in built:
                flowing = module(flowing)
    except Exception:
        return {**fresh, "ok": False}
    parameters = sum(weights.numel() for module in built for weights in module.parameters())
    return {
        **fresh,
        "ok": True,
        "out": [None, *flowing.shape[1:]],
        "trainable": parameters,
        "macs": counter.get_total_flops() // 2,
    }


if __name__ == "__main__":
    torch.set_num_threads(1)
    checks = "--check" in sys.argv[1:]
    differ = refresh("torch_layers.jsonl", ABOUT, answer, checks)
    sys.exit(1 if checks and differ else 0)
