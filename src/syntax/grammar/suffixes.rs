//! What follows a layer: `@ "device"`, `* N`, a block, and what may not.

use super::expressions::operand;
use super::habits::{is_literal, remark};
use super::layers::{Within, statements};
use super::recovery::{
    after, bad_token, before, missing, quoted, skip_balanced, skip_block, skip_group, skip_line,
    stray_bracket, stray_open_brace, unclosed_brace, unexpected,
};
use super::words::hpo_at;
use crate::diagnostics::codes;
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

/// `@ "device"`, `* N` and `{ … }`, in any order.
pub(super) fn suffixes(p: &mut Parser<'_>) {
    let (mut device, mut block) = (false, false);
    loop {
        match p.current() {
            AT => {
                if device {
                    let here = p.here();
                    p.error(
                        codes::SYNTAX_UNEXPECTED,
                        here,
                        "a layer has one device; delete the second `@`",
                    );
                }
                device = true;
                device_suffix(p);
            }
            STAR => repeat(p),
            L_BRACE if block => {
                let here = p.here();
                p.error(codes::SYNTAX_UNEXPECTED, here, "a layer has one block; delete the second");
                skip_block(p);
            }
            L_BRACE => {
                block = true;
                self::block(p, Within::Braces, "this block");
            }
            _ => break,
        }
    }
}

/// The suffixes of a branch.
pub(super) fn branch_suffixes(p: &mut Parser<'_>) {
    loop {
        match p.current() {
            AT => device_suffix(p),
            STAR => repeat(p),
            _ => break,
        }
    }
}

fn device_suffix(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    match p.current() {
        STRING => p.bump(),
        OPEN_STRING | CURLY_STRING => {
            bad_token(p);
            p.bump();
        }
        IDENT if !p.nth_starts_line(0) => {
            let first = p.pos();
            p.bump();
            if p.at(COLON) && p.nth(1) == INT {
                p.bump();
                p.bump();
            }
            let place = p.since(first);
            let name = p.slice(place);
            p.error_with_fix(
                codes::SYNTAX_QUOTES,
                place,
                format!("a device stands in quotes; write `@ \"{name}\"`"),
                "Write it in quotes",
                vec![TextEdit::new(before(place), "\""), TextEdit::new(after(place), "\"")],
            );
        }
        _ => missing(
            p,
            codes::SYNTAX_MISSING_VALUE,
            "expected a device such as `\"cuda:0\"` after `@`",
        ),
    }
    marker.complete(p, DEVICE);
}

/// `* N`. A sum has to stand in parentheses, since `* 2 + 1` would end at the 2.
fn repeat(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    let layer_follows =
        p.at(IDENT) && (p.nth_starts_line(0) || p.nth(1) == L_PAREN && !hpo_at(p, 0));
    let value = !layer_follows && operand(p).is_some();
    if !value {
        missing(p, codes::SYNTAX_MISSING_VALUE, "expected a number of copies after `*`");
    }
    marker.complete(p, REPEAT);
}

/// What may not follow a layer on its line.
pub(super) fn after_layer(p: &mut Parser<'_>) {
    if p.nth_starts_line(0) {
        return;
    }
    match p.current() {
        BAD_CHARACTERS if remark(p) => {}
        R_PAREN => {
            while p.at(R_PAREN) && !p.nth_starts_line(0) {
                stray_bracket(p, R_PAREN);
                p.bump_error();
            }
        }
        IDENT | COMMA | SEMICOLON | R_BRACE | R_BRACK | ARROW | ELLIPSIS | EOF => {}
        L_PAREN => {
            let here = p.here();
            p.error(
                codes::SYNTAX_UNEXPECTED,
                here,
                "a layer is not called on a tensor; layers take the output of the one before",
            );
            let marker = p.start();
            skip_balanced(p);
            marker.complete(p, ERROR);
        }
        kind if is_literal(kind) && p.previous() == R_PAREN => argument_outside(p),
        _ => {
            unexpected(p, "the next layer, `@ \"device\"`, `* N` or `{ }` after this layer");
            skip_line(p);
        }
    }
}

/// `Dense(10) "relu"`: an argument behind the parentheses.
fn argument_outside(p: &mut Parser<'_>) {
    let (here, close) = (p.here(), p.end_of_previous());
    let argument = match p.text_at(p.pos() - 2) {
        "(" | "," => p.nth_text(0).to_owned(),
        _ => format!(", {}", p.nth_text(0)),
    };
    let message =
        format!("{} stands behind the parentheses; move it into them", quoted(p.nth_text(0)));
    let edits = vec![
        TextEdit::new(before(close), argument),
        TextEdit::new(TextRange::new(close.end(), here.end()), ""),
    ];
    p.error_with_fix(
        codes::SYNTAX_LAYER_ARGUMENTS,
        here,
        message,
        "Move it into the parentheses",
        edits,
    );
    skip_line(p);
}

/// `{ … }` with statements. Stands at the `{`.
pub(super) fn block(p: &mut Parser<'_>, within: Within, whose: &str) {
    let marker = p.start();
    let open = p.pos();
    // A brace right behind a mistake may be part of it.
    let doubtful = p.error_nearby(0);
    p.bump();
    if p.at(L_BRACE) && !p.nth_starts_line(0) {
        stray_open_brace(p);
    }
    if !p.enter() {
        skip_group(p);
        marker.complete(p, BLOCK);
        return;
    }
    statements(p, within);
    let outer = p.at(R_BRACE) && closes_further_out(p, open);
    if doubtful && (outer || !p.at(R_BRACE)) {
        p.owed.braces += 1;
    }
    close_brace(p, open, whose);
    p.leave();
    marker.complete(p, BLOCK);
}

/// The `}` of the `{` at token `open`.
pub(super) fn close_brace(p: &mut Parser<'_>, open: usize, whose: &str) {
    if p.at(R_BRACE) {
        if closes_further_out(p, open) && p.doubtful_brace.is_none() {
            p.doubtful_brace = Some(open);
        }
        p.bump();
    } else {
        unclosed_brace(p, open, whose);
    }
}

/// Whether the `}` here is indented as if it closed something outside of the `{` at token `open`.
fn closes_further_out(p: &Parser<'_>, open: usize) -> bool {
    p.nth_starts_line(0) && p.indent() < p.indent_of(open)
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::check_layers;
    use expect_test::expect;

    #[test]
    fn suffixes() {
        check_layers(
            &[
                "Dense(10) @ cpu",
                "Dense(10) @ cuda:0",
                "Dense(10) @",
                "Dense(10) @ \"cpu\" @ \"gpu\"",
                "Dense(10) *\nFlatten()",
                "Dense(10) * HPO(choice(1, 2))",
                "Dense(10) * -2",
                "Dense(10) { } { }",
                "Dense(10) 5",
                "Dense(10) \"relu\"",
                "Dense(10, )\"relu\"",
            ],
            expect![[r#"
                Dense(10) @ cpu
                  1:13 syntax-quotes: a device stands in quotes; write `@ "cpu"` [Write it in quotes]
                Dense(10) @ cuda:0
                  1:13 syntax-quotes: a device stands in quotes; write `@ "cuda:0"` [Write it in quotes]
                Dense(10) @
                  1:11 syntax-missing-value: expected a device such as `"cuda:0"` after `@`
                Dense(10) @ "cpu" @ "gpu"
                  1:19 syntax-unexpected: a layer has one device; delete the second `@`
                Dense(10) *
                Flatten()
                  1:11 syntax-missing-value: expected a number of copies after `*`
                Dense(10) * HPO(choice(1, 2))
                  (nothing)
                Dense(10) * -2
                  (nothing)
                Dense(10) { } { }
                  1:15 syntax-unexpected: a layer has one block; delete the second
                Dense(10) 5
                  1:11 syntax-layer-arguments: `5` stands behind the parentheses; move it into them [Move it into the parentheses]
                Dense(10) "relu"
                  1:11 syntax-layer-arguments: `"relu"` stands behind the parentheses; move it into them [Move it into the parentheses]
                Dense(10, )"relu"
                  1:12 syntax-layer-arguments: `"relu"` stands behind the parentheses; move it into them [Move it into the parentheses]
            "#]],
        );
    }

    #[test]
    fn blocks() {
        check_layers(
            &[
                "ResidualConnection() {\n  Dense(10)\nFlatten()",
                "ResidualConnection() {\n  Dense(10)\nloss: \"mse\"",
                "ResidualConnection() {\n  Dense(10)\ntrain { epochs: 5 }",
                "ResidualConnection() { loss \"mse\" Dense(10) }",
            ],
            expect![[r#"
                ResidualConnection() {
                  Dense(10)
                Flatten()
                  0:11 syntax-unclosed: the `{` of `network N` has no closing `}` [Insert `}`]
                ResidualConnection() {
                  Dense(10)
                loss: "mse"
                  1:22 syntax-unclosed: the `{` of this block has no closing `}` [Insert `}`]
                ResidualConnection() {
                  Dense(10)
                train { epochs: 5 }
                  1:22 syntax-unclosed: the `{` of this block has no closing `}` [Insert `}`]
                ResidualConnection() { loss "mse" Dense(10) }
                  1:24 syntax-unexpected: `loss` is a section of a network and cannot stand among these layers
            "#]],
        );
    }
}
