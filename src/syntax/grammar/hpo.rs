//! Hyperparameters to search: `HPO(choice(…))`, `HPO(range(…))`, `HPO(log_range(…))`, and the other
//! ways people write them.

use super::groups::{Holds, arg, arg_list, group};
use super::recovery::{after, before, missing_with_fix, skip_group, unexpected};
use super::words::{HpoWord, is_capitalized};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::kind::SyntaxKind::*;
use crate::syntax::parser::{CompletedMarker, Parser};
use crate::text::{TextEdit, TextRange};

/// A hyperparameter. Stands at `HPO (` or at one of its forms, `choice (`.
pub(super) fn hpo_expr(p: &mut Parser<'_>) -> CompletedMarker {
    let marker = p.start();
    let first = p.pos();
    if HpoWord::of_word(p.nth_text(0)).is_some() {
        let name = p.here();
        form(p);
        let whole = p.since(first);
        p.warn(
            Diagnostic::new(
                codes::NONSTANDARD_HPO,
                name,
                format!(
                    "`{}` stands inside `HPO( )`; write `HPO({}(…))`",
                    p.slice(name),
                    p.slice(name)
                ),
            )
            .with_fix(
                "Write it inside `HPO( )`",
                vec![TextEdit::new(before(whole), "HPO("), TextEdit::new(after(whole), ")")],
            ),
        );
        return marker.complete(p, HPO_EXPR);
    }
    let here = p.here();
    let with_colon = p.nth(2) == IDENT
        && matches!(p.nth(3), COLON | EQ)
        && HpoWord::of_word(p.nth_text(2)).is_some();
    if p.nth_text(0) != "HPO" && !with_colon {
        let message = format!("`{}` is written in capitals: `HPO(choice(…))`", p.nth_text(0));
        p.error_with_fix(
            codes::SYNTAX_HPO,
            here,
            message,
            "Write `HPO`",
            vec![TextEdit::new(here, "HPO")],
        );
    }
    p.bump();
    match (p.nth(1), p.nth(2)) {
        (IDENT, L_PAREN) if HpoWord::of_word(p.nth_text(1)).is_some() => {
            p.bump();
            form(p);
            close(p);
        }
        _ if with_colon => {
            p.bump();
            colon_form(p, here);
            close(p);
        }
        (IDENT, L_PAREN)
            if !is_capitalized(p.nth_text(1)) && !p.nth_text(1).eq_ignore_ascii_case("hpo") =>
        {
            p.bump();
            unknown_form(p);
            close(p);
        }
        _ => formless(p, first),
    }
    marker.complete(p, HPO_EXPR)
}

/// The `)` of `HPO(`.
fn close(p: &mut Parser<'_>) {
    if !p.nth_starts_line(0) && !matches!(p.current(), R_PAREN | COMMA | R_BRACE | L_BRACE | EOF) {
        unexpected(p, "`)` after the values of this `HPO`");
        let marker = p.start();
        while !p.nth_starts_line(0) && !matches!(p.current(), R_PAREN | COMMA | R_BRACE | L_BRACE) {
            p.bump();
        }
        marker.complete_if_filled(p, ERROR);
    }
    if !p.eat(R_PAREN) && !p.end_is_reported() && p.previous() != OPEN_STRING {
        missing_with_fix(
            p,
            codes::SYNTAX_UNCLOSED,
            "expected `)` after this: the `(` of `HPO` is not closed",
            ")",
        );
    }
}

/// `choice(…)` and its kin.
fn form(p: &mut Parser<'_>) {
    let name = p.here();
    let Some(word) = HpoWord::of_word(p.nth_text(0)) else { return };
    if word == HpoWord::Categorical {
        p.warn(
            Diagnostic::new(codes::NONSTANDARD_HPO, name, "`categorical` is written `choice`")
                .with_fix("Write `choice`", vec![TextEdit::new(name, "choice")]),
        );
    }
    p.bump();
    let mut bounds = Bounds::default();
    let marker = p.start();
    if p.enter() {
        group(p, Holds::Arguments, |p| bound(p, word, &mut bounds));
        p.leave();
    } else {
        p.bump();
        skip_group(p);
    }
    marker.complete(p, ARG_LIST);
    bounds.report(p, word);
}

/// Names and positions of the values of a form, as far as they are not standard.
#[derive(Default)]
struct Bounds {
    positional: usize,
    /// `low=` and its like, with the `=`.
    named: Vec<(bool, TextRange)>,
    third: Option<TextRange>,
}

impl Bounds {
    fn report(self, p: &mut Parser<'_>, word: HpoWord) {
        if let Some(&(_, first)) = self.named.first() {
            let ordered = self.named.windows(2).all(|pair| !pair[0].0 && pair[1].0);
            let positions = self.positional + self.named.len() <= 2
                && (self.positional == 0 || self.named.iter().all(|(high, _)| *high));
            let mut diagnostic = Diagnostic::new(
                codes::NONSTANDARD_HPO,
                first,
                format!("the bounds of `{0}` have no names; write `{0}(low, high)`", word.name()),
            );
            if ordered && positions && (self.named.len() == 2 || self.positional == 1) {
                let edits = self.named.iter().map(|&(_, range)| TextEdit::new(range, "")).collect();
                diagnostic = diagnostic.with_fix("Leave out the names", edits);
            }
            p.warn(diagnostic);
        }
        if let Some(third) = self.third {
            p.warn(
                Diagnostic::new(
                    codes::NONSTANDARD_HPO,
                    third,
                    "the step of `range` has its name; write `step=…`",
                )
                .with_fix("Insert `step=`", vec![TextEdit::new(before(third), "step=")]),
            );
        }
    }
}

/// One value of a form.
fn bound(p: &mut Parser<'_>, word: HpoWord, bounds: &mut Bounds) -> bool {
    let (here, name) = (p.here(), p.nth_text(0));
    if p.at(IDENT) && matches!(p.nth(1), EQ | COLON) {
        let high = match (word, name) {
            (HpoWord::Range, "step") => return arg(p),
            (HpoWord::Range | HpoWord::LogRange, "low" | "min" | "start") => Some(false),
            (HpoWord::Range | HpoWord::LogRange, "high" | "max" | "stop" | "end") => Some(true),
            _ => None,
        };
        match high {
            Some(high) => {
                let value = p.range_at(p.pos() + 2).start();
                bounds.named.push((high, TextRange::new(here.start(), value.max(here.end()))));
            }
            None => {
                let known = match word {
                    HpoWord::Range => "low, high and `step=`",
                    HpoWord::LogRange => "low and high",
                    HpoWord::Choice | HpoWord::Categorical => "values without names",
                };
                p.error(
                    codes::SYNTAX_HPO,
                    here,
                    format!("`{}` has no `{name}`; it takes {known}", word.name()),
                );
            }
        }
        return arg(p);
    }
    let first = p.pos();
    if !arg(p) {
        return false;
    }
    bounds.positional += 1;
    let most = match word {
        HpoWord::Range => 3,
        HpoWord::LogRange => 2,
        _ => usize::MAX,
    };
    if bounds.positional > most {
        let place = p.since(first);
        let message =
            format!("`{}` takes a low and a high bound; this value is one too many", word.name());
        p.error(codes::SYNTAX_HPO, place, message);
    } else if word == HpoWord::Range && bounds.positional == 3 {
        bounds.third = Some(p.since(first));
    }
    true
}

/// `categorical: [64, 128]` inside the `HPO` at `hpo`.
fn colon_form(p: &mut Parser<'_>, hpo: TextRange) {
    let name = p.here();
    let word = HpoWord::of_word(p.nth_text(0)).map_or("choice", HpoWord::name);
    p.bump();
    let separator = p.here();
    let marker = p.start();
    p.bump();
    marker.complete(p, ERROR);
    let message = format!("a hyperparameter is written `HPO({word}(…))`");
    let reported = p.error(codes::SYNTAX_HPO, hpo, message).is_some();
    if !matches!(p.current(), L_BRACK | L_PAREN) {
        arg(p);
        return;
    }
    let open = p.here();
    arg_list(p);
    let close = p.end_of_previous();
    if reported && matches!(p.previous(), R_BRACK | R_PAREN) {
        let edits = vec![
            TextEdit::new(hpo, "HPO"),
            TextEdit::new(name, word),
            TextEdit::new(TextRange::new(separator.start(), open.end()), "("),
            TextEdit::new(close, ")"),
        ];
        p.add_fix(hpo, format!("Write `HPO({word}(…))`"), edits);
    }
}

/// `uniform(0, 1)`: a form that does not exist.
fn unknown_form(p: &mut Parser<'_>) {
    let (here, name) = (p.here(), p.nth_text(0));
    let meant = did_you_mean(name, HpoWord::ALL.into_iter());
    match meant {
        Some(meant) => p.error_with_fix(
            codes::SYNTAX_HPO,
            here,
            format!("`HPO` has no `{name}`; did you mean `{meant}`?"),
            format!("Write `{meant}`"),
            vec![TextEdit::new(here, meant)],
        ),
        None => {
            let message = format!(
                "`HPO` has no `{name}`; write `choice(…)`, `range(low, high)` or `log_range(low, high)`"
            );
            p.error(codes::SYNTAX_HPO, here, message);
        }
    }
    p.bump();
    arg_list(p);
}

/// `HPO(32, 64)` and `HPO()`.
fn formless(p: &mut Parser<'_>, first: usize) {
    let open = p.here();
    let place = p.range_at(first);
    if p.nth(1) == R_PAREN {
        p.error(
            codes::SYNTAX_HPO,
            place,
            "say what may be chosen: `HPO(choice(…))`, `HPO(range(low, high))` or `HPO(log_range(low, high))`",
        );
        arg_list(p);
        return;
    }
    let reported =
        p.error(codes::SYNTAX_HPO, place, "say how to choose: `HPO(choice(…))`").is_some();
    arg_list(p);
    if reported && p.previous() == R_PAREN {
        let edits = vec![
            TextEdit::new(after(open), "choice("),
            TextEdit::new(before(p.end_of_previous()), ")"),
        ];
        p.add_fix(place, "Insert `choice( )`", edits);
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::testing::{check_layers, check_layers_tree};
    use expect_test::expect;

    #[test]
    fn forms() {
        check_layers_tree(
            "Dense(HPO(range(1, 2, step=0.5)))\nHPO(choice(A, HPO(choice(1, 2))))",
            expect![[r#"
                LAYER_STMT
                  CALL_EXPR
                    IDENT "Dense"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        HPO_EXPR
                          IDENT "HPO"
                          L_PAREN "("
                          IDENT "range"
                          ARG_LIST
                            L_PAREN "("
                            ARG
                              LITERAL
                                INT "1"
                            COMMA ","
                            ARG
                              LITERAL
                                INT "2"
                            COMMA ","
                            ARG
                              IDENT "step"
                              EQ "="
                              LITERAL
                                FLOAT "0.5"
                            R_PAREN ")"
                          R_PAREN ")"
                      R_PAREN ")"
                LAYER_STMT
                  HPO_EXPR
                    IDENT "HPO"
                    L_PAREN "("
                    IDENT "choice"
                    ARG_LIST
                      L_PAREN "("
                      ARG
                        NAME_REF
                          IDENT "A"
                      COMMA ","
                      ARG
                        HPO_EXPR
                          IDENT "HPO"
                          L_PAREN "("
                          IDENT "choice"
                          ARG_LIST
                            L_PAREN "("
                            ARG
                              LITERAL
                                INT "1"
                            COMMA ","
                            ARG
                              LITERAL
                                INT "2"
                            R_PAREN ")"
                          R_PAREN ")"
                      R_PAREN ")"
                    R_PAREN ")"
            "#]],
        );
        check_layers(
            &[
                "Dense(HPO(choice((3, 3), \"same\", HPO(log_range(1, 2)))))",
                "Dense(HPO(range(1, 9)))",
            ],
            expect![[r#"
                Dense(HPO(choice((3, 3), "same", HPO(log_range(1, 2)))))
                  (nothing)
                Dense(HPO(range(1, 9)))
                  (nothing)
            "#]],
        );
    }

    #[test]
    fn tolerated_forms() {
        check_layers(
            &[
                "Dense(HPO(categorical(1, 2)))",
                "Dense(choice(1, 2))",
                "Dense(choice(1, range(2, 3)))",
                "Dense(HPO(log_range(min=1, max=2)))",
                "Dense(HPO(range(low=1, high=2, step=1)))",
                "Dense(HPO(range(high=1, low=2)))",
                "Dense(HPO(range(1, high=2)))",
                "Dense(HPO(range(1, 9, 2)))",
                "choice(Dense(1), Dense(2))",
            ],
            expect![[r#"
                Dense(HPO(categorical(1, 2)))
                  1:11 nonstandard-hpo: `categorical` is written `choice` [Write `choice`]
                Dense(choice(1, 2))
                  1:7 nonstandard-hpo: `choice` stands inside `HPO( )`; write `HPO(choice(…))` [Write it inside `HPO( )`]
                Dense(choice(1, range(2, 3)))
                  1:7 nonstandard-hpo: `choice` stands inside `HPO( )`; write `HPO(choice(…))` [Write it inside `HPO( )`]
                  1:17 nonstandard-hpo: `range` stands inside `HPO( )`; write `HPO(range(…))` [Write it inside `HPO( )`]
                Dense(HPO(log_range(min=1, max=2)))
                  1:21 nonstandard-hpo: the bounds of `log_range` have no names; write `log_range(low, high)` [Leave out the names]
                Dense(HPO(range(low=1, high=2, step=1)))
                  1:17 nonstandard-hpo: the bounds of `range` have no names; write `range(low, high)` [Leave out the names]
                Dense(HPO(range(high=1, low=2)))
                  1:17 nonstandard-hpo: the bounds of `range` have no names; write `range(low, high)`
                Dense(HPO(range(1, high=2)))
                  1:20 nonstandard-hpo: the bounds of `range` have no names; write `range(low, high)` [Leave out the names]
                Dense(HPO(range(1, 9, 2)))
                  1:23 nonstandard-hpo: the step of `range` has its name; write `step=…` [Insert `step=`]
                choice(Dense(1), Dense(2))
                  1:1 nonstandard-hpo: `choice` stands inside `HPO( )`; write `HPO(choice(…))` [Write it inside `HPO( )`]
            "#]],
        );
    }

    #[test]
    fn mistakes() {
        check_layers(
            &[
                "Dense(HPO(1, 2))",
                "Dense(HPO())",
                "Dense(HPO(choise(1, 2)))",
                "Dense(HPO(uniform(0, 1)))",
                "Dense(hpo(choice(1, 2)))",
                "Dense(units: hpo(categorical: [64, 128])) -> relu",
                "Dense(HPO(range: [0.3, 0.5, step=0.1]))",
                "Dense(HPO(choice(1, 2))",
                "Dense(HPO(choice(1, 2), 3)",
                "Dense(HPO(range(1, 2, 3, 4)))",
                "Dense(HPO(range(1, 2, by=3)))",
                "Dense(HPO(choice(1 2)))",
                "HPO(Dense(1), Dense(2))",
            ],
            expect![[r#"
                Dense(HPO(1, 2))
                  1:7 syntax-hpo: say how to choose: `HPO(choice(…))` [Insert `choice( )`]
                Dense(HPO())
                  1:7 syntax-hpo: say what may be chosen: `HPO(choice(…))`, `HPO(range(low, high))` or `HPO(log_range(low, high))`
                Dense(HPO(choise(1, 2)))
                  1:11 syntax-hpo: `HPO` has no `choise`; did you mean `choice`? [Write `choice`]
                Dense(HPO(uniform(0, 1)))
                  1:11 syntax-hpo: `HPO` has no `uniform`; write `choice(…)`, `range(low, high)` or `log_range(low, high)`
                Dense(hpo(choice(1, 2)))
                  1:7 syntax-hpo: `hpo` is written in capitals: `HPO(choice(…))` [Write `HPO`]
                Dense(units: hpo(categorical: [64, 128])) -> relu
                  1:14 syntax-hpo: a hyperparameter is written `HPO(choice(…))` [Write `HPO(choice(…))`]
                  1:43 syntax-arrow: there are no arrows; write the activation as an argument: `activation="relu"` [Write it as an argument]
                Dense(HPO(range: [0.3, 0.5, step=0.1]))
                  1:7 syntax-hpo: a hyperparameter is written `HPO(range(…))` [Write `HPO(range(…))`]
                Dense(HPO(choice(1, 2))
                  1:23 syntax-unclosed: expected `,` or `)` after this: the `(` is not closed [Insert `)`]
                Dense(HPO(choice(1, 2), 3)
                  1:22 syntax-unclosed: expected `)` after this: the `(` of `HPO` is not closed [Insert `)`]
                Dense(HPO(range(1, 2, 3, 4)))
                  1:23 nonstandard-hpo: the step of `range` has its name; write `step=…` [Insert `step=`]
                  1:26 syntax-hpo: `range` takes a low and a high bound; this value is one too many
                Dense(HPO(range(1, 2, by=3)))
                  1:23 syntax-hpo: `range` has no `by`; it takes low, high and `step=`
                Dense(HPO(choice(1 2)))
                  1:18 syntax-missing-comma: expected `,` or `)` after this argument [Insert `,`]
                HPO(Dense(1), Dense(2))
                  1:1 syntax-hpo: say how to choose: `HPO(choice(…))` [Insert `choice( )`]
            "#]],
        );
    }
}
