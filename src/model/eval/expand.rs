//! Repeats and macros. Copies that see the same tensor share one result, so `Dense(10) * 1000000`
//! is evaluated three times and not a million.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::{Bound, Evaluator, Frame, MAX_LAYERS, MacroDef, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::Value;
use crate::model::hir::{Call, Stmt, StmtKind};
use crate::model::place::Place;
use crate::model::result::{Copies, MacroCall, Node, Part};
use crate::model::state::{Flow, Named, NamedCopies};
use crate::model::tensor::{Tensor, Why};
use crate::shape::Worlds;

/// How many different expansions of one macro are kept to be used again.
const KEPT_EXPANSIONS: usize = 8;

/// What a call of a macro gave, for calls that are given the same.
pub(super) struct Expansion {
    arguments: Vec<(SmolStr, Worlds<Value>)>,
    before: Flow,
    after: Flow,
    body: Arc<[Node]>,
    layers: u64,
    /// How often each macro was expanded, this one included.
    expanded: BTreeMap<SmolStr, u64>,
}

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
            let before = self.state.flow.clone();
            let layers_before = self.layers;
            let names_before = self.state.names.clone();
            let expansions_before = self.state.expansions.clone();
            self.instance = self.instance_of_copy(outer_instance, number);
            self.path.push(Step::Copy(number));
            self.copy_numbers.push(number + 1);
            let parts: Arc<[Part]> = self.once(stmt).into();
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
        before: &rpds::RedBlackTreeMapSync<SmolStr, Arc<Named>>,
        evaluated: u64,
        count: u64,
    ) {
        let suffix = format!("_{evaluated}");
        let new: Vec<NamedCopies> = self
            .state
            .names
            .iter()
            .filter(|(name, _)| !before.contains_key(*name))
            .filter_map(|(name, named)| {
                let base = name.strip_suffix(suffix.as_str())?;
                Some(NamedCopies {
                    base: base.into(),
                    first: evaluated + 1,
                    last: count,
                    named: Named::clone(named),
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
        let named = Named { tensor, place, is_input: false };
        if let Some(frame) = self.frames.last_mut() {
            frame.local_names.insert(name.clone(), named.clone());
        }
        let full = self.numbered(&name);
        if let Some(before) = self.state.find(&full) {
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
        self.state.names.insert_mut(full, Arc::new(named));
    }

    /// A use of a macro.
    pub(super) fn macro_call(&mut self, definition: &Arc<MacroDef>, call: &Call) -> Vec<Part> {
        let place = self.place(call.name.range);
        let name = definition
            .header
            .name
            .as_ref()
            .map_or_else(|| call.name.value.clone(), |name| name.value.clone());
        if definition.recursive {
            // The definition itself is reported, once.
            self.fail(Why::Error, &name, Some(place));
            return Vec::new();
        }
        let inputs = self.state.flowing().into();
        let mut frame = Frame::default();
        let complete = self.bind_macro(definition, call, &mut frame);
        let mut number = None;
        if definition.names_layers && self.scope.is_used_often(&name) {
            let next = self.state.expansions.get(&name).copied().unwrap_or(0) + 1;
            number = Some(next);
            Arc::make_mut(&mut self.state.expansions).insert(name.clone(), next);
        }
        if let Some(body) = self.expanded_before(definition, &frame) {
            let outputs = self.state.flowing().into();
            return vec![Part::Macro { call: place, number, inputs, outputs, body }];
        }
        let before =
            (self.state.flow.clone(), self.layers, self.findings.len(), self.expanded.clone());
        let arguments = arguments(&frame);
        // Macros without layers are bounded like layers.
        self.calls_made += 1;
        if self.calls_made > MAX_LAYERS {
            self.count_expanded(MAX_LAYERS);
            return Vec::new();
        }
        *self.expanded.entry(name.clone()).or_default() += 1;
        let instance = self.instance_of(place, 0);
        let outer = (self.instance, self.owner, self.stmt, std::mem::take(&mut self.copy_numbers));
        frame.number = number;
        // Outside numbers of copies still tell apart the names inside.
        if number.is_none() {
            self.copy_numbers = outer.3.clone();
        }
        self.instance = instance;
        self.frames.push(frame);
        self.calls.push(MacroCall { name: name.clone(), place, instance });
        let nodes: Vec<Node> = self.records(&definition.body);
        self.calls.pop();
        self.frames.pop();
        (self.instance, self.owner, self.stmt, self.copy_numbers) = outer;
        let nodes: Arc<[Node]> = nodes.into();
        let (flow, layers, findings, expanded) = before;
        if self.findings.len() == findings && !self.stopped {
            let since = |(name, count): (&SmolStr, &u64)| {
                (name.clone(), count - expanded.get(name).copied().unwrap_or(0))
            };
            self.keep_expansion(
                definition,
                Expansion {
                    arguments,
                    before: flow,
                    after: self.state.flow.clone(),
                    body: nodes.clone(),
                    layers: self.layers - layers,
                    expanded: self
                        .expanded
                        .iter()
                        .map(since)
                        .filter(|(_, count)| *count > 0)
                        .collect(),
                },
            );
        }
        if let Flow::Branches(open) = &mut self.state.flow {
            Arc::make_mut(open).extendable = false;
        }
        if !complete && matches!(self.state.flow, Flow::One(_)) {
            // A missing argument leaves sizes open that only look known.
            self.fail(Why::Error, &name, Some(place));
        }
        let outputs = self.state.flowing().into();
        vec![Part::Macro { call: place, number, inputs, outputs, body: nodes }]
    }

    /// What an earlier call of the macro gave, if this one is given the same: then it gives the same.
    fn expanded_before(&mut self, definition: &MacroDef, frame: &Frame) -> Option<Arc<[Node]>> {
        let kept = self.memo.get(&definition.owner)?;
        let arguments = arguments(frame);
        let same = kept
            .iter()
            .find(|kept| kept.before == self.state.flow && kept.arguments == arguments)?;
        let (body, after, layers) = (same.body.clone(), same.after.clone(), same.layers);
        for (name, count) in same.expanded.clone() {
            let total = self.expanded.entry(name).or_default();
            *total = total.saturating_add(count);
        }
        self.state.flow = after;
        self.count_expanded(layers);
        Some(body)
    }

    fn keep_expansion(&mut self, definition: &MacroDef, expansion: Expansion) {
        let plain = matches!((&expansion.before, &expansion.after), (Flow::One(_), Flow::One(_)));
        if definition.is_individual || !plain {
            return;
        }
        let kept = self.memo.entry(definition.owner).or_default();
        if kept.len() == KEPT_EXPANSIONS {
            kept.remove(0);
        }
        kept.push(expansion);
    }

    /// Looks for mistakes in the body of a macro that nothing uses. Parameters without a default are
    /// not known.
    pub fn unused_body(&mut self, definition: &Arc<MacroDef>) {
        if definition.recursive {
            return;
        }
        let mut frame = Frame::default();
        let outer = std::mem::replace(&mut self.owner, definition.owner);
        for param in &definition.header.params {
            let bound = match &param.default {
                Some(default) => self.eval(default, &param.name.value),
                None => {
                    Bound { value: Worlds::constant(Value::Unknown), division: None, source: None }
                }
            };
            frame.env.insert(param.name.value.clone(), bound);
        }
        self.owner = outer;
        self.frames.push(frame);
        self.records(&definition.body);
        self.frames.pop();
    }

    /// Binds the arguments of a macro call. `false` where a required one is missing.
    fn bind_macro(&mut self, definition: &MacroDef, call: &Call, frame: &mut Frame) -> bool {
        let params = &definition.header.params;
        let name = &call.name.value;
        let args = call.args.as_ref().map_or(&[][..], |list| &list.args);
        let mut given: FxHashMap<&SmolStr, Place> = FxHashMap::default();
        let mut position = 0;
        for arg in args {
            let whole = self.place(arg.range);
            let param = match &arg.name {
                Some(arg_name) => {
                    let found = params.iter().find(|param| param.name.value == arg_name.value);
                    found.or_else(|| {
                        let place = self.place(arg_name.range);
                        let meant =
                            self.unknown_macro_argument(definition, name, &arg_name.value, place)?;
                        // A near miss of a parameter is that parameter, unless it is given as well.
                        let is_given = args
                            .iter()
                            .filter_map(|arg| arg.name.as_ref())
                            .any(|name| name.value == meant);
                        params.iter().find(|param| param.name.value == meant && !is_given)
                    })
                }
                None => {
                    position += 1;
                    let found = params.get(position - 1);
                    if found.is_none() {
                        let takes = match params.len() {
                            0 => "no arguments".to_string(),
                            1 => "1 argument".to_string(),
                            count => format!("{count} arguments"),
                        };
                        self.emit(Diagnostic::new(
                            codes::TOO_MANY_ARGUMENTS,
                            whole,
                            format!("the macro `{name}` takes {takes}"),
                        ));
                    }
                    found
                }
            };
            let label = param.map_or("", |param| param.name.value.as_str());
            let bound = self.eval(&arg.value, label);
            let Some(param) = param else { continue };
            if let Some(first) = given.insert(&param.name.value, whole) {
                self.emit(
                    Diagnostic::new(
                        codes::DUPLICATE_ARGUMENT,
                        whole,
                        format!("`{}` of the macro `{name}` is given twice", param.name.value),
                    )
                    .with_related(first, "it is given here already"),
                );
                continue;
            }
            frame.env.insert(param.name.value.clone(), bound);
        }
        let missing: Vec<&SmolStr> = params
            .iter()
            .filter(|param| !frame.env.contains_key(&param.name.value) && param.default.is_none())
            .map(|param| &param.name.value)
            .collect();
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
            let place = self.place(call.name.range);
            let head = Place::new(definition.owner, definition.header.range);
            let plural = if names.len() == 1 { "argument" } else { "arguments" };
            let mut diagnostic = Diagnostic::new(
                codes::MISSING_PARAMETER,
                place,
                format!("the macro `{name}` needs the {plural} {}", names.join(", ")),
            )
            .with_related(head, "the macro is defined here");
            diagnostic.help = Some(format!(
                "write `{name}({})`",
                missing.iter().map(|name| format!("{name}=…")).collect::<Vec<_>>().join(", ")
            ));
            self.emit(diagnostic);
        }
        // Defaults are the macro's own text, evaluated once for each expansion.
        let outer = std::mem::replace(&mut self.owner, definition.owner);
        for param in params {
            if frame.env.contains_key(&param.name.value) {
                continue;
            }
            let bound = match &param.default {
                Some(default) => self.eval(default, &param.name.value),
                None => {
                    Bound { value: Worlds::constant(Value::Unknown), division: None, source: None }
                }
            };
            frame.env.insert(param.name.value.clone(), bound);
        }
        self.owner = outer;
        missing.is_empty()
    }

    fn unknown_macro_argument(
        &mut self,
        definition: &MacroDef,
        name: &str,
        wrong: &str,
        place: Place,
    ) -> Option<SmolStr> {
        let params: Vec<&str> =
            definition.header.params.iter().map(|param| param.name.value.as_str()).collect();
        let head = Place::new(definition.owner, definition.header.range);
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_PARAMETER,
            place,
            format!("the macro `{name}` has no parameter `{wrong}`"),
        )
        .with_related(head, "the macro is defined here");
        let meant = crate::diagnostics::did_you_mean(wrong, params.iter().copied());
        diagnostic = match meant {
            Some(meant) => diagnostic
                .with_help(format!("did you mean `{meant}`?"))
                .with_fix(format!("Change to `{meant}`"), vec![place.edit(meant)]),
            None if params.is_empty() => diagnostic.with_help("it has no parameters"),
            None => diagnostic.with_help(format!("its parameters are {}", params.join(", "))),
        };
        let meant = meant.map(SmolStr::from);
        self.emit(diagnostic);
        meant
    }
}

/// The arguments of an expansion, in an order that can be compared.
fn arguments(frame: &Frame) -> Vec<(SmolStr, Worlds<Value>)> {
    let mut arguments: Vec<_> =
        frame.env.iter().map(|(name, bound)| (name.clone(), bound.value.clone())).collect();
    arguments.sort_by(|(a, _), (b, _)| a.cmp(b));
    arguments
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

    #[test]
    fn macros_take_arguments_by_position_and_name() {
        check(
            "define B(f, k=3, n=2) { Conv2D($f * 2, k, padding=\"same\") * $n }\nnetwork N { input: (8, 8, 3) layers:\n B(4) B(f=2, n=1) B(1, 5, n=(1+1)) }",
            expect![[r#"
                0.0#0 Conv2D → 8×8×8, 224 parameters
                0.0#1 Conv2D → 8×8×8, 584 parameters
                1.0#0 Conv2D → 8×8×4, 292 parameters
                2.0#0 Conv2D → 8×8×2, 202 parameters
                2.0#1 Conv2D → 8×8×2, 102 parameters
            "#]],
        );
    }

    #[test]
    fn mistakes_in_macro_calls_stand_at_the_call() {
        check(
            "define B(f, k=3) { Conv2D(f, k) }\nnetwork N { input: (8, 8, 3) layers:\n B()\n B(4, kk=3)\n B(1, 2, 3)\n B(1, f=2) }",
            expect![[r#"
                0.0 Conv2D → ?
                1.0 Conv2D → ?
                2.0 Conv2D → ?
                3.0 Conv2D → ?
                3:2 error missing-parameter `B`: the macro `B` needs the argument `f`
                    help: write `B(f=…)`
                    line 1: the macro is defined here
                4:7 error unknown-parameter `kk`: the macro `B` has no parameter `kk`
                    help: its parameters are f, k
                    line 1: the macro is defined here
                5:10 error too-many-arguments `3`: the macro `B` takes 2 arguments
                6:7 error duplicate-argument `f=2`: `f` of the macro `B` is given twice
                    line 6: it is given here already
            "#]],
        );
    }

    #[test]
    fn a_mistake_of_every_use_stands_in_the_body() {
        check(
            "define B { Conv2D(4, 99) }\nnetwork N { input: (8, 8, 3) layers:\n a: { B } b: { B } Add() }",
            expect![[r#"
                0.a.0.0 Conv2D → ?
                0.b.0.0 Conv2D → ?
                1 Add → ?
                1:22 error kernel-too-large `99`: `Conv2D`: `kernel_size` 99×99 does not fit the 8×8 input; the largest that fits is 8×8, or use `padding="same"`
                    line 2: `input` makes this dimension 8
                    fix: Change `kernel_size` to 8
                    fix: Add `padding="same"`
            "#]],
        );
        check(
            "define B(k) { Conv2D(4, k) }\nnetwork N { input: (8, 8, 3) layers:\n B(3)\n B(9) }",
            expect![[r#"
                0.0 Conv2D → 6×6×4, 112 parameters
                1.0 Conv2D → ?
                4:2 error kernel-too-large `B`: in `B`: `Conv2D`: `kernel_size` 9×9 does not fit the 6×6 input; the largest that fits is 6×6, or use `padding="same"`
                    line 1: `Conv2D` makes this dimension 6
                    line 1: it happens here, in the body of `B`
                    fix: Change `kernel_size` to 6
            "#]],
        );
    }

    #[test]
    fn recursion_is_reported_once_for_each_macro() {
        check(
            "define A { B() }\ndefine B { A() }\nnetwork N { input: (8,) layers: A() Dense(3) }",
            expect![[r#"
                1 Dense → ?
                1:12 error recursive-macro `B`: the macro `A` uses itself by way of `B`
                    help: for layers that repeat write `A * 3` where it is used
            "#]],
        );
    }

    #[test]
    fn macros_nest_and_pass_parameters_on() {
        check(
            "define Conv(f) { Conv2D($f, 3, padding=\"same\") ReLU }\ndefine Two(f) { Conv($f) Conv($f * 2) }\nnetwork N { input: (8, 8, 3) layers: Two(4) * 2 }",
            expect![[r#"
                0#0.0.0 Conv2D → 8×8×4, 112 parameters
                0#0.0.1 ReLU → 8×8×4
                0#0.1.0 Conv2D → 8×8×8, 296 parameters
                0#0.1.1 ReLU → 8×8×8
                0#1.0.0 Conv2D → 8×8×4, 292 parameters
                0#1.0.1 ReLU → 8×8×4
                0#1.1.0 Conv2D → 8×8×8, 296 parameters
                0#1.1.1 ReLU → 8×8×8
            "#]],
        );
    }

    #[test]
    fn arithmetic_says_what_it_cannot_do() {
        check(
            "define B(n) { Dense($n / 2) Dense($n / 0) Dense($n + \"a\") Dense($m) }\nnetwork N { input: (8,) layers: B(7) }",
            expect![[r#"
                0.0 Dense → ?
                0.1 Dense → ?
                0.2 Dense → ?
                0.3 Dense → ?
                1:40 error bad-arithmetic `0`: 7 / 0 has no value
                1:54 error bad-arithmetic `"a"`: `+` takes numbers, and "a" is a string
                1:65 error unknown-macro-parameter `$m`: the macro `B` has no parameter `m`
                2:33 error bad-type `B`: in `B`: `Dense`: `units` must be a whole number, and 7 / 2 is 3.5
                    help: 2 divides 6 and 8
                    line 1: it happens here, in the body of `B`
            "#]],
        );
    }

    #[test]
    fn unused_macros_are_looked_at_all_the_same() {
        check(
            "define B(n, m) { Dense($n) Conv2D(4) }\nnetwork N { input: (8,) layers: Dense(3) }",
            expect![[r#"
                0 Dense → 3, 27 parameters
                1:8 warning unused-macro `B`: nothing uses the macro `B`
                1:13 warning unused-macro-parameter `m`: the body of `B` does not use the parameter `m`
                1:28 error missing-parameter `Conv2D`: `Conv2D` needs `kernel_size`, a whole number or a tuple of 2, each at least 1; write for example `kernel_size=3`
                    fix: Add `kernel_size=3`
            "#]],
        );
    }
}
