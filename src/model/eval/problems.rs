//! Problems of rules to findings: which piece of the text is to blame, for which choices, and the
//! edits that mend it.

use super::Evaluator;
use super::bind::{Binding, Given};
use super::run::Failing;
use crate::diagnostics::{Diagnostic, Severity};
use crate::lang::{Blame, LayerEntry, Outcome, Problem, Suggestion, find_layer};
use crate::model::hir::{ExprKind, HpoKind};
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
        let mut all_steps = false;
        for suggestion in problem.suggestions {
            if let Some(upstream) = upstream(&suggestion, operands) {
                all_steps |= matches!(suggestion, Suggestion::AllSteps { .. });
                diagnostic.help = Some(upstream.help);
                if let Some((place, message)) = upstream.related {
                    diagnostic = diagnostic.with_related(place, message);
                }
                if let Some((title, edits)) = upstream.fix {
                    diagnostic = diagnostic.with_fix(title, edits);
                }
                continue;
            }
            // Steps that have been dropped do not come back by reshaping what is left.
            if all_steps && matches!(suggestion, Suggestion::Before(_)) {
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
            Suggestion::Exchange { layer, set } => {
                let mut edits = vec![binding.call.name.edit(layer)];
                for (param, value) in set {
                    let (index, _) = entry.param(param)?;
                    edits.push(binding.given[index].as_ref()?.bound.source?.edit(value));
                }
                Some((format!("Change to `{layer}`"), edits))
            }
            Suggestion::SetOnProducer { operand, param, value } => {
                // What flows likely depends on an earlier layer that the merge names, so that a change
                // there changes both.
                if operand > 0 && operand >= operands.len() - binding.named {
                    return None;
                }
                set_on_producer(operands.get(operand)?, param, &value)
            }
            Suggestion::AllSteps { .. }
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

/// A change of what made an operand, and what there is to say about it.
struct Upstream {
    help: String,
    related: Option<(Place, String)>,
    fix: Option<(String, Vec<TextEdit<Place>>)>,
}

/// What `suggestion` comes to for these operands, where it is about what made one of them. `None`
/// where what made it is not what the rule has thought of.
fn upstream(suggestion: &Suggestion, operands: &[Tensor]) -> Option<Upstream> {
    match suggestion {
        Suggestion::AllSteps { operand } => {
            let tensor = operands.get(*operand)?;
            let producer = tensor.producer.as_ref()?;
            find_layer(producer.layer)?.param("return_sequences")?;
            if producer.input_rank? != tensor.rank()? + 1 {
                return None;
            }
            let layer = producer.layer;
            Some(Upstream {
                help: format!(
                    "write `return_sequences=true` in the `{layer}` before, which now gives only its last step"
                ),
                related: Some((
                    producer.call.name,
                    format!("this `{layer}` gives only its last step"),
                )),
                fix: set_on_producer(tensor, "return_sequences", "true"),
            })
        }
        Suggestion::WidenInput { operand, first, help } => {
            let tensor = operands.get(*operand)?;
            let sizes = tensor.origins.get(1..)?.iter();
            let sizes: Option<Vec<Place>> = sizes
                .map(|origin| {
                    origin.as_ref().filter(|origin| origin.layer == "input").map(|it| it.place)
                })
                .collect();
            let sizes = sizes.filter(|_| tensor.producer.is_none() && !tensor.leading_none)?;
            // A size that stands alone may have no parentheses to write another one into.
            let edit = match (sizes.as_slice(), first) {
                ([first, _, ..], true) => Some(first.start().edit("1, ")),
                ([.., _, last], false) => Some(last.end().edit(", 1")),
                _ => None,
            };
            let end = if *first { "first" } else { "last" };
            let title = format!("Add a {end} dimension of 1 to the input");
            Some(Upstream {
                help: help.clone(),
                related: None,
                fix: edit.map(|edit| (title, vec![edit])),
            })
        }
        Suggestion::PoolInstead { operand } => {
            let producer = operands.get(*operand)?.producer.as_ref()?;
            let spatial = producer.input_rank?.checked_sub(2)?;
            if producer.layer != "Flatten" || !(1..=3).contains(&spatial) {
                return None;
            }
            let pooling = format!("GlobalAveragePooling{spatial}D()");
            Some(Upstream {
                help: format!(
                    "write `{pooling}` in the place of `Flatten`: it gives one number per channel, whatever the size"
                ),
                related: Some((
                    producer.call.name,
                    "this `Flatten` makes a number of features that is not known".to_string(),
                )),
                fix: Some((
                    format!("Change `Flatten` to `{pooling}`"),
                    vec![producer.call.whole.edit(pooling)],
                )),
            })
        }
        _ => None,
    }
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

    fn check_on(input: &str, layers: &str, expect: expect_test::Expect) {
        check(&format!("input: {input}\nlayers:\n{layers}"), expect);
    }

    #[test]
    fn steps_that_a_recurrent_layer_drops_are_asked_of_it() {
        check_on(
            "(20, 8)",
            "Bidirectional(LSTM(64))\nDropout(0.2)\nGRU(32)",
            expect![[r#"
            0 Bidirectional → 128, 37,376 parameters
            1 Dropout → 128
            2 GRU → ?
            6:1 error rank-mismatch `GRU`: `GRU`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (128) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64, return_sequences=false)\nConv1D(8, 3)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 Conv1D → ?
            5:1 error rank-mismatch `Conv1D`: `Conv1D`: takes (steps, channels): 2 dimensions besides the batch, but the input (64) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "GRU(64)\nTimeDistributed(Dense(8))",
            expect![[r#"
            0 GRU → 64, 14,208 parameters
            1 TimeDistributed → ?
            5:1 error rank-mismatch `TimeDistributed`: `TimeDistributed`: takes a sequence (steps, …): at least 2 dimensions besides the batch, but the input (64) has 1
                help: write `return_sequences=true` in the `GRU` before, which now gives only its last step
                line 4: this `GRU` gives only its last step
                fix: Set `return_sequences=true` on `GRU` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "SimpleRNN(64)\nGlobalAveragePooling1D()",
            expect![[r#"
            0 SimpleRNN → 64, 4,672 parameters
            1 GlobalAveragePooling1D → ?
            5:1 error rank-mismatch `GlobalAveragePooling1D`: `GlobalAveragePooling1D`: takes 1 spatial dimension and channels; the 64 features that come in have no spatial dimension left
                help: write `return_sequences=true` in the `SimpleRNN` before, which now gives only its last step
                line 4: this `SimpleRNN` gives only its last step
                fix: Set `return_sequences=true` on `SimpleRNN` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64)\nMultiHeadAttention(4, 16)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 MultiHeadAttention → ?
            5:1 error rank-mismatch `MultiHeadAttention`: `MultiHeadAttention`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(5, 20, 20, 3)",
            "ConvLSTM2D(4, 3)\nConvLSTM2D(4, 3)",
            expect![[r#"
            0 ConvLSTM2D → 18×18×4, 1,024 parameters
            1 ConvLSTM2D → ?
            5:1 error rank-mismatch `ConvLSTM2D`: `ConvLSTM2D`: takes a sequence of images (time, height, width, channels): 4 dimensions besides the batch, but the input (18×18×4) has 3
                help: write `return_sequences=true` in the `ConvLSTM2D` before, which now gives only its last step
                line 4: this `ConvLSTM2D` gives only its last step
                fix: Set `return_sequences=true` on `ConvLSTM2D` before
                fix: Change to `ConvLSTM1D`
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64, return_sequences=true)\nConv2D(8, 3)",
            expect![[r#"
            0 LSTM → 20×64, 18,688 parameters
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (20×64) has 2
                help: for a sequence write `Conv1D`
                fix: Change to `Conv1D`
                fix: Insert `Reshape((20, 64, 1))` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64)\nRepeatVector(3)\nLSTM(8)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 RepeatVector → 3×64
            2 LSTM → 8, 2,336 parameters
        "#]],
        );
    }

    #[test]
    fn an_input_that_lacks_a_dimension_is_given_one() {
        check_on(
            "(28, 28)",
            "Dropout(0.1)\nConv2D(8, 3)",
            expect![[r#"
            0 Dropout → 28×28
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (28×28) has 2
                help: write the channel in the input: `(28, 28, 1)`; for a sequence write `Conv1D`
                fix: Add a last dimension of 1 to the input
                fix: Change to `Conv1D`
                fix: Insert `Reshape((28, 28, 1))` before
        "#]],
        );
        check_on(
            "(28, 28)",
            "Conv2D(8, 3, data_format=\"channels_first\")",
            expect![[r#"
            0 Conv2D → ?
            4:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (channels, height, width): 3 dimensions besides the batch, but the input (28×28) has 2
                help: write the channel in the input: `(1, 28, 28)`; for a sequence write `Conv1D`
                fix: Add a first dimension of 1 to the input
                fix: Change to `Conv1D`
                fix: Insert `Reshape((1, 28, 28))` before
        "#]],
        );
        check_on(
            "(28, 28)",
            "Conv1D(8, 3)\nConv2D(8, (3, 3))",
            expect![[r#"
            0 Conv1D → 26×8, 680 parameters
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (26×8) has 2
                help: for a sequence write `Conv1D`
                fix: Change to `Conv1D`
                fix: Insert `Reshape((26, 8, 1))` before
        "#]],
        );
        check_on(
            "(100, 16)",
            "Conv1D(16, 3)\nMaxPooling2D((2, 2))",
            expect![[r#"
            0 Conv1D → 98×16, 784 parameters
            1 MaxPooling2D → ?
            5:1 error rank-mismatch `MaxPooling2D`: `MaxPooling2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (98×16) has 2
                help: for a sequence write `MaxPooling1D`
                fix: Change to `MaxPooling1D`
                fix: Insert `Reshape((98, 16, 1))` before
        "#]],
        );
        check_on(
            "(100, 16)",
            "Conv1D(16, 3)\nMaxPooling2D((2, 1))",
            expect![[r#"
            0 Conv1D → 98×16, 784 parameters
            1 MaxPooling2D → ?
            5:1 error rank-mismatch `MaxPooling2D`: `MaxPooling2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (98×16) has 2
                help: for a sequence write `MaxPooling1D`
                fix: Insert `Reshape((98, 16, 1))` before
        "#]],
        );
        check_on(
            "(64)",
            "LSTM(8)",
            expect![[r#"
            0 LSTM → ?
            4:1 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                help: write how many features a step has in the input, as in `(64, 1)`; token ids need an `Embedding` before this layer
                fix: Insert `Reshape((64, 1))` before
        "#]],
        );
        check_on(
            "(64)",
            "TransformerEncoder(num_heads=4)",
            expect![[r#"
            0 TransformerEncoder → ?
            4:1 error rank-mismatch `TransformerEncoder`: `TransformerEncoder`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                help: token ids become a sequence with `Embedding(10000, 64)` before this layer
                fix: Insert `Reshape((1, 64))` before
        "#]],
        );
        check_on(
            "(7, 7, 64)",
            "TransformerEncoder(num_heads=4)",
            expect![[r#"
            0 TransformerEncoder → ?
            4:1 error rank-mismatch `TransformerEncoder`: `TransformerEncoder`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (7×7×64) has 3
                help: for a sequence run it on each step with `TimeDistributed(TransformerEncoder(…))`
                fix: Insert `Reshape((49, 64))` before
        "#]],
        );
    }

    #[test]
    fn a_flatten_over_unknown_sizes_gives_way_to_a_pooling() {
        check_on(
            "(T, 64)",
            "Flatten()\nDropout(0.1)\nDense(10)",
            expect![[r#"
            0 Flatten → 64*T
            1 Dropout → 64*T
            2 Dense → ?
            6:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling1D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 4: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling1D()`
        "#]],
        );
        check_on(
            "(None, H, W, 3)",
            "Conv2D(8, 3)\nFlatten()\nDense(10)",
            expect![[r#"
            0 Conv2D → (H-2)×(W-2)×8, 224 parameters
            1 Flatten → -16*H+8*H*W-16*W+32
            2 Dense → ?
            6:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling2D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 5: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling2D()`
        "#]],
        );
        check_on(
            "(None, None, 64)",
            "Flatten()\nDense(10)",
            expect![[r#"
            0 Flatten → ?
            1 Dense → ?
            5:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling1D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 4: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling1D()`
        "#]],
        );
        check_on(
            "(T)",
            "Dense(10)",
            expect![[r#"
            0 Dense → ?
            4:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: give that dimension a number where it comes from
                line 2: `input` makes this dimension T
        "#]],
        );
    }
}
