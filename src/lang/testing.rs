//! Fixtures for the tests of this room: a layer call as text, on input shapes as text, and what
//! comes of it as text. It reads just enough of the language to write tests; the real reading is
//! done elsewhere.

use expect_test::Expect;

use super::layers;
use super::mend::mended;
use super::{
    Args, BlockOutcome, Framework, LayerEntry, LayerName, Outcome, ParamName, Problem, Rule,
    RuleCx, Suggestion, Value, resolve_layer, resolve_param, validate,
};
use crate::diagnostics::Severity;
use crate::shape::{Count, Dim, Shape};

/// Runs every line of `fixture`, `Dense(10) on (784)`, and compares what comes of them. Several
/// shapes, separated by `;`, are several operands; a name is an unknown size with that name, `?` one
/// without, and `8..32` a size between bounds.
pub(super) fn check(fixture: &str, expect: Expect) {
    check_under(Framework::Keras, fixture, expect);
}

/// The same under PyTorch's rules.
pub(super) fn check_pytorch(fixture: &str, expect: Expect) {
    check_under(Framework::Pytorch, fixture, expect);
}

fn check_under(framework: Framework, fixture: &str, expect: Expect) {
    let lines = fixture.lines().map(str::trim).filter(|line| !line.is_empty());
    let answers: Vec<String> = lines
        .map(|line| {
            let (call, inputs) = line.split_once(" on ").expect("a fixture says `call on shapes`");
            let inputs: Vec<Shape> = inputs.split(';').map(shape).collect();
            let call = Reader { rest: call }.call();
            show(&run(&call, framework, &inputs, None))
        })
        .collect();
    expect.assert_eq(&answers.join("\n"));
}

/// Compares how the output of every line of `fixture` is accounted for.
pub(super) fn check_explained(fixture: &str, expect: Expect) {
    check_explained_under(Framework::Keras, fixture, expect);
}

/// The same under PyTorch's rules.
pub(super) fn check_explained_pytorch(fixture: &str, expect: Expect) {
    check_explained_under(Framework::Pytorch, fixture, expect);
}

fn check_explained_under(framework: Framework, fixture: &str, expect: Expect) {
    let lines = fixture.lines().map(str::trim).filter(|line| !line.is_empty());
    let accounts: Vec<String> = lines
        .map(|line| {
            let (text, inputs) = line.split_once(" on ").expect("a fixture says `call on shapes`");
            let inputs: Vec<Shape> = inputs.split(';').map(shape).collect();
            let call = Reader { rest: text }.call();
            let outcome = run(&call, framework, &inputs, None).outcome.expect("the layer is right");
            let (entry, given, ..) = bind(&call, framework);
            let args = Args::new(entry, framework, &given);
            let explain = entry.explain.expect("the layer has an account");
            let account = explain(&RuleCx::new(&args, &inputs), &outcome.outputs[0]);
            for line in &account {
                check_formula(line, &outcome);
            }
            format!("{text}\n  {}", account.join("\n  "))
        })
        .collect();
    expect.assert_eq(&accounts.join("\n"));
}

/// A line of a fixture, its layer, and of each formula the text, what it gives and what the rule counts.
pub(super) type Formulated = (String, &'static LayerEntry, Vec<(&'static str, Count, Count)>);

/// For every line of `fixture`: the layer, and for each of its formulas that is arithmetic what it gives
/// and what the rule counts.
pub(super) fn formulas(fixture: &str) -> Vec<Formulated> {
    let lines = fixture.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (text, inputs) = line.split_once(" on ").expect("a fixture says `call on shapes`");
            let inputs: Vec<Shape> = inputs.split(';').map(shape).collect();
            let call = Reader { rest: text }.call();
            let answer = run(&call, Framework::Keras, &inputs, None);
            let outcome = answer.outcome.unwrap_or_else(|| panic!("{line} is right"));
            let (entry, given, ..) = bind(&call, Framework::Keras);
            let args = Args::new(entry, Framework::Keras, &given);
            let cx = RuleCx::new(&args, &inputs);
            let counted = [
                (entry.formulas.trainable, outcome.trainable),
                (entry.formulas.non_trainable, outcome.non_trainable),
                (entry.formulas.macs, outcome.macs),
                (entry.formulas.activation, outcome.activation),
            ];
            let found = counted.into_iter().filter_map(|(text, counted)| {
                let value = super::formula::evaluate(&cx, text, outcome.outputs.first()?)?;
                Some((text, value, counted))
            });
            (line.to_owned(), entry, found.collect())
        })
        .collect()
}

/// The auxiliary operations of a layer, `Dense(10) on (784)`.
pub(super) fn aux(line: &str) -> Count {
    let (text, inputs) = line.split_once(" on ").expect("a fixture says `call on shapes`");
    let inputs: Vec<Shape> = inputs.split(';').map(shape).collect();
    let call = Reader { rest: text }.call();
    let outcome = run(&call, Framework::Keras, &inputs, None).outcome.expect("the layer is right");
    let (entry, given, ..) = bind(&call, Framework::Keras);
    let args = Args::new(entry, Framework::Keras, &given);
    super::formula::aux_flops(&RuleCx::new(&args, &inputs), outcome.outputs.first())
}

/// Checks the arithmetic of `label: formula = result`, and that the parameters are the outcome's.
fn check_formula(line: &str, outcome: &Outcome) {
    let Some((label, formula)) = line.split_once(": ") else { return };
    let result = formula.rsplit(" = ").next().unwrap_or(formula);
    if label == "parameters" {
        assert_eq!(result, outcome.trainable.to_string(), "{line}");
    }
    if let Some((formula, result)) = formula.rsplit_once(" = ")
        && let (Some(value), Ok(result)) =
            (Formula { rest: formula }.whole(), result.replace(',', "").parse::<f64>())
    {
        assert_eq!(value, result, "{line}");
    }
}

/// Reads arithmetic of numbers, `+ − × / mod`, `floor`, `ceil` and `max`.
struct Formula<'a> {
    rest: &'a str,
}

impl Formula<'_> {
    fn whole(mut self) -> Option<f64> {
        let value = self.sum()?;
        self.rest.trim().is_empty().then_some(value)
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = self.rest.trim_start().strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn sum(&mut self) -> Option<f64> {
        let mut value = self.product()?;
        loop {
            if self.skip("+") {
                value += self.product()?;
            } else if self.skip("−") {
                value -= self.product()?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self) -> Option<f64> {
        let mut value = self.one()?;
        loop {
            if self.skip("×") {
                value *= self.one()?;
            } else if self.skip("/") {
                value /= self.one()?;
            } else if self.skip("mod") {
                value %= self.one()?;
            } else {
                return Some(value);
            }
        }
    }

    fn one(&mut self) -> Option<f64> {
        let apply: fn(f64) -> f64 = match () {
            () if self.skip("floor") => f64::floor,
            () if self.skip("ceil") => f64::ceil,
            () => |value| value,
        };
        let is_max = self.skip("max");
        if self.skip("(") {
            let mut value = self.sum()?;
            while is_max && self.skip(",") {
                value = value.max(self.sum()?);
            }
            return self.skip(")").then(|| apply(value));
        }
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let value = self.rest[..end].parse().ok();
        self.rest = &self.rest[end..];
        value
    }
}

/// The same for a layer whose block gives `output` and has `parameters`.
pub(super) fn check_block(fixture: &str, output: &str, parameters: u64, expect: Expect) {
    let (call, input) = fixture.split_once(" on ").expect("a fixture says `call on shape`");
    let block = BlockOutcome {
        output: Some(shape(output)),
        trainable: Count::known(parameters),
        non_trainable: Count::ZERO,
        macs: Count::ZERO,
    };
    let call = Reader { rest: call }.call();
    expect.assert_eq(&show(&run(&call, Framework::Keras, &[shape(input)], Some(&block))));
}

/// `(28, T, ?)` or `784`, without the batch.
pub(super) fn shape(text: &str) -> Shape {
    let text = text.trim().trim_matches(['(', ')', ',']);
    let dims = text.split(',').map(str::trim).filter(|dim| !dim.is_empty());
    Shape::batched(dims.map(|dim| match dim {
        "?" => Dim::Unknown,
        dim => match (dim.parse(), dim.split_once("..")) {
            (Ok(size), _) => Dim::Known(size),
            (_, Some((low, high))) => {
                let (low, high) = (low.parse(), high.parse());
                Dim::between("units", low.expect("a number"), high.expect("a number"))
            }
            _ => Dim::named(dim),
        },
    }))
}

/// A value as the language writes it.
pub(super) fn value(text: &str) -> Value {
    match (Reader { rest: text }).value() {
        Arg::Value(value) => value,
        Arg::Call(call) => Value::Call(call.name.into()),
    }
}

struct Call {
    name: String,
    args: Vec<(Option<String>, Arg)>,
}

enum Arg {
    Value(Value),
    Call(Call),
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "_.-+".contains(c)));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        word.to_owned()
    }

    fn call(mut self) -> Call {
        let name = self.word();
        self.args(name)
    }

    fn args(&mut self, name: String) -> Call {
        let mut args = Vec::new();
        if self.skip("(") {
            while !self.skip(")") {
                args.push(self.arg());
                self.skip(",");
            }
        }
        Call { name, args }
    }

    fn arg(&mut self) -> (Option<String>, Arg) {
        let before = self.rest;
        let word = self.word();
        if !word.is_empty() && self.skip("=") {
            return (Some(word), self.value());
        }
        self.rest = before;
        (None, self.value())
    }

    fn value(&mut self) -> Arg {
        if self.skip("(") {
            let mut elements = Vec::new();
            while !self.skip(")") {
                elements.push(match self.value() {
                    Arg::Value(value) => value,
                    Arg::Call(call) => Value::Call(call.name.into()),
                });
                self.skip(",");
            }
            return Arg::Value(Value::Tuple(elements));
        }
        if self.skip("\"") {
            let (text, rest) = self.rest.split_once('"').expect("strings are closed");
            self.rest = rest;
            return Arg::Value(Value::Str(text.into()));
        }
        let word = self.word();
        if self.rest.starts_with('(') {
            return Arg::Call(self.args(word));
        }
        Arg::Value(match (word.as_str(), word.parse::<i64>(), word.parse::<f64>()) {
            ("true", ..) => Value::Bool(true),
            ("false", ..) => Value::Bool(false),
            ("None", ..) => Value::None,
            (_, Ok(number), _) => Value::Int(number),
            (_, _, Ok(number)) => Value::Float(number),
            _ => match word.split_once("..").map(|(low, high)| (low.parse(), high.parse())) {
                Some((Ok(low), Ok(high))) => Value::Interval { name: "units".into(), low, high },
                _ => Value::Name(word.into()),
            },
        })
    }
}

struct Answer {
    problems: Vec<Problem>,
    outcome: Option<Outcome>,
}

/// The arguments by parameter, the layers inside, and what is wrong with the names.
fn bind(
    call: &Call,
    framework: Framework,
) -> (&'static LayerEntry, Vec<Option<Value>>, Vec<&Call>, Vec<Problem>) {
    let LayerName::Entry(entry) = resolve_layer(&call.name) else {
        panic!("{} is no layer", call.name);
    };
    let mut given = vec![None; entry.params.len()];
    let (mut inner, mut problems) = (Vec::new(), Vec::new());
    for (at, (name, arg)) in call.args.iter().enumerate() {
        let found = match name {
            Some(name) => resolve_param(entry, framework, name),
            None => match entry.positional(at) {
                Some((index, _)) => ParamName::Param(index),
                None => ParamName::Kept,
            },
        };
        problems.extend(found.problem(entry, name.as_deref().unwrap_or_default()));
        let index = match found {
            ParamName::Param(index) | ParamName::Alias { index, .. } => index,
            ParamName::Legacy { index: Some(index), .. } => index,
            _ => continue,
        };
        given[index] = Some(match arg {
            Arg::Value(value) => value.clone(),
            Arg::Call(call) => {
                inner.push(call);
                Value::Call(call.name.as_str().into())
            }
        });
    }
    problems.extend(validate(entry, framework, &mut given));
    (entry, given, inner, problems)
}

fn run(
    call: &Call,
    framework: Framework,
    inputs: &[Shape],
    block: Option<&BlockOutcome>,
) -> Answer {
    let (entry, given, inner, mut problems) = bind(call, framework);
    let bound: Vec<_> = inner.iter().map(|call| bind(call, framework)).collect();
    problems.extend(bound.iter().filter_map(|(inner, ..)| layers::check_inner(entry, inner)));
    let inner_args: Vec<Args<'_>> =
        bound.iter().map(|(entry, given, ..)| Args::new(entry, framework, given)).collect();
    let args = Args::new(entry, framework, &given);
    let cx = RuleCx { block, inner: &inner_args, ..RuleCx::new(&args, inputs) };
    let result = match entry.rule {
        Rule::Pure(rule) => rule(&cx).map_err(|problem| mended(&cx, problem)),
        Rule::Wrapper { enter, leave, .. } => enter(&cx, &inputs[0]).and_then(|start| {
            let mut at = start;
            let mut outcomes = Vec::new();
            for call in &inner {
                let answer = run(call, framework, std::slice::from_ref(&at), None);
                problems.extend(answer.problems);
                let Some(outcome) = answer.outcome else { return Ok(Outcome::shapeless()) };
                at = outcome.outputs[0].clone();
                outcomes.push(outcome);
            }
            leave(&cx, &inputs[0], Outcome::chain(outcomes))
        }),
        Rule::Residual | Rule::Opaque => Ok(Outcome::shapeless()),
    };
    match result {
        Ok(outcome) => {
            problems.extend(outcome.warnings.iter().cloned());
            Answer { problems, outcome: Some(outcome) }
        }
        Err(problem) => {
            problems.push(problem);
            Answer { problems, outcome: None }
        }
    }
}

fn show(answer: &Answer) -> String {
    let mut lines = Vec::new();
    let failed = answer.problems.iter().any(|problem| problem.severity == Severity::Error);
    if let Some(outcome) = &answer.outcome {
        let shapes: Vec<String> = outcome.outputs.iter().map(Shape::to_string).collect();
        let mut line = match shapes.as_slice() {
            [] => "?".to_owned(),
            _ => shapes.join(" | "),
        };
        if !failed || outcome.trainable != Count::Unknown {
            line += &format!("  params {}", outcome.trainable);
        }
        if outcome.non_trainable != Count::ZERO {
            line += &format!(" + {}", outcome.non_trainable);
        }
        if outcome.macs != Count::ZERO {
            line += &format!("  macs {}", outcome.macs);
        }
        lines.push(line);
    }
    lines.extend(answer.problems.iter().map(show_problem));
    lines.join("\n")
}

/// A problem with its suggestions, as text.
pub(super) fn show_problem(problem: &Problem) -> String {
    let mut text = format!("{} {}: {}", problem.severity, problem.code, problem.message);
    if let Some(help) = &problem.help {
        text += &format!("\n  help: {help}");
    }
    for suggestion in &problem.suggestions {
        text += "\n  fix: ";
        text += &show_suggestion(suggestion);
    }
    text
}

fn show_suggestion(suggestion: &Suggestion) -> String {
    match suggestion {
        Suggestion::Set { param, value } => format!("{param}={value}"),
        Suggestion::Remove { param } => format!("remove {param}"),
        Suggestion::Before(statement) => format!("{statement} before"),
        Suggestion::After(statement) => format!("{statement} after"),
        Suggestion::Rename(name) => format!("{name} instead"),
        Suggestion::SetOnProducer { operand, param, value } => {
            format!("{param}={value} on what makes operand {operand}")
        }
        Suggestion::Exchange { layer, set } => {
            let set = set.iter().map(|(param, value)| format!(" with {param}={value}"));
            format!("{layer}{} instead", set.collect::<String>())
        }
        Suggestion::AllSteps { operand } => {
            format!("all steps of what makes operand {operand}")
        }
        Suggestion::WidenInput { operand, first, help } => {
            let end = if *first { "first" } else { "last" };
            format!("1 as the {end} dimension where operand {operand} is the input: {help}")
        }
        Suggestion::PoolInstead { operand } => {
            format!("a global pooling where a Flatten makes operand {operand}")
        }
        Suggestion::RemoveFlatten { operand, .. } => {
            format!("no Flatten before operand {operand}")
        }
        Suggestion::Resize { operand, axis, size } => {
            format!("axis {axis} of operand {operand} is {size}")
        }
        Suggestion::KeepBorders { operands } => {
            format!("padding=\"same\" on what makes operands {operands:?}")
        }
        Suggestion::Shortcut(layer) => format!("{layer} as the shortcut"),
        Suggestion::Wrap(layer) => format!("{layer} around it"),
        Suggestion::Nest { outer, inner } => format!("{outer}({inner}(…)) instead"),
        Suggestion::Unwrap => "only the layer inside".to_owned(),
        Suggestion::RemoveInner { param } => format!("remove {param} inside"),
        Suggestion::Together(changes) => {
            changes.iter().map(show_suggestion).collect::<Vec<_>>().join(" and ")
        }
        Suggestion::RemoveLayer => "remove the layer".to_owned(),
        Suggestion::Replace(text) => format!("{text} where there are no arguments"),
        Suggestion::NameArgument { param, name } => {
            format!("{name}= before the value of {param}")
        }
        Suggestion::RenameArgument(name) => format!("call it {name}"),
        Suggestion::RemoveArgument => "remove it".to_owned(),
    }
}
