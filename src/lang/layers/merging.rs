//! Layers that make one tensor of several.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Operands, Outcome, Problem, Rule, RuleCx,
    Suggestion, broadcast, residual_add,
};
use crate::shape::{Count, Dim, Shape};

const MANY: Operands = Operands::Several { max: None };
const TWO: Operands = Operands::Several { max: Some(2) };

const fn element_wise(name: &'static str, summary: &'static str) -> LayerEntry {
    LayerEntry::new(name, Category::Merging, Rule::Pure(merge), &[], summary)
        .takes(MANY)
        .explained(explain_merge)
        .gives("the operands' shape, each dimension the larger where one of them is 1")
        .noting("Shapes are aligned from the right, and a dimension of 1 fits any other.")
}

/// Merges.
pub static LAYERS: &[LayerEntry] = &[
    element_wise("Add", "Adds tensors up.").in_torch("a + b"),
    element_wise("Subtract", "Subtracts the second tensor from the first.")
        .takes(TWO)
        .in_torch("a - b"),
    element_wise("Multiply", "Multiplies tensors element by element.").in_torch("a * b"),
    element_wise("Average", "The average of tensors, element by element."),
    element_wise("Maximum", "The larger of each element.").in_torch("torch.maximum"),
    element_wise("Minimum", "The smaller of each element.").in_torch("torch.minimum"),
    LayerEntry::new(
        "Concatenate",
        Category::Merging,
        Rule::Pure(concatenate),
        &[optional(
            "axis",
            Kind::Axis { truncates: false },
            Default::Int(-1),
            "The axis along which the tensors are joined.",
        )],
        "Joins tensors along an axis.",
    )
    .takes(MANY)
    .ordered(&["axis"])
    .explained(explain_concatenate)
    .gives("the first operand's shape, the axis being the sum")
    .in_torch("torch.cat"),
    LayerEntry::new(
        "Dot",
        Category::Merging,
        Rule::Pure(dot),
        &[
            required(
                "axes",
                AXES,
                "-1",
                "The axis that is summed over, or one for each of the two tensors.",
            ),
            optional(
                "normalize",
                Kind::Bool,
                Default::Bool(false),
                "Whether the result is the cosine of the angle.",
            ),
        ],
        "Multiplies two tensors and sums over an axis.",
    )
    .takes(TWO)
    .explained(explain_dot)
    .gives("the first's dimensions and the second's without the axis")
    .in_torch("torch.einsum"),
    LayerEntry::new(
        "ResidualConnection",
        Category::Merging,
        Rule::Residual,
        &[],
        "Adds the input of its block to the block's output.",
    )
    .also(&["Residual"])
    .gives("the block's output plus its input, as `Add` has it")
    .in_torch("x + f(x)")
    .noting("A branch `shortcut: { … }` in the block changes the input before it is added."),
];

/// Checks the number of operands. One tensor alone is no merge.
pub(super) fn check_operands(cx: &RuleCx<'_>) -> Result<(), Problem> {
    let count = cx.inputs.len();
    let (min, max) = match cx.args.entry().operands {
        Operands::One => (1, Some(1)),
        Operands::Several { max } => (2, max),
        Operands::OneOr(max) => (1, Some(max)),
    };
    if count < min {
        let name = cx.name();
        let (message, help) = match cx.args.entry().category {
            Category::Attention => (
                "takes a query and a value, but only one tensor comes in".to_owned(),
                format!(
                    "write it after branches, or name the value: `{name}(\"name\")`; `MultiHeadAttention` takes one tensor for both"
                ),
            ),
            _ => (
                format!(
                    "merges {} tensors, but only one comes in",
                    if max == Some(2) { "two" } else { "several" }
                ),
                format!(
                    "write it after branches, or name an earlier layer: `{name}(\"name\")`; a skip around layers is `ResidualConnection() {{ … }}`"
                ),
            ),
        };
        return Err(cx.problem(codes::TOO_FEW_OPERANDS, Blame::Layer, message).help(help));
    }
    match max {
        Some(max) if count > max => Err(cx.problem(
            codes::TOO_MANY_OPERANDS,
            Blame::Layer,
            format!(
                "takes {} {max} tensors, but {count} come in",
                if min == max { "exactly" } else { "at most" }
            ),
        )),
        _ => Ok(()),
    }
}

fn merge(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_operands(cx)?;
    let mut output = cx.inputs[0].clone();
    for (operand, shape) in cx.inputs.iter().enumerate().skip(1) {
        output = match broadcast(&output, shape) {
            Ok(merged) => merged,
            Err(collision) => {
                // What was merged so far has the axes of an earlier operand.
                let from_end = output.rank() - collision.left;
                let other = (0..operand).rev().find(|&other| {
                    let rank = cx.inputs[other].rank();
                    rank > from_end
                        && cx.inputs[other].dims()[rank - from_end] == output.dims()[collision.left]
                });
                let left = other.unwrap_or(0);
                let axis = cx.inputs[left].rank().saturating_sub(from_end);
                return Err(disagree(cx, (left, axis), (operand, collision.right)));
            }
        };
    }
    Ok(Outcome::new(output))
}

/// Dimension `a` of one operand and dimension `b` of another do not fit.
fn disagree(cx: &RuleCx<'_>, a: (usize, usize), b: (usize, usize)) -> Problem {
    let (left, right) = (&cx.inputs[a.0], &cx.inputs[b.0]);
    let size = |shape: &Shape, axis: usize| shape.dims().get(axis).cloned().unwrap_or(Dim::Unknown);
    let (x, y) = (size(left, a.1), size(right, b.1));
    let problem = cx
        .problem(
            codes::SHAPE_MISMATCH,
            Blame::Layer,
            format!("{left} and {right} do not fit: {x} and {y} must be equal, or one of them 1"),
        )
        .dim(a.0, a.1)
        .dim(b.0, b.1);
    if left.rank() != right.rank() {
        let (shorter, longer) =
            if left.rank() < right.rank() { (left, right) } else { (right, left) };
        let mut sizes = shorter.unbatched().to_vec();
        sizes.resize(longer.rank() - 1, Dim::Known(1));
        let filled = Shape::batched(sizes.iter().cloned());
        let known = sizes.iter().all(Dim::is_known) && broadcast(&filled, longer).is_ok();
        let sizes: Vec<String> = sizes.iter().map(Dim::to_string).collect();
        return problem.help(match known {
            true => format!(
                "shapes are aligned from the right; `Reshape(({}))` after what makes {shorter} aligns it from the left",
                sizes.join(", ")
            ),
            false => "shapes are aligned from the right; a Reshape can insert dimensions of 1".to_owned(),
        });
    }
    agreement(cx, problem, left.rank() - a.1)
}

/// The same with what makes the operands agree along the axis that is `from_end` from the end: the
/// odd one out changes, and of two either does.
fn agreement(cx: &RuleCx<'_>, problem: Problem, from_end: usize) -> Problem {
    let axis_of = |shape: &Shape| shape.rank().checked_sub(from_end);
    let size = |shape: &Shape| shape.dims().get(axis_of(shape)?).and_then(Dim::known);
    let sizes: Vec<Option<u64>> = cx.inputs.iter().map(size).collect();
    let problem = match from_end > 1 {
        true => {
            let largest = sizes.iter().max().copied().flatten();
            let all: Vec<usize> = (0..sizes.len()).collect();
            let fewer: Vec<usize> = all
                .iter()
                .copied()
                .filter(|&at| sizes[at].is_some() && sizes[at] < largest)
                .collect();
            problem
                .suggest(Suggestion::KeepBorders { operands: fewer })
                .suggest(Suggestion::KeepBorders { operands: all })
        }
        false => problem,
    };
    (0..sizes.len()).rev().fold(problem, |problem, operand| {
        let mut others =
            (0..sizes.len()).filter(|&other| other != operand).map(|other| sizes[other]);
        match others.next() {
            Some(Some(size))
                if sizes[operand] != Some(size) && others.all(|other| other == Some(size)) =>
            {
                let Some(axis) = axis_of(&cx.inputs[operand]) else { return problem };
                let suggestion = Suggestion::Resize { operand, axis, size };
                let mut inputs = cx.inputs.to_vec();
                let resized = inputs[operand].dims().iter().enumerate().map(|(at, dim)| match at {
                    _ if at == axis => Dim::Known(size),
                    _ => dim.clone(),
                });
                inputs[operand] = Shape::new(resized);
                let Rule::Pure(rule) = cx.args.entry().rule else { return problem };
                match rule(&RuleCx { inputs: &inputs, ..*cx }) {
                    Ok(_) => problem.suggest(suggestion),
                    Err(_) => problem,
                }
            }
            _ => problem,
        }
    })
}

/// The same with the change of either of two dimensions, each an operand and its axis, to the other.
pub(super) fn equal(
    problem: Problem,
    first: (usize, usize, &Dim),
    second: (usize, usize, &Dim),
) -> Problem {
    match (first.2.known(), second.2.known()) {
        (Some(a), Some(b)) => problem
            .suggest(Suggestion::Resize { operand: second.0, axis: second.1, size: a })
            .suggest(Suggestion::Resize { operand: first.0, axis: first.1, size: b }),
        _ => problem,
    }
}

fn concatenate(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_operands(cx)?;
    let rank = cx.inputs[0].rank();
    if let Some(operand) = cx.inputs.iter().position(|shape| shape.rank() != rank) {
        return Err(cx
            .problem(
                codes::RANK_MISMATCH,
                Blame::Layer,
                format!(
                    "{} and {} have a different number of dimensions, and cannot be joined",
                    cx.inputs[0], cx.inputs[operand]
                ),
            )
            .help("bring them to the same number of dimensions with Flatten, Reshape or a global pooling"));
    }
    let Some(axis) = cx.args.int("axis") else {
        return Ok(Outcome::unknown(rank));
    };
    let axis = cx.axis_of(0, "axis", axis)?;
    let mut dims = cx.inputs[0].dims().to_vec();
    for (operand, shape) in cx.inputs.iter().enumerate().skip(1) {
        for (at, other) in shape.dims().iter().enumerate() {
            if at == axis {
                dims[at] = dims[at].add(other);
            } else if at > 0 && dims[at].never_equals(other) {
                return Err(unjoinable(cx, axis, at, operand));
            } else if dims[at] == Dim::Unknown || (!dims[at].is_known() && other.is_known()) {
                dims[at] = other.clone();
            }
        }
    }
    Ok(Outcome::new(Shape::new(dims)))
}

fn unjoinable(cx: &RuleCx<'_>, axis: usize, at: usize, operand: usize) -> Problem {
    let (first, other) = (&cx.inputs[0], &cx.inputs[operand]);
    let (x, y) = (&first.dims()[at], &other.dims()[at]);
    let mut problem = cx
        .problem(
            codes::SHAPE_MISMATCH,
            Blame::Layer,
            format!(
                "joins along axis {axis}, so every other dimension must be equal; {first} and {other} have {x} and {y}"
            ),
        )
        .dim(0, at)
        .dim(operand, at);
    let differing: Vec<usize> = (1..first.rank())
        .filter(|&axis| {
            cx.inputs.iter().any(|shape| shape.dims()[axis].never_equals(&first.dims()[axis]))
        })
        .collect();
    if let [only] = differing.as_slice() {
        problem =
            problem.suggest_set("axis", if only + 1 == first.rank() { -1 } else { *only as i64 });
    }
    agreement(cx, problem, first.rank() - at)
}

fn dot(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_operands(cx)?;
    let Some(axes) = cx.args.sizes("axes") else {
        return Ok(Outcome::shapeless().trainable(Count::ZERO));
    };
    let numbers: Option<Vec<i64>> = axes.iter().map(|axis| axis.number()).collect();
    let (first, second) = match numbers.as_deref() {
        Some([axis]) => (*axis, *axis),
        Some([first, second]) => (*first, *second),
        Some(_) => {
            return Err(cx
                .problem(
                    codes::BAD_VALUE,
                    Blame::Param("axes"),
                    format!(
                        "`axes={}` must be one axis, or one for each of the two tensors",
                        cx.args.value("axes")
                    ),
                )
                .suggest_set("axes", -1));
        }
        None => return Ok(Outcome::shapeless().trainable(Count::ZERO)),
    };
    let (a, b) = (cx.axis_of(0, "axes", first)?, cx.axis_of(1, "axes", second)?);
    let (left, right) = (cx.inputs[0].dims(), cx.inputs[1].dims());
    if left[a].never_equals(&right[b]) {
        let problem = cx
            .problem(
                codes::SHAPE_MISMATCH,
                Blame::Param("axes"),
                format!(
                    "sums over axis {a} of {} and axis {b} of {}, which must be equal; they are {} and {}",
                    cx.inputs[0], cx.inputs[1], left[a], right[b]
                ),
            )
            .dim(0, a)
            .dim(1, b);
        let fits = |(i, j): &(usize, usize)| left[*i].always_equals(&right[*j]);
        let pairs = (1..left.len()).flat_map(|i| (1..right.len()).map(move |j| (i, j)));
        let problem = match pairs.into_iter().find(fits) {
            Some((i, j)) => problem.suggest_set("axes", format!("({i}, {j})")),
            None => problem,
        };
        return Err(equal(problem, (0, a, &left[a]), (1, b, &right[b])));
    }
    let summed = if left[a].is_known() { &left[a] } else { &right[b] };
    let kept = |dims: &[Dim], axis: usize| -> Vec<Dim> {
        (0..dims.len()).filter(|&at| at != axis).map(|at| dims[at].clone()).collect()
    };
    let mut dims = kept(left, a);
    dims.extend(kept(right, b).into_iter().skip(1));
    let macs = Count::product(dims.iter().skip(1)) * Count::from(summed);
    if dims.len() == 1 {
        dims.push(Dim::Known(1));
    }
    Ok(Outcome::new(Shape::new(dims)).macs(macs))
}

/// What a residual connection gives for what its block gives: the counts are the block's.
pub fn residual(block: Outcome, input: &Shape) -> Result<Outcome, Problem> {
    let Some(output) = block.outputs.first() else { return Ok(block) };
    let sum = residual_add(output, input)?;
    let activation = block.activation + sum.elements();
    Ok(Outcome { outputs: vec![sum], activation, ..block })
}

fn explain_merge(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let rank = output.rank();
    let mut lines = Vec::new();
    for axis in 1..rank {
        let sizes: Vec<String> = cx
            .inputs
            .iter()
            .filter_map(|shape| shape.dims().get((axis + shape.rank()).checked_sub(rank)?))
            .map(explain::size)
            .collect();
        if sizes.iter().any(|size| *size != sizes[0]) {
            let formula = format!("max({})", sizes.join(", "));
            lines.extend(explain::line(&format!("axis {axis}"), &formula, &output.dims()[axis]));
        }
    }
    if lines.is_empty() && cx.inputs.len() > 1 {
        lines.push(format!("each of the {} operands: {}", cx.inputs.len(), cx.input()));
    }
    lines
}

fn explain_concatenate(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let axis = cx.args.int("axis").and_then(|axis| output.axis(axis));
    let Some(axis) = axis else { return Vec::new() };
    let sizes: Vec<String> =
        cx.inputs.iter().filter_map(|shape| shape.dims().get(axis)).map(explain::size).collect();
    let line = explain::line(&format!("axis {axis}"), &sizes.join(" + "), &output.dims()[axis]);
    line.into_iter().collect()
}

fn explain_dot(cx: &RuleCx<'_>, _: &Shape) -> Vec<String> {
    let axes: Vec<i64> =
        cx.args.sizes("axes").unwrap_or_default().iter().filter_map(|axis| axis.number()).collect();
    let ([left, right], Some(first), Some(second)) = (cx.inputs, axes.first(), axes.last()) else {
        return Vec::new();
    };
    let (Some(a), Some(b)) = (left.axis(*first), right.axis(*second)) else { return Vec::new() };
    vec![format!(
        "sum over axis {a} of {left} and axis {b} of {right}: {} products",
        left.dims()[a]
    )]
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn element_wise_merges_broadcast() {
        check(
            r#"
        Add() on (8, 8, 16); (16)
        Add() on (8, 1, 16); (1, 8, 16); (8, 8, 1)
        Multiply() on (T, 8); (5, 8)
        Maximum() on (T, 8); (T, 8)
        Add() on (T, 8); (S, 8)
            "#,
            expect![[r#"
                8×8×16  params 0
                8×8×16  params 0
                5×8  params 0
                T×8  params 0
                ?×8  params 0"#]],
        );
    }

    #[test]
    fn element_wise_merges_that_do_not_fit() {
        check(
            r#"
        Add() on (8, 8, 16); (8, 8, 32)
        Add() on (8, 8, 16); (4, 4, 16)
        Add() on (2, 4); (2, 4, 3)
        Add() on (8, 4)
        Subtract() on (8); (8); (8)
            "#,
            expect![[r#"
                error shape-mismatch: `Add`: 8×8×16 and 8×8×32 do not fit: 16 and 32 must be equal, or one of them 1
                  fix: axis 3 of operand 1 is 16
                  fix: axis 3 of operand 0 is 32
                error shape-mismatch: `Add`: 8×8×16 and 4×4×16 do not fit: 8 and 4 must be equal, or one of them 1
                  fix: padding="same" on what makes operands [1]
                  fix: padding="same" on what makes operands [0, 1]
                error shape-mismatch: `Add`: 2×4 and 2×4×3 do not fit: 2 and 4 must be equal, or one of them 1
                  help: shapes are aligned from the right; `Reshape((2, 4, 1))` after what makes 2×4 aligns it from the left
                error too-few-operands: `Add`: merges several tensors, but only one comes in
                  help: write it after branches, or name an earlier layer: `Add("name")`; a skip around layers is `ResidualConnection() { … }`
                error too-many-operands: `Subtract`: takes exactly 2 tensors, but 3 come in"#]],
        );
    }

    #[test]
    fn joining() {
        check(
            r#"
        Concatenate() on (8, 8, 16); (8, 8, 32); (8, 8, 4)
        Concatenate(axis=1) on (T, 8); (5, 8)
        Concatenate() on (4, 1, 6); (4, 7, 6)
        Concatenate() on (4, 6); (6)
        Concatenate(axis=9) on (4, 6); (4, 6)
            "#,
            expect![[r#"
                8×8×52  params 0
                (T+5)×8  params 0
                error shape-mismatch: `Concatenate`: joins along axis 3, so every other dimension must be equal; 4×1×6 and 4×7×6 have 1 and 7
                  fix: axis=2
                  fix: padding="same" on what makes operands [0]
                  fix: padding="same" on what makes operands [0, 1]
                  fix: axis 2 of operand 1 is 1
                  fix: axis 2 of operand 0 is 7
                error rank-mismatch: `Concatenate`: 4×6 and 6 have a different number of dimensions, and cannot be joined
                  help: bring them to the same number of dimensions with Flatten, Reshape or a global pooling
                error axis-out-of-range: `Concatenate`: `axis=9` is no axis: the axes of the input (4×6) are 1 to 2, or -2 to -1; 0 is the batch
                  fix: axis=-1"#]],
        );
    }

    #[test]
    fn dot_products() {
        check(
            r#"
        Dot(axes=-1) on (8); (8)
        Dot(axes=(2, 1)) on (4, 8); (8, 3)
        Dot(axes=1) on (4, 8); (8, 3)
            "#,
            expect![[r#"
                1  params 0  macs 8
                4×3  params 0  macs 96
                error shape-mismatch: `Dot`: sums over axis 1 of 4×8 and axis 1 of 8×3, which must be equal; they are 4 and 8
                  fix: axes=(2, 1)
                  fix: axis 1 of operand 1 is 4
                  fix: axis 1 of operand 0 is 8"#]],
        );
    }
}
