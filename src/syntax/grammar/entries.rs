//! `key: value` entries in braces.

use super::expressions::{expr, starts_expr};
use super::recovery::{
    bad_token, before, missing, missing_with_fix, quoted, skip_block, stray_bracket, unexpected,
};
use super::suffixes::close_brace;
use super::words::{at_top_level, section_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

/// `{ key: value … }`. Stands at the `{`. Gives the places of the keys and values.
pub(super) fn entries(p: &mut Parser<'_>, whose: &str) -> Vec<(TextRange, TextRange)> {
    let open = p.pos();
    p.bump();
    let mut found = Vec::new();
    let mut separators = Vec::new();
    while !entries_end(p, open) {
        let start = p.pos();
        match p.current() {
            COMMA | SEMICOLON => {
                separators.push(p.here());
                p.bump();
            }
            IDENT if p.nth(1) != L_PAREN => found.extend(entry(p)),
            STRING if p.nth(1) == COLON => found.extend(quoted_entry(p)),
            bracket @ (R_PAREN | R_BRACK) => {
                stray_bracket(p, bracket);
                p.bump_error();
            }
            _ => {
                unexpected(p, "an entry such as `epochs: 10`");
                skip_to_entry(p);
            }
        }
        if p.pos() == start {
            p.bump_error();
        }
    }
    close_brace(p, open, whose);
    if let Some(&first) = separators.first() {
        let edits = separators.iter().map(|&range| TextEdit::new(range, "")).collect();
        p.warn(
            Diagnostic::new(
                codes::NONSTANDARD_SEPARATOR,
                first,
                "entries need nothing between them",
            )
            .with_fix("Delete the separators of this block", edits),
        );
    }
    found
}

/// Entries of a section whose braces are missing.
pub(super) fn entries_without_braces(p: &mut Parser<'_>) {
    while p.at(IDENT)
        && matches!(p.nth(1), COLON | EQ)
        && section_at(p, 0).is_none()
        && !at_top_level(p, 0)
    {
        entry(p);
        p.eat(COMMA);
    }
}

/// Whether the entries end before the current token. A section at the indentation of the block's own
/// line is the next section, and the `}` is missing.
fn entries_end(p: &Parser<'_>, open: usize) -> bool {
    match p.current() {
        EOF | R_BRACE => true,
        IDENT if section_at(p, 0).is_some() => {
            p.nth(1) == L_BRACE || p.nth_starts_line(0) && p.indent() <= p.indent_of(open)
        }
        IDENT => at_top_level(p, 0),
        _ => false,
    }
}

/// One entry, with the places of its key and value where it has both.
fn entry(p: &mut Parser<'_>) -> Option<(TextRange, TextRange)> {
    let marker = p.start();
    let (key, name) = (p.here(), p.nth_text(0));
    p.bump();
    let value = if colon(p, name) { value(p, name) } else { None };
    marker.complete(p, KEY_VALUE);
    value.map(|value| (key, value))
}

/// `"epochs": 10`.
fn quoted_entry(p: &mut Parser<'_>) -> Option<(TextRange, TextRange)> {
    let (here, text) = (p.here(), p.nth_text(0));
    let name = text.trim_matches(['"', '\'']);
    p.error_with_fix(
        codes::SYNTAX_QUOTES,
        here,
        format!("keys have no quotes; write `{name}:`"),
        "Delete the quotes",
        vec![TextEdit::new(here, name)],
    );
    let marker = p.start();
    p.bump();
    p.bump();
    value(p, name);
    marker.complete(p, ERROR);
    None
}

/// The colon of an entry. `false` where no value follows either.
fn colon(p: &mut Parser<'_>, name: &str) -> bool {
    if p.eat(COLON) {
        return true;
    }
    match p.current() {
        EQ => {
            let (here, end) = (p.here(), p.end_of_previous());
            p.error_with_fix(
                codes::SYNTAX_MISSING_COLON,
                here,
                format!("the value of a key stands behind `:`; write `{name}:`"),
                "Write `:`",
                vec![TextEdit::new(TextRange::new(end.end(), here.end()), ":")],
            );
            p.bump_error();
            true
        }
        L_BRACE => {
            let here = p.here();
            p.error(
                codes::SYNTAX_UNEXPECTED,
                here,
                format!("blocks do not nest here; write `{name}: value`"),
            );
            skip_block(p);
            false
        }
        kind if starts_expr(kind) && !p.nth_starts_line(0) => {
            missing_with_fix(
                p,
                codes::SYNTAX_MISSING_COLON,
                format!("expected `:` after `{name}`"),
                ":",
            );
            true
        }
        _ => {
            let message = format!("expected `:` and a value after {}", quoted(name));
            missing(p, codes::SYNTAX_MISSING_COLON, message);
            false
        }
    }
}

/// The value of an entry: one, or several with commas between them.
fn value(p: &mut Parser<'_>, name: &str) -> Option<TextRange> {
    if p.at(L_BRACE) {
        let here = p.here();
        p.error(
            codes::SYNTAX_UNEXPECTED,
            here,
            format!("blocks do not nest here; write `{name}: value`"),
        );
        skip_block(p);
        return None;
    }
    let first = p.pos();
    let device = p.at(IDENT)
        && p.nth(1) == COLON
        && p.nth(2) == INT
        && !p.nth_starts_line(0)
        && name == "device";
    if device {
        unquoted_device(p);
        return None;
    }
    let next_entry = p.at(IDENT) && matches!(p.nth(1), COLON | EQ | L_BRACE);
    if next_entry || !starts_expr(p.current()) {
        missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected a value after `{name}:`"));
        return None;
    }
    expr(p);
    while p.at(COMMA)
        && starts_expr(p.nth(1))
        && !(p.nth(1) == IDENT && matches!(p.nth(2), COLON | EQ))
    {
        p.bump();
        expr(p);
    }
    let place = p.since(first);
    if !p.nth_starts_line(0)
        && !matches!(p.current(), IDENT | COMMA | SEMICOLON | R_BRACE | R_PAREN | R_BRACK)
    {
        if matches!(p.current(), OPEN_STRING | CURLY_STRING | BAD_NUMBER) {
            bad_token(p);
        } else {
            unexpected(p, "the next entry");
        }
        skip_to_entry(p);
    }
    Some(place)
}

/// `cuda:0` without quotes.
fn unquoted_device(p: &mut Parser<'_>) {
    let first = p.pos();
    let marker = p.start();
    p.bump();
    p.bump();
    p.bump();
    marker.complete(p, ERROR);
    let place = p.since(first);
    let device = p.slice(place);
    p.error_with_fix(
        codes::SYNTAX_QUOTES,
        place,
        format!("a device stands in quotes; write `\"{device}\"`"),
        "Write it in quotes",
        vec![
            TextEdit::new(before(place), "\""),
            TextEdit::new(super::recovery::after(place), "\""),
        ],
    );
}

/// Consumes tokens up to the next entry or the end of the block.
fn skip_to_entry(p: &mut Parser<'_>) {
    let (marker, start) = (p.start(), p.pos());
    loop {
        match p.current() {
            EOF | R_BRACE => break,
            L_BRACE => {
                skip_block(p);
                continue;
            }
            IDENT
                if p.pos() > start
                    && (p.nth(1) == COLON || section_at(p, 0).is_some() || at_top_level(p, 0)) =>
            {
                break;
            }
            _ => p.bump(),
        }
    }
    marker.complete_if_filled(p, ERROR);
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::check_texts;
    use expect_test::expect;

    fn check(blocks: &[&str], expect: expect_test::Expect) {
        let texts: Vec<String> = blocks
            .iter()
            .map(|block| format!("network N {{ input: (1,) layers: A\ntrain {block}\n}}"))
            .collect();
        check_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn entries() {
        check(
            &[
                "{ epochs: 5 batch_size: 16, 32 shuffle: true callbacks: [\"a\", B(c=1)] }",
                "{ epochs: 5, batch_size: 16, }",
                "{ epochs: 5; batch_size: 16 }",
                "{ }",
            ],
            expect![[r#"
                network N { input: (1,) layers: A
                train { epochs: 5 batch_size: 16, 32 shuffle: true callbacks: ["a", B(c=1)] }
                }
                  (nothing)
                network N { input: (1,) layers: A
                train { epochs: 5, batch_size: 16, }
                }
                  2:18 nonstandard-separator: entries need nothing between them [Delete the separators of this block]
                network N { input: (1,) layers: A
                train { epochs: 5; batch_size: 16 }
                }
                  2:18 nonstandard-separator: entries need nothing between them [Delete the separators of this block]
                network N { input: (1,) layers: A
                train { }
                }
                  (nothing)
            "#]],
        );
    }

    #[test]
    fn mistakes() {
        check(
            &[
                "{ epochs = 5 }",
                "{ epochs 5 }",
                "{ epochs: \n  batch_size: 16 }",
                "{ epochs: }",
                "{ epochs }",
                "{ \"epochs\": 5 }",
                "{ early_stopping { patience: 3 } epochs: 5 }",
                "{ early_stopping: { patience: 3 } epochs: 5 }",
                "{ epochs: 5 6 }",
                "{ epochs: 5) }",
                "{ : 5 batch_size: 16 }",
                "{ device: cuda:0 }",
                "{ Dense(10) }",
                "{ epochs: 5\nloss: \"mse\"",
                "{ epochs: 5\nexecute { device: \"cpu\" }",
            ],
            expect![[r#"
                network N { input: (1,) layers: A
                train { epochs = 5 }
                }
                  2:16 syntax-missing-colon: the value of a key stands behind `:`; write `epochs:` [Write `:`]
                network N { input: (1,) layers: A
                train { epochs 5 }
                }
                  2:14 syntax-missing-colon: expected `:` after `epochs` [Insert `:`]
                network N { input: (1,) layers: A
                train { epochs: 
                  batch_size: 16 }
                }
                  2:15 syntax-missing-value: expected a value after `epochs:`
                network N { input: (1,) layers: A
                train { epochs: }
                }
                  2:15 syntax-missing-value: expected a value after `epochs:`
                network N { input: (1,) layers: A
                train { epochs }
                }
                  2:14 syntax-missing-colon: expected `:` and a value after `epochs`
                network N { input: (1,) layers: A
                train { "epochs": 5 }
                }
                  2:9 syntax-quotes: keys have no quotes; write `epochs:` [Delete the quotes]
                network N { input: (1,) layers: A
                train { early_stopping { patience: 3 } epochs: 5 }
                }
                  2:24 syntax-unexpected: blocks do not nest here; write `early_stopping: value`
                network N { input: (1,) layers: A
                train { early_stopping: { patience: 3 } epochs: 5 }
                }
                  2:25 syntax-unexpected: blocks do not nest here; write `early_stopping: value`
                network N { input: (1,) layers: A
                train { epochs: 5 6 }
                }
                  2:19 syntax-unexpected: expected the next entry instead of `6`
                network N { input: (1,) layers: A
                train { epochs: 5) }
                }
                  2:18 syntax-stray-bracket: this `)` closes nothing; delete it [Delete it]
                network N { input: (1,) layers: A
                train { : 5 batch_size: 16 }
                }
                  2:9 syntax-unexpected: expected an entry such as `epochs: 10` instead of `:`
                network N { input: (1,) layers: A
                train { device: cuda:0 }
                }
                  2:17 syntax-quotes: a device stands in quotes; write `"cuda:0"` [Write it in quotes]
                network N { input: (1,) layers: A
                train { Dense(10) }
                }
                  2:9 syntax-unexpected: expected an entry such as `epochs: 10` instead of `Dense`
                network N { input: (1,) layers: A
                train { epochs: 5
                loss: "mse"
                }
                  2:7 syntax-unclosed: the `{` of `train` has no closing `}` [Insert `}`]
                network N { input: (1,) layers: A
                train { epochs: 5
                execute { device: "cpu" }
                }
                  2:7 syntax-unclosed: the `{` of `train` has no closing `}` [Insert `}`]
            "#]],
        );
    }
}
