//! The transformed model.

pub mod hir;
