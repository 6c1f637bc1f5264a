//! Problems of rules to findings: which piece of the text is to blame, for which choices, and the
//! edits that mend it.

use super::Evaluator;
use super::bind::{Binding, Given};
use super::run::Failing;
use super::upstream::{keep_borders, resize, set_on_producer, upstream};
use crate::diagnostics::{Diagnostic, Severity};
use crate::lang::{Blame, LayerEntry, Outcome, Problem, Suggestion};
use crate::model::hir::{Arg, ExprKind, HpoKind};
use crate::model::place::Place;
use crate::model::tensor::Tensor;
use crate::shape::{Dim, Worlds, describe};
use crate::text::{TextEdit, TextRange};

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
        let looked_at = (0..fails.len()).filter(|&number| looked_at(number)).count();
        match chosen(&diagnostic, binding) {
            Some(choices) if everywhere => {
                diagnostic.message.push_str(&format!(" (fails for every choice: {choices})"));
                diagnostic.fixes.clear();
            }
            None if everywhere && looked_at > 1 && by_rule => {
                diagnostic.message.push_str(" (and for every other combination of choices)");
                diagnostic.fixes.clear();
            }
            _ => {}
        }
        if !everywhere {
            let mut number = 0;
            let failed = Worlds::for_each(worlds.variables().to_vec(), |_| {
                number += 1;
                fails.get(number - 1).copied().unwrap_or(false)
            });
            if let Some(failed) = failed {
                let failed = failed.simplified();
                diagnostic.message.push_str(&for_which(&failed));
                if let Some(place) = only_choice(&failed, diagnostic.place, binding) {
                    diagnostic.place = place;
                }
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
            |name: &str| entry.param(name).and_then(|(index, _)| binding.given[index].as_deref());
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
        let mut lost = false;
        for suggestion in problem.suggestions {
            if let Some(upstream) = upstream(&suggestion, operands) {
                lost |= matches!(
                    suggestion,
                    Suggestion::AllSteps { .. } | Suggestion::RemoveFlatten { .. }
                );
                diagnostic.help = Some(upstream.help);
                if let Some((place, message)) = upstream.related {
                    diagnostic = diagnostic.with_related(place, message);
                }
                if let Some((title, edits)) = upstream.fix {
                    diagnostic = diagnostic.with_fix(title, edits);
                }
                continue;
            }
            // Dimensions that have been dropped do not come back by reshaping what is left.
            if lost && matches!(suggestion, Suggestion::Before(_)) {
                continue;
            }
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
                    // A search is not replaced by a value.
                    Some(given) if !given.bound.value.variables().is_empty() => None,
                    Some(given) => {
                        let source = given.bound.source?;
                        Some((format!("Change `{param}` to {value}"), vec![source.edit(value)]))
                    }
                    None => {
                        let edit = binding.call.insert_argument(&format!("{param}={value}"))?;
                        Some((format!("Add `{param}={value}`"), vec![edit]))
                    }
                }
            }
            Suggestion::Remove { param } => {
                let given =
                    entry.param(param).and_then(|(index, _)| binding.given[index].as_ref())?;
                Some((format!("Remove `{param}`"), vec![given.removal.edit("")]))
            }
            Suggestion::Before(text) if self.stepwise == 0 => Some((
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
            Suggestion::Exchange { layer, set } => {
                let mut edits = vec![binding.call.name.edit(layer)];
                for (param, value) in set {
                    let (index, _) = entry.param(param)?;
                    edits.push(binding.given[index].as_ref()?.bound.source?.edit(value));
                }
                Some((format!("Change to `{layer}`"), edits))
            }
            Suggestion::SetOnProducer { operand, param, value } => {
                if depends(operands, binding, operand) {
                    return None;
                }
                set_on_producer(operands.get(operand)?, param, &value)
            }
            Suggestion::NameArgument { param, name } => {
                let given = |param: &str| {
                    entry.param(param).and_then(|(index, _)| binding.given[index].as_ref())
                };
                let value = given(param).filter(|given| given.value == given.whole)?;
                given(name).is_none().then(|| {
                    let edit = value.value.start().edit(format!("{name}="));
                    (format!("Write `{name}=` before it"), vec![edit])
                })
            }
            Suggestion::Resize { operand, axis, size } => resize(operands, operand, axis, size)
                .filter(|_| !depends(operands, binding, operand)),
            Suggestion::KeepBorders { operands: which } => keep_borders(operands, &which),
            Suggestion::Wrap(wrapper) if top => {
                let whole = binding.call.whole;
                let edits = vec![whole.start().edit(format!("{wrapper}(")), whole.end().edit(")")];
                Some((format!("Write `{wrapper}(…)` around it"), edits))
            }
            Suggestion::Wrap(_) => None,
            Suggestion::Unwrap => {
                let [inner] = binding.inner.as_slice() else { return None };
                // Other arguments of the wrapper would be lost.
                if binding.given.iter().flatten().count() > 1 || binding.name.is_some() {
                    return None;
                }
                let whole = binding.call.whole;
                let inside = self.place(inner.range);
                let before = TextRange::new(whole.range.start(), inside.range.start());
                let after = TextRange::new(inside.range.end(), whole.range.end());
                let owner = whole.owner;
                let edits =
                    vec![Place::new(owner, before).edit(""), Place::new(owner, after).edit("")];
                Some((format!("Take `{}` away", entry.name), edits))
            }
            Suggestion::RemoveInner { param } => {
                let list = binding.inner.first()?.args.as_ref()?;
                let named = |arg: &Arg| arg.name.as_ref().is_some_and(|name| name.value == param);
                let at = list.args.iter().position(named)?;
                let removal = self.removal(&list.args, at);
                Some((format!("Remove `{param}`"), vec![removal.edit("")]))
            }
            Suggestion::Together(changes) => {
                let (mut titles, mut edits) = (Vec::new(), Vec::new());
                for change in changes {
                    let (title, more) = self.fix(entry, binding, operands, change)?;
                    titles.push(title);
                    edits.extend(more);
                }
                let mut at: Vec<Place> = edits.iter().map(|edit| edit.range).collect();
                at.dedup();
                // Two new arguments of a call that had none would need a comma.
                if at.len() < edits.len() && !binding.call.has_args {
                    return None;
                }
                Some((joined(&titles), edits))
            }
            // A network needs a layer, so there must be one before.
            Suggestion::RemoveLayer if top && operands.first()?.producer.is_some() => {
                let whole = binding.call.whole;
                Some((format!("Delete `{}`", entry.name), vec![whole.edit("")]))
            }
            Suggestion::RemoveLayer
            | Suggestion::Replace(_)
            | Suggestion::Shortcut(_)
            | Suggestion::Nest { .. }
            | Suggestion::AllSteps { .. }
            | Suggestion::RemoveFlatten { .. }
            | Suggestion::WidenInput { .. }
            | Suggestion::PoolInstead { .. } => None,
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
                let sizes = sizes(tensor, axis);
                let message =
                    format!("`{}` makes this dimension {}", origin.layer, sizes.join(" or "));
                // Two sides of one square are one thing to say.
                let known = diagnostic.related.iter().any(|related| {
                    related.place == origin.place
                        || (related.place.owner == origin.place.owner && related.message == message)
                });
                if known { diagnostic } else { diagnostic.with_related(origin.place, message) }
            }
            _ => diagnostic,
        }
    }
}

/// Whether what makes operand `operand` is likely what makes others too: the merge names a layer from
/// before, so that a change there changes both.
fn depends(operands: &[Tensor], binding: &Binding<'_>, operand: usize) -> bool {
    operand > 0 && operand >= operands.len() - binding.named
}

/// Titles of changes that belong together, as one.
fn joined(titles: &[String]) -> String {
    let mut all = titles.join(" and ");
    for title in titles.iter().skip(1) {
        if let Some(first) = title.chars().next() {
            let lower = format!("{}{}", first.to_lowercase(), &title[first.len_utf8()..]);
            all = all.replacen(title.as_str(), &lower, 1);
        }
    }
    all
}

/// The sizes that an axis can have, in order.
pub(super) fn sizes(tensor: &Tensor, axis: usize) -> Vec<String> {
    let mut sizes = tensor.choices(axis);
    sizes.sort_by_key(|dim| dim.bounds().0);
    sizes.into_iter().map(Dim::to_string).collect()
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

/// Where the one alternative stands that fails, where a choice at `place` has just one.
fn only_choice(failed: &Worlds<bool>, place: Place, binding: &Binding<'_>) -> Option<Place> {
    let given = binding.given.iter().flatten().find(|given| given.value == place)?;
    let ExprKind::Hpo(hpo) = &given.expr.kind else { return None };
    let HpoKind::Choice(alternatives) = &hpo.kind else { return None };
    let ([variable], [_]) = (failed.variables(), given.bound.value.variables()) else {
        return None;
    };
    let here =
        u32::from(hpo.range.start()) == variable.id.offset && variable.id.owner == place.owner.0;
    let mut failing = failed.values().iter().zip(alternatives).filter(|(failed, _)| **failed);
    let (_, only) = failing.next().filter(|_| here)?;
    failing.next().is_none().then(|| Place::new(place.owner, only.range))
}

/// The choices of the hyperparameter at the place of `diagnostic`, if one stands there.
fn chosen(diagnostic: &Diagnostic<Place>, binding: &Binding<'_>) -> Option<String> {
    let given = binding.given.iter().flatten().find(|given| given.value == diagnostic.place)?;
    match given.bound.value.variables() {
        [only] => Some(only.choices.join(", ")),
        _ => None,
    }
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
                2:40 warning kernel-too-large `35`: `Conv2D`: `kernel_size` 35×35 does not fit the 32×32 input; the largest that fits is 32×32, or use `padding="same"` (fails for kernel_size=35, 1 of 3 choices)
                    line 1: `input` makes this dimension 32
            "#]],
        );
        check(
            "Conv2D(HPO(choice(8, -1)), 3)",
            expect![[r#"
                0 Conv2D → 30×30×8 | ?, 224 parameters
                2:22 warning bad-value `-1`: `Conv2D`: `filters` must be a whole number of at least 1, not -1; write 1 (fails for filters=-1, 1 of 2 choices)
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

    #[test]
    fn a_number_is_no_activation() {
        check(
            "Conv2D(8, 3, 2)\nConv2D(3, 32, 5)\nConv2D(8, 3, 2, strides=2)",
            expect![[r#"
            0 Conv2D → 30×30×8, 224 parameters
            1 Conv2D → ?
            2 Conv2D → ?
            2:14 error bad-type `2`: `Conv2D`: `activation` must be the name of an activation function, not 2; a stride is written `strides=2`
                fix: Write `strides=` before it
            3:15 error bad-type `5`: `Conv2D`: `activation` must be the name of an activation function, not 5
                help: the number of input channels is not written, unlike in PyTorch: `Conv2D(filters, kernel_size)`
                fix: Remove `filters`
            4:14 error bad-type `2`: `Conv2D`: `activation` must be the name of an activation function, not 2; for example "relu"
        "#]],
        );
        check(
            "Conv2D(8, 3, activation=2)\nFlatten()\nDense(8, 3)",
            expect![[r#"
            0 Conv2D → 30×30×8, 224 parameters
            1 Flatten → 7200
            2 Dense → 8, 57,608 parameters
            2:25 error bad-type `2`: `Conv2D`: `activation` must be the name of an activation function, not 2; a stride is written `strides=2`
            4:10 error bad-type `3`: `Dense`: `activation` must be the name of an activation function, not 3; for example "relu"
        "#]],
        );
    }
}
