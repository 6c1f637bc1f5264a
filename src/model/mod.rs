//! The transformed model.

pub mod hir;
pub mod lower;
