//! The ranges that a growing selection takes.

use super::analysis::Analysis;
use crate::text::{TextRange, TextSize};

pub(super) fn selection_ranges(_analysis: &Analysis, _offset: TextSize) -> Vec<TextRange> {
    Vec::new()
}
