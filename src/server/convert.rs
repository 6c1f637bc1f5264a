//! Places of the protocol and places of the text.

use tower_lsp::lsp_types::{Position, Range};

use crate::text::{ColumnUnit, LineCol, LineIndex, TextRange, TextSize};

/// The position of an offset.
pub(super) fn position(
    text: &str,
    index: &LineIndex,
    offset: TextSize,
    unit: ColumnUnit,
) -> Position {
    let LineCol { line, col } = index.position(text, offset, unit);
    Position { line, character: col }
}

/// The range of the protocol that a range of the text is.
pub(super) fn range(text: &str, index: &LineIndex, range: TextRange, unit: ColumnUnit) -> Range {
    Range {
        start: position(text, index, range.start(), unit),
        end: position(text, index, range.end(), unit),
    }
}

/// The offset of a position; one outside of the text is moved into it.
pub(super) fn offset(
    text: &str,
    index: &LineIndex,
    position: Position,
    unit: ColumnUnit,
) -> TextSize {
    index.offset(text, LineCol { line: position.line, col: position.character }, unit)
}

/// The range of the text that a range of the protocol is. Its ends may come in either order.
pub(super) fn text_range(
    text: &str,
    index: &LineIndex,
    range: Range,
    unit: ColumnUnit,
) -> TextRange {
    let (start, end) =
        (offset(text, index, range.start, unit), offset(text, index, range.end, unit));
    TextRange::new(start.min(end), start.max(end))
}
