//! From a definition to its uses.

use super::analysis::Analysis;
use crate::text::{TextRange, TextSize};

/// A place to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentHighlight {
    /// The name.
    pub range: TextRange,
    /// Whether it is the definition; else a use.
    pub is_definition: bool,
}

pub(super) fn references(
    _analysis: &Analysis,
    _offset: TextSize,
    _include_definition: bool,
) -> Vec<TextRange> {
    Vec::new()
}

pub(super) fn document_highlights(
    _analysis: &Analysis,
    _offset: TextSize,
) -> Vec<DocumentHighlight> {
    Vec::new()
}
