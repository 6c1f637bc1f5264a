//! What most rules ask of their input: a number of dimensions, an axis, a size that is known. Each
//! check that fails names the change that mends it.

use super::layer::Category;
use super::layers;
use super::rule::{Blame, Problem, RuleCx, Suggestion};
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

/// A statement that brings `shape` to `rank` dimensions (the batch included) without losing any
/// element, where the sizes are known.
fn reshape_to(shape: &Shape, rank: usize) -> Option<String> {
    let sizes: Option<Vec<u64>> = shape.unbatched().iter().map(Dim::known).collect();
    let mut sizes = sizes?;
    let wanted = rank.checked_sub(1)?;
    if sizes.is_empty() || wanted == 0 {
        return None;
    }
    if sizes.len() == 1 && wanted == 3 {
        // A flat picture is most often a square one.
        let side = sizes[0].isqrt();
        if side > 1 && side.checked_mul(side) == Some(sizes[0]) {
            return Some(format!("Reshape(({side}, {side}, 1))"));
        }
    }
    while sizes.len() > wanted {
        let last = sizes.pop()?;
        let before = sizes.last_mut()?;
        *before = before.checked_mul(last)?;
    }
    while sizes.len() < wanted {
        sizes.push(1);
    }
    let parts: Vec<String> = sizes.iter().map(u64::to_string).collect();
    match parts.as_slice() {
        [_] => Some("Flatten()".to_owned()),
        _ => Some(format!("Reshape(({}))", parts.join(", "))),
    }
}

/// The entry of the same family for another number of spatial dimensions: `Conv1D` for `Conv2D`.
fn sibling(name: &str, rank: usize, wanted: usize) -> Option<&'static str> {
    let at = name.find(['1', '2', '3'])?;
    let own: usize = name.get(at..=at)?.parse().ok()?;
    if name.get(at + 1..at + 2) != Some("D") {
        return None;
    }
    let other = (own + rank).checked_sub(wanted)?;
    let renamed = format!("{}{other}{}", &name[..at], &name[at + 1..]);
    layers::find(&renamed).map(|entry| entry.name)
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
        // What drops the time axis by default is the likeliest reason for one dimension too few.
        if rank == 3 && own == 2 {
            problem = problem.suggest(Suggestion::SetOnProducer {
                operand,
                param: "return_sequences",
                value: "true".to_owned(),
            });
        }
        let rename = sibling(self.name(), own, rank).map(Suggestion::Rename);
        // A picture without channels lacks a dimension; a window over the wrong number of dimensions
        // is the wrong layer, and folding its channels away would be no help.
        let fold = own < rank || rename.is_none();
        let reshape = (fold && self.inputs.len() == 1)
            .then(|| reshape_to(shape, rank).map(Suggestion::Before))
            .flatten();
        let convolution = self.args.entry().category == Category::Convolution;
        problem.suggestions.extend(match convolution {
            true => [reshape, rename].into_iter().flatten(),
            false => [rename, reshape].into_iter().flatten(),
        });
        if own > rank && rank == 2 {
            problem = problem.help(
                "`Flatten()` keeps every element; a global pooling keeps one number per channel",
            );
        } else if own == rank + 1 {
            problem = problem.help(format!(
                "to run it on each step of a sequence, write `TimeDistributed({}(…))`",
                self.name()
            ));
        }
        Err(problem)
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
        Err(match reshape_to(self.input(), rank) {
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
            _ if shape.rank() == 2 => {
                "where a `Flatten` makes it unknown, a global pooling keeps the channels and gives a number"
            }
            _ => "give that dimension a number where it comes from",
        };
        Err(self
            .problem(
                codes::UNKNOWN_DIMENSION,
                Blame::Layer,
                format!("{which} must be a number to build the layer, but is unknown"),
            )
            .help(help)
            .dim(operand, axis))
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
