//! Values of expressions, in every world of the hyperparameter choices.

use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr};

use super::{Bound, Evaluator};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::Value;
use crate::model::hir::{BinaryOp, Expr, ExprKind, Hpo, HpoKind};
use crate::model::hpo;
use crate::model::place::Place;
use crate::shape::{Variable, VariableId, Worlds, union};
use crate::text::TextRange;

/// How many values a `range` may have to be looked at one by one; past it only its ends count.
const MAX_RANGE_VALUES: i64 = 128;

impl Evaluator<'_> {
    /// The value of `expr`, written for the parameter `label`.
    pub(super) fn eval(&mut self, expr: &Expr, label: &str) -> Bound {
        let source = Some(self.place(expr.range));
        let constant = |value| Bound { value: Worlds::constant(value), division: None, source };
        match &expr.kind {
            ExprKind::Int(number) => constant(Value::Int(*number)),
            ExprKind::HugeInt => {
                self.error(
                    codes::NUMBER_TOO_LARGE,
                    expr.range,
                    "this number does not fit into 64 bits",
                );
                constant(Value::Unknown)
            }
            ExprKind::Float(number) => constant(Value::Float(*number)),
            ExprKind::Str(text) => constant(Value::Str(text.clone())),
            ExprKind::Bool(flag) => constant(Value::Bool(*flag)),
            ExprKind::None => constant(Value::None),
            ExprKind::Name(name) => match self.parameter(name) {
                Some(bound) => bound.clone(),
                None => constant(Value::Name(name.clone())),
            },
            ExprKind::MacroParam(name) => match self.parameter(name) {
                Some(bound) => bound.clone(),
                None => {
                    self.unknown_macro_parameter(name, expr);
                    constant(Value::Unknown)
                }
            },
            ExprKind::Tuple(elements) => Bound {
                value: self.eval_elements(elements, label, Value::Tuple),
                division: None,
                source,
            },
            ExprKind::List(elements) => Bound {
                value: self.eval_elements(elements, label, Value::List),
                division: None,
                source,
            },
            ExprKind::Call(call) => constant(Value::Call(call.name.value.clone())),
            ExprKind::Hpo(hpo) => {
                Bound { value: self.eval_hpo(hpo, label), division: None, source }
            }
            ExprKind::Neg(inner) => {
                let value = self.eval(inner, label).value;
                let negated = value.map(negate);
                self.report_arithmetic(expr, &negated);
                let literal = matches!(inner.kind, ExprKind::Int(_) | ExprKind::Float(_));
                Bound {
                    value: negated.map(|value| value.clone().unwrap_or(Value::Unknown)),
                    division: None,
                    source: source.filter(|_| literal),
                }
            }
            ExprKind::Chain(first, rest) => {
                let mut value = self.eval(first, label).value;
                let mut division = None;
                for (op, operand) in rest {
                    let operand_value = self.eval(operand, label).value;
                    if let (BinaryOp::Div, Some(Value::Int(a)), Some(Value::Int(b))) =
                        (op, value.as_constant(), operand_value.as_constant())
                    {
                        division = Some((*a, *b)).filter(|(a, b)| *b > 0 && a % b != 0);
                    }
                    let result = combine(&[&value, &operand_value], |values| {
                        calculate(*op, values[0], values[1])
                    });
                    self.report_arithmetic(operand, &result);
                    value = result.map(|value| value.clone().unwrap_or(Value::Unknown));
                }
                Bound { value, division, source: None }
            }
            ExprKind::Error => constant(Value::Unknown),
        }
    }

    fn parameter(&self, name: &str) -> Option<&Bound> {
        self.frames.last()?.env.get(name)
    }

    fn unknown_macro_parameter(&mut self, name: &SmolStr, expr: &Expr) {
        let place = self.place(expr.range);
        let Some(call) = self.calls.last() else {
            let message = format!("`${name}` means a macro parameter, and this is not in a macro");
            return self.emit(Diagnostic::new(codes::UNKNOWN_MACRO_PARAMETER, place, message));
        };
        // The same misspelling is one mistake however often it stands in a body.
        if !self.unknown_params.insert((call.instance, name.clone())) {
            return;
        }
        let message = format!("the macro `{}` has no parameter `{name}`", call.name);
        let mut diagnostic = Diagnostic::new(codes::UNKNOWN_MACRO_PARAMETER, place, message);
        let mut known: Vec<&str> = match self.frames.last() {
            Some(frame) => frame.env.keys().map(SmolStr::as_str).collect(),
            None => Vec::new(),
        };
        known.sort_unstable();
        if let Some(meant) = crate::diagnostics::did_you_mean(name, known.iter().copied()) {
            diagnostic = diagnostic
                .with_help(format!("did you mean `${meant}`?"))
                .with_fix(format!("Change to `${meant}`"), vec![place.edit(format!("${meant}"))]);
        } else if known.is_empty() {
            diagnostic = diagnostic.with_help(
                "parameters are declared after the macro's name: `define Block(filters) { … }`",
            );
        }
        self.emit(diagnostic);
    }

    fn eval_elements(
        &mut self,
        elements: &[Expr],
        label: &str,
        make: fn(Vec<Value>) -> Value,
    ) -> Worlds<Value> {
        let values: Vec<Worlds<Value>> =
            elements.iter().map(|element| self.eval(element, label).value).collect();
        let refs: Vec<&Worlds<Value>> = values.iter().collect();
        combine(&refs, |values| Ok(make(values.iter().map(|&value| value.clone()).collect())))
            .map(|value| value.clone().unwrap_or(Value::Unknown))
    }

    /// Says what is wrong with arithmetic that has no result.
    fn report_arithmetic(&mut self, expr: &Expr, result: &Worlds<Result<Value, String>>) {
        if let Some(message) = result.values().iter().find_map(|value| value.as_ref().err()) {
            self.error(codes::BAD_ARITHMETIC, expr.range, message.clone());
        }
    }

    /// The variable that the expression at `range` is in this expansion.
    pub(super) fn variable(
        &self,
        place: Place,
        label: &str,
        choices: Vec<SmolStr>,
    ) -> Arc<Variable> {
        let id = VariableId {
            owner: place.owner.0,
            offset: place.range.start().into(),
            instance: self.instance,
        };
        Arc::new(Variable { id, label: label.into(), choices })
    }

    fn eval_hpo(&mut self, hpo: &Hpo, label: &str) -> Worlds<Value> {
        self.searches = true;
        if let HpoKind::Choice(alternatives) = &hpo.kind {
            return self.eval_choice(hpo, alternatives, label);
        }
        let checked = hpo::check_bounds(hpo, |expr| {
            let value = self.eval(expr, label).value;
            match value.as_constant() {
                None | Some(Value::Unknown) => hpo::Bound::Open,
                Some(value) => match value.as_number() {
                    Some(number) => hpo::Bound::Number {
                        value: number,
                        is_whole: matches!(value, Value::Int(_)),
                    },
                    None => hpo::Bound::Other(format!("{value} is {}", value.describe())),
                },
            }
        });
        if let Some(finding) = checked.finding {
            let owner = self.owner;
            self.emit(finding.map_places(|range| Place::new(owner, range)));
        }
        let Some(bounds) = checked.bounds else { return Worlds::constant(Value::Unknown) };
        let interval = Worlds::constant(Value::Interval {
            name: label.into(),
            low: bounds.low,
            high: bounds.high,
        });
        let Some((first, last, step)) = bounds.whole() else { return interval };
        let count = (last - first) / step + 1;
        if count > MAX_RANGE_VALUES {
            return interval;
        }
        let numbers: Vec<i64> = (0..count).map(|at| first + at * step).collect();
        if let [only] = numbers.as_slice() {
            return Worlds::constant(Value::Int(*only));
        }
        let names = numbers.iter().map(ToSmolStr::to_smolstr).collect();
        let place = self.place(hpo.range);
        Worlds::choice(
            self.variable(place, label, names),
            numbers.into_iter().map(Value::Int).collect(),
        )
    }

    fn eval_choice(&mut self, hpo: &Hpo, alternatives: &[Expr], label: &str) -> Worlds<Value> {
        let place = self.place(hpo.range);
        let bracketed = alternatives;
        let alternatives = self.unbracketed(alternatives);
        let values: Vec<Worlds<Value>> =
            alternatives.iter().map(|alternative| self.eval(alternative, label).value).collect();
        for finding in hpo::check_choice(hpo, alternatives, bracketed.len() == alternatives.len()) {
            let owner = self.owner;
            self.emit(finding.map_places(|range| Place::new(owner, range)));
        }
        match values.as_slice() {
            [] => return Worlds::constant(Value::Unknown),
            [only] => return only.clone(),
            _ => {}
        }
        let names = values.iter().map(|value| match value.as_constant() {
            Some(value) => value.to_smolstr(),
            None => SmolStr::new_static("HPO(…)"),
        });
        let variable = self.variable(place, label, names.collect());
        let index = Worlds::choice(variable, (0..values.len()).collect());
        let variables = union(values.iter().map(Worlds::variables).chain([index.variables()]));
        Worlds::for_each(variables, |world| values[*index.at(world)].at(world).clone())
            .unwrap_or_else(|| widen(values.iter().flat_map(Worlds::values), label))
    }

    /// The alternatives of a choice; `choice([a, b])` is reported and read as `choice(a, b)`.
    fn unbracketed<'s>(&mut self, alternatives: &'s [Expr]) -> &'s [Expr] {
        let [Expr { kind: ExprKind::List(elements), range }] = alternatives else {
            return alternatives;
        };
        let ([first, .., last], false) = (elements.as_slice(), elements.is_empty()) else {
            return alternatives;
        };
        let before = TextRange::new(range.start(), first.range.start());
        let after = TextRange::new(last.range.end(), range.end());
        let edits = vec![self.place(before).edit(""), self.place(after).edit("")];
        let place = self.place(*range);
        let shown: Vec<String> = elements
            .iter()
            .map(|element| match self.eval(element, "").value.as_constant() {
                Some(value) if !value.is_unknown() => value.to_string(),
                _ => "…".to_string(),
            })
            .collect();
        let shown = shown.join(", ");
        self.emit(
            Diagnostic::new(
                codes::BAD_HPO,
                place,
                format!("the values to choose from stand in `choice` without brackets: `choice({shown})`"),
            )
            .with_fix("Remove the brackets", edits),
        );
        elements
    }
}

/// A value for every world of `values`; unknown where there are too many.
pub(super) fn combine(
    values: &[&Worlds<Value>],
    mut f: impl FnMut(&[&Value]) -> Result<Value, String>,
) -> Worlds<Result<Value, String>> {
    let variables = union(values.iter().map(|value| value.variables()));
    Worlds::for_each(variables, |world| {
        let at: Vec<&Value> = values.iter().map(|value| value.at(world)).collect();
        f(&at)
    })
    .unwrap_or_else(|| Worlds::constant(Ok(Value::Unknown)))
}

/// What is known of all of `values` together.
pub(super) fn widen<'a>(values: impl Iterator<Item = &'a Value>, label: &str) -> Worlds<Value> {
    let mut bounds: Option<(f64, f64)> = None;
    for value in values {
        let (low, high) = match value {
            Value::Interval { low, high, .. } => (*low, *high),
            Value::Int(number) => (*number as f64, *number as f64),
            Value::Float(number) => (*number, *number),
            _ => return Worlds::constant(Value::Unknown),
        };
        let (least, most) = bounds.unwrap_or((low, high));
        bounds = Some((least.min(low), most.max(high)));
    }
    let value = bounds.map_or(Value::Unknown, |(low, high)| Value::Interval {
        name: label.into(),
        low,
        high,
    });
    Worlds::constant(value)
}

fn negate(value: &Value) -> Result<Value, String> {
    Ok(match value {
        Value::Int(number) => number.checked_neg().map_or(Value::Unknown, Value::Int),
        Value::Float(number) => Value::Float(-number),
        Value::Interval { name, low, high } => {
            Value::Interval { name: name.clone(), low: -high, high: -low }
        }
        Value::Unknown => Value::Unknown,
        other => return Err(format!("{other} is {}, which has no negative", other.describe())),
    })
}

fn calculate(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, String> {
    let symbol = match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
    };
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Int(_) | Value::Float(_) | Value::Interval { .. }, Value::Int(0))
            if op == BinaryOp::Div =>
        {
            Err(format!("{a} / 0 has no value"))
        }
        (Value::Int(a), Value::Int(b)) => {
            let exact = match op {
                BinaryOp::Add => a.checked_add(*b),
                BinaryOp::Sub => a.checked_sub(*b),
                BinaryOp::Mul => a.checked_mul(*b),
                BinaryOp::Div if a % b == 0 => a.checked_div(*b),
                BinaryOp::Div => return Ok(Value::Float(*a as f64 / *b as f64)),
            };
            exact
                .map(Value::Int)
                .ok_or_else(|| format!("{a} {symbol} {b} does not fit into 64 bits"))
        }
        (Value::Interval { .. }, _) | (_, Value::Interval { .. }) => {
            Ok(interval(op, a, b).unwrap_or(Value::Unknown))
        }
        _ => match (a.as_number(), b.as_number()) {
            (Some(a), Some(b)) => Ok(Value::Float(match op {
                BinaryOp::Add => a + b,
                BinaryOp::Sub => a - b,
                BinaryOp::Mul => a * b,
                BinaryOp::Div => a / b,
            })),
            _ => {
                let wrong = if a.as_number().is_none() { a } else { b };
                Err(format!("`{symbol}` takes numbers, and {wrong} is {}", wrong.describe()))
            }
        },
    }
}

/// Arithmetic on the ends of intervals.
fn interval(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    let ends = |value: &Value| match value {
        Value::Interval { low, high, .. } => Some((*low, *high)),
        other => other.as_number().map(|number| (number, number)),
    };
    let name = match (a, b) {
        (Value::Interval { name, .. }, _) | (_, Value::Interval { name, .. }) => name.clone(),
        _ => return None,
    };
    let ((a_low, a_high), (b_low, b_high)) = (ends(a)?, ends(b)?);
    let apply = |a: f64, b: f64| match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
    };
    let corners =
        [apply(a_low, b_low), apply(a_low, b_high), apply(a_high, b_low), apply(a_high, b_high)];
    if corners.iter().any(|corner| !corner.is_finite()) {
        return None;
    }
    let low = corners.iter().copied().fold(f64::INFINITY, f64::min);
    let high = corners.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Value::Interval { name, low, high })
}
