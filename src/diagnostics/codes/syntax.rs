//! Codes of the parser: texts that the grammar cannot read. Forms that it reads although they are
//! not standard have codes of their own, in [`super::tolerated`].

codes! { SYNTAX:

SYNTAX_UNEXPECTED = "syntax-unexpected", Error,
    "Something stands where the grammar has no place for it.",
    "The message says what could stand there instead. The layers around the mistake are read as if it were not there, so their shapes stay.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10) &
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10)
}";

SYNTAX_MISSING_COMMA = "syntax-missing-comma", Error,
    "Two arguments, elements or inputs stand side by side without a comma.",
    "Arguments are separated by commas, also where each stands on a line of its own. A name at the start of a line that cannot be an argument ends the list, so that a forgotten parenthesis does not swallow the next layer.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Conv2D(32 (3, 3))
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Conv2D(32, (3, 3))
}";

SYNTAX_MISSING_COLON = "syntax-missing-colon", Error,
    "A section or a key has no colon before its value.",
    "Sections and the keys of `train` and `execute` are written `name: value`. Only the parameters of a layer are written with `=`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss = \"mse\"
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss: \"mse\"
}";

SYNTAX_MISSING_VALUE = "syntax-missing-value", Error,
    "A value is missing after `=`, `:`, an operator or a comma.",
    "What is written around it is read; the missing value counts as unknown.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10, activation=)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10, activation=\"relu\")
}";

SYNTAX_MISSING_NAME = "syntax-missing-name", Error,
    "A network, a macro or a macro parameter has no name, or one that cannot be a name.",
    "Names consist of letters, digits and `_`, and do not start with a digit.",
    wrong: "
network my-net {
  input: (28, 28, 1)
  layers:
    Flatten()
}",
    mended: "
network my_net {
  input: (28, 28, 1)
  layers:
    Flatten()
}";

SYNTAX_UNCLOSED = "syntax-unclosed", Error,
    "A bracket is opened and not closed.",
    "A missing `)` or `]` is reported after the last thing that stands inside; a missing `}` where its `{` stands, since the end of the file says nothing about where it belongs. A `}` that is indented as if it closed something further out points at the block that lacks its own.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10)
}";

SYNTAX_STRAY_BRACKET = "syntax-stray-bracket", Error,
    "A bracket has no partner and is not needed.",
    "Reading goes on as if it were not there.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10))
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10)
}";

SYNTAX_UNTERMINATED = "syntax-unterminated", Error,
    "A string has no closing quote on its line, or a comment no closing `*/`.",
    "Strings stand on one line and have no escapes: a string with a `\"` in it is written in single quotes.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10, \"relu)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10, \"relu\")
}";

SYNTAX_NUMBER = "syntax-number", Error,
    "Something starts like a number and is none.",
    "Numbers are written `42`, `0.5`, `5.`, `.5` or `1e-4`. Digits are not grouped, and a name does not start with a digit.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(1_000)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(1000)
}";

SYNTAX_QUOTES = "syntax-quotes", Error,
    "Quotes are missing where a string is wanted, stand where a name is wanted, or are not plain quotes.",
    "Devices are strings: `@ \"cuda:0\"`. Names of networks, branches, inputs and keys have no quotes. Curly quotes come from word processors; the language knows `\"` and `'`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10) @ cuda:0
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10) @ \"cuda:0\"
}";

SYNTAX_ARROW = "syntax-arrow", Error,
    "An arrow stands between layers, or before an activation.",
    "Layers follow one another in the order of the text, without arrows. An activation is an argument of its layer, or a layer `Activation`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(units: 64) -> relu
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(units: 64, activation=\"relu\")
}";

SYNTAX_ELLIPSIS = "syntax-ellipsis", Error,
    "`...` stands for something that is left out.",
    "A network is written out in full; layers that repeat are written once with `* N`. From the dots on, shapes are unknown.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    ...
    Dense(10)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(64)
    Dense(10)
}";

SYNTAX_LAYERS_KEYWORD = "syntax-layers-keyword", Error,
    "Layers stand in a network without `layers:` before them.",
    "The layers of a network are one list under `layers:`. They are read as such a list all the same, so their shapes are shown.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  Flatten()
  Dense(10)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
  Flatten()
  Dense(10)
}";

SYNTAX_LAYER_ARGUMENTS = "syntax-layer-arguments", Error,
    "The arguments of a layer do not stand in parentheses.",
    "A layer is written `Name(arguments)`. Neither a colon nor `=` nor a blank stands between the two.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense: 64
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(64)
}";

SYNTAX_INPUTS = "syntax-inputs", Error,
    "The section is called `input`, also where there are several inputs.",
    "One input is written `input: (28, 28, 1)`, several `input: (28, 28, 1), (10,)`, and several with names `input: { image: (28, 28, 1), meta: (10,) }`.",
    wrong: "
network Digits {
  inputs: (28, 28, 1)
  layers:
    Flatten()
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
}";

SYNTAX_BRANCHES = "syntax-branches", Error,
    "Branches are written in a way that the language does not have.",
    "Branches are statements of the layers list: `name: { … }`, one after the other. Each starts from the tensor before the first of them, and the merge layer that follows them, `Add()` or `Concatenate()`, takes their outputs. There are no sections `branches` and `merge`, and there is no `Parallel`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Parallel {
      Dense(10)
      Dense(10)
    }
    Add()
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    a: { Dense(10) }
    b: { Dense(10) }
    Add()
}";

SYNTAX_SECTION_BRACES = "syntax-section-braces", Error,
    "Braces are missing around the entries of a section, or stand around the layers list.",
    "`train`, `execute` and named inputs have their entries in `{ }`. The layers list has no braces: it ends where the next section starts.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  train
    epochs: 10
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  train {
    epochs: 10 }
}";

SYNTAX_MISPLACED_SETTING = "syntax-misplaced-setting", Error,
    "A setting stands outside of the section that it belongs to.",
    "`epochs`, `batch_size` and their like are entries of `train { }`, `device` is one of `execute { }`, and a learning-rate schedule is the value of the optimizer's `learning_rate`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  epochs: 10
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  train { epochs: 10 }
}";

SYNTAX_HPO = "syntax-hpo", Error,
    "A hyperparameter does not say what may be chosen.",
    "There are three forms: `HPO(choice(32, 64))`, `HPO(range(0.1, 0.5, step=0.1))` and `HPO(log_range(1e-4, 1e-2))`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(HPO(32, 64))
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(HPO(choice(32, 64)))
}";

SYNTAX_KEYWORD = "syntax-keyword", Error,
    "A network, a macro or a research form starts with a word that is no keyword.",
    "The keywords are `network`, `define` and `research`, in lower case.",
    wrong: "
Network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
}";

SYNTAX_OUTSIDE_NETWORK = "syntax-outside-network", Error,
    "Layers or sections stand outside of every network.",
    "A file holds networks and macros; everything else stands inside one. A `}` too early has the same effect.",
    wrong: "
input: (28, 28, 1)
layers:
  Flatten()",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
}";

SYNTAX_TOO_DEEP = "syntax-too-deep", Error,
    "Brackets, blocks or signs nest more than 256 levels deep.",
    "What stands deeper is not read. No network needs a hundredth of that.",
    wrong: "",
    mended: "";

SYNTAX_FILE_TOO_LARGE = "syntax-file-too-large", Error,
    "The file is larger than 64 MiB.",
    "It is not read at all. Layers that repeat are written once with `* N`.",
    wrong: "",
    mended: "";
}
