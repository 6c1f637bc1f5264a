//! Problems of rules to findings: which piece of the text is to blame, for which choices, and the
//! edits that mend it.

use super::Evaluator;
use super::bind::{Binding, Given};
use super::run::Failing;
use crate::diagnostics::{Diagnostic, Severity};
use crate::lang::{Blame, LayerEntry, Outcome, Problem, Suggestion, find_layer};
use crate::model::hir::ExprKind;
use crate::model::place::Place;
use crate::model::tensor::{CallPlace, Tensor};
use crate::shape::{Dim, Worlds, describe};
use crate::text::TextEdit;

impl Evaluator<'_> {
    /// Turns a problem into a finding that says for which choices it holds.
    pub(super) fn report(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        worlds: &Worlds<Option<Outcome>>,
        with_inputs: &[bool],
        failing: Failing,
    ) {
        let Failing { problem, worlds: fails, by_rule } = failing;
        let looked_at =
            |number: usize| !by_rule || with_inputs.get(number).copied().unwrap_or(false);
        let everywhere = (0..fails.len()).all(|number| fails[number] || !looked_at(number));
        let division = division(entry, binding, &problem);
        let mut diagnostic = self.diagnostic(entry, binding, operands, problem);
        if let Some((param, a, b)) = division {
            let quotient = a as f64 / b as f64;
            let (below, above) = (a - a.rem_euclid(b), a - a.rem_euclid(b) + b);
            diagnostic.message = format!(
                "`{}`: `{param}` must be a whole number, and {a} / {b} is {quotient}",
                entry.name
            );
            diagnostic.help = Some(match below {
                0 => format!("{b} divides {above}"),
                _ => format!("{b} divides {below} and {above}"),
            });
            diagnostic.fixes.clear();
        }
        if everywhere && fails.len() > 1 && by_choice(&diagnostic, binding) {
            diagnostic.message.push_str(" (and it fails for every other choice)");
            diagnostic.fixes.clear();
        }
        if !everywhere {
            let mut number = 0;
            let failed = Worlds::for_each(worlds.variables().to_vec(), |_| {
                number += 1;
                fails.get(number - 1).copied().unwrap_or(false)
            });
            if let Some(failed) = failed {
                diagnostic.message.push_str(&for_which(&failed.simplified()));
            }
            diagnostic.severity = diagnostic.severity.min(Severity::Warning);
            // A change that mends one choice would change the others.
            diagnostic.fixes.clear();
        }
        self.emit_finding(diagnostic, division.is_some());
    }

    pub(super) fn diagnostic(
        &self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        problem: Problem,
    ) -> Diagnostic<Place> {
        let given =
            |name: &str| entry.param(name).and_then(|(index, _)| binding.given[index].as_ref());
        let place = match problem.blame {
            Blame::Layer | Blame::Argument => binding.call.name,
            Blame::Param(name) => given(name).map_or(binding.call.name, |given| given.value),
            Blame::Element(name, element) => match given(name) {
                Some(Given { expr, value, .. }) => match &expr.kind {
                    ExprKind::Tuple(elements) | ExprKind::List(elements) => elements
                        .get(element)
                        .map_or(*value, |element| Place::new(value.owner, element.range)),
                    _ => *value,
                },
                None => binding.call.name,
            },
        };
        let mut diagnostic =
            Diagnostic::new(problem.code, place, problem.message).with_severity(problem.severity);
        diagnostic.help = problem.help;
        for suggestion in problem.suggestions {
            if let Some((title, edits)) = self.fix(entry, binding, operands, suggestion) {
                diagnostic = diagnostic.with_fix(title, edits);
            }
        }
        for (operand, axis) in problem.dims {
            if let Some(tensor) = operands.get(operand) {
                diagnostic = self.with_origin(diagnostic, tensor, axis);
            }
        }
        diagnostic
    }

    pub(super) fn fix(
        &self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        suggestion: Suggestion,
    ) -> Option<(String, Vec<TextEdit<Place>>)> {
        let top = self.wrapped == 0;
        match suggestion {
            Suggestion::Set { param, value } => {
                let given = entry.param(param).and_then(|(index, _)| binding.given[index].as_ref());
                match given {
                    Some(given) => {
                        let source = given.bound.source?;
                        Some((format!("Change `{param}` to {value}"), vec![source.edit(value)]))
                    }
                    None => {
                        let edit = insert_argument(&binding.call, &format!("{param}={value}"))?;
                        Some((format!("Add `{param}={value}`"), vec![edit]))
                    }
                }
            }
            Suggestion::Remove { param } => {
                let given =
                    entry.param(param).and_then(|(index, _)| binding.given[index].as_ref())?;
                Some((format!("Remove `{param}`"), vec![given.removal.edit("")]))
            }
            Suggestion::Before(text) if top => Some((
                format!("Insert `{text}` before"),
                vec![self.stmt.start().edit(format!("{text}\n"))],
            )),
            Suggestion::After(text) if top => Some((
                format!("Insert `{text}` after"),
                vec![self.stmt.end().edit(format!("\n{text}"))],
            )),
            Suggestion::Before(_) | Suggestion::After(_) => None,
            Suggestion::RenameArgument(_) | Suggestion::RemoveArgument => None,
            Suggestion::Rename(name) => {
                Some((format!("Change to `{name}`"), vec![binding.call.name.edit(name)]))
            }
            Suggestion::SetOnProducer { operand, param, value } => {
                set_on_producer(operands.get(operand)?, param, &value)
            }
        }
    }

    /// The same finding with the place where the size of `axis` was made.
    pub(super) fn with_origin(
        &self,
        diagnostic: Diagnostic<Place>,
        tensor: &Tensor,
        axis: usize,
    ) -> Diagnostic<Place> {
        match tensor.origins.get(axis) {
            Some(Some(origin)) if origin.place != diagnostic.place => {
                let sizes: Vec<String> =
                    tensor.choices(axis).into_iter().map(Dim::to_string).collect();
                let message =
                    format!("`{}` makes this dimension {}", origin.layer, sizes.join(" or "));
                let known = diagnostic.related.iter().any(|related| related.place == origin.place);
                if known { diagnostic } else { diagnostic.with_related(origin.place, message) }
            }
            _ => diagnostic,
        }
    }
}

/// The parameter and the numbers of a division with a remainder that is to blame for `problem`.
fn division(
    entry: &'static LayerEntry,
    binding: &Binding<'_>,
    problem: &Problem,
) -> Option<(&'static str, i64, i64)> {
    let Blame::Param(name) = problem.blame else { return None };
    let (index, param) = entry.param(name)?;
    let (a, b) = binding.given[index].as_ref()?.bound.division?;
    Some((param.name, a, b))
}

/// Whether the text at the place of `diagnostic` is a value that a hyperparameter chooses.
fn by_choice(diagnostic: &Diagnostic<Place>, binding: &Binding<'_>) -> bool {
    let given = binding.given.iter().flatten().find(|given| given.value == diagnostic.place);
    given.is_some_and(|given| !given.bound.value.variables().is_empty())
}

/// The part of a message that says for which choices it holds.
pub(super) fn for_which(failed: &Worlds<bool>) -> String {
    /// How many combinations are named.
    const NAMED: usize = 3;
    let failing: Vec<String> =
        failed.iter().filter(|&(_, &failed)| failed).map(|(world, _)| describe(&world)).collect();
    let total = failed.values().len();
    let noun = match failed.variables().len() {
        1 => "choices",
        _ => "combinations",
    };
    let named = failing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = if failing.len() > NAMED { "; …" } else { "" };
    format!(" (fails for {named}{more}, {} of {total} {noun})", failing.len())
}

/// The change that gives a parameter of the layer which made `tensor` this value.
pub(super) fn set_on_producer(
    tensor: &Tensor,
    param: &'static str,
    value: &str,
) -> Option<(String, Vec<TextEdit<Place>>)> {
    let producer = tensor.producer.as_ref()?;
    let param = if param == Suggestion::CHANNELS { producer.channels? } else { param };
    let entry = find_layer(producer.layer)?;
    entry.param(param)?;
    let given = producer.given.iter().find(|(name, _)| *name == param);
    let edit = match given {
        Some((_, place)) => (*place)?.edit(value),
        None => insert_argument(&producer.call, &format!("{param}={value}"))?,
    };
    Some((format!("Set `{param}={value}` on `{}` before", producer.layer), vec![edit]))
}

/// The edit that adds an argument to a call.
pub(super) fn insert_argument(call: &CallPlace, argument: &str) -> Option<TextEdit<Place>> {
    let at = call.insert?;
    Some(at.edit(match (call.parens, call.has_args) {
        (false, _) => format!("({argument})"),
        (true, false) => argument.to_string(),
        (true, true) => format!(", {argument}"),
    }))
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn a_check_that_fails_for_some_choices_says_for_which() {
        check(
            "Conv2D(8, kernel_size=HPO(choice(3, 5, 35)))\nFlatten()",
            expect![[r#"
            0 Conv2D → 30×30×8 | 28×28×8 | ?, 224..608 parameters
            1 Flatten → 7200 | 6272 | ?
            2:23 warning kernel-too-large `HPO(choice(3, 5, 35))`: `Conv2D`: `kernel_size` 35×35 does not fit the 32×32 input; the largest that fits is 32×32, or use `padding="same"` (fails for kernel_size=35, 1 of 3 choices)
                line 1: `input` makes this dimension 32
                line 1: `input` makes this dimension 32
        "#]],
        );
        check(
            "Conv2D(HPO(choice(8, -1)), 3)",
            expect![[r#"
            0 Conv2D → 30×30×8 | ?, 224 parameters
            2:8 warning bad-value `HPO(choice(8, -1))`: `Conv2D`: `filters` must be a whole number of at least 1, not -1; write 1 (fails for filters=-1, 1 of 2 choices)
        "#]],
        );
    }

    #[test]
    fn one_mistake_is_one_error() {
        check(
            "Conv2D(8, 33)\nConv2D(8, 3)\nFlatten()\nDense(10)",
            expect![[r#"
            0 Conv2D → ?
            1 Conv2D → ?
            2 Flatten → ?
            3 Dense → ?
            2:11 error kernel-too-large `33`: `Conv2D`: `kernel_size` 33×33 does not fit the 32×32 input; the largest that fits is 32×32, or use `padding="same"`
                line 1: `input` makes this dimension 32
                line 1: `input` makes this dimension 32
                fix: Change `kernel_size` to 32
                fix: Add `padding="same"`
        "#]],
        );
        check(
            "Dense(-3)\nDense(10)",
            expect![[r#"
            0 Dense → ?
            1 Dense → ?
            2:7 error bad-value `-3`: `Dense`: `units` must be a whole number of at least 1, not -3; write 3
                fix: Change `units` to 3
        "#]],
        );
        check(
            "Dense(units=\"64\", activation=\"rellu\")\nDense(10)",
            expect![[r#"
            0 Dense → ?
            1 Dense → ?
            2:13 error bad-type `"64"`: `Dense`: `units` must be a whole number of at least 1, not "64"; write 64
                fix: Change `units` to 64
            2:30 error unknown-activation `"rellu"`: `Dense`: there is no activation function "rellu"; did you mean "relu"?
                fix: Change `activation` to "relu"
        "#]],
        );
        check(
            "Flatten()\nDense(256.0)\nDense(10)",
            expect![[r#"
            0 Flatten → 3072
            1 Dense → 256, 786,688 parameters
            2 Dense → 10, 2,570 parameters
            3:7 error float-for-integer `256.0`: `Dense`: `units` must be a whole number, not 256.0; write 256
                fix: Change `units` to 256
        "#]],
        );
    }
}
