//! What people write in the place of layers out of habit: arrows, assignments, arguments without
//! their parentheses, copies in front, sections in macros. The layer is read where it can be.

use super::expressions::{expr, starts_expr};
use super::groups::arg;
use super::layers::layer;
use super::recovery::{after, before, closing, quoted, skip_block, skip_line};
use super::unknown;
use super::words::{Section, at_top_level, holds_entries, is_capitalized, is_constant};
use crate::diagnostics::codes;
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange, TextSize};

/// `->` between layers, or before the name of an activation.
pub(super) fn arrow(p: &mut Parser<'_>) {
    let (here, arrow) = (p.here(), p.nth_text(0));
    let activation = p.nth(1) == IDENT
        && p.nth(2) != L_PAREN
        && p.nth(2) != L_BRACE
        && !is_capitalized(p.nth_text(1));
    let marker = p.start();
    if activation {
        let (name, after_call) = (p.nth_text(1), p.end_of_previous());
        let range = TextRange::new(after_call.end(), p.range_at(p.pos() + 1).end());
        let message = format!(
            "there are no arrows; write the activation as an argument: `activation=\"{name}\"`"
        );
        let fix = match p.previous() {
            R_PAREN if p.text_at(p.pos() - 2) == "(" => Some(vec![
                TextEdit::new(before(after_call), format!("activation=\"{name}\"")),
                TextEdit::new(range, ""),
            ]),
            R_PAREN => Some(vec![
                TextEdit::new(before(after_call), format!(", activation=\"{name}\"")),
                TextEdit::new(range, ""),
            ]),
            _ => None,
        };
        match fix {
            Some(edits) => {
                p.error_with_fix(
                    codes::SYNTAX_ARROW,
                    here,
                    message,
                    "Write it as an argument",
                    edits,
                );
            }
            None => drop(p.error(codes::SYNTAX_ARROW, here, message)),
        }
        p.bump();
        p.bump();
    } else {
        let message =
            format!("layers follow one another without `{arrow}`; write each on a line of its own");
        let edit = TextEdit::new(
            here,
            if p.nth_starts_line(0) || p.nth_starts_line(1) { "" } else { "\n" },
        );
        p.error_with_fix(
            codes::SYNTAX_ARROW,
            here,
            message,
            format!("Delete `{arrow}`"),
            vec![edit],
        );
        p.bump();
    }
    marker.complete(p, ERROR);
}

/// Whether words of a sentence stand here: three names in a row on one line, of which the second and
/// the third are plain words.
fn sentence_at(p: &Parser<'_>, n: usize) -> bool {
    let plain = |at: usize| {
        let word = p.nth_text(at);
        p.nth(at) == IDENT
            && !p.nth_starts_line(at)
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && !is_constant(word)
            && Section::of_word(word).is_none()
    };
    p.nth(n) == IDENT
        && plain(n + 1)
        && plain(n + 2)
        && p.nth_text(n + 1) != p.nth_text(n + 2)
        && !matches!(p.nth(n + 3), L_PAREN | L_BRACE | COLON | EQ)
}

/// A remark without its `#`, up to the end of the line. `false`, and nothing consumed, where none is
/// meant.
pub(super) fn remark(p: &mut Parser<'_>) -> bool {
    if matches!(p.nth_text(0), "for" | "while") && p.nth(1) == IDENT && !p.nth_starts_line(1) {
        repetition(p);
        return true;
    }
    let arrow = matches!(p.current(), ARROW | BAD_CHARACTERS) && !p.nth_starts_line(1);
    if !sentence_at(p, usize::from(arrow)) {
        return false;
    }
    let here = p.here();
    let edit = if arrow { TextEdit::new(here, "#") } else { TextEdit::new(before(here), "# ") };
    p.error_with_fix(
        codes::SYNTAX_UNEXPECTED,
        here,
        "this is no layer; a remark begins with `#`",
        "Make it a comment",
        vec![edit],
    );
    let marker = p.start();
    p.bump();
    skip_line(p);
    marker.complete_if_filled(p, ERROR);
    true
}

/// `for i in 3 { … }`, which is skipped with its block.
fn repetition(p: &mut Parser<'_>) {
    let here = p.here();
    p.error(
        codes::SYNTAX_UNEXPECTED,
        here,
        "there are no loops; copies are written behind a layer or a macro, as in `Dense(64) * 3`",
    );
    let marker = p.start();
    p.bump();
    skip_line(p);
    if p.at(L_BRACE) && !p.nth_starts_line(0) {
        skip_block(p);
    }
    marker.complete(p, LAYER_STMT);
}

/// `x = Dense(10)`, `Dense = 10` and `activation="relu"` in the place of a statement.
pub(super) fn assignment(p: &mut Parser<'_>) {
    let (first, name) = (p.pos(), p.nth_text(0));
    if p.nth(2) == IDENT
        && (p.nth(3) == L_PAREN || is_capitalized(p.nth_text(2)))
        && !is_capitalized(name)
    {
        let range = p.here().cover(p.range_at(first + 1));
        let edit = TextRange::new(range.start(), p.range_at(first + 2).start());
        p.error_with_fix(
            codes::SYNTAX_UNEXPECTED,
            range,
            format!(
                "layers are not assigned to names; write `{0}(…, name=\"{name}\")`",
                p.nth_text(2)
            ),
            format!("Delete `{name} =`"),
            vec![TextEdit::new(edit, "")],
        );
        let marker = p.start();
        p.bump();
        p.bump();
        marker.complete(p, ERROR);
        return;
    }
    let marker = p.start();
    let here = p.here();
    if is_capitalized(name) {
        let message = format!("the arguments of a layer stand in parentheses; write `{name}(…)`");
        p.error(codes::SYNTAX_LAYER_ARGUMENTS, here, message);
    } else {
        let message =
            format!("`{name}=` stands outside of a layer's parentheses; move it into them");
        p.error(codes::SYNTAX_UNEXPECTED, here, message);
    }
    let junk = p.start();
    p.bump();
    skip_line(p);
    junk.complete(p, ERROR);
    marker.complete(p, if is_capitalized(name) { LAYER_STMT } else { ERROR });
}

/// `Dense 64, "relu"` and `Dense: 64, "relu"`: arguments without their parentheses, up to the end of
/// the line. `open` is what stands in the place of the `(`.
pub(super) fn bare_arguments(p: &mut Parser<'_>, name: &str, open: TextRange) {
    let first = p.pos();
    let marker = p.start();
    while arg(p)
        && p.at(COMMA)
        && !p.nth_starts_line(1)
        && starts_expr(p.nth(1))
        && p.nth(2) != L_PAREN
    {
        p.bump();
    }
    let place = p.since(first);
    if p.at(R_PAREN) && !p.nth_starts_line(0) && p.open.parens == 0 {
        p.bump();
        marker.complete(p, ARG_LIST);
        p.error_with_fix(
            codes::SYNTAX_LAYER_ARGUMENTS,
            before(place),
            format!("expected `(` after `{name}`"),
            "Insert `(`",
            vec![TextEdit::new(TextRange::new(open.start(), place.start()), "(")],
        );
        return;
    }
    marker.complete(p, ARG_LIST);
    let call = quoted(&format!("{name}({})", p.slice(place)));
    p.error_with_fix(
        codes::SYNTAX_LAYER_ARGUMENTS,
        place,
        format!("the arguments of a layer stand in parentheses; write {call}"),
        "Write them in parentheses",
        vec![
            TextEdit::new(TextRange::new(open.start(), place.start()), "("),
            TextEdit::new(after(place), ")"),
        ],
    );
}

/// `Dense[64]` and `Dense {64}`: arguments in brackets of another kind.
pub(super) fn other_brackets(p: &mut Parser<'_>, name: &str) {
    let open = p.current();
    let arguments = match open {
        L_BRACK => !p.nth_starts_line(0),
        L_BRACE => {
            is_literal(p.nth(1))
                || matches!(p.nth(1), L_PAREN | R_PAREN)
                || p.nth(1) == IDENT && p.nth(2) == EQ && is_capitalized(name)
        }
        _ => false,
    };
    if !arguments {
        return;
    }
    let here = p.here();
    if p.nth(1) == L_PAREN {
        // The parentheses that follow are read as the arguments.
        let message =
            format!("the arguments of a layer stand in parentheses alone; write `{name}(…)`");
        p.error(codes::SYNTAX_LAYER_ARGUMENTS, here, message);
        p.bump_error();
        *p.forgiven.of(closing(open)) += 1;
        return;
    }
    let first = p.pos();
    let marker = p.start();
    p.bump_error();
    let inside = p.pos();
    while arg(p) && p.eat(COMMA) {}
    let arguments = quoted(&format!("{name}({})", p.slice(p.since(inside))));
    let close = p.here();
    let closed = p.at(closing(open)) || p.at(R_PAREN);
    if closed {
        p.bump_error();
    } else {
        *p.forgiven.of(closing(open)) += 1;
    }
    marker.complete(p, ARG_LIST);
    let place = p.since(first);
    let message = format!("the arguments of a layer stand in parentheses; write {arguments}");
    if !closed {
        p.error(codes::SYNTAX_LAYER_ARGUMENTS, here, message);
        return;
    }
    p.error_with_fix(
        codes::SYNTAX_LAYER_ARGUMENTS,
        place,
        message,
        "Write them in parentheses",
        vec![TextEdit::new(here, "("), TextEdit::new(close, ")")],
    );
}

/// `Dense64, "relu")`: a name and the first argument without the `(` between them. `false`, and nothing
/// consumed, where none is meant.
pub(super) fn glued_argument(p: &mut Parser<'_>) -> bool {
    let written = p.nth_text(0);
    let name = written.trim_end_matches(|c: char| c.is_ascii_digit());
    let goes_on = match p.nth(1) {
        COMMA => {
            !p.nth_starts_line(2)
                && (is_literal(p.nth(2))
                    || p.nth(2) == L_PAREN
                    || p.nth(2) == IDENT && p.nth(3) == EQ)
        }
        R_PAREN => p.open.parens == 0,
        _ => false,
    };
    if name.len() == written.len() || p.nth_starts_line(1) || !goes_on || !is_capitalized(name) {
        return false;
    }
    let here = p.here();
    let end = here.start() + TextSize::of(name);
    p.error_with_fix(
        codes::SYNTAX_LAYER_ARGUMENTS,
        here,
        format!("expected `(` after `{name}`: `{name}({}, …)`", &written[name.len()..]),
        "Insert `(`",
        vec![TextEdit::new(TextRange::empty(end), "(")],
    );
    let marker = p.start();
    p.bump();
    skip_line(p);
    marker.complete(p, LAYER_STMT);
    true
}

/// `: Adam(0.001)`: the value of a section without the section's name. Stands at the `:`.
pub(super) fn colon_alone(p: &mut Parser<'_>) {
    let here = p.here();
    p.error(
        codes::SYNTAX_UNEXPECTED,
        here,
        "expected the name of a section before this `:`, as in `optimizer: …`",
    );
    let marker = p.start();
    p.bump();
    if !p.nth_starts_line(0) && starts_expr(p.current()) {
        expr(p);
    }
    skip_line(p);
    marker.complete(p, ERROR);
}

/// Whether a parameter's name stands here directly before its value.
pub(super) fn equals_is_missing(p: &Parser<'_>) -> bool {
    p.at(IDENT)
        && matches!(p.nth(1), STRING | INT | FLOAT)
        && !p.nth_starts_line(1)
        && !is_constant(p.nth_text(0))
}

/// Whether the `}` here ends a line that opens no brace, right behind an argument, and more layers or
/// sections follow: then it was meant to be a `)`, and the block's own `}` comes later.
pub(super) fn brace_for_paren(p: &Parser<'_>) -> bool {
    /// Lines that are longer than this are not looked at.
    const LONGEST: usize = 64;
    let tight = p.end_of_previous().end() == p.here().start();
    if !tight || !p.nth_starts_line(1) || p.nth(1) == EOF || at_top_level(p, 1) {
        return false;
    }
    for back in 1..=LONGEST {
        let Some(pos) = p.pos().checked_sub(back) else { return false };
        if p.text_at(pos) == "{" {
            return false;
        }
        if p.starts_line(pos) {
            return true;
        }
    }
    false
}

/// `3 * Dense(64)`: the number of copies in front of the layer. `false`, and nothing consumed, where
/// none is meant.
pub(super) fn copies_in_front(p: &mut Parser<'_>) -> bool {
    if !(p.at(INT) && p.nth(1) == STAR && p.nth(2) == IDENT && !p.nth_starts_line(2)) {
        return false;
    }
    let (number, name) = (p.nth_text(0), p.nth_text(2));
    let arguments = if p.nth(3) == L_PAREN { "(…)" } else { "" };
    let front = TextRange::new(p.here().start(), p.range_at(p.pos() + 2).start());
    let place = p.here().cover(p.range_at(p.pos() + 1));
    p.error(
        codes::SYNTAX_UNEXPECTED,
        place,
        format!("copies stand behind the layer; write `{name}{arguments} * {number}`"),
    );
    let marker = p.start();
    p.bump();
    p.bump();
    marker.complete(p, ERROR);
    let first = p.pos();
    layer(p);
    let behind = after(p.since(first));
    let edits = vec![TextEdit::new(front, ""), TextEdit::new(behind, format!(" * {number}"))];
    p.add_fix(place, format!("Write `* {number}` behind it"), edits);
    true
}

/// A section in a macro. `false`, and nothing consumed, where none is meant.
pub(super) fn section_in_macro(p: &mut Parser<'_>) -> bool {
    let (here, name) = (p.here(), p.nth_text(0));
    let colon = p.nth(1) == COLON;
    if Section::of_word(name).is_none() || !(colon && p.nth(2) != L_BRACE || holds_entries(p, 1)) {
        return false;
    }
    if name == "layers" {
        let edit = here.cover(p.range_at(p.pos() + 1));
        p.error_with_fix(
            codes::SYNTAX_UNEXPECTED,
            here,
            "the layers of a macro stand directly in its braces; delete `layers:`",
            "Delete `layers:`",
            vec![TextEdit::new(edit, "")],
        );
        let marker = p.start();
        p.bump();
        p.bump();
        marker.complete(p, ERROR);
    } else {
        p.error(
            codes::SYNTAX_UNEXPECTED,
            here,
            format!("a macro holds layers and has no `{name}`; write it in the network"),
        );
        unknown::skip(p);
    }
    true
}

pub(super) fn is_literal(kind: SyntaxKind) -> bool {
    matches!(kind, INT | FLOAT | BAD_NUMBER | STRING | OPEN_STRING | CURLY_STRING)
}
