//! The layer table, a file for each family.

use super::layer::LayerEntry;

mod activation;
mod attention;
mod composite;
mod convlstm;
mod convolution;
mod core;
mod einsum;
mod merging;
mod normalization;
mod pooling;
mod recurrent;
mod regularization;
mod reshaping;
mod resizing;
mod shared;
mod special;
mod transposed;
mod wrapper;

pub use activation::{ACTIVATIONS, activation_cost};
pub use merging::residual;
pub use wrapper::check_inner;

/// Every layer, family by family.
pub fn all() -> impl Iterator<Item = &'static LayerEntry> {
    [
        core::LAYERS,
        einsum::LAYERS,
        activation::LAYERS,
        convolution::LAYERS,
        transposed::LAYERS,
        pooling::LAYERS,
        recurrent::LAYERS,
        convlstm::LAYERS,
        wrapper::LAYERS,
        normalization::LAYERS,
        regularization::LAYERS,
        reshaping::LAYERS,
        resizing::LAYERS,
        merging::LAYERS,
        attention::LAYERS,
        composite::LAYERS,
        special::LAYERS,
    ]
    .into_iter()
    .flatten()
}

/// The layer with this name or alias, without regard to case.
pub fn find(name: &str) -> Option<&'static LayerEntry> {
    super::names::layer(name)
}
