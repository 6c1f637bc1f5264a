//! The level of the file: networks, macros, research forms, and what stands between them.

use super::entries::entries;
use super::expressions::expr;
use super::groups::{Holds, group};
use super::layers::{Within, statements};
use super::network::{misspelt_network, name, network, open_brace};
use super::recovery::{missing, skip_group, stray_bracket, unexpected};
use super::suffixes::{block, close_brace};
use super::words::{Section, at_top_level};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::{Brackets, Parser};
use crate::text::TextEdit;

/// The whole text.
pub(in crate::syntax) fn file(p: &mut Parser<'_>) {
    while !p.at(EOF) {
        let start = p.pos();
        match p.current() {
            IDENT if keyword(p) => form(p),
            IDENT if p.nth(1) == IDENT && p.nth(2) == L_BRACE => misspelt_network(p),
            IDENT if p.nth(1) == IDENT && p.nth(2) == L_PAREN && near_keyword(p) => {
                misspelt_network(p)
            }
            IDENT if p.nth(1) == L_BRACE && near_keyword(p) => misspelt_network(p),
            R_BRACE => {
                stray_bracket(p, R_BRACE);
                p.bump_error();
            }
            SEMICOLON | COMMA => {
                let here = p.here();
                p.warn(
                    Diagnostic::new(
                        codes::NONSTANDARD_SEPARATOR,
                        here,
                        "networks need nothing between them",
                    )
                    .with_fix("Delete it", vec![TextEdit::new(here, "")]),
                );
                p.bump();
            }
            _ => outside(p),
        }
        if p.pos() == start {
            p.bump_error();
        }
    }
}

/// Whether a word of this level stands here, with whatever follows it.
fn keyword(p: &Parser<'_>) -> bool {
    matches!(p.nth_text(0), "network" | "define" | "macro" | "research")
}

fn near_keyword(p: &Parser<'_>) -> bool {
    did_you_mean(p.nth_text(0), ["network", "define", "research"].into_iter()).is_some()
}

fn form(p: &mut Parser<'_>) {
    match p.nth_text(0) {
        "network" => network(p),
        "research" => research(p),
        word => {
            if word == "macro" {
                let here = p.here();
                p.warn(
                    Diagnostic::new(codes::NONSTANDARD_MACRO, here, "`macro` is written `define`")
                        .with_fix("Write `define`", vec![TextEdit::new(here, "define")]),
                );
            }
            macro_def(p)
        }
    }
}

/// What stands outside of every network: one finding for all of it.
fn outside(p: &mut Parser<'_>) {
    let here = p.here();
    let word = p.nth_text(0);
    match p.current() {
        IDENT if Section::of_word(word).is_some() || p.nth(1) == L_PAREN => {
            let what = if p.nth(1) == L_PAREN { "layers stand" } else { "sections stand" };
            p.error(
                codes::SYNTAX_OUTSIDE_NETWORK,
                here,
                format!("{what} inside a network; write `network Name {{ … }}` around them"),
            );
        }
        _ => unexpected(p, "`network Name { … }`"),
    }
    let marker = p.start();
    p.bump();
    while !p.at(EOF) && !at_top_level(p, 0) {
        if p.nth_starts_line(0) && p.at(IDENT) && keyword(p) {
            break;
        }
        p.bump();
    }
    marker.complete(p, ERROR);
}

/// `define Name(…) { … }`. Stands at the keyword.
pub(super) fn macro_def(p: &mut Parser<'_>) {
    p.forgiven = Brackets::default();
    p.doubtful_brace = None;
    let marker = p.start();
    p.bump();
    name(p, "define", "macro");
    if p.at(L_PAREN) {
        param_list(p);
    }
    if p.at(L_BRACE) {
        block(p, Within::Macro, "this macro");
    } else if open_brace(p, "macro").is_none() && !p.at(EOF) && !at_top_level(p, 0) {
        let body = p.start();
        statements(p, Within::Macro);
        p.eat(R_BRACE);
        body.complete(p, BLOCK);
    }
    marker.complete(p, MACRO_DEF);
}

/// `(a, b=3)`.
fn param_list(p: &mut Parser<'_>) {
    let marker = p.start();
    if p.enter() {
        group(p, Holds::Parameters, param);
        p.leave();
    } else {
        p.bump();
        skip_group(p);
    }
    marker.complete(p, PARAM_LIST);
}

fn param(p: &mut Parser<'_>) -> bool {
    let dollar = p.at(DOLLAR) && p.nth(1) == IDENT;
    if !dollar && !p.at(IDENT) {
        return false;
    }
    let marker = p.start();
    if dollar {
        let here = p.here();
        p.warn(
            Diagnostic::new(codes::NONSTANDARD_MACRO, here, "parameters are declared without `$`")
                .with_fix("Delete `$`", vec![TextEdit::new(here, "")]),
        );
        p.bump();
    }
    let name = p.nth_text(0);
    p.bump();
    if matches!(p.current(), EQ | COLON) {
        p.bump();
        if expr(p).is_none() {
            missing(
                p,
                codes::SYNTAX_MISSING_VALUE,
                format!("expected a default value after `{name}=`"),
            );
        }
    }
    marker.complete(p, PARAM);
    true
}

/// `research Name { … }`. Stands at the keyword.
pub(super) fn research(p: &mut Parser<'_>) {
    p.forgiven = Brackets::default();
    p.doubtful_brace = None;
    let marker = p.start();
    p.bump();
    if p.at(IDENT) && !p.nth_starts_line(0) || p.at(STRING) {
        name(p, "research", "research form");
    }
    if let Some(open) = open_brace(p, "research form") {
        while !matches!(p.current(), EOF | R_BRACE) && !at_top_level(p, 0) {
            research_block(p);
        }
        close_brace(p, open, "this research form");
    }
    marker.complete(p, RESEARCH);
}

/// `metrics { … }` or `references { … }`.
fn research_block(p: &mut Parser<'_>) {
    let kind = match p.nth_text(0) {
        "metrics" => METRICS_SECTION,
        "references" => REFERENCES_SECTION,
        _ => UNKNOWN_SECTION,
    };
    let block = p.at(IDENT) && (p.nth(1) == L_BRACE || p.nth(1) == COLON && p.nth(2) == L_BRACE);
    if !block {
        unexpected(p, "`metrics { … }` or `references { … }`");
        let marker = p.start();
        while !matches!(p.current(), EOF | R_BRACE) {
            if p.at(IDENT) && p.nth(1) == L_BRACE {
                break;
            }
            p.bump();
        }
        marker.complete(p, ERROR);
        return;
    }
    let marker = p.start();
    if kind == UNKNOWN_SECTION {
        let (here, name) = (p.here(), p.nth_text(0));
        p.warn(Diagnostic::new(
            codes::UNKNOWN_SECTION,
            here,
            format!("`{name}` is no part of a research form; it has `metrics` and `references`"),
        ));
    }
    p.bump();
    if p.at(COLON) {
        let here = p.here();
        p.warn(
            Diagnostic::new(codes::NONSTANDARD_COLON, here, "no `:` before a block")
                .with_fix("Delete the colon", vec![TextEdit::new(here, "")]),
        );
        p.bump();
    }
    entries(p, "this block");
    marker.complete(p, kind);
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_texts, check_tree};
    use expect_test::expect;

    #[test]
    fn macros() {
        check_tree(
            "define A(n, rate=0.5) { Dense($n * 2) B }\n# between\ndefine B { }",
            expect![[r##"
                FILE@0..64
                  MACRO_DEF@0..41
                    IDENT@0..6 "define"
                    IDENT@7..8 "A"
                    PARAM_LIST@8..21
                      L_PAREN@8..9 "("
                      PARAM@9..10
                        IDENT@9..10 "n"
                      COMMA@10..11 ","
                      PARAM@12..20
                        IDENT@12..16 "rate"
                        EQ@16..17 "="
                        LITERAL@17..20
                          FLOAT@17..20 "0.5"
                      R_PAREN@20..21 ")"
                    BLOCK@22..41
                      L_BRACE@22..23 "{"
                      LAYER_STMT@24..37
                        CALL_EXPR@24..37
                          IDENT@24..29 "Dense"
                          ARG_LIST@29..37
                            L_PAREN@29..30 "("
                            ARG@30..36
                              CHAIN_EXPR@30..36
                                MACRO_PARAM@30..32
                                  DOLLAR@30..31 "$"
                                  IDENT@31..32 "n"
                                STAR@33..34 "*"
                                LITERAL@35..36
                                  INT@35..36 "2"
                            R_PAREN@36..37 ")"
                      LAYER_STMT@38..39
                        CALL_EXPR@38..39
                          IDENT@38..39 "B"
                      R_BRACE@40..41 "}"
                  COMMENT@42..51 "# between"
                  MACRO_DEF@52..64
                    IDENT@52..58 "define"
                    IDENT@59..60 "B"
                    BLOCK@61..64
                      L_BRACE@61..62 "{"
                      R_BRACE@63..64 "}"
            "##]],
        );
    }

    #[test]
    fn research_forms() {
        check_tree(
            "research R { metrics { accuracy: 0.9 } references { paper: \"a\" paper: \"b\" } }",
            expect![[r#"
                FILE@0..77
                  RESEARCH@0..77
                    IDENT@0..8 "research"
                    IDENT@9..10 "R"
                    L_BRACE@11..12 "{"
                    METRICS_SECTION@13..38
                      IDENT@13..20 "metrics"
                      L_BRACE@21..22 "{"
                      KEY_VALUE@23..36
                        IDENT@23..31 "accuracy"
                        COLON@31..32 ":"
                        LITERAL@33..36
                          FLOAT@33..36 "0.9"
                      R_BRACE@37..38 "}"
                    REFERENCES_SECTION@39..75
                      IDENT@39..49 "references"
                      L_BRACE@50..51 "{"
                      KEY_VALUE@52..62
                        IDENT@52..57 "paper"
                        COLON@57..58 ":"
                        LITERAL@59..62
                          STRING@59..62 "\"a\""
                      KEY_VALUE@63..73
                        IDENT@63..68 "paper"
                        COLON@68..69 ":"
                        LITERAL@70..73
                          STRING@70..73 "\"b\""
                      R_BRACE@74..75 "}"
                    R_BRACE@76..77 "}"
            "#]],
        );
        check_texts(
            &["research { }", "research R { metrics: { loss: 1 } foo { a: 1 } bar }"],
            expect![[r#"
                research { }
                  (nothing)
                research R { metrics: { loss: 1 } foo { a: 1 } bar }
                  1:21 nonstandard-colon: no `:` before a block [Delete the colon]
                  1:35 unknown-section: `foo` is no part of a research form; it has `metrics` and `references`
                  1:48 syntax-unexpected: expected `metrics { … }` or `references { … }` instead of `bar`
            "#]],
        );
    }

    #[test]
    fn mistakes_in_macros() {
        check_texts(
            &[
                "macro A(n) { Dense(n) }",
                "define A($n) { Dense($n) }",
                "define { Dense(1) }",
                "define A(n { Dense(n) }",
                "define A(n m) { Dense(n) }",
                "define A(n=) { Dense(n) }",
                "define A { Dense($) }",
                "define A\n  Dense(1)\n}",
                "define A { Dense(1)\ndefine B { Dense(1) }",
                "define A { layers: Dense(1) }",
                "define A(n) { Dense(n + ) }",
            ],
            expect![[r#"
                macro A(n) { Dense(n) }
                  1:1 nonstandard-macro: `macro` is written `define` [Write `define`]
                define A($n) { Dense($n) }
                  1:10 nonstandard-macro: parameters are declared without `$` [Delete `$`]
                define { Dense(1) }
                  1:6 syntax-missing-name: expected a name after `define`: `define Name { … }`
                define A(n { Dense(n) }
                  1:10 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                define A(n m) { Dense(n) }
                  1:10 syntax-missing-comma: expected `,` or `)` after this parameter [Insert `,`]
                define A(n=) { Dense(n) }
                  1:11 syntax-missing-value: expected a default value after `n=`
                define A { Dense($) }
                  1:18 syntax-missing-name: expected the name of a macro parameter after `$`
                define A
                  Dense(1)
                }
                  1:8 syntax-unclosed: expected `{` after the name of the macro [Insert `{`]
                define A { Dense(1)
                define B { Dense(1) }
                  1:10 syntax-unclosed: the `{` of this macro has no closing `}` [Insert `}`]
                define A { layers: Dense(1) }
                  1:12 syntax-unexpected: the layers of a macro stand directly in its braces; delete `layers:` [Delete `layers:`]
                define A(n) { Dense(n + ) }
                  1:23 syntax-missing-value: expected a value after `+`
            "#]],
        );
    }

    #[test]
    fn outside_of_networks() {
        check_texts(
            &[
                "Dense(10)\nFlatten()",
                "input: (1,)\nlayers: A",
                "hello world\nnetwork N { input: (1,) layers: A }",
                "}",
                "network N { input: (1,) layers: A };",
                "",
            ],
            expect![[r#"
                Dense(10)
                Flatten()
                  1:1 syntax-outside-network: layers stand inside a network; write `network Name { … }` around them
                input: (1,)
                layers: A
                  1:1 syntax-outside-network: sections stand inside a network; write `network Name { … }` around them
                hello world
                network N { input: (1,) layers: A }
                  1:1 syntax-unexpected: expected `network Name { … }` instead of `hello`
                }
                  1:1 syntax-stray-bracket: this `}` closes nothing; delete it [Delete it]
                network N { input: (1,) layers: A };
                  1:36 nonstandard-separator: networks need nothing between them [Delete it]

                  (nothing)
            "#]],
        );
    }
}
