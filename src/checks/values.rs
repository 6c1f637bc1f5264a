//! Values of sections: numbers, names, and the choices of a hyperparameter.
//!
//! A check looks at one value at a time; [`each_choice`] runs it over everything that a
//! hyperparameter may become and turns the outcome into one finding: an error where every choice is
//! wrong, a warning that names the wrong ones where only some are.

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::hir::{Expr, ExprKind, Hpo, HpoKind};
use crate::text::{TextEdit, TextRange};

/// The largest number of choices that are looked at.
const MAX_CHOICES: usize = 1_000;

/// A value that a hyperparameter may become.
struct Choice<'a> {
    expr: &'a Expr,
    /// Whether it is a bound of a range.
    bound: bool,
}

/// Checks an expression, or everything that it may become.
pub(super) fn each_choice(
    expr: &Expr,
    check: impl Fn(&Expr) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let ExprKind::Hpo(hpo) = &expr.kind else { return check(expr) };
    let choices = choices(hpo);
    let mut bad: Vec<(&Choice<'_>, Diagnostic)> = Vec::new();
    let mut others = Vec::new();
    for choice in &choices {
        let mut found = check(choice.expr).into_iter();
        bad.extend(found.next().map(|finding| (choice, finding)));
        others.extend(found);
    }
    // The worst is reported; a hint about another choice would only blur it.
    let worst = bad.iter().map(|(_, finding)| finding.severity).max();
    bad.retain(|(_, finding)| Some(finding.severity) == worst);
    let all = bad.len() == choices.len();
    let named: Vec<String> = bad.iter().map(|(choice, _)| written(choice.expr)).collect();
    let fixes: Vec<_> = bad.iter().flat_map(|(_, finding)| finding.fixes.clone()).collect();
    let Some((first, mut finding)) = bad.into_iter().next() else { return Vec::new() };
    if first.bound {
        finding.message = format!("{} (the search reaches {})", finding.message, named.join(", "));
    } else if choices.len() > 1 {
        let (count, of) = (named.len(), choices.len());
        finding.message = match all {
            true => format!("{} (none of the {of} choices is right)", finding.message),
            false => {
                format!("{} ({count} of {of} choices: {})", finding.message, named.join(", "))
            }
        };
    }
    if !all {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    finding.fixes = fixes;
    std::iter::once(finding).chain(others).collect()
}

/// Everything that a hyperparameter may become, nested ones included. A search over a range is
/// represented by its bounds.
fn choices(hpo: &Hpo) -> Vec<Choice<'_>> {
    let mut choices = Vec::new();
    let mut open = vec![hpo];
    while let Some(hpo) = open.pop() {
        match &hpo.kind {
            HpoKind::Choice(values) => {
                for value in values.iter().take(MAX_CHOICES) {
                    match &value.kind {
                        ExprKind::Hpo(inner) => open.push(inner),
                        _ => choices.push(Choice { expr: value, bound: false }),
                    }
                }
            }
            HpoKind::Range { low, high, .. } | HpoKind::LogRange { low, high } => {
                let bounds = [low, high].into_iter().flatten();
                choices.extend(bounds.map(|expr| Choice { expr, bound: true }));
            }
            HpoKind::Malformed => {}
        }
        if choices.len() > MAX_CHOICES {
            break;
        }
    }
    choices
}

/// The number that an expression writes, if it writes one.
pub(super) fn number(expr: &Expr) -> Option<f64> {
    let (mut expr, mut sign) = (expr, 1.0);
    loop {
        match &expr.kind {
            ExprKind::Int(value) => return Some(sign * *value as f64),
            ExprKind::Float(value) => return Some(sign * value),
            ExprKind::HugeInt => return Some(sign * f64::INFINITY),
            ExprKind::Neg(inner) => (expr, sign) = (inner, -sign),
            _ => return None,
        }
    }
}

/// Whether an expression is a whole number as the frameworks have it: written without a point.
pub(super) fn is_integer(expr: &Expr) -> bool {
    let mut expr = expr;
    while let ExprKind::Neg(inner) = &expr.kind {
        expr = inner;
    }
    matches!(expr.kind, ExprKind::Int(_) | ExprKind::HugeInt)
}

/// The text of a string or of a bare name.
pub(super) fn name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Str(text) | ExprKind::Name(text) => Some(text),
        _ => None,
    }
}

/// The elements of a list or tuple.
pub(super) fn elements(expr: &Expr) -> Option<&[Expr]> {
    match &expr.kind {
        ExprKind::List(elements) | ExprKind::Tuple(elements) => Some(elements),
        _ => None,
    }
}

/// Whether nothing can be said about the value: it could not be read, which has been reported.
pub(super) fn is_error(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Error)
}

/// What kind of thing a value is, for messages.
pub(super) fn describe(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::HugeInt => "a whole number".to_owned(),
        ExprKind::Float(_) => "a fractional number".to_owned(),
        ExprKind::Neg(_) => "a negative value".to_owned(),
        ExprKind::Str(text) => format!("the string \"{}\"", short(text)),
        ExprKind::Bool(flag) => format!("`{flag}`"),
        ExprKind::None => "`None`".to_owned(),
        ExprKind::Name(name) => format!("the name `{}`", short(name)),
        ExprKind::MacroParam(name) => {
            format!("the macro parameter `${}`, which has no value here", short(name))
        }
        ExprKind::Tuple(_) => "a tuple".to_owned(),
        ExprKind::List(_) => "a list".to_owned(),
        ExprKind::Call(call) => format!("the call `{}(…)`", short(&call.name.value)),
        ExprKind::Hpo(_) => "a hyperparameter".to_owned(),
        ExprKind::Chain(..) => "a calculation".to_owned(),
        ExprKind::Error => "something that cannot be read".to_owned(),
    }
}

/// The value as the language writes it, shortened where it is long.
pub(super) fn written(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Str(text) => format!("\"{}\"", short(text)),
        ExprKind::Name(text) => short(text),
        ExprKind::Bool(flag) => flag.to_string(),
        ExprKind::None => "None".to_owned(),
        ExprKind::Call(call) => format!("{}(…)", short(&call.name.value)),
        ExprKind::Tuple(_) => "(…)".to_owned(),
        ExprKind::List(_) => "[…]".to_owned(),
        _ => match number(expr) {
            Some(value) => number_text(value, is_integer(expr)),
            None => "…".to_owned(),
        },
    }
}

/// A number as the language writes it.
pub(super) fn number_text(value: f64, integer: bool) -> String {
    if value.is_infinite() {
        return "a number over 64 bits".to_owned();
    }
    match integer || value.fract() != 0.0 {
        _ if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e15) => format!("{value:e}"),
        true => format!("{value}"),
        false => format!("{value:.1}"),
    }
}

/// A name for a message: cut where it is too long to be read.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A finding with one fix that replaces its place.
pub(super) fn replace(
    code: Code,
    range: TextRange,
    message: impl Into<String>,
    title: impl Into<String>,
    new_text: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(code, range, message).with_fix(title, vec![TextEdit::new(range, new_text)])
}

/// The name as it would stand in the place of `expr`: quoted where that is a string.
pub(super) fn in_place_of(expr: &Expr, name: &str) -> String {
    match expr.kind {
        ExprKind::Str(_) => format!("\"{name}\""),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expr(kind: ExprKind) -> Expr {
        Expr { kind, range: TextRange::default() }
    }

    #[test]
    fn numbers_are_read_through_signs() {
        let minus = |inner| expr(ExprKind::Neg(Box::new(inner)));
        assert_eq!(number(&minus(minus(expr(ExprKind::Int(3))))), Some(3.0));
        assert_eq!(number(&minus(expr(ExprKind::Float(0.5)))), Some(-0.5));
        assert_eq!(number(&expr(ExprKind::Bool(true))), None);
        assert!(is_integer(&minus(expr(ExprKind::HugeInt))));
    }

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let texts = [(0.001, false), (1e-5, false), (3.0, false), (3.0, true), (1e20, false)];
        let texts: Vec<String> =
            texts.into_iter().map(|(value, integer)| number_text(value, integer)).collect();
        assert_eq!(texts, ["0.001", "1e-5", "3.0", "3", "1e20"]);
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(short(&"é".repeat(70)).chars().count(), 61);
        assert_eq!(short("mse"), "mse");
    }
}
