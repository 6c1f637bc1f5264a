//! Layers around layers, and the blocks that a layer takes itself.

use super::Evaluator;
use super::bind::Binding;
use super::rows::{collapse, producer, written};
use super::run::{BlockEval, Evaluated};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{LayerEntry, LayerName, Outcome, Rule, check_inner, resolve_layer};
use crate::model::hir::{Call, Stmt};
use crate::model::result::{Counts, Layer, Part, sum_nodes};
use crate::model::state::Flow;
use crate::model::tensor::{Tensor, TensorData, Unknown, Why};
use crate::shape::{Shape, Worlds, union};
use smallvec::smallvec;
use std::sync::Arc;

impl Evaluator<'_> {
    /// The layers of a block that the layer takes itself, run on what comes in.
    pub(super) fn inner_block(
        &mut self,
        operands: &[Tensor],
        stmt: &Stmt,
    ) -> (BlockEval, Vec<Part>) {
        let outer = self.state.flow.clone();
        self.state.flow = match operands.first() {
            Some(tensor) => Flow::One(tensor.clone()),
            None => outer.clone(),
        };
        let parts = self.block_after(stmt);
        let output = match std::mem::replace(&mut self.state.flow, outer) {
            Flow::One(tensor) => tensor.shape.clone(),
            _ => Worlds::constant(None),
        };
        let counts = parts.iter().fold(Counts::ZERO, |sum, part| match part {
            Part::Inner(nodes) => sum + sum_nodes(nodes),
            _ => sum,
        });
        (BlockEval { output, counts }, parts)
    }

    /// A layer around a layer.
    pub(super) fn wrapper(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        stmt: &Stmt,
    ) -> Evaluated {
        let Rule::Wrapper { enter, leave, .. } = entry.rule else {
            return self.run(entry, binding, operands, None);
        };
        let error =
            |place| Unknown { why: Why::Error, name: entry.name.into(), place: Some(place) };
        let start = self.findings.len();
        let inner: Vec<Option<(&'static LayerEntry, Binding<'_>)>> =
            binding.inner.iter().map(|call| self.bind_inner(entry, binding, call)).collect();
        let known: Vec<(&'static LayerEntry, &Binding<'_>)> =
            inner.iter().flatten().map(|(entry, binding)| (*entry, binding)).collect();
        // The wrapper's own arguments are checked whatever is inside.
        let entered = self.run_rule(entry, binding, operands, None, &known, &|cx| {
            enter(cx, cx.input()).map(Outcome::new)
        });
        if inner.is_empty() {
            if !self.has_error_since(start) && !binding.failed {
                let place = binding.call.name;
                self.emit(
                    Diagnostic::new(
                        codes::MISSING_PARAMETER,
                        place,
                        format!("`{}` needs a layer to wrap", entry.name),
                    )
                    .with_help(format!(
                        "for example `{}({})`",
                        entry.name, entry.params[0].example
                    )),
                );
            }
            return Evaluated {
                outcome: Worlds::constant(None),
                unknown: Some(error(binding.call.name)),
                inner: None,
            };
        }
        let mut flowing = Tensor::new(TensorData {
            shape: entered.outcome.map(|outcome| outcome.as_ref().and_then(first_output)),
            unknown: entered.unknown.clone(),
            ..TensorData::clone(&operands[0])
        });
        let stepwise = usize::from(flowing.shape != operands[0].shape);
        self.wrapped += 1;
        self.stepwise += stepwise;
        let outer_stmt = self.stmt;
        let mut evaluated: Option<Evaluated> = None;
        for (call, bound) in binding.inner.iter().zip(&inner) {
            let next = match bound {
                Some((entry, bound)) if matches!(entry.rule, Rule::Wrapper { .. }) => {
                    let nested = Stmt { block: None, ..stmt.clone() };
                    let next = self.wrapper(entry, bound, std::slice::from_ref(&flowing), &nested);
                    self.inside_wrapper(entry, bound, &flowing, &next);
                    next
                }
                Some((entry, bound)) => {
                    let next = self.run(entry, bound, std::slice::from_ref(&flowing), None);
                    self.inside_wrapper(entry, bound, &flowing, &next);
                    next
                }
                None => {
                    let why = match resolve_layer(&call.name.value) {
                        LayerName::Custom => Why::NotModelled,
                        _ => Why::Error,
                    };
                    let place = Some(self.place(call.name.range));
                    let unknown = Unknown { why, name: call.name.value.clone(), place };
                    Evaluated {
                        outcome: Worlds::constant(None),
                        unknown: Some(unknown),
                        inner: None,
                    }
                }
            };
            flowing.shape = next.outcome.map(|outcome| outcome.as_ref().and_then(first_output));
            flowing.unknown = next.unknown.clone();
            evaluated = Some(match evaluated {
                None => next,
                Some(before) => chain(before, next),
            });
        }
        let mut evaluated = evaluated.unwrap_or(Evaluated {
            outcome: Worlds::constant(None),
            unknown: None,
            inner: None,
        });
        if let (Some(_), true) = (&stmt.block, evaluated.unknown.is_none()) {
            evaluated = self.wrapped_block(evaluated, &flowing, stmt);
        }
        self.stmt = outer_stmt;
        self.wrapped -= 1;
        self.stepwise -= stepwise;

        let inner_outcome = evaluated.outcome;
        let unknown = evaluated.unknown;
        // The wrapper sees its own input; the inner outcome is looked up by world.
        let variables = inner_outcome.variables().to_vec();
        let left = self.run_with(
            entry,
            binding,
            operands,
            None,
            &known,
            &variables,
            false,
            &|cx, world| match inner_outcome.at(world) {
                Some(inner) => leave(cx, cx.input(), inner.clone()).map(Some),
                None => Ok(None),
            },
        );
        let lost = left.outcome.values().iter().all(Option::is_none);
        Evaluated {
            outcome: left.outcome,
            unknown: unknown.or(left.unknown).filter(|_| lost),
            inner: known.first().map(|(entry, binding)| {
                let written = Arc::new(written(entry, binding, self.owner));
                Arc::new(producer(entry, written, self.owner, operands))
            }),
        }
    }

    /// Notes what a layer inside a wrapper gives, for those who ask about it.
    fn inside_wrapper(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        input: &Tensor,
        evaluated: &Evaluated,
    ) {
        let lost = || {
            let place = Some(binding.call.name);
            Unknown { why: Why::Error, name: entry.name.into(), place }
        };
        let unknown = evaluated.unknown.clone();
        let shape = evaluated.outcome.map(|outcome| outcome.as_ref().and_then(first_output));
        let output = if shape.values().iter().all(Option::is_none) {
            Tensor::unknown(unknown.clone().unwrap_or_else(lost))
        } else {
            let input = TensorData::clone(input);
            Tensor::new(TensorData { shape: shape.simplified(), unknown: None, ..input })
        };
        self.inside.push(Part::Layer(Arc::new(Layer {
            framework: self.framework,
            layer: entry.name.into(),
            name: None,
            place: binding.call.whole,
            inputs: smallvec![input.clone()],
            outputs: smallvec![output],
            several_outputs: false,
            unknown,
            counts: collapse(&evaluated.outcome),
            counts_by_choice: None,
            args: binding.values(),
            inside: Vec::new(),
        })));
    }

    /// The layer that `call` is inside a wrapper; `None` after reporting why it cannot be there.
    pub(super) fn bind_inner<'s>(
        &mut self,
        outer: &'static LayerEntry,
        binding: &Binding<'_>,
        call: &'s Call,
    ) -> Option<(&'static LayerEntry, Binding<'s>)> {
        let place = self.place(call.name.range);
        match resolve_layer(&call.name.value) {
            LayerName::Entry(inner) => {
                if let Some(problem) = check_inner(outer, inner) {
                    let mut diagnostic = self.diagnostic(outer, binding, &[], problem);
                    diagnostic.place = place;
                    self.emit(diagnostic);
                    return None;
                }
                let mut bound = self.bind(inner, call);
                bound.operands.clear();
                Some((inner, bound))
            }
            LayerName::Custom => None,
            LayerName::Unknown { suggestion } => {
                let flow = self.state.flow.clone();
                self.unknown_layer(call, suggestion);
                self.state.flow = flow;
                None
            }
        }
    }

    /// The block of a wrapper, run after its inner layer.
    pub(super) fn wrapped_block(
        &mut self,
        first: Evaluated,
        input: &Tensor,
        stmt: &Stmt,
    ) -> Evaluated {
        let outer = self.state.flow.clone();
        let flowing = Tensor::new(TensorData {
            shape: first.outcome.map(|outcome| outcome.as_ref().and_then(first_output)),
            ..TensorData::clone(input)
        });
        self.state.flow = Flow::One(flowing);
        let parts = self.block_after(stmt);
        self.inside.extend(parts.iter().cloned());
        let output = match std::mem::replace(&mut self.state.flow, outer) {
            Flow::One(tensor) => tensor,
            _ => {
                return Evaluated {
                    outcome: Worlds::constant(None),
                    unknown: first.unknown,
                    inner: None,
                };
            }
        };
        let counts = parts.iter().fold(Counts::ZERO, |sum, part| match part {
            Part::Inner(nodes) => sum + sum_nodes(nodes),
            _ => sum,
        });
        let variables = union([first.outcome.variables(), output.shape.variables()]);
        let outcome = Worlds::for_each(variables, |world| {
            let first = first.outcome.at(world).as_ref()?;
            let shape = output.shape.at(world).clone()?;
            Some(Outcome {
                outputs: vec![shape],
                trainable: first.trainable + counts.trainable,
                non_trainable: first.non_trainable + counts.non_trainable,
                macs: first.macs + counts.macs,
                aux: first.aux + counts.aux,
                activation: first.activation + counts.activation,
                warnings: Vec::new(),
            })
        });
        let unknown = output.unknown.clone();
        Evaluated {
            outcome: outcome.unwrap_or_else(|| Worlds::constant(None)),
            unknown,
            inner: None,
        }
    }
}

/// Layers that run one after another, as one.
pub(super) fn chain(before: Evaluated, next: Evaluated) -> Evaluated {
    let variables = union([before.outcome.variables(), next.outcome.variables()]);
    let outcome = Worlds::for_each(variables, |world| {
        let (before, next) = (before.outcome.at(world).clone()?, next.outcome.at(world).clone()?);
        Some(Outcome::chain([before, next]))
    });
    Evaluated {
        outcome: outcome.unwrap_or_else(|| Worlds::constant(None)),
        unknown: before.unknown.or(next.unknown),
        inner: None,
    }
}

pub(super) fn first_output(outcome: &Outcome) -> Option<Shape> {
    outcome.outputs.first().cloned()
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn wrappers_see_the_layer_inside() {
        check(
            "input: (10, 8, 8, 3)\nlayers:\n  TimeDistributed(Conv2D(4, 3)) { Flatten() }\n  LSTM(5)",
            expect![[r#"
                0 TimeDistributed → 10×144, 112 parameters
                1 LSTM → 5, 3,000 parameters
            "#]],
        );
        check(
            "input: (10, 3)\nlayers:\n  Bidirectional(LSTM(5, return_sequences=true), merge_mode=\"sum\")\n  Bidirectional(Dense(3))",
            expect![[r#"
                0 Bidirectional → 10×5, 360 parameters
                1 Bidirectional → ?
                5:17 error bad-inner-layer `Dense`: `Bidirectional` cannot wrap `Dense`; it takes `LSTM`, `GRU`, `SimpleRNN`, `RNN` or a `ConvLSTM` layer
            "#]],
        );
        check(
            "input: (10, 3)\nlayers:\n  TimeDistributed()\n",
            expect![[r#"
            0 TimeDistributed → ?
            4:3 error missing-parameter `TimeDistributed`: `TimeDistributed` needs `layer`, a layer; write for example `layer=Dense(64)`
                fix: Add `layer=Dense(64)`
        "#]],
        );
        check(
            "input: (10, 3)\nlayers:\n  RNN((LSTMCell(4), GRUCell(5)))\n",
            expect![[r#"
            0 RNN → 5, 293 parameters
        "#]],
        );
        check(
            "input: (10, 3)\nlayers:\n  LSTM(5)\n  LSTM(5)",
            expect![[r#"
                0 LSTM → 5, 180 parameters
                1 LSTM → ?
                5:3 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (5) has 1
                    help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                    line 4: this `LSTM` gives only its last step
                    fix: Set `return_sequences=true` on `LSTM` before
            "#]],
        );
    }
}
