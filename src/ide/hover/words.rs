//! One paragraph for each keyword and sign of the language.

/// What a section, or the head of a form, is for.
pub(super) fn keyword(word: &str) -> Option<&'static str> {
    Some(match word {
        "network" => {
            "**network** `Name { … }`\n\nA network: its `input`, its `layers`, and what it is trained with. A file may have several; their names differ."
        }
        "define" | "macro" => {
            "**define** `Name(a, b=3) { … }`\n\nA macro: layers with a name, used like a layer: `Name(1)`, `Name(1, b=4) * 2`. Its parameters are read as `$a` or `a`, and arithmetic is allowed: `$a * 2`."
        }
        "research" => {
            "**research** `Name { … }`\n\nThe results and sources of an experiment: `metrics { accuracy: 0.95 }`, `references { paper: \"…\" }`."
        }
        "input" => {
            "**input** `: (28, 28, 1)`\n\nThe shape of one example, without the batch: whole numbers, `None` for an unknown size, or a name for one, as in `(T, 512)`. Several inputs have names: `{ image: (28, 28, 1), meta: (10,) }`. A leading `None` of a longer shape is the batch."
        }
        "layers" => {
            "**layers** `:`\n\nThe layers in order. Each takes what the one before gives. `name: { … }` begins a branch, which a merge such as `Add()` or `Concatenate()` ends; `* 3` repeats a layer; `@ \"cuda:0\"` places it."
        }
        "loss" => "**loss** `: \"categorical_crossentropy\"`\n\nWhat training makes small.",
        "optimizer" => {
            "**optimizer** `: Adam(learning_rate=0.001)`\n\nHow training changes the weights. The learning rate may be a schedule: `ExponentialDecay(0.1, 1000, 0.96)`."
        }
        "metrics" => "**metrics** `: [\"accuracy\"]`\n\nWhat is measured besides the loss.",
        "train" | "training" => {
            "**train** `{ epochs: 10  batch_size: 64 }`\n\nHow training goes: `epochs`, `batch_size`, `validation_split`, `search_method`."
        }
        "execute" | "execution" => {
            "**execute** `{ device: \"cuda:0\" }`\n\nWhat the network runs on."
        }
        "references" => "**references** `{ paper: \"…\" }`\n\nThe sources of a research form.",
        _ => return None,
    })
}

/// What a form of a hyperparameter means.
pub(super) fn hpo_form(word: &str) -> Option<&'static str> {
    Some(match word {
        "HPO" | "hpo" => {
            "**HPO** `(choice(32, 64))`\n\nA hyperparameter: a value that a search chooses. Shapes are checked for every choice."
        }
        "choice" | "categorical" => {
            "**choice** `(a, b, …)`\n\nOne of these values. The values may be numbers, tuples, strings, or layers."
        }
        "range" => {
            "**range** `(low, high, step=1)`\n\nOver whole numbers every value from `low` to `high`, both included, in steps of `step`; over fractions any value between them."
        }
        "log_range" => {
            "**log_range** `(low, high)`\n\nAny value between the bounds, with equal chances for equal ratios. Both bounds are greater than 0."
        }
        _ => return None,
    })
}

/// A branch that is not named after anything.
pub(super) const BRANCH: &str = "A branch: its layers start from the tensor before the first branch of the run. The statement after the run merges the branches.";

/// `* N`
pub(super) const REPEAT: &str =
    "Copies in sequence, each with weights of its own; each takes what the one before gives.";

/// `@ "device"`
pub(super) const DEVICE: &str = "Where the layer runs: `\"cpu\"`, `\"gpu\"`, `\"cuda:0\"`, `\"tpu:0\"`, `\"mps\"`, `\"xla\"` or `\"auto\"`.";
