//! Findings for people: excerpts of the text with the places marked, and one-line lists.
//!
//! The library that draws an excerpt reads all of the text it is given, once for each finding. It is
//! given the lines around the places and nothing else, so a file with many findings is not read
//! again and again.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostics::{Diagnostic, Severity};
use crate::text::{LineIndex, TextRange, TextSize};

/// Places that are at most this many lines apart share one piece of text.
const NEAR: u32 = 4;

/// A line longer than this is not shown; the place is named by line and column alone.
const LONGEST_LINE: usize = 2_000;

/// The finding as an excerpt of `text`, which is the file `name`. Colours are in it; the stream
/// takes them out where they are not wanted.
pub(super) fn excerpt(name: &str, text: &str, index: &LineIndex, finding: &Diagnostic) -> String {
    Renderer::styled().render(&[group(name, text, index, finding)])
}

/// The finding on one line: `a.neural:3:7: error[unknown-layer]: …`.
pub(super) fn line(name: &str, text: &str, index: &LineIndex, finding: &Diagnostic) -> String {
    let at = index.line_col_chars(text, finding.place.start());
    let Diagnostic { code, severity, message, .. } = finding;
    let line = format!("{name}:{}:{}: {severity}[{code}]: {message}", at.line + 1, at.col + 1);
    printable(&line).into_owned()
}

/// The text without characters that move the cursor or change colours; texts of authors may hold
/// them.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, "\u{fffd}").into()
    } else {
        text.into()
    }
}

fn group<'a>(
    name: &'a str,
    text: &'a str,
    index: &LineIndex,
    finding: &'a Diagnostic,
) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    };
    let mut group =
        Group::with_title(level.primary_title(finding.message.as_str()).id(finding.code.name()));
    for piece in pieces(index, marks(text, index, finding)) {
        let first = index.line_start(piece.lines.start);
        let shown = &text[usize::from(first)..usize::from(index.line_start(piece.lines.end))];
        if shown.lines().any(|line| line.len() > LONGEST_LINE) {
            group = group.element(origin(name, text, index, &piece));
            continue;
        }
        let annotations = piece.marks.into_iter().map(|mark| {
            let start = usize::from(mark.range.start() - first);
            let end = usize::from(mark.range.end() - first);
            mark.kind.span(start..end).label(mark.label)
        });
        let snippet = Snippet::<Annotation<'_>>::source(shown)
            .path(name)
            .line_start(piece.lines.start as usize + 1)
            .annotations(annotations);
        group = group.element(snippet);
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    for fix in &finding.fixes {
        group = group.element(Level::HELP.message(fix.title.as_str()));
    }
    group
}

/// A place to be marked, on one line.
struct Mark<'a> {
    range: TextRange,
    kind: AnnotationKind,
    label: Option<&'a str>,
}

/// Lines that are shown together.
struct Piece<'a> {
    lines: Range<u32>,
    marks: Vec<Mark<'a>>,
}

fn marks<'a>(text: &str, index: &LineIndex, finding: &'a Diagnostic) -> Vec<Mark<'a>> {
    let primary = Mark {
        range: first_line(text, index, finding.place),
        kind: AnnotationKind::Primary,
        label: None,
    };
    let related = finding.related.iter().map(|related| Mark {
        range: first_line(text, index, related.place),
        kind: AnnotationKind::Context,
        label: Some(related.message.as_str()),
    });
    std::iter::once(primary).chain(related).collect()
}

/// Puts marks that are near one another together; the piece with the primary mark comes first.
fn pieces<'a>(index: &LineIndex, mut marks: Vec<Mark<'a>>) -> Vec<Piece<'a>> {
    marks.sort_by_key(|mark| mark.range.start());
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for mark in marks {
        let line = index.line(mark.range.start());
        match pieces.last_mut() {
            Some(piece) if line < piece.lines.end + NEAR => {
                piece.lines.end = piece.lines.end.max(line + 1);
                piece.marks.push(mark);
            }
            _ => pieces.push(Piece { lines: line..line + 1, marks: vec![mark] }),
        }
    }
    let is_primary = |piece: &Piece<'_>| {
        piece.marks.iter().any(|mark| matches!(mark.kind, AnnotationKind::Primary))
    };
    pieces.sort_by_key(|piece| !is_primary(piece));
    pieces
}

fn origin<'a>(name: &'a str, text: &str, index: &LineIndex, piece: &Piece<'_>) -> Origin<'a> {
    let start = piece.marks.first().map_or_else(TextSize::default, |mark| mark.range.start());
    let at = index.line_col_chars(text, start);
    Origin::path(name).line(at.line as usize + 1).char_column(at.col as usize + 1)
}

/// The part of a range that is on its first line, inside the text and on character boundaries.
fn first_line(text: &str, index: &LineIndex, range: TextRange) -> TextRange {
    let floor = |at: TextSize| {
        let mut at = usize::from(at).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start());
    let line = index.line(TextSize::new(start as u32));
    let line_end = usize::from(index.line_start(line + 1));
    let content = text[start..line_end].trim_end_matches(['\n', '\r']).len();
    let end = floor(range.end()).clamp(start, start + content);
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;
    use crate::text::TextEdit;
    use expect_test::{Expect, expect};

    fn range(text: &str, piece: &str) -> TextRange {
        let start = text.find(piece).unwrap();
        TextRange::at(TextSize::new(start as u32), TextSize::of(piece))
    }

    fn check(text: &str, finding: &Diagnostic, expect: Expect) {
        let index = LineIndex::new(text);
        let plain = Renderer::plain().render(&[group("net.neural", text, &index, finding)]);
        expect.assert_eq(&format!("{plain}\n{}\n", line("net.neural", text, &index, finding)));
    }

    const TEXT: &str = "network Digits {\n  input: (28, 28, 1)\n  layers:\n    Flatten()\n    Dense(128)\n    Output(10)\n\n\n\n\n  loss: \"mse\"\n  optimizer: Adm()\n}\n";

    #[test]
    fn a_finding_is_shown_with_its_fixes() {
        let place = range(TEXT, "Adm");
        let finding =
            Diagnostic::new(codes::UNKNOWN_OPTIMIZER, place, "there is no optimizer `Adm`")
                .with_help("The optimizers are Keras's.")
                .with_fix("Change `Adm` to `Adam`", vec![TextEdit::new(place, "Adam")]);
        check(
            TEXT,
            &finding,
            expect![[r#"
            error[unknown-optimizer]: there is no optimizer `Adm`
              --> net.neural:12:14
               |
            12 |   optimizer: Adm()
               |              ^^^
               |
               = help: The optimizers are Keras's.
               = help: Change `Adm` to `Adam`
            net.neural:12:14: error[unknown-optimizer]: there is no optimizer `Adm`
        "#]],
        );
    }

    #[test]
    fn related_places_are_shown_near_and_far() {
        let finding = Diagnostic::new(codes::DUPLICATE_KEY, range(TEXT, "Output"), "it collides")
            .with_severity(Severity::Hint)
            .with_related(range(TEXT, "Dense(128)"), "this makes 128")
            .with_related(range(TEXT, "\"mse\""), "this asks for one");
        check(
            TEXT,
            &finding,
            expect![[r#"
            hint[duplicate-key]: it collides
              --> net.neural:6:5
               |
             5 |     Dense(128)
               |     ---------- this makes 128
             6 |     Output(10)
               |     ^^^^^^
               |
              ::: net.neural:11:9
               |
            11 |   loss: "mse"
               |         ----- this asks for one
            net.neural:6:5: hint[duplicate-key]: it collides
        "#]],
        );
    }

    #[test]
    fn odd_places_are_shown_too() {
        let whole = TextRange::up_to(TextSize::of(TEXT));
        check(
            TEXT,
            &Diagnostic::new(codes::EMPTY_LAYERS, whole, "all of it"),
            expect![[r#"
            error[empty-layers]: all of it
             --> net.neural:1:1
              |
            1 | network Digits {
              | ^^^^^^^^^^^^^^^^
            net.neural:1:1: error[empty-layers]: all of it
        "#]],
        );
        let end = TextRange::empty(TextSize::of(TEXT));
        check(
            TEXT,
            &Diagnostic::new(codes::EMPTY_LAYERS, end, "the end"),
            expect![[r#"
            error[empty-layers]: the end
              --> net.neural:14:1
               |
            14 |
               | ^
            net.neural:14:1: error[empty-layers]: the end
        "#]],
        );
        let inside = TextRange::new(3.into(), 90.into());
        check(
            "aé",
            &Diagnostic::new(codes::EMPTY_LAYERS, inside, "no place"),
            expect![[r#"
            error[empty-layers]: no place
             --> net.neural:1:3
              |
            1 | aé
              |   ^
            net.neural:1:3: error[empty-layers]: no place
        "#]],
        );
        check(
            "",
            &Diagnostic::new(codes::EMPTY_LAYERS, inside, "nothing"),
            expect![[r#"
            error[empty-layers]: nothing
             --> net.neural:1:1
              |
            1 |
              | ^
            net.neural:1:1: error[empty-layers]: nothing
        "#]],
        );
    }

    #[test]
    fn a_line_of_any_length_is_quick() {
        let text = format!("{}x", "é".repeat(200_000));
        let finding = Diagnostic::new(codes::EMPTY_LAYERS, range(&text, "x"), "far to the right");
        check(
            &text,
            &finding,
            expect![[r#"
            error[empty-layers]: far to the right
             --> net.neural:1:200001
            net.neural:1:200001: error[empty-layers]: far to the right
        "#]],
        );
    }

    #[test]
    fn tabs_and_control_characters_do_not_reach_the_terminal() {
        let text = "a\t\u{1b}[31mx\u{202e}y";
        let finding = Diagnostic::new(codes::EMPTY_LAYERS, range(text, "y"), "odd");
        check(
            text,
            &finding,
            expect![[r#"
            error[empty-layers]: odd
             --> net.neural:1:10
              |
            1 | a    ␛[31mx�y
              |             ^
            net.neural:1:10: error[empty-layers]: odd
        "#]],
        );
    }
}
