//! The arguments of optimizers, schedules and losses.

use std::collections::HashMap;

use super::values::{
    describe, each_choice, elements, in_place_of, is_error, is_integer, name, number, number_text,
    replace, short,
};
use crate::diagnostics::suggest::did_you_mean;
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::lang::signature::Signature;
use crate::lang::{Default, Kind, Param, optimizers, schedules};
use crate::model::hir::{Arg, Call, Expr, ExprKind};
use crate::text::{TextEdit, TextRange};

/// Checks the arguments of `call` against the parameters of what it calls.
pub(super) fn check_call(signature: &'static Signature, call: &Call) -> Vec<Diagnostic> {
    let mut checker =
        Checker { signature, findings: Vec::new(), given: HashMap::new(), unknown: false };
    let args: &[Arg] = call.args.as_ref().map_or(&[], |args| &args.args);
    let mut named_before = false;
    let mut too_many = false;
    for (index, arg) in args.iter().enumerate() {
        let param = match &arg.name {
            Some(_) => checker.named(args, index),
            None if named_before => {
                checker.positional_after_named(arg);
                signature.positional(index)
            }
            None => signature.positional(index),
        };
        named_before |= arg.name.is_some();
        match param {
            Some(param) => checker.argument(param, args, index),
            None if arg.name.is_none() && !too_many => {
                too_many = true;
                checker.too_many(arg, args.len());
            }
            None => {}
        }
    }
    checker.missing(call);
    if signature.name == "PiecewiseConstantDecay" {
        checker.pieces(args);
    }
    checker.findings
}

struct Checker {
    signature: &'static Signature,
    findings: Vec<Diagnostic>,
    /// Where each parameter is given.
    given: HashMap<&'static str, TextRange>,
    /// Whether there was an argument of no parameter, which may be meant for a missing one.
    unknown: bool,
}

impl Checker {
    /// The parameter that a named argument means.
    fn named(&mut self, args: &[Arg], index: usize) -> Option<&'static Param> {
        let wrong = args[index].name.as_ref()?;
        if let Some(param) = self.signature.param(&wrong.value) {
            return Some(param);
        }
        self.unknown = true;
        let owner = self.signature.name;
        let is_optimizer = optimizers::find(owner).is_some();
        if is_optimizer && wrong.value == optimizers::IGNORED {
            let message = format!("Keras ignores `{}`", wrong.value);
            self.findings.push(
                Diagnostic::new(codes::IGNORED_PARAMETER, args[index].range, message)
                    .with_help("Give `learning_rate` a schedule, for example InverseTimeDecay.")
                    .with_fix("Remove the argument", removal(args, index)),
            );
            return None;
        }
        let message = format!("`{owner}` has no parameter `{}`", short(&wrong.value));
        let renamed = optimizers::renamed(&wrong.value)
            .filter(|name| is_optimizer && self.signature.param(name).is_some());
        let names = self.signature.params().map(|param| param.name);
        let near = renamed.or_else(|| did_you_mean(&wrong.value, names));
        self.findings.push(match near {
            Some(near) => replace(
                codes::UNKNOWN_PARAMETER,
                wrong.range,
                format!("{message}; did you mean `{near}`?"),
                format!("Change `{}` to `{near}`", short(&wrong.value)),
                near,
            ),
            None => {
                let names: Vec<String> =
                    self.signature.params().map(|param| format!("`{}`", param.name)).collect();
                Diagnostic::new(codes::UNKNOWN_PARAMETER, wrong.range, message)
                    .with_help(format!("Its parameters are {}.", names.join(", ")))
                    .with_fix("Remove the argument", removal(args, index))
            }
        });
        None
    }

    fn argument(&mut self, param: &'static Param, args: &[Arg], index: usize) {
        let arg = &args[index];
        if let Some(first) = self.given.insert(param.name, arg.range) {
            let message = format!("`{}` is given twice", param.name);
            self.findings.push(
                Diagnostic::new(codes::DUPLICATE_ARGUMENT, arg.range, message)
                    .with_related(first, "it is given here already")
                    .with_fix("Remove the second one", removal(args, index)),
            );
            return;
        }
        let signature = self.signature;
        self.findings.extend(each_choice(&arg.value, |value| check_value(signature, param, value)));
    }

    fn positional_after_named(&mut self, arg: &Arg) {
        let message = "an argument without a name stands after one with a name";
        self.findings.push(
            Diagnostic::new(codes::POSITIONAL_AFTER_NAMED, arg.range, message)
                .with_help("Python does not allow that. Write `name=value`."),
        );
    }

    fn too_many(&mut self, arg: &Arg, count: usize) {
        let most = self.signature.params().count();
        let message =
            format!("`{}` takes at most {most} arguments, not {count}", self.signature.name);
        self.findings.push(Diagnostic::new(codes::TOO_MANY_ARGUMENTS, arg.range, message));
    }

    fn missing(&mut self, call: &Call) {
        if self.unknown {
            return;
        }
        let missing: Vec<String> = self
            .signature
            .params()
            .filter(|param| param.default.is_none() && !self.given.contains_key(param.name))
            .map(|param| format!("`{}`", param.name))
            .collect();
        if !missing.is_empty() {
            let message = format!("`{}` needs {}", self.signature.name, missing.join(" and "));
            self.findings.push(
                Diagnostic::new(codes::MISSING_PARAMETER, call.name.range, message)
                    .with_help(self.signature.summary),
            );
        }
    }

    /// `PiecewiseConstantDecay` has one rate more than it has boundaries.
    fn pieces(&mut self, args: &[Arg]) {
        let find = |wanted: &str, position: usize| {
            let named = |arg: &&Arg| arg.name.as_ref().is_some_and(|name| name.value == wanted);
            let by_position = args.get(position).filter(|arg| arg.name.is_none());
            args.iter().find(named).or(by_position)
        };
        let (Some(boundaries), Some(values)) = (find("boundaries", 0), find("values", 1)) else {
            return;
        };
        let (Some(steps), Some(rates)) = (elements(&boundaries.value), elements(&values.value))
        else {
            return;
        };
        if rates.len() != steps.len() + 1 {
            let message = format!(
                "{} boundaries need {} values, one more, not {}",
                steps.len(),
                steps.len() + 1,
                rates.len()
            );
            self.findings.push(
                Diagnostic::new(codes::BAD_SECTION_VALUE, values.value.range, message)
                    .with_related(boundaries.value.range, "the boundaries"),
            );
        }
    }
}

/// Edits that take an argument out of its list, with the comma.
fn removal(args: &[Arg], index: usize) -> Vec<TextEdit> {
    let range = args[index].range;
    let range = match (index.checked_sub(1), args.get(index + 1)) {
        (Some(before), _) => TextRange::new(args[before].range.end(), range.end()),
        (None, Some(after)) => TextRange::new(range.start(), after.range.start()),
        (None, None) => range,
    };
    vec![TextEdit::new(range, "")]
}

/// Checks one value of a parameter.
fn check_value(signature: &Signature, param: &Param, value: &Expr) -> Vec<Diagnostic> {
    let is_rate = param.name == optimizers::LEARNING_RATE;
    if let (true, ExprKind::Call(call)) = (is_rate, &value.kind) {
        return check_schedule(call);
    }
    if is_error(value) || matches!(value.kind, ExprKind::None) && takes_none(param) {
        return Vec::new();
    }
    let finding = match param.kind {
        Kind::Number { min, max } => number_in(signature, param, value, min, max),
        Kind::Int { min } => number_in(signature, param, value, min as f64, f64::INFINITY)
            .or_else(|| whole(param, value)),
        Kind::Bool => match &value.kind {
            ExprKind::Bool(_) | ExprKind::Int(_) => None,
            _ => wrong_kind(param, value, "`true` or `false`"),
        },
        Kind::Str => match name(value) {
            Some(_) => None,
            None => wrong_kind(param, value, "a string"),
        },
        _ => None,
    };
    let lint = || is_rate.then(|| unusual_rate(value)).flatten();
    finding.or_else(lint).into_iter().collect()
}

fn takes_none(param: &Param) -> bool {
    matches!(param.default, Some(Default::None))
}

fn number_in(
    signature: &Signature,
    param: &Param,
    value: &Expr,
    min: f64,
    max: f64,
) -> Option<Diagnostic> {
    let expected = match param.name == optimizers::LEARNING_RATE {
        true => "a number or a schedule",
        false => "a number",
    };
    let Some(given) = number(value) else {
        return wrong_kind(param, value, expected);
    };
    if (min..=max).contains(&given) {
        return None;
    }
    let rule = match (min, max) {
        (min, _) if min == f64::MIN_POSITIVE => "greater than 0".to_owned(),
        (min, max) if max == f64::INFINITY => format!("at least {min}"),
        (min, max) if min == f64::NEG_INFINITY => format!("at most {max}"),
        (min, max) => format!("from {min} to {max}"),
    };
    let given = number_text(given, is_integer(value));
    let (code, must) = match signature.enforced.contains(&param.name) {
        true => (codes::BAD_SECTION_VALUE, "must"),
        false => (codes::UNREASONABLE_VALUE, "should"),
    };
    let message = format!("`{}` is {given}; it {must} be {rule}", param.name);
    Some(Diagnostic::new(code, value.range, message))
}

fn whole(param: &Param, value: &Expr) -> Option<Diagnostic> {
    let given = number(value)?;
    if is_integer(value) {
        return None;
    }
    let text = number_text(given, false);
    let message = format!("`{}` takes a whole number, not {text}", param.name);
    let finding = Diagnostic::new(codes::BAD_SECTION_VALUE, value.range, message);
    Some(match given.fract() == 0.0 {
        true => {
            let integer = number_text(given, true);
            finding.with_fix(
                format!("Change {text} to {integer}"),
                vec![TextEdit::new(value.range, integer)],
            )
        }
        false => finding,
    })
}

fn wrong_kind(param: &Param, value: &Expr, expected: &str) -> Option<Diagnostic> {
    let message = format!("`{}` takes {expected}, not {}", param.name, describe(value));
    let finding = Diagnostic::new(codes::BAD_SECTION_VALUE, value.range, message);
    let ExprKind::Str(text) = &value.kind else { return Some(finding) };
    // A value in quotes is the value itself, quoted by mistake.
    let is_number = text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let is_flag = param.kind == Kind::Bool && ["true", "false"].contains(&&*text.to_lowercase());
    let is_search = text.trim_start().to_lowercase().starts_with("hpo(");
    Some(match is_number || is_flag || is_search {
        true => finding.with_fix(
            format!("Write {} without quotes", short(text)),
            vec![TextEdit::new(value.range, text.trim())],
        ),
        false => finding,
    })
}

/// Learning rates that are allowed and hardly meant.
fn unusual_rate(value: &Expr) -> Option<Diagnostic> {
    let rate = number(value)?;
    let text = number_text(rate, is_integer(value));
    let finding =
        |message: String| Diagnostic::new(codes::UNREASONABLE_VALUE, value.range, message);
    if rate < 0.0 {
        let message =
            format!("a learning rate of {text} makes the loss larger; it should be greater than 0");
        let positive = number_text(-rate, is_integer(value));
        Some(finding(message).with_fix(
            format!("Change {text} to {positive}"),
            vec![TextEdit::new(value.range, positive)],
        ))
    } else if rate == 0.0 {
        Some(finding(
            "a learning rate of 0 changes nothing; it should be greater than 0".to_owned(),
        ))
    } else if rate > 10.0 {
        let message = format!("a learning rate of {text} is unusually large");
        Some(finding(message).with_severity(Severity::Info))
    } else {
        None
    }
}

fn check_schedule(call: &Call) -> Vec<Diagnostic> {
    if let Some(schedule) = schedules::find(&call.name.value) {
        return check_call(schedule, call);
    }
    let wrong = &call.name;
    let message = format!("there is no learning-rate schedule `{}`", short(&wrong.value));
    let names = || schedules::ALL.iter().map(|schedule| schedule.name);
    vec![match did_you_mean(&wrong.value, names()) {
        Some(near) => replace(
            codes::UNKNOWN_SCHEDULE,
            wrong.range,
            format!("{message}; did you mean `{near}`?"),
            format!("Change `{}` to `{near}`", short(&wrong.value)),
            near,
        ),
        None => {
            let names: Vec<&str> = names().collect();
            Diagnostic::new(codes::UNKNOWN_SCHEDULE, wrong.range, message)
                .with_help(format!("The schedules are {}.", names.join(", ")))
        }
    }]
}

/// The finding for a name that is in no table, with the nearest one that is.
pub(super) fn unknown_name(
    code: crate::diagnostics::Code,
    place: &Expr,
    range: TextRange,
    message: String,
    near: Option<&str>,
    help: impl FnOnce() -> String,
) -> Diagnostic {
    match near {
        Some(near) => replace(
            code,
            range,
            format!("{message}; did you mean `{near}`?"),
            format!("Change it to `{near}`"),
            in_place_of(place, near),
        ),
        None => Diagnostic::new(code, range, message).with_help(help()),
    }
}
