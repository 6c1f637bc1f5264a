//! What each statement takes and where its output goes: sequences, branches, merges and blocks.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Evaluator, MAX_DEPTH, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{LayerName, Operands, Rule, resolve_layer};
use crate::model::hir::{Branch, Call, Stmt, StmtKind};
use crate::model::place::{OwnerId, Place};
use crate::model::result::{Node, Part};
use crate::model::state::{Flow, OpenBranches};
use crate::model::tensor::{Tensor, Tensors, Unknown, Why};

/// The operands of a layer, before those that it names itself.
pub(super) enum Incoming {
    /// These tensors.
    Tensors(Tensors),
    /// The layer cannot take what flows; that has been reported.
    Refused(Unknown),
}

/// How many branches a message names.
const SHOWN_BRANCHES: usize = 8;

impl Evaluator<'_> {
    /// Evaluates statements in sequence.
    pub(super) fn sequence<'s>(
        &mut self,
        stmts: impl Iterator<Item = (OwnerId, &'s Stmt)>,
    ) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::new();
        let outer = (self.owner, self.stmt, self.broken);
        let first = std::mem::take(&mut self.first_index);
        let mut next = first;
        for (owner, stmt) in stmts {
            self.owner = owner;
            self.stmt = self.place(stmt.range);
            self.broken = stmt.broken;
            // A run of branches counts as one statement.
            let continues =
                matches!(stmt.kind, StmtKind::Branch(_)) && self.extendable_run().is_some();
            let index = if continues { next - u32::from(next > first) } else { next };
            next = index + 1;
            self.path.push(Step::Index(index));
            let branch = match &stmt.kind {
                StmtKind::Branch(branch) => Some(branch.name.value.clone()),
                _ => None,
            };
            let place = self.stmt;
            self.branch_start = None;
            let plain = if stmt.repeats.is_empty() { self.plain(stmt) } else { None };
            let parts: Arc<[Part]> = match plain {
                Some(part) => Arc::new([part]),
                None => self.statement(stmt).into(),
            };
            self.path.pop();
            let start = self.branch_start.take();
            nodes.push(Node { index, branch, start, place, parts });
        }
        (self.owner, self.stmt, self.broken) = outer;
        nodes
    }

    /// The open run that a branch right here would join.
    fn extendable_run(&self) -> Option<&Arc<OpenBranches>> {
        match &self.state.flow {
            Flow::Branches(open) if open.extendable => Some(open),
            _ => None,
        }
    }

    /// One copy of a statement, if that is a layer that can be had at once.
    pub(super) fn plain(&mut self, stmt: &Stmt) -> Option<Part> {
        let StmtKind::Call(call) = &stmt.kind else { return None };
        let is_bounded = !self.stopped && self.depth < MAX_DEPTH;
        let is_layer = !self.has_macros || self.scope.find_macro(&call.name.value).is_none();
        if is_bounded && is_layer { self.planned(call, stmt) } else { None }
    }

    fn statement(&mut self, stmt: &Stmt) -> Vec<Part> {
        if self.stopped {
            self.fail(Why::Bound, "the bound of the expansion", Some(self.stmt));
            return Vec::new();
        }
        // Nesting is bounded, but a stack frame of each level adds up to more than a thread has.
        stacker::maybe_grow(256 * 1024, 2 * 1024 * 1024, || self.repeated(stmt))
    }

    /// One copy of a statement.
    pub(super) fn once(&mut self, stmt: &Stmt) -> Vec<Part> {
        if self.depth >= MAX_DEPTH {
            let place = self.place(stmt.range);
            self.emit(Diagnostic::new(
                codes::EXPANSION_TOO_LARGE,
                place,
                format!("blocks and macros nest more than {MAX_DEPTH} deep here"),
            ));
            self.stopped = true;
            self.fail(Why::Bound, "the bound of the expansion", Some(place));
            return Vec::new();
        }
        self.depth += 1;
        let parts = match &stmt.kind {
            StmtKind::Branch(branch) => self.branch(branch),
            StmtKind::Call(call) => self.call(call, stmt),
            StmtKind::Choice(hpo) => self.choice(hpo, stmt),
            StmtKind::Error => {
                self.fail(Why::Error, "the text", Some(self.stmt));
                Vec::new()
            }
        };
        self.depth -= 1;
        parts
    }

    fn call(&mut self, call: &Call, stmt: &Stmt) -> Vec<Part> {
        let name = &call.name.value;
        let definition = if self.has_macros { self.scope.find_macro(name) } else { None };
        if let Some(found) = definition {
            let mut parts = self.macro_call(&found, call);
            parts.extend(self.block_after(stmt));
            return parts;
        }
        match resolve_layer(name) {
            LayerName::Entry(entry) => match entry.rule {
                Rule::Residual => self.residual(entry, call, stmt),
                _ => self.layer_statement(entry, call, stmt),
            },
            LayerName::Custom => {
                let mut parts = self.custom_layer(call);
                parts.extend(self.block_after(stmt));
                parts
            }
            LayerName::Unknown { suggestion } => {
                self.unknown_layer(call, suggestion);
                self.name_unknown(call);
                let mut parts = vec![Part::Layer(Arc::new(self.unknown_row(call)))];
                parts.extend(self.block_after(stmt));
                parts
            }
        }
    }

    /// The block of a statement, run on what flows.
    pub(super) fn block_after(&mut self, stmt: &Stmt) -> Vec<Part> {
        let Some(block) = &stmt.block else { return Vec::new() };
        let owner = self.owner;
        let nodes = self.sequence(block.stmts.iter().map(|stmt| (owner, stmt)));
        self.close_branches();
        if nodes.is_empty() { Vec::new() } else { vec![Part::Inner(nodes.into())] }
    }

    /// Lets an unknown shape flow.
    pub(super) fn fail(&mut self, why: Why, name: &str, place: Option<Place>) {
        self.state.flow = Flow::One(Tensor::unknown(Unknown { why, name: name.into(), place }));
    }

    /// What flows into a layer called `name` that takes `operands`.
    pub(super) fn incoming(
        &mut self,
        name: &str,
        place: Place,
        operands: Operands,
        named: &[SmolStr],
    ) -> Incoming {
        let merges = operands != Operands::One;
        let refused = |name: &str| {
            Incoming::Refused(Unknown { why: Why::Error, name: name.into(), place: Some(place) })
        };
        match self.state.flow.clone() {
            Flow::One(tensor) => Incoming::Tensors(Tensors::from_buf([tensor])),
            Flow::Inputs => {
                let inputs = self.state.inputs.clone();
                // A merge that names operands takes the first input and those; the first input only once.
                let taken = match named {
                    [] if merges => inputs.len(),
                    named
                        if merges
                            && named.iter().any(|name| inputs[0].0.as_ref() == Some(name)) =>
                    {
                        0
                    }
                    _ => 1,
                };
                for index in 0..taken {
                    self.state.use_input(index);
                }
                Incoming::Tensors(
                    inputs.iter().take(taken).map(|(_, tensor)| tensor.clone()).collect(),
                )
            }
            Flow::Outputs { tensors, .. } if merges => Incoming::Tensors(tensors),
            Flow::Outputs { tensors, layer, place: origin } => {
                let message = format!(
                    "`{name}` takes one tensor, and `{layer}` before it gives {} (the output and its states)",
                    tensors.len()
                );
                let mut diagnostic = Diagnostic::new(codes::SEVERAL_OUTPUTS, place, message)
                    .with_related(origin, format!("`{layer}` gives several outputs"));
                diagnostic.help = Some(format!(
                    "remove `return_state=true` from `{layer}`, or merge the outputs first"
                ));
                self.emit(diagnostic);
                refused(&layer)
            }
            Flow::Branches(open) if merges => {
                Incoming::Tensors(open.outputs.iter().map(|output| Tensor::clone(output)).collect())
            }
            Flow::Branches(open) => {
                self.unmerged(&open, place, &format!("before `{name}`"));
                refused(name)
            }
        }
    }

    fn unmerged(&mut self, open: &OpenBranches, place: Place, before: &str) {
        let name = |name: &SmolStr| format!("`{name}`");
        let names: Vec<String> = open.names.iter().take(SHOWN_BRANCHES).map(name).collect();
        let names = names.join(", ");
        let branches = match open.names.len() {
            1 => format!("the branch {names} is"),
            count if count > SHOWN_BRANCHES => {
                format!("the branches {names} and {} more are", count - SHOWN_BRANCHES)
            }
            _ => format!("the branches {names} are"),
        };
        let help = match open.names.len() {
            1 => {
                "one branch cannot be merged with nothing; add another branch, or an empty one `skip: { }`"
            }
            _ => "write a merge after the last branch: Concatenate(), Add(), Average(), …",
        };
        let mut diagnostic = Diagnostic::new(
            codes::UNMERGED_BRANCHES,
            place,
            format!("{branches} not merged {before}"),
        )
        .with_help(help);
        if place != open.last {
            diagnostic = diagnostic.with_related(open.last, "the last branch ends here");
        }
        if open.names.len() > 1 {
            diagnostic = diagnostic.with_fix(
                "Insert `Concatenate()` after the branches",
                vec![open.last.end().edit("\nConcatenate()")],
            );
        }
        self.emit(diagnostic);
    }

    /// Ends a block or branch: what flows out of it must be one tensor (or several outputs).
    pub(super) fn close_branches(&mut self) {
        if let Flow::Branches(open) = self.state.flow.clone() {
            // After a mistake inside, what should have become of the branches is not known.
            let is_mistake = |unknown: &Unknown| unknown.why == Why::Error;
            let mut outputs = open.outputs.iter().filter_map(|output| output.unknown.as_ref());
            if !outputs.any(is_mistake) {
                self.unmerged(&open, open.last, "at the end of the block");
            }
            self.fail(Why::Error, "the branches", Some(open.last));
        }
    }

    fn branch(&mut self, branch: &Branch) -> Vec<Part> {
        let place = self.stmt;
        // The run is taken out of the state, so that adding to it copies nothing.
        let open = match std::mem::replace(&mut self.state.flow, Flow::Inputs) {
            Flow::Branches(open) if open.extendable => Some(open),
            other => {
                self.state.flow = other;
                None
            }
        };
        if let (None, Flow::Branches(open)) = (&open, self.state.flow.clone()) {
            // Branches that a macro has left open: a merge must come first.
            let at = self.place(branch.name.range);
            self.unmerged(&open, at, &format!("before the branch `{}`", branch.name.value));
            self.fail(Why::Error, "the branches", Some(at));
        }
        let start =
            open.as_ref().map_or_else(|| self.state.flow.clone(), |open| open.start.clone());
        let name = &branch.name.value;
        // A branch with the name of an input or of an earlier layer starts there.
        let named = self.find_named(name).map(|named| (named.tensor.clone(), named.place));
        if named.is_none() && open.as_ref().is_some_and(|open| open.names.contains(name)) {
            self.same_branch_name(name, self.place(branch.name.range));
        }
        let start_place = named.as_ref().map(|(_, place)| *place);
        self.state.flow = match named {
            Some((tensor, _)) => {
                self.state.use_input_named(name);
                Flow::One(tensor)
            }
            None => start.clone(),
        };
        self.path.push(Step::Branch(name.clone()));
        let owner = self.owner;
        let nodes = self.sequence(branch.block.stmts.iter().map(|stmt| (owner, stmt)));
        self.path.pop();
        self.close_branches();
        let outputs = match std::mem::replace(&mut self.state.flow, Flow::Inputs) {
            Flow::One(tensor) => Tensors::from_buf([tensor]),
            Flow::Outputs { tensors, .. } => tensors,
            // An empty branch of a network with several inputs.
            Flow::Inputs => {
                self.state.use_input(0);
                self.state.inputs.first().map(|(_, tensor)| tensor.clone()).into_iter().collect()
            }
            Flow::Branches(_) => Tensors::new(),
        };
        let mut run = open.map_or_else(
            || OpenBranches {
                start,
                names: imbl::Vector::new(),
                outputs: imbl::Vector::new(),
                last: place,
                extendable: true,
            },
            Arc::unwrap_or_clone,
        );
        self.names.branches.insert(name.clone());
        run.names.push_back(name.clone());
        run.outputs.extend(outputs.into_iter().map(Arc::new));
        run.last = place;
        self.state.flow = Flow::Branches(Arc::new(run));
        self.branch_start = start_place;
        vec![Part::Inner(nodes.into())]
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn layers_flow_one_into_the_next() {
        check(
            "Conv2D(8, 3)\nFlatten\nDense(10)",
            expect![[r#"
            0 Conv2D → 30×30×8, 224 parameters
            1 Flatten → 7200
            2 Dense → 10, 72,010 parameters
        "#]],
        );
    }

    #[test]
    fn branches_start_from_the_tensor_before_the_first() {
        check(
            "Conv2D(8, 1)\na: { Conv2D(4, 1) }\nb: { Conv2D(6, 3, padding=\"same\") Dropout(0.1) }\nskip: { }\nConcatenate()\nFlatten()",
            expect![[r#"
                0 Conv2D → 32×32×8, 32 parameters
                1.a.0 Conv2D → 32×32×4, 36 parameters
                1.b.0 Conv2D → 32×32×6, 438 parameters
                1.b.1 Dropout → 32×32×6
                2 Concatenate → 32×32×18
                3 Flatten → 18432
            "#]],
        );
    }

    #[test]
    fn branches_of_a_run_have_different_names() {
        check(
            "a: { Conv2D(8, 1) }\na: { Conv2D(8, 3) }\nAdd()",
            expect![[r#"
            0.a.0 Conv2D → 32×32×8, 32 parameters
            0.a.0 Conv2D → 30×30×8, 224 parameters
            1 Add → ?
            3:1 warning duplicate-name `a`: there is a branch `a` beside this one already
                help: give it another name, so that the rows of their layers can be told apart
            4:1 error shape-mismatch `Add`: `Add`: 32×32×8 and 30×30×8 do not fit: 32 and 30 must be equal, or one of them 1
                line 1: `input` makes this dimension 32
                line 3: `Conv2D` makes this dimension 30
                fix: Add `padding="same"` to the convolution before
                fix: Add `padding="same"` to the convolutions before
        "#]],
        );
    }

    #[test]
    fn branches_nest() {
        check(
            "a: { b: { Conv2D(4, 1) } c: { } Concatenate() } d: { Conv2D(7, 1) } Add()",
            expect![[r#"
                0.a.0.b.0 Conv2D → 32×32×4, 16 parameters
                0.a.1 Concatenate → 32×32×7
                0.d.0 Conv2D → 32×32×7, 28 parameters
                1 Add → 32×32×7
            "#]],
        );
    }

    #[test]
    fn unmerged_branches_are_reported_where_a_merge_is_missing() {
        check(
            "a: { Conv2D(4, 1) }\nb: { Conv2D(4, 1) }\nFlatten()\nDense(3)",
            expect![[r#"
            0.a.0 Conv2D → 32×32×4, 16 parameters
            0.b.0 Conv2D → 32×32×4, 16 parameters
            1 Flatten → ?
            2 Dense → ?
            4:1 error unmerged-branches `Flatten`: the branches `a`, `b` are not merged before `Flatten`
                help: write a merge after the last branch: Concatenate(), Add(), Average(), …
                line 3: the last branch ends here
                fix: Insert `Concatenate()` after the branches
        "#]],
        );
        check(
            "ResidualConnection {\n  a: { Conv2D(4, 1) }\n  b: { Conv2D(4, 1) }\n}",
            expect![[r#"
            0.0.a.0 Conv2D → 32×32×4, 16 parameters
            0.0.b.0 Conv2D → 32×32×4, 16 parameters
            0.add Add → ?
            4:3 error unmerged-branches `b: { Conv2D(4, 1) }`: the branches `a`, `b` are not merged at the end of the block
                help: write a merge after the last branch: Concatenate(), Add(), Average(), …
                fix: Insert `Concatenate()` after the branches
        "#]],
        );
    }

    #[test]
    fn open_branches_at_the_end_are_outputs() {
        check(
            "Flatten()\nclass: { Output(10) }\nbox: { Output(4) }",
            expect![[r#"
            0 Flatten → 3072
            1.class.0 Output → 10, 30,730 parameters
            1.box.0 Output → 4, 12,292 parameters
        "#]],
        );
    }

    #[test]
    fn named_inputs_begin_branches() {
        check(
            "input: { image: (8, 8, 1), meta: (10,) }\nlayers:\n  image: { Flatten() Dense(5) }\n  meta: { Dense(3) }\n  Concatenate()\n  Output(1)",
            expect![[r#"
                0.image.0 Flatten → 64
                0.image.1 Dense → 5, 325 parameters
                0.meta.0 Dense → 3, 33 parameters
                1 Concatenate → 8
                2 Output → 1, 9 parameters
            "#]],
        );
        check(
            "input: { a: (8,), b: (10,) }\nlayers:\n  Dense(5)\n  Output(1)",
            expect![[r#"
            0 Dense → 5, 45 parameters
            1 Output → 1, 6 parameters
            2:19 warning unused-input `b`: no layer uses the input `b`
                help: begin a branch with it, `b: { … }`, or name it in a merge
        "#]],
        );
        check(
            "input: (8,), (10,)\nlayers:\n  Concatenate()\n  Output(1)",
            expect![[r#"
            0 Concatenate → 18
            1 Output → 1, 19 parameters
        "#]],
        );
    }

    #[test]
    fn merges_name_layers() {
        check(
            "Conv2D(8, 3, padding=\"same\", name=\"enc\")\nMaxPooling2D()\nUpSampling2D()\nConcatenate(\"enc\")\nConv2D(1, 1)",
            expect![[r#"
                0 Conv2D → 32×32×8, 224 parameters
                1 MaxPooling2D → 16×16×8
                2 UpSampling2D → 32×32×8
                3 Concatenate → 32×32×16
                4 Conv2D → 32×32×1, 17 parameters
            "#]],
        );
        check(
            "Dense(8)\nAdd(\"enc\")\nDense(8, name=\"enc\")\nAdd(inputs=(\"enc\", \"en\"))",
            expect![[r#"
                0 Dense → 32×32×8, 32 parameters
                1 Add → ?
                2 Dense → ?
                3 Add → ?
                3:5 error later-operand `"enc"`: the layer `enc` comes later; an operand must be a layer before this one
                    line 4: `enc` is here
                5:20 error unknown-operand `"en"`: no layer or input before this one is called `en`
                    help: give a layer before this one the argument `name="en"`
            "#]],
        );
    }

    #[test]
    fn several_outputs_feed_only_merges() {
        check(
            "input: (10, 4)\nlayers:\n  LSTM(6, return_state=true)\n  Dense(3)",
            expect![[r#"
            0 LSTM → 6, 6, 6, 264 parameters
            1 Dense → ?
            5:3 error several-outputs `Dense`: `Dense` takes one tensor, and `LSTM` before it gives 3 (the output and its states)
                help: remove `return_state=true` from `LSTM`, or merge the outputs first
                line 4: `LSTM` gives several outputs
        "#]],
        );
        check(
            "input: (10, 4)\nlayers:\n  LSTM(6, return_state=true)\n  Add()",
            expect![[r#"
            0 LSTM → 6, 6, 6, 264 parameters
            1 Add → 6
        "#]],
        );
    }

    #[test]
    fn an_unknown_layer_is_one_error() {
        check(
            "Conv2d(8, 3)\nFlaten()\nDense(10)\nMyLayer(3)\nFancyThing()",
            expect![[r#"
                0 Conv2D → 30×30×8, 224 parameters
                1 Flaten → ?
                2 Dense → ?
                3 MyLayer → ?
                4 FancyThing → ?
                3:1 error unknown-layer `Flaten`: there is no layer `Flaten`; did you mean `Flatten`?
                    fix: Change to `Flatten`
                5:1 info custom-layer `MyLayer`: `MyLayer` is a class of your own; its shape is not modelled
                    help: say `output_shape=(…)`, without the batch, to go on with shapes after it
                6:1 error unknown-layer `FancyThing`: there is no layer or macro `FancyThing`
                    help: a class of your own begins with a capital and ends in Layer, Block, Cell, Module, Encoder or Decoder
            "#]],
        );
    }
}
