//! Hyperparameter expressions of sections: whether there is anything to choose.

use super::values::{describe, is_integer};
use crate::diagnostics::Diagnostic;
use crate::model::hir::{Expr, ExprKind, Hpo, HpoKind};
use crate::model::hpo::{self, Bound};

/// What is wrong with one hyperparameter expression of a section. Those inside its choices are not
/// looked at.
pub fn check_hpo(hpo: &Hpo) -> Vec<Diagnostic> {
    match &hpo.kind {
        HpoKind::Choice(values) => hpo::check_choice(hpo, values, true),
        _ => hpo::check_bounds(hpo, read).finding.into_iter().collect(),
    }
}

fn read(bound: &Expr) -> Bound {
    match hpo::number(bound) {
        Some(value) => Bound::Number { value, is_whole: is_integer(bound) },
        None if is_open(bound) => Bound::Open,
        None => Bound::Other(format!("this is {}", describe(bound))),
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

/// Whether the value depends on the use of a macro, or has been reported.
fn is_open(expr: &Expr) -> bool {
    let kind = &expr.kind;
    matches!(
        kind,
        ExprKind::Error | ExprKind::MacroParam(_) | ExprKind::Name(_) | ExprKind::Chain(..)
    ) || matches!(kind, ExprKind::Neg(_) if hpo::number(expr).is_none())
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
