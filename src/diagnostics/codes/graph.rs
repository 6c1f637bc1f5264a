//! Codes about how layers are put together: branches, merges, names, macros, repeats, inputs and
//! hyperparameters.

codes! { GRAPH:

UNMERGED_BRANCHES = "unmerged-branches", Error,
    "Branches that no merge follows.",
    "Branches side by side start from the same tensor, so there are several tensors after them. The next statement must say what becomes of them: Concatenate, Add, Average or another merge. Branches at the very end of a network are its outputs.",
    wrong: "
network Example {
  input: (32, 32, 3)
  layers:
    left: { Conv2D(8, 1) }
    right: { Conv2D(8, 3, padding=\"same\") }
    Flatten()
    Output(10, \"softmax\")
}",
    mended: "
network Example {
  input: (32, 32, 3)
  layers:
    left: { Conv2D(8, 1) }
    right: { Conv2D(8, 3, padding=\"same\") }
    Concatenate()
    Flatten()
    Output(10, \"softmax\")
}";

SEVERAL_OUTPUTS = "several-outputs", Error,
    "A layer that takes one tensor stands after one that gives several.",
    "A recurrent layer with return_state=true gives its output and its states. Such a layer may end the network or feed a merge.",
    wrong: "
network Example {
  input: (20, 8)
  layers:
    LSTM(16, return_state=true)
    Dense(4)
}",
    mended: "
network Example {
  input: (20, 8)
  layers:
    LSTM(16)
    Dense(4)
}";

UNKNOWN_OPERAND = "unknown-operand", Error,
    "A merge names a layer that does not exist.",
    "An operand is a layer before the merge that has the argument name, or an input of the network.",
    wrong: "
network Example {
  input: (32, 32, 3)
  layers:
    Conv2D(8, 3, padding=\"same\", name=\"skip\")
    Conv2D(8, 3, padding=\"same\")
    Add(\"skp\")
    Flatten()
    Output(10)
}",
    mended: "
network Example {
  input: (32, 32, 3)
  layers:
    Conv2D(8, 3, padding=\"same\", name=\"skip\")
    Conv2D(8, 3, padding=\"same\")
    Add(\"skip\")
    Flatten()
    Output(10)
}";

LATER_OPERAND = "later-operand", Error,
    "A merge names a layer that comes after it.",
    "Tensors flow from top to bottom, so an operand must stand before the merge. A network cannot have cycles.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(8)
    Add(\"late\")
    Dense(8, name=\"late\")
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(8, name=\"early\")
    Dense(8)
    Add(\"early\")
    Output(1)
}";

DUPLICATE_NAME = "duplicate-name", Error,
    "Two layers or inputs of a network have the same name.",
    "Keras refuses a model in which two layers have the same name, and an operand could mean either. In macros that are used several times, and in repeats, names get a number: h_1, h_2.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(8, name=\"hidden\")
    Dense(8, name=\"hidden\")
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(8, name=\"hidden_a\")
    Dense(8, name=\"hidden_b\")
    Output(1)
}";

EMPTY_BLOCK = "empty-block", Warning,
    "A residual connection without layers to go around.",
    "A residual connection adds what comes in to what its layers make of it. Without layers it adds what comes in to itself, which doubles every number. Write the layers in braces after it.",
    wrong: "
network Example {
  input: (8, 8, 4)
  layers:
    ResidualConnection()
    Conv2D(4, 3, padding=\"same\")
    Flatten()
    Output(1)
}",
    mended: "
network Example {
  input: (8, 8, 4)
  layers:
    ResidualConnection() {
      Conv2D(4, 3, padding=\"same\")
    }
    Flatten()
    Output(1)
}";

UNUSED_INPUT = "unused-input", Warning unnecessary,
    "An input that no layer uses.",
    "Where a network has several inputs, begin a branch with the input's name, or begin with a merge.",
    wrong: "
network Example {
  input: { image: (64,), meta: (10,) }
  layers:
    Dense(8)
    Output(1)
}",
    mended: "
network Example {
  input: { image: (64,), meta: (10,) }
  layers:
    image: { Dense(8) }
    meta: { Dense(8) }
    Concatenate()
    Output(1)
}";

LAYER_AFTER_OUTPUT = "layer-after-output", Warning,
    "A layer stands after Output.",
    "Output is the Dense layer that ends a network. What follows it still counts, but is hardly meant.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
    Dropout(0.5)
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dropout(0.5)
    Output(10, \"softmax\")
}";

BLOCK_AFTER_LAYER = "block-after-layer", Warning,
    "A block after a layer that does not take one.",
    "Residual connections, wrappers, transformer layers and macros take a block. After any other layer the block's layers are simply run next.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(8) {
      Dropout(0.5)
    }
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(8)
    Dropout(0.5)
    Output(1)
}";

BAD_REPEAT = "bad-repeat", Error,
    "A number of copies that is no number of at least 1.",
    "`* N` makes N copies of a statement with weights of their own. N is a whole number, a macro parameter, or arithmetic in parentheses.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(8) * 0
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(8) * 2
    Output(1)
}";

REPEAT_ON_BRANCH = "repeat-on-branch", Error,
    "A branch is repeated.",
    "Copies follow one another, and branches stand side by side. Repeat the layers inside the branch.",
    wrong: "
network Example {
  input: (8,)
  layers:
    a: { Dense(8) } * 2
    b: { Dense(8) }
    Add()
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    a: { Dense(8) * 2 }
    b: { Dense(8) }
    Add()
    Output(1)
}";

RECURSIVE_MACRO = "recursive-macro", Error,
    "A macro uses itself, directly or through others.",
    "Its expansion would never end. Use `* N` for layers that repeat.",
    wrong: "
define Block {
  Dense(8)
  Block
}

network Example {
  input: (8,)
  layers:
    Block
    Output(1)
}",
    mended: "
define Block {
  Dense(8)
}

network Example {
  input: (8,)
  layers:
    Block * 2
    Output(1)
}";

UNKNOWN_MACRO_PARAMETER = "unknown-macro-parameter", Error,
    "`$name` where no parameter of the macro has that name.",
    "Parameters are declared after the macro's name. Outside of a macro `$name` means nothing.",
    wrong: "
define Block(units) {
  Dense($unit)
}

network Example {
  input: (8,)
  layers:
    Block(8)
    Output(1)
}",
    mended: "
define Block(units) {
  Dense($units)
}

network Example {
  input: (8,)
  layers:
    Block(8)
    Output(1)
}";

DUPLICATE_MACRO = "duplicate-macro", Error,
    "Two macros, or two parameters of one, have the same name.",
    "The first one holds.",
    wrong: "
define Block { Dense(8) }

define Block { Dense(16) }

network Example {
  input: (8,)
  layers:
    Block
    Output(1)
}",
    mended: "
define Block { Dense(8) }

network Example {
  input: (8,)
  layers:
    Block
    Output(1)
}";

UNUSED_MACRO = "unused-macro", Warning unnecessary,
    "A macro that nothing uses.",
    "It has no effect. A file of nothing but macros is not reported.",
    wrong: "
define Block { Dense(8) }

network Example {
  input: (8,)
  layers:
    Dense(8)
    Output(1)
}",
    mended: "
define Block { Dense(8) }

network Example {
  input: (8,)
  layers:
    Block
    Output(1)
}";

UNUSED_MACRO_PARAMETER = "unused-macro-parameter", Warning unnecessary,
    "A macro parameter that the body does not use.",
    "Every use has to give a value that makes no difference.",
    wrong: "
define Block(units) { Dense(8) }

network Example {
  input: (8,)
  layers:
    Block(16)
    Output(1)
}",
    mended: "
define Block(units) { Dense($units) }

network Example {
  input: (8,)
  layers:
    Block(16)
    Output(1)
}";

MACRO_SHADOWS_LAYER = "macro-shadows-layer", Warning,
    "A macro has the name of a layer and hides it.",
    "Letter case makes no difference for layer names, so every spelling of the layer means the macro. Inside the macro's own body the name still means the macro.",
    wrong: "
define Dropout { Dense(8) }

network Example {
  input: (8,)
  layers:
    Dropout
    Output(1)
}",
    mended: "
define Block { Dense(8) }

network Example {
  input: (8,)
  layers:
    Block
    Output(1)
}";

DUPLICATE_NETWORK = "duplicate-network", Error,
    "Two networks of a file have the same name.",
    "Commands and editors choose a network by its name.",
    wrong: "
network A {
  input: (8,)
  layers: Output(1)
}

network A {
  input: (8,)
  layers: Output(2)
}",
    mended: "
network A {
  input: (8,)
  layers: Output(1)
}

network B {
  input: (8,)
  layers: Output(2)
}";

BAD_INPUT = "bad-input", Error,
    "An input shape with a dimension that is none.",
    "Dimensions are numbers of at least 1, None, or names for sizes that are not known: (T, 512). The batch is implicit; a leading None of a shape of two or more dimensions is the batch.",
    wrong: "
network Example {
  input: (28, 0, 1)
  layers:
    Flatten()
    Output(10)
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10)
}";

EXPANSION_TOO_LARGE = "expansion-too-large", Error,
    "Repeats and macros make too many layers, or nest too deep.",
    "A network may have a million layers, and blocks and macros may nest 256 deep.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(8) * 2000000
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(8) * 20
    Output(1)
}";

COUNT_OVERFLOW = "count-overflow", Warning,
    "A count of parameters, multiply-accumulates or elements does not fit into 64 bits.",
    "The count shown is the largest number of 64 bits; the true one is larger.",
    wrong: "
network Example {
  input: (32, 32, 3)
  layers:
    UpSampling2D(4000000000)
    Conv2D(8, 3)
}",
    mended: "
network Example {
  input: (32, 32, 3)
  layers:
    UpSampling2D(4)
    Conv2D(8, 3)
}";

NUMBER_TOO_LARGE = "number-too-large", Error,
    "A whole number that does not fit into 64 bits.",
    "No framework takes such a number.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(99999999999999999999)
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(99)
    Output(1)
}";

BAD_ARITHMETIC = "bad-arithmetic", Error,
    "Arithmetic that has no result.",
    "Macro parameters can be added, subtracted, multiplied and divided when they are numbers. `//` begins a comment.",
    wrong: "
define Block(units) {
  Dense($units / 0)
}

network Example {
  input: (8,)
  layers:
    Block(8)
    Output(1)
}",
    mended: "
define Block(units) {
  Dense($units / 2)
}

network Example {
  input: (8,)
  layers:
    Block(8)
    Output(1)
}";

BAD_HPO = "bad-hpo", Error,
    "A hyperparameter without values to choose from.",
    "choice(a, b, …) needs values; range(low, high, step=s) and log_range(low, high) need bounds in order, a step above 0, and log_range bounds above 0.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(HPO(range(64, 8)))
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(HPO(range(8, 64)))
    Output(1)
}";

SINGLE_CHOICE = "single-choice", Warning,
    "A hyperparameter with only one value.",
    "There is nothing to search; write the value itself.",
    wrong: "
network Example {
  input: (8,)
  layers:
    Dense(HPO(choice(64)))
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    Dense(64)
    Output(1)
}";

SHARED_MISMATCH = "shared-mismatch", Error,
    "Layers that share weights cannot have the same weights.",
    "Statements with the same `shared` are one layer used several times: the same layer, the same arguments, and inputs of the same size.",
    wrong: "
network Example {
  input: (8,)
  layers:
    a: { Dense(8, shared=\"tower\") }
    b: { Dense(16, shared=\"tower\") }
    Concatenate()
    Output(1)
}",
    mended: "
network Example {
  input: (8,)
  layers:
    a: { Dense(8, shared=\"tower\") }
    b: { Dense(8, shared=\"tower\") }
    Concatenate()
    Output(1)
}";

DENSE_ON_FEATURE_MAP = "dense-on-feature-map", Warning,
    "A Dense layer over a feature map reaches the end of a classifier.",
    "Dense works on the last axis only, so each position of the map gets its own answer. A classifier needs one answer for the whole image: flatten or pool first.",
    wrong: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3)
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}",
    mended: "
network Example {
  input: (28, 28, 1)
  layers:
    Conv2D(8, 3)
    GlobalAveragePooling2D()
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";
}
