//! What a layer gives over all worlds: its row, its output tensors, and the weights that it shares.

use super::Evaluator;
use super::bind::Binding;
use super::run::Evaluated;
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{LayerEntry, Outcome, Role, Value};
use crate::model::place::{OwnerId, Place};
use crate::model::result::{Counts, Layer};
use crate::model::state::Shared;
use crate::model::tensor::{
    CallPlace, Origin, Producer, Tensor, TensorData, Tensors, Unknown, Why, Written, rank,
    same_sizes,
};
use crate::shape::{Count, Dim, Shape, Worlds};
use smol_str::SmolStr;
use std::sync::Arc;

impl Evaluator<'_> {
    /// Layers with the same `shared` argument are one layer: its weights count once.
    pub(super) fn shared_weights(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        evaluated: &mut Evaluated,
    ) {
        let Some((id, place)) = &binding.shared else { return };
        let mut config: Vec<(&'static str, String)> = vec![("layer", entry.name.to_string())];
        for (param, given) in entry.params.iter().zip(&binding.given) {
            let value = match given {
                Some(given) => {
                    let values = given.bound.value.values().iter();
                    values.map(Value::to_string).collect::<Vec<_>>().join("|")
                }
                None => {
                    let default = param.under(self.framework).default;
                    default.map_or_else(String::new, |default| default.value().to_string())
                }
            };
            config.push((param.name, value));
        }
        let counts = collapse(&evaluated.outcome);
        let input = operands.first().map_or_else(String::new, shown);
        match self.state.shared.get(id) {
            None => {
                let shared = Shared { config, counts, input, place: *place };
                Arc::make_mut(&mut self.state.shared).insert(id.clone(), shared);
            }
            Some(shared) => {
                let first = shared.place;
                let differ = shared.config.iter().zip(&config).find(|(first, here)| first != here);
                let weights = |counts: Counts| (counts.trainable, counts.non_trainable);
                let known = |counts: Counts| counts.trainable != Count::Unknown;
                let same_weights = weights(shared.counts) == weights(counts)
                    || !known(shared.counts)
                    || !known(counts);
                let message = match differ {
                    Some(((name, first), (_, here))) => Some(format!(
                        "layers that share `{id}` are one layer, but `{name}` is {first} in the first and {here} here"
                    )),
                    None if same_weights => None,
                    None => Some(format!(
                        "the layers that share `{id}` cannot have the same weights: the first gets {}, and this one {input}",
                        shared.input
                    )),
                };
                if let Some(message) = message {
                    self.emit(
                        Diagnostic::new(codes::SHARED_MISMATCH, *place, message)
                            .with_related(first, "the first of them"),
                    );
                }
                evaluated.outcome = evaluated.outcome.map(|outcome| {
                    outcome.clone().map(|outcome| Outcome {
                        trainable: Count::ZERO,
                        non_trainable: Count::ZERO,
                        ..outcome
                    })
                });
            }
        }
    }

    /// Makes the row of a layer.
    pub(super) fn finish(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: Tensors,
        evaluated: Evaluated,
        failed: bool,
    ) -> Layer {
        let Evaluated { outcome, mut unknown, inner } = evaluated;
        let mut counts = collapse(&outcome);
        if binding.frozen {
            counts = counts.frozen();
        }
        let mut inputs = operands.iter().flat_map(|tensor| tensor.shape.values()).flatten();
        let before = inputs.any(|shape| shape.elements().is_saturated());
        if !before && overflows(counts) {
            let message = format!("a count of `{}` does not fit into 64 bits", entry.name);
            self.emit(Diagnostic::new(codes::COUNT_OVERFLOW, binding.call.name, message));
        }
        let written = Arc::new(written(entry, binding, self.owner));
        let mut outputs = self.outputs(entry, &written, &operands, &outcome, inner);
        if unknown.is_none() && outputs.is_empty() {
            let why = if failed { Why::Error } else { Why::Rank };
            unknown =
                Some(Unknown { why, name: entry.name.into(), place: Some(binding.call.name) });
        }
        let several_outputs = outputs.len() > 1;
        if outputs.is_empty() {
            let reason = unknown.clone().unwrap_or(Unknown {
                why: Why::Error,
                name: entry.name.into(),
                place: Some(binding.call.name),
            });
            outputs.push(Tensor::unknown(reason));
        }
        Layer {
            framework: self.framework,
            layer: entry.name.into(),
            name: binding.name.as_ref().map(|(name, _)| name.clone()),
            place: binding.call.whole,
            inputs: operands,
            several_outputs,
            outputs,
            unknown,
            counts: if outcome.values().iter().all(Option::is_none) {
                Counts::UNKNOWN
            } else {
                counts
            },
            counts_by_choice: by_choice(&outcome, binding.frozen),
            args: Arc::default(),
            inside: Vec::new(),
        }
    }

    /// The output tensors; `inner` is the layer inside a wrapper that makes them.
    fn outputs(
        &self,
        entry: &'static LayerEntry,
        written: &Arc<Written>,
        operands: &[Tensor],
        outcome: &Worlds<Option<Outcome>>,
        inner: Option<Arc<Producer>>,
    ) -> Tensors {
        let mut numbers = outcome.values().iter().flatten().map(|outcome| outcome.outputs.len());
        let Some(number) = numbers.next() else { return Tensors::new() };
        if numbers.any(|other| other != number) {
            return Tensors::new();
        }
        let shape = |at: usize| {
            let shape =
                outcome.map(|outcome| outcome.as_ref().map(|outcome| outcome.outputs[at].clone()));
            shape.simplified()
        };
        self.tensors(entry, written, operands, (0..number).map(shape), inner)
    }

    /// The output tensors that have these shapes.
    pub(super) fn tensors(
        &self,
        entry: &'static LayerEntry,
        written: &Arc<Written>,
        operands: &[Tensor],
        shapes: impl Iterator<Item = Worlds<Option<Shape>>>,
        inner: Option<Arc<Producer>>,
    ) -> Tensors {
        let doubtful = self.broken || operands.iter().any(|operand| operand.doubtful);
        let on_map = matches!(entry.role, Role::Dense | Role::Output)
            .then_some(written.call_in(self.owner).name);
        let mut made_here = inner;
        let tensor = |shape: Worlds<Option<Shape>>| {
            // A layer that only passes on what comes in is not what a fix would change.
            let passed_on = match operands {
                [operand] if entry.channels.is_none() && operand.shape == shape => Some(operand),
                _ => None,
            };
            let is_map = shape.values().iter().flatten().any(is_feature_map);
            let before = operands.iter().find_map(|operand| operand.dense_on_map);
            let dense_on_map = if is_map { before.or(on_map) } else { None };
            if let Some(operand) = passed_on
                && operand.is_as_made()
                && operand.dense_on_map == dense_on_map
                && operand.doubtful == doubtful
            {
                return operand.clone();
            }
            let producer = match passed_on {
                Some(operand) => operand.producer.clone(),
                None => {
                    let make = || Arc::new(producer(entry, written.clone(), self.owner, operands));
                    Some(made_here.get_or_insert_with(make).clone())
                }
            };
            Tensor::new(TensorData {
                origins: origins(written, self.owner, operands, &shape),
                shape,
                unknown: None,
                producer,
                dense_on_map,
                leading_none: false,
                doubtful,
            })
        };
        shapes.map(tensor).collect()
    }
}

/// The shapes that a tensor can have, for a message.
fn shown(tensor: &Tensor) -> String {
    let shapes: Vec<String> =
        tensor.shape.distinct().into_iter().flatten().map(Shape::to_string).collect();
    shapes.join(" or ")
}

/// An argument, as far as [`Written`] tells of it.
pub(super) struct Argument<'v> {
    /// The parameter.
    pub name: &'static str,
    /// Its value, where that does not depend on a hyperparameter.
    pub value: Option<&'v Value>,
    /// Where it stands.
    pub place: Place,
    /// What a fix can replace.
    pub source: Option<Place>,
}

/// What the text of a layer in the piece `owner` says.
pub(super) fn written(
    entry: &'static LayerEntry,
    binding: &Binding<'_>,
    owner: OwnerId,
) -> Written {
    let given = entry.params.iter().zip(&binding.given).filter_map(|(param, given)| {
        let given = given.as_ref()?;
        Some(Argument {
            name: param.name,
            value: given.bound.value.as_constant(),
            place: given.value.shared_by(owner),
            source: given.bound.source.map(|place| place.shared_by(owner)),
        })
    });
    written_of(entry, binding.call.map(|place| place.shared_by(owner)), given)
}

/// What the text of the layer at `call` says, which is given these arguments.
pub(super) fn written_of<'v>(
    entry: &'static LayerEntry,
    call: CallPlace,
    given: impl Iterator<Item = Argument<'v>>,
) -> Written {
    let mut written = Written {
        layer: entry.name,
        call,
        channels: entry.channels,
        channels_value: None,
        channels_first: false,
        given: Vec::with_capacity(given.size_hint().0),
    };
    for Argument { name, value, place, source } in given {
        if entry.channels == Some(name) {
            written.channels_value = Some(place);
        }
        if name == "data_format" {
            written.channels_first = value.and_then(Value::as_text) == Some("channels_first");
        }
        written.given.push((name, source));
    }
    written
}

/// What a fix has to know of a layer to change it.
pub(super) fn producer(
    entry: &'static LayerEntry,
    written: Arc<Written>,
    owner: OwnerId,
    operands: &[Tensor],
) -> Producer {
    // What works on each step's features by itself would do so with every step.
    let last_step_of = match operands {
        [operand] if operand.rank() == Some(2) && entry.works_on_features() => {
            operand.producer.as_ref().and_then(|producer| match producer.recurrent() {
                true => Some(producer.clone()),
                false => producer.last_step_of.clone(),
            })
        }
        _ => None,
    };
    Producer {
        written,
        owner,
        input_rank: operands.first().and_then(Tensor::rank),
        input: operands.first().and_then(|tensor| tensor.shape.as_constant()?.clone()),
        last_step_of,
    }
}

/// Whether a number of a layer does not fit.
pub(super) fn overflows(counts: Counts) -> bool {
    let counts = [counts.trainable, counts.non_trainable, counts.macs, counts.activation];
    counts.iter().any(|count| count.is_saturated())
}

/// The numbers of a layer in one world.
pub(super) fn counts(outcome: &Outcome) -> Counts {
    Counts {
        trainable: outcome.trainable,
        non_trainable: outcome.non_trainable,
        macs: outcome.macs,
        aux: outcome.aux,
        activation: outcome.activation,
    }
}

/// The numbers of a layer over all worlds.
pub(super) fn collapse(outcome: &Worlds<Option<Outcome>>) -> Counts {
    outcome.values().iter().flatten().map(counts).reduce(Counts::or).unwrap_or(Counts::UNKNOWN)
}

/// The numbers of a layer in each world, where they are not the same in all.
fn by_choice(outcome: &Worlds<Option<Outcome>>, frozen: bool) -> Option<Arc<Worlds<Counts>>> {
    if outcome.variables().is_empty() {
        return None;
    }
    let counts = outcome.map(|outcome| {
        let Some(outcome) = outcome else { return Counts::UNKNOWN };
        let counts = counts(outcome);
        if frozen { counts.frozen() } else { counts }
    });
    let counts = counts.simplified();
    (!counts.variables().is_empty()).then(|| Arc::new(counts))
}

/// Whether a tensor still has a middle dimension of more than one position.
pub(super) fn is_feature_map(shape: &Shape) -> bool {
    let dims = shape.dims();
    dims.len() >= 4 && dims[1..dims.len() - 1].iter().any(|dim| *dim != Dim::Known(1))
}

/// For each axis of an output of this shape, where its size was made.
fn origins(
    written: &Written,
    owner: OwnerId,
    operands: &[Tensor],
    shape: &Worlds<Option<Shape>>,
) -> Arc<[Option<Origin>]> {
    let Some(rank) = rank(shape) else { return Arc::default() };
    let made_by = |place: Place| {
        let place = place.in_piece(owner);
        Some(Origin { place, layer: SmolStr::new_static(written.layer) })
    };
    let channel_axis = if written.channels_first { 1 } else { rank - 1 };
    let origin = |axis: usize| {
        if axis == 0 {
            return None;
        }
        if let (Some(place), true) = (written.channels_value, axis == channel_axis) {
            return made_by(place);
        }
        let inherited = operands.iter().find_map(|operand| {
            let same = operand.rank() == Some(rank) && same_sizes(&operand.shape, shape, axis);
            same.then(|| operand.origins.get(axis).cloned().flatten()).flatten()
        });
        inherited.or_else(|| made_by(written.call.name))
    };
    (0..rank).map(origin).collect()
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn shared_weights_count_once() {
        check(
            "input: { a: (8,), b: (8,) }\nlayers:\n  a: { Dense(4, shared=\"t\") }\n  b: { Dense(4, shared=\"t\") }\n  Concatenate()",
            expect![[r#"
                0.a.0 Dense → 4, 36 parameters
                0.b.0 Dense → 4
                1 Concatenate → 8
            "#]],
        );
        check(
            "Flatten()\nDense(4, shared=\"t\") * 3",
            expect![[r#"
                0 Flatten → 3072
                1#0 Dense → 4, 12,292 parameters
                1#1…2 Dense → 4
                3:17 error shared-mismatch `"t"`: the layers that share `t` cannot have the same weights: the first gets 3072, and this one 4
                    line 3: the first of them
            "#]],
        );
    }

    #[test]
    fn frozen_layers_have_no_trainable_parameters() {
        check(
            "Flatten()\nDense(4, trainable=false)",
            expect![[r#"
            0 Flatten → 3072
            1 Dense → 4, 12,292 parameters
        "#]],
        );
    }

    #[test]
    fn counts_saturate_with_a_finding() {
        check(
            "UpSampling2D(4000000000)\nConv2D(8, 3)",
            expect![[r#"
                0 UpSampling2D → 128000000000×128000000000×3
                1 Conv2D → 127999999998×127999999998×8, 224 parameters
                2:1 warning count-overflow `UpSampling2D`: a count of `UpSampling2D` does not fit into 64 bits
            "#]],
        );
    }
}
