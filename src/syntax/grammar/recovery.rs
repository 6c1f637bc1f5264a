//! What is said about a text that the grammar has no place for, and how reading goes on after it.
//!
//! Reading goes on at the next layer or section. A finding stands on the line of the mistake: where
//! something is missing, on the last character before the gap and not on what follows it. Brackets
//! whose partner has been reported are forgiven when they turn up later, so one mistake is one
//! finding.

use super::words::{at_top_level, hpo_at, is_capitalized, section_at};
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange, TextSize};

/// A range that inserts after `place`.
pub(super) fn after(place: TextRange) -> TextRange {
    TextRange::empty(place.end())
}

/// A range that inserts before `place`.
pub(super) fn before(place: TextRange) -> TextRange {
    TextRange::empty(place.start())
}

/// How a bracket is written.
pub(super) fn spelling(bracket: SyntaxKind) -> &'static str {
    match bracket {
        L_PAREN => "(",
        R_PAREN => ")",
        L_BRACK => "[",
        R_BRACK => "]",
        L_BRACE => "{",
        _ => "}",
    }
}

/// The closing bracket of an opening one.
pub(super) fn closing(open: SyntaxKind) -> SyntaxKind {
    match open {
        L_PAREN => R_PAREN,
        L_BRACK => R_BRACK,
        _ => R_BRACE,
    }
}

/// A piece of the text as a message quotes it.
pub(super) fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 24 {
        format!("`{}…`", line.chars().take(20).collect::<String>())
    } else {
        format!("`{line}`")
    }
}

/// Reports the current token, which cannot stand here, and says what could.
pub(super) fn unexpected(p: &mut Parser<'_>, expected: &str) {
    let here = p.here();
    // A value behind a mistake is the rest of it, also on a line of its own.
    if matches!(p.current(), INT | FLOAT | STRING | COMMA | EQ) && p.error_nearby(2) {
        p.mark_error();
        return;
    }
    match p.current() {
        OPEN_STRING | CURLY_STRING | BAD_NUMBER => bad_token(p),
        ELLIPSIS => ellipsis(p),
        ARROW => {
            p.error(
                codes::SYNTAX_ARROW,
                here,
                "layers follow one another without arrows; write each on a line of its own",
            );
        }
        bracket @ (R_PAREN | R_BRACK | R_BRACE) => stray_bracket(p, bracket),
        BAD_CHARACTERS => {
            let message = format!(
                "{} is no part of the language; expected {expected}",
                quoted(p.nth_text(0))
            );
            let alone =
                p.nth_starts_line(1) || matches!(p.nth(1), COMMA | R_PAREN | R_BRACK | R_BRACE);
            if let Some(diagnostic) = p.error(codes::SYNTAX_UNEXPECTED, here, message)
                && alone
            {
                *diagnostic =
                    diagnostic.clone().with_fix("Delete it", vec![TextEdit::new(here, "")]);
            }
        }
        EOF => {
            let place = p.end_of_previous();
            p.error(codes::SYNTAX_UNEXPECTED, place, format!("expected {expected} after this"));
        }
        _ => {
            let message = format!("expected {expected} instead of {}", quoted(p.nth_text(0)));
            p.error(codes::SYNTAX_UNEXPECTED, here, message);
        }
    }
}

/// Reports a closing bracket that closes nothing, unless its partner has been reported.
pub(super) fn stray_bracket(p: &mut Parser<'_>, bracket: SyntaxKind) {
    let forgiven = p.forgiven.of(bracket);
    if *forgiven > 0 {
        *forgiven -= 1;
        p.mark_error();
        return;
    }
    let here = p.here();
    *p.owed.of(bracket) += 1;
    let message = format!("this `{}` closes nothing; delete it", spelling(bracket));
    p.error_with_fix(
        codes::SYNTAX_STRAY_BRACKET,
        here,
        message,
        "Delete it",
        vec![TextEdit::new(here, "")],
    );
}

/// Reports a `{` that follows another one. Its partner is forgiven.
pub(super) fn stray_open_brace(p: &mut Parser<'_>) {
    let here = p.here();
    p.error_with_fix(
        codes::SYNTAX_STRAY_BRACKET,
        here,
        "one `{` too many; delete it",
        "Delete it",
        vec![TextEdit::new(here, "")],
    );
    p.bump_error();
    p.forgiven.braces += 1;
}

/// Reports the current token, whose inside is wrong wherever it stands.
pub(super) fn bad_token(p: &mut Parser<'_>) {
    let (here, text) = (p.here(), p.nth_text(0));
    match p.current() {
        OPEN_STRING => {
            let quote = &text[..1];
            let inside =
                text[1..].find([')', ',', ']', '}', '#', ' ']).map_or(text.len(), |at| at + 1);
            let end = here.start() + TextSize::new(inside as u32);
            p.error_with_fix(
                codes::SYNTAX_UNTERMINATED,
                here,
                format!("this string has no closing `{quote}` on its line"),
                format!("Insert `{quote}`"),
                vec![TextEdit::new(TextRange::empty(end), quote)],
            );
        }
        CURLY_STRING => {
            let inside = text.trim_matches(['“', '”', '‘', '’', '"', '\'']);
            p.error_with_fix(
                codes::SYNTAX_QUOTES,
                here,
                format!("strings stand in straight quotes; write `\"{inside}\"`"),
                format!("Write `\"{inside}\"`"),
                vec![TextEdit::new(here, format!("\"{inside}\""))],
            );
        }
        _ => {
            let plain = text.replace('_', "");
            let help = if plain.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("`{text}` is not a number: digits stand together; write `{plain}`")
            } else {
                format!("{} is neither a number nor a name", quoted(text))
            };
            if let Some(diagnostic) = p.error(codes::SYNTAX_NUMBER, here, help)
                && plain.bytes().all(|byte| byte.is_ascii_digit())
            {
                *diagnostic = diagnostic
                    .clone()
                    .with_fix(format!("Write `{plain}`"), vec![TextEdit::new(here, plain)]);
            }
        }
    }
}

/// Reports `...`, which stands for nothing.
pub(super) fn ellipsis(p: &mut Parser<'_>) {
    let here = p.here();
    p.error(
        codes::SYNTAX_ELLIPSIS,
        here,
        "`...` stands for nothing here; write out what it leaves out",
    );
}

/// Reports that something is missing after the last token.
pub(super) fn missing(p: &mut Parser<'_>, code: Code, message: impl Into<String>) {
    let place = p.end_of_previous();
    p.error(code, place, message);
}

/// The same with a fix that inserts it there.
pub(super) fn missing_with_fix(
    p: &mut Parser<'_>,
    code: Code,
    message: impl Into<String>,
    insert: &str,
) {
    let place = p.end_of_previous();
    let title = format!("Insert `{}`", insert.trim());
    p.error_with_fix(code, place, message, title, vec![TextEdit::new(after(place), insert)]);
}

/// Reports that the `{` at token `open` is not closed, where it was opened: that is where the author
/// looks for its partner. If a later `}` is indented as if it closed something further out, the
/// brace that it has closed is the one that lacks its own.
pub(super) fn unclosed_brace(p: &mut Parser<'_>, open: usize, whose: &str) {
    if p.owed.braces > 0 {
        p.owed.braces -= 1;
        return;
    }
    if p.end_is_reported() {
        return;
    }
    let at = p.doubtful_brace.take().filter(|&doubtful| doubtful > open);
    let (place, whose) =
        (p.range_at(at.unwrap_or(open)), if at.is_some() { "this block" } else { whose });
    let mut diagnostic = Diagnostic::new(
        codes::SYNTAX_UNCLOSED,
        place,
        format!("the `{{` of {whose} has no closing `}}`"),
    );
    if at.is_none() {
        let indent = " ".repeat(p.indent_of(open) as usize);
        let end = after(p.end_of_previous());
        diagnostic =
            diagnostic.with_fix("Insert `}`", vec![TextEdit::new(end, format!("\n{indent}}}"))]);
    }
    p.report_unclosed(diagnostic);
}

/// Consumes tokens as one error node until a layer, a section, or a closing `}` can start again.
/// Consumes at least one token unless one of these stands here already.
pub(super) fn skip_to_statement(p: &mut Parser<'_>) {
    let marker = p.start();
    let mut depth = 0u32;
    let mut first = true;
    loop {
        match p.current() {
            EOF | R_BRACE => break,
            SEMICOLON if depth == 0 => break,
            L_PAREN | L_BRACK => depth += 1,
            R_PAREN | R_BRACK => depth = depth.saturating_sub(1),
            L_BRACE if !first => break,
            IDENT if !first => {
                let next = p.nth(1);
                let resumes = match depth {
                    0 => p.nth_starts_line(0) || next == L_PAREN || section_at(p, 0).is_some(),
                    _ => {
                        p.nth_starts_line(0)
                            && (matches!(next, L_PAREN | L_BRACE) || section_at(p, 0).is_some())
                    }
                };
                if resumes || at_top_level(p, 0) {
                    break;
                }
            }
            _ => {}
        }
        first = false;
        p.bump();
    }
    marker.complete_if_filled(p, ERROR);
}

/// Consumes the rest of a bracketed group whose opening bracket has been consumed, its closing
/// bracket included, without looking into it. Used past the bound of nesting.
pub(super) fn skip_group(p: &mut Parser<'_>) {
    let marker = p.start();
    let mut depth = 1u32;
    while !p.at(EOF) {
        if p.nth_starts_line(0) && at_top_level(p, 0) {
            break;
        }
        match p.current() {
            L_PAREN | L_BRACK | L_BRACE => depth += 1,
            R_PAREN | R_BRACK | R_BRACE => depth -= 1,
            _ => {}
        }
        p.bump();
        if depth == 0 {
            break;
        }
    }
    marker.complete(p, ERROR);
}

/// Consumes a group in brackets that starts here, as part of the error node around it.
pub(super) fn skip_balanced(p: &mut Parser<'_>) {
    p.bump();
    skip_group(p);
}

/// Consumes `{ … }` without looking into it.
pub(super) fn skip_block(p: &mut Parser<'_>) {
    let marker = p.start();
    skip_balanced(p);
    marker.complete(p, ERROR);
}

/// Consumes the rest of a line, up to a bracket that closes something around it.
pub(super) fn skip_line(p: &mut Parser<'_>) {
    let marker = p.start();

    let mut depth = 0u32;
    while !p.nth_starts_line(0) {
        match p.current() {
            R_BRACE => break,
            L_BRACE | SEMICOLON if depth == 0 => break,
            L_PAREN | L_BRACK => depth += 1,
            R_PAREN | R_BRACK => depth = depth.saturating_sub(1),
            IDENT
                if depth == 0
                    && p.nth(1) == L_PAREN
                    && is_capitalized(p.nth_text(0))
                    && !hpo_at(p, 0) =>
            {
                break;
            }
            IDENT if section_at(p, 0).is_some() => break,
            _ => {}
        }
        p.bump();
    }
    marker.complete_if_filled(p, ERROR);
}

/// Inserts a missing colon.
pub(super) fn missing_colon(p: &mut Parser<'_>, name: &str) {
    missing_with_fix(p, codes::SYNTAX_MISSING_COLON, format!("expected `:` after `{name}`"), ":");
}
