//! What an editor shows under the pointer.

use super::analysis::Analysis;
use crate::text::{TextRange, TextSize};

/// A text about a piece of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The piece.
    pub range: TextRange,
    /// The text, in Markdown.
    pub markdown: String,
}

/// How numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoverConfig {
    /// The batch for activations and multiply-accumulates.
    pub batch: u64,
    /// The bytes of one number.
    pub dtype_bytes: u64,
    /// Whether the documentation of layers and parameters is shown below the numbers.
    pub documentation: bool,
}

impl Default for HoverConfig {
    fn default() -> HoverConfig {
        HoverConfig { batch: 1, dtype_bytes: 4, documentation: true }
    }
}

pub(super) fn hover(
    _analysis: &Analysis,
    _offset: TextSize,
    _config: &HoverConfig,
) -> Option<Hover> {
    None
}
