//! Hyperparameter expressions: whether there is anything to choose.
//!
//! The same rules hold for an argument of a layer, whose bounds may be macro parameters, and for a
//! value of a section, whose bounds are what is written. So the caller reads the bounds, and what is
//! said about them stands here once.

use rustc_hash::FxHashMap;

use super::hir::{Expr, ExprKind, Hpo, HpoKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::text::{TextEdit, TextRange};

/// A bound or step, as the caller reads it.
pub enum Bound {
    /// A number.
    Number {
        /// Its value.
        value: f64,
        /// Whether it is written, or computed, without a point.
        is_whole: bool,
    },
    /// Not known here, or reported already.
    Open,
    /// Something that is no number, in words: `"a" is a string`.
    Other(String),
}

/// The bounds of a search, in order.
pub struct Bounds {
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// The distance of neighbouring values; `None` for an interval, or where it is not known.
    step: Option<f64>,
    /// Whether bounds and step are whole numbers.
    is_whole: bool,
}

impl Bounds {
    /// First value, last value and step, where the search is over whole numbers.
    pub fn whole(&self) -> Option<(i64, i64, i64)> {
        // Beyond this bound a float does not tell whole numbers apart.
        let fits = self.low.abs() < 9e15 && self.high.abs() < 9e15;
        let step = self.step.filter(|step| self.is_whole && fits && *step < 9e15)?;
        Some((self.low as i64, self.high as i64, step as i64))
    }
}

/// What [`check_bounds`] finds.
pub struct Checked {
    /// The bounds, where they can be used.
    pub bounds: Option<Bounds>,
    /// What is wrong.
    pub finding: Option<Diagnostic>,
}

/// Checks a `range` or `log_range`, whose bounds and step `read` gives. Of another expression nothing
/// is said.
pub fn check_bounds(hpo: &Hpo, mut read: impl FnMut(&Expr) -> Bound) -> Checked {
    let (form, low, high, step) = match &hpo.kind {
        HpoKind::Range { low, high, step } => ("range", low, high, step.as_ref()),
        HpoKind::LogRange { low, high } => ("log_range", low, high, None),
        HpoKind::Choice(_) | HpoKind::Malformed => return Checked { bounds: None, finding: None },
    };
    let bad = |place: TextRange, message: String| Checked {
        bounds: None,
        finding: Some(Diagnostic::new(codes::BAD_HPO, place, message)),
    };
    let (Some(low), Some(high)) = (low, high) else {
        let example = match form {
            "range" => "HPO(range(16, 64, step=16))",
            _ => "HPO(log_range(1e-4, 1e-2))",
        };
        return bad(hpo.range, format!("`{form}` needs two bounds, as in `{example}`"));
    };
    let mut numbers: Vec<Option<(f64, bool)>> = Vec::with_capacity(3);
    for (at, bound) in [Some(low), Some(high), step].into_iter().flatten().enumerate() {
        numbers.push(match read(bound) {
            Bound::Number { value, is_whole } => Some((value, is_whole)),
            Bound::Open => None,
            Bound::Other(what) => {
                let which = if at < 2 { "the bounds of" } else { "the step of" };
                let are = if at < 2 { "are numbers" } else { "is a number" };
                return bad(bound.range, format!("{which} `{form}` {are}, and {what}"));
            }
        });
    }
    let (Some((from, from_whole)), Some((to, to_whole))) = (numbers[0], numbers[1]) else {
        return Checked { bounds: None, finding: None };
    };
    if form == "log_range" {
        for (bound, value, is_whole) in [(low, from, from_whole), (high, to, to_whole)] {
            if value <= 0.0 {
                let value = number_text(value, is_whole);
                let message = format!("`log_range` needs bounds greater than 0, not {value}");
                return bad(bound.range, message);
            }
        }
    }
    if from > to {
        let (low_text, high_text) = (number_text(from, from_whole), number_text(to, to_whole));
        let message = format!(
            "`{form}` goes from the smaller to the larger bound, not {low_text} to {high_text}"
        );
        let mut finding = Diagnostic::new(codes::BAD_HPO, low.range.cover(high.range), message);
        if is_literal(low) && is_literal(high) {
            let swap =
                vec![TextEdit::new(low.range, high_text), TextEdit::new(high.range, low_text)];
            finding = finding.with_fix("Swap the bounds", swap);
        }
        return Checked { bounds: None, finding: Some(finding) };
    }
    let size = match step {
        Some(_) => numbers[2],
        // Whole numbers are taken one by one; between others there is an interval.
        None => (form == "range" && from_whole && to_whole).then_some((1.0, true)),
    };
    if let (Some(step), Some((size, is_whole))) = (step, size)
        && size <= 0.0
    {
        let size = number_text(size, is_whole);
        return bad(step.range, format!("the step of `{form}` is greater than 0, not {size}"));
    }
    let finding = (from == to || size.is_some_and(|(size, _)| from + size > to)).then(|| {
        let only = number_text(from, from_whole);
        let message = format!("this search has only one value to choose, {only}");
        let finding = Diagnostic::new(codes::SINGLE_CHOICE, hpo.range, message);
        match is_literal(low) {
            true => finding
                .with_fix(format!("Write {only}"), vec![TextEdit::new(hpo.range, only.as_str())]),
            false => finding,
        }
    });
    let is_whole = from_whole && to_whole && size.is_some_and(|(_, is_whole)| is_whole);
    let bounds = Bounds { low: from, high: to, step: size.map(|(size, _)| size), is_whole };
    Checked { bounds: Some(bounds), finding }
}

/// Checks the values of a `choice`; `is_plain` where they stand in it without brackets of their own.
pub fn check_choice(hpo: &Hpo, values: &[Expr], is_plain: bool) -> Vec<Diagnostic> {
    match values {
        [] => {
            let message = "`choice` needs at least one value, as in `HPO(choice(32, 64))`";
            vec![Diagnostic::new(codes::BAD_HPO, hpo.range, message)]
        }
        [only] => vec![single_choice(hpo, only)],
        _ => equal_choices(values, is_plain),
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

/// The values that are written twice. Numbers are compared as numbers: 1 and 1.0 are equal, while
/// `true` and 1 are not, since one of them is no number.
fn equal_choices(values: &[Expr], is_plain: bool) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut seen: FxHashMap<String, TextRange> = FxHashMap::default();
    for (at, value) in values.iter().enumerate() {
        let Some(text) = literal(value) else { continue };
        let Some(first) = seen.get(&text) else {
            seen.insert(text, value.range);
            continue;
        };
        let message = format!("the choice {text} is there already");
        let mut finding = Diagnostic::new(codes::EQUAL_CHOICES, value.range, message)
            .with_related(*first, "the first of them");
        if is_plain && at > 0 {
            // With the comma before it.
            let range = TextRange::new(values[at - 1].range.end(), value.range.end());
            finding = finding.with_fix("Remove it", vec![TextEdit::new(range, "")]);
        }
        findings.push(finding);
    }
    findings
}

/// A literal as a text that is equal for equal values; `None` for what is no literal.
fn literal(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Str(text) => Some(format!("\"{text}\"")),
        ExprKind::Bool(flag) => Some(flag.to_string()),
        ExprKind::None => Some("None".to_owned()),
        ExprKind::Tuple(elements) | ExprKind::List(elements) => {
            // The parser bounds how deep values nest.
            let elements: Option<Vec<String>> = elements.iter().map(literal).collect();
            Some(format!("({})", elements?.join(", ")))
        }
        _ => number(expr).map(|value| number_text(value, value.fract() == 0.0)),
    }
}

/// The number that an expression writes, if it writes one.
pub fn number(expr: &Expr) -> Option<f64> {
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

fn is_literal(expr: &Expr) -> bool {
    number(expr).is_some()
}

/// A number as the language writes it.
pub fn number_text(value: f64, is_whole: bool) -> String {
    if value.is_infinite() {
        return "a number over 64 bits".to_owned();
    }
    match is_whole || value.fract() != 0.0 {
        _ if value != 0.0 && (value.abs() < 1e-4 || value.abs() >= 1e15) => format!("{value:e}"),
        true => format!("{value}"),
        false => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        let texts = [(0.001, false), (1e-5, false), (3.0, false), (3.0, true), (1e20, false)];
        let texts: Vec<String> =
            texts.into_iter().map(|(value, is_whole)| number_text(value, is_whole)).collect();
        assert_eq!(texts, ["0.001", "1e-5", "3.0", "3", "1e20"]);
    }

    #[test]
    fn numbers_are_read_through_signs() {
        let expr = |kind| Expr { kind, range: TextRange::default() };
        let minus = |inner| expr(ExprKind::Neg(Box::new(inner)));
        assert_eq!(number(&minus(minus(expr(ExprKind::Int(3))))), Some(3.0));
        assert_eq!(number(&minus(expr(ExprKind::Float(0.5)))), Some(-0.5));
        assert_eq!(number(&expr(ExprKind::Bool(true))), None);
    }
}
