//! Which parameter each argument of a layer means.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::layer::declared_shape;
use super::{Bound, Evaluator};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{
    Kind, LayerEntry, Operands, Param, ParamName, Problem, Rule, Suggestion, Value, resolve_param,
};
use crate::model::hir::{Arg, Call, Expr, ExprKind};
use crate::model::place::{OwnerId, Place};
use crate::model::tensor::CallPlace;
use crate::shape::{Shape, Worlds};

/// The arguments of a layer by what they mean.
#[derive(Clone)]
pub(super) struct Binding<'s> {
    /// The arguments of the layer's own parameters, by index.
    pub given: Vec<Option<Box<Given<'s>>>>,
    /// The layers inside a wrapper.
    pub inner: Vec<&'s Call>,
    /// How many operands the layer names itself.
    pub named: usize,
    /// Operands by name.
    pub operands: Vec<(SmolStr, Place)>,
    /// The argument `name`.
    pub name: Option<(SmolStr, Place)>,
    /// The argument `shared`.
    pub shared: Option<(SmolStr, Place)>,
    /// Whether `trainable=false` is given.
    pub frozen: bool,
    /// `in_features` or `in_channels`, which must be what comes in.
    pub expected_channels: Option<(SmolStr, Given<'s>)>,
    /// The required parameter that a name which means nothing must stand for, once that was asked.
    only_missing: Option<Option<&'static str>>,
    /// The names that the arguments have, once they were asked for.
    written: Option<FxHashSet<&'s str>>,
    /// The shape that `output_shape=(…)` of a layer which is not modelled says.
    pub declared: Option<Shape>,
    /// Where the call stands.
    pub call: CallPlace,
    /// Whether an error was found.
    pub failed: bool,
}

/// One argument.
#[derive(Clone)]
pub(super) struct Given<'s> {
    /// Its value.
    pub bound: Bound,
    /// The value's expression.
    pub expr: &'s Expr,
    /// Where the value stands.
    pub value: Place,
    /// Where the argument stands, with its name.
    pub whole: Place,
    /// Where the arguments before and after it end and start, for taking it away.
    pub removal: Place,
}

impl Binding<'_> {
    /// The values that are given, by the index of the parameter.
    pub(super) fn values(&self) -> Arc<[(usize, Worlds<Value>)]> {
        let given = self.given.iter().enumerate();
        given
            .filter_map(|(index, given)| Some((index, given.as_ref()?.bound.value.clone())))
            .collect()
    }
}

impl Evaluator<'_> {
    /// Where `call` stands.
    pub(super) fn call_place(&self, call: &Call) -> CallPlace {
        call_place(self.owner, call)
    }

    /// Finds what the arguments of `call` mean to `entry`, and reports those that mean nothing.
    pub(super) fn bind<'s>(&mut self, entry: &'static LayerEntry, call: &'s Call) -> Binding<'s> {
        let mut binding = Binding {
            given: entry.params.iter().map(|_| None).collect(),
            inner: Vec::new(),
            named: 0,
            operands: Vec::new(),
            name: None,
            shared: None,
            frozen: false,
            expected_channels: None,
            only_missing: None,
            written: None,
            declared: None,
            call: self.call_place(call),
            failed: false,
        };
        let start = self.findings.len();
        let args: &'s [Arg] = call.args.as_ref().map_or(&[], |list| &list.args);
        let mut positional = 0;
        let mut first_named: Option<&Arg> = None;
        let mut out_of_order = false;
        for (at, arg) in args.iter().enumerate() {
            let removal = self.removal(args, at);
            match &arg.name {
                Some(name) => {
                    first_named.get_or_insert(arg);
                    self.bind_named(
                        entry,
                        &mut binding,
                        arg,
                        &name.value,
                        name.range,
                        removal,
                        args,
                    );
                }
                None => {
                    if self.bind_operand(entry, &mut binding, arg) {
                        continue;
                    }
                    // Parameters that have been given by name already are not meant again.
                    let taken = |at: usize| {
                        entry
                            .positional(at)
                            .is_some_and(|(index, _)| binding.given[index].is_some())
                    };
                    while first_named.is_some() && taken(positional) {
                        positional += 1;
                    }
                    // One report is enough for one list.
                    if let Some(named) = first_named.filter(|_| !out_of_order) {
                        out_of_order = true;
                        self.emit_out_of_order(entry, arg, named, positional);
                    }
                    let before = at.checked_sub(1).map(|before| &args[before]);
                    if !self.decimal_comma(entry, before, arg, positional) {
                        self.bind_positional(entry, &mut binding, arg, positional, removal);
                    }
                    positional += 1;
                }
            }
        }
        binding.failed = self.has_error_since(start);
        binding
    }

    /// Reports an argument without a name after `named`, which is read as parameter `position`.
    fn emit_out_of_order(
        &mut self,
        entry: &'static LayerEntry,
        arg: &Arg,
        named: &Arg,
        position: usize,
    ) {
        let place = self.place(arg.range);
        let message = "an argument without a name stands after one with a name";
        let mut diagnostic = Diagnostic::new(codes::POSITIONAL_AFTER_NAMED, place, message)
            .with_related(self.place(named.range), "the first argument with a name");
        if let Some((_, param)) = entry.positional(position) {
            let meant = param.name;
            let value = self.eval(&arg.value, meant).value;
            let value = value.as_constant().map_or_else(|| "…".to_string(), Value::to_string);
            diagnostic.message.push_str(&format!("; it is read as `{meant}`"));
            diagnostic = diagnostic
                .with_help(format!(
                    "write `{meant}={value}`, or put it before the arguments with names"
                ))
                .with_fix(
                    format!("Write `{meant}=` before it"),
                    vec![place.start().edit(format!("{meant}="))],
                );
        }
        self.emit(diagnostic);
    }

    /// The argument with the comma that goes when the argument goes.
    pub(super) fn removal(&self, args: &[Arg], at: usize) -> Place {
        let range = args[at].range;
        let range = match (at.checked_sub(1).map(|before| args[before].range), args.get(at + 1)) {
            (Some(before), _) => crate::text::TextRange::new(before.end(), range.end()),
            (None, Some(after)) => crate::text::TextRange::new(range.start(), after.range.start()),
            (None, None) => range,
        };
        self.place(range)
    }

    fn given<'s>(&mut self, arg: &'s Arg, label: &str, removal: Place) -> Given<'s> {
        let bound = self.eval(&arg.value, label);
        Given {
            bound,
            expr: &arg.value,
            value: self.place(arg.value.range),
            whole: self.place(arg.range),
            removal,
        }
    }

    fn set<'s>(
        &mut self,
        entry: &'static LayerEntry,
        binding: &mut Binding<'s>,
        index: usize,
        arg: &'s Arg,
        removal: Place,
    ) {
        let param = &entry.params[index];
        if let Some(before) = &binding.given[index] {
            let related = before.whole;
            let place = self.place(arg.range);
            self.emit(
                Diagnostic::new(
                    codes::DUPLICATE_ARGUMENT,
                    place,
                    format!("`{}` of `{}` is given twice", param.name, entry.name),
                )
                .with_related(related, "it is given here already")
                .with_fix("Remove this argument", vec![removal.edit("")]),
            );
            return;
        }
        if index == 0 && matches!(param.kind, Kind::Layer | Kind::Layers) {
            match &arg.value.kind {
                ExprKind::Call(inner) => binding.inner = vec![inner],
                ExprKind::Tuple(layers) | ExprKind::List(layers) => {
                    binding.inner = layers
                        .iter()
                        .filter_map(|layer| match &layer.kind {
                            ExprKind::Call(inner) => Some(&**inner),
                            _ => None,
                        })
                        .collect();
                }
                _ => {}
            }
        }
        binding.given[index] = Some(Box::new(self.given(arg, param.name, removal)));
    }

    /// Strings without a name are operands of a merge.
    fn bind_operand<'s>(
        &mut self,
        entry: &'static LayerEntry,
        binding: &mut Binding<'s>,
        arg: &'s Arg,
    ) -> bool {
        if entry.operands == Operands::One {
            return false;
        }
        let names = self.operand_names(&arg.value);
        let found = !names.is_empty();
        binding.operands.extend(names);
        found
    }

    /// The operand names that `expr` gives: a string, or a tuple or list of strings.
    fn operand_names(&mut self, expr: &Expr) -> Vec<(SmolStr, Place)> {
        match &expr.kind {
            ExprKind::Str(name) => vec![(name.clone(), self.place(expr.range))],
            ExprKind::Tuple(elements) | ExprKind::List(elements)
                if elements.iter().all(|element| {
                    matches!(
                        element.kind,
                        ExprKind::Str(_) | ExprKind::MacroParam(_) | ExprKind::Name(_)
                    )
                }) =>
            {
                elements.iter().flat_map(|element| self.operand_names(element)).collect()
            }
            ExprKind::MacroParam(_) | ExprKind::Name(_) => {
                let place = self.place(expr.range);
                match self.eval(expr, "inputs").value.as_constant() {
                    Some(Value::Str(name)) => vec![(name.clone(), place)],
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn bind_positional<'s>(
        &mut self,
        entry: &'static LayerEntry,
        binding: &mut Binding<'s>,
        arg: &'s Arg,
        position: usize,
        removal: Place,
    ) {
        match entry.positional(position) {
            Some((index, _)) => self.set(entry, binding, index, arg, removal),
            // A layer that is not modelled keeps whatever it is given.
            None if matches!(entry.rule, Rule::Opaque) => {
                self.eval(&arg.value, "");
            }
            None => {
                let taken = entry.max_positional();
                let place = self.place(arg.range);
                let message = match taken {
                    0 => format!("`{}` takes no arguments without a name", entry.name),
                    _ => {
                        let names: Vec<&str> = (0..taken)
                            .filter_map(|at| entry.positional(at))
                            .map(|(_, param)| param.name)
                            .collect();
                        let names = names.into_iter().take(4).collect::<Vec<_>>().join(", ");
                        let plural = if taken == 1 { "argument" } else { "arguments" };
                        format!(
                            "`{}` takes at most {taken} {plural} without a name ({names})",
                            entry.name
                        )
                    }
                };
                let mut diagnostic = Diagnostic::new(codes::TOO_MANY_ARGUMENTS, place, message);
                if entry.params.len() > taken {
                    diagnostic =
                        diagnostic.with_help("write the name of the parameter: `name=value`");
                }
                self.emit(diagnostic);
            }
        }
    }

    /// Reports `0,5` in the place of `0.5`: a digit too many behind a fraction.
    fn decimal_comma(
        &mut self,
        entry: &'static LayerEntry,
        before: Option<&Arg>,
        arg: &Arg,
        position: usize,
    ) -> bool {
        let Some(before) = before.filter(|before| before.name.is_none()) else { return false };
        let (ExprKind::Int(whole), ExprKind::Int(part)) = (&before.value.kind, &arg.value.kind)
        else {
            return false;
        };
        let last = position.checked_sub(1).and_then(|last| entry.positional(last));
        let Some((_, Param { kind: Kind::Number { .. } | Kind::Usual { .. }, .. })) = last else {
            return false;
        };
        if entry.positional(position).is_some() {
            return false;
        }
        let digits = usize::from(arg.value.range.len());
        let meant = format!("{whole}.{part:0digits$}");
        let place = self.place(before.range.cover(arg.range));
        self.emit(
            Diagnostic::new(
                codes::TOO_MANY_ARGUMENTS,
                place,
                format!("`{}`: a fraction is written with a point: `{meant}`", entry.name),
            )
            .with_fix(format!("Change to `{meant}`"), vec![place.edit(meant)]),
        );
        true
    }

    /// The required parameter that `args` leave out, where it is the only one and one name among them
    /// means nothing: then that name was meant to be it.
    fn only_missing(&self, entry: &'static LayerEntry, args: &[Arg]) -> Option<&'static str> {
        let framework = self.framework;
        let means = |index: usize, name: &str| match resolve_param(entry, framework, name) {
            ParamName::Param(found) | ParamName::Alias { index: found, .. } => found == index,
            _ => false,
        };
        let positional = args.iter().filter(|arg| arg.name.is_none()).count();
        let by_position: Vec<usize> =
            (0..positional).filter_map(|at| entry.positional(at)).map(|(index, _)| index).collect();
        let names: Vec<&str> =
            args.iter().filter_map(|arg| Some(arg.name.as_ref()?.value.as_str())).collect();
        let unknown = |name: &&&str| {
            matches!(resolve_param(entry, framework, name), ParamName::Unknown { .. })
        };
        let mut missing = entry.params.iter().enumerate().filter(|(index, param)| {
            param.is_required(framework)
                && !by_position.contains(index)
                && !names.iter().any(|name| means(*index, name))
        });
        let (_, only) = missing.next()?;
        (missing.next().is_none() && names.iter().filter(unknown).count() == 1).then_some(only.name)
    }

    #[allow(clippy::too_many_arguments)]
    fn bind_named<'s>(
        &mut self,
        entry: &'static LayerEntry,
        binding: &mut Binding<'s>,
        arg: &'s Arg,
        name: &SmolStr,
        name_range: crate::text::TextRange,
        removal: Place,
        call_args: &'s [Arg],
    ) {
        let place = self.place(name_range);
        let mut meaning = resolve_param(entry, self.framework, name);
        if meaning == (ParamName::Unknown { suggestion: None }) {
            let missing =
                *binding.only_missing.get_or_insert_with(|| self.only_missing(entry, call_args));
            meaning = ParamName::Unknown { suggestion: missing };
        }
        let meant = match meaning {
            ParamName::Alias { index, .. } | ParamName::Legacy { index: Some(index), .. } => {
                Some(entry.params[index].name)
            }
            ParamName::Unknown { suggestion } => suggestion,
            _ => None,
        };
        // Under its right name it would be given twice.
        let given_anyway = meant.is_some_and(|meant| {
            let bound = entry.param(meant).is_some_and(|(at, _)| binding.given[at].is_some());
            let name = |arg: &'s Arg| Some(arg.name.as_ref()?.value.as_str());
            let names = || call_args.iter().filter_map(name).collect();
            bound || binding.written.get_or_insert_with(names).contains(meant)
        });
        if let Some(mut problem) = meaning.problem(entry, name) {
            if given_anyway {
                problem.suggestions = vec![Suggestion::RemoveArgument];
            }
            self.emit_argument(problem, place, removal);
        }
        match meaning {
            // Keras takes the old name beside the new one, and the old one wins.
            ParamName::Param(index) if self.has_legacy(entry, index, call_args) => {
                let given = self.given(arg, entry.params[index].name, removal);
                binding.given[index].get_or_insert_with(|| Box::new(given));
            }
            ParamName::Param(index) | ParamName::Alias { index, .. } => {
                self.set(entry, binding, index, arg, removal);
            }
            ParamName::Legacy { index: Some(index), .. } => {
                let given = self.given(arg, entry.params[index].name, removal);
                binding.given[index] = Some(Box::new(given));
            }
            ParamName::Base(base) => self.bind_base(binding, arg, base, removal),
            ParamName::Operands => {
                let names = self.operand_names(&arg.value);
                if names.is_empty() {
                    let message = format!(
                        "`inputs` of `{}` names layers: `inputs=(\"a\", \"b\")`",
                        entry.name
                    );
                    self.error(codes::BAD_TYPE, arg.value.range, message);
                }
                binding.operands.extend(names);
            }
            ParamName::CheckOnly => {
                let given = self.given(arg, name, removal);
                binding.expected_channels = Some((name.clone(), given));
            }
            ParamName::Unknown { suggestion: Some(meant) } => {
                // A near miss of a parameter that is not given otherwise is that parameter.
                match entry.param(meant) {
                    Some((index, _)) if binding.given[index].is_none() && !given_anyway => {
                        self.set(entry, binding, index, arg, removal);
                    }
                    None if resolve_param(entry, self.framework, meant)
                        == ParamName::Base(meant) =>
                    {
                        self.bind_base(binding, arg, meant, removal);
                    }
                    _ => {
                        self.eval(&arg.value, name);
                    }
                }
            }
            ParamName::Kept => {
                let value = self.eval(&arg.value, name).value;
                if name == "output_shape" {
                    binding.declared = value.as_constant().and_then(declared_shape);
                }
            }
            ParamName::Ignored { .. }
            | ParamName::Foreign(_)
            | ParamName::Legacy { index: None, .. }
            | ParamName::DropoutAfter
            | ParamName::Unknown { suggestion: None } => {
                self.eval(&arg.value, name);
            }
        }
    }

    /// Whether `args` give parameter `index` by its name in older versions of Keras as well.
    fn has_legacy(&self, entry: &'static LayerEntry, index: usize, args: &[Arg]) -> bool {
        let others = args.iter().filter_map(|arg| arg.name.as_ref());
        others.filter(|name| entry.param(&name.value).is_none()).any(|name| {
            let meaning = resolve_param(entry, self.framework, &name.value);
            matches!(meaning, ParamName::Legacy { index: Some(old), .. } if old == index)
        })
    }

    /// Reports what is wrong with an argument whose name stands at `name`.
    pub(super) fn emit_argument(&mut self, problem: Problem, name: Place, removal: Place) {
        let mut diagnostic =
            Diagnostic::new(problem.code, name, problem.message).with_severity(problem.severity);
        diagnostic.help = problem.help;
        for suggestion in problem.suggestions {
            diagnostic = match suggestion {
                Suggestion::RenameArgument(meant) => {
                    diagnostic.with_fix(format!("Change to `{meant}`"), vec![name.edit(meant)])
                }
                Suggestion::RemoveArgument => {
                    diagnostic.with_fix("Remove the argument", vec![removal.edit("")])
                }
                _ => diagnostic,
            };
        }
        self.emit(diagnostic);
    }

    fn bind_base<'s>(
        &mut self,
        binding: &mut Binding<'s>,
        arg: &'s Arg,
        base: &str,
        removal: Place,
    ) {
        let given = self.given(arg, base, removal);
        let value = given.bound.value.as_constant().cloned();
        match (base, value) {
            ("name" | "shared", Some(Value::Str(text) | Value::Name(text))) => {
                let slot = if base == "name" { &mut binding.name } else { &mut binding.shared };
                *slot = Some((text, given.value));
            }
            ("name" | "shared", Some(Value::Unknown | Value::None) | None) => {}
            ("name" | "shared", Some(other)) => {
                let message =
                    format!("`{base}` takes a string, and {other} is {}", other.describe());
                let mut diagnostic = Diagnostic::new(codes::BAD_TYPE, given.value, message);
                if let (Value::Int(_), Some(source)) = (&other, given.bound.source) {
                    diagnostic =
                        diagnostic.with_fix("Quote it", vec![source.edit(format!("\"{other}\""))]);
                }
                self.emit(diagnostic);
            }
            ("trainable", Some(Value::Bool(false))) => binding.frozen = true,
            _ => {}
        }
    }
}

/// Where `call` of the piece `owner` stands.
pub(super) fn call_place(owner: OwnerId, call: &Call) -> CallPlace {
    let place = |range| Place::new(owner, range);
    let name = place(call.name.range);
    match &call.args {
        None => CallPlace {
            name,
            whole: place(call.range),
            insert: Some(name.end()),
            parens: false,
            has_args: false,
        },
        Some(list) => {
            let insert = list.closed.then(|| {
                let last = list.args.last().map(|arg| arg.range.end());
                let at =
                    last.unwrap_or_else(|| list.range.start() + crate::text::TextSize::from(1));
                place(crate::text::TextRange::empty(at))
            });
            CallPlace {
                name,
                whole: place(call.range),
                insert,
                parens: true,
                has_args: !list.args.is_empty(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn a_decimal_comma_is_a_point() {
        check(
            "Dropout(0,25)\nDropout(0, 05)\nDropout(0.5, 3)",
            expect![[r#"
            0 Dropout → 32×32×3
            1 Dropout → 32×32×3
            2 Dropout → 32×32×3
            2:9 error too-many-arguments `0,25`: `Dropout`: a fraction is written with a point: `0.25`
                fix: Change to `0.25`
            3:9 error too-many-arguments `0, 05`: `Dropout`: a fraction is written with a point: `0.05`
                fix: Change to `0.05`
            4:14 error too-many-arguments `3`: `Dropout` takes at most 1 argument without a name (rate)
                help: write the name of the parameter: `name=value`
        "#]],
        );
    }

    #[test]
    fn a_slip_beside_the_right_name_goes() {
        check(
            "Flatten()\nDense(8, unit=3)\nDense(unit=3, units=8)\nLeakyReLU(negative_slope=0.3, alpha=0.2)\nLeakyReLU(alpha=0.2, negative_slope=0.3)\nDense(8, nme=\"h\")\nAdd(\"h\")",
            expect![[r#"
                0 Flatten → 3072
                1 Dense → 8, 24,584 parameters
                2 Dense → 8, 72 parameters
                3 LeakyReLU → 8
                4 LeakyReLU → 8
                5 Dense → 8, 72 parameters
                6 Add → 8
                3:10 error unknown-parameter `unit`: `Dense` has no parameter `unit`; did you mean `units`?
                    fix: Remove the argument
                4:7 error unknown-parameter `unit`: `Dense` has no parameter `unit`; did you mean `units`?
                    fix: Remove the argument
                5:31 warning deprecated-parameter `alpha`: `LeakyReLU`: `alpha` is the old name of `negative_slope`
                    fix: Remove the argument
                6:11 warning deprecated-parameter `alpha`: `LeakyReLU`: `alpha` is the old name of `negative_slope`
                    fix: Remove the argument
                7:10 error unknown-parameter `nme`: `Dense` has no parameter `nme`; did you mean `name`?
                    fix: Change to `name`
            "#]],
        );
    }
}
