//! Codes about everything around the layers: sections, losses, optimizers, metrics, training,
//! devices, research files, hyperparameters, and the settings of `neural.toml`.

codes! { SECTIONS:

MISSING_SECTION = "missing-section", Error,
    "A network without `input` or without `layers`.",
    "A network needs to know what comes in and what is done with it: `input:` gives the shape of one example, `layers:` the list of layers. All other sections may be left out.",
    wrong: "
network Digits {
  layers:
    Flatten()
    Output(10, \"softmax\")
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
}";

DUPLICATE_SECTION = "duplicate-section", Error,
    "A section that the network already has.",
    "Each section stands at most once in a network. Keep one of them, or move what the second one says into the first.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss: \"mse\"
  loss: \"categorical_crossentropy\"
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";

EMPTY_LAYERS = "empty-layers", Error,
    "A layers list without a layer.",
    "A network without layers gives its input back. Write at least one layer after `layers:`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
}";

UNKNOWN_KEY = "unknown-key", Warning,
    "A key that `train`, `execute` or the metrics of a research file do not have.",
    "The key and its value are ignored, which is rarely what was meant. `train` knows `epochs`, `batch_size`, `validation_split`, `search_method` and the keys that docs/language.md lists; `execute` knows `device`, `mixed_precision` and `gradient_checkpointing`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epoch: 10 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 10 }
}";

DUPLICATE_KEY = "duplicate-key", Error,
    "A key that the section already has.",
    "Only one of the values can count. Keep the one that was meant; to search over several values, write `HPO(choice(16, 32))`.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 10 epochs: 20 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 20 }
}";

BAD_SECTION_VALUE = "bad-section-value", Error,
    "A value of a section that is of the wrong kind or out of range.",
    "`epochs` and `batch_size` are positive whole numbers, `validation_split` is a number from 0 to 1, `search_method` is \"grid\", \"random\" or \"bayesian\"; losses, optimizers and metrics are names. A value that is wrong for some choices of a hyperparameter only is a warning that names those choices.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 10 validation_split: 1.5 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 10 validation_split: 0.2 }
}";

UNREASONABLE_VALUE = "unreasonable-value", Warning,
    "A value that is allowed and can hardly be meant.",
    "More than 100,000 epochs, a batch of more than 10,000 examples, a learning rate of 0 or less: the training would run, but not do what was meant. A learning rate over 10 is reported as an info.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 1000000 }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  train { epochs: 100 }
}";

UNKNOWN_LOSS = "unknown-loss", Warning,
    "A loss that Keras does not have.",
    "Losses of your own are possible, so this is a warning. Letter case and underscores make no difference: `mse`, `mean_squared_error` and `MeanSquaredError` are the same loss.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss: \"categorical_crosentropy\"
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";

UNKNOWN_OPTIMIZER = "unknown-optimizer", Error,
    "An optimizer that Keras does not have.",
    "Optimizers are matched without regard to letter case: SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, Nadam, Ftrl, Lion, Adafactor, Lamb, Muon and the others of docs/language.md.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  optimizer: Addam(learning_rate=0.001)
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  optimizer: Adam(learning_rate=0.001)
}";

UNKNOWN_SCHEDULE = "unknown-schedule", Error,
    "A learning-rate schedule that the language does not have.",
    "`learning_rate` is a number or one of ExponentialDecay, PiecewiseConstantDecay, PolynomialDecay, InverseTimeDecay, CosineDecay, CosineDecayRestarts and StepDecay with its arguments.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  optimizer: SGD(learning_rate=ExponentialDekay(0.1, 1000, 0.96))
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  optimizer: SGD(learning_rate=ExponentialDecay(0.1, 1000, 0.96))
}";

UNKNOWN_METRIC = "unknown-metric", Warning,
    "A metric that Keras does not have.",
    "Metrics of your own are possible, so this is a warning. Letter case and underscores make no difference.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  metrics: [\"acuracy\"]
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  metrics: [\"accuracy\"]
}";

UNKNOWN_DEVICE = "unknown-device", Error,
    "A device that nothing can run on.",
    "Devices are \"cpu\", \"gpu\", \"cuda\", \"cuda:0\" and so on, \"tpu\", \"tpu:0\" and so on, \"xla\", \"mps\", and \"auto\" for whatever there is.",
    wrong: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  execute { device: \"cuda0\" }
}",
    mended: "
network Digits {
  input: (28, 28, 1)
  layers:
    Flatten()
    Output(10, \"softmax\")
  execute { device: \"cuda:0\" }
}";

UNKNOWN_SETTING = "unknown-setting", Warning,
    "A key of `neural.toml` that is no setting, or a severity for a code that does not exist.",
    "The key is ignored. docs/configuration.md lists the settings; `neural-analyzer explain` lists the codes.",
    wrong: "",
    mended: "";

BAD_SETTING = "bad-setting", Error,
    "A value in `neural.toml` that the setting does not take, or a file that is no TOML.",
    "The setting keeps the value that it would have without the line. docs/configuration.md says what each setting takes.",
    wrong: "",
    mended: "";

}
