//! What the entries of the layer table are built of: parameters that many layers share, so that
//! their types, defaults and documentation are written once.

use crate::lang::objects::ObjectKind;
use crate::lang::{Default, InPytorch, Kind, Param};

/// A whole number of at least 1.
pub(super) const POSITIVE: Kind = Kind::Int { min: 1 };
/// A share between 0 and 1.
pub(super) const SHARE: Kind = Kind::Number { min: 0.0, max: 1.0 };
/// A share between 0 and 1 that Keras does not check.
pub(super) const USUAL_SHARE: Kind = Kind::Usual { min: 0.0, max: 1.0 };
/// A number that should not be negative, which Keras does not check.
pub(super) const USUAL_NOT_NEGATIVE: Kind = Kind::Usual { min: 0.0, max: f64::INFINITY };
/// Any number.
pub(super) const NUMBER: Kind = Kind::Number { min: f64::NEG_INFINITY, max: f64::INFINITY };
/// A number that is not negative.
pub(super) const NOT_NEGATIVE: Kind = Kind::Number { min: 0.0, max: f64::INFINITY };

/// The share that a number which is none was likely meant as: per cent, or a slip of the point.
pub(super) fn meant_share(rate: f64) -> f64 {
    match rate {
        rate if (2.0..=100.0).contains(&rate) => rate / 100.0,
        rate if rate > 1.0 && rate < 2.0 => rate / 10.0,
        rate if (-1.0..0.0).contains(&rate) => -rate,
        _ => 0.0,
    }
}

/// An axis, or a list of axes.
pub(super) const AXES: Kind = Kind::Axes { none: false };

/// A parameter that must be given.
pub(super) const fn required(
    name: &'static str,
    kind: Kind,
    example: &'static str,
    doc: &'static str,
) -> Param {
    Param { name, kind, default: None, example, doc, pytorch: InPytorch::Same }
}

/// A parameter with a default.
pub(super) const fn optional(
    name: &'static str,
    kind: Kind,
    default: Default,
    doc: &'static str,
) -> Param {
    Param { name, kind, default: Some(default), example: "", doc, pytorch: InPytorch::Same }
}

/// A parameter that takes anything and is `None` unless given.
pub(super) const fn free(name: &'static str, doc: &'static str) -> Param {
    optional(name, Kind::Any, Default::None, doc)
}

/// A parameter that takes an initializer.
pub(super) const fn initializer(
    name: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Param {
    optional(name, Kind::Object(ObjectKind::Initializer), Default::Str(default), doc)
}

/// A parameter that takes a regularizer.
pub(super) const fn regularizer(name: &'static str, doc: &'static str) -> Param {
    optional(name, Kind::Object(ObjectKind::Regularizer), Default::None, doc)
}

/// A parameter that takes a constraint.
pub(super) const fn constraint(name: &'static str, doc: &'static str) -> Param {
    optional(name, Kind::Object(ObjectKind::Constraint), Default::None, doc)
}

const fn choice(
    name: &'static str,
    values: &'static [&'static str],
    any_case: bool,
    default: Default,
    doc: &'static str,
) -> Param {
    optional(name, Kind::Choice { values, any_case }, default, doc)
}

pub(super) const DATA_FORMAT: Param = choice(
    "data_format",
    &["channels_last", "channels_first"],
    true,
    Default::None,
    "Whether channels are the last dimension (the default) or the first after the batch.",
);
/// Adaptive pooling compares the string as it is.
pub(super) const DATA_FORMAT_EXACT: Param = choice(
    "data_format",
    &["channels_last", "channels_first"],
    false,
    Default::None,
    "Whether channels are the last dimension (the default) or the first after the batch.",
);
pub(super) const PADDING: Param = choice(
    "padding",
    &["valid", "same"],
    true,
    Default::Str("valid"),
    "`valid` keeps to the input; `same` pads so that stride 1 keeps the size.",
);
pub(super) const PADDING_OR_CAUSAL: Param = choice(
    "padding",
    &["valid", "same", "causal"],
    true,
    Default::Str("valid"),
    "`valid` keeps to the input; `same` pads both ends, `causal` only the start.",
);
/// Pooling compares the string as it is.
pub(super) const PADDING_EXACT: Param = choice(
    "padding",
    &["valid", "same"],
    false,
    Default::Str("valid"),
    "`valid` keeps to the input; `same` pads so that stride 1 keeps the size.",
);

/// The padding of a convolution: PyTorch's takes numbers as well.
pub(super) const fn padding(rank: usize, keras: Param) -> Param {
    keras.in_pytorch(Kind::Padding { rank }, Some(Default::Str("valid")), "")
}

/// The padding of a transposed convolution or a pooling: PyTorch's takes nothing but numbers, and
/// strings are refused where the number that is meant can be named.
pub(super) const fn padding_number(rank: usize, keras: Param) -> Param {
    keras.in_pytorch(Kind::Padding { rank }, Some(Default::Int(0)), "")
}

pub(super) const PADDING_MODE: Param = choice(
    "padding_mode",
    &["zeros", "reflect", "replicate", "circular"],
    false,
    Default::Str("zeros"),
    "What the padding is filled with.",
)
.pytorch_only();

pub(super) const FILTERS: Param =
    required("filters", POSITIVE, "32", "How many channels the output has.");
pub(super) const UNITS: Param =
    required("units", POSITIVE, "64", "How many features the output has.");
pub(super) const DEPTH_MULTIPLIER: Param = optional(
    "depth_multiplier",
    POSITIVE,
    Default::Int(1),
    "How many output channels each input channel is given.",
);
pub(super) const GROUPS: Param = optional(
    "groups",
    POSITIVE,
    Default::Int(1),
    "Into how many groups of channels the input is split; must divide input channels and filters.",
);

/// A number for each spatial dimension, 1 where not given. Keras writes one number for one dimension.
pub(super) const fn ones(name: &'static str, rank: usize, doc: &'static str) -> Param {
    let default = match rank {
        1 => Default::Int(1),
        2 => Default::Ints(&[1, 1]),
        _ => Default::Ints(&[1, 1, 1]),
    };
    let param = optional(name, Kind::Ints { rank, min: 1 }, default, doc);
    param.in_pytorch(Kind::Spread { rank, min: 1 }, Some(default), "")
}

pub(super) const fn kernel_size(rank: usize) -> Param {
    required(
        "kernel_size",
        Kind::Ints { rank, min: 1 },
        "3",
        "The size of the kernel, one number or one for each spatial dimension.",
    )
}

pub(super) const fn strides(rank: usize) -> Param {
    ones("strides", rank, "How far the kernel moves each step.")
}

pub(super) const fn dilation_rate(rank: usize) -> Param {
    ones("dilation_rate", rank, "How far apart the kernel's elements are.")
}

pub(super) const ACTIVATION: Param = optional(
    "activation",
    Kind::Activation,
    Default::None,
    "The function that is applied to the output.",
);
pub(super) const USE_BIAS: Param =
    optional("use_bias", Kind::Bool, Default::Bool(true), "Whether a bias is added.");
pub(super) const DROPOUT: Param = optional(
    "dropout",
    SHARE,
    Default::Float(0.0),
    "The share of attention scores that training drops.",
);
pub(super) const RATE: Param =
    required("rate", SHARE, "0.5", "The share of elements that training drops.");
pub(super) const SEED: Param = free("seed", "A seed for the random numbers.");

pub(super) const KERNEL_INITIALIZER: Param =
    initializer("kernel_initializer", "glorot_uniform", "How the kernel starts.");
pub(super) const DEPTHWISE_INITIALIZER: Param =
    initializer("depthwise_initializer", "glorot_uniform", "How the depthwise kernel starts.");
pub(super) const POINTWISE_INITIALIZER: Param =
    initializer("pointwise_initializer", "glorot_uniform", "How the pointwise kernel starts.");
pub(super) const RECURRENT_INITIALIZER: Param =
    initializer("recurrent_initializer", "orthogonal", "How the recurrent kernel starts.");
pub(super) const BIAS_INITIALIZER: Param =
    initializer("bias_initializer", "zeros", "How the bias starts.");
pub(super) const BETA_INITIALIZER: Param =
    initializer("beta_initializer", "zeros", "How the offset starts.");
pub(super) const GAMMA_INITIALIZER: Param =
    initializer("gamma_initializer", "ones", "How the factor starts.");

pub(super) const KERNEL_REGULARIZER: Param =
    regularizer("kernel_regularizer", "A penalty on the kernel.");
pub(super) const DEPTHWISE_REGULARIZER: Param =
    regularizer("depthwise_regularizer", "A penalty on the depthwise kernel.");
pub(super) const POINTWISE_REGULARIZER: Param =
    regularizer("pointwise_regularizer", "A penalty on the pointwise kernel.");
pub(super) const RECURRENT_REGULARIZER: Param =
    regularizer("recurrent_regularizer", "A penalty on the recurrent kernel.");
pub(super) const BIAS_REGULARIZER: Param =
    regularizer("bias_regularizer", "A penalty on the bias.");
pub(super) const BETA_REGULARIZER: Param =
    regularizer("beta_regularizer", "A penalty on the offset.");
pub(super) const GAMMA_REGULARIZER: Param =
    regularizer("gamma_regularizer", "A penalty on the factor.");
pub(super) const ACTIVITY_REGULARIZER: Param =
    regularizer("activity_regularizer", "A penalty on the output.");

pub(super) const KERNEL_CONSTRAINT: Param =
    constraint("kernel_constraint", "A bound on the kernel.");
pub(super) const DEPTHWISE_CONSTRAINT: Param =
    constraint("depthwise_constraint", "A bound on the depthwise kernel.");
pub(super) const POINTWISE_CONSTRAINT: Param =
    constraint("pointwise_constraint", "A bound on the pointwise kernel.");
pub(super) const RECURRENT_CONSTRAINT: Param =
    constraint("recurrent_constraint", "A bound on the recurrent kernel.");
pub(super) const BIAS_CONSTRAINT: Param = constraint("bias_constraint", "A bound on the bias.");
pub(super) const BETA_CONSTRAINT: Param = constraint("beta_constraint", "A bound on the offset.");
pub(super) const GAMMA_CONSTRAINT: Param = constraint("gamma_constraint", "A bound on the factor.");

pub(super) const LORA_RANK: Param =
    free("lora_rank", "The rank of a low-rank adaptation that is trained instead of the kernel.");
pub(super) const LORA_ALPHA: Param = free("lora_alpha", "The factor of the low-rank adaptation.");
pub(super) const QUANTIZATION_CONFIG: Param =
    free("quantization_config", "How the weights are quantized.");
