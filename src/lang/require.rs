//! What most rules ask of their input: a number of dimensions, an axis, a size that is known. Each
//! check that fails names the change that mends it.

use super::layer::{Category, Kind, LayerEntry};
use super::layers;
use super::rule::{Blame, Problem, RuleCx, Suggestion};
use super::value::Value;
use crate::diagnostics::codes;
use crate::shape::{Count, Dim, Shape};

/// A shape for messages: without the batch, and the batch alone in words.
pub(super) fn shown(shape: &Shape) -> String {
    match shape.unbatched() {
        [] => "a single number per example".to_owned(),
        [dim] => format!("{dim} features"),
        _ => format!("{shape}"),
    }
}

/// `1 dimension`, `3 dimensions`.
fn dimensions(count: usize) -> String {
    match count {
        1 => "1 dimension".to_owned(),
        _ => format!("{count} dimensions"),
    }
}

/// Where the dimensions are that a Reshape adds or folds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// The smallest side of a square that a vector is taken for a flat picture of.
const SMALLEST_PICTURE: u64 = 8;

/// A statement that brings `shape` to `rank` dimensions (the batch included) without losing any
/// element, where the sizes are known. What is added or folded is at `end`.
fn reshape_to(shape: &Shape, rank: usize, end: End) -> Option<String> {
    let sizes: Option<Vec<u64>> = shape.unbatched().iter().map(Dim::known).collect();
    let mut sizes = sizes?;
    let wanted = rank.checked_sub(1)?;
    if sizes.is_empty() || wanted == 0 {
        return None;
    }
    if let ([size], true) = (sizes.as_slice(), wanted >= 3) {
        // A flat picture is most often a square one; what else a vector may be is open.
        let side = size.isqrt();
        if wanted > 3 || side < SMALLEST_PICTURE || side.checked_mul(side) != Some(*size) {
            return None;
        }
        sizes = vec![side, side];
    }
    let at = |sizes: &[u64]| match end {
        End::First => 0,
        End::Last => sizes.len(),
    };
    while sizes.len() > wanted {
        let folded = sizes.remove(at(&sizes[1..]));
        let into = at(&sizes[1..]);
        sizes[into] = sizes[into].checked_mul(folded)?;
    }
    while sizes.len() < wanted {
        sizes.insert(at(&sizes), 1);
    }
    let parts: Vec<String> = sizes.iter().map(u64::to_string).collect();
    match parts.as_slice() {
        [_] => Some("Flatten()".to_owned()),
        _ => Some(format!("Reshape(({}))", parts.join(", "))),
    }
}

/// A shape with one more dimension of size 1, as an input is written. `None` where a size has no
/// name.
fn widened(shape: &Shape, end: End) -> Option<String> {
    let sizes = shape.unbatched().iter();
    let mut sizes = sizes
        .map(|dim| (*dim != Dim::Unknown).then(|| dim.to_string()))
        .collect::<Option<Vec<String>>>()?;
    match end {
        End::First => sizes.insert(0, "1".to_owned()),
        End::Last => sizes.push("1".to_owned()),
    }
    Some(format!("({})", sizes.join(", ")))
}

/// The entry of the same family for another number of spatial dimensions, `Conv1D` for `Conv2D`, and
/// what it is for.
fn sibling(name: &str, rank: usize, wanted: usize) -> Option<(&'static LayerEntry, &'static str)> {
    let at = name.find(['1', '2', '3'])?;
    let own: usize = name.get(at..=at)?.parse().ok()?;
    if name.get(at + 1..at + 2) != Some("D") {
        return None;
    }
    let other = (own + rank).checked_sub(wanted)?;
    let renamed = format!("{}{other}{}", &name[..at], &name[at + 1..]);
    let subject = match (name.starts_with("ConvLSTM"), other) {
        (false, 1) => "a sequence",
        (false, 2) => "an image",
        (false, _) => "a volume",
        (true, 1) => "a sequence of rows",
        (true, 2) => "a sequence of images",
        (true, _) => "a sequence of volumes",
    };
    layers::find(&renamed).map(|entry| (entry, subject))
}

/// The one whole number that a tuple, or a tuple of pairs, has everywhere.
fn uniform(value: &Value) -> Option<i64> {
    let mut numbers = value.elements()?.iter().flat_map(|element| match element.elements() {
        Some(pair) => pair,
        None => std::slice::from_ref(element),
    });
    let first = numbers.next()?.as_int()?;
    numbers.all(|number| number.as_int() == Some(first)).then_some(first)
}

impl RuleCx<'_> {
    /// Checks that operand `operand` has `rank` dimensions, the batch included; `axes` names them.
    pub(super) fn need_rank(&self, operand: usize, rank: usize, axes: &str) -> Result<(), Problem> {
        let shape = &self.inputs[operand];
        let own = shape.rank();
        if own == rank {
            return Ok(());
        }
        let mut problem = self.problem(
            codes::RANK_MISMATCH,
            Blame::Layer,
            format!(
                "takes {axes}: {} besides the batch, but {}",
                dimensions(rank - 1),
                match own {
                    0 | 1 => "the input has nothing else".to_owned(),
                    _ => format!("the input ({shape}) has {}", own - 1),
                },
            ),
        );
        let end = self.end_that_grows();
        let sibling = sibling(self.name(), own, rank);
        let reshape = |problem: Problem| match reshape_to(shape, rank, end)
            .filter(|_| self.inputs.len() == 1)
        {
            Some(statement) => problem.suggest(Suggestion::Before(statement)),
            None => problem,
        };
        if own < rank {
            problem = self.too_few(problem, operand, rank, sibling);
            return Err(reshape(problem));
        }
        let steps = (own == rank + 1)
            .then(|| format!("run it on each step with `TimeDistributed({}(…))`", self.name()));
        problem = match (sibling, steps) {
            (Some((entry, subject)), steps) => {
                problem.suggestions.extend(self.exchange(entry));
                let rest = steps.map(|steps| format!("; for a sequence {steps}"));
                let rest = rest.unwrap_or_default();
                problem.help(format!("for {subject} write `{}`{rest}", entry.name))
            }
            (None, _) if rank == 2 => reshape(problem.help(
                "`Flatten()` keeps every element; a global pooling keeps one number per channel",
            )),
            (None, Some(steps)) => reshape(problem.help(format!("for a sequence {steps}"))),
            (None, None) => reshape(problem),
        };
        if own == rank + 1 && rank > 2 && self.inputs.len() == 1 {
            problem = problem.suggest(Suggestion::Wrap("TimeDistributed"));
        }
        Err(problem)
    }

    /// The same with what mends an input of too few dimensions, the likeliest first.
    fn too_few(
        &self,
        mut problem: Problem,
        operand: usize,
        rank: usize,
        sibling: Option<(&'static LayerEntry, &'static str)>,
    ) -> Problem {
        let shape = &self.inputs[operand];
        let category = self.args.entry().category;
        let other = sibling.map(|(entry, subject)| format!("for {subject} write `{}`", entry.name));
        let exchange = sibling.and_then(|(entry, _)| self.exchange(entry));
        let one_less = shape.rank() + 1 == rank && shape.rank() > 1;
        let mut widen = None;
        if shape.rank() == 2 && rank > 2 {
            problem = problem.suggest(Suggestion::RemoveFlatten { operand, rank });
        }
        if one_less {
            problem = problem.suggest(Suggestion::AllSteps { operand });
            let end = match self.channels_first() {
                true => End::First,
                false => End::Last,
            };
            let rest = other.as_ref().map(|other| format!("; {other}")).unwrap_or_default();
            // What a video lacks cannot be told: its steps or its channels.
            let video = category == Category::Recurrent && rank > 3;
            widen = widened(shape, end).filter(|_| !video).map(|shape| Suggestion::WidenInput {
                operand,
                first: end == End::First,
                help: match category {
                    _ if self.args.entry().attends() => {
                        "token ids become a sequence with `Embedding(10000, 64)` before this layer"
                            .to_owned()
                    }
                    Category::Recurrent => format!(
                        "write how many features a step has in the input, as in `{shape}`; token ids need an `Embedding` before this layer"
                    ),
                    _ => format!("write the channel in the input: `{shape}`{rest}"),
                },
            });
        }
        // An input without channels is most often what a convolution meets, and what another window
        // meets has been through a layer for the right number of dimensions.
        problem.suggestions.extend(
            match category {
                Category::Convolution => [widen, exchange],
                _ => [exchange, widen],
            }
            .into_iter()
            .flatten(),
        );
        match (other, shape.rank(), rank) {
            (Some(other), ..) => problem.help(other),
            (None, 2, 4) => problem.help(
                "a vector becomes an image with `Reshape((height, width, channels))` before this layer",
            ),
            (None, 2, 5) => problem.help(
                "a vector becomes a volume with `Reshape((depth, height, width, channels))` before this layer",
            ),
            _ => problem,
        }
    }

    /// The change to another layer of the same family with the same arguments. `None` where it does
    /// not take them.
    fn exchange(&self, other: &'static LayerEntry) -> Option<Suggestion> {
        let mut set = Vec::new();
        for param in self.args.entry().params {
            let Some(value) = self.args.given(param.name) else { continue };
            let (_, taken) = other.param(param.name)?;
            match (taken.kind, value) {
                (Kind::Choice { values, .. }, Value::Str(text)) => {
                    values.iter().find(|known| known.eq_ignore_ascii_case(text))?;
                }
                // One number fits every number of dimensions.
                (
                    Kind::Ints { .. } | Kind::StrictInt { .. } | Kind::Pairs { .. },
                    Value::Tuple(_) | Value::List(_),
                ) => set.push((param.name, uniform(value)?.to_string())),
                _ => {}
            }
        }
        Some(Suggestion::Exchange { layer: other.name, set })
    }

    fn channels_first(&self) -> bool {
        self.args.text("data_format").as_deref() == Some("channels_first")
    }

    /// Where a shape of too few or too many dimensions changes: what runs over the features of a
    /// step keeps them together.
    fn end_that_grows(&self) -> End {
        match self.args.entry().attends() || self.channels_first() {
            true => End::First,
            false => End::Last,
        }
    }

    /// Checks that the input has at least `rank` dimensions, the batch included.
    pub(super) fn need_min_rank(&self, rank: usize) -> Result<(), Problem> {
        if self.input().rank() >= rank {
            return Ok(());
        }
        let problem = self.problem(
            codes::RANK_MISMATCH,
            Blame::Layer,
            format!(
                "takes at least {} besides the batch, but {}",
                dimensions(rank - 1),
                match self.input().rank() {
                    0 | 1 => "the input has nothing else".to_owned(),
                    own => format!("the input ({}) has {}", self.input(), own - 1),
                },
            ),
        );
        Err(match reshape_to(self.input(), rank, End::Last) {
            Some(statement) => problem.suggest(Suggestion::Before(statement)),
            None => problem,
        })
    }

    /// The size of an axis that weights run over, which must be known or one of finitely many.
    pub(super) fn determined(&self, operand: usize, axis: usize) -> Result<Dim, Problem> {
        let shape = &self.inputs[operand];
        let dim = shape.dims().get(axis).cloned().unwrap_or(Dim::Unknown);
        if dim.is_determined() {
            return Ok(dim);
        }
        let which = match axis {
            0 => "the batch size".to_owned(),
            _ if shape.rank() == 2 => "the number of features".to_owned(),
            _ if axis + 1 == shape.rank() => format!("the last dimension of {shape}"),
            _ => format!("dimension {axis} of {shape}"),
        };
        let help = match axis {
            0 => "the batch is axis 0; the last dimension is axis -1",
            _ => "give that dimension a number where it comes from",
        };
        let problem = self
            .problem(
                codes::UNKNOWN_DIMENSION,
                Blame::Layer,
                format!("{which} must be a number to build the layer, but is unknown"),
            )
            .help(help)
            .dim(operand, axis);
        Err(match (shape.rank(), axis) {
            (_, 0) if self.args.is_given("axis") => problem.suggest_set("axis", -1),
            (2, 1) => problem.suggest(Suggestion::PoolInstead { operand }),
            _ => problem,
        })
    }

    /// Axis `axis` of the input as an index.
    pub(super) fn axis_of(
        &self,
        operand: usize,
        param: &'static str,
        axis: i64,
    ) -> Result<usize, Problem> {
        let shape = &self.inputs[operand];
        shape.axis(axis).ok_or_else(|| {
            let last = shape.rank().saturating_sub(1);
            let axes = match last {
                0 => "the input has nothing but the batch, axis 0".to_owned(),
                1 => format!("the input ({shape}) has only axis 1, or -1, besides the batch"),
                _ => format!("the axes of the input ({shape}) are 1 to {last}, or -{last} to -1; 0 is the batch"),
            };
            self.problem(
                codes::AXIS_OUT_OF_RANGE,
                Blame::Param(param),
                format!("`{param}={axis}` is no axis: {axes}"),
            )
            .suggest_set(param, -1)
        })
    }

    /// The bias of an output of `width` features.
    pub(super) fn bias(&self, width: &Dim) -> Count {
        self.if_set("use_bias", Count::from(width))
    }

    /// `count` where the boolean `param` is true, nothing where it is false, either where that is
    /// not known.
    pub(super) fn if_set(&self, param: &str, count: Count) -> Count {
        match self.args.bool(param) {
            Some(true) => count,
            Some(false) => Count::ZERO,
            None => Count::ZERO.or(count),
        }
    }
}
