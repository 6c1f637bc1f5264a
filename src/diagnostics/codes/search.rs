//! Codes about hyperparameters and the search over them.

codes! { SEARCH:

EQUAL_CHOICES = "equal-choices", Warning,
    "A value that a choice has more than once.",
    "A search would try the same network twice and count the value double.",
    switch_off: "Where a random search is meant to try a value more often.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(HPO(choice(32, 64, 32)))
    Output(1)
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(HPO(choice(32, 64)))
    Output(1)
}";

SEARCH_WITHOUT_HPO = "search-without-hpo", Warning,
    "A `search_method` where there is nothing to search.",
    "The search runs over the hyperparameters of the network, written `HPO(choice(32, 64))`. Without any, every trial trains the same network.",
    switch_off: "Where the program that runs the search varies other things than the network.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(32)
    Output(1)
  train { epochs: 5 search_method: \"random\" }
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(HPO(choice(32, 64)))
    Output(1)
  train { epochs: 5 search_method: \"random\" }
}";

HPO_WITHOUT_SEARCH = "hpo-without-search", Hint,
    "Hyperparameters to search where `train` does not say how.",
    "A network with `HPO(…)` is a family of networks. `search_method` says how the one to train is found: \"grid\", \"random\" or \"bayesian\".",
    switch_off: "Where the search is set up by the program that calls this network.",
    wrong: "
network Example {
  input: (20,)
  layers:
    Dense(HPO(choice(32, 64)))
    Output(1)
  train { epochs: 5 }
}",
    mended: "
network Example {
  input: (20,)
  layers:
    Dense(HPO(choice(32, 64)))
    Output(1)
  train { epochs: 5 search_method: \"random\" }
}";

UNBUILDABLE_COMBINATIONS = "unbuildable-combinations", Info,
    "Some combinations of hyperparameters make a network that cannot be built.",
    "Each choice that fails is reported where it stands. This says how many of all combinations a search would try in vain, and which choices lead to them.",
    switch_off: "Where the search skips networks that cannot be built.",
    wrong: "
network Example {
  input: (8, 8, 3)
  layers:
    Conv2D(HPO(choice(8, 16)), HPO(choice(3, 9))) # neural: allow(kernel-too-large)
    Flatten()
    Output(10)
}",
    mended: "
network Example {
  input: (8, 8, 3)
  layers:
    Conv2D(HPO(choice(8, 16)), HPO(choice(3, 5)))
    Flatten()
    Output(10)
}";
}
