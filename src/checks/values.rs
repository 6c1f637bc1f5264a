//! Values of sections: numbers, names, and the choices of a hyperparameter.
//!
//! A check looks at one value at a time; [`each_choice`] runs it over everything that a
//! hyperparameter may become and turns the outcome into one finding: an error where every choice is
//! wrong, a warning that names the wrong ones where only some are.

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::hir::{Expr, ExprKind, Hpo, HpoKind};
pub(super) use crate::model::hpo::{number, number_text};
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

    #[test]
    fn whole_numbers_are_told_through_signs() {
        let expr = |kind| Expr { kind, range: TextRange::default() };
        let minus = |inner| expr(ExprKind::Neg(Box::new(inner)));
        assert!(is_integer(&minus(expr(ExprKind::HugeInt))));
        assert!(!is_integer(&minus(expr(ExprKind::Float(3.0)))));
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(short(&"é".repeat(70)).chars().count(), 61);
        assert_eq!(short("mse"), "mse");
    }
}
