//! What the arguments of a call mean where they are literals: that is found out once for the text of a
//! call, and kept with it. Where such a layer fits what comes in, nothing is left to do but to look its
//! outcome up; wherever there is something to say about it, it is evaluated as any other.

use std::fmt;
use std::sync::{Arc, OnceLock};

use smallvec::SmallVec;
use smol_str::SmolStr;

use super::Evaluator;
use super::bind::{Binding, call_place};
use super::outcomes::{Arguments, Plain};
use super::rows::{Argument, written, written_of};
use crate::lang::{
    Framework, LayerEntry, LayerName, Operands, ParamName, Rule, Value, resolve_layer,
    resolve_param,
};
use crate::model::hir::{Call, Expr, ExprKind, Stmt};
use crate::model::place::{OwnerId, Place};
use crate::model::result::{Layer, Part};
use crate::model::state::Flow;
use crate::model::tensor::{Tensor, Tensors, Written};
use crate::shape::{Shape, Worlds};

/// The plans of a call, by framework. They follow from the call, so they make no difference between
/// calls, and a clone makes its own. Equal statements share their calls, and with them the plans.
#[derive(Default)]
pub struct Plans([OnceLock<Option<Box<Plan>>>; 2]);

/// What a call means whatever comes in.
struct Plan {
    entry: &'static LayerEntry,
    arguments: Arc<Arguments>,
    written: Arc<Written>,
    /// The argument `name`, with its place.
    name: Option<(SmolStr, Place)>,
    /// The operands that a merge names.
    operands: Vec<SmolStr>,
    /// Whether `trainable=false` is given.
    frozen: bool,
}

impl Plans {
    fn of(&self, framework: Framework) -> &OnceLock<Option<Box<Plan>>> {
        match framework {
            Framework::Keras => &self.0[0],
            Framework::Pytorch => &self.0[1],
        }
    }
}

impl Clone for Plans {
    fn clone(&self) -> Plans {
        Plans::default()
    }
}

impl PartialEq for Plans {
    fn eq(&self, _: &Plans) -> bool {
        true
    }
}

impl fmt::Debug for Plans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plans")
    }
}

impl Evaluator<'_> {
    /// The row of a call that is no macro's, if all that there is to say about the layer is its numbers.
    /// `None` leaves everything as it was.
    pub(super) fn planned(&mut self, call: &Call, stmt: &Stmt) -> Option<Part> {
        if !self.takes_plan(stmt) {
            return None;
        }
        let plan = call.plans.of(self.framework);
        let plan = plan.get_or_init(|| self.make_plan(call).map(Box::new)).as_deref()?;
        let (operands, plain) = self.planned_outcome(plan)?;
        self.count_layers(1);
        self.after_output(plan.entry, call);
        Some(self.follow(plan, operands, &plain))
    }

    /// Whether there is nothing about the statement but its call.
    fn takes_plan(&self, stmt: &Stmt) -> bool {
        self.uses_plans && !self.broken && stmt.block.is_none()
    }

    /// The plan of a call whose arguments are literals that mean what they stand for; whatever there is
    /// something to say about has none.
    fn make_plan(&self, call: &Call) -> Option<Plan> {
        let LayerName::Entry(entry) = resolve_layer(&call.name.value) else { return None };
        if !has_plain_rule(entry) {
            return None;
        }
        let merges = entry.operands != Operands::One;
        let mut values: SmallVec<[(usize, Value, Place); 8]> = SmallVec::new();
        let (mut name, mut frozen, mut operands) = (None, false, Vec::new());
        let mut position = 0;
        let mut has_names = false;
        for arg in call.args.iter().flat_map(|list| &list.args) {
            let value = literal(&arg.value)?;
            let place = Place::new(OwnerId::OWN, arg.value.range);
            let index = match &arg.name {
                None if has_names => return None,
                None if merges && names_operands(&value, &mut operands) => continue,
                None => {
                    position += 1;
                    entry.positional(position - 1)?.0
                }
                Some(written) => {
                    has_names = true;
                    match resolve_param(entry, self.framework, &written.value) {
                        ParamName::Param(index) => index,
                        ParamName::Operands if names_operands(&value, &mut operands) => continue,
                        ParamName::Base("name") => {
                            let Value::Str(text) = value else { return None };
                            name = Some((text, place));
                            continue;
                        }
                        ParamName::Base("trainable") => {
                            frozen |= value == Value::Bool(false);
                            continue;
                        }
                        ParamName::Base("shared") => return None,
                        ParamName::Base(_) => continue,
                        _ => return None,
                    }
                }
            };
            if values.iter().any(|(other, ..)| *other == index) {
                return None;
            }
            values.push((index, value, place));
        }
        // As everywhere: in the order of the parameters.
        values.sort_unstable_by_key(|(index, ..)| *index);
        let given = values.iter().map(|(index, value, place)| Argument {
            name: entry.params[*index].name,
            value: Some(value),
            place: *place,
            source: Some(*place),
        });
        let written = written_of(entry, call_place(OwnerId::OWN, call), given);
        let values: SmallVec<[(usize, Value); 8]> =
            values.into_iter().map(|(index, value, _)| (index, value)).collect();
        let arguments = Arguments::of(entry, self.framework, &values)?;
        Some(Plan { entry, arguments, written: Arc::new(written), name, operands, frozen })
    }

    /// The same for a call whose arguments had to be bound, because some of them come from a macro's
    /// parameters or are written in another way, and are known now.
    pub(super) fn planned_by(
        &mut self,
        entry: &'static LayerEntry,
        binding: &Binding<'_>,
        stmt: &Stmt,
    ) -> Option<Part> {
        let is_whole = binding.inner.is_empty()
            && binding.shared.is_none()
            && binding.expected_channels.is_none()
            && binding.declared.is_none()
            && !binding.failed;
        if !self.takes_plan(stmt) || !is_whole || !has_plain_rule(entry) {
            return None;
        }
        let mut values: SmallVec<[(usize, Value); 8]> = SmallVec::new();
        for (index, given) in binding.given.iter().enumerate() {
            if let Some(given) = given {
                values.push((index, given.bound.value.as_constant()?.clone()));
            }
        }
        let plan = Plan {
            entry,
            arguments: Arguments::of(entry, self.framework, &values)?,
            written: Arc::new(written(entry, binding, self.owner)),
            name: binding.name.clone(),
            operands: binding.operands.iter().map(|(name, _)| name.clone()).collect(),
            frozen: binding.frozen,
        };
        let (operands, plain) = self.planned_outcome(&plan)?;
        Some(self.follow(&plan, operands, &plain))
    }

    /// What comes in, and what the layer makes of it.
    fn planned_outcome(&self, plan: &Plan) -> Option<(Tensors, Arc<Plain>)> {
        let merges = plan.entry.operands != Operands::One;
        let mut operands: Tensors = match &self.state.flow {
            Flow::One(tensor) => Tensors::from_buf([tensor.clone()]),
            Flow::Branches(open) if merges => {
                open.outputs.iter().map(|output| Tensor::clone(output)).collect()
            }
            _ => return None,
        };
        for name in &plan.operands {
            operands.push(self.find_named(name)?.tensor.clone());
        }
        let (min, max) = plan.entry.operands.bounds();
        if operands.len() < min || max.is_some_and(|max| operands.len() > max) {
            return None;
        }
        let mut shapes: SmallVec<[Shape; 2]> = SmallVec::with_capacity(operands.len());
        for operand in &operands {
            shapes.push(operand.shape.as_constant()?.clone()?);
        }
        let plain = plan.arguments.outcome(&shapes)?;
        Some((operands, plain))
    }

    fn follow(&mut self, plan: &Plan, operands: Tensors, plain: &Plain) -> Part {
        for name in &plan.operands {
            self.state.use_input_named(name);
        }
        let shapes = plain.outputs.iter().map(|shape| Worlds::constant(Some(shape.clone())));
        let outputs = self.tensors(plan.entry, &plan.written, &operands, shapes, None);
        let counts = if plan.frozen { plain.counts.frozen() } else { plain.counts };
        let layer = Layer {
            framework: self.framework,
            layer: SmolStr::new_static(plan.entry.name),
            name: plan.name.as_ref().map(|(name, _)| name.clone()),
            place: plan.written.call_in(self.owner).whole,
            inputs: operands,
            several_outputs: outputs.len() > 1,
            outputs,
            unknown: None,
            counts,
            counts_by_choice: None,
            args: plan.arguments.written.clone(),
            inside: Vec::new(),
        };
        self.pass_on(&layer);
        if let Some((name, place)) = &plan.name {
            self.add_name(name.clone(), place.in_piece(self.owner), layer.outputs[0].clone());
        }
        Part::Layer(Arc::new(layer))
    }
}

/// Whether what the layer gives follows from its arguments and the shapes that come in.
fn has_plain_rule(entry: &LayerEntry) -> bool {
    matches!(entry.rule, Rule::Pure(_)) && !entry.sets_shape
}

/// The value of an expression that says the same wherever it stands: no name, which may be a macro's
/// parameter, and nothing that is computed or searched.
fn literal(expr: &Expr) -> Option<Value> {
    let all = |elements: &[Expr]| elements.iter().map(literal).collect::<Option<Vec<Value>>>();
    Some(match &expr.kind {
        ExprKind::Int(number) => Value::Int(*number),
        ExprKind::Float(number) => Value::Float(*number),
        ExprKind::Str(text) => Value::Str(text.clone()),
        ExprKind::Bool(flag) => Value::Bool(*flag),
        ExprKind::None => Value::None,
        ExprKind::Neg(inner) => match inner.kind {
            ExprKind::Int(number) => Value::Int(number.checked_neg()?),
            ExprKind::Float(number) => Value::Float(-number),
            _ => return None,
        },
        ExprKind::Tuple(elements) => Value::Tuple(all(elements)?),
        ExprKind::List(elements) => Value::List(all(elements)?),
        _ => return None,
    })
}

/// Whether an argument of a merge names operands, which are then added: a string, or some of them.
fn names_operands(value: &Value, operands: &mut Vec<SmolStr>) -> bool {
    match value {
        Value::Str(name) => operands.push(name.clone()),
        Value::Tuple(names) | Value::List(names) => {
            let is_name = |value: &Value| matches!(value, Value::Str(_));
            if names.is_empty() || !names.iter().all(is_name) {
                return false;
            }
            operands.extend(names.iter().filter_map(Value::as_text).map(SmolStr::from));
        }
        _ => return false,
    }
    true
}

/// Whether calls are evaluated by their plans: always, but for the test that compares.
#[cfg(not(test))]
pub(super) fn are_used() -> bool {
    true
}

#[cfg(test)]
pub(super) use tests::are_used;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::path::Path;

    use crate::diagnostics::codes;
    use crate::lang::Framework;
    use crate::model::analysis::{Analysis, analyze};
    use crate::model::db::Database;
    use crate::model::document::Document;

    thread_local! {
        static USED: Cell<bool> = const { Cell::new(true) };
    }

    pub(in crate::model::eval) fn are_used() -> bool {
        USED.get()
    }

    fn analysis(text: &str, framework: Framework, with_plans: bool) -> Analysis {
        let mut db = Database::default();
        let mut document = Document::new(&mut db, text, framework);
        USED.set(with_plans);
        analyze(&db, &document);
        // Everything is evaluated once more, with the plans that have been made.
        for other in [Framework::Keras, Framework::Pytorch, framework] {
            document.set_framework(&mut db, other);
            analyze(&db, &document);
        }
        let analysis = analyze(&db, &document);
        USED.set(true);
        analysis
    }

    fn texts_in(folder: &Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                texts_in(&path, texts);
            } else if path.extension().is_some_and(|extension| extension == "neural") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Layers with and without mistakes, in every surrounding that a plan has to do with.
    const LAYERS: &str = "
        input: { a: (16, 16, 4), b: (16, 16, 4) }
        layers:
          a: { Conv2D(4, 3, padding=\"same\", name=\"c\") BatchNormalization() }
          b: { Conv2D(4, 3, padding=\"same\", trainable=false) Dropout(0.2) }
          Add(\"c\")
          Conv2D(8, (3, 3), \"relu\", data_format=\"channels_first\") * 3
          Conv2D(8, 30)
          Flatten()
          Dense(8, name=\"c\")
          Dense(8, units=3)
          Dense(8) * 1000
          Dense(8,, \"relu\")
          Dense(16)
          Reshape((4, 4))
          LSTM(8)
          Add(\"nothing\")
          Concatenate(\"c\", axis=1)
          Output(3, \"softmax\")
          Dense(8)
          Embedding(2, 99999999999)
          Dense(9999999999999)
          Dense(9999999999999)";

    #[test]
    fn a_plan_gives_what_evaluation_gives() {
        let mut texts = vec![format!("network N {{ {LAYERS} }}")];
        texts.push(
            "define M(n) { Dense(8, name=\"m\") Dense($n) ReLU Dense(n) }\nnetwork N { input: (8,) layers: M(3) M(3) M(4) Dense(8) Conv2D(3, 3) Dense(4) Add(\"m_1\") }".to_string());
        texts_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples"), &mut texts);
        for code in codes::all() {
            texts.extend([code.info().wrong.to_string(), code.info().mended.to_string()]);
        }
        for text in &texts {
            for framework in [Framework::Keras, Framework::Pytorch] {
                let with = analysis(text, framework, true);
                let without = analysis(text, framework, false);
                assert_eq!(with.findings, without.findings, "{text}");
                for (with, without) in with.networks.iter().zip(&without.networks) {
                    assert_eq!(with.chunks, without.chunks, "{text}");
                    assert_eq!(with.outputs, without.outputs, "{text}");
                }
            }
        }
    }
}
