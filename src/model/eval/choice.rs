//! Layers that a hyperparameter chooses: each is evaluated on what flows, what fails for some of them
//! only is a warning, and what flows on is a tensor whose shape depends on the choice.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Evaluator, Step};
use crate::diagnostics::{Severity, codes};
use crate::model::hir::{Call, ExprKind, Hpo, HpoKind, Stmt, StmtKind};
use crate::model::place::Place;
use crate::model::result::Part;
use crate::model::state::Flow;
use crate::model::tensor::{Tensor, Unknown, Why};
use crate::shape::{Worlds, union};

/// What one of several layers gives: its parts, what flows after it, and its findings.
type Alternative = (Arc<[Part]>, Flow, std::ops::Range<usize>);

impl Evaluator<'_> {
    /// A hyperparameter that chooses a layer.
    pub(super) fn choice(&mut self, hpo: &Hpo, stmt: &Stmt) -> Vec<Part> {
        self.searches = true;
        let mut calls = Vec::new();
        if !self.flatten_choice(hpo, &mut calls) {
            self.fail(Why::Error, "the choice", Some(self.stmt));
            return Vec::new();
        }
        let before = self.state.flow.clone();
        let start = self.findings.len();
        let mut alternatives: Vec<Alternative> = Vec::new();
        for (number, call) in calls.iter().enumerate() {
            self.state.flow = before.clone();
            let first = self.findings.len();
            self.path.push(Step::Alternative(number as u32));
            let alternative = Stmt {
                kind: StmtKind::Call((*call).clone()),
                repeats: Vec::new(),
                device: None,
                block: None,
                broken: stmt.broken,
                range: call.range,
            };
            let parts = self.once(&alternative);
            self.path.pop();
            alternatives.push((parts.into(), self.state.flow.clone(), first..self.findings.len()));
        }
        let names: Vec<SmolStr> = calls.iter().map(|call| call.name.value.clone()).collect();
        self.soften_alternatives(start, &names, &alternatives);
        let place = self.place(hpo.range);
        self.state.flow = if calls.len() == 1 {
            alternatives[0].1.clone()
        } else {
            let flows: Vec<&Flow> = alternatives.iter().map(|(_, flow, _)| flow).collect();
            self.join_alternatives(place, names, &flows)
        };
        let mut parts =
            vec![Part::Alternatives(alternatives.into_iter().map(|(parts, ..)| parts).collect())];
        parts.extend(self.block_after(stmt));
        parts
    }

    /// The layers to choose from, nested choices included. `false` where something else stands there.
    fn flatten_choice<'s>(&mut self, hpo: &'s Hpo, calls: &mut Vec<&'s Call>) -> bool {
        let HpoKind::Choice(alternatives) = &hpo.kind else {
            if hpo.kind != HpoKind::Malformed {
                let message = "in the place of a layer an HPO chooses among layers: `HPO(choice(Dense(64), Dropout(0.5)))`";
                self.error(codes::BAD_HPO, hpo.range, message);
            }
            return false;
        };
        if alternatives.is_empty() {
            self.error(
                codes::BAD_HPO,
                hpo.range,
                "`choice()` needs at least one layer to choose from",
            );
            return false;
        }
        let mut ok = true;
        for alternative in alternatives {
            match &alternative.kind {
                ExprKind::Call(call) => calls.push(call),
                ExprKind::Hpo(inner) => ok &= self.flatten_choice(inner, calls),
                ExprKind::Error => ok = false,
                _ => {
                    let message = "in the place of a layer every alternative must be a layer, such as `Dense(64)`";
                    self.error(codes::BAD_HPO, alternative.range, message);
                    ok = false;
                }
            }
        }
        if alternatives.len() == 1 && ok {
            self.error(
                codes::SINGLE_CHOICE,
                hpo.range,
                "a choice of one layer is no choice; write the layer itself",
            );
        }
        ok
    }

    /// What is an error for some alternatives only is a warning that says for which.
    fn soften_alternatives(
        &mut self,
        start: usize,
        names: &[SmolStr],
        alternatives: &[Alternative],
    ) {
        let failed: Vec<bool> = alternatives
            .iter()
            .map(|(.., range)| {
                self.findings[range.clone()]
                    .iter()
                    .any(|finding| finding.diagnostic.severity == Severity::Error)
            })
            .collect();
        if failed.iter().all(|&failed| failed) || !self.has_error_since(start) {
            return;
        }
        for (number, (.., range)) in alternatives.iter().enumerate() {
            for finding in &mut self.findings[range.clone()] {
                if finding.diagnostic.severity == Severity::Error {
                    finding.diagnostic.severity = Severity::Warning;
                    let note = format!(
                        " (when choice {}, `{}`, is taken, 1 of {} choices)",
                        number + 1,
                        names[number],
                        names.len()
                    );
                    finding.diagnostic.message.push_str(&note);
                }
            }
        }
    }

    /// The tensor that flows on after one of several layers was chosen.
    fn join_alternatives(&mut self, place: Place, names: Vec<SmolStr>, flows: &[&Flow]) -> Flow {
        let mut tensors: Vec<&Tensor> = Vec::new();
        for flow in flows {
            match flow {
                Flow::One(tensor) => tensors.push(tensor),
                _ => {
                    let unknown =
                        Unknown { why: Why::Rank, name: "the choice".into(), place: Some(place) };
                    return Flow::One(Tensor::unknown(unknown));
                }
            }
        }
        let variable = self.variable(place, "layer", names);
        let index = Worlds::choice(variable, (0..tensors.len()).collect());
        let variables =
            union(tensors.iter().map(|tensor| tensor.shape.variables()).chain([index.variables()]));
        let shape =
            Worlds::for_each(variables, |world| tensors[*index.at(world)].shape.at(world).clone());
        let Some(shape) = shape else {
            let unknown =
                Unknown { why: Why::Argument, name: "the choice".into(), place: Some(place) };
            return Flow::One(Tensor::unknown(unknown));
        };
        let mut joined = Tensor::clone(tensors[0]);
        joined.shape = shape.simplified();
        joined.producer = None;
        joined.origins = Arc::default();
        joined.dense_on_map = tensors.iter().find_map(|tensor| tensor.dense_on_map);
        if joined.is_unknown() {
            joined.unknown = tensors.iter().find_map(|tensor| tensor.unknown.clone());
        } else {
            joined.unknown = None;
        }
        Flow::One(joined)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::model::fixture::check;

    #[test]
    fn a_choice_of_layers_keeps_its_alternatives_apart() {
        check(
            "Flatten()\nHPO(choice(Dense(64), Dropout(0.5)))\nDense(10)",
            expect![[r#"
            0 Flatten → 3072
            1|0 Dense → 64, 196,672 parameters
            1|1 Dropout → 3072
            2 Dense → 10, 650..30,730 parameters
        "#]],
        );
        check(
            "HPO(choice(Conv2D(4, 33), Conv2D(4, 3)))\nFlatten()",
            expect![[r#"
                0|0 Conv2D → ?
                0|1 Conv2D → 30×30×4, 112 parameters
                1 Flatten → ? | 3600
                2:22 warning kernel-too-large `33`: `Conv2D`: `kernel_size` 33×33 does not fit the 32×32 input; the largest that fits is 32×32, or use `padding="same"` (when choice 1, `Conv2D`, is taken, 1 of 2 choices)
                    line 1: `input` makes this dimension 32
                    fix: Change `kernel_size` to 32
                    fix: Add `padding="same"`
            "#]],
        );
    }
}
