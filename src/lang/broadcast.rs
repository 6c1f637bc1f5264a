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
    let border = border(block, input);
    let same_size = border.as_ref().map(|size| {
        format!(
            "write `padding=\"same\"` in the convolutions and poolings of the block, so that the size stays {size}"
        )
    });
    let projected = |layer: String| format!("`main: {{ … }} shortcut: {{ {layer} }}`");
    let projection = match same_size {
        // With its border the block differs from the input in its channels only.
        Some(_) if block.last() == input.last() => None,
        Some(_) => projection(&input.with_last(block.last()), input),
        None => projection(block, input),
    };
    if border.is_some() {
        problem = problem.suggest(Suggestion::KeepBorders { operands: vec![0] });
    }
    if let Some(layer) = projection.as_ref().filter(|_| same_size.is_none()) {
        problem = problem.suggest(Suggestion::Shortcut(layer.clone()));
    }
    Err(problem.help(match (same_size, projection) {
        (Some(same_size), Some(layer)) => {
            format!("{same_size}, and project the input: {}", projected(layer))
        }
        (Some(same_size), None) => same_size,
        (None, Some(layer)) => {
            format!("keep the shape inside the block, or project the input: {}", projected(layer))
        }
        (None, None) => match input.last().known() {
            Some(width) if block.rank() == input.rank() => format!(
                "the block must give {input} again; its last layer decides the {width} at the end"
            ),
            _ => format!("the layers of the block must give {input} again"),
        },
    }))
}

/// What a residual connection with a branch `shortcut` gives: the output of its block plus the output of
/// the branch. `input`, where it is known, is what both start from. In the problem's dimensions and
/// suggestions operand 0 is the block's output and operand 1 the branch's.
pub fn projected_add(
    block: &Shape,
    shortcut: &Shape,
    input: Option<&Shape>,
) -> Result<Shape, Problem> {
    let Collision { left, right } = match broadcast(shortcut, block) {
        Ok(shape) => return Ok(shape),
        Err(collision) => collision,
    };
    let mut problem = Problem::new(
        codes::SHAPE_MISMATCH,
        Blame::Layer,
        format!(
            "`ResidualConnection`: the block gives {block} and its branch `shortcut` {shortcut}, which cannot be added"
        ),
    )
    .dim(0, right)
    .dim(1, left);
    if let (Some(wanted), [axis]) =
        (block.last().known(), differing_axes(block, shortcut).as_slice())
        && *axis + 1 == block.rank()
    {
        problem = problem.suggest(Suggestion::SetOnProducer {
            operand: 1,
            param: Suggestion::CHANNELS,
            value: wanted.to_string(),
        });
    }
    let fitting = input.and_then(|input| projection(block, input));
    Err(problem.help(match (border(block, shortcut), fitting) {
        (Some(size), _) => format!(
            "write `padding=\"same\"` in the convolutions and poolings of the block, so that the size stays {size}"
        ),
        (None, Some(layer)) => {
            format!("make both alike: `shortcut: {{ {layer} }}` gives {block}")
        }
        (None, None) => "the block and its branch `shortcut` must give the same shape".to_string(),
    }))
}

/// What can hardly be meant about a sum that can be built: Keras repeats the side that is 1, or has
/// fewer dimensions, over the other. Operands are those of [`residual_add`].
pub fn residual_repeats(block: &Shape, input: &Shape) -> Option<Problem> {
    let rank = input.rank().max(block.rank());
    let size = |shape: &Shape, at: usize| {
        (at + shape.rank())
            .checked_sub(rank)
            .filter(|&at| at > 0)
            .map(|at| shape.dims()[at].clone())
    };
    let repeated = |shape: &Shape, other: &Shape| {
        (1..rank).any(|at| match (size(shape, at), size(other, at)) {
            (Some(Dim::Known(1)) | None, Some(Dim::Known(size))) => size > 1,
            _ => false,
        })
    };
    // One vector for the whole image, added to every place of it, is meant (the context of GCNet).
    let (from, to) = (input.unbatched(), block.unbatched());
    if let ([context @ .., channels], [_, .., wanted]) = (to, from)
        && from.len() == to.len()
        && !context.is_empty()
        && context.iter().all(|dim| *dim == Dim::Known(1))
        && channels == wanted
    {
        return None;
    }
    let which = match (repeated(block, input), repeated(input, block)) {
        (false, false) => return None,
        (true, false) => "the block's output is repeated over the input",
        (false, true) => "the input is repeated over the block's output",
        (true, true) => "both are repeated over one another",
    };
    let problem = Problem::new(
        codes::SHAPE_MISMATCH,
        Blame::Layer,
        format!("`ResidualConnection`: the block turns {input} into {block}, so {which}"),
    )
    .as_warning();
    let help = format!("the layers of the block should give {input} again");
    if !repeated(input, block) && block.rank() != input.rank() {
        return Some(problem.help(help));
    }
    let projection = projection(block, input).filter(|_| repeated(input, block));
    let problem = match &projection {
        Some(layer) => problem.suggest(Suggestion::Shortcut(layer.clone())),
        None => problem.help(help),
    };
    Some(match (differing_axes(block, input).as_slice(), input.last().known()) {
        ([axis], Some(width)) if axis + 1 == input.rank() => {
            problem.suggest(Suggestion::SetOnProducer {
                operand: 0,
                param: Suggestion::CHANNELS,
                value: width.to_string(),
            })
        }
        _ => problem,
    })
}

/// The size of an image whose border a block has lost, as windows without padding do: a little of
/// every dimension that is larger than 1.
fn border(block: &Shape, input: &Shape) -> Option<String> {
    if block.rank() != input.rank() || input.rank() < 3 {
        return None;
    }
    let spatial = 1..input.rank() - 1;
    let mut lost = false;
    for axis in spatial.clone() {
        let (from, to) = (input.dims()[axis].known()?, block.dims()[axis].known()?);
        // Half of it or less is what a stride leaves.
        if to > from || to * 2 <= from + 1 && from > to {
            return None;
        }
        lost |= to < from;
    }
    let sizes: Vec<String> = spatial.map(|axis| input.dims()[axis].to_string()).collect();
    lost.then(|| sizes.join("×"))
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
    let rank = spatial.len();
    let mut window = None;
    for axis in spatial {
        let (from, to) = (input.dims()[axis].known()?, block.dims()[axis].known()?);
        // The smallest kernel that has as many positions without padding.
        let fits = |stride: u64| {
            let kernel = from.saturating_add(1).saturating_sub(stride.checked_mul(to)?).max(1);
            let positions = from.checked_sub(kernel)?.checked_div(stride)? + 1;
            (stride > 1 && positions == to).then_some((stride, kernel))
        };
        if to == 0 {
            return None;
        }
        let fitting = fits(from.div_ceil(to)).or_else(|| fits(from / to))?;
        if window.is_some_and(|other| other != fitting) {
            return None;
        }
        window = Some(fitting);
    }
    let (stride, kernel) = window?;
    (1..=3).contains(&rank).then(|| format!("Conv{rank}D({channels}, {kernel}, strides={stride})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::testing::{shape, show_problem};
    use expect_test::{Expect, expect};

    fn check(block: &str, input: &str, expect: Expect) {
        expect.assert_eq(&match residual_add(&shape(block), &shape(input)) {
            Ok(sum) => sum.to_string(),
            Err(problem) => format!("{}\ndims {:?}", show_problem(&problem), problem.dims),
        });
    }

    #[test]
    fn what_fits_is_added() {
        check("8, 8, 4", "8, 8, 4", expect!["8×8×4"]);
        check("8, 8, 1", "8, 8, 4", expect!["8×8×4"]);
        check("4", "8, 8, 4", expect!["8×8×4"]);
        check("?, 4", "8, 4", expect!["8×4"]);
        check("T, 4", "T, 4", expect!["T×4"]);
    }

    #[test]
    fn a_shortcut_that_does_not_fit_is_named() {
        let check = |block: &str, shortcut: &str, input: Option<&str>, expect: Expect| {
            let input = input.map(shape);
            expect.assert_eq(
                &match projected_add(&shape(block), &shape(shortcut), input.as_ref()) {
                    Ok(sum) => sum.to_string(),
                    Err(problem) => format!("{}\ndims {:?}", show_problem(&problem), problem.dims),
                },
            );
        };
        check("4, 4, 16", "4, 4, 16", Some("8, 8, 8"), expect!["4×4×16"]);
        check(
            "4, 4, 16",
            "8, 8, 16",
            Some("8, 8, 8"),
            expect![[r#"
            error shape-mismatch: `ResidualConnection`: the block gives 4×4×16 and its branch `shortcut` 8×8×16, which cannot be added
              help: make both alike: `shortcut: { Conv2D(16, 1, strides=2) }` gives 4×4×16
            dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "4, 4, 16",
            "4, 4, 32",
            Some("8, 8, 8"),
            expect![[r#"
            error shape-mismatch: `ResidualConnection`: the block gives 4×4×16 and its branch `shortcut` 4×4×32, which cannot be added
              help: make both alike: `shortcut: { Conv2D(16, 1, strides=2) }` gives 4×4×16
              fix: channels=16 on what makes operand 1
            dims [(0, 3), (1, 3)]"#]],
        );
        check(
            "6, 6, 16",
            "8, 8, 16",
            Some("8, 8, 8"),
            expect![[r#"
            error shape-mismatch: `ResidualConnection`: the block gives 6×6×16 and its branch `shortcut` 8×8×16, which cannot be added
              help: write `padding="same"` in the convolutions and poolings of the block, so that the size stays 8×8
            dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "4, 4, 16",
            "8, 8, 16",
            None,
            expect![[r#"
            error shape-mismatch: `ResidualConnection`: the block gives 4×4×16 and its branch `shortcut` 8×8×16, which cannot be added
              help: the block and its branch `shortcut` must give the same shape
            dims [(0, 1), (1, 1)]"#]],
        );
    }

    #[test]
    fn what_does_not_fit_is_projected() {
        check(
            "8, 8, 16",
            "8, 8, 4",
            expect![[r#"
                error shape-mismatch: `ResidualConnection`: the block turns 8×8×4 into 8×8×16, which cannot be added to the input
                  help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Conv2D(16, 1) }`
                  fix: channels=4 on what makes operand 0
                  fix: Conv2D(16, 1) as the shortcut
                dims [(0, 3), (1, 3)]"#]],
        );
        check(
            "4, 4, 16",
            "8, 8, 8",
            expect![[r#"
                error shape-mismatch: `ResidualConnection`: the block turns 8×8×8 into 4×4×16, which cannot be added to the input
                  help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Conv2D(16, 1, strides=2) }`
                  fix: Conv2D(16, 1, strides=2) as the shortcut
                dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "6, 6, 4",
            "8, 8, 4",
            expect![[r#"
                error shape-mismatch: `ResidualConnection`: the block turns 8×8×4 into 6×6×4, which cannot be added to the input
                  help: write `padding="same"` in the convolutions and poolings of the block, so that the size stays 8×8
                  fix: padding="same" on what makes operands [0]
                dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "17",
            "16",
            expect![[r#"
                error shape-mismatch: `ResidualConnection`: the block turns 16 into 17, which cannot be added to the input
                  help: keep the shape inside the block, or project the input: `main: { … } shortcut: { Dense(17) }`
                  fix: channels=16 on what makes operand 0
                  fix: Dense(17) as the shortcut
                dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "26, 26, 64",
            "28, 28, 32",
            expect![[r#"
                error shape-mismatch: `ResidualConnection`: the block turns 28×28×32 into 26×26×64, which cannot be added to the input
                  help: write `padding="same"` in the convolutions and poolings of the block, so that the size stays 28×28, and project the input: `main: { … } shortcut: { Conv2D(64, 1) }`
                  fix: padding="same" on what makes operands [0]
                dims [(0, 1), (1, 1)]"#]],
        );
        check(
            "8",
            "4, 4",
            expect![[r#"
            error shape-mismatch: `ResidualConnection`: the block turns 4×4 into 8, which cannot be added to the input
              help: the layers of the block must give 4×4 again
            dims [(0, 1), (1, 2)]"#]],
        );
        check("10, 8, 4", "8, 4", expect!["10×8×4"]);
    }

    #[test]
    fn what_is_repeated_is_hardly_meant() {
        let check = |block: &str, input: &str, expect: Expect| {
            let problem = residual_repeats(&shape(block), &shape(input));
            expect.assert_eq(&problem.map_or("".to_owned(), |problem| show_problem(&problem)));
        };
        check("8, 8, 4", "8, 8, 4", expect![[""]]);
        check("T, 4", "T, 4", expect![[""]]);
        check("1, 1, 4", "8, 8, 4", expect![[""]]);
        check(
            "8, 8, 1",
            "8, 8, 4",
            expect![[r#"
            warning shape-mismatch: `ResidualConnection`: the block turns 8×8×4 into 8×8×1, so the block's output is repeated over the input
              help: the layers of the block should give 8×8×4 again
              fix: channels=4 on what makes operand 0"#]],
        );
        check(
            "4",
            "8, 8, 4",
            expect![[r#"
            warning shape-mismatch: `ResidualConnection`: the block turns 8×8×4 into 4, so the block's output is repeated over the input
              help: the layers of the block should give 8×8×4 again"#]],
        );
        check(
            "28, 28, 16",
            "28, 28, 1",
            expect![[r#"
                warning shape-mismatch: `ResidualConnection`: the block turns 28×28×1 into 28×28×16, so the input is repeated over the block's output
                  fix: Conv2D(16, 1) as the shortcut
                  fix: channels=1 on what makes operand 0"#]],
        );
    }

    #[test]
    fn sizes_that_may_be_equal_do_not_collide() {
        let (sum, t) = (shape("T, 4"), shape("9, 4"));
        assert_eq!(broadcast(&sum, &t), Ok(shape("9, 4")));
        let collision = broadcast(&shape("3, 8, 4"), &shape("9, 4"));
        assert_eq!(collision, Err(Collision { left: 2, right: 1 }));
    }
}
