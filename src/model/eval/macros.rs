//! Calls of macros: their arguments, and the expansion of the body. Calls that are given the same share
//! one expansion.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::{Bound, Evaluator, Frame, MAX_LAYERS, MacroDef, Step};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::Value;
use crate::model::hir::{Arg, Call};
use crate::model::place::Place;
use crate::model::result::{Expansion, MacroCall, Node, Part};
use crate::model::state::Flow;
use crate::model::tensor::Why;
use crate::shape::Worlds;

/// How many different expansions of one macro are kept to be used again.
const KEPT_EXPANSIONS: usize = 8;

/// What a call of a macro gave, for calls that are given the same.
pub(super) struct Expanded {
    /// In the order of their names.
    arguments: Vec<(SmolStr, Worlds<Value>)>,
    before: Flow,
    after: Flow,
    body: Arc<[Node]>,
    layers: u64,
    /// How often each macro was expanded, this one included.
    expanded: BTreeMap<SmolStr, u64>,
}

impl Evaluator<'_> {
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
        let inputs = self.state.flowing();
        let mut frame = Frame::default();
        let complete = self.bind_macro(definition, call, &mut frame);
        let mut number = None;
        if definition.names_layers && self.scope.is_used_often(&name) {
            let next = self.state.expansions.get(&name).copied().unwrap_or(0) + 1;
            number = Some(next);
            Arc::make_mut(&mut self.state.expansions).insert(name.clone(), next);
        }
        let mut arguments: Vec<_> =
            frame.env.iter().map(|(name, bound)| (name.clone(), bound.value.clone())).collect();
        arguments.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(body) = self.expanded_before(definition, &arguments) {
            let outputs = self.state.flowing();
            let expansion = Expansion { name, call: place, number, inputs, outputs, body };
            return vec![Part::Macro(Arc::new(expansion))];
        }
        let before = (self.state.flow.clone(), self.layers, self.findings.len());
        // Macros without layers are bounded like layers.
        self.calls_made += 1;
        if self.calls_made > MAX_LAYERS {
            self.count_expanded(MAX_LAYERS);
            return Vec::new();
        }
        // A further copy that is given something unknown cannot show that the body is right.
        let shows_nothing = self.path.iter().any(|step| matches!(step, Step::Copy(1..)))
            && matches!(&self.state.flow, Flow::One(tensor) if tensor.is_unknown());
        // What this call expands is counted by itself and then added to the rest, since a call may be
        // one of very many.
        let expanded_around = std::mem::take(&mut self.expanded);
        self.expanded.insert(name.clone(), u64::from(!shows_nothing));
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
        let (flow, layers, findings) = before;
        let expanded = std::mem::replace(&mut self.expanded, expanded_around);
        self.add_expanded(&expanded);
        if self.findings.len() == findings && !self.stopped {
            let after = self.state.flow.clone();
            let (body, layers) = (nodes.clone(), self.layers - layers);
            self.keep_expansion(
                definition,
                Expanded { arguments, before: flow, after, body, layers, expanded },
            );
        }
        if let Flow::Branches(open) = &mut self.state.flow {
            Arc::make_mut(open).extendable = false;
        }
        if !complete && matches!(self.state.flow, Flow::One(_)) {
            // A missing argument leaves sizes open that only look known.
            self.fail(Why::Error, &name, Some(place));
        }
        let outputs = self.state.flowing();
        let expansion = Expansion { name, call: place, number, inputs, outputs, body: nodes };
        vec![Part::Macro(Arc::new(expansion))]
    }

    /// What an earlier call of the macro gave, if this one is given the same: then it gives the same.
    fn expanded_before(
        &mut self,
        definition: &MacroDef,
        arguments: &[(SmolStr, Worlds<Value>)],
    ) -> Option<Arc<[Node]>> {
        let kept = self.memo.get(&definition.owner)?;
        let same = kept
            .iter()
            .find(|kept| kept.arguments == arguments && kept.before == self.state.flow)?;
        let (body, after, layers) = (same.body.clone(), same.after.clone(), same.layers);
        let expanded = same.expanded.clone();
        self.add_expanded(&expanded);
        self.state.flow = after;
        self.count_expanded(layers);
        Some(body)
    }

    fn add_expanded(&mut self, expanded: &BTreeMap<SmolStr, u64>) {
        for (name, count) in expanded {
            let total = self.expanded.entry(name.clone()).or_default();
            *total = total.saturating_add(*count);
        }
    }

    fn keep_expansion(&mut self, definition: &MacroDef, expansion: Expanded) {
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
    fn bind_macro<'s>(&mut self, definition: &MacroDef, call: &'s Call, frame: &mut Frame) -> bool {
        let params = &definition.header.params;
        let name = &call.name.value;
        let args: &'s [Arg] = call.args.as_ref().map_or(&[], |list| &list.args);
        let mut given: FxHashMap<&SmolStr, Place> = FxHashMap::default();
        let mut position = 0;
        let mut written: Option<FxHashSet<&str>> = None;
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
                        let name = |arg: &'s Arg| Some(arg.name.as_ref()?.value.as_str());
                        let names = || args.iter().filter_map(name).collect();
                        let is_given = written.get_or_insert_with(names).contains(meant.as_str());
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

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

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
    fn a_mistake_of_the_first_copy_stands_in_the_body() {
        // The other copies are given something unknown.
        check(
            "define B { ResidualConnection { Dense(5) } }\nnetwork N { input: (4) layers: B() * 3 }",
            expect![[r#"
                0#0.0.0 Dense → 5, 25 parameters
                0#0.0.add Add → ?
                0#1…2.0.0 Dense → ?
                0#1…2.0.add Add → ?
                1:12 error shape-mismatch `ResidualConnection`: `ResidualConnection`: the block turns 4 into 5, which cannot be added to the input
                    help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Dense(5) }`
                    line 1: `Dense` makes this dimension 5
                    line 2: `input` makes this dimension 4
                    fix: Set `units=4` on `Dense` before
                    fix: Project the input with `Dense(5)`
            "#]],
        );
        // Here the first copies show that the body is right.
        check(
            "define B { Conv2D(4, 3) }\nnetwork N { input: (6, 6, 3) layers: B() * 4 }",
            expect![[r#"
                0#0.0 Conv2D → 4×4×4, 112 parameters
                0#1.0 Conv2D → 2×2×4, 148 parameters
                0#2.0 Conv2D → ?
                0#3.0 Conv2D → ?
                2:38 error kernel-too-large `B`: in `B`: `Conv2D`: `kernel_size` 3×3 does not fit the 2×2 input; the largest that fits is 2×2, or use `padding="same"`
                    line 1: `Conv2D` makes this dimension 2
                    line 1: it happens here, in the body of `B`
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
