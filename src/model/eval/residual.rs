//! `ResidualConnection { … }`: the block's output, or its main path's, is added to the input, or to
//! what the branch `shortcut` makes of it.

use std::sync::Arc;

use smallvec::smallvec;

use super::{Evaluator, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{
    Category, LayerEntry, LayerName, Operands, Problem, Suggestion, projected_add, residual_add,
    residual_repeats, resolve_layer,
};
use crate::model::hir::{Arg, Call, ExprKind, Stmt, StmtKind};
use crate::model::place::Place;
use crate::model::result::{Counts, Layer, Node, Part};
use crate::model::state::Flow;
use crate::model::tensor::{Tensor, TensorData, Unknown, Why};
use crate::shape::{Worlds, union};
use crate::text::TextEdit;

use super::flow::Incoming;
use super::upstream::set_on_producer;

impl Evaluator<'_> {
    pub(super) fn residual(
        &mut self,
        entry: &'static LayerEntry,
        call: &Call,
        stmt: &Stmt,
    ) -> Vec<Part> {
        let binding = self.bind(entry, call);
        let place = binding.call.name;
        let input = match self.incoming(entry.name, place, Operands::One, &[]) {
            Incoming::Tensors(tensors) => tensors.into_iter().next(),
            Incoming::Refused(unknown) => Some(Tensor::unknown(unknown)),
        };
        let Some(input) = input else { return Vec::new() };
        let mut shortcut = Flow::One(input.clone());
        let mut projected = None;
        self.state.flow = Flow::One(input.clone());
        let mut nodes: Vec<Node> = Vec::new();
        let owner = self.owner;
        let outer_stmt = self.stmt;
        let mut rest: &[Stmt] = stmt.block.as_ref().map_or(&[], |block| &block.stmts);
        let mut offset = 0;
        while let Some((first, after)) = rest.split_first() {
            if path_name(first).is_none() {
                // Plain statements up to the next path.
                let end =
                    rest.iter().position(|stmt| path_name(stmt).is_some()).unwrap_or(rest.len());
                let (plain, after) = rest.split_at(end);
                let mut part = self.offset_sequence(offset, owner, plain);
                offset = part.last().map_or(offset, |node| node.index + 1);
                nodes.append(&mut part);
                self.close_branches();
                rest = after;
                continue;
            }
            // `main` and `shortcut` side by side are one run of branches.
            let mut run = vec![first];
            rest = after;
            while let Some((next, after)) =
                rest.split_first().filter(|(next, _)| path_name(next).is_some())
            {
                run.push(next);
                rest = after;
            }
            for stmt in run {
                let StmtKind::Branch(branch) = &stmt.kind else { continue };
                let is_shortcut = path_name(stmt) == Some("shortcut");
                let main = std::mem::replace(&mut self.state.flow, Flow::One(input.clone()));
                self.path.push(Step::Index(offset));
                self.path.push(Step::Branch(branch.name.value.clone()));
                let inner = self.sequence(branch.block.stmts.iter().map(|stmt| (owner, stmt)));
                self.close_branches();
                self.path.pop();
                self.path.pop();
                nodes.push(Node {
                    index: offset,
                    branch: Some(branch.name.value.clone()),
                    start: None,
                    place: self.place(stmt.range),
                    parts: vec![Part::Inner(inner.into())].into(),
                });
                if is_shortcut {
                    shortcut = std::mem::replace(&mut self.state.flow, main);
                    projected = Some(&input);
                }
            }
            offset += 1;
        }
        self.stmt = outer_stmt;
        let block = std::mem::replace(&mut self.state.flow, Flow::Inputs);
        let mut parts = vec![Part::Inner(nodes.into())];
        let (Flow::One(block), Flow::One(shortcut)) = (block, shortcut) else {
            let message = "the layers of a `ResidualConnection` must give one tensor to add";
            self.emit(Diagnostic::new(codes::SEVERAL_OUTPUTS, place, message));
            self.fail(Why::Error, entry.name, Some(place));
            return parts;
        };
        let mut add = self.add_residual(entry, call, stmt, block, shortcut, projected);
        self.pass_on(&add);
        if let Some((name, place)) = &binding.name {
            add.name = Some(name.clone());
            self.add_name(name.clone(), *place, add.outputs[0].clone());
        }
        parts.push(Part::Add(Arc::new(add)));
        parts
    }

    /// A sequence whose statements are counted from `offset`.
    fn offset_sequence(
        &mut self,
        offset: u32,
        owner: crate::model::place::OwnerId,
        stmts: &[Stmt],
    ) -> Vec<Node> {
        self.first_index = offset;
        self.sequence(stmts.iter().map(|stmt| (owner, stmt)))
    }

    /// The addition of what the block and the shortcut give; `projected` is what comes in, where a branch
    /// `shortcut` makes something of it.
    fn add_residual(
        &mut self,
        entry: &'static LayerEntry,
        call: &Call,
        stmt: &Stmt,
        block: Tensor,
        shortcut: Tensor,
        projected: Option<&Tensor>,
    ) -> Layer {
        let place = self.place(call.name.range);
        let mut problem: Option<Problem> = None;
        let variables = union([block.shape.variables(), shortcut.shape.variables()]);
        // In each world: the sum, or whether there is none because the shapes do not fit.
        let sums = Worlds::for_each(variables, |world| {
            let (block, shortcut) =
                (block.shape.at(world).as_ref()?, shortcut.shape.at(world).as_ref()?);
            let sum = match projected {
                Some(input) => {
                    let input = input.shape.as_constant().and_then(Option::as_ref);
                    projected_add(block, shortcut, input)
                }
                None => residual_add(block, shortcut),
            };
            Some(sum.map_err(|found| {
                problem.get_or_insert(found);
            }))
        });
        let sums = sums.unwrap_or_else(|| Worlds::constant(None));
        let shape = sums.map(|sum| sum.clone().and_then(Result::ok));
        let doubtful = block.doubtful || shortcut.doubtful;
        let mut failed = false;
        if let Some(problem) = problem {
            failed = true;
            self.path.push(Step::Add);
            let mut diagnostic = Diagnostic::new(problem.code, place, problem.message);
            diagnostic.help = problem.help;
            if sums.values().iter().any(|sum| matches!(sum, Some(Ok(_)))) {
                diagnostic.severity = crate::diagnostics::Severity::Warning;
                let fails = sums.map(|sum| matches!(sum, Some(Err(())))).simplified();
                diagnostic.message.push_str(&super::problems::for_which(&fails));
            } else {
                for suggestion in problem.suggestions {
                    if let Some((title, edits)) =
                        self.residual_fix(stmt, [&block, &shortcut], suggestion)
                    {
                        diagnostic = diagnostic.with_fix(title, edits);
                    }
                }
            }
            for (tensor, axes) in [(&block, &problem.dims), (&shortcut, &problem.dims)] {
                for &(_, axis) in axes {
                    if let Some(Some(origin)) = tensor.origins.get(axis)
                        && !diagnostic.related.iter().any(|related| related.place == origin.place)
                    {
                        let sizes = super::problems::sizes(tensor, axis);
                        let message = format!(
                            "`{}` makes this dimension {}",
                            origin.layer,
                            sizes.join(" or ")
                        );
                        diagnostic = diagnostic.with_related(origin.place, message);
                    }
                }
            }
            if !doubtful {
                self.emit(diagnostic);
            }
            self.path.pop();
        }
        if let (Some(Some(sum)), Some(Some(from)), false) =
            (block.shape.as_constant(), shortcut.shape.as_constant(), doubtful || failed)
            // Who writes both ways knows what they give.
            && projected.is_none()
            && let Some(problem) = residual_repeats(sum, from)
        {
            let mut diagnostic = Diagnostic::new(problem.code, place, problem.message)
                .with_severity(problem.severity);
            diagnostic.help = problem.help;
            for suggestion in problem.suggestions {
                if let Some((title, edits)) =
                    self.residual_fix(stmt, [&block, &shortcut], suggestion)
                {
                    diagnostic = diagnostic.with_fix(title, edits);
                }
            }
            self.path.push(Step::Add);
            self.emit(diagnostic);
            self.path.pop();
        }
        let activation = shape
            .values()
            .iter()
            .flatten()
            .map(|shape| shape.elements())
            .reduce(crate::shape::Count::or);
        let reason =
            block.unknown.clone().or_else(|| shortcut.unknown.clone()).unwrap_or(Unknown {
                why: if failed { Why::Error } else { Why::Argument },
                name: entry.name.into(),
                place: Some(place),
            });
        let output = Tensor::new(TensorData {
            unknown: None,
            dense_on_map: block.dense_on_map.or(shortcut.dense_on_map),
            shape: shape.simplified(),
            origins: block.origins.clone(),
            producer: None,
            leading_none: false,
            doubtful,
        });
        let is_unknown = output.is_unknown();
        Layer {
            framework: self.framework,
            layer: "Add".into(),
            name: None,
            place,
            inputs: smallvec![block, shortcut],
            outputs: smallvec![if is_unknown { Tensor::unknown(reason.clone()) } else { output }],
            several_outputs: false,
            unknown: is_unknown.then_some(reason),
            counts: match activation {
                // One sum for each element.
                Some(activation) => Counts { activation, aux: activation, ..Counts::ZERO },
                None => Counts::UNKNOWN,
            },
            counts_by_choice: None,
            args: Arc::default(),
            inside: Vec::new(),
        }
    }
}

impl Evaluator<'_> {
    /// The change that makes the sum of the block of `stmt` and its input possible; `operands` are what
    /// the block and the shortcut give.
    fn residual_fix(
        &self,
        stmt: &Stmt,
        operands: [&Tensor; 2],
        suggestion: Suggestion,
    ) -> Option<(String, Vec<TextEdit<Place>>)> {
        let stmts = &stmt.block.as_ref()?.stmts;
        let projected = stmts.iter().any(|stmt| path_name(stmt) == Some("shortcut"));
        match suggestion {
            Suggestion::SetOnProducer { operand, param, value } => {
                set_on_producer(operands.get(operand)?, param, &value)
            }
            Suggestion::Shortcut(layer) if !projected && !stmt.broken => {
                let edit = self.place(stmts.last()?.range).end();
                let edit = edit.edit(format!("\nshortcut: {{ {layer} }}"));
                Some((format!("Project the input with `{layer}`"), vec![edit]))
            }
            Suggestion::KeepBorders { .. } if !projected => {
                let edits = stmts.iter().map(|stmt| self.keep_border(stmt));
                let edits: Vec<TextEdit<Place>> =
                    edits.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
                let title = "Add `padding=\"same\"` to the convolutions of the block";
                (!edits.is_empty()).then(|| (title.to_string(), edits))
            }
            _ => None,
        }
    }

    /// The change that has a statement of a block keep the size of what comes in, where it needs one;
    /// `None` where it is not known to keep it then.
    fn keep_border(&self, stmt: &Stmt) -> Option<Option<TextEdit<Place>>> {
        let StmtKind::Call(call) = &stmt.kind else { return None };
        let LayerName::Entry(entry) = resolve_layer(&call.name.value) else { return None };
        let args: &[Arg] = call.args.as_ref().map_or(&[], |list| &list.args);
        let given = |param: &str| {
            args.iter().find(|arg| arg.name.as_ref().is_some_and(|name| name.value == param))
        };
        let keeps = entry.works_on_features();
        let moves = ["strides", "stride", "data_format"].into_iter().any(|it| given(it).is_some());
        if keeps && stmt.block.is_none() {
            return Some(None);
        }
        if entry.category != Category::Convolution || stmt.block.is_some() || moves {
            return None;
        }
        match given("padding").map(|arg| &arg.value.kind) {
            Some(ExprKind::Str(text)) if text.eq_ignore_ascii_case("same") => Some(None),
            Some(_) => None,
            None => {
                entry.param("padding")?;
                self.call_place(call).insert_argument("padding=\"same\"").map(Some)
            }
        }
    }
}

/// `main` or `shortcut`, where the statement is that branch.
fn path_name(stmt: &Stmt) -> Option<&'static str> {
    match &stmt.kind {
        StmtKind::Branch(branch) if branch.name.value == "main" => Some("main"),
        StmtKind::Branch(branch) if branch.name.value == "shortcut" => Some("shortcut"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn the_block_is_added_to_its_input() {
        check(
            "ResidualConnection {\n  Conv2D(3, 3, padding=\"same\")\n  ReLU\n}",
            expect![[r#"
            0.0 Conv2D → 32×32×3, 84 parameters
            0.1 ReLU → 32×32×3
            0.add Add → 32×32×3
        "#]],
        );
    }

    #[test]
    fn a_shortcut_projects_the_input() {
        check(
            "ResidualConnection {\n  Conv2D(8, 3, padding=\"same\", strides=2)\n  ReLU\n  shortcut: { Conv2D(8, 1, strides=2) }\n}",
            expect![[r#"
                0.0 Conv2D → 16×16×8, 224 parameters
                0.1 ReLU → 16×16×8
                0.2.shortcut.0 Conv2D → 16×16×8, 32 parameters
                0.add Add → 16×16×8
            "#]],
        );
        check(
            "Residual() {\n  shortcut: { Conv2D(8, 1) }\n  main: { Conv2D(8, 3, padding=\"same\") }\n}",
            expect![[r#"
                0.0.shortcut.0 Conv2D → 32×32×8, 32 parameters
                0.0.main.0 Conv2D → 32×32×8, 224 parameters
                0.add Add → 32×32×8
            "#]],
        );
    }

    #[test]
    fn a_shortcut_that_does_not_fit_is_named() {
        check(
            "ResidualConnection {\n  Conv2D(8, 3, padding=\"same\", strides=2)\n  shortcut: { Conv2D(8, 1) }\n}",
            expect![[r#"
                0.0 Conv2D → 16×16×8, 224 parameters
                0.1.shortcut.0 Conv2D → 32×32×8, 32 parameters
                0.add Add → ?
                2:1 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block gives 16×16×8 and its branch `shortcut` 32×32×8, which cannot be added
                    help: make both alike: `shortcut: { Conv2D(8, 1, strides=2) }` gives 16×16×8
                    line 3: `Conv2D` makes this dimension 16
                    line 1: `input` makes this dimension 32
            "#]],
        );
        check(
            "ResidualConnection {\n  Conv2D(8, 3, padding=\"same\")\n  shortcut: { Conv2D(16, 1) }\n}",
            expect![[r#"
                0.0 Conv2D → 32×32×8, 224 parameters
                0.1.shortcut.0 Conv2D → 32×32×16, 64 parameters
                0.add Add → ?
                2:1 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block gives 32×32×8 and its branch `shortcut` 32×32×16, which cannot be added
                    help: make both alike: `shortcut: { Conv2D(8, 1) }` gives 32×32×8
                    line 3: `Conv2D` makes this dimension 8
                    line 4: `Conv2D` makes this dimension 16
                    fix: Set `filters=8` on `Conv2D` before
            "#]],
        );
    }

    #[test]
    fn one_vector_for_the_whole_image_is_meant() {
        check(
            "Conv2D(8, 1)\nResidualConnection {\n  GlobalAveragePooling2D(keepdims=true)\n  Conv2D(8, 1)\n}\nResidualConnection {\n  Conv2D(8, 1)\n  shortcut: {\n    GlobalAveragePooling2D(keepdims=true)\n    Conv2D(8, 1)\n  }\n}",
            expect![[r#"
                0 Conv2D → 32×32×8, 32 parameters
                1.0 GlobalAveragePooling2D → 1×1×8
                1.1 Conv2D → 1×1×8, 72 parameters
                1.add Add → 32×32×8
                2.0 Conv2D → 32×32×8, 72 parameters
                2.1.shortcut.0 GlobalAveragePooling2D → 1×1×8
                2.1.shortcut.1 Conv2D → 1×1×8, 72 parameters
                2.add Add → 32×32×8
            "#]],
        );
    }

    #[test]
    fn what_is_repeated_is_hardly_meant() {
        check(
            "ResidualConnection { Conv2D(1, 1) }",
            expect![[r#"
            0.0 Conv2D → 32×32×1, 4 parameters
            0.add Add → 32×32×3
            2:1 warning shape-mismatch `ResidualConnection`: `ResidualConnection`: the block turns 32×32×3 into 32×32×1, so the block's output is repeated over the input
                help: the layers of the block should give 32×32×3 again
                fix: Set `filters=3` on `Conv2D` before
        "#]],
        );
    }

    #[test]
    fn blocks_are_mended_as_a_whole() {
        check(
            "Conv2D(8, 1)\nResidualConnection {\n  Conv2D(8, 3)\n  ReLU\n  Conv2D(8, 3)\n}",
            expect![[r#"
                0 Conv2D → 32×32×8, 32 parameters
                1.0 Conv2D → 30×30×8, 584 parameters
                1.1 ReLU → 30×30×8
                1.2 Conv2D → 28×28×8, 584 parameters
                1.add Add → ?
                3:1 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block turns 32×32×8 into 28×28×8, which cannot be added to the input
                    help: write `padding="same"` in the convolutions and poolings of the block, so that the size stays 32×32
                    line 6: `Conv2D` makes this dimension 28
                    line 1: `input` makes this dimension 32
                    fix: Add `padding="same"` to the convolutions of the block
            "#]],
        );
        check(
            "ResidualConnection {\n  Conv2D(8, 3, strides=2, padding=\"same\")\n}",
            expect![[r#"
                0.0 Conv2D → 16×16×8, 224 parameters
                0.add Add → ?
                2:1 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block turns 32×32×3 into 16×16×8, which cannot be added to the input
                    help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Conv2D(8, 1, strides=2) }`
                    line 3: `Conv2D` makes this dimension 16
                    line 1: `input` makes this dimension 32
                    fix: Project the input with `Conv2D(8, 1, strides=2)`
            "#]],
        );
    }

    #[test]
    fn a_difference_of_shape_is_an_error_at_the_addition() {
        check(
            "ResidualConnection {\n  Conv2D(8, 3, padding=\"same\")\n}\nFlatten()",
            expect![[r#"
                0.0 Conv2D → 32×32×8, 224 parameters
                0.add Add → ?
                1 Flatten → ?
                2:1 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block turns 32×32×3 into 32×32×8, which cannot be added to the input
                    help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Conv2D(8, 1) }`
                    line 3: `Conv2D` makes this dimension 8
                    line 1: `input` makes this dimension 3
                    fix: Set `filters=3` on `Conv2D` before
                    fix: Project the input with `Conv2D(8, 1)`
            "#]],
        );
    }
}
