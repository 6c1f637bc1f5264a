//! From a use to what is meant: macros, their parameters, named layers, inputs.

use super::analysis::Analysis;
use crate::text::{TextRange, TextSize};

/// Where something leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Navigation {
    /// The text that leads there.
    pub origin: TextRange,
    /// Where it leads, usually one place.
    pub targets: Vec<NavTarget>,
}

/// A place that something leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NavTarget {
    /// The whole definition.
    pub range: TextRange,
    /// Its name.
    pub selection_range: TextRange,
}

/// The layers and inputs called `name` that an operand at `at` may mean.
pub(super) fn named(_analysis: &Analysis, _at: TextRange, _name: &str) -> Vec<NavTarget> {
    Vec::new()
}

pub(super) fn goto_definition(_analysis: &Analysis, _offset: TextSize) -> Option<Navigation> {
    None
}
