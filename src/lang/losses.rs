//! The losses of Keras 3 and the names that this language has for them.
//!
//! Letter case and underscores make no difference, so `MeanSquaredError`, `mean_squared_error` and
//! `categorical_cross_entropy` need no entries of their own.

use super::layer::{Default, Kind, Param};
use super::signature::{FRACTION, NUMBER, Signature, optional};

/// Every loss.
pub const ALL: &[Signature] = &[
    loss("mean_squared_error", &["mse"], "The mean of squared differences.", &[]),
    loss("mean_absolute_error", &["mae"], "The mean of absolute differences.", &[]),
    loss("mean_absolute_percentage_error", &["mape"], "The mean of differences in percent.", &[]),
    loss(
        "mean_squared_logarithmic_error",
        &["msle"],
        "The mean of squared differences of logarithms.",
        &[],
    ),
    loss("binary_crossentropy", &["bce"], "Cross-entropy of two classes.", CROSSENTROPY),
    loss(
        "binary_focal_crossentropy",
        &[],
        "Cross-entropy of two classes that counts hard examples more.",
        &[
            optional(
                "apply_class_balancing",
                Kind::Bool,
                Default::Bool(false),
                "Whether classes are weighted by alpha.",
            ),
            FOCAL_ALPHA,
            FOCAL_GAMMA,
            FROM_LOGITS,
            LABEL_SMOOTHING,
            AXIS,
        ],
    ),
    loss(
        "categorical_crossentropy",
        &["cross_entropy"],
        "Cross-entropy of several classes, the target one-hot.",
        CROSSENTROPY,
    ),
    loss(
        "categorical_focal_crossentropy",
        &[],
        "Cross-entropy of several classes that counts hard examples more.",
        &[FOCAL_ALPHA, FOCAL_GAMMA, FROM_LOGITS, LABEL_SMOOTHING, AXIS],
    ),
    loss(
        "categorical_generalized_cross_entropy",
        &[],
        "Cross-entropy that is robust against wrong labels.",
        &[optional(
            "q",
            FRACTION,
            Default::Float(0.5),
            "Between cross-entropy at 0 and the absolute error at 1.",
        )],
    ),
    Signature {
        name: "sparse_categorical_crossentropy",
        aliases: &[],
        summary: "Cross-entropy of several classes, the target a class number.",
        params: &[
            FROM_LOGITS,
            optional(
                "ignore_class",
                Kind::Any,
                Default::None,
                "A class number that does not count.",
            ),
            REDUCTION,
            AXIS,
        ],
        shared: &[NAME, DTYPE],
        enforced: &[],
    },
    loss(
        "huber",
        &["huber_loss"],
        "Squared for small differences, absolute for large ones.",
        &[optional("delta", NUMBER, Default::Float(1.0), "Where small ends and large begins.")],
    ),
    loss("log_cosh", &[], "The logarithm of the hyperbolic cosine of the difference.", &[]),
    loss("hinge", &[], "The hinge between a target of -1 or 1 and the output.", &[]),
    loss("squared_hinge", &[], "The square of the hinge.", &[]),
    loss("categorical_hinge", &[], "The hinge of several classes.", &[]),
    loss(
        "kl_divergence",
        &["kld", "kullback_leibler_divergence"],
        "The divergence of Kullback and Leibler.",
        &[],
    ),
    loss("poisson", &[], "For counts that are distributed as Poisson has it.", &[]),
    loss(
        "cosine_similarity",
        &["cosine_proximity", "cosine"],
        "The cosine of the angle, negative where alike.",
        &[AXIS],
    ),
    Signature {
        name: "dice",
        aliases: &["dice_loss"],
        summary: "How little two regions overlap.",
        params: &[REDUCTION, NAME, AXES],
        shared: &[DTYPE],
        enforced: &[],
    },
    Signature {
        name: "tversky",
        aliases: &[],
        summary: "How little two regions overlap, misses and false alarms weighted.",
        params: &[
            optional("alpha", NUMBER, Default::Float(0.5), "The weight of false alarms."),
            optional("beta", NUMBER, Default::Float(0.5), "The weight of misses."),
            REDUCTION,
            NAME,
            AXES,
        ],
        shared: &[DTYPE],
        enforced: &[],
    },
    loss("ctc", &["ctc_loss"], "For sequences without an alignment.", &[]),
    loss(
        "circle",
        &[],
        "For embeddings of classes.",
        &[
            optional("gamma", NUMBER, Default::Float(80.0), "The scale."),
            optional("margin", NUMBER, Default::Float(0.4), "The margin."),
            optional(
                "remove_diagonal",
                Kind::Bool,
                Default::Bool(true),
                "Whether an example is not compared with itself.",
            ),
        ],
    ),
];

const CROSSENTROPY: &[Param] = &[FROM_LOGITS, LABEL_SMOOTHING, AXIS];
const FROM_LOGITS: Param = optional(
    "from_logits",
    Kind::Bool,
    Default::Bool(false),
    "Whether the output is not yet a probability.",
);
const LABEL_SMOOTHING: Param = optional(
    "label_smoothing",
    FRACTION,
    Default::Float(0.0),
    "How far targets are moved towards the middle.",
);
const AXIS: Param =
    optional("axis", Kind::Axes { none: false }, Default::Int(-1), "The axis of the classes.");
const AXES: Param = optional("axis", Kind::Any, Default::None, "The axes of one example.");
const FOCAL_ALPHA: Param =
    optional("alpha", NUMBER, Default::Float(0.25), "The weight of the classes.");
const FOCAL_GAMMA: Param =
    optional("gamma", NUMBER, Default::Float(2.0), "How much less easy examples count.");
const REDUCTION: Param = optional(
    "reduction",
    Kind::Any,
    Default::Str("sum_over_batch_size"),
    "How the losses of a batch become one number.",
);
const NAME: Param = optional("name", Kind::Str, Default::None, "The name of the object.");
const DTYPE: Param = optional("dtype", Kind::Any, Default::None, "The number format.");

const fn loss(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    params: &'static [Param],
) -> Signature {
    Signature {
        name,
        aliases,
        summary,
        params,
        shared: &[REDUCTION, NAME, DTYPE],
        enforced: &["q"],
    }
}

/// The loss with this name or alias.
pub fn find(name: &str) -> Option<&'static Signature> {
    ALL.iter().find(|loss| loss.is_called(name))
}

/// Every name and alias, for suggestions.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().flat_map(|loss| std::iter::once(loss.name).chain(loss.aliases.iter().copied()))
}

/// Whether the loss is for choosing between classes.
pub fn is_classification(name: &str) -> bool {
    find(name).is_some_and(|loss| {
        loss.name.contains("cross") || loss.name.contains("hinge") || loss.name == "kl_divergence"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found() {
        let name = |spelling: &str| find(spelling).map(|loss| loss.name);
        assert_eq!(name("MSE"), Some("mean_squared_error"));
        assert_eq!(name("MeanSquaredError"), Some("mean_squared_error"));
        assert_eq!(
            name("sparse_categorical_cross_entropy"),
            Some("sparse_categorical_crossentropy")
        );
        assert_eq!(name("crossentropy"), Some("categorical_crossentropy"));
        assert_eq!(name("custom_loss_function"), None);
    }

    #[test]
    fn classification_is_told_from_regression() {
        assert!(is_classification("cross_entropy"));
        assert!(is_classification("BinaryCrossentropy"));
        assert!(!is_classification("huber"));
    }
}
