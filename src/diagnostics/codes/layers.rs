//! Codes about one layer: its name, its parameters, and what comes in.

codes! { LAYERS:

UNKNOWN_LAYER = "unknown-layer", Error,
    "A name that is no layer, no alias of one, and no macro.",
    "Layer names are matched without regard to case. A class of your own is accepted when its name is capitalized and ends in Layer, Block, Cell, Module, Encoder, Decoder, Transformer, RNN, Regularizer, Initializer or Constraint; its shape is then unknown unless it says output_shape=(…).",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Flaten()
    Output(10, \"softmax\")
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
}";

CUSTOM_LAYER = "custom-layer", Info,
    "A layer class of the author's own, whose shape is not modelled.",
    "The name looks like a class that the program brings along. Its parameters are kept as they are. Say output_shape=(…), without the batch, to have the shapes of the layers after it checked.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    MyAttentionBlock(heads=4)
    Flatten()
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    MyAttentionBlock(heads=4, output_shape=(28, 28, 1))
    Flatten()
}";

SHAPE_NOT_MODELLED = "shape-not-modelled", Info,
    "A layer that is known by name only: its output shape is unknown.",
    "The language has the name, but no framework layer stands behind it, so shapes and counts are unknown from there on. Say output_shape=(…), without the batch, to go on.",
    wrong: "
network Example {
  input: (28, 28, 3)
  layers:
    SqueezeExcitation(ratio=16)
    Flatten()
}",
    mended: "
network Example {
  input: (28, 28, 3)
  layers:
    SqueezeExcitation(ratio=16, output_shape=(28, 28, 3))
    Flatten()
}";

UNKNOWN_PARAMETER = "unknown-parameter", Error,
    "An argument that the layer has no parameter for.",
    "Keras refuses an argument that it does not know. Parameter names are case-sensitive. Names from PyTorch, such as out_channels, are read where the layer has the parameter that they mean.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(units=10, activaton=\"relu\")
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(units=10, activation=\"relu\")
}";

MISSING_PARAMETER = "missing-parameter", Error,
    "A parameter without a default is not given.",
    "The layer cannot be built without it. The rest of the layer is checked all the same.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(filters=8)
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(filters=8, kernel_size=3)
}";

DUPLICATE_ARGUMENT = "duplicate-argument", Error,
    "A parameter is given twice.",
    "By position and by name, or by its name and by an alias of it, or twice by name. Only one of the two can be meant.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, units=20)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(20)
}";

TOO_MANY_ARGUMENTS = "too-many-arguments", Error,
    "More positional arguments than the layer has positions.",
    "Some layers take fewer arguments by position than Keras does; the message says which positions there are. Everything else is given by name.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3, \"relu\", \"same\")
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3, \"relu\", padding=\"same\")
}";

POSITIONAL_AFTER_NAMED = "positional-after-named", Warning,
    "A positional argument stands after a named one.",
    "It is read in the order of the positional arguments, which readers of the text may not expect, and which Python does not allow. Write it first, or give its name.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(units=10, \"relu\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(units=10, activation=\"relu\")
}";

BAD_VALUE = "bad-value", Error,
    "A value that the parameter does not take, although it is of the right type.",
    "A size that is not positive, a rate outside 0 to 1, a string that is none of the choices. The message names the values that work. Where Keras builds the layer all the same, this is a warning.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dropout(1.5)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dropout(0.5)
}";

BAD_TYPE = "bad-type", Error,
    "A value of a type that the parameter does not take.",
    "A string where a number is wanted, a tuple of the wrong length, one number where a tuple is needed. The message shows a value that works.",
    wrong: "
network Example {
  input: (5, 16)
  layers:
    Reshape(target_shape=80)
}",
    mended: "
network Example {
  input: (5, 16)
  layers:
    Reshape(target_shape=(80,))
}";

FLOAT_FOR_INTEGER = "float-for-integer", Error,
    "A number with a point where a whole number is wanted.",
    "Keras refuses 256.0 where it wants a whole number. The shape goes on with the whole number.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(256.0)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(256)
}";

UNKNOWN_ACTIVATION = "unknown-activation", Error,
    "A string that names no activation function.",
    "The names are Keras's and case-sensitive: relu, sigmoid, tanh, softmax, gelu, silu and so on.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, \"rellu\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(10, \"relu\")
}";

UNKNOWN_INITIALIZER = "unknown-initializer", Error,
    "A string that names no initializer of Keras.",
    "Keras finds initializers by the names of their classes, by these in snake case and by a few older names; letter case counts. A name that is near to one of them is an error. Another one is a warning, since a program can register initializers of its own; a call, or a name like a class's that ends in Initializer, is taken as such.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_initializer=\"glorot_unifrm\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_initializer=\"glorot_uniform\")
}";

UNKNOWN_REGULARIZER = "unknown-regularizer", Error,
    "A string that names no regularizer of Keras.",
    "Keras has l1, l2, l1l2 and orthogonal_regularizer, also as L1, L2, L1L2 and OrthogonalRegularizer, and refuses every other string. A call such as L2(0.01) sets the strength; a call of a class of your own is not judged.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_regularizer=\"l1_l2\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_regularizer=\"l1l2\")
}";

UNKNOWN_CONSTRAINT = "unknown-constraint", Error,
    "A string that names no constraint of Keras.",
    "Keras has max_norm, min_max_norm, non_neg and unit_norm, also as MaxNorm, MinMaxNorm, NonNeg and UnitNorm, and refuses every other string. A call such as MaxNorm(3) sets the bound; a call of a class of your own is not judged.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_constraint=\"nonneg\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(10, kernel_constraint=\"non_neg\")
}";

UNQUOTED_STRING = "unquoted-string", Hint,
    "A bare name where a string stands usually.",
    "It is read as a string. Quotes make the text portable, and tell the value from a macro parameter.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(10, activation=relu)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(10, activation=\"relu\")
}";

PARAMETER_ALIAS = "parameter-alias", Hint,
    "Another name of a parameter, from PyTorch or from the language's documentation.",
    "It is read as the parameter that it means. Other tools know only Keras's name.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(out_features=10)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(units=10)
}";

IGNORED_PARAMETER = "ignored-parameter", Warning unnecessary,
    "An argument that is accepted and has no effect.",
    "Published examples use it, but it changes nothing here.",
    wrong: "
network Example {
  input: (16, 8)
  layers:
    MultiHeadAttention(2, 4, batch_first=true)
}",
    mended: "
network Example {
  input: (16, 8)
  layers:
    MultiHeadAttention(2, 4)
}";

DEPRECATED_PARAMETER = "deprecated-parameter", Warning deprecated,
    "A parameter that Keras still accepts from older versions.",
    "A later version of Keras may refuse it. The message says what to write instead.",
    wrong: "
network Example {
  input: (64,)
  layers:
    LeakyReLU(alpha=0.2)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    LeakyReLU(negative_slope=0.2)
}";

INCOMPATIBLE_PARAMETERS = "incompatible-parameters", Error,
    "Two parameters that Keras does not take together with these values.",
    "Strides over 1 with a dilation rate over 1, an output padding that is not less than the stride, go_backwards inside Bidirectional, query heads that the key and value heads do not divide.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3, strides=2, dilation_rate=2)
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3, strides=2)
}";

RANK_MISMATCH = "rank-mismatch", Error,
    "The input has too few or too many dimensions for the layer.",
    "Often a Flatten, a Reshape or a global pooling is missing before the layer, or return_sequences=true on the recurrent layer before it. Shapes are written without the batch.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3)
    LSTM(16)
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3)
    Reshape((26, 208))
    LSTM(16)
}";

SHAPE_MISMATCH = "shape-mismatch", Error,
    "Dimensions that have to agree differ.",
    "The operands of a merge must be equal or broadcast (a dimension of 1 fits any); those of Concatenate must be equal but for its axis; what a residual block gives must fit what went in.",
    wrong: "
network Example {
  input: (8, 8, 4)
  layers:
    ResidualConnection() {
      Conv2D(16, 3, padding=\"same\")
    }
}",
    mended: "
network Example {
  input: (8, 8, 4)
  layers:
    ResidualConnection() {
      Conv2D(4, 3, padding=\"same\")
    }
}";

KERNEL_TOO_LARGE = "kernel-too-large", Error,
    "A kernel, pooling window or crop that is larger than its input.",
    "Without padding a window has to fit into the input; with a dilation rate d, a kernel of size k spans d·(k−1)+1. Take a smaller one, or padding=\"same\".",
    wrong: "
network Example {
  input: (3, 3, 8)
  layers:
    Conv2D(8, (5, 5))
}",
    mended: "
network Example {
  input: (3, 3, 8)
  layers:
    Conv2D(8, (3, 3))
}";

SIZE_MISMATCH = "size-mismatch", Error,
    "A target shape with another number of elements than the input.",
    "Reshape moves elements, it makes none and drops none. The batch is not part of target_shape. One dimension may be -1: it becomes whatever is left.",
    wrong: "
network Example {
  input: (4, 20)
  layers:
    Reshape((4, 5))
}",
    mended: "
network Example {
  input: (4, 20)
  layers:
    Reshape((16, 5))
}";

INDIVISIBLE = "indivisible", Error,
    "A number that does not divide another one that it has to divide.",
    "Groups divide the input channels and the filters, heads divide the width of a transformer.",
    wrong: "
network Example {
  input: (28, 28, 6)
  layers:
    Conv2D(8, 3, groups=4)
}",
    mended: "
network Example {
  input: (28, 28, 6)
  layers:
    Conv2D(8, 3, groups=2)
}";

UNKNOWN_DIMENSION = "unknown-dimension", Error,
    "A dimension that the layer must know to make its weights is unknown.",
    "Weights have a fixed size, so the dimension that they run over has to be a number. Flatten makes an unknown dimension of any unknown one; a global pooling keeps the channels.",
    wrong: "
network Example {
  input: (None, None, 8)
  layers:
    Flatten()
    Dense(10)
}",
    mended: "
network Example {
  input: (None, None, 8)
  layers:
    GlobalAveragePooling1D()
    Dense(10)
}";

AXIS_OUT_OF_RANGE = "axis-out-of-range", Error,
    "An axis that the input does not have.",
    "Axes count from 0, which is the batch; negative ones count from the end. Permute and PReLU count from 1 without the batch.",
    wrong: "
network Example {
  input: (12, 3)
  layers:
    LayerNormalization(axis=7)
}",
    mended: "
network Example {
  input: (12, 3)
  layers:
    LayerNormalization(axis=-1)
}";

TOO_FEW_OPERANDS = "too-few-operands", Error,
    "A layer of several tensors gets too few.",
    "A merge takes the outputs of the branches before it, or the current tensor and the layers that it names. A skip is written ResidualConnection() { … }, or Add(\"name\") with the name of an earlier layer.",
    wrong: "
network Example {
  input: (8, 4)
  layers:
    Dense(4)
    Add()
}",
    mended: "
network Example {
  input: (8, 4)
  layers:
    Dense(4, name=\"first\")
    Dense(4)
    Add(\"first\")
}";

TOO_MANY_OPERANDS = "too-many-operands", Error,
    "A layer gets more tensors than it takes.",
    "Subtract and Dot take exactly two, Attention takes two or three.",
    wrong: "
network Example {
  input: (8,)
  layers:
    a: { Dense(4) }
    b: { Dense(4) }
    c: { Dense(4) }
    Subtract()
}",
    mended: "
network Example {
  input: (8,)
  layers:
    a: { Dense(4) }
    b: { Dense(4) }
    Subtract()
}";

BAD_INNER_LAYER = "bad-inner-layer", Error,
    "A wrapper around a layer that it cannot wrap.",
    "Bidirectional wraps recurrent layers, RNN wraps cells, SpectralNormalization wraps a layer with one kernel.",
    wrong: "
network Example {
  input: (16, 8)
  layers:
    Bidirectional(Dense(8))
}",
    mended: "
network Example {
  input: (16, 8)
  layers:
    Bidirectional(LSTM(8))
}";

RUN_TIME_SHAPE = "run-time-shape", Warning,
    "The layer's shape when it runs is not the one that Keras computes beforehand.",
    "The activation glu halves the last dimension, and EinsumDense takes its output_shape at its word. Keras builds the next layers for the shape that it computed, and they fail when the network runs.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(32, \"glu\")
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(16, \"relu\")
}";
}
