//! The model: from the tree of a file to its networks with every shape and number.
//!
//! ```text
//! tree --lower--> hir --document--> salsa inputs --db--> eval --> result --analysis--> the file
//! ```
//!
//! - [`hir`] and [`lower`]: what each statement, section and macro says, by itself.
//! - [`document`]: keeps the pieces of a file and the salsa inputs in step with its text.
//! - [`db`]: the inputs, the queries, and the loop that drives them.
//! - [`eval`]: the evaluation of statements; pure, and all that the queries do.
//! - [`statistics`]: what the queries did.
//! - [`analysis`]: a file as a whole, with the findings where they are reported.
//!
//! Nothing in a result is an absolute offset: places are relative to a piece of the text, which
//! keeps its identity while the text around it changes ([`place`]).

// A problem is as large as an outcome, so boxing it would save nothing.
#![allow(clippy::result_large_err)]

pub mod analysis;
pub mod chunks;
pub mod db;
pub mod document;
pub mod eval;
#[cfg(test)]
mod fixture;
pub mod hir;
pub mod hpo;
mod inputs;
mod lift;
pub mod lower;
mod macros;
mod names;
pub mod place;
pub mod result;
pub mod state;
mod statements;
pub mod statistics;
pub mod tensor;
pub mod uses;
mod whole;
