//! The parameters of recurrent layers and cells, in Keras's order, and those that only PyTorch's have.

use super::super::shared::*;
use crate::lang::{Default, Kind, Param};

pub(in crate::lang::layers) const TANH: Param = optional(
    "activation",
    Kind::Activation,
    Default::Str("tanh"),
    "The function that is applied to the candidate state.",
);
pub(in crate::lang::layers) const RECURRENT_ACTIVATION: Param = optional(
    "recurrent_activation",
    Kind::Activation,
    Default::Str("sigmoid"),
    "The function that is applied to the gates.",
);
pub(in crate::lang::layers) const UNIT_FORGET_BIAS: Param = optional(
    "unit_forget_bias",
    Kind::Bool,
    Default::Bool(true),
    "Whether the bias of the forget gate starts at 1.",
);
/// Keras clips these two instead of refusing them.
pub(in crate::lang::layers) const INPUT_DROPOUT: Param =
    optional("dropout", NUMBER, Default::Float(0.0), "The share of the input that training drops.");
pub(in crate::lang::layers) const STATE_DROPOUT: Param = optional(
    "recurrent_dropout",
    NUMBER,
    Default::Float(0.0),
    "The share of the state that training drops.",
);
const RECURRENT_DROPOUT: Param = STATE_DROPOUT.keras_only();
const fn flag(name: &'static str, doc: &'static str) -> Param {
    optional(name, Kind::Bool, Default::Bool(false), doc)
}
pub(in crate::lang::layers) const RETURN_SEQUENCES: Param =
    flag("return_sequences", "Whether the output of every step comes out, not only the last.");
pub(in crate::lang::layers) const RETURN_STATE: Param =
    flag("return_state", "Whether the last state comes out as well.");
pub(in crate::lang::layers) const GO_BACKWARDS: Param =
    flag("go_backwards", "Whether the sequence is read from its end.");
pub(in crate::lang::layers) const STATEFUL: Param =
    flag("stateful", "Whether the state is kept from batch to batch.");
const UNROLL: Param = flag("unroll", "Whether the loop is unrolled.").keras_only();
const USE_CUDNN: Param = optional(
    "use_cudnn",
    Kind::Any,
    Default::Str("auto"),
    "Whether the GPU's own version is used.",
)
.keras_only();
const RESET_AFTER: Param = optional(
    "reset_after",
    Kind::Bool,
    Default::Bool(true),
    "Whether the reset gate is applied after the multiplication, which takes a second bias.",
)
.keras_only();
const NUM_LAYERS: Param = optional(
    "num_layers",
    POSITIVE,
    Default::Int(1),
    "How many layers are stacked, each on the steps of the one before.",
)
.pytorch_only();
const BIDIRECTIONAL: Param =
    flag("bidirectional", "Whether a second layer reads the sequence from its end.").pytorch_only();
const PROJ_SIZE: Param = optional(
    "proj_size",
    Kind::Int { min: 0 },
    Default::Int(0),
    "How many features the state is projected to, 0 for no projection; less than `units`.",
)
.pytorch_only();

pub(super) const LSTM: &[Param] = &[
    UNITS,
    TANH,
    RECURRENT_ACTIVATION,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    UNIT_FORGET_BIAS,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    SEED,
    RETURN_SEQUENCES,
    RETURN_STATE,
    GO_BACKWARDS,
    STATEFUL,
    UNROLL,
    USE_CUDNN,
    NUM_LAYERS,
    BIDIRECTIONAL,
    PROJ_SIZE,
];
pub(super) const GRU: &[Param] = &[
    UNITS,
    TANH,
    RECURRENT_ACTIVATION,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    SEED,
    RETURN_SEQUENCES,
    RETURN_STATE,
    GO_BACKWARDS,
    STATEFUL,
    UNROLL,
    RESET_AFTER,
    USE_CUDNN,
    NUM_LAYERS,
    BIDIRECTIONAL,
];
pub(super) const SIMPLE: &[Param] = &[
    UNITS,
    TANH,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    RETURN_SEQUENCES,
    RETURN_STATE,
    GO_BACKWARDS,
    STATEFUL,
    UNROLL,
    SEED,
    NUM_LAYERS,
    BIDIRECTIONAL,
];
pub(super) const LSTM_CELL: &[Param] = &[
    UNITS,
    TANH,
    RECURRENT_ACTIVATION,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    UNIT_FORGET_BIAS,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    SEED,
];
pub(super) const GRU_CELL: &[Param] = &[
    UNITS,
    TANH,
    RECURRENT_ACTIVATION,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    RESET_AFTER,
    SEED,
];
pub(super) const SIMPLE_CELL: &[Param] = &[
    UNITS,
    TANH,
    USE_BIAS,
    KERNEL_INITIALIZER,
    RECURRENT_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    RECURRENT_REGULARIZER,
    BIAS_REGULARIZER,
    KERNEL_CONSTRAINT,
    RECURRENT_CONSTRAINT,
    BIAS_CONSTRAINT,
    INPUT_DROPOUT,
    RECURRENT_DROPOUT,
    SEED,
];
pub(super) const RNN: &[Param] = &[
    required(
        "cell",
        Kind::Layers,
        "LSTMCell(64)",
        "The cell, or a tuple of cells that are stacked.",
    ),
    RETURN_SEQUENCES,
    RETURN_STATE,
    GO_BACKWARDS,
    STATEFUL,
    UNROLL,
    flag("zero_output_for_mask", "Whether masked steps give zeros."),
];
