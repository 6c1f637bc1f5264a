//! Codes about what a network costs: budgets, bounds, and sizes that stand out.

codes! { COST:

OVER_BUDGET = "over-budget", Warning,
    "A network that costs more than the settings allow.",
    "The settings `budget.parameters`, `budget.macs` and `budget.memory` say how much a network may cost. The finding names the layers that cost most. Where the cost depends on hyperparameters, it says how many combinations are over the budget.",
    switch_off: "It is silent without a budget; for a network that may cost more, use a comment at its name.",
    settings: "budget.parameters = 50000",
    wrong: "
network Example {
  input: (100,)
  layers:
    Dense(1000)
}",
    mended: "
network Example {
  input: (100,)
  layers:
    Dense(100)
}";

LARGE_LAYER = "large-layer", Warning,
    "A layer that costs more than the settings allow for one layer.",
    "The settings `limits.parameters` and `limits.macs` bound what a single layer may cost. Without them nothing is reported.",
    switch_off: "It is silent without these settings; for a layer that may cost more, use a comment at the layer.",
    settings: "limits.parameters = 50000",
    wrong: "
network Example {
  input: (100,)
  layers:
    Dense(1000)
}",
    mended: "
network Example {
  input: (100,)
  layers:
    Dense(100)
}";

LARGE_ACTIVATION = "large-activation", Hint off,
    "A layer whose output takes very much memory.",
    "An output larger than the setting `limits.activation` (a gigabyte by default), for the settings' `batch` and `dtype`, is mostly the consequence of a size that was not meant. A stride or a pooling before it makes it smaller.",
    switch_off: "For hardware that has the memory; or raise `limits.activation`.",
    wrong: "
network Example {
  input: (8192, 8192, 3)
  layers:
    Conv2D(8, 3)
    GlobalAveragePooling2D()
    Output(10)
}",
    mended: "
network Example {
  input: (512, 512, 3)
  layers:
    Conv2D(8, 3)
    GlobalAveragePooling2D()
    Output(10)
}";

DENSE_DOMINATES = "dense-dominates", Hint off,
    "A Dense layer that holds nearly all parameters of a network.",
    "A Dense layer over a flattened feature map has a weight for each position and unit. Global pooling in the place of Flatten often does as well with a small part of the parameters. The setting `limits.share` says how many percent are nearly all. Networks of nothing but Dense layers are not reported.",
    switch_off: "For designs such as AlexNet and VGG that are known for it.",
    wrong: "
network Example {
  input: (32, 32, 3)
  layers:
    Conv2D(16, 3)
    Flatten()
    Dense(64, \"relu\")
    Output(10)
}",
    mended: "
network Example {
  input: (32, 32, 3)
  layers:
    Conv2D(16, 3)
    GlobalAveragePooling2D()
    Dense(64, \"relu\")
    Output(10)
}";

WIDE_DENSE = "wide-dense", Hint off,
    "A Dense layer of more than 4,096 units.",
    "The widest Dense layers of well-known classifiers have 4,096 units. A wider one is mostly slow to train for what it gives, unless it gives one number for each word of a vocabulary.",
    switch_off: "For language models and classifiers of very many classes.",
    wrong: "
network Example {
  input: (4000,)
  layers:
    Dense(5000)
}",
    mended: "
network Example {
  input: (4000,)
  layers:
    Dense(4000)
}";

SIZE_JUMP = "size-jump", Hint off,
    "A layer whose output is more than ten times as large as that of the layer before.",
    "A sudden jump in size is often a digit too many.",
    switch_off: "For generators and decoders, which grow by design.",
    wrong: "
network Example {
  input: (64,)
  layers:
    Dense(64)
    Dense(1000)
}",
    mended: "
network Example {
  input: (64,)
  layers:
    Dense(64)
    Dense(100)
}";

SHARP_REDUCTION = "sharp-reduction", Hint off,
    "A layer that gives less than a hundredth of what it takes.",
    "A layer that throws nearly everything away in one step is a bottleneck that the layers before it cannot make up for. A layer of a size in between loses less. Only Dense layers and convolutions are looked at.",
    switch_off: "For classifiers whose last layer has few units.",
    wrong: "
network Example {
  input: (1000,)
  layers:
    Dense(1000, \"relu\")
    Dense(2)
}",
    mended: "
network Example {
  input: (1000,)
  layers:
    Dense(1000, \"relu\")
    Dense(100, \"relu\")
    Dense(2)
}";
}
