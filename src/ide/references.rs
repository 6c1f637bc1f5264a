//! From a definition, or a use of it, to all uses.
//!
//! Every occurrence of the name in the text is asked where it leads; those that lead to the same
//! definition are the references.

use super::analysis::Analysis;
use super::goto_definition::{NavTarget, definitions};
use super::names::unquoted;
use super::tokens;
use crate::text::{TextRange, TextSize};

/// A place to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentHighlight {
    /// The name.
    pub range: TextRange,
    /// Whether it is the definition; else a use.
    pub is_definition: bool,
}

/// All uses of what stands at `offset`, in the order of the text.
pub(super) fn references(
    analysis: &Analysis,
    offset: TextSize,
    include_definition: bool,
) -> Vec<TextRange> {
    document_highlights(analysis, offset)
        .into_iter()
        .filter(|found| include_definition || !found.is_definition)
        .map(|found| found.range)
        .collect()
}

/// The definition and all uses of what stands at `offset`, in the order of the text.
pub(super) fn document_highlights(analysis: &Analysis, offset: TextSize) -> Vec<DocumentHighlight> {
    let root = analysis.syntax().syntax();
    let Some(token) = tokens::token_at(&root, offset) else { return Vec::new() };
    let Some(target) = definitions(analysis, &token).into_iter().next() else {
        return Vec::new();
    };
    let text = analysis.text();
    let name = unquoted(&text[target.selection_range]);
    if name.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<DocumentHighlight> = Vec::new();
    for at in occurrences(text, name) {
        let Some(token) = tokens::token_at(&root, at) else { continue };
        let range = token.text_range();
        let known = found.last().is_some_and(|last| last.range == range);
        if !known && leads_to(analysis, &token, &target) {
            let is_definition = range == target.selection_range;
            found.push(DocumentHighlight { range, is_definition });
        }
    }
    found
}

fn leads_to(analysis: &Analysis, token: &crate::syntax::SyntaxToken, target: &NavTarget) -> bool {
    definitions(analysis, token).contains(target)
}

/// Where `name` occurs as a word, letter case ignored (a macro may hide a layer in every spelling);
/// a number behind it counts as part of it, as copies have it.
fn occurrences<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = TextSize> + 'a {
    let bytes = text.as_bytes();
    let word = |byte: Option<&u8>| byte.is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    let first = name.as_bytes()[0];
    let is_here = move |at: usize| {
        let end = at + name.len();
        let same = bytes.get(at..end).is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()));
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let numbered =
            bytes.get(end) == Some(&b'_') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        same && !word(before) && (!word(bytes.get(end)) || numbered)
    };
    (0..bytes.len())
        .filter(move |&at| bytes[at].eq_ignore_ascii_case(&first) && is_here(at))
        .map(|at| TextSize::new(at as u32))
}

#[cfg(test)]
mod tests {
    use crate::ide::fixture::{at_cursor, with_marks};
    use expect_test::{Expect, expect};

    fn check(text: &str, expect: Expect) {
        let (analysis, offset) = at_cursor(text);
        let marks = analysis.document_highlights(offset).into_iter().flat_map(|found| {
            let open = if found.is_definition { "⟦" } else { "⟨" };
            let close = if found.is_definition { "⟧" } else { "⟩" };
            [(found.range.start(), open.to_owned()), (found.range.end(), close.to_owned())]
        });
        expect.assert_eq(&with_marks(analysis.text(), marks));
    }

    #[test]
    fn uses_of_macros_and_parameters() {
        let text = "define B(f, k=3) { Conv2D($f, k) * f }\ndefine C(f) { Dense($f) B(f=1) }\nnetwork N { input: (28, 28, 1) layers: B(4, k=1) C(2) B * 2 }";
        check(
            &text.replacen("B(4", "$0B(4", 1),
            expect![[r#"
            define ⟦B⟧(f, k=3) { Conv2D($f, k) * f }
            define C(f) { Dense($f) ⟨B⟩(f=1) }
            network N { input: (28, 28, 1) layers: ⟨B⟩(4, k=1) C(2) ⟨B⟩ * 2 }"#]],
        );
        check(
            &text.replacen("f=1", "$0f=1", 1),
            expect![[r#"
            define B(⟦f⟧, k=3) { Conv2D($⟨f⟩, k) * ⟨f⟩ }
            define C(f) { Dense($f) B(⟨f⟩=1) }
            network N { input: (28, 28, 1) layers: B(4, k=1) C(2) B * 2 }"#]],
        );
        check(
            &text.replacen("k=3", "$0k=3", 1),
            expect![[r#"
            define B(f, ⟦k⟧=3) { Conv2D($f, ⟨k⟩) * f }
            define C(f) { Dense($f) B(f=1) }
            network N { input: (28, 28, 1) layers: B(4, ⟨k⟩=1) C(2) B * 2 }"#]],
        );
        check(
            &text.replacen("Dense", "$0Dense", 1),
            expect![[r#"
            define B(f, k=3) { Conv2D($f, k) * f }
            define C(f) { Dense($f) B(f=1) }
            network N { input: (28, 28, 1) layers: B(4, k=1) C(2) B * 2 }"#]],
        );
    }

    #[test]
    fn uses_of_names() {
        let text = "network N {\n input: { a: (4,), b: (4,) }\n layers:\n a: { Dense(4, name=\"h\") * 2 } b: { } Add(\"a\") h_1: { } c: { Dense(4) } Add(\"h_2\", \"b\")\n}";
        check(
            &text.replacen("\"h\"", "$0\"h\"", 1),
            expect![[r#"
            network N {
             input: { a: (4,), b: (4,) }
             layers:
             a: { Dense(4, name=⟦"h"⟧) * 2 } b: { } Add("a") ⟨h_1⟩: { } c: { Dense(4) } Add(⟨"h_2"⟩, "b")
            }"#]],
        );
        check(
            &text.replacen("a: (4", "$0a: (4", 1),
            expect![[r#"
            network N {
             input: { ⟦a⟧: (4,), b: (4,) }
             layers:
             ⟨a⟩: { Dense(4, name="h") * 2 } b: { } Add(⟨"a"⟩) h_1: { } c: { Dense(4) } Add("h_2", "b")
            }"#]],
        );
    }
}
