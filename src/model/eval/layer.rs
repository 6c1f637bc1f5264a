//! One layer: its arguments and operands, world by world, through validation and its rule, to
//! outputs, numbers and findings.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Evaluator;
use super::bind::{Binding, Given};
use super::expr::widen;
use super::flow::Incoming;
use crate::diagnostics::{Code, Diagnostic, Severity, codes};
use crate::lang::{
    Args, Blame, BlockOutcome, LayerEntry, LayerName, Operands, Outcome, Problem, Rule, RuleCx,
    Suggestion, Value, check_inner, check_input_size, resolve_layer, validate,
};
use crate::model::hir::{Call, ExprKind, Stmt};
use crate::model::place::Place;
use crate::model::result::{Counts, Layer, Part, sum_nodes};
use crate::model::state::{Flow, Named, Shared};
use crate::model::tensor::{CallPlace, Origin, Producer, Tensor, Unknown, Why};
use crate::shape::{Count, Dim, Shape, Variable, World, Worlds, count_worlds, describe, union};

/// The help where a leading `None` would have to be a dimension.
const LEADING_NONE: &str = "the leading `None` of the input is read as the batch; for an unknown size in its place write a name, as in `(T, 512)`, or `(None, None, 512)`";

/// What a layer gives in every world, before it becomes a row.
pub(super) struct Evaluated {
    /// `None` in a world in which it cannot be told.
    pub outcome: Worlds<Option<Outcome>>,
    /// Why it cannot be told, where it cannot be told in any world.
    pub unknown: Option<Unknown>,
}

/// The layers of a block that a layer takes itself.
struct BlockEval {
    output: Worlds<Option<Shape>>,
    counts: Counts,
}

/// A problem with the worlds that have it.
struct Failing {
    problem: Problem,
    /// By the number of the world.
    worlds: Vec<bool>,
    /// Whether the rule found it, which looks only at worlds with known inputs.
    by_rule: bool,
}

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
        let named = self.named_operands(&mut binding);
        let incoming =
            self.incoming(entry.name, binding.call.name, entry.operands, !named.is_empty());
        let (operands, refused) = match incoming {
            Incoming::Tensors(mut tensors) => {
                let dropped = self.state.flow == Flow::Inputs && tensors.is_empty();
                debug_assert!(!dropped, "a network without inputs starts from an unknown tensor");
                tensors.extend(named);
                (tensors, None)
            }
            Incoming::Refused(unknown) => (vec![Tensor::unknown(unknown.clone())], Some(unknown)),
        };
        let refused = refused.or_else(|| self.check_arity(entry, &binding, operands.len()));
        self.check_expected_channels(entry, &binding, &operands);

        let mut inner_parts = Vec::new();
        let mut evaluated = match (entry.rule, &stmt.block) {
            (Rule::Wrapper { .. }, _) => self.wrapper(entry, &binding, &operands, stmt),
            (Rule::Pure(_), Some(_)) if takes_block(entry) => {
                let (block, parts) = self.inner_block(&operands, stmt);
                inner_parts = parts;
                self.run(entry, &binding, &operands, Some(&block))
            }
            _ => self.run(entry, &binding, &operands, None),
        };
        if let Some(unknown) = refused {
            evaluated.unknown.get_or_insert(unknown);
        }
        self.shared_weights(entry, &binding, &mut evaluated);
        let layer = self.finish(entry, &binding, operands, evaluated, self.has_error_since(start));
        self.pass_on(&layer);
        self.register_name(&binding, &layer);
        let mut parts = vec![Part::Layer(Arc::new(layer))];
        parts.extend(inner_parts);
        if stmt.block.is_some()
            && !takes_block(entry)
            && !matches!(entry.rule, Rule::Wrapper { .. })
        {
            let message =
                format!("`{}` does not take a block; its layers are run after it", entry.name);
            let name = binding.call.name;
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
            Flow::One(tensor) => vec![tensor],
            Flow::Outputs { tensors, .. } => tensors,
            Flow::Branches(open) => open.outputs.clone(),
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
            layer: name,
            name: layer_name.as_ref().map(|(name, _)| name.clone()),
            place: place.whole,
            inputs,
            outputs: vec![tensor],
            several_outputs: false,
            unknown,
            counts: Counts::UNKNOWN,
        };
        self.pass_on(&layer);
        if let Some((name, place)) = layer_name {
            self.add_name(name, place, layer.outputs[0].clone());
        }
        vec![Part::Layer(Arc::new(layer))]
    }

    /// Reports the first layer that stands after the network's `Output`.
    fn after_output(&mut self, entry: &'static LayerEntry, call: &Call) {
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
            None if entry.name == "Output" && self.is_main_line() => {
                self.state.output = Some(place)
            }
            _ => {}
        }
    }

    /// Whether the statement is not inside a branch: an `Output` in a branch ends that branch only.
    fn is_main_line(&self) -> bool {
        !self.path.iter().any(|step| matches!(step, super::Step::Branch(_)))
    }

    /// The operands that the layer names itself.
    fn named_operands(&mut self, binding: &mut Binding<'_>) -> Vec<Tensor> {
        let mut tensors = Vec::new();
        for (name, place) in std::mem::take(&mut binding.operands) {
            match self.find_named(&name) {
                Some(named) => {
                    let tensor = named.tensor.clone();
                    self.state.use_input_named(&name);
                    tensors.push(tensor);
                }
                None => {
                    binding.failed = true;
                    self.unknown_operand(&name, place);
                    let unknown = Unknown { why: Why::Error, name, place: Some(place) };
                    tensors.push(Tensor::unknown(unknown));
                }
            }
        }
        tensors
    }

    fn unknown_operand(&mut self, name: &SmolStr, place: Place) {
        if let Some(later) = self.scope.later_name(name) {
            let message = format!(
                "the layer `{name}` comes later; an operand must be a layer before this one"
            );
            self.emit(
                Diagnostic::new(codes::LATER_OPERAND, place, message)
                    .with_related(later, format!("`{name}` is here")),
            );
            return;
        }
        let known: Vec<SmolStr> = self.state.names.keys().cloned().collect();
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_OPERAND,
            place,
            format!("no layer or input before this one is called `{name}`"),
        );
        diagnostic = match crate::diagnostics::did_you_mean(name, known.iter().map(SmolStr::as_str))
        {
            Some(meant) => diagnostic
                .with_help(format!("did you mean `{meant}`?"))
                .with_fix(format!("Change to `{meant}`"), vec![place.edit(format!("\"{meant}\""))]),
            None => diagnostic
                .with_help(format!("give a layer before this one the argument `name=\"{name}\"`")),
        };
        self.emit(diagnostic);
    }

    fn check_arity(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        found: usize,
    ) -> Option<Unknown> {
        let (min, max) = match entry.operands {
            Operands::One => (1, Some(1)),
            Operands::Several { max } => (2, max),
            Operands::OneOr(max) => (1, Some(max)),
        };
        let place = binding.call.name;
        let too_many = max.filter(|&max| found > max);
        if found >= min && too_many.is_none() {
            return None;
        }
        let diagnostic = match too_many {
            Some(max) => Diagnostic::new(
                codes::TOO_MANY_OPERANDS,
                place,
                format!("`{}` takes at most {max} tensors, and {found} come in", entry.name),
            ),
            None => Diagnostic::new(
                codes::TOO_FEW_OPERANDS,
                place,
                format!("`{}` merges several tensors, and only one comes in", entry.name),
            )
            .with_help(format!(
                "name a layer before it (`name=\"skip\"` there, `{}(\"skip\")` here), put branches before it (`a: {{ … }} b: {{ … }}`), or write `ResidualConnection {{ … }}` around the layers to skip",
                entry.name
            )),
        };
        self.emit(diagnostic);
        Some(Unknown { why: Why::Error, name: entry.name.into(), place: Some(place) })
    }

    /// `in_features` and its kin must be what comes in.
    fn check_expected_channels(
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
        let args = Args::new(entry, &args);
        let inputs = [shape.clone()];
        if let Some(problem) = check_input_size(&RuleCx::new(&args, &inputs), name, value) {
            self.emit_argument(problem, given.value, given.removal);
        }
    }

    /// The same finding with the place where the size of `axis` was made.
    fn with_origin(
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

    /// The layers of a block that the layer takes itself, run on what comes in.
    fn inner_block(&mut self, operands: &[Tensor], stmt: &Stmt) -> (BlockEval, Vec<Part>) {
        let outer = self.state.flow.clone();
        self.state.flow = match operands.first() {
            Some(tensor) => Flow::One(tensor.clone()),
            None => outer.clone(),
        };
        let parts = self.block_after(stmt);
        let output = match std::mem::replace(&mut self.state.flow, outer) {
            Flow::One(tensor) => tensor.shape,
            _ => Worlds::constant(None),
        };
        let counts = parts.iter().fold(Counts::ZERO, |sum, part| match part {
            Part::Inner(nodes) => sum + sum_nodes(nodes),
            _ => sum,
        });
        (BlockEval { output, counts }, parts)
    }

    /// A layer around a layer.
    fn wrapper(
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
            };
        }
        let mut flowing = Tensor {
            shape: entered.outcome.map(|outcome| outcome.as_ref().and_then(first_output)),
            unknown: entered.unknown.clone(),
            ..operands[0].clone()
        };
        self.wrapped += 1;
        let outer_stmt = self.stmt;
        let mut evaluated: Option<Evaluated> = None;
        for (call, bound) in binding.inner.iter().zip(&inner) {
            let next = match bound {
                Some((entry, bound)) if matches!(entry.rule, Rule::Wrapper { .. }) => {
                    let nested = Stmt { block: None, ..stmt.clone() };
                    self.wrapper(entry, bound, std::slice::from_ref(&flowing), &nested)
                }
                Some((entry, bound)) => {
                    self.run(entry, bound, std::slice::from_ref(&flowing), None)
                }
                None => {
                    let why = match resolve_layer(&call.name.value) {
                        LayerName::Custom => Why::NotModelled,
                        _ => Why::Error,
                    };
                    let place = Some(self.place(call.name.range));
                    let unknown = Unknown { why, name: call.name.value.clone(), place };
                    Evaluated { outcome: Worlds::constant(None), unknown: Some(unknown) }
                }
            };
            flowing.shape = next.outcome.map(|outcome| outcome.as_ref().and_then(first_output));
            flowing.unknown = next.unknown.clone();
            evaluated = Some(match evaluated {
                None => next,
                Some(before) => chain(before, next),
            });
        }
        let mut evaluated =
            evaluated.unwrap_or(Evaluated { outcome: Worlds::constant(None), unknown: None });
        if let (Some(_), true) = (&stmt.block, evaluated.unknown.is_none()) {
            evaluated = self.wrapped_block(evaluated, &flowing, stmt);
        }
        self.stmt = outer_stmt;
        self.wrapped -= 1;

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
        Evaluated { outcome: left.outcome, unknown: unknown.or(left.unknown).filter(|_| lost) }
    }

    /// The layer that `call` is inside a wrapper; `None` after reporting why it cannot be there.
    fn bind_inner<'s>(
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
    fn wrapped_block(&mut self, first: Evaluated, input: &Tensor, stmt: &Stmt) -> Evaluated {
        let outer = self.state.flow.clone();
        let flowing = Tensor {
            shape: first.outcome.map(|outcome| outcome.as_ref().and_then(first_output)),
            ..input.clone()
        };
        self.state.flow = Flow::One(flowing);
        let parts = self.block_after(stmt);
        let output = match std::mem::replace(&mut self.state.flow, outer) {
            Flow::One(tensor) => tensor,
            _ => return Evaluated { outcome: Worlds::constant(None), unknown: first.unknown },
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
                activation: first.activation + counts.activation,
                warnings: Vec::new(),
            })
        });
        let unknown = output.unknown.clone();
        Evaluated { outcome: outcome.unwrap_or_else(|| Worlds::constant(None)), unknown }
    }

    fn run(
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
                Evaluated { outcome: Worlds::constant(None), unknown: Some(unknown) }
            }
            Rule::Residual => {
                // Inside a wrapper a residual connection has no block, so it is `x + x`.
                let same = |cx: &RuleCx<'_>| Ok(Outcome::new(cx.input().clone()));
                self.run_rule(entry, binding, operands, None, &[], &same)
            }
            Rule::Wrapper { .. } => Evaluated { outcome: Worlds::constant(None), unknown: None },
        }
    }

    fn run_rule(
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
    fn run_with(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        block: Option<&BlockEval>,
        inner: &[(&'static LayerEntry, &Binding<'_>)],
        more: &[Arc<Variable>],
        report: bool,
        rule: &dyn Fn(&RuleCx<'_>, &World<'_>) -> Result<Option<Outcome>, Problem>,
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
            return Evaluated { outcome: Worlds::constant(None), unknown: Some(unknown) };
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
            for problem in validate(entry, &mut given) {
                has_error |= problem.severity == Severity::Error;
                note(problem, false);
            }
            let inputs: Option<Vec<Shape>> =
                shapes.iter().map(|shape| shape.at(world).clone()).collect();
            with_inputs.push(inputs.is_some());
            let inputs = inputs?;
            let block = block.zip(block_shape.as_ref()).map(|(block, shape)| BlockOutcome {
                output: shape.at(world).clone(),
                trainable: block.counts.trainable,
                non_trainable: block.counts.non_trainable,
                macs: block.counts.macs,
            });
            let args = Args::new(entry, &given);
            let inside: Vec<Vec<Option<Value>>> = inner
                .iter()
                .map(|(entry, binding)| {
                    let at = |given: &Given<'_>| given.bound.value.at(world).clone();
                    let mut given: Vec<Option<Value>> =
                        binding.given.iter().map(|given| given.as_ref().map(at)).collect();
                    // What is wrong inside is reported when the inner layer is run.
                    validate(entry, &mut given);
                    given
                })
                .collect();
            let inside: Vec<Args<'_>> = inner
                .iter()
                .zip(&inside)
                .map(|((entry, _), given)| Args::new(entry, given))
                .collect();
            let cx = RuleCx {
                args: &args,
                inputs: &inputs,
                framework: self.framework,
                block: block.as_ref(),
                inner: &inside,
            };
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
                    Some(Outcome { warnings: Vec::new(), ..outcome })
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
                            framework: cx.framework,
                            block: cx.block,
                            inner: cx.inner,
                        };
                        if rule(&cx, world).is_ok() {
                            problem.help = Some(LEADING_NONE.to_string());
                            problem.suggestions.clear();
                        }
                    }
                    note(problem, true);
                    None
                }
            }
        });
        let outcome = outcome.unwrap_or_else(|| Worlds::constant(None));
        let failed_everywhere = outcome.values().iter().all(Option::is_none);
        let had_errors = failing.iter().any(|failing| failing.problem.severity == Severity::Error);
        if report {
            for failing in failing {
                self.report(entry, binding, operands, &outcome, &with_inputs, failing);
            }
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
        Evaluated { outcome: outcome.simplified(), unknown }
    }

    /// Turns a problem into a finding that says for which choices it holds.
    fn report(
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
        let mut diagnostic = self.diagnostic(entry, binding, operands, problem);
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
        self.emit(diagnostic);
    }

    fn diagnostic(
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

    fn fix(
        &self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        suggestion: Suggestion,
    ) -> Option<(String, Vec<crate::text::TextEdit<Place>>)> {
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

    /// Layers with the same `shared` argument are one layer: its weights count once.
    fn shared_weights(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        evaluated: &mut Evaluated,
    ) {
        let Some((id, place)) = &binding.shared else { return };
        let mut config = entry.name.to_string();
        for (param, given) in entry.params.iter().zip(&binding.given) {
            if let Some(given) = given {
                let values: Vec<String> =
                    given.bound.value.values().iter().map(Value::to_string).collect();
                config.push_str(&format!(" {}={}", param.name, values.join("|")));
            }
        }
        let counts = collapse(&evaluated.outcome);
        match self.state.shared.get(id) {
            None => {
                let shared = Shared { config, counts, place: *place };
                Arc::make_mut(&mut self.state.shared).insert(id.clone(), shared);
            }
            Some(shared) => {
                let (first, same_config) = (shared.place, shared.config == config);
                let weights = |counts: Counts| (counts.trainable, counts.non_trainable);
                let known = |counts: Counts| counts.trainable != Count::Unknown;
                let same_weights = weights(shared.counts) == weights(counts)
                    || !known(shared.counts)
                    || !known(counts);
                if !same_config || !same_weights {
                    let message = if same_config {
                        format!(
                            "the layers that share `{id}` get inputs of different sizes, so they cannot have the same weights"
                        )
                    } else {
                        format!("the layers that share `{id}` are not configured alike")
                    };
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
    fn finish(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: Vec<Tensor>,
        evaluated: Evaluated,
        failed: bool,
    ) -> Layer {
        let Evaluated { outcome, mut unknown } = evaluated;
        let mut counts = collapse(&outcome);
        if binding.frozen {
            counts.non_trainable += counts.trainable;
            counts.trainable = Count::ZERO;
        }
        let saturated = [counts.trainable, counts.non_trainable, counts.macs, counts.activation];
        let mut inputs = operands.iter().flat_map(|tensor| tensor.shape.values()).flatten();
        let before = inputs.any(|shape| shape.elements().is_saturated());
        if !before && saturated.iter().any(|count| count.is_saturated()) {
            let message = format!("a count of `{}` does not fit into 64 bits", entry.name);
            self.emit(Diagnostic::new(codes::COUNT_OVERFLOW, binding.call.name, message));
        }
        let producer = Producer {
            layer: entry.name,
            channels: entry.channels,
            call: binding.call,
            given: entry
                .params
                .iter()
                .zip(&binding.given)
                .filter_map(|(param, given)| Some((param.name, given.as_ref()?.bound.source?)))
                .collect(),
        };
        let mut outputs = self.outputs(entry, binding, &operands, &outcome, producer);
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
        }
    }

    fn outputs(
        &self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        operands: &[Tensor],
        outcome: &Worlds<Option<Outcome>>,
        producer: Producer,
    ) -> Vec<Tensor> {
        let mut numbers = outcome.values().iter().flatten().map(|outcome| outcome.outputs.len());
        let Some(number) = numbers.next() else { return Vec::new() };
        if numbers.any(|other| other != number) {
            return Vec::new();
        }
        let on_map = (entry.name == "Dense" || entry.name == "Output").then_some(binding.call.name);
        (0..number)
            .map(|at| {
                let shape = outcome
                    .map(|outcome| outcome.as_ref().map(|outcome| outcome.outputs[at].clone()));
                let mut tensor = Tensor {
                    shape: shape.simplified(),
                    unknown: None,
                    origins: Vec::new(),
                    producer: Some(producer.clone()),
                    dense_on_map: None,
                    leading_none: false,
                };
                tensor.origins = origins(entry, binding, operands, &tensor);
                let before = operands.iter().find_map(|operand| operand.dense_on_map);
                let is_map = tensor.shape.values().iter().flatten().any(is_feature_map);
                tensor.dense_on_map = if is_map { before.or(on_map) } else { None };
                tensor
            })
            .collect()
    }

    /// Lets the outputs of a layer flow.
    pub(super) fn pass_on(&mut self, layer: &Layer) {
        self.state.flow = match layer.outputs.as_slice() {
            [only] => Flow::One(only.clone()),
            several => Flow::Outputs {
                tensors: several.to_vec(),
                layer: layer.layer.clone(),
                place: layer.place,
            },
        };
    }

    fn register_name(&mut self, binding: &Binding<'_>, layer: &Layer) {
        if let Some((name, place)) = &binding.name {
            self.add_name(name.clone(), *place, layer.outputs[0].clone());
        }
    }

    /// The layer or input that `name` means here: first in the same expansion of a macro, then in
    /// the network.
    pub(super) fn find_named(&self, name: &str) -> Option<&Named> {
        let local = self.frames.last().and_then(|frame| frame.local_names.get(name));
        local.or_else(|| self.state.find(name))
    }
}

/// Whether a layer takes the block after its call itself.
fn takes_block(entry: &LayerEntry) -> bool {
    matches!(entry.name, "TransformerEncoder" | "TransformerDecoder")
}

/// Whether a tensor still has a middle dimension of more than one position.
fn is_feature_map(shape: &Shape) -> bool {
    let dims = shape.dims();
    dims.len() >= 4 && dims[1..dims.len() - 1].iter().any(|dim| *dim != Dim::Known(1))
}

/// Whether the outputs have more unknown sizes than the inputs, so that some come from an argument.
fn more_unknown(outcome: &Outcome, inputs: &[Shape]) -> bool {
    let unknown = |shapes: &[Shape]| {
        shapes.iter().flat_map(Shape::unbatched).filter(|dim| matches!(dim, Dim::Unknown)).count()
    };
    unknown(&outcome.outputs) > unknown(inputs)
}

/// The numbers of a layer over all worlds.
fn collapse(outcome: &Worlds<Option<Outcome>>) -> Counts {
    outcome
        .values()
        .iter()
        .flatten()
        .map(|outcome| Counts {
            trainable: outcome.trainable,
            non_trainable: outcome.non_trainable,
            macs: outcome.macs,
            activation: outcome.activation,
        })
        .reduce(Counts::or)
        .unwrap_or(Counts::UNKNOWN)
}

/// What is known of a shape in all worlds together.
fn widen_shape(shape: &Worlds<Option<Shape>>) -> Worlds<Option<Shape>> {
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

/// The part of a message that says for which choices it holds.
fn for_which(failed: &Worlds<bool>) -> String {
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

/// For each axis of `output`, where its size was made.
fn origins(
    entry: &LayerEntry,
    binding: &Binding<'_>,
    operands: &[Tensor],
    output: &Tensor,
) -> Vec<Option<Origin>> {
    let Some(rank) = output.rank() else { return Vec::new() };
    let made_by = |place: Place| Some(Origin { place, layer: entry.name.into() });
    let channels = entry.channels.and_then(|name| {
        let (index, _) = entry.param(name)?;
        Some(binding.given[index].as_ref()?.value)
    });
    let first = binding
        .given
        .iter()
        .zip(entry.params)
        .find_map(|(given, param)| given.as_ref().filter(|_| param.name == "data_format"));
    let channels_first = first.is_some_and(|given| {
        given.bound.value.as_constant().and_then(Value::as_text) == Some("channels_first")
    });
    let channel_axis = if channels_first { 1 } else { rank - 1 };
    (0..rank)
        .map(|axis| {
            if axis == 0 {
                return None;
            }
            if let (Some(place), true) = (channels, axis == channel_axis) {
                return made_by(place);
            }
            let here = output.choices(axis);
            let inherited = operands.iter().find_map(|operand| {
                let same = operand.rank() == Some(rank) && operand.choices(axis) == here;
                same.then(|| operand.origins.get(axis).cloned().flatten()).flatten()
            });
            inherited.or_else(|| made_by(binding.call.name))
        })
        .collect()
}

/// The change that gives a parameter of the layer which made `tensor` this value.
pub(super) fn set_on_producer(
    tensor: &Tensor,
    param: &'static str,
    value: &str,
) -> Option<(String, Vec<crate::text::TextEdit<Place>>)> {
    let producer = tensor.producer.as_ref()?;
    let param = if param == Suggestion::CHANNELS { producer.channels? } else { param };
    let entry = crate::lang::find_layer(producer.layer)?;
    entry.param(param)?;
    let given = producer.given.iter().find(|(name, _)| *name == param);
    let edit = match given {
        Some((_, place)) => place.edit(value),
        None => insert_argument(&producer.call, &format!("{param}={value}"))?,
    };
    Some((format!("Set `{param}={value}` on `{}` before", producer.layer), vec![edit]))
}

/// Layers that run one after another, as one.
fn chain(before: Evaluated, next: Evaluated) -> Evaluated {
    let variables = union([before.outcome.variables(), next.outcome.variables()]);
    let outcome = Worlds::for_each(variables, |world| {
        let (before, next) = (before.outcome.at(world).clone()?, next.outcome.at(world).clone()?);
        Some(Outcome::chain([before, next]))
    });
    Evaluated {
        outcome: outcome.unwrap_or_else(|| Worlds::constant(None)),
        unknown: before.unknown.or(next.unknown),
    }
}

fn first_output(outcome: &Outcome) -> Option<Shape> {
    outcome.outputs.first().cloned()
}

/// The edit that adds an argument to a call.
pub(super) fn insert_argument(
    call: &CallPlace,
    argument: &str,
) -> Option<crate::text::TextEdit<Place>> {
    let at = call.insert?;
    Some(at.edit(match (call.parens, call.has_args) {
        (false, _) => format!("({argument})"),
        (true, false) => argument.to_string(),
        (true, true) => format!(", {argument}"),
    }))
}

/// The shape that `output_shape=(…)` of a custom layer says.
fn declared_shape(value: &Value) -> Option<Shape> {
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
                fix: Set `return_sequences=true` on `LSTM` before
                fix: Insert `Reshape((5, 1))` before
        "#]],
        );
    }

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
            3:17 error shared-mismatch `"t"`: the layers that share `t` get inputs of different sizes, so they cannot have the same weights
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
