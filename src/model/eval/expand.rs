//! Repeats, and the names of what they make. Copies that see the same tensor share one result, so
//! `Dense(10) * 1000000` is evaluated three times and not a million.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{Evaluator, MAX_LAYERS, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::Value;
use crate::model::hir::{Stmt, StmtKind};
use crate::model::place::Place;
use crate::model::result::{Copies, Part};
use crate::model::state::{Flow, Named, NamedCopies};
use crate::model::tensor::{Tensor, Why};

impl Evaluator<'_> {
    /// A statement with its `* N`.
    pub(super) fn repeated(&mut self, stmt: &Stmt) -> Vec<Part> {
        if stmt.repeats.is_empty() {
            return self.once(stmt);
        }
        if let StmtKind::Branch(branch) = &stmt.kind {
            let place = self.place(stmt.repeats[0].range);
            self.emit(
                Diagnostic::new(
                    codes::REPEAT_ON_BRANCH,
                    place,
                    format!("the branch `{}` cannot be repeated", branch.name.value),
                )
                .with_help("put its layers into a macro and repeat that inside the branch"),
            );
            return self.once(stmt);
        }
        let mut count: u64 = 1;
        for repeat in &stmt.repeats {
            match self.repeat_count(repeat) {
                Some(number) => count = count.saturating_mul(number),
                None => {
                    // How often is not known, so what comes out is not either; one copy is still
                    // looked at for mistakes.
                    let parts = self.once(stmt);
                    let place = self.place(repeat.range);
                    self.fail(Why::Error, "the repeat count", Some(place));
                    return parts;
                }
            }
        }
        self.copies(stmt, count)
    }

    /// The number of copies that `* N` asks for; `None` where that is a mistake or not known.
    fn repeat_count(
        &mut self,
        repeat: &crate::model::hir::Spanned<crate::model::hir::Expr>,
    ) -> Option<u64> {
        let bound = self.eval(&repeat.value, "repeat");
        let place = self.place(repeat.value.range);
        let fix = |diagnostic: Diagnostic<Place>, value: i64| match bound.source {
            Some(source) => diagnostic
                .with_fix(format!("Change to {value}"), vec![source.edit(value.to_string())]),
            None => diagnostic,
        };
        let bad = |message: String| Diagnostic::new(codes::BAD_REPEAT, place, message);
        let diagnostic = match bound.value.as_constant() {
            None | Some(Value::Interval { .. }) => {
                bad("the number of copies cannot depend on a hyperparameter".to_string())
                    .with_help("write one network for each number of copies, or a macro for each")
            }
            Some(Value::Unknown) => return None,
            Some(Value::Int(number)) if *number >= 1 => return Some(*number as u64),
            Some(Value::Int(number)) => {
                fix(bad(format!("a layer is repeated at least once, and {number} is less")), 1)
            }
            Some(Value::Float(number))
                if number.fract() == 0.0 && *number >= 1.0 && *number < 1e15 =>
            {
                fix(
                    bad(format!("the number of copies is a whole number; write {number:.0}")),
                    *number as i64,
                )
            }
            Some(Value::Float(number)) => {
                bad(format!("the number of copies is a whole number, and {number} is not"))
            }
            Some(Value::Name(name)) => bad(format!(
                "the number of copies is a whole number, and `{name}` is no parameter of a macro here"
            )),
            Some(other) => bad(format!(
                "the number of copies is a whole number, and {other} is {}",
                other.describe()
            )),
        };
        self.emit(diagnostic);
        None
    }

    fn copies(&mut self, stmt: &Stmt, count: u64) -> Vec<Part> {
        let mut runs: Vec<Copies> = Vec::new();
        let outer_instance = self.instance;
        let mut number = 0;
        while number < count {
            // Copies may make much of a single chunk.
            self.scope.unwind_if_cancelled();
            let before = self.state.flow.clone();
            let layers_before = self.layers;
            let names_before = self.names.tensors.clone();
            let expansions_before = self.state.expansions.clone();
            self.instance = self.instance_of_copy(outer_instance, number);
            self.path.push(Step::Copy(number));
            self.copy_numbers.push(number + 1);
            let parts: Arc<[Part]> = match self.plain(stmt) {
                Some(part) => Arc::new([part]),
                None => self.once(stmt).into(),
            };
            self.copy_numbers.pop();
            self.path.pop();
            let open = matches!(self.state.flow, Flow::Branches(_));
            if open && number + 1 < count {
                self.close_branches();
            }
            runs.push(Copies { first: number, count: 1, parts });
            number += 1;
            let left = count - number;
            let same_macros = self.state.expansions == expansions_before;
            if left == 0 || self.stopped || !same_macros || !same_flow(&before, &self.state.flow) {
                continue;
            }
            // The next copy sees what this one saw, so it gives what this one gave; past the bound of
            // the expansion there are no more.
            let layers = self.layers - layers_before;
            let room = MAX_LAYERS.saturating_sub(self.expansion);
            let kept = room.checked_div(layers).map_or(left, |fit| left.min(fit));
            if let Some(run) = runs.last_mut() {
                run.count += kept;
            }
            self.name_copies(&names_before, number, number + kept);
            self.count_layers(layers.saturating_mul(left));
            number = count;
        }
        self.instance = outer_instance;
        vec![Part::Copies(runs.into())]
    }

    fn instance_of_copy(&mut self, outer: u64, number: u64) -> u64 {
        self.instance = outer;
        self.instance_of(self.stmt, number + 1)
    }

    /// Gives the copies that were not evaluated the names that the last evaluated one gave.
    fn name_copies(
        &mut self,
        before: &imbl::OrdMap<SmolStr, Arc<Named>>,
        evaluated: u64,
        count: u64,
    ) {
        let suffix = format!("_{evaluated}");
        let new: Vec<NamedCopies> = self
            .names
            .tensors
            .iter()
            .filter(|(name, _)| !before.contains_key(*name))
            .filter_map(|(name, named)| {
                let base = name.strip_suffix(suffix.as_str())?;
                Some(NamedCopies {
                    base: base.into(),
                    first: evaluated + 1,
                    last: count,
                    named: named.clone(),
                })
            })
            .collect();
        if !new.is_empty() {
            Arc::make_mut(&mut self.state.copies).extend(new);
        }
    }

    /// The name of a layer here: with the numbers of the copies and expansions around it.
    pub(super) fn numbered(&self, name: &SmolStr) -> SmolStr {
        let mut result = name.clone();
        for number in
            self.frames.last().and_then(|frame| frame.number).iter().chain(&self.copy_numbers)
        {
            result = format_smolstr!("{result}_{number}");
        }
        result
    }

    /// Gives a tensor a name that later layers can use.
    pub(super) fn add_name(&mut self, name: SmolStr, place: Place, tensor: Tensor) {
        let named = Arc::new(Named { tensor, place, is_input: false });
        if let Some(frame) = self.frames.last_mut() {
            frame.local_names.insert(name.clone(), named.clone());
        }
        let full = self.numbered(&name);
        if let Some(before) = self.find_in_network(&full) {
            let (first, is_input) = (before.place, before.is_input);
            let what = if is_input { "an input" } else { "a layer before" };
            let message = format!("{what} is called `{full}` already");
            self.emit(
                Diagnostic::new(codes::DUPLICATE_NAME, place, message)
                    .with_related(first, format!("the first `{full}`"))
                    .with_help("names of layers and inputs are unique in a network"),
            );
            return;
        }
        self.names.tensors.insert(full, named);
    }
}

/// Whether two flows are the same for whatever comes next.
fn same_flow(a: &Flow, b: &Flow) -> bool {
    match (a, b) {
        // Where a size was made matters only to messages, and a copy's neighbours say the same.
        (Flow::One(a), Flow::One(b)) => {
            a.shape == b.shape
                && a.is_unknown() == b.is_unknown()
                && a.dense_on_map.is_some() == b.dense_on_map.is_some()
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    #[test]
    fn equal_copies_share_one_result() {
        check(
            "Flatten()\nDense(10) * 1000000",
            expect![[r#"
                0 Flatten → 3072
                1#0 Dense → 10, 30,730 parameters
                1#1…999999 Dense → 10, 110 parameters
            "#]],
        );
        check(
            "Conv2D(4, 3) * 3",
            expect![[r#"
            0#0 Conv2D → 30×30×4, 112 parameters
            0#1 Conv2D → 28×28×4, 148 parameters
            0#2 Conv2D → 26×26×4, 148 parameters
        "#]],
        );
    }

    #[test]
    fn copies_are_bounded() {
        check(
            "Flatten()\nDense(10) * 1000001\nDense(3)",
            expect![[r#"
                0 Flatten → 3072
                1#0 Dense → 10, 30,730 parameters
                1#1…999999 Dense → 10, 110 parameters
                3:1 error expansion-too-large `Dense(10) * 1000001`: repeats and macros make more than 1,000,000 layers here
            "#]],
        );
        check(
            "Flatten()\nDense(10) * 1000 * 1000 * 1000 * 1000 * 1000 * 1000 * 1000",
            expect![[r#"
                0 Flatten → 3072
                1#0 Dense → 10, 30,730 parameters
                1#1…999999 Dense → 10, 110 parameters
                3:1 error expansion-too-large `Dense(10) * 1000 * 1000 * 1000 * 1000 * 1000 * 1000 * 1000`: repeats and macros make more than 1,000,000 layers here
            "#]],
        );
    }

    #[test]
    fn repeat_counts_are_whole_numbers_of_at_least_1() {
        check(
            "Dense(10) * 0",
            expect![[r#"
            0 Dense → 32×32×10, 40 parameters
            2:13 error bad-repeat `0`: a layer is repeated at least once, and 0 is less
                fix: Change to 1
        "#]],
        );
        check(
            "Dense(10) * HPO(choice(1, 2))",
            expect![[r#"
            0 Dense → 32×32×10, 40 parameters
            2:13 error bad-repeat `HPO(choice(1, 2))`: the number of copies cannot depend on a hyperparameter
                help: write one network for each number of copies, or a macro for each
        "#]],
        );
        check(
            "Dense(10) * 2.5\nDense(3)",
            expect![[r#"
            0 Dense → 32×32×10, 40 parameters
            1 Dense → ?
            2:13 error bad-repeat `2.5`: the number of copies is a whole number, and 2.5 is not
        "#]],
        );
        check(
            "a: { Dense(3) } * 2\nb: { Dense(3) }\nAdd()",
            expect![[r#"
            0.a.0 Dense → 32×32×3, 12 parameters
            0.b.0 Dense → 32×32×3, 12 parameters
            1 Add → 32×32×3
            2:17 error repeat-on-branch `* 2`: the branch `a` cannot be repeated
                help: put its layers into a macro and repeat that inside the branch
        "#]],
        );
    }

    #[test]
    fn copies_and_expansions_number_the_names_in_them() {
        check(
            "define B(f) { Conv2D($f, 1, name=\"h\") }\nnetwork N { input: (8, 8, 3) layers:\n B(3) B(3) Dense(3, name=\"d\") * 5\n Add(\"h_1\", \"h_2\", \"d_1\", \"d_4\") }",
            expect![[r#"
                0.0 Conv2D → 8×8×3, 12 parameters
                1.0 Conv2D → 8×8×3, 12 parameters
                2#0 Dense → 8×8×3, 12 parameters
                2#1…4 Dense → 8×8×3, 12 parameters
                3 Add → 8×8×3
            "#]],
        );
    }
}
