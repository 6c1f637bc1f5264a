//! The input section: one shape, several, or several with names.

use super::expressions::{expr, starts_expr};
use super::recovery::{after, before, missing, missing_with_fix, skip_line, unexpected};
use super::suffixes::close_brace;
use super::words::{Foreign, at_top_level, section_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

const A_SHAPE: &str = "a shape such as `(28, 28, 1)`";

/// What stands behind `input:`.
pub(super) fn value(p: &mut Parser<'_>) {
    if p.at(L_BRACE) && p.nth(1) == INT {
        return in_braces(p);
    }
    if p.at(L_BRACE) {
        return named_in_braces(p);
    }
    if p.at(IDENT) && p.nth(1) == COLON && section_at(p, 0).is_none() {
        return named_without_braces(p);
    }
    loop {
        if !decl(p) {
            return;
        }
        if p.at(COMMA) && (is_shape(p, 1) || p.nth(1) == COMMA) {
            p.bump();
        } else if is_shape(p, 0) && !p.nth_starts_line(0) && p.at(L_PAREN) {
            missing_with_fix(
                p,
                codes::SYNTAX_MISSING_COMMA,
                "expected `,` between two inputs",
                ",",
            );
        } else {
            return;
        }
    }
}

/// `inputs:` in the place of `input:`.
pub(super) fn inputs(p: &mut Parser<'_>) {
    let marker = p.start();
    let here = p.here();
    let reported = p
        .error(
            codes::SYNTAX_INPUTS,
            here,
            "the section is called `input`, also for several inputs: `input: { name: (…), … }`",
        )
        .is_some();
    p.bump();
    if !p.eat(COLON) && p.at(EQ) {
        p.bump_error();
    }
    let mut edits = vec![TextEdit::new(here, "input")];
    if p.at(L_BRACE) {
        named_in_braces(p);
    } else if p.at(IDENT) && p.nth(1) == COLON && section_at(p, 0).is_none() {
        let first = p.here();
        edits.extend(named(p, None));
        edits.push(TextEdit::new(before(first), "{ "));
        edits.push(TextEdit::new(after(p.end_of_previous()), " }"));
    } else {
        p.mark_error();
        value(p);
    }
    if reported {
        p.add_fix(here, "Write `input`", edits);
    }
    marker.complete(p, INPUT_SECTION);
}

/// Whether a shape starts `n` tokens from here.
fn is_shape(p: &Parser<'_>, n: usize) -> bool {
    match p.nth(n) {
        L_PAREN | L_BRACK | INT => true,
        IDENT => is_shape_word(p.nth_text(n)) && p.nth(n + 1) == L_PAREN,
        _ => false,
    }
}

fn is_shape_word(word: &str) -> bool {
    matches!(word, "shape" | "Shape" | "Input" | "InputLayer" | "tuple")
}

/// One shape. `false` where none stands here.
fn decl(p: &mut Parser<'_>) -> bool {
    if !is_shape(p, 0) && super::sections::no_value(p) {
        missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected {A_SHAPE} after this"));
        return false;
    }
    let marker = p.start();
    let known = shape(p);
    marker.complete(p, if known { INPUT_DECL } else { ERROR });
    true
}

/// The shape itself, in any of its forms. `false` where it says no dimensions.
fn shape(p: &mut Parser<'_>) -> bool {
    match p.current() {
        L_PAREN => drop(expr(p)),
        L_BRACK => in_brackets(p),
        INT => bare(p),
        IDENT if is_shape(p, 0) => in_call(p),
        _ => {
            let here = p.here();
            let first = p.pos();
            expr(p);
            let written = p.slice(p.since(first));
            p.error(
                codes::SYNTAX_UNEXPECTED,
                here,
                format!("expected {A_SHAPE} instead of {}", super::recovery::quoted(written)),
            );
            return false;
        }
    }
    true
}

/// `[28, 28, 1]`.
fn in_brackets(p: &mut Parser<'_>) {
    let open = p.here();
    expr(p);
    let close = p.end_of_previous();
    let mut diagnostic = Diagnostic::new(
        codes::NONSTANDARD_INPUT,
        open,
        "a shape stands in parentheses: `(28, 28, 1)`",
    );
    if p.previous() == R_BRACK {
        diagnostic = diagnostic.with_fix(
            "Write it in parentheses",
            vec![TextEdit::new(open, "("), TextEdit::new(close, ")")],
        );
    }
    p.warn(diagnostic);
}

/// `784`, and `28, 28, 1` without parentheses.
fn bare(p: &mut Parser<'_>) {
    let first = p.pos();
    expr(p);
    if !(p.at(COMMA) && matches!(p.nth(1), INT | R_PAREN) || p.at(R_PAREN)) {
        return;
    }
    while p.at(COMMA) && p.nth(1) == INT {
        p.bump();
        expr(p);
    }
    let whole = p.since(first);
    p.eat(COMMA);
    let mut edits = vec![TextEdit::new(before(whole), "(")];
    if p.at(R_PAREN) {
        p.bump_error();
    } else {
        edits.push(TextEdit::new(after(whole), ")"));
    }
    let place = p.range_at(first);
    p.error_with_fix(
        codes::SYNTAX_UNEXPECTED,
        place,
        "a shape of several dimensions stands in parentheses: `(28, 28, 1)`",
        "Write it in parentheses",
        edits,
    );
}

/// `{28, 28, 1}`.
fn in_braces(p: &mut Parser<'_>) {
    let (open, marker) = (p.here(), p.start());
    p.bump_error();
    let first = p.pos();
    while p.at(INT) {
        expr(p);
        p.eat(COMMA);
    }
    let mut edits = vec![TextEdit::new(open, "(")];
    if p.at(R_BRACE) && p.pos() > first {
        edits.push(TextEdit::new(p.here(), ")"));
    }
    if matches!(p.current(), R_BRACE | R_PAREN) {
        p.bump_error();
    }
    marker.complete(p, INPUT_DECL);
    let message = "a shape stands in parentheses: `(28, 28, 1)`";
    p.error_with_fix(codes::SYNTAX_UNEXPECTED, open, message, "Write it in parentheses", edits);
}

/// `shape(28, 28, 1)` and `Input(shape=(28, 28, 1))`.
fn in_call(p: &mut Parser<'_>) {
    let (here, name) = (p.here(), p.nth_text(0));
    let first = p.pos();
    p.bump();
    if p.nth(1) == IDENT && p.nth(2) == EQ {
        p.bump();
        p.bump();
        p.bump();
        let start = p.here();
        expr(p);
        let end = after(p.end_of_previous());
        skip_call_rest(p);
        let whole = p.since(first);
        let edits = vec![
            TextEdit::new(TextRange::new(whole.start(), start.start()), ""),
            TextEdit::new(TextRange::new(end.start(), whole.end()), ""),
        ];
        p.error_with_fix(
            codes::SYNTAX_UNEXPECTED,
            here,
            format!("the shape stands alone, without `{name}( )`: `(28, 28, 1)`"),
            format!("Delete `{name}( )`"),
            edits,
        );
        return;
    }
    expr(p);
    let diagnostic = Diagnostic::new(
        codes::NONSTANDARD_INPUT,
        here,
        format!("a shape needs no `{name}` before it: `(28, 28, 1)`"),
    )
    .with_fix(format!("Delete `{name}`"), vec![TextEdit::new(here, "")]);
    p.warn(diagnostic);
}

/// The further arguments and the `)` of `Input(shape=…)`.
fn skip_call_rest(p: &mut Parser<'_>) {
    let marker = p.start();
    let mut depth = 0u32;
    while !p.nth_starts_line(0) && !matches!(p.current(), L_BRACE | R_BRACE) {
        match p.current() {
            L_PAREN => depth += 1,
            R_PAREN if depth == 0 => {
                p.bump();
                break;
            }
            R_PAREN => depth -= 1,
            _ => {}
        }
        p.bump();
    }
    marker.complete(p, ERROR);
}

fn named_in_braces(p: &mut Parser<'_>) {
    let open = p.pos();
    p.bump();
    named(p, Some(open));
    close_brace(p, open, "`input`");
}

/// `input: image: (28, 28, 1)`.
fn named_without_braces(p: &mut Parser<'_>) {
    let first = p.here();
    let reported = p
        .error(
            codes::SYNTAX_SECTION_BRACES,
            first,
            "inputs with names stand in braces; write `input: { name: (…), … }`",
        )
        .is_some();
    let mut edits = named(p, None);
    if reported {
        edits.push(TextEdit::new(before(first), "{ "));
        edits.push(TextEdit::new(after(p.end_of_previous()), " }"));
        p.add_fix(first, "Write them in braces", edits);
    }
}

/// `name: shape`, as often as it stands there. Gives the commas that are missing where there are no
/// braces either.
fn named(p: &mut Parser<'_>, braces: Option<usize>) -> Vec<TextEdit> {
    let mut commas = Vec::new();
    loop {
        let start = p.pos();
        match p.current() {
            EOF | R_BRACE => return commas,
            IDENT if at_top_level(p, 0) => return commas,
            IDENT if section_at(p, 0).is_some() && (braces.is_none() || !is_shape(p, 2)) => {
                return commas;
            }
            IDENT
                if braces.is_none()
                    && (p.nth(1) != COLON || Foreign::of_word(p.nth_text(0)).is_some()) =>
            {
                return commas;
            }
            IDENT | STRING => named_decl(p),
            COMMA if braces.is_some() => {
                unexpected(p, "the name of an input");
                p.bump_error();
            }
            _ if braces.is_none() => return commas,
            _ => {
                unexpected(p, "an input such as `image: (28, 28, 1)`");
                p.bump_error();
                if !p.at(R_BRACE) {
                    skip_line(p);
                }
            }
        }
        if p.pos() == start {
            p.bump_error();
            continue;
        }
        if p.eat(COMMA) || p.at(R_BRACE) {
            continue;
        }
        if p.at(IDENT) && p.nth(1) == COLON && section_at(p, 0).is_none() {
            let place = p.end_of_previous();
            let comma = TextEdit::new(after(place), ",");
            if braces.is_none() {
                if Foreign::of_word(p.nth_text(0)).is_none() {
                    commas.push(comma);
                }
                continue;
            }
            p.warn(
                Diagnostic::new(
                    codes::NONSTANDARD_SEPARATOR,
                    place,
                    "inputs have a `,` between them",
                )
                .with_fix("Insert `,`", vec![comma]),
            );
        }
    }
}

fn named_decl(p: &mut Parser<'_>) {
    let marker = p.start();
    let (here, name) = (p.here(), p.nth_text(0).trim_matches(['"', '\'']));
    if p.at(STRING) {
        p.error_with_fix(
            codes::SYNTAX_QUOTES,
            here,
            format!("names of inputs have no quotes; write `{name}:`"),
            "Delete the quotes",
            vec![TextEdit::new(here, name)],
        );
    }
    p.bump();
    if p.at(EQ) {
        let (here, end) = (p.here(), p.end_of_previous());
        p.error_with_fix(
            codes::SYNTAX_MISSING_COLON,
            here,
            format!("the shape of an input stands behind `:`; write `{name}:`"),
            "Write `:`",
            vec![TextEdit::new(TextRange::new(end.end(), here.end()), ":")],
        );
        p.bump_error();
    } else if !p.eat(COLON) {
        if !starts_expr(p.current()) || p.nth_starts_line(0) {
            missing(
                p,
                codes::SYNTAX_MISSING_COLON,
                format!("expected `:` and {A_SHAPE} after `{name}`"),
            );
            marker.complete(p, ERROR);
            return;
        }
        missing_with_fix(
            p,
            codes::SYNTAX_MISSING_COLON,
            format!("expected `:` after `{name}`"),
            ":",
        );
    }
    let missing_shape = !is_shape(p, 0)
        && (!starts_expr(p.current())
            || p.at(IDENT) && (p.nth(1) == COLON || section_at(p, 0).is_some()));
    if missing_shape {
        missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected {A_SHAPE} after `{name}:`"));
        marker.complete(p, ERROR);
        return;
    }
    let known = shape(p);
    marker.complete(p, if known { INPUT_DECL } else { ERROR });
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_texts, check_tree};
    use expect_test::{Expect, expect};

    fn check(inputs: &[&str], expect: Expect) {
        let texts: Vec<String> =
            inputs.iter().map(|input| format!("network N {{\n  {input}\n  layers: A }}")).collect();
        check_texts(&texts.iter().map(String::as_str).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn shapes() {
        check_tree(
            "network N { input: (None, T, 3), (10) }",
            expect![[r#"
            FILE@0..39
              NETWORK@0..39
                IDENT@0..7 "network"
                IDENT@8..9 "N"
                L_BRACE@10..11 "{"
                INPUT_SECTION@12..37
                  IDENT@12..17 "input"
                  COLON@17..18 ":"
                  INPUT_DECL@19..31
                    TUPLE@19..31
                      L_PAREN@19..20 "("
                      LITERAL@20..24
                        IDENT@20..24 "None"
                      COMMA@24..25 ","
                      NAME_REF@26..27
                        IDENT@26..27 "T"
                      COMMA@27..28 ","
                      LITERAL@29..30
                        INT@29..30 "3"
                      R_PAREN@30..31 ")"
                  COMMA@31..32 ","
                  INPUT_DECL@33..37
                    PAREN_EXPR@33..37
                      L_PAREN@33..34 "("
                      LITERAL@34..36
                        INT@34..36 "10"
                      R_PAREN@36..37 ")"
                R_BRACE@38..39 "}"
        "#]],
        );
        check_tree(
            "network N { input: { a: (1, 2), b: 784, } }",
            expect![[r#"
            FILE@0..43
              NETWORK@0..43
                IDENT@0..7 "network"
                IDENT@8..9 "N"
                L_BRACE@10..11 "{"
                INPUT_SECTION@12..41
                  IDENT@12..17 "input"
                  COLON@17..18 ":"
                  L_BRACE@19..20 "{"
                  INPUT_DECL@21..30
                    IDENT@21..22 "a"
                    COLON@22..23 ":"
                    TUPLE@24..30
                      L_PAREN@24..25 "("
                      LITERAL@25..26
                        INT@25..26 "1"
                      COMMA@26..27 ","
                      LITERAL@28..29
                        INT@28..29 "2"
                      R_PAREN@29..30 ")"
                  COMMA@30..31 ","
                  INPUT_DECL@32..38
                    IDENT@32..33 "b"
                    COLON@33..34 ":"
                    LITERAL@35..38
                      INT@35..38 "784"
                  COMMA@38..39 ","
                  R_BRACE@40..41 "}"
                R_BRACE@42..43 "}"
        "#]],
        );
    }

    #[test]
    fn tolerated_forms() {
        check(
            &["input: shape(1, 28, 28)", "input: [28, 28]", "input: { a: (1,) b: (2,) }"],
            expect![[r#"
                network N {
                  input: shape(1, 28, 28)
                  layers: A }
                  2:10 nonstandard-input: a shape needs no `shape` before it: `(28, 28, 1)` [Delete `shape`]
                network N {
                  input: [28, 28]
                  layers: A }
                  2:10 nonstandard-input: a shape stands in parentheses: `(28, 28, 1)` [Write it in parentheses]
                network N {
                  input: { a: (1,) b: (2,) }
                  layers: A }
                  2:18 nonstandard-separator: inputs have a `,` between them [Insert `,`]
            "#]],
        );
    }

    #[test]
    fn mistakes() {
        check(
            &[
                "input: (28, 28",
                "input: (28, 28,",
                "input: 28, 28, 1",
                "input: 28, 28, 1)",
                "input: {28, 28, 1)",
                "input: (1,) (2,)",
                "input: (28, 28, )1",
                "input: Input(shape=(28, 28, 1))",
                "input:",
                "input: \"28x28\"",
                "input: HPO(choice((1,), (2,)))",
                "input: image: (28, 28)",
                "input: { a (1,) }",
                "input: { a = (1,), b: }",
                "input: { \"a\": (1,) }",
                "input: { (1,) }",
                "input: { a: (1,)",
                "inputs: (28, 28)",
                "inputs: { a: (1,) }",
                "inputs:\n    a: (1,)\n    b: (2,)",
                "input: (, 28)",
                "input: (28 28)",
                "input: (28, 28]",
            ],
            expect![[r#"
                network N {
                  input: (28, 28
                  layers: A }
                  2:16 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                network N {
                  input: (28, 28,
                  layers: A }
                  2:17 syntax-unclosed: expected `)` in place of this `,`, or another value after it [Insert `)`]
                network N {
                  input: 28, 28, 1
                  layers: A }
                  2:10 syntax-unexpected: a shape of several dimensions stands in parentheses: `(28, 28, 1)` [Write it in parentheses]
                network N {
                  input: 28, 28, 1)
                  layers: A }
                  2:10 syntax-unexpected: a shape of several dimensions stands in parentheses: `(28, 28, 1)` [Write it in parentheses]
                network N {
                  input: {28, 28, 1)
                  layers: A }
                  2:10 syntax-unexpected: a shape stands in parentheses: `(28, 28, 1)` [Write it in parentheses]
                network N {
                  input: (1,) (2,)
                  layers: A }
                  2:13 syntax-missing-comma: expected `,` between two inputs [Insert `,`]
                network N {
                  input: (28, 28, )1
                  layers: A }
                  2:20 syntax-unexpected: expected the next section after the value of `input` instead of `1`
                network N {
                  input: Input(shape=(28, 28, 1))
                  layers: A }
                  2:10 syntax-unexpected: the shape stands alone, without `Input( )`: `(28, 28, 1)` [Delete `Input( )`]
                network N {
                  input:
                  layers: A }
                  2:8 syntax-missing-value: expected a shape such as `(28, 28, 1)` after this
                network N {
                  input: "28x28"
                  layers: A }
                  2:10 syntax-unexpected: expected a shape such as `(28, 28, 1)` instead of `"28x28"`
                network N {
                  input: HPO(choice((1,), (2,)))
                  layers: A }
                  2:10 syntax-unexpected: expected a shape such as `(28, 28, 1)` instead of `HPO(choice((1,), (2,)))`
                network N {
                  input: image: (28, 28)
                  layers: A }
                  2:10 syntax-section-braces: inputs with names stand in braces; write `input: { name: (…), … }` [Write them in braces]
                network N {
                  input: { a (1,) }
                  layers: A }
                  2:12 syntax-missing-colon: expected `:` after `a` [Insert `:`]
                network N {
                  input: { a = (1,), b: }
                  layers: A }
                  2:14 syntax-missing-colon: the shape of an input stands behind `:`; write `a:` [Write `:`]
                  2:23 syntax-missing-value: expected a shape such as `(28, 28, 1)` after `b:`
                network N {
                  input: { "a": (1,) }
                  layers: A }
                  2:12 syntax-quotes: names of inputs have no quotes; write `a:` [Delete the quotes]
                network N {
                  input: { (1,) }
                  layers: A }
                  2:12 syntax-unexpected: expected an input such as `image: (28, 28, 1)` instead of `(`
                network N {
                  input: { a: (1,)
                  layers: A }
                  2:10 syntax-unclosed: the `{` of `input` has no closing `}` [Insert `}`]
                network N {
                  inputs: (28, 28)
                  layers: A }
                  2:3 syntax-inputs: the section is called `input`, also for several inputs: `input: { name: (…), … }` [Write `input`]
                network N {
                  inputs: { a: (1,) }
                  layers: A }
                  2:3 syntax-inputs: the section is called `input`, also for several inputs: `input: { name: (…), … }` [Write `input`]
                network N {
                  inputs:
                    a: (1,)
                    b: (2,)
                  layers: A }
                  2:3 syntax-inputs: the section is called `input`, also for several inputs: `input: { name: (…), … }` [Write `input`]
                network N {
                  input: (, 28)
                  layers: A }
                  2:11 syntax-missing-value: expected a value before this `,`
                network N {
                  input: (28 28)
                  layers: A }
                  2:12 syntax-missing-comma: expected `,` or `)` after this value [Insert `,`]
                network N {
                  input: (28, 28]
                  layers: A }
                  2:17 syntax-unclosed: expected `)` in place of `]` [Write `)`]
            "#]],
        );
    }
}
