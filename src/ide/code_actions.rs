//! The changes that an editor offers at a place: the fixes that findings carry.

use super::analysis::Analysis;
use crate::diagnostics::Diagnostic;
use crate::text::{TextEdit, TextRange};

/// A change on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeAction {
    /// What it does, as a menu shows it.
    pub title: String,
    /// What sort of change it is.
    pub kind: CodeActionKind,
    /// The finding that it mends.
    pub diagnostic: Option<Diagnostic>,
    /// The edits, which belong together.
    pub edits: Vec<TextEdit>,
    /// Whether it is the one that an editor applies without asking.
    pub is_preferred: bool,
}

/// Sorts of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeActionKind {
    /// Mends a finding.
    QuickFix,
}

/// The fixes of the findings that touch `range`.
pub(super) fn code_actions(_analysis: &Analysis, _range: TextRange) -> Vec<CodeAction> {
    Vec::new()
}
