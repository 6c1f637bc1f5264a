//! What stands in `( )` and `[ ]`: arguments, and the elements of tuples and lists.
//!
//! While a text is being typed its groups are often not closed yet, and what follows must not be
//! swallowed by them. A missing comma before a name that starts a line ends the group, unless the
//! name can only be an argument. After a comma the next line cannot be told from an argument at
//! first sight; if the group then turns out to have no end, it is read again and ends before the
//! first line that looks like a layer or a section.

use super::expressions::{expr, starts_expr};
use super::habits::{brace_for_paren, equals_is_missing};
use super::recovery::{after, closing, missing_with_fix, skip_group, spelling, unexpected};
use super::words::{at_top_level, section_at};
use crate::diagnostics::codes;
use crate::syntax::kind::SyntaxKind::{self, *};
use crate::syntax::parser::{Checkpoint, Parser};
use crate::text::TextEdit;

/// What was found between two brackets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Group {
    pub(super) items: usize,
    pub(super) commas: usize,
}

/// `( … )` after a name, as an argument list.
pub(super) fn arg_list(p: &mut Parser<'_>) -> Group {
    let marker = p.start();
    let found = if p.enter() {
        let found = group(p, Holds::Arguments, arg);
        p.leave();
        found
    } else {
        p.bump();
        skip_group(p);
        Group::default()
    };
    marker.complete(p, ARG_LIST);
    found
}

/// The elements of a tuple or a list.
pub(super) fn items(p: &mut Parser<'_>) -> Group {
    group(p, Holds::Values, |p| {
        if p.at(IDENT) && p.nth(1) == EQ {
            let here = p.here();
            let message = format!(
                "`{}=` cannot stand inside a tuple or a list; parameters have names only directly inside a layer's parentheses",
                p.nth_text(0)
            );
            p.error(codes::SYNTAX_UNEXPECTED, here, message);
            let marker = p.start();
            p.bump();
            p.bump();
            marker.complete(p, ERROR);
        }
        expr(p).is_some()
    })
}

/// One argument: `64`, `units=64` or `units: 64`.
pub(super) fn arg(p: &mut Parser<'_>) -> bool {
    let named = p.at(IDENT) && matches!(p.nth(1), EQ | COLON);
    if !named && !starts_expr(p.current()) {
        return false;
    }
    if equals_is_missing(p) {
        let name = p.nth_text(0);
        let marker = p.start();
        p.bump();
        let message = format!("expected `=` between `{name}` and its value");
        missing_with_fix(p, codes::SYNTAX_MISSING_VALUE, message, "=");
        expr(p);
        marker.complete(p, ARG);
        return true;
    }
    let marker = p.start();
    if named {
        let (name, separator) = (p.nth_text(0), p.nth_text(1));
        p.bump();
        p.bump();
        if p.cut == Some(p.pos()) || p.at(IDENT) && p.nth(1) == EQ || expr(p).is_none() {
            let place = p.end_of_previous();
            p.error(
                codes::SYNTAX_MISSING_VALUE,
                place,
                format!("expected a value after `{name}{separator}`"),
            );
        }
    } else {
        expr(p);
    }
    marker.complete(p, ARG);
    true
}

/// What a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Values that may have names.
    Arguments,
    /// Names that may have values.
    Parameters,
    /// Values.
    Values,
}

impl Holds {
    fn noun(self) -> &'static str {
        match self {
            Holds::Arguments => "argument",
            Holds::Parameters => "parameter",
            Holds::Values => "value",
        }
    }

    fn with_article(self) -> String {
        let article = if self == Holds::Arguments { "an" } else { "a" };
        format!("{article} {}", self.noun())
    }
}

/// A place to read a group from again, and what had been found up to there.
struct Retry {
    from: Checkpoint,
    found: Group,
    cut: usize,
}

/// Everything from the opening bracket, which stands here, to the closing one.
pub(super) fn group(
    p: &mut Parser<'_>,
    holds: Holds,
    mut item: impl FnMut(&mut Parser<'_>) -> bool,
) -> Group {
    let open = Open::new(p, holds);
    let outer_cut = p.cut;
    p.bump();
    *p.open.of(open.close) += 1;
    let mut found = Group::default();
    let (mut retry, mut may_retry) = (None, true);
    let mut ended = false;
    loop {
        if open.closes(p) {
            break;
        }
        if ended || open.ends(p) {
            if let Some(Retry { from, found: earlier, cut }) = retry.take()
                && p.rewind(from)
            {
                (found, ended, may_retry) = (earlier, false, false);
                p.cut = Some(cut);
                continue;
            }
            unclosed(p, &open, found);
            break;
        }
        if may_retry
            && retry.is_none()
            && let Some(cut) = open.doubts(p)
        {
            retry = Some(Retry { from: p.checkpoint(), found, cut });
        }
        if p.at(COMMA) {
            comma_without_item(p, holds, found);
            found.commas += 1;
        } else if open.extra_bracket(p) {
            one_bracket_too_many(p);
        } else {
            if item(p) {
                found.items += 1;
            } else {
                unexpected(p, &holds.with_article());
                skip_in_group(p, &open);
            }
            if p.eat(COMMA) {
                found.commas += 1;
            } else if !p.at(open.close) && !open.at_other_close(p) && !open.ends(p) {
                ended = !open.goes_on(p);
            }
        }
    }
    *p.open.of(open.close) -= 1;
    p.cut = outer_cut;
    found
}

fn comma_without_item(p: &mut Parser<'_>, holds: Holds, found: Group) {
    let here = p.here();
    let message = format!("expected {} before this `,`", holds.with_article());
    // Without the comma what stands behind it takes the place of what is missing.
    let first = found.items == 0 && found.commas == 0 && starts_expr(p.nth(1));
    if first || holds == Holds::Values {
        p.error(codes::SYNTAX_MISSING_VALUE, here, message);
    } else {
        p.error_with_fix(
            codes::SYNTAX_MISSING_VALUE,
            here,
            message,
            "Delete the comma",
            vec![TextEdit::new(here, "")],
        );
    }
    p.bump();
}

fn one_bracket_too_many(p: &mut Parser<'_>) {
    let here = p.here();
    p.error_with_fix(
        codes::SYNTAX_STRAY_BRACKET,
        here,
        format!("one `{}` too many: arguments stand in one pair of parentheses", p.nth_text(0)),
        "Delete it",
        vec![TextEdit::new(here, "")],
    );
    *p.forgiven.of(p.current()) += 1;
    p.bump_error();
}

/// The opening bracket of a group.
struct Open {
    kind: SyntaxKind,
    close: SyntaxKind,
    holds: Holds,
    /// The indentation of its line.
    indent: u32,
    /// Whether it ends its line, so that the items stand on lines of their own.
    alone: bool,
    /// Whether it stands right behind another one.
    doubled: bool,
}

impl Open {
    fn new(p: &Parser<'_>, holds: Holds) -> Open {
        let kind = p.current();
        let doubled = kind == L_PAREN && p.previous() == L_PAREN;
        let (indent, alone) = (p.indent(), p.nth_starts_line(1));
        Open { kind, close: closing(kind), holds, indent, alone, doubled }
    }

    /// Consumes the closing bracket, if it stands here; also one of another sort that cannot be
    /// meant otherwise.
    fn closes(&self, p: &mut Parser<'_>) -> bool {
        if p.eat(self.close) {
            return true;
        }
        if !self.at_other_close(p) {
            return false;
        }
        let (here, close) = (p.here(), spelling(self.close));
        p.error_with_fix(
            codes::SYNTAX_UNCLOSED,
            here,
            format!("expected `{close}` in place of `{}`", p.nth_text(0)),
            format!("Write `{close}`"),
            vec![TextEdit::new(here, close)],
        );
        p.bump_error();
        true
    }

    /// Whether a closing bracket of another sort stands here that cannot be meant otherwise.
    fn at_other_close(&self, p: &mut Parser<'_>) -> bool {
        if p.at(R_BRACE) && self.close == R_PAREN {
            return brace_for_paren(p);
        }
        let other = if self.close == R_PAREN { R_BRACK } else { R_PAREN };
        let last =
            p.nth_starts_line(1) || matches!(p.nth(1), IDENT | L_BRACE | R_BRACE | AT | R_PAREN);
        p.at(other) && *p.open.of(other) == 0 && *p.forgiven.of(other) == 0 && last
    }

    /// Whether the group cannot go on with the current token.
    fn ends(&self, p: &mut Parser<'_>) -> bool {
        if p.cut == Some(p.pos()) {
            return true;
        }
        match p.current() {
            R_BRACE => p.forgiven.braces == 0 || !matches!(p.nth(1), R_PAREN | COMMA),
            EOF | SEMICOLON | ARROW | AT => true,
            IDENT if self.inside_arguments(p) && p.nth(1) == EQ => true,
            L_BRACE => matches!(p.nth(1), IDENT | R_BRACE) && p.nth(2) != EQ,
            bracket @ (R_PAREN | R_BRACK) => bracket != self.close && *p.open.of(bracket) > 0,
            IDENT => {
                let section = section_at(p, 0).is_some();
                section && (p.nth(1) == L_BRACE || self.holds != Holds::Arguments)
                    || p.nth_starts_line(0) && at_top_level(p, 0)
            }
            _ => false,
        }
    }

    /// Whether a bracket stands here before a named argument, which no tuple and no list can hold.
    fn extra_bracket(&self, p: &Parser<'_>) -> bool {
        self.holds == Holds::Arguments
            && matches!(p.current(), L_PAREN | L_BRACK | L_BRACE)
            && p.nth(1) == IDENT
            && p.nth(2) == EQ
    }

    /// Whether these are the values of a tuple or a list that is an argument.
    fn inside_arguments(&self, p: &mut Parser<'_>) -> bool {
        self.holds == Holds::Values && p.open.parens > u32::from(self.close == R_PAREN)
    }

    /// What to do with a token after an item that is neither a comma nor the end. `false` ends the
    /// group.
    fn goes_on(&self, p: &mut Parser<'_>) -> bool {
        let named = p.at(IDENT) && p.nth(1) == EQ;
        let close = spelling(self.close);
        if p.previous() == OPEN_STRING {
            return named;
        }
        if self.extra_bracket(p) {
            return true;
        }
        if !starts_expr(p.current()) {
            unexpected(p, &format!("`,` or `{close}`"));
            skip_in_group(p, self);
            p.eat(COMMA);
            return true;
        }
        let indented = self.alone && p.indent() > self.indent;
        let next_line = p.nth_starts_line(0) && p.at(IDENT) && !named && !indented;
        if next_line || section_at(p, 0).is_some() {
            return false;
        }
        let message = format!("expected `,` or `{close}` after this {}", self.holds.noun());
        missing_with_fix(p, codes::SYNTAX_MISSING_COMMA, message, ",");
        true
    }

    /// The token of the item that starts here which looks more like the next layer or section: the
    /// item itself, or the value after its `=`.
    fn doubts(&self, p: &Parser<'_>) -> Option<usize> {
        if self.looks_outside(p, 0) {
            return Some(p.pos());
        }
        let named = p.at(IDENT) && matches!(p.nth(1), EQ | COLON);
        (named && self.looks_outside(p, 2)).then(|| p.pos() + 2)
    }

    fn looks_outside(&self, p: &Parser<'_>, n: usize) -> bool {
        if p.nth(n) != IDENT || !p.nth_starts_line(n) {
            return false;
        }
        let next = p.nth(n + 1);
        let layer = match next {
            L_PAREN | L_BRACE => true,
            COMMA | R_PAREN | R_BRACK => false,
            _ => p.nth_starts_line(n + 1),
        };
        let outside = !self.alone || p.indent_of(p.pos() + n) <= self.indent;
        section_at(p, n).is_some() || layer && outside
    }
}

/// Consumes tokens up to the next comma, the closing bracket, or the end of the group.
fn skip_in_group(p: &mut Parser<'_>, open: &Open) {
    let marker = p.start();
    let start = p.pos();
    let mut depth = 0u32;
    while !p.at(EOF) {
        if p.pos() > start && depth == 0 && open.ends(p) {
            break;
        }
        match p.current() {
            COMMA if depth == 0 => break,
            bracket if bracket == open.close && depth == 0 => break,
            L_PAREN | L_BRACK => depth += 1,
            R_PAREN | R_BRACK => depth = depth.saturating_sub(1),
            L_BRACE if p.pos() == start => p.forgiven.braces += 1,
            R_BRACE if p.pos() == start => {}
            L_BRACE | R_BRACE => break,
            IDENT if p.nth_starts_line(0) && p.pos() > start => break,
            _ => {}
        }
        p.bump();
    }
    marker.complete_if_filled(p, ERROR);
}

/// Reports that the group has no closing bracket, after its last token.
fn unclosed(p: &mut Parser<'_>, open: &Open, found: Group) {
    // The bracket may turn up further on, behind what has ended the group.
    *p.forgiven.of(open.close) += 1;
    let owed = p.owed.of(open.close);
    if *owed > 0 {
        *owed -= 1;
        return;
    }
    if p.previous() == OPEN_STRING {
        p.mark_error();
        return;
    }
    if p.end_is_reported() {
        return;
    }
    let (place, close) = (p.end_of_previous(), spelling(open.close));
    let (message, edit) = if p.previous() == COMMA && p.at(IDENT) && p.nth(1) == EQ {
        let end = p.last_char_before(p.pos() - 1);
        if open.doubled {
            p.error(
                codes::SYNTAX_UNCLOSED,
                end,
                "expected `)` after this, or one `(` less in front of the arguments",
            );
            return;
        }
        let message =
            format!("expected `{close}` after this: the `{}` is not closed", spelling(open.kind));
        p.error_with_fix(
            codes::SYNTAX_UNCLOSED,
            end,
            message,
            format!("Insert `{close}`"),
            vec![TextEdit::new(after(end), close)],
        );
        return;
    } else if p.previous() == COMMA {
        let message = format!(
            "expected `{close}` in place of this `,`, or another {} after it",
            open.holds.noun()
        );
        (message, TextEdit::new(place, close))
    } else {
        let expected = if found.items > 0 { "`,` or " } else { "" };
        let message = format!(
            "expected {expected}`{close}` after this: the `{}` is not closed",
            spelling(open.kind)
        );
        (message, TextEdit::new(after(place), close))
    };
    p.error_with_fix(
        codes::SYNTAX_UNCLOSED,
        place,
        message,
        format!("Insert `{close}`"),
        vec![edit],
    );
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree};
    use expect_test::expect;

    #[test]
    fn arguments() {
        check_layers_tree(
            "Dense(64, units: $n, a=(1,), b=[x, -2],)",
            expect![[r#"
            LAYER_STMT
              CALL_EXPR
                IDENT "Dense"
                ARG_LIST
                  L_PAREN "("
                  ARG
                    LITERAL
                      INT "64"
                  COMMA ","
                  ARG
                    IDENT "units"
                    COLON ":"
                    MACRO_PARAM
                      DOLLAR "$"
                      IDENT "n"
                  COMMA ","
                  ARG
                    IDENT "a"
                    EQ "="
                    TUPLE
                      L_PAREN "("
                      LITERAL
                        INT "1"
                      COMMA ","
                      R_PAREN ")"
                  COMMA ","
                  ARG
                    IDENT "b"
                    EQ "="
                    LIST
                      L_BRACK "["
                      NAME_REF
                        IDENT "x"
                      COMMA ","
                      PREFIX_EXPR
                        MINUS "-"
                        LITERAL
                          INT "2"
                      R_BRACK "]"
                  COMMA ","
                  R_PAREN ")"
        "#]],
        );
    }

    #[test]
    fn commas() {
        check_layers(
            &[
                "Conv2D(32 (3, 3))",
                "Dense(10 \"relu\")",
                "Dense(10, units=)",
                "Dense(10, units=, name=\"a\")",
                "Dense(, 10)",
                "Dense(10,, 20)",
                "Conv2D(\n  filters=32\n  kernel_size=3\n)",
                "Bidirectional(\n  LSTM(64)\n  LSTM(32)\n)",
                "Dense(units 64)",
                "MaxPooling2D((2 2))",
            ],
            expect![[r#"
                Conv2D(32 (3, 3))
                  1:9 syntax-missing-comma: expected `,` or `)` after this argument [Insert `,`]
                Dense(10 "relu")
                  1:8 syntax-missing-comma: expected `,` or `)` after this argument [Insert `,`]
                Dense(10, units=)
                  1:16 syntax-missing-value: expected a value after `units=`
                Dense(10, units=, name="a")
                  1:16 syntax-missing-value: expected a value after `units=`
                Dense(, 10)
                  1:7 syntax-missing-value: expected an argument before this `,`
                Dense(10,, 20)
                  1:10 syntax-missing-value: expected an argument before this `,` [Delete the comma]
                Conv2D(
                  filters=32
                  kernel_size=3
                )
                  2:12 syntax-missing-comma: expected `,` or `)` after this argument [Insert `,`]
                Bidirectional(
                  LSTM(64)
                  LSTM(32)
                )
                  2:10 syntax-missing-comma: expected `,` or `)` after this argument [Insert `,`]
                Dense(units 64)
                  1:11 syntax-missing-value: expected `=` between `units` and its value [Insert `=`]
                MaxPooling2D((2 2))
                  1:15 syntax-missing-comma: expected `,` or `)` after this value [Insert `,`]
            "#]],
        );
    }

    #[test]
    fn open_groups() {
        check_layers(
            &[
                "Dense(10",
                "Dense(10\nOutput(5)",
                "Dense(10,\nOutput(5)",
                "Dense(\nOutput(5)\nFlatten",
                "Dense(10, activation=\nOutput(5)",
                "Dense(HPO(choice(1, 2)\nOutput(5)",
                "Conv2D(32, (3, 3)\nFlatten()",
                "Conv2D(32, (3, 3, activation=\"relu\")",
                "Dense(10 @ \"cpu\"",
                "Dense(10 { Flatten() }",
                "Dense(10;",
                "A(1,\nB(2,\nC(3,\nD(4)",
            ],
            expect![[r#"
                Dense(10
                  1:8 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(10
                Output(5)
                  1:8 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(10,
                Output(5)
                  1:9 syntax-unclosed: expected `)` in place of this `,`, or another argument after it [Insert `)`]
                Dense(
                Output(5)
                Flatten
                  1:6 syntax-unclosed: expected `)` after this: the `(` is not closed [Insert `)`]
                Dense(10, activation=
                Output(5)
                  1:21 syntax-missing-value: expected a value after `activation=`
                Dense(HPO(choice(1, 2)
                Output(5)
                  1:22 syntax-unclosed: expected `)` after this: the `(` of `HPO` is not closed [Insert `)`]
                Conv2D(32, (3, 3)
                Flatten()
                  1:17 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Conv2D(32, (3, 3, activation="relu")
                  1:16 syntax-unclosed: expected `)` after this: the `(` is not closed [Insert `)`]
                Dense(10 @ "cpu"
                  1:8 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(10 { Flatten() }
                  1:8 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(10;
                  1:8 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                  1:9 nonstandard-separator: layers need no semicolons between them [Delete the semicolons of this list]
                A(1,
                B(2,
                C(3,
                D(4)
                  1:4 syntax-unclosed: expected `)` in place of this `,`, or another argument after it [Insert `)`]
                  2:4 syntax-unclosed: expected `)` in place of this `,`, or another argument after it [Insert `)`]
                  3:4 syntax-unclosed: expected `)` in place of this `,`, or another argument after it [Insert `)`]
            "#]],
        );
    }

    #[test]
    fn wrong_brackets() {
        check_layers(
            &[
                "Dense(10]",
                "Reshape([1, 2))",
                "Dense(10))",
                "Dense((units=10)",
                "Dense([units=10])",
                "Dense(10, (units=10, name=\"a\"))",
                "Dense({units=10})",
                "Dense(10 ] , name=\"a\")",
                "Dense(units=10, & name=\"a\")",
                "Dense(10, units=<int>)",
                "Reshape((a=1, 2))",
            ],
            expect![[r#"
                Dense(10]
                  1:9 syntax-unclosed: expected `)` in place of `]` [Write `)`]
                Reshape([1, 2))
                  1:13 syntax-unclosed: expected `,` or `]` after this: the `[` is not closed [Insert `]`]
                Dense(10))
                  1:10 syntax-stray-bracket: this `)` closes nothing; delete it [Delete it]
                Dense((units=10)
                  1:7 syntax-stray-bracket: one `(` too many: arguments stand in one pair of parentheses [Delete it]
                Dense([units=10])
                  1:7 syntax-stray-bracket: one `[` too many: arguments stand in one pair of parentheses [Delete it]
                Dense(10, (units=10, name="a"))
                  1:11 syntax-stray-bracket: one `(` too many: arguments stand in one pair of parentheses [Delete it]
                Dense({units=10})
                  1:7 syntax-stray-bracket: one `{` too many: arguments stand in one pair of parentheses [Delete it]
                Dense(10 ] , name="a")
                  1:10 syntax-stray-bracket: this `]` closes nothing; delete it [Delete it]
                Dense(units=10, & name="a")
                  1:17 syntax-unexpected: `&` is no part of the language; expected an argument
                Dense(10, units=<int>)
                  1:16 syntax-missing-value: expected a value after `units=`
                Reshape((a=1, 2))
                  1:9 syntax-stray-bracket: one `(` too many: arguments stand in one pair of parentheses [Delete it]
            "#]],
        );
    }

    #[test]
    fn open_strings() {
        check_layers(
            &[
                "Dense(10, \"relu)\nFlatten()",
                "Conv2D(32,\n  padding=\"same,\n  activation=\"relu\")",
                "Dense(10, activation=\"relu)\nDense(20, activation=\"tanh)",
                "Dense(10, “relu”)",
                "Dense(1_000, \"relu\")",
                "Dense(10x)",
            ],
            expect![[r#"
                Dense(10, "relu)
                Flatten()
                  1:11 syntax-unterminated: this string has no closing `"` on its line [Insert `"`]
                Conv2D(32,
                  padding="same,
                  activation="relu")
                  2:11 syntax-unterminated: this string has no closing `"` on its line [Insert `"`]
                Dense(10, activation="relu)
                Dense(20, activation="tanh)
                  1:22 syntax-unterminated: this string has no closing `"` on its line [Insert `"`]
                  2:22 syntax-unterminated: this string has no closing `"` on its line [Insert `"`]
                Dense(10, “relu”)
                  1:11 syntax-quotes: strings stand in straight quotes; write `"relu"` [Write `"relu"`]
                Dense(1_000, "relu")
                  1:7 syntax-number: `1_000` is not a number: digits stand together; write `1000` [Write `1000`]
                Dense(10x)
                  1:7 syntax-number: `10x` is neither a number nor a name
            "#]],
        );
    }
}
