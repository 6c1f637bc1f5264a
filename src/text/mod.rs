//! Plain text: where lines start, how columns are counted, and edits as values.
//!
//! This room knows nothing of Neural DSL. Everything above it speaks in byte offsets
//! ([`TextSize`], [`TextRange`]); line and column numbers appear only at the edges of the program,
//! and are computed here.

mod edit;
mod line_index;
mod occurrences;

pub use edit::{TextEdit, apply_edits};
pub use line_index::{ColumnUnit, LineCol, LineIndex};
pub use occurrences::Occurrences;
pub use text_size::{TextRange, TextSize};
