//! Whether a suggestion works. A rule suggests the number that mends the problem at hand; another
//! demand of the same layer may refuse that number, or the problem may hide a second one. So before
//! a suggestion is shown, the layer is run again with it: what leads to another refusal is completed
//! with what that refusal asks for, and dropped where that does not help either.

use super::args::Args;
use super::layer::{LayerEntry, Rule};
use super::layers;
use super::rule::{Blame, Outcome, Problem, RuleCx, Suggestion};
use super::validate::validate;
use super::value::Value;
use crate::diagnostics::{Severity, codes};
use crate::shape::{Dim, Shape};

/// How many changes a suggestion may come to.
const MOST_CHANGES: usize = 3;

/// The same problem, found by the rule of a layer that is no wrapper, with the suggestions that work.
pub fn mended(cx: &RuleCx<'_>, mut problem: Problem) -> Problem {
    let Rule::Pure(rule) = cx.args.entry().rule else { return problem };
    let trial = Trial { cx, rule };
    let suggestions = std::mem::take(&mut problem.suggestions);
    problem.suggestions = suggestions.iter().cloned().filter_map(|it| trial.working(it)).collect();
    if problem.suggestions.iter().all(is_about_a_layer_before) {
        problem.suggestions.extend(suggestions.into_iter().filter(|it| trial.leads_on(it)));
    }
    problem
}

/// The same problem, a required parameter that is missing, with an example that fits the input.
pub fn with_fitting_example(cx: &RuleCx<'_>, mut problem: Problem) -> Problem {
    let (Rule::Pure(rule), [Suggestion::Set { param, value }]) =
        (cx.args.entry().rule, problem.suggestions.as_slice())
    else {
        return problem;
    };
    if problem.code != codes::MISSING_PARAMETER {
        return problem;
    }
    let (param, usual) = (*param, value.clone());
    let trial = Trial { cx, rule };
    let Some(value) = trial.fitting(param, &usual) else { return problem };
    problem.message =
        problem.message.replace(&format!("`{param}={usual}`"), &format!("`{param}={value}`"));
    problem.suggestions = vec![Suggestion::Set { param, value }];
    problem
}

/// Whether a suggestion comes to nothing where the layer before is another than the rule thinks of.
fn is_about_a_layer_before(suggestion: &Suggestion) -> bool {
    matches!(
        suggestion,
        Suggestion::AllSteps { .. }
            | Suggestion::RemoveFlatten { .. }
            | Suggestion::PoolInstead { .. }
            | Suggestion::RemoveLayer
    )
}

struct Trial<'a> {
    cx: &'a RuleCx<'a>,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
}

impl Trial<'_> {
    /// The suggestion, where it works or where that cannot be told here, with what else it takes.
    fn working(&self, suggestion: Suggestion) -> Option<Suggestion> {
        match &suggestion {
            Suggestion::Set { .. } | Suggestion::Remove { .. } => {
                let mut changes = self.completed(vec![suggestion])?;
                match changes.len() {
                    1 => changes.pop(),
                    _ => Some(Suggestion::Together(changes)),
                }
            }
            Suggestion::Exchange { layer, set } => self.exchanged(layer, set.clone()),
            Suggestion::Before(statement) => {
                let input = reshaped(self.cx.input(), statement);
                input.is_none_or(|input| self.takes(input)).then_some(suggestion)
            }
            // What is said there about the input is not about that dimension.
            Suggestion::WidenInput { .. } if self.cx.args.entry().attends() => Some(suggestion),
            Suggestion::WidenInput { first, .. } => {
                let mut dims = self.cx.input().dims().to_vec();
                dims.insert(if *first { 1 } else { dims.len() }, Dim::Known(1));
                self.takes(Shape::new(dims)).then_some(suggestion)
            }
            Suggestion::Wrap(_) => {
                let mut dims = self.cx.input().dims().to_vec();
                if dims.len() < 2 {
                    return None;
                }
                dims.remove(1);
                self.takes(Shape::new(dims)).then_some(suggestion)
            }
            _ => Some(suggestion),
        }
    }

    /// Whether a suggestion that does not work leads to another mistake, which was there all along and
    /// has a suggestion of its own.
    fn leads_on(&self, suggestion: &Suggestion) -> bool {
        let next = match suggestion {
            Suggestion::Set { .. } | Suggestion::Remove { .. } => {
                let mut given = self.given();
                let entry = self.cx.args.entry();
                match apply(entry, &mut given, suggestion) {
                    // Parameters are looked at before the number of dimensions.
                    Some(()) => self.run(entry, given).err().filter(|next| {
                        next.code == codes::RANK_MISMATCH && next.blame == Blame::Layer
                    }),
                    None => None,
                }
            }
            Suggestion::Before(statement) => {
                let input = reshaped(self.cx.input(), statement);
                input.and_then(|input| self.refusal(input))
            }
            _ => None,
        };
        next.is_some_and(|next| !next.suggestions.is_empty())
    }

    /// Whether the layer takes `input` in the place of the first operand.
    fn takes(&self, input: Shape) -> bool {
        self.refusal(input).is_none()
    }

    /// What the layer has against `input` in the place of the first operand.
    fn refusal(&self, input: Shape) -> Option<Problem> {
        let mut inputs = self.cx.inputs.to_vec();
        inputs[0] = input;
        (self.rule)(&RuleCx { inputs: &inputs, ..*self.cx }).err()
    }

    /// `changes` with what else the layer asks for after them; `None` where nothing helps.
    fn completed(&self, mut changes: Vec<Suggestion>) -> Option<Vec<Suggestion>> {
        let entry = self.cx.args.entry();
        for _ in 0..=MOST_CHANGES {
            let mut given = self.given();
            for change in &changes {
                apply(entry, &mut given, change)?;
            }
            let Err(next) = self.run(entry, given) else { return Some(changes) };
            let more =
                next.suggestions.into_iter().find(|suggestion| parameter(suggestion).is_some())?;
            match changes.iter().position(|change| parameter(change) == parameter(&more)) {
                Some(at) if changes[at] == more => return None,
                Some(at) => changes[at] = more,
                None if changes.len() < MOST_CHANGES => changes.push(more),
                None => return None,
            }
        }
        None
    }

    /// What `param` must be given so that the layer has nothing against it, beginning with `value`.
    /// What else the layer refuses is another matter.
    fn fitting(&self, param: &'static str, value: &str) -> Option<String> {
        let entry = self.cx.args.entry();
        let mut value = value.to_owned();
        for _ in 0..MOST_CHANGES {
            let mut given = self.given();
            apply(entry, &mut given, &Suggestion::Set { param, value: value.clone() })?;
            let Err(next) = self.run(entry, given) else { return Some(value) };
            let asked = next.suggestions.into_iter().find_map(|it| match it {
                Suggestion::Set { param: asked, value } if asked == param => Some(value),
                _ => None,
            });
            match asked {
                Some(asked) if asked != value => value = asked,
                _ => return Some(value),
            }
        }
        None
    }

    /// The change to another layer, with the values of arguments that it asks for.
    fn exchanged(
        &self,
        layer: &'static str,
        mut set: Vec<(&'static str, String)>,
    ) -> Option<Suggestion> {
        let other = layers::find(layer)?;
        let Rule::Pure(rule) = other.rule else { return Some(Suggestion::Exchange { layer, set }) };
        for _ in 0..MOST_CHANGES {
            let mut given: Vec<Option<Value>> =
                other.params.iter().map(|param| self.cx.args.given(param.name).cloned()).collect();
            for (param, value) in &set {
                apply(other, &mut given, &Suggestion::Set { param, value: value.clone() })?;
            }
            let trial = Trial { cx: self.cx, rule };
            let Err(next) = trial.run(other, given) else {
                return Some(Suggestion::Exchange { layer, set });
            };
            let Some(Suggestion::Set { param, value }) =
                next.suggestions.into_iter().find(|it| matches!(it, Suggestion::Set { .. }))
            else {
                return None;
            };
            self.cx.args.given(param)?;
            set.retain(|(other, _)| *other != param);
            set.push((param, value));
        }
        None
    }

    /// The arguments as they are.
    fn given(&self) -> Vec<Option<Value>> {
        let entry = self.cx.args.entry();
        entry.params.iter().map(|param| self.cx.args.given(param.name).cloned()).collect()
    }

    /// What `entry` says to these arguments.
    fn run(
        &self,
        entry: &'static LayerEntry,
        mut given: Vec<Option<Value>>,
    ) -> Result<(), Problem> {
        let framework = self.cx.args.framework();
        let mut problems = validate(entry, framework, &mut given).into_iter();
        if let Some(problem) = problems
            .find(|it| it.severity == Severity::Error && it.code != codes::MISSING_PARAMETER)
        {
            return Err(problem);
        }
        let args = Args::new(entry, framework, &given);
        (self.rule)(&RuleCx { args: &args, ..*self.cx }).map(|_| ())
    }
}

/// The parameter that a suggestion changes, where it changes nothing else.
fn parameter(suggestion: &Suggestion) -> Option<&'static str> {
    match suggestion {
        Suggestion::Set { param, .. } | Suggestion::Remove { param } => Some(param),
        _ => None,
    }
}

fn apply(entry: &LayerEntry, given: &mut [Option<Value>], change: &Suggestion) -> Option<()> {
    let (index, _) = entry.param(parameter(change)?)?;
    given[index] = match change {
        Suggestion::Set { value, .. } => Some(read(value)?),
        _ => None,
    };
    Some(())
}

/// What `Flatten()` or `Reshape((28, 28, 1))` makes of a shape; `None` for another statement.
fn reshaped(input: &Shape, statement: &str) -> Option<Shape> {
    let numbers = match statement.strip_prefix("Reshape(").and_then(|it| it.strip_suffix(')')) {
        Some(sizes) => read(sizes)?.elements()?.iter().map(Value::as_int).collect(),
        None if statement == "Flatten()" => {
            let sizes = input.unbatched().iter().map(Dim::known);
            let product = sizes.into_iter().try_fold(1u64, |all, size| all.checked_mul(size?));
            Some(vec![i64::try_from(product?).ok()?])
        }
        None => None,
    };
    let sizes: Option<Vec<Dim>> = numbers?
        .into_iter()
        .map(|number: i64| u64::try_from(number).ok().map(Dim::Known))
        .collect();
    Some(Shape::new([input.batch()].into_iter().chain(sizes?)))
}

/// A value as suggestions write it: a number, a string, a boolean, `None`, or a tuple of these.
pub(super) fn read(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let mut elements = Vec::new();
        for part in split(inside) {
            elements.push(read(part)?);
        }
        return Some(Value::Tuple(elements));
    }
    if let Some(inside) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        return Some(Value::Str(inside.into()));
    }
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "None" => Some(Value::None),
        _ => {
            let whole = text.parse().ok().map(Value::Int);
            whole.or_else(|| text.parse().ok().map(Value::Float))
        }
    }
}

/// The parts between the commas that stand in no parentheses, without an empty last one.
fn split(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0usize;
    let parts = text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn values_are_read_as_they_are_written() {
        for text in ["3", "(3, 5)", "(3,)", "((1, 0), (2, 2))", "\"same\"", "true", "None", "0.5"] {
            let value = read(text);
            assert_eq!(value.map(|value| value.to_string()).as_deref(), Some(text));
        }
        assert_eq!(read("Dense(3)"), None);
    }

    #[test]
    fn suggestions_are_completed_or_dropped() {
        check(
            r#"
        Conv1DTranspose(2, 2, output_padding=1, strides=2, dilation_rate=2) on (12, 8)
        PositionalEncoding(5, "sinusoidal") on (10, 7)
        DepthwiseConv1D(7, dilation_rate=2) on (17, 4, 3)
        Cropping2D(((1, 0), (0, 1))) on (14, 1)
        Conv2DTranspose(1, (1, 6), output_padding=(2, 2)) on (40, 5)
        AveragePooling1D(2) on (1)
            "#,
            expect![[r#"
                error incompatible-parameters: `Conv1DTranspose`: `strides=2` and `dilation_rate=2` are not taken together; one of them must be 1
                  fix: dilation_rate=1
                  fix: strides=1 and remove output_padding
                error indivisible: `PositionalEncoding`: sinusoidal positions come in pairs of sine and cosine, so the width must be even; it is 7, 8 works
                  fix: channels=8 on what makes operand 0
                  fix: encoding_type="learnable" and max_len=10
                error rank-mismatch: `DepthwiseConv1D`: takes (steps, channels): 2 dimensions besides the batch, but the input (17×4×3) has 3
                  help: for an image write `DepthwiseConv2D`; for a sequence run it on each step with `TimeDistributed(DepthwiseConv1D(…))`
                  fix: DepthwiseConv2D with kernel_size=(7, 2) instead
                error rank-mismatch: `Cropping2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (14×1) has 2
                  help: for a sequence write `Cropping1D`
                  fix: all steps of what makes operand 0
                  fix: Reshape((14, 1, 1)) before
                error incompatible-parameters: `Conv2DTranspose`: `output_padding` 2 must be less than the stride 1 of its dimension; `strides=3` or no output padding works
                  fix: remove output_padding
                  fix: strides=3
                error rank-mismatch: `AveragePooling1D`: takes (steps, channels): 2 dimensions besides the batch, but the input (1) has 1
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: Reshape((1, 1)) before"#]],
        );
    }
}
