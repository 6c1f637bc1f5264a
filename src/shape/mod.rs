//! Shapes as values: sizes that are known, unknown, symbolic or chosen by a hyperparameter search,
//! and counts of parameters and multiply-accumulates over them.
//!
//! - [`Dim`]: one dimension. Arithmetic on a named unknown stays symbolic where it is simple.
//! - [`Shape`]: the dimensions of a tensor, the batch first.
//! - [`Count`]: parameters, multiply-accumulates, bytes. A number, a range, or unknown; it saturates
//!   at 64 bits and never wraps.
//! - [`Worlds`]: a value that depends on the choices of a hyperparameter search. A *world* is one
//!   combination of choices. Values that depend on the same variable stay correlated.
//!
//! Everything here is a pure value; this room knows of no layer and of no text.

mod count;
mod dim;
mod poly;
mod tensor;
mod worlds;

pub use count::{Count, grouped};
pub use dim::Dim;
pub use poly::{Atom, Poly, Symbol};
pub use tensor::Shape;
pub use worlds::{MAX_WORLDS, Variable, VariableId, World, Worlds, count_worlds, describe, union};
