//! `textDocument/foldingRange` and `textDocument/selectionRange`

use tower_lsp::lsp_types::{FoldingRange, FoldingRangeKind, Position, SelectionRange};

use crate::ide;
use crate::server::snapshot::Snapshot;
use crate::text::TextRange;

/// The selections around one position: more are of no use, and the answer nests as deep.
const MAX_SELECTIONS: usize = 100;

/// What can be folded.
pub(in crate::server) fn folds(snapshot: &Snapshot) -> Vec<FoldingRange> {
    let folds = snapshot.analysis.folding_ranges();
    let limit = snapshot.client.max_folds.unwrap_or(usize::MAX);
    let convert = |fold: ide::FoldingRange| {
        let range = snapshot.range(fold.range);
        let whole_lines = snapshot.client.folds_lines;
        FoldingRange {
            start_line: range.start.line,
            start_character: (!whole_lines).then_some(range.start.character),
            end_line: range.end.line,
            end_character: (!whole_lines).then_some(range.end.character),
            kind: fold.kind.map(|kind| match kind {
                ide::FoldingKind::Comment => FoldingRangeKind::Comment,
                ide::FoldingKind::Region => FoldingRangeKind::Region,
            }),
            collapsed_text: None,
        }
    };
    let several_lines = |fold: &FoldingRange| fold.end_line > fold.start_line;
    folds.into_iter().map(convert).filter(several_lines).take(limit).collect()
}

/// For each position, the selections that grow around it.
pub(in crate::server) fn selections(
    snapshot: &Snapshot,
    positions: &[Position],
) -> Vec<SelectionRange> {
    let at = |position: &Position| {
        let offset = snapshot.offset(*position);
        let mut ranges = snapshot.analysis.selection_ranges(offset);
        ranges.truncate(MAX_SELECTIONS);
        // The answer has one entry for each position, whatever there is.
        let mut selection = SelectionRange {
            range: snapshot.range(ranges.pop().unwrap_or(TextRange::empty(offset))),
            parent: None,
        };
        for range in ranges.into_iter().rev() {
            let parent = Some(Box::new(selection));
            selection = SelectionRange { range: snapshot.range(range), parent };
        }
        selection
    };
    positions.iter().map(at).collect()
}
