//! Values: numbers, strings, names, tuples, calls, arithmetic.
//!
//! Operators of one precedence are read in a loop into one flat node, so a chain of any length nests
//! no deeper than a single operator. Brackets and prefix operators nest, and are counted.

use super::groups::{arg_list, items};
use super::hpo;
use super::recovery::{after, bad_token, before, missing, skip_group};
use super::words::{hpo_at, is_constant};
use crate::diagnostics::codes;
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::{CompletedMarker, Parser};
use crate::text::{TextEdit, TextRange};

/// Whether a token of this kind can start a value.
pub(super) fn starts_expr(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        INT | FLOAT
            | BAD_NUMBER
            | STRING
            | OPEN_STRING
            | CURLY_STRING
            | IDENT
            | DOLLAR
            | L_PAREN
            | L_BRACK
            | MINUS
            | PLUS
    )
}

/// A value. `None`, and nothing consumed, where none starts here.
pub(super) fn expr(p: &mut Parser<'_>) -> Option<CompletedMarker> {
    chain(p, &[PLUS, MINUS], |p| chain(p, &[STAR, SLASH], operand))
}

/// Operands of one precedence, side by side.
fn chain(
    p: &mut Parser<'_>,
    operators: &[SyntaxKind],
    read: impl Fn(&mut Parser<'_>) -> Option<CompletedMarker>,
) -> Option<CompletedMarker> {
    let first = read(p)?;
    if !operators.contains(&p.current()) {
        return Some(first);
    }
    let marker = first.precede(p);
    while operators.contains(&p.current()) {
        let operator = p.nth_text(0);
        p.bump();
        if read(p).is_none() {
            missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected a value after `{operator}`"));
            break;
        }
    }
    Some(marker.complete(p, CHAIN_EXPR))
}

/// A value without arithmetic, but with a sign.
pub(super) fn operand(p: &mut Parser<'_>) -> Option<CompletedMarker> {
    if !matches!(p.current(), MINUS | PLUS) {
        return primary(p);
    }
    let marker = p.start();
    if !p.enter() {
        while matches!(p.current(), MINUS | PLUS) {
            p.bump();
        }
        if matches!(p.current(), INT | FLOAT | STRING | IDENT) {
            p.bump();
        }
        return Some(marker.complete(p, ERROR));
    }
    let sign = p.nth_text(0);
    p.bump();
    if operand(p).is_none() {
        missing(p, codes::SYNTAX_MISSING_VALUE, format!("expected a value after `{sign}`"));
    }
    p.leave();
    Some(marker.complete(p, PREFIX_EXPR))
}

fn primary(p: &mut Parser<'_>) -> Option<CompletedMarker> {
    match p.current() {
        INT | FLOAT | STRING => Some(literal(p)),
        BAD_NUMBER | OPEN_STRING | CURLY_STRING => {
            bad_token(p);
            Some(literal(p))
        }
        DOLLAR => Some(macro_param(p)),
        L_PAREN => Some(parenthesized(p)),
        L_BRACK => Some(list(p)),
        IDENT if hpo_at(p, 0) => Some(hpo::hpo_expr(p)),
        IDENT => Some(name_or_call(p)),
        _ => None,
    }
}

fn literal(p: &mut Parser<'_>) -> CompletedMarker {
    let marker = p.start();
    p.bump();
    marker.complete(p, LITERAL)
}

fn macro_param(p: &mut Parser<'_>) -> CompletedMarker {
    let marker = p.start();
    p.bump();
    if p.at(IDENT) && !p.nth_starts_line(0) {
        p.bump();
    } else {
        missing(p, codes::SYNTAX_MISSING_NAME, "expected the name of a macro parameter after `$`");
    }
    marker.complete(p, MACRO_PARAM)
}

fn name_or_call(p: &mut Parser<'_>) -> CompletedMarker {
    if p.nth_text(0) == "lambda" && matches!(p.nth(1), IDENT | COLON) {
        return lambda(p);
    }
    dotted_prefix(p);
    let marker = p.start();
    let constant = is_constant(p.nth_text(0));
    p.bump();
    if p.at(L_PAREN) && !constant {
        arg_list(p);
        marker.complete(p, CALL_EXPR)
    } else {
        marker.complete(p, if constant { LITERAL } else { NAME_REF })
    }
}

/// `lambda x: x * 2` without the quotes that it needs.
fn lambda(p: &mut Parser<'_>) -> CompletedMarker {
    let (marker, first) = (p.start(), p.pos());
    let mut depth = 0u32;
    while !(p.pos() > first && p.nth_starts_line(0)) {
        match p.current() {
            L_PAREN | L_BRACK => depth += 1,
            R_PAREN | R_BRACK | COMMA if depth == 0 => break,
            R_PAREN | R_BRACK => depth -= 1,
            L_BRACE | R_BRACE => break,
            _ => {}
        }
        p.bump();
    }
    let completed = marker.complete(p, ERROR);
    let place = p.since(first);
    p.error_with_fix(
        codes::SYNTAX_QUOTES,
        p.range_at(first),
        "a function stands in quotes: `Lambda(\"lambda x: x * 2\")`",
        "Write it in quotes",
        vec![TextEdit::new(before(place), "\""), TextEdit::new(after(place), "\"")],
    );
    completed
}

/// `tf.keras.` before a name: names of the language have no dots.
pub(super) fn dotted_prefix(p: &mut Parser<'_>) {
    if !(p.nth(1) == DOT && p.nth(2) == IDENT) {
        return;
    }
    let start = p.here();
    let marker = p.start();
    while p.nth(1) == DOT && p.nth(2) == IDENT {
        p.bump();
        p.bump();
    }
    let range = TextRange::new(start.start(), before(p.here()).start());
    marker.complete(p, ERROR);
    let name = p.nth_text(0);
    let message = format!("names have no dots; write `{name}` alone");
    p.error_with_fix(
        codes::SYNTAX_UNEXPECTED,
        range,
        message,
        format!("Write `{name}`"),
        vec![TextEdit::new(range, "")],
    );
}

/// `(a)`, `(a, b)`, `(a,)` or `()`.
fn parenthesized(p: &mut Parser<'_>) -> CompletedMarker {
    let marker = p.start();
    let kind = if p.enter() {
        let group = items(p);
        p.leave();
        if group.items == 1 && group.commas == 0 { PAREN_EXPR } else { TUPLE }
    } else {
        p.bump();
        skip_group(p);
        ERROR
    };
    marker.complete(p, kind)
}

fn list(p: &mut Parser<'_>) -> CompletedMarker {
    let marker = p.start();
    let kind = if p.enter() {
        items(p);
        p.leave();
        LIST
    } else {
        p.bump();
        skip_group(p);
        ERROR
    };
    marker.complete(p, kind)
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree};
    use expect_test::expect;

    #[test]
    fn chains_are_flat() {
        check_layers_tree(
            "A(1 + 2 * $n - -x / (3))",
            expect![[r#"
            LAYER_STMT
              CALL_EXPR
                IDENT "A"
                ARG_LIST
                  L_PAREN "("
                  ARG
                    CHAIN_EXPR
                      LITERAL
                        INT "1"
                      PLUS "+"
                      CHAIN_EXPR
                        LITERAL
                          INT "2"
                        STAR "*"
                        MACRO_PARAM
                          DOLLAR "$"
                          IDENT "n"
                      MINUS "-"
                      CHAIN_EXPR
                        PREFIX_EXPR
                          MINUS "-"
                          NAME_REF
                            IDENT "x"
                        SLASH "/"
                        PAREN_EXPR
                          L_PAREN "("
                          LITERAL
                            INT "3"
                          R_PAREN ")"
                  R_PAREN ")"
        "#]],
        );
    }

    #[test]
    fn tuples_and_names() {
        check_layers_tree(
            "A((), (1), (1,), ((1, 2), [3]), TRUE, none, relu)",
            expect![[r#"
            LAYER_STMT
              CALL_EXPR
                IDENT "A"
                ARG_LIST
                  L_PAREN "("
                  ARG
                    TUPLE
                      L_PAREN "("
                      R_PAREN ")"
                  COMMA ","
                  ARG
                    PAREN_EXPR
                      L_PAREN "("
                      LITERAL
                        INT "1"
                      R_PAREN ")"
                  COMMA ","
                  ARG
                    TUPLE
                      L_PAREN "("
                      LITERAL
                        INT "1"
                      COMMA ","
                      R_PAREN ")"
                  COMMA ","
                  ARG
                    TUPLE
                      L_PAREN "("
                      TUPLE
                        L_PAREN "("
                        LITERAL
                          INT "1"
                        COMMA ","
                        LITERAL
                          INT "2"
                        R_PAREN ")"
                      COMMA ","
                      LIST
                        L_BRACK "["
                        LITERAL
                          INT "3"
                        R_BRACK "]"
                      R_PAREN ")"
                  COMMA ","
                  ARG
                    LITERAL
                      IDENT "TRUE"
                  COMMA ","
                  ARG
                    LITERAL
                      IDENT "none"
                  COMMA ","
                  ARG
                    NAME_REF
                      IDENT "relu"
                  R_PAREN ")"
        "#]],
        );
    }

    #[test]
    fn mistakes() {
        check_layers(
            &[
                "A(1 + )",
                "A(-)",
                "A($)",
                "A(2 ** 3)",
                "A(a.b.c)",
                "A(5 % 2)",
                "A(1.2.3)",
                "Lambda(lambda x: (x, 2), a=1)",
            ],
            expect![[r#"
                A(1 + )
                  1:5 syntax-missing-value: expected a value after `+`
                A(-)
                  1:3 syntax-missing-value: expected a value after `-`
                A($)
                  1:3 syntax-missing-name: expected the name of a macro parameter after `$`
                A(2 ** 3)
                  1:5 syntax-missing-value: expected a value after `*`
                A(a.b.c)
                  1:3 syntax-unexpected: names have no dots; write `c` alone [Write `c`]
                A(5 % 2)
                  1:5 syntax-unexpected: `%` is no part of the language; expected `,` or `)`
                A(1.2.3)
                  1:3 syntax-number: `1.2.3` is neither a number nor a name
                Lambda(lambda x: (x, 2), a=1)
                  1:8 syntax-quotes: a function stands in quotes: `Lambda("lambda x: x * 2")` [Write it in quotes]
            "#]],
        );
    }

    #[test]
    fn nesting_is_bounded() {
        for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("B(", ")"), ("HPO(choice(", "))")]
        {
            let text = format!(
                "network N {{ layers: A({}1{}) B }}",
                open.repeat(3000),
                close.repeat(3000)
            );
            let parse = crate::syntax::parse(&text);
            assert_eq!(parse.syntax().text().to_string(), text);
            let codes: Vec<&str> = parse.diagnostics().iter().map(|it| it.code.name()).collect();
            assert_eq!(codes, ["syntax-too-deep"], "{open}");
        }
        let blocks = format!("network N {{ layers: {} {} }}", "A {".repeat(3000), "}".repeat(3000));
        let codes: Vec<String> = crate::syntax::parse(&blocks)
            .diagnostics()
            .iter()
            .map(|it| it.code.to_string())
            .collect();
        assert_eq!(codes, ["syntax-too-deep"]);
    }
}
