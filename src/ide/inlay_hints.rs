//! What an editor shows between the characters of the text.

use super::analysis::Analysis;
use super::hover::HoverConfig;
use crate::text::{TextEdit, TextRange, TextSize};

/// A hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InlayHint {
    /// Where it stands.
    pub offset: TextSize,
    /// What it says, without the blanks around it.
    pub label: String,
    /// What it is about.
    pub kind: InlayHintKind,
    /// Whether a blank stands before it.
    pub padding_left: bool,
    /// Whether a blank stands behind it.
    pub padding_right: bool,
    /// The edits that write what the hint says into the text; empty where it cannot be written.
    pub edits: Vec<TextEdit>,
}

/// What a hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InlayHintKind {
    /// The output of a layer: `→ 26×26×32`.
    Shape,
    /// The sums of a network: `693,962 parameters, 888 kMACs`.
    Totals,
    /// The parameters of a layer: `18,496 params`.
    Params,
    /// The parameter that a positional argument means: `filters=`.
    ArgumentName,
    /// Where a branch starts: `from enc1`.
    BranchStart,
}

/// Which hints are shown, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InlayHintsConfig {
    /// [`InlayHintKind::Shape`].
    pub shapes: bool,
    /// [`InlayHintKind::Totals`].
    pub totals: bool,
    /// [`InlayHintKind::Params`].
    pub params: bool,
    /// [`InlayHintKind::ArgumentName`].
    pub argument_names: bool,
    /// [`InlayHintKind::BranchStart`].
    pub branch_starts: bool,
    /// The most characters of a label; `None` for no limit.
    pub max_length: Option<usize>,
}

impl Default for InlayHintsConfig {
    fn default() -> InlayHintsConfig {
        InlayHintsConfig {
            shapes: true,
            totals: true,
            params: false,
            argument_names: false,
            branch_starts: true,
            max_length: Some(40),
        }
    }
}

pub(super) fn inlay_hints(
    _analysis: &Analysis,
    _range: TextRange,
    _config: &InlayHintsConfig,
) -> Vec<InlayHint> {
    Vec::new()
}

pub(super) fn tooltip(
    _analysis: &Analysis,
    _hint: &InlayHint,
    _config: &HoverConfig,
) -> Option<String> {
    None
}
