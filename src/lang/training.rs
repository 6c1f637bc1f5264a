//! The keys of the sections `train` and `execute`, and of a research file's metrics.

/// One key of a section.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub value: KeyKind,
    /// One line: what it does.
    pub doc: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KeyKind {
    /// A whole number of at least 1; more than `usual` is hardly meant.
    Count {
        /// The largest value that is not questioned.
        usual: i64,
    },
    /// The same, or a list of such numbers to search over.
    Counts {
        /// The largest value that is not questioned.
        usual: i64,
    },
    /// A number from 0 to 1.
    Fraction,
    /// Any number.
    Number,
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A device.
    Device,
    /// Known and kept, without a meaning that could be checked.
    Anything,
}

/// The keys of `train`.
pub const TRAIN: &[Key] = &[
    Key {
        name: "epochs",
        value: KeyKind::Count { usual: 100_000 },
        doc: "How often training goes through all examples.",
    },
    Key {
        name: "batch_size",
        value: KeyKind::Counts { usual: 10_000 },
        doc: "How many examples make one step; several are searched over.",
    },
    Key {
        name: "validation_split",
        value: KeyKind::Fraction,
        doc: "Which part of the examples is kept for validation.",
    },
    Key {
        name: "search_method",
        value: KeyKind::Choice(&["grid", "random", "bayesian"]),
        doc: "How hyperparameters are searched.",
    },
    kept("gradient_clip", "The largest norm of the gradients."),
    kept("shuffle", "Whether the examples are shuffled before each epoch."),
    kept("callbacks", "What runs between epochs."),
    kept("early_stopping", "Whether, or after how many epochs, training stops without progress."),
    kept("patience", "How many epochs without progress are waited for."),
    kept("min_delta", "The smallest change that counts as progress."),
    kept("early_stopping_patience", "How many epochs without progress are waited for."),
    kept("checkpoint_path", "Where the best weights are written."),
    kept("gradient_accumulation_steps", "How many batches make one step."),
    kept("max_trials", "How many combinations a search tries."),
    MIXED_PRECISION,
    GRADIENT_CHECKPOINTING,
];

/// The keys of `execute`.
pub const EXECUTE: &[Key] = &[
    Key { name: "device", value: KeyKind::Device, doc: "What the network runs on." },
    MIXED_PRECISION,
    GRADIENT_CHECKPOINTING,
];

/// The keys of the `metrics` blocks of a research file.
pub const RESEARCH_METRICS: &[Key] = &[
    Key { name: "accuracy", value: KeyKind::Fraction, doc: "The part of right answers." },
    Key { name: "loss", value: KeyKind::Number, doc: "The loss." },
    Key {
        name: "precision",
        value: KeyKind::Fraction,
        doc: "The part of true ones among those found.",
    },
    Key {
        name: "recall",
        value: KeyKind::Fraction,
        doc: "The part of those found among the true ones.",
    },
];

const MIXED_PRECISION: Key =
    kept("mixed_precision", "Whether training computes in half precision where it can.");
const GRADIENT_CHECKPOINTING: Key =
    kept("gradient_checkpointing", "Whether activations are computed again to save memory.");

const fn kept(name: &'static str, doc: &'static str) -> Key {
    Key { name, value: KeyKind::Anything, doc }
}

/// The key of `keys` with this name.
pub fn find<'a>(keys: &'a [Key], name: &str) -> Option<&'a Key> {
    keys.iter().find(|key| key.name == name)
}

/// The key that other tools call `name`.
pub fn renamed(name: &str) -> Option<&'static str> {
    match name {
        "accumulation_steps" | "grad_accumulation_steps" => Some("gradient_accumulation_steps"),
        "use_mixed_precision" | "amp" => Some("mixed_precision"),
        "batch" | "batchsize" | "bs" => Some("batch_size"),
        "num_epochs" | "n_epochs" | "iterations" => Some("epochs"),
        "val_split" | "validation" => Some("validation_split"),
        "search" | "search_strategy" => Some("search_method"),
        "clip_grad" | "gradient_clipping" => Some("gradient_clip"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renamed_keys_exist() {
        let names = ["amp", "batch", "num_epochs", "val_split", "search", "clip_grad"];
        for name in names.into_iter().chain(["accumulation_steps"]) {
            let key = renamed(name).unwrap();
            assert!(find(TRAIN, key).is_some(), "{key}");
        }
        assert!(find(EXECUTE, "epochs").is_none());
        assert!(find(RESEARCH_METRICS, "recall").is_some());
    }
}
