//! The meaning of each token, for colours that a grammar of regular expressions cannot give.

use super::analysis::Analysis;
use crate::text::TextRange;

/// A token with its meaning. It never goes over a line's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SemanticToken {
    /// The token.
    pub range: TextRange,
    /// What it is.
    pub kind: SemanticTokenKind,
    /// What else it is.
    pub modifiers: SemanticModifiers,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SemanticTokenKind {
    /// `network`, `layers`, `define`.
    Keyword,
    /// A network's name, where it is defined.
    Network,
    /// A layer of the table, or a class of the author's own.
    Layer,
    /// A macro.
    Macro,
    /// The name of an argument, or a key of a section.
    Property,
    /// A parameter of a macro.
    Parameter,
    /// An input or a named layer, also inside the quotes of an operand.
    Variable,
    /// An optimizer, a loss, a metric, a schedule.
    Function,
    /// The name of a branch.
    Branch,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `None`.
    Constant,
    /// `HPO`, `choice`, `range`.
    Hpo,
    /// `*`, `@`, `+`.
    Operator,
    /// A comment.
    Comment,
}

/// What else a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SemanticModifiers {
    /// Whether a name is introduced here.
    pub definition: bool,
    /// Whether it belongs to the language and not to the author.
    pub default_library: bool,
}

pub(super) fn semantic_tokens(
    _analysis: &Analysis,
    _range: Option<TextRange>,
) -> Vec<SemanticToken> {
    Vec::new()
}
