"""Reads the networks of the fixtures: inputs, layer calls, branches, blocks and repeats.

This is no reader of the whole language. The texts of the fixtures are plain: no macros, no
hyperparameters, no arithmetic.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:(?P<string>"[^"]*")|(?P<number>-?\d+\.?\d*(?:e[+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<mark>[][(){}:,=*@]))"""
)
WORDS = {"true": True, "false": False, "None": None}
AFTER_LAYERS = ("loss", "optimizer", "metrics", "train", "execute")


@dataclass
class Call:
    """A layer: `Conv2D(filters=8, kernel_size=3) { … } * 2`."""

    layer: str
    args: list = field(default_factory=list)
    kwargs: dict = field(default_factory=dict)
    block: list = None
    repeat: int = 1


@dataclass
class Branch:
    """`name: { … }`."""

    name: str
    statements: list


@dataclass
class Network:
    """Its inputs are pairs of a name, or None, and a shape with the batch first."""

    name: str
    inputs: list
    statements: list


def tokens(text):
    at, found = 0, []
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxError(text[at : at + 20])
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class Reader:
    def __init__(self, text):
        self.tokens = tokens(text)
        self.at = 0

    def peek(self, ahead=0):
        place = self.at + ahead
        return self.tokens[place][1] if place < len(self.tokens) else None

    def next(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def skip(self, mark):
        if self.peek() == mark:
            self.at += 1
            return True
        return False

    def expect(self, mark):
        if not self.skip(mark):
            raise SyntaxError(f"{mark} wanted, found {self.peek()}")

    def network(self):
        self.expect("network")
        name = self.next()[1]
        self.expect("{")
        self.expect("input")
        self.expect(":")
        inputs = self.inputs()
        self.expect("layers")
        self.expect(":")
        return Network(name, inputs, self.statements())

    def inputs(self):
        if not self.skip("{"):
            return [(None, batched(self.value()))]
        inputs = []
        while not self.skip("}"):
            name = self.next()[1]
            self.expect(":")
            inputs.append((name, batched(self.value())))
            self.skip(",")
        return inputs

    def statements(self):
        found = []
        while self.peek() not in (None, "}"):
            if self.peek(1) == ":":
                if self.peek() in AFTER_LAYERS:
                    break
                name = self.next()[1]
                self.expect(":")
                found.append(Branch(name, self.block()))
                continue
            call = self.call()
            while True:
                if self.peek() == "{":
                    call.block = self.block()
                elif self.skip("*"):
                    call.repeat = self.value()
                else:
                    break
            found.append(call)
        return found

    def block(self):
        self.expect("{")
        found = self.statements()
        self.expect("}")
        return found

    def call(self):
        call = Call(self.next()[1])
        if not self.skip("("):
            return call
        while not self.skip(")"):
            if self.peek(1) == "=":
                name = self.next()[1]
                self.expect("=")
                call.kwargs[name] = self.value()
            else:
                call.args.append(self.value())
            self.skip(",")
        return call

    def value(self):
        for opening, closing in (("(", ")"), ("[", "]")):
            if self.skip(opening):
                values = []
                while not self.skip(closing):
                    values.append(self.value())
                    self.skip(",")
                return tuple(values)
        kind, text = self.next()
        if kind == "string":
            return text[1:-1]
        if kind == "number":
            return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        if text in WORDS:
            return WORDS[text]
        self.at -= 1
        return self.call()


def batched(shape):
    """A leading None of two or more dimensions is the batch."""
    if not isinstance(shape, tuple):
        shape = (shape,)
    return shape if len(shape) > 1 and shape[0] is None else (None, *shape)


def read(text):
    return Reader(text).network()
