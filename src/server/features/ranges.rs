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

#[cfg(test)]
mod tests {
    use super::super::fixture::{TEXT, lines, poor, position_of, rich};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(actual: &str, expect: Expect) {
        expect.assert_eq(actual);
    }

    #[test]
    fn folds_have_columns_for_clients_that_want_them() {
        check(
            &lines(&folds(&rich(TEXT))),
            expect![[r#"
            {"startLine":0,"startCharacter":0,"endLine":5,"endCharacter":18}
            {"startLine":2,"startCharacter":2,"endLine":5,"endCharacter":18}
        "#]],
        );
    }

    #[test]
    fn each_position_has_its_selections() {
        let snapshot = poor(TEXT);
        let outside = Position { line: 99, character: 9 };
        let found = selections(&snapshot, &[position_of(&snapshot, "8, 1"), outside]);
        let mut actual = String::new();
        for selection in found {
            let mut next = Some(Box::new(selection));
            while let Some(selection) = next {
                let (start, end) = (selection.range.start, selection.range.end);
                actual += &format!(
                    "{}:{}..{}:{}\n",
                    start.line, start.character, end.line, end.character
                );
                next = selection.parent;
            }
            actual += "\n";
        }
        check(
            &actual,
            expect![[r#"
            1:13..1:14
            1:10..1:17
            1:9..1:18
            1:2..1:18
            1:2..5:18
            0:0..6:1
            0:0..7:0

            0:0..7:0

        "#]],
        );
    }
}
