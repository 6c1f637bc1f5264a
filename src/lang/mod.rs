//! The language as data: every layer with its parameters and its rule, and the names that the other
//! sections know.
//!
//! A layer is one entry ([`LayerEntry`]): name, aliases, parameters, documentation, and the pure
//! function that gives output shape, parameter counts and multiply-accumulates for known arguments
//! and input shapes. Everything else in the project reads that entry. Adding a layer touches one
//! file of [`layers`].
//!
//! A rule sees plain values: hyperparameters have been replaced by one of their choices, macro
//! parameters by their arguments. It does not know of text; it says which parameter is to blame, and
//! the caller finds the place.

// An outcome is as large as a problem, so boxing the problem would save nothing.
#![allow(clippy::result_large_err)]

mod args;
mod broadcast;
mod docs;
mod explain;
mod formula;
mod geometry;
mod layer;
pub mod layers;
mod mend;
mod names;
mod pytorch;
mod require;
mod rule;
#[cfg(test)]
mod testing;
mod validate;
mod value;

pub use args::{Args, Size};
pub use broadcast::{broadcast, projected_add, residual_add, residual_repeats};
pub use docs::layers_page;
pub use formula::{Formulas, SYMBOLS, Symbol, aux_flops};
pub use layer::{
    Category, Default, Explain, InPytorch, Kind, LayerEntry, Operands, Param, Role, Rule,
};
pub use layers::{check_inner, find as find_layer};
pub use mend::{mended, with_fitting_example};
pub use names::{
    LayerName, Origin, ParamName, base_doc, check_input_size, resolve_layer, resolve_param,
};
pub use rule::{Blame, BlockOutcome, Framework, Outcome, Problem, RuleCx, Suggestion};
pub use validate::{validate, wanted};
pub use value::Value;

pub mod devices;
pub mod losses;
pub mod metrics;
pub mod objects;
pub mod optimizers;
pub mod schedules;
pub mod signature;
pub mod training;
