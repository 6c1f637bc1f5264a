//! Hyperparameter expressions: whether there is anything to choose.

use super::values::{is_integer, number, number_text};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::hir::{Expr, ExprKind, Hpo, HpoKind};
use crate::text::{TextEdit, TextRange};

/// What is wrong with one hyperparameter expression. Those inside its choices are not looked at.
pub fn check_hpo(hpo: &Hpo) -> Vec<Diagnostic> {
    let bad = |message: String| Diagnostic::new(codes::BAD_HPO, hpo.range, message);
    match &hpo.kind {
        HpoKind::Malformed => Vec::new(),
        HpoKind::Choice(values) => match values.as_slice() {
            [] => {
                let message = "`choice` needs at least one value, as in `HPO(choice(32, 64))`";
                vec![bad(message.to_owned())]
            }
            [only] => vec![single_choice(hpo, only)],
            _ => Vec::new(),
        },
        HpoKind::Range { low: Some(low), high: Some(high), step } => {
            bounds("range", hpo, low, high, step.as_ref())
        }
        HpoKind::LogRange { low: Some(low), high: Some(high) } => {
            bounds("log_range", hpo, low, high, None)
        }
        HpoKind::Range { .. } => {
            vec![bad("`range` needs two bounds, as in `HPO(range(16, 64, step=16))`".to_owned())]
        }
        HpoKind::LogRange { .. } => {
            vec![bad("`log_range` needs two bounds, as in `HPO(log_range(1e-4, 1e-2))`".to_owned())]
        }
    }
}

/// Checks every hyperparameter expression inside `expr`.
pub(super) fn check_all(expr: &Expr, findings: &mut Vec<Diagnostic>) {
    let mut open: Vec<&Expr> = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Hpo(hpo) => {
                findings.extend(check_hpo(hpo));
                if let HpoKind::Choice(values) = &hpo.kind {
                    open.extend(values);
                }
            }
            ExprKind::List(elements) | ExprKind::Tuple(elements) => open.extend(elements),
            ExprKind::Call(call) => {
                let args = call.args.iter().flat_map(|args| &args.args);
                open.extend(args.map(|arg| &arg.value));
            }
            _ => {}
        }
    }
}

fn single_choice(hpo: &Hpo, only: &Expr) -> Diagnostic {
    let before = TextRange::new(hpo.range.start(), only.range.start());
    let after = TextRange::new(only.range.end(), hpo.range.end());
    Diagnostic::new(codes::SINGLE_CHOICE, hpo.range, "this search has only one value to choose")
        .with_help("Write the value itself, or add the other choices.")
        .with_fix(
            "Write the value itself",
            vec![TextEdit::new(before, ""), TextEdit::new(after, "")],
        )
}

fn bounds(name: &str, hpo: &Hpo, low: &Expr, high: &Expr, step: Option<&Expr>) -> Vec<Diagnostic> {
    let bad =
        |place: TextRange, message: String| vec![Diagnostic::new(codes::BAD_HPO, place, message)];
    let mut numbers = Vec::new();
    for bound in [Some(low), Some(high), step].into_iter().flatten() {
        match number(bound) {
            Some(value) => numbers.push(value),
            None if is_open(bound) => return Vec::new(),
            None => return bad(bound.range, format!("`{name}` takes numbers")),
        }
    }
    let text = |expr: &Expr, value: f64| number_text(value, is_integer(expr));
    let (from, to) = (numbers[0], numbers[1]);
    if name == "log_range" {
        for (bound, value) in [(low, from), (high, to)] {
            if value <= 0.0 {
                let value = text(bound, value);
                let message = format!("`log_range` needs bounds greater than 0, not {value}");
                return bad(bound.range, message);
            }
        }
    }
    if from > to {
        let (low_text, high_text) = (text(low, from), text(high, to));
        let message = format!(
            "`{name}` goes from the smaller to the larger bound, not {low_text} to {high_text}"
        );
        let swap =
            vec![TextEdit::new(low.range, &*high_text), TextEdit::new(high.range, &*low_text)];
        let place = low.range.cover(high.range);
        let finding = Diagnostic::new(codes::BAD_HPO, place, message);
        return vec![finding.with_fix("Swap the bounds", swap)];
    }
    if let (Some(step), Some(&size)) = (step, numbers.get(2))
        && size <= 0.0
    {
        let message = format!("the step of `{name}` is greater than 0, not {}", text(step, size));
        return bad(step.range, message);
    }
    let reached = numbers.get(2).is_none_or(|size| from + size <= to);
    if from == to || !reached {
        let only = text(low, from);
        let message = format!("this search has only one value to choose, {only}");
        return vec![
            Diagnostic::new(codes::SINGLE_CHOICE, hpo.range, message)
                .with_fix(format!("Write {only}"), vec![TextEdit::new(hpo.range, only)]),
        ];
    }
    Vec::new()
}

/// Whether the value depends on the use of a macro, or has been reported.
fn is_open(expr: &Expr) -> bool {
    let kind = &expr.kind;
    matches!(
        kind,
        ExprKind::Error | ExprKind::MacroParam(_) | ExprKind::Name(_) | ExprKind::Chain(..)
    ) || matches!(kind, ExprKind::Neg(_) if number(expr).is_none())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{check_expr, float, hpo, int};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(kind: HpoKind, expect: Expect) {
        check_expr(hpo(kind), check_all, expect);
    }

    fn range(low: Expr, high: Expr, step: Option<Expr>) -> HpoKind {
        HpoKind::Range { low: Some(low), high: Some(high), step }
    }

    #[test]
    fn searches_with_values_are_silent() {
        check(HpoKind::Choice(vec![int(1), int(2)]), expect![[""]]);
        check(range(int(1), int(9), Some(int(4))), expect![[""]]);
        check(HpoKind::LogRange { low: Some(float(1e-4)), high: Some(int(1)) }, expect![[""]]);
    }

    #[test]
    fn searches_without_values_say_why() {
        check(
            HpoKind::Choice(vec![]),
            expect![[r#"
                error bad-hpo `HPO(choice())`: `choice` needs at least one value, as in `HPO(choice(32, 64))`
            "#]],
        );
        check(
            range(int(64), int(16), None),
            expect![[r#"
                error bad-hpo `64, 16`: `range` goes from the smaller to the larger bound, not 64 to 16
                  Swap the bounds: HPO(range(16, 64))
            "#]],
        );
        check(
            range(int(16), int(64), Some(int(0))),
            expect![[r#"
                error bad-hpo `0`: the step of `range` is greater than 0, not 0
            "#]],
        );
        check(
            HpoKind::LogRange { low: Some(int(0)), high: Some(int(1)) },
            expect![[r#"
                error bad-hpo `0`: `log_range` needs bounds greater than 0, not 0
            "#]],
        );
        check(
            HpoKind::LogRange { low: Some(int(1)), high: None },
            expect![[r#"
                error bad-hpo `HPO(log_range(1))`: `log_range` needs two bounds, as in `HPO(log_range(1e-4, 1e-2))`
            "#]],
        );
    }

    #[test]
    fn a_single_value_is_a_warning() {
        check(
            HpoKind::Choice(vec![int(32)]),
            expect![[r#"
            warning single-choice `HPO(choice(32))`: this search has only one value to choose
              help: Write the value itself, or add the other choices.
              Write the value itself: 32
        "#]],
        );
        check(
            range(int(16), int(16), None),
            expect![[r#"
            warning single-choice `HPO(range(16, 16))`: this search has only one value to choose, 16
              Write 16: 16
        "#]],
        );
        check(
            range(int(16), int(20), Some(int(8))),
            expect![[r#"
            warning single-choice `HPO(range(16, 20, step=8))`: this search has only one value to choose, 16
              Write 16: 16
        "#]],
        );
        check(
            HpoKind::Choice(vec![int(1), hpo(HpoKind::Choice(vec![int(2)]))]),
            expect![[r#"
            warning single-choice `HPO(choice(2))`: this search has only one value to choose
              help: Write the value itself, or add the other choices.
              Write the value itself: HPO(choice(1, 2))
        "#]],
        );
    }
}
