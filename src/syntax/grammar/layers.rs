//! Lists of statements: the layers of a network, of a block, of a branch, of a macro.

use super::branches;
use super::expressions::{dotted_prefix, operand, starts_expr};
use super::groups::{arg, arg_list};
use super::hpo::hpo_expr;
use super::recovery::{
    after, bad_token, before, ellipsis, missing, missing_with_fix, quoted, skip_balanced,
    skip_group, skip_to_statement, stray_bracket, unclosed_brace, unexpected,
};
use super::unknown;
use super::words::{
    Foreign, Section, at_top_level, holds_entries, hpo_at, is_capitalized, is_constant, section_at,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::Parser;
use crate::text::{TextEdit, TextRange};

/// What a list of statements is the inside of, which decides what ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
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
    commas: Vec<TextRange>,
    semicolons: Vec<TextRange>,
}

impl Separators {
    fn report(self, p: &mut Parser<'_>, within: Within) {
        let brackets = within == Within::Brackets;
        for (ranges, what) in [(self.commas, "commas"), (self.semicolons, "semicolons")] {
            let (false, Some(&first)) = (brackets && what == "commas", ranges.first()) else {
                continue;
            };
            let edits = ranges.iter().map(|&range| TextEdit::new(range, "")).collect();
            let message = format!("layers need no {what} between them");
            p.warn(
                Diagnostic::new(codes::NONSTANDARD_SEPARATOR, first, message)
                    .with_fix(format!("Delete the {what} of this list"), edits),
            );
        }
    }
}

/// Statements up to the end of the list. The commas that stood between them are returned, since in
/// brackets they are reported together with these. Nothing is consumed where the list is empty.
pub(super) fn statements(p: &mut Parser<'_>, within: Within) -> Vec<TextRange> {
    let mut separators = Separators::default();
    loop {
        let start = p.pos();
        if ends(p, within) {
            break;
        }
        match p.current() {
            COMMA if separates(p, within) => {
                separators.commas.push(p.here());
                p.bump();
            }
            SEMICOLON => {
                separators.semicolons.push(p.here());
                p.bump();
            }
            _ => statement(p, within),
        }
        if p.pos() == start {
            p.bump_error();
        }
    }
    let commas = separators.commas.clone();
    separators.report(p, within);
    commas
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
        IDENT => named(p, within),
        ELLIPSIS => {
            let marker = p.start();
            ellipsis(p);
            p.bump_error();
            marker.complete(p, LAYER_STMT);
        }
        ARROW => arrow(p),
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

/// A section in a macro. `false`, and nothing consumed, where none is meant.
fn section_in_macro(p: &mut Parser<'_>) -> bool {
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

fn is_literal(kind: SyntaxKind) -> bool {
    matches!(kind, INT | FLOAT | BAD_NUMBER | STRING | OPEN_STRING | CURLY_STRING)
}

/// `x = Dense(10)`, `Dense = 10` and `activation="relu"` in the place of a statement.
fn assignment(p: &mut Parser<'_>) {
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
        brace_for_paren(p, name);
        if p.at(L_PAREN) {
            arg_list(p);
        } else if !p.nth_starts_line(0) && (is_literal(p.current()) || p.at(DOLLAR)) {
            let open = after(p.end_of_previous());
            bare_arguments(p, name, open);
        }
        call.complete(p, CALL_EXPR);
    }
    suffixes(p);
    marker.complete(p, LAYER_STMT);
    after_layer(p);
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
    marker.complete(p, ARG_LIST);
    let place = p.since(first);
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

/// `Dense {64)`: a brace where the arguments start.
fn brace_for_paren(p: &mut Parser<'_>, name: &str) {
    let arguments =
        p.at(L_BRACE) && (is_literal(p.nth(1)) || matches!(p.nth(1), L_PAREN | R_PAREN));
    if !arguments {
        return;
    }
    let here = p.here();
    p.error(
        codes::SYNTAX_LAYER_ARGUMENTS,
        here,
        format!("the arguments of a layer stand in parentheses; write `{name}(…)`"),
    );
    let marker = p.start();
    p.bump();
    if !p.at(L_PAREN) {
        skip_line(p);
    }
    marker.complete(p, ERROR);
    p.forgiven.braces += 1;
}

/// `@ "device"`, `* N` and `{ … }`, in any order.
fn suffixes(p: &mut Parser<'_>) {
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
                unexpected(p, "no second block after this layer");
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
fn after_layer(p: &mut Parser<'_>) {
    if p.nth_starts_line(0) {
        return;
    }
    match p.current() {
        IDENT | COMMA | SEMICOLON | R_BRACE | R_BRACK | R_PAREN | ARROW | ELLIPSIS | EOF => {}
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
        _ => {
            unexpected(p, "the next layer, `@ \"device\"`, `* N` or `{ }` after this layer");
            skip_line(p);
        }
    }
}

/// `->` between layers, or before the name of an activation.
fn arrow(p: &mut Parser<'_>) {
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

/// `{ … }` with statements. Stands at the `{`.
pub(super) fn block(p: &mut Parser<'_>, within: Within, whose: &str) {
    let marker = p.start();
    let open = p.pos();
    // A brace right behind a mistake may be part of it.
    let doubtful = p.error_nearby(0);
    p.bump();
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
                  1:7 syntax-layer-arguments: the arguments of a layer stand in parentheses; write `Dense(…)`
                64
                Flatten()
                  1:1 syntax-unexpected: expected a layer such as `Dense(64)` instead of `64`
            "#]],
        );
    }

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
                  1:15 syntax-unexpected: expected no second block after this layer instead of `{`
                Dense(10) 5
                  1:11 syntax-unexpected: expected the next layer, `@ "device"`, `* N` or `{ }` after this layer instead of `5`
                Dense(10) "relu"
                  1:11 syntax-unexpected: expected the next layer, `@ "device"`, `* N` or `{ }` after this layer instead of `"relu"`
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
