//! The ranges that a growing selection takes: the word, what is between its brackets, the brackets
//! too, and so on outwards.

use super::analysis::Analysis;
use super::tokens;
use crate::syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use crate::text::{TextRange, TextSize};

/// The ranges around `offset`, the innermost first; each lies inside of the next.
pub(super) fn selection_ranges(analysis: &Analysis, offset: TextSize) -> Vec<TextRange> {
    let root = analysis.syntax().syntax();
    let whole = root.text_range();
    let mut ranges = Vec::new();
    if let Some(token) = tokens::token_at(&root, offset) {
        if token.kind() == SyntaxKind::STRING && token.text().len() > 2 {
            let range = token.text_range();
            let one = TextSize::new(1);
            ranges.push(TextRange::new(range.start() + one, range.end() - one));
        }
        if token.kind() != SyntaxKind::WHITESPACE {
            ranges.push(token.text_range());
        }
        // The chunks of long lists are storage and not of the language.
        let nodes = token.parent_ancestors().filter(|node| node.kind() != SyntaxKind::CHUNK);
        for node in nodes {
            ranges.extend(between_brackets(&node));
            ranges.push(node.text_range());
        }
    }
    ranges.push(whole);
    let mut nested: Vec<TextRange> = Vec::new();
    for range in ranges {
        let grows = nested.last().is_none_or(|last| range.contains_range(*last) && range != *last);
        if grows && range.contains_inclusive(offset) {
            nested.push(range);
        }
    }
    nested
}

/// What stands between the brackets of a node that ends in one.
fn between_brackets(node: &SyntaxNode) -> Option<TextRange> {
    let is = |token: &SyntaxToken, kinds: &[SyntaxKind]| kinds.contains(&token.kind());
    let close = node.last_token().filter(|token| {
        is(token, &[SyntaxKind::R_PAREN, SyntaxKind::R_BRACE, SyntaxKind::R_BRACK])
    })?;
    // A list of layers may end in a bracket of its last layer; looking through it would take long.
    if close.parent().as_ref() != Some(node) {
        return None;
    }
    let open = node.children_with_tokens().filter_map(|it| it.into_token()).find(|token| {
        is(token, &[SyntaxKind::L_PAREN, SyntaxKind::L_BRACE, SyntaxKind::L_BRACK])
    })?;
    let solid = |token: &SyntaxToken| token.kind() != SyntaxKind::WHITESPACE;
    let first = std::iter::successors(open.next_token(), SyntaxToken::next_token).find(solid)?;
    let last = std::iter::successors(close.prev_token(), SyntaxToken::prev_token).find(solid)?;
    let (start, end) = (first.text_range().start(), last.text_range().end());
    (start < end).then(|| TextRange::new(start, end))
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::{at_cursor, shown};
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let (analysis, offset) = at_cursor(text);
        let ranges = analysis.selection_ranges(offset);
        let lines: Vec<String> = ranges.into_iter().map(|it| shown(&analysis, it)).collect();
        expect.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn selections_grow() {
        check(
            "network N { layers: Dense(4, activation=\"re$0lu\") Flatten }",
            expect![[r#"
            relu
            "relu"
            activation="relu"
            4, activation="relu"
            (4, activation="relu")
            Dense(4, activation="relu")
            Dense(4, activation="relu") Flatten
            layers: Dense(4, activation="relu") Flatten
            network N { layers: Dense(4, activation="relu") Flatten }"#]],
        );
        check(
            "network N { layers: a: { Dense((2, $03)) * 2 } }",
            expect![[r#"
            3
            2, 3
            (2, 3)
            ((2, 3))
            Dense((2, 3))
            Dense((2, 3)) * 2
            { Dense((2, 3)) * 2 }
            a: { Dense((2, 3)) * 2 }
            layers: a: { Dense((2, 3)) * 2 }
            network N { layers: a: { Dense((2, 3)) * 2 } }"#]],
        );
        check(
            "network N {$0 }",
            expect![[r#"
            {
            network N { }"#]],
        );
        check("# network $0", expect!["# network "]);
    }
}
