//! Codes of forms that are read although they are not standard: their meaning is clear, and the fix
//! writes the standard form.

codes! { TOLERATED:

UNKNOWN_SECTION = "unknown-section", Warning,
    "A section that the language does not have.",
    "It is skipped with its value. The sections of a network are `input`, `layers`, `loss`, `optimizer`, `metrics`, `train` and `execute`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  optimiser: Adam()
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  optimizer: Adam()
}";

NONSTANDARD_SEPARATOR = "nonstandard-separator", Warning,
    "A comma or a semicolon where none is needed, or none where inputs have one.",
    "Statements, sections and entries follow one another without separators. Named inputs have commas between them. The meaning is clear, so everything is read; the standard form is what other programs read.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten(),
    Dense(10)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(10)
}";

NONSTANDARD_LIST = "nonstandard-list", Warning,
    "Brackets around the layers, or none around the metrics.",
    "The layers list is written without `[ ]`: it ends where the next section starts. Metrics are a list in `[ ]`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers: [ Flatten() ]
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:  Flatten() 
}";

NONSTANDARD_COLON = "nonstandard-colon", Warning,
    "A colon between the name of a block section and its brace.",
    "`train` and `execute` are written `train { … }`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  train: { epochs: 10 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  train { epochs: 10 }
}";

NONSTANDARD_INPUT = "nonstandard-input", Warning,
    "An input shape as a call or in square brackets.",
    "A shape is written `(28, 28, 1)`.",
    wrong: "
network Digits {
  input: shape(28, 28, 1)
  layers:
    Flatten()
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
}";

NONSTANDARD_HPO = "nonstandard-hpo", Warning,
    "A hyperparameter in a form other than `HPO(choice(…))`, `HPO(range(…))` or `HPO(log_range(…))`.",
    "Read are also `categorical` for `choice`, a form without `HPO( )` around it, and names for the bounds. The meaning is the same.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(HPO(categorical(32, 64)))
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Dense(HPO(choice(32, 64)))
}";

NONSTANDARD_MACRO = "nonstandard-macro", Warning,
    "`macro` in the place of `define`, or `$` before a parameter's declaration.",
    "A macro is written `define Name(a, b=3) { … }`; only its uses of a parameter have a `$`.",
    wrong: "
macro Head(n) {
  Flatten()
  Dense($n)
}

network Digits {
  input: (28, 28, 1)
  layers:
    Head(10)
}",
    mended: "
define Head(n) {
  Flatten()
  Dense($n)
}

network Digits {
  input: (28, 28, 1)
  layers:
    Head(10)
}";

NONSTANDARD_OPTIMIZER = "nonstandard-optimizer", Warning,
    "The parameters of an optimizer in a block.",
    "They stand in parentheses: `optimizer: Adam(learning_rate=0.001)`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  optimizer: \"Adam\" { learning_rate: 0.001 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
  optimizer: Adam(learning_rate=0.001)
}";
}
