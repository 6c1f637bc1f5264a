//! What an editor may fold.

use super::analysis::Analysis;
use crate::text::TextRange;

/// A range that can be folded to its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldingRange {
    /// From the first line's text to the end of the last line's.
    pub range: TextRange,
    /// What it is, where editors distinguish it.
    pub kind: Option<FoldingKind>,
}

/// Kinds of folding that editors distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldingKind {
    /// A comment, or several lines of them.
    Comment,
    /// Anything with a beginning and an end that its author marked.
    Region,
}

pub(super) fn folding_ranges(_analysis: &Analysis) -> Vec<FoldingRange> {
    Vec::new()
}
