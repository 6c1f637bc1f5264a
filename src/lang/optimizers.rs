//! The optimizers of Keras 3, with their parameters in Keras's order.

use super::layer::{Default, Kind, Param};
use super::signature::{COUNT, FRACTION, NUMBER, POSITIVE, Signature, optional, required};

/// Every optimizer.
pub const ALL: &[Signature] = &[
    optimizer(
        "SGD",
        "Gradient descent, with momentum where it is given.",
        &[
            learning_rate(0.01),
            optional(
                "momentum",
                FRACTION,
                Default::Float(0.0),
                "How much of the last step is kept.",
            ),
            NESTEROV,
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "RMSprop",
        "Divides the step by a running mean of the gradient's size.",
        &[
            learning_rate(0.001),
            optional(
                "rho",
                FRACTION,
                Default::Float(0.9),
                "How slowly the mean of squared gradients changes.",
            ),
            optional("momentum", NUMBER, Default::Float(0.0), "How much of the last step is kept."),
            EPSILON,
            optional(
                "centered",
                Kind::Bool,
                Default::Bool(false),
                "Whether the gradient's variance is used in place of its square.",
            ),
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "Adam",
        "Gradient descent with running estimates of the gradient's mean and square.",
        &[learning_rate(0.001), beta_1(0.9), beta_2(0.999), EPSILON, AMSGRAD, WEIGHT_DECAY],
    ),
    optimizer(
        "AdamW",
        "Adam with weight decay that does not depend on the gradient.",
        &[
            learning_rate(0.001),
            optional(
                "weight_decay",
                POSITIVE,
                Default::Float(0.004),
                "How much of each weight is taken away at each step.",
            ),
            beta_1(0.9),
            beta_2(0.999),
            EPSILON,
            AMSGRAD,
        ],
    ),
    optimizer(
        "Adadelta",
        "Steps by the ratio of the sizes of earlier steps and gradients.",
        &[
            learning_rate(0.001),
            optional("rho", FRACTION, Default::Float(0.95), "How slowly the means change."),
            EPSILON,
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "Adagrad",
        "Steps that get smaller for parameters that have changed much.",
        &[learning_rate(0.001), INITIAL_ACCUMULATOR, EPSILON, WEIGHT_DECAY],
    ),
    optimizer(
        "Adamax",
        "Adam with the largest gradient in place of its square.",
        &[learning_rate(0.001), beta_1(0.9), beta_2(0.999), EPSILON, WEIGHT_DECAY],
    ),
    optimizer(
        "Nadam",
        "Adam with Nesterov momentum.",
        &[learning_rate(0.001), beta_1(0.9), beta_2(0.999), EPSILON, WEIGHT_DECAY],
    ),
    optimizer(
        "Ftrl",
        "Follow the regularized leader, for sparse linear models.",
        &[
            learning_rate(0.001),
            optional(
                "learning_rate_power",
                Kind::Number { min: f64::NEG_INFINITY, max: 0.0 },
                Default::Float(-0.5),
                "How the learning rate falls; at most 0.",
            ),
            INITIAL_ACCUMULATOR,
            optional(
                "l1_regularization_strength",
                POSITIVE,
                Default::Float(0.0),
                "The weight of the absolute values.",
            ),
            optional(
                "l2_regularization_strength",
                POSITIVE,
                Default::Float(0.0),
                "The weight of the squares.",
            ),
            optional(
                "l2_shrinkage_regularization_strength",
                POSITIVE,
                Default::Float(0.0),
                "The weight of the squares, as shrinkage.",
            ),
            optional("beta", NUMBER, Default::Float(0.0), "The beta of the paper."),
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "Adafactor",
        "Adam with factored estimates, which take less memory.",
        &[
            learning_rate(0.001),
            optional(
                "beta_2_decay",
                NUMBER,
                Default::Float(-0.8),
                "How beta_2 changes with the steps.",
            ),
            optional("epsilon_1", NUMBER, Default::Float(1e-30), "Keeps the divisor from 0."),
            optional(
                "epsilon_2",
                NUMBER,
                Default::Float(1e-3),
                "Keeps the step from getting too small.",
            ),
            optional(
                "clip_threshold",
                NUMBER,
                Default::Float(1.0),
                "The largest size of an update.",
            ),
            optional(
                "relative_step",
                Kind::Bool,
                Default::Bool(true),
                "Whether the step depends on how many there have been.",
            ),
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "Lion",
        "Steps by the sign of the momentum.",
        &[learning_rate(0.001), beta_1(0.9), beta_2(0.99), WEIGHT_DECAY],
    ),
    optimizer(
        "Lamb",
        "Adam with a step for each layer that fits the size of its weights, for large batches.",
        &[learning_rate(0.001), beta_1(0.9), beta_2(0.999), EPSILON, WEIGHT_DECAY],
    ),
    Signature {
        name: "Muon",
        aliases: &[],
        summary: "Orthogonalized momentum for matrices, AdamW for everything else.",
        params: &[
            learning_rate(0.001),
            optional("adam_beta_1", FRACTION, Default::Float(0.9), "AdamW's beta_1."),
            optional("adam_beta_2", FRACTION, Default::Float(0.999), "AdamW's beta_2."),
            optional("adam_weight_decay", POSITIVE, Default::Float(0.004), "AdamW's weight decay."),
            EPSILON,
            optional(
                "weight_decay",
                POSITIVE,
                Default::Float(0.004),
                "How much of each weight is taken away at each step.",
            ),
            CLIPNORM,
            CLIPVALUE,
            GLOBAL_CLIPNORM,
            USE_EMA,
            EMA_MOMENTUM,
            EMA_OVERWRITE,
            LOSS_SCALE,
            ACCUMULATION,
            NAME,
            optional(
                "exclude_layers",
                Kind::Any,
                Default::None,
                "Patterns of the names of layers that AdamW trains.",
            ),
            optional(
                "exclude_embeddings",
                Kind::Bool,
                Default::Bool(true),
                "Whether AdamW trains embeddings.",
            ),
            optional(
                "muon_a",
                NUMBER,
                Default::Float(3.4445),
                "A coefficient of the orthogonalization.",
            ),
            optional(
                "muon_b",
                NUMBER,
                Default::Float(-4.775),
                "A coefficient of the orthogonalization.",
            ),
            optional(
                "muon_c",
                NUMBER,
                Default::Float(2.0315),
                "A coefficient of the orthogonalization.",
            ),
            optional(
                "adam_lr_ratio",
                NUMBER,
                Default::Float(1.0),
                "AdamW's learning rate as a part of this one.",
            ),
            optional(
                "momentum",
                NUMBER,
                Default::Float(0.95),
                "How much of the last step is kept.",
            ),
            optional(
                "ns_steps",
                COUNT,
                Default::Int(5),
                "How many iterations the orthogonalization takes.",
            ),
            optional(
                "nesterov",
                Kind::Bool,
                Default::Bool(true),
                "Whether the momentum is Nesterov's.",
            ),
            optional(
                "rms_rate",
                NUMBER,
                Default::Float(0.2),
                "Scales the update to the size of AdamW's.",
            ),
        ],
        shared: &[],
        enforced: &[],
    },
    optimizer(
        "ScheduleFreeAdamW",
        "AdamW that averages its steps and so needs no schedule.",
        &[
            learning_rate(0.0025),
            beta_1(0.9),
            beta_2(0.999),
            optional("epsilon", NUMBER, Default::Float(1e-8), "Keeps the divisor from 0."),
            WARMUP_STEPS,
            WEIGHT_DECAY,
        ],
    ),
    optimizer(
        "ScheduleFreeSGD",
        "Gradient descent that averages its steps and so needs no schedule.",
        &[learning_rate(0.0025), beta_1(0.9), WARMUP_STEPS, WEIGHT_DECAY],
    ),
    Signature {
        name: "LossScaleOptimizer",
        aliases: &[],
        summary: "Scales the loss for another optimizer, for half precision.",
        params: &[
            required("inner_optimizer", Kind::Any, "The optimizer that makes the steps."),
            optional("initial_scale", POSITIVE, Default::Float(32768.0), "The scale at the start."),
            optional(
                "dynamic_growth_steps",
                COUNT,
                Default::Int(2000),
                "After how many good steps the scale doubles.",
            ),
        ],
        shared: &[NAME],
        enforced: &[],
    },
];

/// Ranges that Keras checks: SGD's momentum, and what Ftrl is made of.
const ENFORCED: &[&str] = &[
    "momentum",
    "gradient_accumulation_steps",
    "learning_rate_power",
    "initial_accumulator_value",
    "l1_regularization_strength",
    "l2_regularization_strength",
    "l2_shrinkage_regularization_strength",
];

/// What every optimizer takes after its own parameters.
const COMMON: &[Param] = &[
    CLIPNORM,
    CLIPVALUE,
    GLOBAL_CLIPNORM,
    USE_EMA,
    EMA_MOMENTUM,
    EMA_OVERWRITE,
    LOSS_SCALE,
    ACCUMULATION,
    NAME,
];

const CLIPNORM: Param =
    optional("clipnorm", POSITIVE, Default::None, "The largest norm of each weight's gradient.");
const CLIPVALUE: Param =
    optional("clipvalue", POSITIVE, Default::None, "The largest value in a gradient.");
const GLOBAL_CLIPNORM: Param = optional(
    "global_clipnorm",
    POSITIVE,
    Default::None,
    "The largest norm of all gradients together.",
);
const USE_EMA: Param = optional(
    "use_ema",
    Kind::Bool,
    Default::Bool(false),
    "Whether running means of the weights are kept.",
);
const EMA_MOMENTUM: Param = optional(
    "ema_momentum",
    FRACTION,
    Default::Float(0.99),
    "How slowly the running means change.",
);
const EMA_OVERWRITE: Param = optional(
    "ema_overwrite_frequency",
    COUNT,
    Default::None,
    "After how many steps the running means replace the weights.",
);
const LOSS_SCALE: Param =
    optional("loss_scale_factor", NUMBER, Default::None, "What the loss is multiplied by.");
const ACCUMULATION: Param = optional(
    "gradient_accumulation_steps",
    Kind::Int { min: 2 },
    Default::None,
    "How many batches make one step; at least 2.",
);
const NAME: Param = optional("name", Kind::Str, Default::None, "The name of the object.");
const WEIGHT_DECAY: Param = optional(
    "weight_decay",
    POSITIVE,
    Default::None,
    "How much of each weight is taken away at each step.",
);
const EPSILON: Param =
    optional("epsilon", NUMBER, Default::Float(1e-7), "Keeps the divisor from 0.");
const AMSGRAD: Param = optional(
    "amsgrad",
    Kind::Bool,
    Default::Bool(false),
    "Whether the largest estimate so far is used.",
);
const NESTEROV: Param =
    optional("nesterov", Kind::Bool, Default::Bool(false), "Whether the momentum is Nesterov's.");
const INITIAL_ACCUMULATOR: Param = optional(
    "initial_accumulator_value",
    POSITIVE,
    Default::Float(0.1),
    "What the sums of squares start with.",
);
const WARMUP_STEPS: Param = optional(
    "warmup_steps",
    Kind::Int { min: 0 },
    Default::Int(0),
    "Over how many steps the learning rate rises.",
);

const fn learning_rate(default: f64) -> Param {
    optional(
        LEARNING_RATE,
        NUMBER,
        Default::Float(default),
        "The size of a step, or a schedule of it.",
    )
}

const fn beta_1(default: f64) -> Param {
    optional("beta_1", FRACTION, Default::Float(default), "How slowly the gradient's mean changes.")
}

const fn beta_2(default: f64) -> Param {
    optional(
        "beta_2",
        FRACTION,
        Default::Float(default),
        "How slowly the gradient's square changes.",
    )
}

/// The parameter that takes a schedule in place of a number.
pub const LEARNING_RATE: &str = "learning_rate";

const fn optimizer(
    name: &'static str,
    summary: &'static str,
    params: &'static [Param],
) -> Signature {
    Signature { name, aliases: &[], summary, params, shared: COMMON, enforced: ENFORCED }
}

/// The optimizer with this name, without regard to case.
pub fn find(name: &str) -> Option<&'static Signature> {
    ALL.iter().find(|optimizer| optimizer.name.eq_ignore_ascii_case(name))
}

/// How many numbers an optimizer keeps for each trainable parameter, beside the gradient, with its
/// default arguments (Keras 3.15, the variables that `build` adds); `None` where that depends on the
/// shapes of the weights, or on another optimizer.
pub fn slots(name: &str) -> Option<u64> {
    match find(name)?.name {
        "SGD" => Some(0),
        "RMSprop" | "Adagrad" | "Lion" => Some(1),
        "Adam" | "AdamW" | "Adadelta" | "Adamax" | "Nadam" | "Ftrl" | "Lamb" => Some(2),
        _ => None,
    }
}

/// What another framework or an older Keras calls a parameter.
pub fn renamed(name: &str) -> Option<&'static str> {
    match name {
        "lr" => Some(LEARNING_RATE),
        "eps" => Some("epsilon"),
        "beta1" => Some("beta_1"),
        "beta2" => Some("beta_2"),
        "clip_norm" => Some("clipnorm"),
        "clip_value" => Some("clipvalue"),
        "max_grad_norm" => Some("global_clipnorm"),
        _ => None,
    }
}

/// A parameter that Keras takes from older versions and ignores.
pub const IGNORED: &str = "decay";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_those_of_keras() {
        let names = |name: &str| -> Vec<&str> {
            find(name).unwrap().params().map(|param| param.name).collect()
        };
        assert_eq!(
            names("sgd")[..5],
            ["learning_rate", "momentum", "nesterov", "weight_decay", "clipnorm"]
        );
        assert_eq!(names("ADAMW")[..3], ["learning_rate", "weight_decay", "beta_1"]);
        assert_eq!(names("Adam")[3..6], ["epsilon", "amsgrad", "weight_decay"]);
        assert_eq!(names("lamb").last(), Some(&"name"));
        assert_eq!(find("Adm").map(|it| it.name), None);
    }
}
