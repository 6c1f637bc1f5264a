//! Codes about what leaves a network, and whether loss and metrics can make sense of it.

codes! { OUTPUT:

SOFTMAX_ONE_UNIT = "softmax-one-unit", Warning,
    "A softmax over one number, which is always 1.",
    "Softmax turns numbers into shares that add up to 1, so the share of a single number is 1 whatever comes in: nothing is learned. One unit that answers yes or no takes `sigmoid`; for weights over the positions of a sequence, softmax needs the axis of the positions, `Softmax(axis=1)`.",
    switch_off: "Hardly ever: the layer gives the number 1. For a network that is about to get more classes, use a comment at the layer.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Output(1, \"softmax\")
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Output(1, \"sigmoid\")
}";

LOSS_MISMATCH = "loss-mismatch", Warning,
    "A loss that cannot make sense of what the last layer gives.",
    "Cross-entropy over classes wants probabilities that add up to 1, so a softmax over one unit for each class; cross-entropy of independent labels wants each between 0 and 1, so a sigmoid; with `from_logits=true` both want plain scores without an activation. The training runs with anything else too, and learns little or nothing. `cross_entropy`, PyTorch's name, is not judged by its activation. An `Output` without an activation gives plain scores in Keras, and a softmax with other programs that build networks from such a text: where only the softmax fits, the finding is an info, and to write the activation says which is meant. Each of several outputs is held against its own loss of a list, or against the only one.",
    switch_off: "Where scores are turned into probabilities outside of the network, or a loss is meant that only has the name of Keras's.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Dense(10)
  loss: \"categorical_crossentropy\"
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(16, \"relu\")
    Dense(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";

METRIC_MISMATCH = "metric-mismatch", Warning,
    "A metric that does not fit the loss.",
    "Metrics of classes say nothing about a regression, metrics for one-hot labels nothing about labels that are class numbers, and the other way round; among five classes the right one is always one of the five best. The number is shown and means nothing. `accuracy` alone is always right for classes: Keras chooses the one that fits the loss. With several outputs, Keras takes a list with an entry for each: a metric, a list of metrics, or None.",
    switch_off: "Where the program that trains the network brings metrics of its own under these names.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Output(10, \"softmax\")
  loss: \"sparse_categorical_crossentropy\"
  metrics: [\"categorical_accuracy\"]
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Output(10, \"softmax\")
  loss: \"sparse_categorical_crossentropy\"
  metrics: [\"sparse_categorical_accuracy\"]
}";

DROPOUT_LAST = "dropout-last", Warning,
    "Dropout on the output of a network that has a loss.",
    "Predictions that are set to zero at random cannot be right, so in training the loss does not go below what the dropout costs. Dropout belongs before the last layer with weights.",
    switch_off: "Where the outputs are features for another network, and the loss is about that.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(10, \"softmax\")
    Dropout(0.5)
  loss: \"categorical_crossentropy\"
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dropout(0.5)
    Dense(10, \"softmax\")
  loss: \"categorical_crossentropy\"
}";

FLATTEN_LAST = "flatten-last", Hint off,
    "The last layer of a network is Flatten.",
    "A network that gives a prediction ends in a layer with weights or in an activation. After a convolution, Flatten at the end is likely what was left of a classifier.",
    switch_off: "For networks that give features to another program.",
    wrong: "
network Example {
  input: (16, 4)
  layers:
    Conv1D(3, 3)
    Flatten()
}",
    mended: "
network Example {
  input: (16, 4)
  layers:
    Conv1D(3, 3)
    Flatten()
    Dense(5)
}";

NORMALIZATION_LAST = "normalization-last", Hint off,
    "The last layer of a network is a normalization.",
    "A normalization at the end lets the range of each output depend on the batch or on the other outputs, which a prediction rarely should.",
    switch_off: "For encoders, whose output often is normalized.",
    wrong: "
network Example {
  input: (16,)
  layers:
    Dense(10)
    BatchNormalization()
}",
    mended: "
network Example {
  input: (16,)
  layers:
    Dense(16)
    BatchNormalization()
    Dense(10)
}";
}
