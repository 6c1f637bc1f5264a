//! Codes about one layer: its name, its parameters, and what comes in.

codes! { LAYERS:

UNKNOWN_LAYER = "unknown-layer", Error,
    "A name that is no layer, no alias of one, and no macro.",
    "Layer names are matched without regard to case. A class of your own is accepted when its name ends in Layer, Block, Cell, Module, Encoder, Decoder, Transformer or RNN; its shape is then unknown unless it says output_shape=(…).",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flaten()
    Output(10, \"softmax\")
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
}";
}
