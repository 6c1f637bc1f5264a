//! What an editor may fold: what has brackets over several lines, sections, comments, and regions
//! that comments mark.

use super::analysis::Analysis;
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};
use rowan::{NodeOrToken, WalkEvent};

/// A range that can be folded to its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldingRange {
    /// From the first line's text to the end of the last line's. A closing bracket that stands on a
    /// line of its own is left out, so that it stays visible.
    pub range: TextRange,
    /// What it is, where editors distinguish it.
    pub kind: Option<FoldingKind>,
}

/// Kinds of folding that editors distinguish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoldingKind {
    /// A comment, or several lines of them.
    Comment,
    /// From `# region` to `# endregion`.
    Region,
}

/// The ranges in the order of the text, at most one for each line that they start on.
pub(super) fn folding_ranges(analysis: &Analysis) -> Vec<FoldingRange> {
    let mut folds = Folds { analysis, found: Vec::new(), comments: None, regions: Vec::new() };
    let mut walk = analysis.syntax().syntax().preorder_with_tokens();
    while let Some(event) = walk.next() {
        let WalkEvent::Enter(element) = event else { continue };
        match element {
            NodeOrToken::Node(node) if folds.is_one_line(node.text_range()) => {
                // Comments inside of a line fold with nothing.
                walk.skip_subtree();
            }
            NodeOrToken::Node(node) => folds.node(&node),
            NodeOrToken::Token(token) => folds.token(&token),
        }
    }
    folds.end_comments();
    let mut found = folds.found;
    found.sort_by_key(|fold| (fold.range.start(), std::cmp::Reverse(fold.range.end())));
    let line = |fold: &FoldingRange| analysis.line_index().line(fold.range.start());
    found.dedup_by(|later, before| line(later) == line(before));
    found
}

struct Folds<'a> {
    analysis: &'a Analysis,
    found: Vec<FoldingRange>,
    /// Lines of comments without anything else between them.
    comments: Option<TextRange>,
    regions: Vec<TextSize>,
}

impl Folds<'_> {
    fn is_one_line(&self, range: TextRange) -> bool {
        let lines = self.analysis.line_index();
        lines.line(range.start()) == lines.line(range.end())
    }

    fn push(&mut self, range: TextRange, kind: Option<FoldingKind>) {
        if !self.is_one_line(range) {
            self.found.push(FoldingRange { range, kind });
        }
    }

    fn node(&mut self, node: &SyntaxNode) {
        let folds = matches!(
            node.kind(),
            SyntaxKind::NETWORK
                | SyntaxKind::MACRO_DEF
                | SyntaxKind::RESEARCH
                | SyntaxKind::INPUT_SECTION
                | SyntaxKind::LAYERS_SECTION
                | SyntaxKind::LOSS_SECTION
                | SyntaxKind::OPTIMIZER_SECTION
                | SyntaxKind::METRICS_SECTION
                | SyntaxKind::TRAIN_SECTION
                | SyntaxKind::EXECUTE_SECTION
                | SyntaxKind::REFERENCES_SECTION
                | SyntaxKind::UNKNOWN_SECTION
                | SyntaxKind::BLOCK
                | SyntaxKind::ARG_LIST
                | SyntaxKind::PARAM_LIST
                | SyntaxKind::TUPLE
                | SyntaxKind::LIST
        );
        if folds {
            let range = self.without_bracket(node);
            self.push(range, None);
        }
    }

    /// The range of a node without a closing bracket that begins a line.
    fn without_bracket(&self, node: &SyntaxNode) -> TextRange {
        let range = node.text_range();
        let is_bracket = node.last_token().is_some_and(|token| {
            matches!(token.kind(), SyntaxKind::R_BRACE | SyntaxKind::R_PAREN | SyntaxKind::R_BRACK)
        });
        let end = usize::from(range.end());
        let inside = &self.analysis.text()[usize::from(range.start())..end];
        let body = inside.get(..inside.len().saturating_sub(1)).filter(|_| is_bracket);
        let Some(body) = body else { return range };
        let kept = body.trim_end();
        match body[kept.len()..].contains(['\n', '\r']) {
            true => TextRange::at(range.start(), TextSize::of(kept)),
            false => range,
        }
    }

    fn token(&mut self, token: &SyntaxToken) {
        match token.kind() {
            SyntaxKind::COMMENT | SyntaxKind::OPEN_COMMENT => self.comment(token),
            SyntaxKind::WHITESPACE => {
                let text = token.text();
                let lines = text.matches('\n').count().max(text.matches('\r').count());
                if lines > 1 {
                    self.end_comments();
                }
            }
            _ => self.end_comments(),
        }
    }

    fn comment(&mut self, token: &SyntaxToken) {
        let range = token.text_range();
        let words = token.text().trim_start_matches(['#', '/', '*', ' ', '\t']);
        if words.starts_with("region") {
            self.end_comments();
            self.regions.push(range.start());
        } else if words.starts_with("endregion") {
            self.end_comments();
            if let Some(start) = self.regions.pop() {
                self.push(TextRange::new(start, range.end()), Some(FoldingKind::Region));
            }
        } else if self.begins_line(range.start()) {
            let start = self.comments.map_or(range.start(), |before| before.start());
            self.comments = Some(TextRange::new(start, range.end()));
        }
    }

    fn end_comments(&mut self) {
        if let Some(range) = self.comments.take() {
            self.push(range, Some(FoldingKind::Comment));
        }
    }

    fn begins_line(&self, offset: TextSize) -> bool {
        let before = &self.analysis.text()[..usize::from(offset)];
        let blank = before.trim_end_matches([' ', '\t', '\u{feff}']);
        blank.is_empty() || blank.ends_with(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::file;
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let analysis = file(text);
        let lines = analysis.line_index();
        let mut out = String::new();
        for fold in analysis.folding_ranges() {
            let kind = fold.kind.map_or_else(String::new, |kind| format!(" {kind:?}"));
            let (start, end) = (lines.line(fold.range.start()), lines.line(fold.range.end()));
            out.push_str(&format!("{}..{}{kind}\n", start + 1, end + 1));
        }
        expect.assert_eq(&out);
    }

    #[test]
    fn what_spans_lines_folds() {
        check(
            "# one\n# two\n\n# three\ndefine B {\n  Dense(\n    3\n  )\n}\nnetwork N {\n  input: (4,)\n  layers:\n    a: {\n      B\n    }\n    b: { B }\n    /* all\n       of it */\n    Add()\n  train {\n    epochs: 5\n  }\n}",
            expect![[r#"
                1..2 Comment
                5..8
                6..7
                10..22
                12..19
                13..14
                17..18 Comment
                20..21
            "#]],
        );
        check(
            "# region a\nnetwork N {\r\n  layers:\r\n    Dense(3)\r\n}\r\n# endregion",
            expect![[r#"
                1..6 Region
                2..4
                3..4
            "#]],
        );
        check(
            "network N {\n  layers:\n  Dense(3)",
            expect![[r#"
            1..3
            2..3
        "#]],
        );
    }
}
