//! A statement that is a layer: its operands, its arguments, its row, and what flows on.

use smallvec::smallvec;
use smol_str::SmolStr;

use super::bind::Binding;
use super::flow::Incoming;
use super::{Evaluator, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{Args, LayerEntry, Role, Rule, RuleCx, Value, check_input_size};
use crate::model::hir::{Call, Stmt};
use crate::model::result::{Counts, Layer, Part};
use crate::model::state::{Flow, Named};
use crate::model::tensor::{Tensor, Tensors, Unknown, Why};
use crate::shape::{Dim, Shape};
use std::sync::Arc;

impl Evaluator<'_> {
    /// A statement that is a layer of the table.
    pub(super) fn layer_statement(
        &mut self,
        entry: &'static LayerEntry,
        call: &Call,
        stmt: &Stmt,
    ) -> Vec<Part> {
        let start = self.findings.len();
        self.count_layers(1);
        self.after_output(entry, call);
        let mut binding = self.bind(entry, call);
        if let Some(part) = self.planned_by(entry, &binding, stmt) {
            return vec![part];
        }
        let operand_names: Vec<SmolStr> =
            binding.operands.iter().map(|(name, _)| name.clone()).collect();
        let named = self.named_operands(&mut binding);
        let incoming = self.incoming(entry.name, binding.call.name, entry.operands, &operand_names);
        let (operands, refused) = match incoming {
            Incoming::Tensors(mut tensors) => {
                tensors.extend(named);
                (tensors, None)
            }
            Incoming::Refused(unknown) => {
                (Tensors::from_buf([Tensor::unknown(unknown.clone())]), Some(unknown))
            }
        };
        let refused = refused.or_else(|| self.check_arity(entry, &binding, &operands));
        self.check_expected_channels(entry, &binding, &operands);

        let mut inner_parts = Vec::new();
        let around = std::mem::take(&mut self.inside);
        let mut evaluated = match (entry.rule, &stmt.block) {
            (Rule::Wrapper { .. }, _) => self.wrapper(entry, &binding, &operands, stmt),
            (Rule::Pure(_), Some(_)) if entry.takes_block => {
                let (block, parts) = self.inner_block(&operands, stmt);
                inner_parts = parts;
                self.run(entry, &binding, &operands, Some(&block))
            }
            _ => self.run(entry, &binding, &operands, None),
        };
        if let Some(unknown) = refused {
            evaluated.unknown.get_or_insert(unknown);
        }
        self.shared_weights(entry, &binding, &operands, &mut evaluated);
        let mut layer =
            self.finish(entry, &binding, operands, evaluated, self.has_error_since(start));
        layer.inside = std::mem::replace(&mut self.inside, around);
        self.pass_on(&layer);
        self.register_name(&binding, &layer);
        let name = binding.call.name;
        layer.args = binding.values();
        let mut parts = vec![Part::Layer(Arc::new(layer))];
        parts.extend(inner_parts);
        if stmt.block.is_some() && !entry.takes_block && !matches!(entry.rule, Rule::Wrapper { .. })
        {
            let message =
                format!("`{}` does not take a block; its layers are run after it", entry.name);
            self.emit(
                Diagnostic::new(codes::BLOCK_AFTER_LAYER, name, message)
                    .with_help("write the layers after this one, without braces"),
            );
            parts.extend(self.block_after(stmt));
        }
        parts
    }

    /// A class of the author's own.
    pub(super) fn custom_layer(&mut self, call: &Call) -> Vec<Part> {
        self.count_layers(1);
        let place = self.call_place(call);
        let name = call.name.value.clone();
        let inputs = match self.state.flow.clone() {
            Flow::One(tensor) => Tensors::from_buf([tensor]),
            Flow::Outputs { tensors, .. } => tensors,
            Flow::Branches(open) => {
                open.outputs.iter().map(|output| Tensor::clone(output)).collect()
            }
            Flow::Inputs => {
                for index in 0..self.state.inputs.len() {
                    self.state.use_input(index);
                }
                self.state.inputs.iter().map(|(_, tensor)| tensor.clone()).collect()
            }
        };
        let mut output = None;
        let mut layer_name = None;
        for arg in call.args.iter().flat_map(|list| &list.args) {
            let label = arg.name.as_ref().map_or("", |name| name.value.as_str());
            let value = self.eval(&arg.value, label).value;
            match (label, value.as_constant()) {
                ("output_shape", Some(value)) => output = declared_shape(value),
                ("name", Some(Value::Str(text))) => {
                    layer_name = Some((text.clone(), self.place(arg.value.range)))
                }
                _ => {}
            }
        }
        let unknown =
            Unknown { why: Why::NotModelled, name: name.clone(), place: Some(place.name) };
        let (tensor, unknown) = match output {
            Some(shape) => (Tensor::known(shape), None),
            None => {
                let message = format!("`{name}` is a class of your own; its shape is not modelled");
                self.emit(Diagnostic::new(codes::CUSTOM_LAYER, place.name, message).with_help(
                    "say `output_shape=(…)`, without the batch, to go on with shapes after it",
                ));
                (Tensor::unknown(unknown.clone()), Some(unknown))
            }
        };
        let layer = Layer {
            framework: self.framework,
            layer: name,
            name: layer_name.as_ref().map(|(name, _)| name.clone()),
            place: place.whole,
            inputs,
            outputs: smallvec![tensor],
            several_outputs: false,
            unknown,
            counts: Counts::UNKNOWN,
            counts_by_choice: None,
            args: Arc::default(),
            inside: Vec::new(),
        };
        self.pass_on(&layer);
        if let Some((name, place)) = layer_name {
            self.add_name(name, place, layer.outputs[0].clone());
        }
        vec![Part::Layer(Arc::new(layer))]
    }

    /// Reports the first layer that stands after the network's `Output`.
    pub(super) fn after_output(&mut self, entry: &'static LayerEntry, call: &Call) {
        let outermost = self.wrapped == 0;
        if !outermost {
            return;
        }
        let place = self.place(call.name.range);
        match self.state.output {
            Some(output) if !self.state.reported_after_output => {
                self.state.reported_after_output = true;
                self.emit(
                    Diagnostic::new(
                        codes::LAYER_AFTER_OUTPUT,
                        place,
                        format!("`{}` stands after `Output`, which ends the network", entry.name),
                    )
                    .with_related(output, "the network's output")
                    .with_help("move `Output` to the end, or write `Dense` for a layer in between"),
                );
            }
            None if entry.role == Role::Output && self.is_main_line() => {
                self.state.output = Some(place)
            }
            _ => {}
        }
    }

    /// Whether the statement is not inside a branch: an `Output` in a branch ends that branch only.
    pub(super) fn is_main_line(&self) -> bool {
        !self.path.iter().any(|step| matches!(step, Step::Branch(_)))
    }

    /// `in_features` and its kin must be what comes in.
    pub(super) fn check_expected_channels(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
    ) {
        let Some((name, given)) = &binding.expected_channels else { return };
        let (Some(value), Some(tensor)) = (given.bound.value.as_constant(), operands.first())
        else {
            return;
        };
        let Some(Some(shape)) = tensor.shape.as_constant() else { return };
        let args: Vec<Option<Value>> = binding
            .given
            .iter()
            .map(|given| given.as_ref().and_then(|given| given.bound.value.as_constant().cloned()))
            .collect();
        let args = Args::new(entry, self.framework, &args);
        let inputs = [shape.clone()];
        if let Some(problem) = check_input_size(&RuleCx::new(&args, &inputs), name, value) {
            self.emit_argument(problem, given.value, given.removal);
        }
    }

    /// Lets the outputs of a layer flow.
    pub(super) fn pass_on(&mut self, layer: &Layer) {
        self.state.flow = match layer.outputs.as_slice() {
            [only] => Flow::One(only.clone()),
            several => Flow::Outputs {
                tensors: several.into(),
                layer: layer.layer.clone(),
                place: layer.place,
            },
        };
    }

    pub(super) fn register_name(&mut self, binding: &Binding<'_>, layer: &Layer) {
        if let Some((name, place)) = &binding.name {
            self.add_name(name.clone(), *place, layer.outputs[0].clone());
        }
    }

    /// The layer or input that `name` means here: first in the same expansion of a macro, then in
    /// the network.
    pub(super) fn find_named(&self, name: &str) -> Option<&Arc<Named>> {
        let local = self.frames.last().and_then(|frame| frame.local_names.get(name));
        local.or_else(|| self.find_in_network(name))
    }

    /// The layer or input of the network that `name` means.
    pub(super) fn find_in_network(&self, name: &str) -> Option<&Arc<Named>> {
        let before = || {
            let is_seen = self.scope.is_mentioned(name);
            if is_seen { None } else { self.names_before().tensors.get(name) }
        };
        let named = self.names.tensors.get(name).or_else(before);
        named.or_else(|| self.state.find_copy(name))
    }
}

/// The shape that `output_shape=(…)` of a custom layer says.
pub(super) fn declared_shape(value: &Value) -> Option<Shape> {
    let dim = |value: &Value| match value {
        Value::Int(number) => u64::try_from(*number).ok().filter(|&size| size > 0).map(Dim::Known),
        Value::None => Some(Dim::Unknown),
        Value::Name(name) => Some(Dim::named(name)),
        _ => None,
    };
    let dims: Vec<Dim> = match value.elements() {
        Some(elements) => elements.iter().map(dim).collect::<Option<_>>()?,
        None => vec![dim(value)?],
    };
    Some(Shape::batched(dims))
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn the_authors_own_classes_are_unknown_unless_they_say() {
        check(
            "MyLayer(3)\nFlatten()",
            expect![[r#"
            0 MyLayer → ?
            1 Flatten → ?
            2:1 info custom-layer `MyLayer`: `MyLayer` is a class of your own; its shape is not modelled
                help: say `output_shape=(…)`, without the batch, to go on with shapes after it
        "#]],
        );
        check(
            "MyLayer(3, output_shape=(5, 6))\nFlatten()",
            expect![[r#"
            0 MyLayer → 5×6, ? parameters
            1 Flatten → 30
        "#]],
        );
    }
}
