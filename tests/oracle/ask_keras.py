"""Asks Keras for the facts of the fixtures `keras_layers.jsonl` and `keras_networks.jsonl`.

    pip install keras torch
    KERAS_BACKEND=torch python tests/oracle/ask_keras.py [--check]

Each text is built with Keras's functional API, then run on zeros at the sizes of the row's `at`, or with
12 in the place of every unknown size. A layer that Keras builds and then refuses to run is refused.
Products are counted with torch's FlopCounterMode for one example; where a recurrent layer runs they stay
as they are, since Keras's loop makes one step more there to learn the shape of its output. What this language builds of several of Keras's layers is built here in
the same way: transformer blocks, positional encodings, residual connections. `--check` compares with
the fixtures as they are and writes nothing.
"""

import sys

import keras
import numpy as np
import torch
from keras import layers as kl
from keras import ops
from torch.utils.flop_counter import FlopCounterMode

from fixture import refresh
from network_text import Branch, Call, read

VERSION = f"Keras {keras.__version__} (PyTorch {torch.__version__.split('+')[0]} backend)"
LAYERS_ABOUT = (
    f"Answers of {VERSION}. One layer a row: the network's text, whether it can be built, and the output shape, "
    "parameters and multiply-accumulates (batch 1). Shapes have the batch first. `at` is the same network with sizes "
    "for its unknown dimensions, at which `macs` was counted."
)
NETWORKS_ABOUT = (
    f"Answers of {VERSION} for whole networks, layer by layer: path, layer, output shape, trainable and non-trainable "
    "parameters, multiply-accumulates (batch 1). An invalid network has the path of its first error."
)

SAME_CLASS = {
    "Output": "Dense",
    "Linear": "Dense",
    "SimpleRNNDropoutWrapper": "SimpleRNN",
    "GRUDropoutWrapper": "GRU",
    "LSTMDropoutWrapper": "LSTM",
}
MERGES = {
    *("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"),
    *("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"),
}
UNKNOWN_SIZE = 12
RECURRENT = ("LSTM", "GRU", "RNN")


class Encoding(kl.Layer):
    """Adds sines, or a learned vector for each position."""

    def __init__(self, max_len=5000, encoding_type="sinusoidal"):
        super().__init__()
        self.max_len, self.learned = max_len, encoding_type == "learnable"
        if encoding_type not in ("sinusoidal", "learnable"):
            raise ValueError(encoding_type)

    def build(self, shape):
        if len(shape) != 3 or shape[-1] is None:
            raise ValueError(f"no sequence: {shape}")
        if self.learned:
            if shape[1] is not None and shape[1] > self.max_len:
                raise ValueError("longer than max_len")
            self.table = self.add_weight(shape=(self.max_len, shape[-1]), name="table")
        elif shape[-1] % 2:
            raise ValueError("sines come in pairs")

    def call(self, inputs):
        return inputs + self.table[: ops.shape(inputs)[1]] if self.learned else inputs

    def compute_output_shape(self, shape):
        return shape


class Failure(Exception):
    """What Keras refuses, with the path of the layer that it refuses."""

    def __init__(self, path, cause):
        super().__init__(f"{path}: {cause}")
        self.path = path


def value(argument):
    """An argument as Keras takes it: a call is a layer."""
    if isinstance(argument, Call):
        return make(argument)
    if isinstance(argument, tuple) and any(isinstance(part, Call) for part in argument):
        return [value(part) for part in argument]
    return argument


def make(call):
    """The layer that a call means."""
    kwargs = {key: value(argument) for key, argument in call.kwargs.items()}
    args = [value(argument) for argument in call.args]
    if call.layer == "PositionalEncoding":
        return Encoding(*args, **kwargs)
    if call.layer == "InstanceNormalization":
        return kl.GroupNormalization(groups=-1, **kwargs)
    return getattr(kl, SAME_CLASS.get(call.layer, call.layer))(*args, **kwargs)


def transformer(tensor, attentions, num_heads=8, ff_dim=512, num_layers=1, activation="relu", **_):
    """Blocks of attention and two Dense layers, each added to its input and normalized."""
    width = tensor.shape[-1]
    if len(tensor.shape) != 3 or width is None or width % num_heads:
        raise ValueError(f"{num_heads} heads on {tensor.shape}")
    layers = []

    def apply(layer, *inputs):
        layers.append(layer)
        return layer(*inputs)

    for _ in range(num_layers):
        for _ in range(attentions):
            seen = apply(kl.MultiHeadAttention(num_heads, width // num_heads), tensor, tensor)
            tensor = apply(kl.LayerNormalization(), kl.add([tensor, seen]))
        inside = apply(kl.Dense(ff_dim, activation=activation), tensor)
        tensor = apply(kl.LayerNormalization(), kl.add([tensor, apply(kl.Dense(width), inside)]))
    return tensor, layers


class Builder:
    """Builds a network, and a row for each layer."""

    def __init__(self):
        self.rows = []

    def row(self, path, name, tensor, layers):
        several = isinstance(tensor, (list, tuple))
        shape = [list(one.shape) for one in tensor] if several else list(tensor.shape)
        weights = {id(w): w for layer in layers for w in layer.weights if w.dtype != "uint32" and "seed" not in w.path}
        count = lambda trained: sum(
            int(np.prod(w.shape)) for w in weights.values() if w.trainable is trained
        )
        self.rows.append([path, name, shape, count(True), count(False), layers])

    def statements(self, tensor, statements, prefix="", inputs=None):
        """The output after `statements`, which start from `tensor`."""
        place, index = 0, 0
        while index < len(statements):
            branches = []
            while index < len(statements) and isinstance(statements[index], Branch):
                branches.append(statements[index])
                index += 1
            if branches:
                ends = []
                for branch in branches:
                    start = (inputs or {}).get(branch.name, tensor)
                    inside = f"{prefix}{place}.{branch.name}."
                    ends.append(self.statements(start, branch.statements, inside))
                tensor, place = ends, place + 1
                continue
            call = statements[index]
            index += 1
            for copy in range(call.repeat):
                path = f"{prefix}{place}" if call.repeat == 1 else f"{prefix}{place}#{copy}"
                try:
                    tensor = self.layer(call, tensor, path)
                except Failure:
                    raise
                except Exception as cause:
                    self.rows.append([path, call.layer, None, None, None, []])
                    raise Failure(path, cause) from cause
            place += 1
        return tensor

    def layer(self, call, tensor, path):
        if call.layer in ("TransformerEncoder", "TransformerDecoder", "Transformer"):
            kwargs = {key: argument for key, argument in call.kwargs.items()}
            output, layers = transformer(tensor, 2 if "Decoder" in call.layer else 1, **kwargs)
            self.row(path, call.layer, output, layers)
            return output
        if call.layer == "ResidualConnection":
            return self.residual(call, tensor, path)
        layer = make(call)
        if call.layer.endswith("Cell"):
            if len(tensor.shape) != 2:
                raise ValueError(f"no step: {tensor.shape}")
            output = kl.RNN(layer)(kl.Reshape((1, tensor.shape[-1]))(tensor))
        elif call.layer in ("MultiHeadAttention", "GroupQueryAttention"):
            operands = tensor if isinstance(tensor, list) else [tensor, tensor]
            output = layer(*operands)
        else:
            output = layer(tensor)
        self.row(path, call.layer, output, [layer])
        return output

    def residual(self, call, tensor, path):
        shortcut, main = tensor, []
        for statement in call.block:
            if isinstance(statement, Branch) and statement.name == "shortcut":
                shortcut = self.statements(tensor, statement.statements, f"{path}.shortcut.")
            elif isinstance(statement, Branch):
                main.extend(statement.statements)
            else:
                main.append(statement)
        output = self.statements(tensor, main, f"{path}.")
        try:
            output = kl.add([output, shortcut])
        except Exception as cause:
            self.rows.append([f"{path}.add", "Add", None, None, None, []])
            raise Failure(f"{path}.add", cause) from cause
        self.row(f"{path}.add", "Add", output, [])
        return output


def build(text):
    """The model of a text, its rows, and the shapes of its inputs."""
    network = read(text)
    starts = {}
    for name, shape in network.inputs:
        integers = any(isinstance(one, Call) and one.layer == "Embedding" for one in network.statements[:1])
        starts[name] = keras.Input(shape[1:], dtype="int32" if integers else "float32")
    builder = Builder()
    try:
        output = builder.statements(next(iter(starts.values())), network.statements, inputs=starts)
    except Failure as failure:
        return None, builder.rows, failure.path
    model = keras.Model(list(starts.values()), output)
    return model, builder.rows, None


def run(model, batch, text):
    """The shapes of the outputs for zeros of the sizes in `text`, and the products."""

    def zeros(tensor, shape):
        sizes = [UNKNOWN_SIZE if size is None else size for size in shape[1:]]
        return np.zeros((batch, *sizes), tensor.dtype)

    shapes = [shape for _, shape in read(text).inputs]
    with FlopCounterMode(display=False) as counter:
        outputs = model([zeros(*one) for one in zip(model.inputs, shapes)])
    several = isinstance(outputs, (list, tuple))
    shapes = [list(one.shape) for one in outputs] if several else list(outputs.shape)
    return shapes, counter.get_total_flops() // 2


def output_shape(model):
    several = isinstance(model.output, (list, tuple))
    return [list(one.shape) for one in model.output] if several else list(model.output.shape)


def totals(rows):
    return {"trainable": sum(row[3] for row in rows), "non_trainable": sum(row[4] for row in rows)}


def layer_answer(row):
    fresh = {key: row[key] for key in ("id", "layer", "text", "at") if key in row}
    sizes = row.get("at", row["text"])
    try:
        model, rows, failed = build(row["text"])
        if failed is not None:
            return {**fresh, "ok": False}
        shapes, _ = run(model, 2, sizes)
        fresh.update(ok=True, out=output_shape(model), run=shapes, **totals(rows))
        if "macs" in row:
            fresh["macs"] = products(row, build(sizes)[0], sizes)
    except Exception:
        return {**fresh, "ok": False}
    # A shape that no run gives, and a run that gives what the shape says, are left out of the row.
    kept = {name: fact for name, fact in fresh.items() if name in row or name not in ("out", "run")}
    return {key: kept[key] for key in row if key in kept} | kept


def products(row, model, text):
    if any(name in row["text"] for name in RECURRENT):
        return row["macs"]
    return run(model, 1, text)[1]


def network_answer(row):
    fresh = {key: row[key] for key in ("id", "name", "text")}
    model, rows, failed = build(row["text"])
    table = [[path, name, shape, trained, fixed] for path, name, shape, trained, fixed, _ in rows]
    counted = {line[0]: line[5] for line in row["layers"]}
    # The counter does not tell the products of one layer from those of another; they stay as they are.
    lines = [line + [counted.get(line[0])] for line in table]
    if failed is not None:
        return {**fresh, "ok": False, "error_path": failed, "layers": lines}
    fresh.update(ok=True, out=output_shape(model), **totals(rows))
    run(model, 1, row["text"])
    unknown = any(size is None for tensor in model.inputs for size in tensor.shape[1:])
    fresh["macs"] = row["macs"] if unknown else products(row, model, row["text"])
    return {**fresh, "layers": lines}


if __name__ == "__main__":
    torch.set_num_threads(1)
    checks = "--check" in sys.argv[1:]
    differ = refresh("keras_layers.jsonl", LAYERS_ABOUT, layer_answer, checks)
    differ += refresh("keras_networks.jsonl", NETWORKS_ABOUT, network_answer, checks)
    sys.exit(1 if checks and differ else 0)
