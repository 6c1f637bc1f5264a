//! Lists of statements: the layers of a network, of a block, of a branch, of a macro.

use super::branches;
use super::expressions::dotted_prefix;
use super::groups::arg_list;
use super::habits::{
    arrow, assignment, bare_arguments, colon_alone, copies_in_front, glued_argument, is_literal,
    other_brackets, remark, section_in_macro,
};
use super::hpo::hpo_expr;
use super::recovery::{after, ellipsis, skip_block, skip_to_statement, stray_bracket, unexpected};
use super::suffixes::{after_layer, suffixes};
use super::unknown;
use super::words::{
    Foreign, Section, at_top_level, holds_entries, hpo_at, is_capitalized, is_constant, section_at,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::Parser;
use crate::text::TextEdit;

/// What a list of statements is the inside of, which decides what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) enum Within {
    /// A layers section; the set of the sections that the network has had already.
    Network { seen: u8 },
    /// `[ … ]` of a layers section.
    Brackets,
    /// `{ … }` of a layer or a branch.
    Braces,
    /// `{ … }` of a macro.
    Macro,
    /// A branch that has no braces and ends where the text is indented no deeper than this.
    Indented { deeper_than: u32 },
}

/// Separators between the statements of one list, which are not needed: one finding for all.
#[derive(Default)]
struct Separators {
    commas: Vec<TextEdit>,
    semicolons: Vec<TextEdit>,
}

impl Separators {
    fn report(self, p: &mut Parser<'_>, within: Within) {
        let brackets = within == Within::Brackets;
        for (edits, what) in [(self.commas, "commas"), (self.semicolons, "semicolons")] {
            let (false, Some(first)) = (brackets && what == "commas", edits.first()) else {
                continue;
            };
            let first = first.range;
            let message = format!("layers need no {what} between them");
            p.warn(
                Diagnostic::new(codes::NONSTANDARD_SEPARATOR, first, message)
                    .with_fix(format!("Delete the {what} of this list"), edits),
            );
        }
    }
}

/// The edit that takes the separator here away, and leaves something between its neighbours.
fn without_separator(p: &Parser<'_>) -> TextEdit {
    let (here, next) = (p.here(), p.range_at(p.pos() + 1));
    let tight = p.end_of_previous().end() == here.start() && next.start() == here.end();
    TextEdit::new(here, if tight && p.nth(1) != EOF { " " } else { "" })
}

/// Statements up to the end of the list. The edits that take the commas between them away are
/// returned, since in brackets they are reported together with these. Nothing is consumed where the list is empty.
pub(super) fn statements(p: &mut Parser<'_>, within: Within) -> Vec<TextEdit> {
    if p.skip_hidden(within) {
        return Vec::new();
    }
    let mut separators = Separators::default();
    if p.open_list(within) {
        steps(p, within, &mut separators, |_| false);
    } else {
        while step(p, within, &mut separators) {}
    }
    let commas = separators.commas.clone();
    separators.report(p, within);
    commas
}

/// A piece of a list, whose reading was stopped by `is_done` or has come to the end of the list; `true`
/// there.
pub(in crate::syntax) fn piece_of_list(
    p: &mut Parser<'_>,
    within: Within,
    is_done: impl FnMut(&Parser<'_>) -> bool,
) -> bool {
    p.open_list(within);
    steps(p, within, &mut Separators::default(), is_done)
}

/// The steps of a list that is recorded. Whether the list has ended.
fn steps(
    p: &mut Parser<'_>,
    within: Within,
    separators: &mut Separators,
    mut is_done: impl FnMut(&Parser<'_>) -> bool,
) -> bool {
    let mut is_repeatable = false;
    let ended = loop {
        let carried = p.stop(is_repeatable);
        is_repeatable = false;
        if is_done(p) {
            break false;
        }
        if p.repeat_step(carried) {
            continue;
        }
        let count = separators.commas.len() + separators.semicolons.len();
        if !step(p, within, separators) {
            break true;
        }
        is_repeatable = count == separators.commas.len() + separators.semicolons.len();
    };
    // Separators are one finding for the whole list.
    p.close_list(separators.commas.is_empty() && separators.semicolons.is_empty());
    ended
}

/// A statement, or what stands in its place. `false`, and nothing consumed, at the end of the list.
fn step(p: &mut Parser<'_>, within: Within, separators: &mut Separators) -> bool {
    let start = p.pos();
    if ends(p, within) {
        return false;
    }
    match p.current() {
        COMMA if separates(p, within) => {
            separators.commas.push(without_separator(p));
            p.bump();
        }
        SEMICOLON => {
            separators.semicolons.push(without_separator(p));
            p.bump();
        }
        _ => statement(p, within),
    }
    if p.pos() == start {
        p.bump_error();
    }
    true
}

/// Whether the comma here stands between two statements, or after the last one.
fn separates(p: &Parser<'_>, within: Within) -> bool {
    matches!(p.nth(1), IDENT | R_BRACK | R_BRACE | EOF | ELLIPSIS)
        || within == Within::Brackets && p.nth(1) == COMMA
}

/// Whether the list ends before the current token.
fn ends(p: &mut Parser<'_>, within: Within) -> bool {
    if let Within::Indented { deeper_than } = within
        && p.nth_starts_line(0)
        && p.indent() <= deeper_than
    {
        return true;
    }
    match p.current() {
        EOF => true,
        R_BRACE => !(matches!(within, Within::Network { .. }) && closes_too_early(p)),
        R_BRACK => within == Within::Brackets || p.open.bracks > 0,
        IDENT => at_top_level(p, 0) || section_ends(p, within),
        _ => false,
    }
}

/// Whether the name here begins a section, so that no statement can follow.
fn section_ends(p: &Parser<'_>, within: Within) -> bool {
    let Some(section) = Section::of_word(p.nth_text(0)) else { return false };
    match (within, p.nth(1)) {
        (Within::Network { .. }, COLON | L_BRACE) => true,
        // A macro has no sections, so one of these says nothing about its braces.
        (Within::Macro, _) => false,
        (_, COLON) => p.nth(2) != L_BRACE || holds_entries(p, 2),
        (_, L_BRACE) => holds_entries(p, 1) && section.has_block(),
        (Within::Network { seen }, L_PAREN) => p.nth_starts_line(0) && seen & section.bit() == 0,
        (Within::Network { .. }, _) => true,
        _ => false,
    }
}

/// Whether the `}` here would close the network although sections or layers of it follow.
pub(super) fn closes_too_early(p: &Parser<'_>) -> bool {
    p.at(R_BRACE)
        && p.nth(1) == IDENT
        && !at_top_level(p, 1)
        && (section_at(p, 1).is_some() || p.nth(2) == L_PAREN && is_capitalized(p.nth_text(1)))
}

/// One statement, or one thing that stands where a statement should.
fn statement(p: &mut Parser<'_>, within: Within) {
    match p.current() {
        IDENT | ARROW | BAD_CHARACTERS if remark(p) => {}
        IDENT if glued_argument(p) => {}
        IDENT => named(p, within),
        COLON => colon_alone(p),
        ELLIPSIS => {
            let marker = p.start();
            ellipsis(p);
            p.bump_error();
            marker.complete(p, LAYER_STMT);
        }
        ARROW => arrow(p),
        INT if copies_in_front(p) => {}
        MINUS if p.nth(1) == IDENT && p.nth_starts_line(0) => {
            let here = p.here();
            p.error_with_fix(
                codes::SYNTAX_UNEXPECTED,
                here,
                "layers are not listed with `-`; each stands on a line of its own",
                "Delete it",
                vec![TextEdit::new(here, "")],
            );
            p.bump_error();
        }
        bracket @ (R_PAREN | R_BRACK | R_BRACE) => {
            stray_bracket(p, bracket);
            p.bump_error();
        }
        L_BRACE => {
            unexpected(p, "a layer");
            skip_block(p);
        }
        L_PAREN | L_BRACK | STRING | OPEN_STRING | CURLY_STRING | INT | FLOAT | BAD_NUMBER
        | DOLLAR => {
            // What stands here was meant as a layer, so from here on the shape is not known.
            let marker = p.start();
            unexpected(p, "a layer such as `Dense(64)`");
            skip_to_statement(p);
            marker.complete(p, LAYER_STMT);
        }
        _ => {
            unexpected(p, "a layer or a section");
            skip_to_statement(p);
        }
    }
}

/// What begins with a name.
fn named(p: &mut Parser<'_>, within: Within) {
    let name = p.nth_text(0);
    match p.nth(1) {
        COLON | L_BRACE if within == Within::Macro && section_in_macro(p) => {}
        _ if hpo_at(p, 0) && !matches!(name, "range" | "log_range") => layer(p),
        COLON => branches::with_colon(p, within),
        L_BRACE if name == "Parallel" => branches::parallel(p),
        L_BRACE if name == "branches" => branches::branches_section(p),
        L_BRACE if holds_entries(p, 1) && !is_capitalized(name) => unknown::section(p),
        next if Foreign::of_word(name).is_some() && (next == EQ || is_literal(next)) => {
            unknown::section(p)
        }
        EQ => assignment(p),
        L_BRACE | L_PAREN if !is_constant(name) => layer(p),
        _ if is_constant(name) => {
            let here = p.here();
            p.error(codes::SYNTAX_UNEXPECTED, here, format!("`{name}` is no layer"));
            skip_to_statement(p);
        }
        _ if Section::of_word(name).is_some() => {
            let here = p.here();
            let message =
                format!("`{name}` is a section of a network and cannot stand among these layers");
            p.error(codes::SYNTAX_UNEXPECTED, here, message);
            skip_to_statement(p);
        }
        _ => layer(p),
    }
}

/// A layer, a macro call or a choice of layers, with what follows it.
pub(super) fn layer(p: &mut Parser<'_>) {
    p.start_piece();
    let marker = p.start();
    if hpo_at(p, 0) {
        hpo_expr(p);
    } else {
        dotted_prefix(p);
        let call = p.start();
        let name = p.nth_text(0);
        p.bump();
        other_brackets(p, name);
        if p.at(L_PAREN) {
            arg_list(p);
        } else if !p.nth_starts_line(0) && (is_literal(p.current()) || p.at(DOLLAR)) {
            let open = after(p.end_of_previous());
            bare_arguments(p, name, open);
        }
        call.complete(p, CALL_EXPR);
    }
    suffixes(p);
    // What should not follow it is a mistake of this statement, and so a part of it.
    after_layer(p);
    marker.complete(p, LAYER_STMT);
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree};
    use expect_test::expect;

    #[test]
    fn statements_and_suffixes() {
        check_layers_tree(
            "Flatten\nDense(10) @ \"cpu\" * 2 { Dropout(0.5) }\nResidualConnection { Add }",
            expect![[r#"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Flatten"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Dense"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        LITERAL
                          INT "10"
                      R_PAREN ")"
                  DEVICE
                    AT "@"
                    STRING "\"cpu\""
                  REPEAT
                    STAR "*"
                    LITERAL
                      INT "2"
                  BLOCK
                    L_BRACE "{"
                    LAYER_STMT
                      CALL_EXPR
                        IDENT "Dropout"
                        ARG_LIST
                          L_PAREN "("
                          ARG
                            LITERAL
                              FLOAT "0.5"
                          R_PAREN ")"
                    R_BRACE "}"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "ResidualConnection"
                  BLOCK
                    L_BRACE "{"
                    LAYER_STMT
                      CALL_EXPR
                        IDENT "Add"
                    R_BRACE "}"
            "#]],
        );
        check_layers_tree(
            "Block * (n + 1) HPO(choice(Dense(64), Dropout(0.5)))",
            expect![[r#"
            LAYER_STMT
              CALL_EXPR
                IDENT "Block"
              REPEAT
                STAR "*"
                PAREN_EXPR
                  L_PAREN "("
                  CHAIN_EXPR
                    NAME_REF
                      IDENT "n"
                    PLUS "+"
                    LITERAL
                      INT "1"
                  R_PAREN ")"
            LAYER_STMT
              HPO_EXPR
                IDENT "HPO"
                L_PAREN "("
                IDENT "choice"
                ARG_LIST
                  L_PAREN "("
                  ARG
                    CALL_EXPR
                      IDENT "Dense"
                      ARG_LIST
                        L_PAREN "("
                        ARG
                          LITERAL
                            INT "64"
                        R_PAREN ")"
                  COMMA ","
                  ARG
                    CALL_EXPR
                      IDENT "Dropout"
                      ARG_LIST
                        L_PAREN "("
                        ARG
                          LITERAL
                            FLOAT "0.5"
                        R_PAREN ")"
                  R_PAREN ")"
                R_PAREN ")"
        "#]],
        );
    }

    #[test]
    fn what_stands_between_statements() {
        check_layers(
            &[
                "Flatten(),\nDense(10),",
                "Flatten();\nDense(10);",
                "Flatten() -> Dense(10)",
                "Dense(units: 64) -> relu",
                "Flatten -> relu\nDense() → softmax",
                "- Flatten()\n- Dense(10)",
                "Flatten()\n...\nDense(10)",
                "Flatten() & Dense(10)",
                "Dense(10)(x)",
                "Attention(a, b) = softmax(a)",
            ],
            expect![[r#"
                Flatten(),
                Dense(10),
                  1:10 nonstandard-separator: layers need no commas between them [Delete the commas of this list]
                Flatten();
                Dense(10);
                  1:10 nonstandard-separator: layers need no semicolons between them [Delete the semicolons of this list]
                Flatten() -> Dense(10)
                  1:11 syntax-arrow: layers follow one another without `->`; write each on a line of its own [Delete `->`]
                Dense(units: 64) -> relu
                  1:18 syntax-arrow: there are no arrows; write the activation as an argument: `activation="relu"` [Write it as an argument]
                Flatten -> relu
                Dense() → softmax
                  1:9 syntax-arrow: there are no arrows; write the activation as an argument: `activation="relu"`
                  2:9 syntax-arrow: there are no arrows; write the activation as an argument: `activation="softmax"` [Write it as an argument]
                - Flatten()
                - Dense(10)
                  1:1 syntax-unexpected: layers are not listed with `-`; each stands on a line of its own [Delete it]
                  2:1 syntax-unexpected: layers are not listed with `-`; each stands on a line of its own [Delete it]
                Flatten()
                ...
                Dense(10)
                  2:1 syntax-ellipsis: `...` stands for nothing here; write out what it leaves out
                Flatten() & Dense(10)
                  1:11 syntax-unexpected: `&` is no part of the language; expected the next layer, `@ "device"`, `* N` or `{ }` after this layer
                Dense(10)(x)
                  1:10 syntax-unexpected: a layer is not called on a tensor; layers take the output of the one before
                Attention(a, b) = softmax(a)
                  1:17 syntax-unexpected: expected the next layer, `@ "device"`, `* N` or `{ }` after this layer instead of `=`
            "#]],
        );
    }

    #[test]
    fn what_is_no_statement() {
        check_layers(
            &[
                "x = Dense(10)",
                "Dense = 10",
                "Dense 64, \"relu\"\nFlatten()",
                "activation=\"relu\"",
                "(Dense64, \"relu\")\nFlatten()",
                "\"Dense\"(10)",
                "true\nFlatten()",
                "None(10)",
                "Flatten() )",
                "Flatten() ]",
                "nn.Linear(10)",
                "{ Dense(10) }",
                "Dense {64)",
                "Dense[64]",
                "Dense[64, \"relu\"",
                "Dense{units=64, activation=\"relu\"}\nFlatten",
                "3 * Dense(64)\nFlatten",
                "3 * Flatten",
                "Dense(3) * 2,Flatten,Dense(4);Dense(5)",
                "Conv2D(1, (3, 3), padding\"same\", strides 2)",
                "Conv2D((32, 3, padding=\"same\")",
                "MaxPooling2D(pool_size=(2, 2)}\nFlatten()",
                "a: { Dense(10}\nFlatten()",
                "Dense(10}",
                "Conv2D(, (3, 3))",
                "skip: Dense(8)",
                "for i in 3 { Dense(4) }\nFlatten()",
                "Conv1D32, 2, padding=\"same\")\nFlatten()",
                "Dense64)\nFlatten()",
                "Dense $units)\nFlatten()",
                "ResidualConnection {{ Dense(10) }\nFlatten()",
                "Flatten()\n: Adam(0.1)",
                "Flatten()\noptimizer:: Adam(0.1)",
                "Dropout(rate=1.5)   → Dropout rate must be between 0 and 1",
                "Dropout(rate=1.5) -> Dropout rate must be between 0 and 1",
                "Dropout(rate=1.5) must be between 0 and 1",
                "64\nFlatten()",
            ],
            expect![[r#"
                x = Dense(10)
                  1:1 syntax-unexpected: layers are not assigned to names; write `Dense(…, name="x")` [Delete `x =`]
                Dense = 10
                  1:1 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(…)`
                Dense 64, "relu"
                Flatten()
                  1:7 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(64, "relu")` [Write them in parentheses]
                activation="relu"
                  1:1 syntax-unexpected: `activation=` stands outside of a layer's parentheses; move it into them
                (Dense64, "relu")
                Flatten()
                  1:1 syntax-unexpected: expected a layer such as `Dense(64)` instead of `(`
                "Dense"(10)
                  1:1 syntax-unexpected: expected a layer such as `Dense(64)` instead of `"Dense"`
                true
                Flatten()
                  1:1 syntax-unexpected: `true` is no layer
                None(10)
                  1:1 syntax-unexpected: `None` is no layer
                Flatten() )
                  1:11 syntax-stray-bracket: this `)` closes nothing; delete it [Delete it]
                Flatten() ]
                  1:11 syntax-stray-bracket: this `]` closes nothing; delete it [Delete it]
                nn.Linear(10)
                  1:1 syntax-unexpected: names have no dots; write `Linear` alone [Write `Linear`]
                { Dense(10) }
                  1:1 syntax-section-braces: the layers list has no braces; write `layers:` and the layers below [Delete the braces]
                Dense {64)
                  1:7 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(64)` [Write them in parentheses]
                Dense[64]
                  1:6 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(64)` [Write them in parentheses]
                Dense[64, "relu"
                  1:6 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(64, "relu")`
                Dense{units=64, activation="relu"}
                Flatten
                  1:6 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(units=64, acti…` [Write them in parentheses]
                3 * Dense(64)
                Flatten
                  1:1 syntax-unexpected: copies stand behind the layer; write `Dense(…) * 3` [Write `* 3` behind it]
                3 * Flatten
                  1:1 syntax-unexpected: copies stand behind the layer; write `Flatten * 3` [Write `* 3` behind it]
                Dense(3) * 2,Flatten,Dense(4);Dense(5)
                  1:13 nonstandard-separator: layers need no commas between them [Delete the commas of this list]
                  1:30 nonstandard-separator: layers need no semicolons between them [Delete the semicolons of this list]
                Conv2D(1, (3, 3), padding"same", strides 2)
                  1:25 syntax-missing-value: expected `=` between `padding` and its value [Insert `=`]
                  1:40 syntax-missing-value: expected `=` between `strides` and its value [Insert `=`]
                Conv2D((32, 3, padding="same")
                  1:13 syntax-unclosed: expected `)` after this, or one `(` less in front of the arguments
                MaxPooling2D(pool_size=(2, 2)}
                Flatten()
                  1:30 syntax-unclosed: expected `)` in place of `}` [Write `)`]
                a: { Dense(10}
                Flatten()
                  1:13 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(10}
                  1:9 syntax-unclosed: expected `)` in place of `}` [Write `)`]
                Conv2D(, (3, 3))
                  1:8 syntax-missing-value: expected an argument before this `,`
                skip: Dense(8)
                  1:1 unknown-section: `skip` is no section of a network and is skipped [Write it as a branch]
                for i in 3 { Dense(4) }
                Flatten()
                  1:1 syntax-unexpected: there are no loops; copies are written behind a layer or a macro, as in `Dense(64) * 3`
                Conv1D32, 2, padding="same")
                Flatten()
                  1:1 syntax-layer-arguments: expected `(` after `Conv1D`: `Conv1D(32, …)` [Insert `(`]
                Dense64)
                Flatten()
                  1:1 syntax-layer-arguments: expected `(` after `Dense`: `Dense(64, …)` [Insert `(`]
                Dense $units)
                Flatten()
                  1:7 syntax-layer-arguments: expected `(` after `Dense` [Insert `(`]
                ResidualConnection {{ Dense(10) }
                Flatten()
                  1:21 syntax-stray-bracket: one `{` too many; delete it [Delete it]
                Flatten()
                : Adam(0.1)
                  2:1 syntax-unexpected: expected the name of a section before this `:`, as in `optimizer: …`
                Flatten()
                optimizer:: Adam(0.1)
                  2:11 syntax-unexpected: one `:` too many after `optimizer`; delete it [Delete it]
                Dropout(rate=1.5)   → Dropout rate must be between 0 and 1
                  1:21 syntax-unexpected: this is no layer; a remark begins with `#` [Make it a comment]
                Dropout(rate=1.5) -> Dropout rate must be between 0 and 1
                  1:19 syntax-unexpected: this is no layer; a remark begins with `#` [Make it a comment]
                Dropout(rate=1.5) must be between 0 and 1
                  1:19 syntax-unexpected: this is no layer; a remark begins with `#` [Make it a comment]
                64
                Flatten()
                  1:1 syntax-unexpected: expected a layer such as `Dense(64)` instead of `64`
            "#]],
        );
    }
}
