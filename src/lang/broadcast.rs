//! Which shapes can be added to one another, and what comes out: Keras's rule for element-wise
//! merges, which residual connections follow as well.

use super::rule::{Blame, Problem, Suggestion};
use crate::diagnostics::codes;
use crate::shape::{Dim, Shape};

/// The first pair of axes on which two shapes cannot be merged, each counted with the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collision {
    /// The axis of the first shape.
    pub left: usize,
    /// The axis of the second shape.
    pub right: usize,
}

/// What an element-wise merge of two tensors gives: dimensions are aligned from the right, and a
/// dimension of 1, or one that is missing, takes the other's size. The batch is left alone.
///
/// Two sizes that are not both numbers collide only if they differ whatever they are and neither can
/// be 1.
pub fn broadcast(left: &Shape, right: &Shape) -> Result<Shape, Collision> {
    let (a, b) = (left.unbatched(), right.unbatched());
    let rank = a.len().max(b.len());
    let mut dims = Vec::with_capacity(rank);
    for at in 0..rank {
        let of =
            |dims: &[Dim]| (at + dims.len()).checked_sub(rank).map(|index| dims[index].clone());
        let dim = match (of(a), of(b)) {
            (Some(x), Some(y)) => merged(x, y).ok_or(Collision {
                left: at + a.len() - rank + 1,
                right: at + b.len() - rank + 1,
            })?,
            (Some(dim), None) | (None, Some(dim)) => dim,
            (None, None) => Dim::Unknown,
        };
        dims.push(dim);
    }
    Ok(Shape::new(std::iter::once(left.batch()).chain(dims)))
}

fn merged(x: Dim, y: Dim) -> Option<Dim> {
    match (&x, &y) {
        (Dim::Known(1), _) => Some(y),
        (_, Dim::Known(1)) => Some(x),
        _ if x == y => Some(x),
        _ if x.never_equals(&y) && x.never_one() && y.never_one() => None,
        // The unknown one must be 1 or the same, so the known size is what comes out.
        (Dim::Known(_), _) => Some(x),
        (_, Dim::Known(_)) => Some(y),
        _ => Some(Dim::Unknown),
    }
}

/// What a residual connection gives: the output of its block plus its input. In the problem's
/// dimensions and suggestions operand 0 is the block's output and operand 1 the input.
pub fn residual_add(block: &Shape, input: &Shape) -> Result<Shape, Problem> {
    let collision = match broadcast(input, block) {
        Ok(shape) => return Ok(shape),
        Err(Collision { left, right }) => Collision { left: right, right: left },
    };
    let mut problem = Problem::new(
        codes::SHAPE_MISMATCH,
        Blame::Layer,
        format!(
            "`ResidualConnection`: the block turns {input} into {block}, which cannot be added to the input"
        ),
    )
    .dim(0, collision.left)
    .dim(1, collision.right);
    let differing = differing_axes(block, input);
    if let (Some(wanted), [axis]) = (input.last().known(), differing.as_slice())
        && *axis + 1 == input.rank()
    {
        problem = problem.suggest(Suggestion::SetOnProducer {
            operand: 0,
            param: Suggestion::CHANNELS,
            value: wanted.to_string(),
        });
    }
    Err(match projection(block, input) {
        Some(layer) => problem.help(format!(
            "keep the shape inside the block, or project the input: `main: {{ … }} shortcut: {{ {layer} }}`"
        )),
        None => problem.help("keep the shape inside the block"),
    })
}

fn differing_axes(block: &Shape, input: &Shape) -> Vec<usize> {
    if block.rank() != input.rank() {
        return Vec::new();
    }
    (1..input.rank()).filter(|&axis| block.dims()[axis] != input.dims()[axis]).collect()
}

/// A layer that brings `input` to the shape of `block` (channels last).
fn projection(block: &Shape, input: &Shape) -> Option<String> {
    if block.rank() != input.rank() || block.rank() < 2 {
        return None;
    }
    let channels = block.last().known()?;
    let spatial = 1..input.rank() - 1;
    if spatial.clone().all(|axis| block.dims()[axis] == input.dims()[axis]) {
        return Some(match spatial.len() {
            rank @ 1..=3 => format!("Conv{rank}D({channels}, 1)"),
            _ => format!("Dense({channels})"),
        });
    }
    let mut stride = None;
    for axis in spatial.clone() {
        let (from, to) = (input.dims()[axis].known()?, block.dims()[axis].known()?);
        let step = from.checked_div(to)?;
        if step < 2 || from.div_ceil(step) != to || stride.is_some_and(|other| other != step) {
            return None;
        }
        stride = Some(step);
    }
    let rank = spatial.len();
    (1..=3).contains(&rank).then(|| match stride {
        Some(step) => format!("Conv{rank}D({channels}, 1, strides={step})"),
        None => format!("Conv{rank}D({channels}, 1)"),
    })
}
