//! Validation and the layer's rule, in every world of the hyperparameter choices.

use super::Evaluator;
use super::bind::{Binding, Given};
use super::expr::widen;
use crate::diagnostics::{Code, Diagnostic, Severity, codes};
use crate::lang::{
    Args, Blame, BlockOutcome, LayerEntry, Outcome, Problem, Rule, RuleCx, Value, aux_flops,
    mended, validate, with_fitting_example,
};
use crate::model::result::Counts;
use crate::model::tensor::{Producer, Tensor, Unknown, Why};
use crate::shape::{Dim, Shape, Variable, World, Worlds, count_worlds, union};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The help where a leading `None` would have to be a dimension.
const LEADING_NONE: &str = "the leading `None` of the input is read as the batch; for an unknown size in its place write a name, as in `(T, 512)`, or `(None, None, 512)`";

/// What a layer gives in every world, before it becomes a row.
pub(super) struct Evaluated {
    /// `None` in a world in which it cannot be told.
    pub outcome: Worlds<Option<Outcome>>,
    /// Why it cannot be told, where it cannot be told in any world.
    pub unknown: Option<Unknown>,
    /// The layer inside a wrapper that makes its output, for fixes that change it.
    pub inner: Option<Arc<Producer>>,
}

/// The layers of a block that a layer takes itself.
pub(super) struct BlockEval {
    pub output: Worlds<Option<Shape>>,
    pub counts: Counts,
}

/// A problem with the worlds that have it.
pub(super) struct Failing {
    pub problem: Problem,
    /// By the number of the world.
    pub worlds: Vec<bool>,
    /// Whether the rule found it, which looks only at worlds with known inputs.
    pub by_rule: bool,
}

/// A rule that also sees which world it is in; `None` where the world has no answer.
pub(super) type WorldRule<'a> =
    dyn Fn(&RuleCx<'_>, &World<'_>) -> Result<Option<Outcome>, Problem> + 'a;

impl Evaluator<'_> {
    pub(super) fn run(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        block: Option<&BlockEval>,
    ) -> Evaluated {
        match entry.rule {
            Rule::Pure(rule) => self.run_rule(entry, binding, operands, block, &[], &rule),
            Rule::Opaque => {
                let opaque = |_: &RuleCx<'_>, _: &World<'_>| Ok(None);
                self.run_with(entry, binding, operands, None, &[], &[], true, &opaque);
                let place = binding.call.name;
                if let Some(shape) = &binding.declared {
                    let outcome = Outcome { outputs: vec![shape.clone()], ..Outcome::shapeless() };
                    return Evaluated {
                        outcome: Worlds::constant(Some(outcome)),
                        unknown: None,
                        inner: None,
                    };
                }
                if !binding.failed {
                    self.emit(Diagnostic::new(
                        codes::SHAPE_NOT_MODELLED,
                        place,
                        format!(
                            "the shape of `{}` is not modelled; it is unknown from here on",
                            entry.name
                        ),
                    ));
                }
                let unknown =
                    Unknown { why: Why::NotModelled, name: entry.name.into(), place: Some(place) };
                Evaluated { outcome: Worlds::constant(None), unknown: Some(unknown), inner: None }
            }
            Rule::Residual => {
                // Inside a wrapper a residual connection has no block, so it is `x + x`.
                let same = |cx: &RuleCx<'_>| Ok(Outcome::new(cx.input().clone()));
                self.run_rule(entry, binding, operands, None, &[], &same)
            }
            Rule::Wrapper { .. } => {
                Evaluated { outcome: Worlds::constant(None), unknown: None, inner: None }
            }
        }
    }

    pub(super) fn run_rule(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        block: Option<&BlockEval>,
        inner: &[(&'static LayerEntry, &Binding<'_>)],
        rule: &dyn Fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    ) -> Evaluated {
        self.run_with(entry, binding, operands, block, inner, &[], true, &|cx, _| {
            rule(cx).map(Some)
        })
    }

    /// Validates and runs `rule` in every world of the arguments, the operands and `more`.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn run_with(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        block: Option<&BlockEval>,
        inner: &[(&'static LayerEntry, &Binding<'_>)],
        more: &[Arc<Variable>],
        report: bool,
        rule: &WorldRule<'_>,
    ) -> Evaluated {
        let mut args: Vec<Option<Worlds<Value>>> = binding
            .given
            .iter()
            .map(|given| given.as_ref().map(|given| given.bound.value.clone()))
            .collect();
        let mut shapes: Vec<Worlds<Option<Shape>>> =
            operands.iter().map(|tensor| tensor.shape.clone()).collect();
        let block_shape = block.map(|block| block.output.clone());
        let all_variables = |args: &[Option<Worlds<Value>>], shapes: &[Worlds<Option<Shape>>]| {
            let args = args.iter().flatten().map(Worlds::variables);
            let shapes = shapes.iter().map(Worlds::variables);
            let inside = inner.iter().flat_map(|(_, binding)| &binding.given).flatten();
            let inside = inside.map(|given| given.bound.value.variables());
            union(
                args.chain(shapes)
                    .chain(block_shape.iter().map(Worlds::variables))
                    .chain(inside)
                    .chain([more]),
            )
        };
        let mut variables = all_variables(&args, &shapes);
        let too_many = count_worlds(&variables).is_none();
        if too_many {
            // Too many combinations: only the ends of what each value can be count from here on.
            for (arg, param) in args.iter_mut().zip(entry.params) {
                if let Some(value) = arg.as_mut().filter(|value| !value.variables().is_empty()) {
                    *value = widen(value.values().iter(), param.name);
                }
            }
            for shape in &mut shapes {
                *shape = widen_shape(shape);
            }
            variables = all_variables(&args, &shapes);
        }
        if count_worlds(&variables).is_none() {
            let place = binding.call.name;
            let unknown =
                Unknown { why: Why::Combinations, name: entry.name.into(), place: Some(place) };
            return Evaluated {
                outcome: Worlds::constant(None),
                unknown: Some(unknown),
                inner: None,
            };
        }

        let mut failing: Vec<Failing> = Vec::new();
        let mut index: FxHashMap<(Code, Blame, bool), usize> = FxHashMap::default();
        let mut with_inputs: Vec<bool> = Vec::new();
        let mut lost_to: Option<Why> = None;
        let world_count = count_worlds(&variables).unwrap_or(1);
        let mut number = 0;
        let outcome = Worlds::for_each(variables, |world| {
            let here = number;
            number += 1;
            let mut note = |problem: Problem, by_rule: bool| {
                // Several elements of one tuple with the same mistake are one mistake.
                let blame = match problem.blame {
                    Blame::Element(param, _) => Blame::Param(param),
                    blame => blame,
                };
                let key = (problem.code, blame, by_rule);
                let at = *index.entry(key).or_insert_with(|| {
                    failing.push(Failing { problem, worlds: vec![false; world_count], by_rule });
                    failing.len() - 1
                });
                failing[at].worlds[here] = true;
            };
            let mut given: Vec<Option<Value>> = args
                .iter()
                .map(|value| value.as_ref().map(|value| value.at(world).clone()))
                .collect();
            let not_known = given.iter().flatten().any(Value::is_unknown);
            let mut has_error = binding.failed;
            let invalid = validate(entry, self.framework, &mut given);
            has_error |= invalid.iter().any(|problem| problem.severity == Severity::Error);
            let inputs: Option<Vec<Shape>> =
                shapes.iter().map(|shape| shape.at(world).clone()).collect();
            with_inputs.push(inputs.is_some());
            let inputs = match inputs {
                Some(inputs) => inputs,
                None if entry.sets_shape => vec![Shape::batched([])],
                None => {
                    invalid.into_iter().for_each(|problem| note(problem, false));
                    return None;
                }
            };
            let block = block.zip(block_shape.as_ref()).map(|(block, shape)| BlockOutcome {
                output: shape.at(world).clone(),
                trainable: block.counts.trainable,
                non_trainable: block.counts.non_trainable,
                macs: block.counts.macs,
            });
            let args = Args::new(entry, self.framework, &given);
            let inside: Vec<Vec<Option<Value>>> = inner
                .iter()
                .map(|(entry, binding)| {
                    let at = |given: &Given<'_>| given.bound.value.at(world).clone();
                    let mut given: Vec<Option<Value>> =
                        binding.given.iter().map(|given| given.as_deref().map(at)).collect();
                    // What is wrong inside is reported when the inner layer is run.
                    validate(entry, self.framework, &mut given);
                    given
                })
                .collect();
            let inside: Vec<Args<'_>> = inner
                .iter()
                .zip(&inside)
                .map(|((entry, _), given)| Args::new(entry, self.framework, given))
                .collect();
            let cx = RuleCx { args: &args, inputs: &inputs, block: block.as_ref(), inner: &inside };
            for problem in invalid {
                note(with_fitting_example(&cx, problem), false);
            }
            match rule(&cx, world) {
                Ok(Some(outcome)) => {
                    for warning in &outcome.warnings {
                        note(warning.clone(), true);
                    }
                    // What follows from a mistake or from a value that nobody knows is unknown as a
                    // whole: a later layer must not be blamed for a size that was never given.
                    let lost = outcome.outputs.is_empty()
                        || ((has_error || not_known) && more_unknown(&outcome, &inputs));
                    if lost {
                        lost_to = Some(match (has_error, too_many) {
                            (true, _) => Why::Error,
                            (false, true) => Why::Combinations,
                            (false, false) => Why::Argument,
                        });
                        return None;
                    }
                    let aux = match entry.rule {
                        Rule::Pure(_) => aux_flops(&cx, outcome.outputs.first()),
                        _ => outcome.aux,
                    };
                    Some(Outcome { warnings: Vec::new(), aux, ..outcome })
                }
                Ok(None) => None,
                Err(mut problem) => {
                    if has_error && problem.severity == Severity::Error {
                        // The mistake in the arguments is the one to report.
                        lost_to = Some(Why::Error);
                        return None;
                    }
                    if operands[0].leading_none && problem.code == codes::RANK_MISMATCH {
                        let longer = Shape::batched(
                            [Dim::Unknown].into_iter().chain(inputs[0].unbatched().to_vec()),
                        );
                        let cx = RuleCx {
                            inputs: &[longer],
                            args: cx.args,
                            block: cx.block,
                            inner: cx.inner,
                        };
                        if rule(&cx, world).is_ok() {
                            problem.help = Some(LEADING_NONE.to_string());
                            problem.suggestions.clear();
                        }
                    }
                    note(mended(&cx, problem), true);
                    None
                }
            }
        });
        let outcome = outcome.unwrap_or_else(|| Worlds::constant(None));
        let failed_everywhere = outcome.values().iter().all(Option::is_none);
        let had_errors = failing.iter().any(|failing| failing.problem.severity == Severity::Error);
        // What comes in is a guess after a text that could not be read; it is not held against a layer.
        let doubtful = operands.iter().any(|operand| operand.doubtful);
        // Where every combination fails, although for different reasons, nothing is left that works.
        let start = self.findings.len();
        let nothing_works =
            failed_everywhere && had_errors && with_inputs.iter().all(|&known| known);
        if report {
            for failing in failing.into_iter().filter(|failing| !(doubtful && failing.by_rule)) {
                self.report(entry, binding, operands, &outcome, &with_inputs, failing);
            }
        }
        if nothing_works
            && !self.has_error_since(start)
            && let Some(first) = self.findings[start..].first_mut()
        {
            first.diagnostic.severity = Severity::Error;
            first.diagnostic.message.push_str("; every other combination fails for another reason");
        }
        let place = binding.call.name;
        let unknown = failed_everywhere.then(|| {
            let here = |why| Unknown { why, name: entry.name.into(), place: Some(place) };
            match operands
                .iter()
                .find_map(|tensor| tensor.unknown.clone().filter(|_| tensor.is_unknown()))
            {
                Some(before) => before,
                None if had_errors || binding.failed => here(Why::Error),
                None => here(lost_to.unwrap_or(Why::Argument)),
            }
        });
        Evaluated { outcome: outcome.simplified(), unknown, inner: None }
    }
}

/// Whether the outputs have more unknown sizes than the inputs, so that some come from an argument.
pub(super) fn more_unknown(outcome: &Outcome, inputs: &[Shape]) -> bool {
    let unknown = |shapes: &[Shape]| {
        shapes.iter().flat_map(Shape::unbatched).filter(|dim| matches!(dim, Dim::Unknown)).count()
    };
    unknown(&outcome.outputs) > unknown(inputs)
}

/// What is known of a shape in all worlds together.
pub(super) fn widen_shape(shape: &Worlds<Option<Shape>>) -> Worlds<Option<Shape>> {
    if shape.variables().is_empty() {
        return shape.clone();
    }
    let known: Vec<&Shape> = shape.values().iter().flatten().collect();
    let same_rank = known.windows(2).all(|pair| pair[0].rank() == pair[1].rank());
    let Some(first) = known.first().filter(|_| same_rank && known.len() == shape.values().len())
    else {
        return Worlds::constant(None);
    };
    let dims: Option<Vec<Dim>> = (0..first.rank())
        .map(|axis| {
            let dims: Vec<&Dim> = known.iter().map(|shape| &shape.dims()[axis]).collect();
            if dims.iter().all(|&dim| dim == dims[0]) {
                return Some(dims[0].clone());
            }
            let mut bounds = (u64::MAX, 0);
            for dim in dims {
                let (low, high) = dim.bounds();
                bounds = (bounds.0.min(low), bounds.1.max(high?));
            }
            Some(Dim::between("size", bounds.0, bounds.1))
        })
        .collect();
    Worlds::constant(dims.map(Shape::new))
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn choices_make_sets_of_sizes_that_stay_correlated() {
        check(
            "Flatten()\nDense(HPO(choice(32, 64)), name=\"h\")\nDropout(0.5)\nAdd(\"h\")\nDense(10)",
            expect![[r#"
                0 Flatten → 3072
                1 Dense → 32 | 64, 98,336..196,672 parameters
                2 Dropout → 32 | 64
                3 Add → 32 | 64
                4 Dense → 10, 330..650 parameters
            "#]],
        );
        check(
            "Flatten()\na: { Dense(HPO(choice(32, 64))) }\nb: { Dense(HPO(choice(32, 64))) }\nAdd()",
            expect![[r#"
                0 Flatten → 3072
                1.a.0 Dense → 32 | 64, 98,336..196,672 parameters
                1.b.0 Dense → 32 | 64, 98,336..196,672 parameters
                2 Add → 32 | ? | 64
                5:1 warning shape-mismatch `Add`: `Add`: 32 and 64 do not fit: 32 and 64 must be equal, or one of them 1 (fails for units=32, units=64; units=64, units=32, 2 of 4 combinations)
                    line 3: `Dense` makes this dimension 32 or 64
                    line 4: `Dense` makes this dimension 32 or 64
            "#]],
        );
    }

    #[test]
    fn intervals_are_bounds() {
        check(
            "Flatten()\nDense(HPO(log_range(32, 512)))\nDense(10)",
            expect![[r#"
            0 Flatten → 3072
            1 Dense → 32..512, 98,336..1,573,376 parameters
            2 Dense → 10, 330..5,130 parameters
        "#]],
        );
        check(
            "Dropout(HPO(range(0.3, 0.7, step=0.1)))\nFlatten()\nDense(HPO(range(8, 4096)))",
            expect![[r#"
                0 Dropout → 32×32×3
                1 Flatten → 3072
                2 Dense → 8..4096, 24,584..12,587,008 parameters
            "#]],
        );
    }

    #[test]
    fn past_the_bound_of_combinations_only_the_ends_count() {
        let choice = "HPO(choice(1, 2, 3, 4, 5, 6))";
        check(
            &format!(
                "Conv2D({choice}, ({choice}, {choice}), strides=({choice}, {choice}))\nFlatten()\nDense(3)"
            ),
            expect![[r#"
                0 Conv2D → ?
                1 Flatten → ?
                2 Dense → ?
            "#]],
        );
    }

    #[test]
    fn named_sizes_read_as_formulas() {
        check(
            "input: (T, 512)\nlayers:\n  Conv1D(64, 3, strides=2, padding=\"same\")\n  Conv1D(64, 3)\n  MaxPooling1D(2)\n  Flatten()",
            expect![[r#"
                0 Conv1D → (floor((T-1)/2)+1)×64, 98,368 parameters
                1 Conv1D → (floor((T-1)/2)-1)×64, 12,352 parameters
                2 MaxPooling1D → floor((T-3)/4)×64
                3 Flatten → 64*floor((T-3)/4)
            "#]],
        );
        check(
            "input: (None, 64, 64)\nlayers:\n  Conv2D(8, 3)",
            expect![[r#"
            0 Conv2D → ?
            4:3 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (64×64) has 2
                help: the leading `None` of the input is read as the batch; for an unknown size in its place write a name, as in `(T, 512)`, or `(None, None, 512)`
        "#]],
        );
    }
}
