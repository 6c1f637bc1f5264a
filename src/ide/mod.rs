//! Features for editors and the command line: offsets in, plain structs out.
//!
//! One file a feature. Nothing here knows of the Language Server Protocol or of a terminal. Only
//! [`analysis`] opens the database.

mod analysis;
mod code_actions;
mod diagnostics;
#[cfg(test)]
mod fixture;
mod folding;
mod goto_definition;
mod host;
mod hover;
mod index;
mod inlay_hints;
pub mod json;
mod names;
mod numbers;
#[cfg(test)]
mod properties;
mod references;
mod report;
mod selection;
mod semantic_tokens;
mod suppressions;
mod symbols;
mod tokens;
mod view;

pub use analysis::{Analysis, analyze, analyze_with, framework};
pub use code_actions::{CodeAction, CodeActionKind};
pub use folding::{FoldingKind, FoldingRange};
pub use goto_definition::{NavTarget, Navigation};
pub use host::{AnalysisHost, FileId};
pub use hover::{Hover, HoverConfig};
pub use inlay_hints::{InlayHint, InlayHintKind, InlayHintsConfig};
pub use references::DocumentHighlight;
pub use report::{FileReport, NetworkReport, Row, Totals};
pub use semantic_tokens::{SemanticModifiers, SemanticToken, SemanticTokenKind};
pub use symbols::{DocumentSymbol, SymbolKind};
pub use view::{DimView, InputView, ShapeView, shape_text};
