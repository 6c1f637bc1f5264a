//! What is meant, beyond shapes: checks of single sections, optimizers, devices, hyperparameters and
//! research files.
//!
//! Every check is a pure function of one piece of the high-level form; its places are relative to
//! that piece.

mod arguments;
#[cfg(test)]
mod fixture;
mod hyperparameters;
mod keys;
mod sections;
mod values;

pub use hyperparameters::check_hpo;
pub use keys::{check_device, check_research};
pub use sections::check_section;
