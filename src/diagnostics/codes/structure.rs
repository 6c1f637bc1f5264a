//! Codes about layers that can be built in their order, and do nothing or harm in it; and about how a
//! text is laid out.

codes! { STRUCTURE:

IDENTITY_RESIDUAL = "identity-residual", Warning,
    "A residual connection around nothing that could learn.",
    "A residual connection adds its block's output to its input. Where the block passes its input on, at most with some of it dropped, the sum is twice the input and nothing is learned.",
    switch_off: "While a network is being written, and its blocks are still empty.",
    wrong: "
network Example {
  input: (20,)
  layers:
    ResidualConnection {
      Dropout(0.5)
    }
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    ResidualConnection {
      Dense(20, \"relu\")
      Dropout(0.5)
    }
    Output(1)
}";

UNUSED_OUTPUT = "unused-output", Warning,
    "A layer whose output goes nowhere.",
    "Branches that have the name of an input, or of an earlier layer, start from there. Where all branches of a run do, nothing takes what the layer before them gives: it costs time and memory and changes nothing.",
    switch_off: "Hardly ever; while a network is being written, use a comment at the layer.",
    wrong: "
network Example {
  input: { image: (64,), meta: (10,) }
  layers:
    Dense(32)
    image: { Dense(8) }
    meta: { Dense(8) }
    Concatenate()
    Output(1)
}",
    mended: "
network Example {
  input: { image: (64,), meta: (10,) }
  layers:
    image: { Dense(32) Dense(8) }
    meta: { Dense(8) }
    Concatenate()
    Output(1)
}";

ATTENTION_OVER_ONE = "attention-over-one", Warning,
    "Attention over a sequence of one position.",
    "Attention mixes the positions of a sequence, with weights that add up to 1. Over one position the weight is always 1, so queries and keys make no difference. Mostly the features have taken the place of the positions.",
    switch_off: "Where all sequences of a family of networks go through attention, and this one happens to be of one position.",
    wrong: "
network Example {
  input: (1, 64)
  layers:
    MultiHeadAttention(4, 16)
    Flatten()
    Output(1)
}",
    mended: "
network Example {
  input: (8, 64)
  layers:
    MultiHeadAttention(4, 16)
    Flatten()
    Output(1)
}";

CONSECUTIVE_ACTIVATIONS = "consecutive-activations", Hint off,
    "Two activations in a row.",
    "The second activation only sees what the first has left: after `relu` a second `relu` changes nothing, and a `tanh` never gives a negative number. Often a layer already has the activation that is written again after it.",
    switch_off: "Where the composition of both is the function that is meant.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    ReLU()
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Output(1)
}";

REPEATED_FLATTEN = "repeated-flatten", Hint off,
    "Flatten over what is flat.",
    "What comes in has one dimension besides the batch, so Flatten changes nothing.",
    switch_off: "In networks that are generated, where Flatten is written to be safe.",
    wrong: "
network Example {
  input: (4, 4)
  layers:
    Flatten()
    Flatten()
    Output(1)
}",
    mended: "
network Example {
  input: (4, 4)
  layers:
    Flatten()
    Output(1)
}";

BIAS_BEFORE_NORMALIZATION = "bias-before-normalization", Hint off,
    "A bias that the batch normalization after it cancels.",
    "BatchNormalization subtracts the mean of each channel, and with it any bias that was added just before; what it adds itself takes the bias's place. The parameters of the bias do nothing.",
    switch_off: "Where weights of a published network are loaded, many of which have the bias.",
    wrong: "
network Example {
  input: (16, 16, 3)
  layers:
    Conv2D(8, 3)
    BatchNormalization()
    ReLU()
    Flatten()
    Output(10)
}",
    mended: "
network Example {
  input: (16, 16, 3)
  layers:
    Conv2D(8, 3, use_bias=false)
    BatchNormalization()
    ReLU()
    Flatten()
    Output(10)
}";

DROPOUT_BEFORE_NORMALIZATION = "dropout-before-normalization", Hint off,
    "Dropout right before a batch normalization.",
    "Dropout changes the variance of what passes in training and not afterwards, so the statistics that BatchNormalization gathers in training are wrong when the network is used. Dropout after the normalization does no harm.",
    switch_off: "Where measurements have shown that it helps all the same.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Dropout(0.5)
    BatchNormalization()
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    BatchNormalization()
    Dropout(0.5)
    Output(1)
}";

CONVOLUTION_AFTER_DENSE = "convolution-after-dense", Hint off,
    "A convolution right after a Dense or recurrent layer.",
    "Convolutions mostly come first, where neighbours have something to do with one another, and Dense layers last. The other way round a layer was likely forgotten or moved.",
    switch_off: "For networks that project features, or read a sequence, before they convolve.",
    wrong: "
network Example {
  input: (16, 8)
  layers:
    Dense(10)
    Conv1D(8, 3)
}",
    mended: "
network Example {
  input: (16, 8)
  layers:
    Conv1D(8, 3)
    Dense(10)
}";

POOLING_DROPS_EDGE = "pooling-drops-edge", Hint off,
    "A pooling that leaves rows or columns at the edge out.",
    "Without padding, a window that does not fit at the edge is left out, and what lies there never reaches the rest of the network.",
    switch_off: "Where the edge does not matter, as for most photographs.",
    wrong: "
network Example {
  input: (15, 15, 3)
  layers:
    MaxPooling2D((2, 2))
    Flatten()
    Output(10)
}",
    mended: "
network Example {
  input: (15, 15, 3)
  layers:
    MaxPooling2D((2, 2), padding=\"same\")
    Flatten()
    Output(10)
}";

SMALL_RECEPTIVE_FIELD = "small-receptive-field", Hint off,
    "A classifier that pools over positions, each of which sees only a part of its input.",
    "The receptive field is how much of the input one position sees through the convolutions and poolings before it. Global pooling then only counts such parts, so nothing larger than the receptive field can be recognized. Further convolutions, strides or poolings make it larger.",
    switch_off: "For textures and other inputs where parts are enough.",
    wrong: "
network Example {
  input: (64, 64, 3)
  layers:
    Conv2D(16, 3, activation=\"relu\")
    GlobalMaxPooling2D()
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}",
    mended: "
network Example {
  input: (64, 64, 3)
  layers:
    Conv2D(16, 8, strides=8, activation=\"relu\")
    Conv2D(16, 8, activation=\"relu\")
    GlobalMaxPooling2D()
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";

UNUSED_LAYER_NAME = "unused-layer-name", Hint off unnecessary,
    "A layer's name that nothing in the file refers to.",
    "A name is needed where a merge or a branch refers to the layer. Names also show up in summaries of the frameworks, so an unused one does no harm.",
    switch_off: "Where names are there for people, or for loading weights.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(16, name=\"hidden\")
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(16)
    Output(1)
}";

SECTION_ORDER = "section-order", Hint off,
    "A section that stands after one that usually follows it.",
    "Any order means the same. Other programs that read the language want `input`, `layers`, `loss`, `optimizer`, `metrics`, `train`, `execute`, and people find sections sooner where the order is the same everywhere.",
    switch_off: "Where nothing but this program reads the files.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Output(1)
  optimizer: \"adam\"
  loss: \"mse\"
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Output(1)
  loss: \"mse\"
  optimizer: \"adam\"
}";

PORTABLE_COMMENT = "portable-comment", Hint off,
    "A comment in a style that other programs do not read.",
    "The language's comments are written `# …`. This program also reads `// …` and `/* … */`; others may not.",
    switch_off: "Where nothing but this program reads the files.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Output(1) // one unit
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Output(1) # one unit
}";

PORTABLE_LAYER = "portable-layer", Hint off,
    "A layer that Keras and PyTorch do not answer alike.",
    "The layer is run by the rules of both frameworks on the same input. It is reported where the other one refuses it, gives another shape, or has another number of parameters. A difference of names or defaults that changes no result is not reported.",
    switch_off: "For networks that stay in one framework.",
    wrong: "
network Example {
  input: (28, 28, 3)
  layers:
    Conv2D(8, 3, strides=2, padding=\"same\")
    Flatten()
    Output(1)
}",
    mended: "
network Example {
  input: (28, 28, 3)
  layers:
    ZeroPadding2D(1)
    Conv2D(8, 3, strides=2)
    Flatten()
    Output(1)
}";
}
