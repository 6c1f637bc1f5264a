//! Layers that move elements and keep every one: Reshape, Flatten, Permute, RepeatVector.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::require::shown;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Role, Rule, RuleCx, Size,
};
use crate::shape::{Count, Dim, Shape};

const TUPLE: Kind = Kind::Sizes { one: false, none: false };

/// Reshaping.
pub static LAYERS: &[LayerEntry] = &[
    LayerEntry::new(
        "Reshape",
        Category::Reshaping,
        Rule::Pure(reshape),
        &[required(
            "target_shape",
            TUPLE,
            "(-1,)",
            "The new shape without the batch; one dimension may be -1 and becomes what is left.",
        )],
        "Gives the same elements another shape.",
    )
    .ordered(&["target_shape"])
    .keeping("0")
    .explained(explain_reshape)
    .gives("(batch, *target_shape)")
    .in_torch("nn.Unflatten, Tensor.view"),
    LayerEntry::new(
        "Flatten",
        Category::Reshaping,
        Rule::Pure(flatten),
        FLATTEN,
        "Makes one dimension of all but the batch.",
    )
    .known_as(Role::Flatten)
    .keeping("0")
    .explained(explain_flatten)
    .gives("(batch, features)")
    .in_torch("nn.Flatten"),
    LayerEntry::new(
        "Permute",
        Category::Reshaping,
        Rule::Pure(permute),
        &[required(
            "dims",
            TUPLE,
            "(2, 1)",
            "The new order of the dimensions, counted from 1 without the batch.",
        )],
        "Puts the dimensions into another order.",
    )
    .explained(explain_permute)
    .gives("(batch, …the input's dimensions in the new order)")
    .in_torch("Tensor.permute"),
    LayerEntry::new(
        "RepeatVector",
        Category::Reshaping,
        Rule::Pure(repeat_vector),
        &[required("n", Kind::StrictInt { min: 1 }, "4", "How often.")],
        "Repeats a vector, so that it becomes a sequence.",
    )
    .explained(|_, output| explain::line("steps", "n", &output.dims()[1]).into_iter().collect())
    .gives("(batch, n, features)")
    .in_torch("x.unsqueeze(1).expand(-1, n, -1)"),
];

const FLATTEN: &[Param] = &[
    DATA_FORMAT,
    optional(
        "start_dim",
        Kind::Axis { truncates: false },
        Default::Int(1),
        "The first dimension that is flattened; the batch is 0.",
    )
    .pytorch_only(),
    optional(
        "end_dim",
        Kind::Axis { truncates: false },
        Default::Int(-1),
        "The last dimension that is flattened.",
    )
    .pytorch_only(),
];

/// A layer that gives a view of its input keeps nothing of its own.
fn view(output: Shape) -> Outcome {
    Outcome::new(output).activation(Count::ZERO)
}

fn reshape(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(target) = cx.args.sizes("target_shape") else {
        return Ok(Outcome::shapeless().trainable(Count::ZERO).macs(Count::ZERO));
    };
    let input = cx.input();
    let wrong = |index: usize, message: String| {
        cx.problem(codes::BAD_VALUE, Blame::Element("target_shape", index), message)
    };
    let numbers: Vec<Option<i64>> = target.iter().map(Size::number).collect();
    if let Some(index) = numbers.iter().position(|n| n.is_some_and(|n| n < -1)) {
        let mut mended = numbers.iter().map(|number| number.unwrap_or(-1)).collect::<Vec<_>>();
        mended[index] = -1;
        let problem = wrong(
            index,
            format!(
                "`target_shape` has {}; a dimension is a positive number, or -1 for what is left",
                numbers[index].unwrap_or(0)
            ),
        );
        return Err(match mended.iter().filter(|&&number| number < 0).count() {
            1 => problem.suggest_set("target_shape", tuple_of(&mended)),
            _ => problem,
        });
    }
    let free: Vec<usize> = (0..numbers.len()).filter(|&index| numbers[index] == Some(-1)).collect();
    if let [_, second, ..] = free.as_slice() {
        let problem = wrong(
            *second,
            "only one dimension of `target_shape` may be -1; write a number for the other, such as 1"
                .to_owned(),
        );
        let fixed: Option<Vec<i64>> = numbers.iter().copied().collect();
        let Some(mut fixed) = fixed.filter(|_| free.len() == 2) else { return Err(problem) };
        fixed[*second] = 1;
        return Err(problem.suggest_set("target_shape", tuple_of(&fixed)));
    }
    let dims: Vec<Dim> = target.iter().map(Size::dim).collect();
    let fixed = || {
        let sizes = dims.iter().enumerate().filter(|(index, _)| !free.contains(index));
        Dim::product(sizes.map(|(_, dim)| dim))
    };
    let total = Dim::product(input.unbatched());
    let left = match free.first() {
        Some(_) => {
            let fixed = fixed();
            let left = left_over(&total, &fixed);
            if left.is_none() {
                return Err(mismatch(cx, &numbers, &total, &fixed));
            }
            left
        }
        None => {
            let fixed = fixed();
            if total.never_equals(&fixed) || partly_different(input, &fixed) {
                return Err(mismatch(cx, &numbers, &total, &fixed));
            }
            None
        }
    };
    let dims = dims.into_iter().enumerate().map(|(index, dim)| match &left {
        Some(left) if free.contains(&index) => left.clone(),
        _ => dim,
    });
    Ok(view(Shape::new([input.batch()].into_iter().chain(dims))))
}

/// As the language writes it.
fn tuple_of(sizes: &[i64]) -> String {
    match sizes {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
    }
}

/// `total / fixed` where it is exact, unknown where that cannot be told, `None` where there is a
/// rest.
fn left_over(total: &Dim, fixed: &Dim) -> Option<Dim> {
    match (total, fixed) {
        (Dim::Known(total), Dim::Known(fixed)) => {
            (*fixed > 0 && total % fixed == 0).then(|| Dim::Known(total / fixed))
        }
        (_, Dim::Known(0)) => None,
        (_, Dim::Known(fixed)) => {
            let quotient = total.floor_div(*fixed);
            Some(match quotient.times(*fixed).always_equals(total) {
                true => quotient,
                false => Dim::Unknown,
            })
        }
        _ => Some(Dim::Unknown),
    }
}

/// Whether the sizes of `input` that are known do not divide `fixed`, so that no size of the others
/// makes up for it.
fn partly_different(input: &Shape, fixed: &Dim) -> bool {
    let known = input.unbatched().iter().filter_map(Dim::known);
    let known = known.fold(1u64, u64::saturating_mul);
    fixed.known().is_some_and(|fixed| known > 0 && fixed % known != 0)
}

fn mismatch(cx: &RuleCx<'_>, numbers: &[Option<i64>], total: &Dim, fixed: &Dim) -> Problem {
    let input = cx.input();
    let target = cx.args.value("target_shape");
    let free = numbers.contains(&Some(-1));
    let from = if input.rank() == 2 { String::new() } else { format!(" ({input})") };
    let message = match free {
        true => format!(
            "{total} elements come in{from}, which `target_shape={target}` cannot hold: {fixed} does not divide {total}"
        ),
        false => {
            format!("{total} elements come in{from}, but `target_shape={target}` holds {fixed}")
        }
    };
    let mut problem = cx.problem(codes::SIZE_MISMATCH, Blame::Param("target_shape"), message);
    let Some(total) = total.known() else { return problem };
    // Change one dimension, the first that can make up for it.
    let sizes: Option<Vec<i64>> = numbers.iter().copied().collect();
    let sizes = sizes.unwrap_or_default();
    for index in 0..sizes.len() {
        let mut others = sizes.iter().enumerate().filter(|(at, _)| *at != index);
        let others = others.try_fold(1u64, |all, (_, &size)| {
            all.checked_mul(u64::try_from(size).ok().filter(|&size| size > 0)?)
        });
        let Some(others) = others.filter(|others| total % others == 0) else { continue };
        let Ok(size) = i64::try_from(total / others) else { continue };
        let mut changed = sizes.clone();
        changed[index] = size;
        problem = problem.suggest_set("target_shape", tuple_of(&changed));
        changed[index] = -1;
        return problem.suggest_set("target_shape", tuple_of(&changed));
    }
    problem.suggest_set("target_shape", "(-1,)")
}

/// The dimensions that PyTorch's `start_dim` and `end_dim` make one of; all but the batch unless they
/// say otherwise.
fn flattened(cx: &RuleCx<'_>) -> Result<Option<(usize, usize)>, Problem> {
    let last = cx.input().rank().saturating_sub(1);
    if !cx.is_pytorch() || last == 0 {
        return Ok(Some((1, last)));
    }
    let (Some(start), Some(end)) = (cx.args.int("start_dim"), cx.args.int("end_dim")) else {
        return Ok(None);
    };
    let (start, end) = (cx.axis_of(0, "start_dim", start)?, cx.axis_of(0, "end_dim", end)?);
    if start > end {
        return Err(cx
            .problem(
                codes::BAD_VALUE,
                Blame::Param("start_dim"),
                format!("`start_dim` is axis {start}, which comes after `end_dim`, axis {end}"),
            )
            .suggest_set("start_dim", end.max(1)));
    }
    Ok(Some((start, end)))
}

fn flatten(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    match flattened(cx)? {
        Some((1, end)) if end + 1 == cx.input().rank() => {}
        Some((0, end)) if end > 0 => {
            let lost = cx.problem(
                codes::BAD_VALUE,
                Blame::Param("start_dim"),
                "axis 0 is the batch, which becomes part of the features here; write 1 to keep it",
            );
            let outcome = Outcome::shapeless().trainable(Count::ZERO).macs(Count::ZERO);
            return Ok(outcome.warn(Some(lost.as_warning().suggest_set("start_dim", 1))));
        }
        Some((start, end)) if end > 0 => {
            let dims = cx.input().dims();
            let folded = Dim::product(&dims[start..=end]);
            let before = dims[..start].iter().cloned().chain([folded]);
            return Ok(view(Shape::new(before.chain(dims[end + 1..].iter().cloned()))));
        }
        Some(_) => {}
        None => return Ok(Outcome::shapeless().trainable(Count::ZERO).macs(Count::ZERO)),
    }
    let features = Dim::product(cx.input().unbatched());
    Ok(view(Shape::new([cx.input().batch(), features])))
}

fn permute(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(dims) = cx.args.sizes("dims") else {
        return Ok(Outcome::unknown(cx.input().rank()));
    };
    let rank = cx.input().rank();
    let given: Option<Vec<i64>> = dims.iter().map(Size::number).collect();
    let Some(given) = given else {
        return Ok(Outcome::unknown(dims.len() + 1));
    };
    let axes = rank.saturating_sub(1);
    let numbers = axes as i64;
    if sorted(&given) == (1..=numbers).collect::<Vec<_>>() {
        let input = cx.input().dims();
        let moved = given.iter().map(|&dim| {
            usize::try_from(dim)
                .ok()
                .and_then(|dim| input.get(dim))
                .cloned()
                .unwrap_or(Dim::Unknown)
        });
        return Ok(Outcome::new(Shape::new([cx.input().batch()].into_iter().chain(moved))));
    }
    if axes == 0 {
        return Err(cx.problem(
            codes::RANK_MISMATCH,
            Blame::Layer,
            "the input has nothing but the batch, which stays where it is",
        ));
    }
    let from_zero: Vec<i64> = given.iter().map(|dim| dim.saturating_add(1)).collect();
    let zero_based = sorted(&from_zero) == (1..=numbers).collect::<Vec<_>>();
    // Python counts from the end where a number is negative; Keras takes no such number here.
    let from_end: Vec<i64> = given
        .iter()
        .map(|&dim| if dim < 0 { dim.saturating_add(numbers + 1) } else { dim })
        .collect();
    let order = match zero_based {
        true => from_zero,
        false => completed(&from_end, numbers),
    };
    let has = match axes {
        1 => format!("the {} that come in are 1 dimension", shown(cx.input())),
        _ => format!("the input {} has {axes} dimensions", cx.input()),
    };
    let needs = match axes {
        1 => "`dims` is (1,)".to_owned(),
        _ => format!("`dims` needs each of 1 to {axes} once"),
    };
    let zero = if zero_based { "; the first dimension is 1, the batch is not counted" } else { "" };
    let code = match given.len() == axes {
        true => codes::BAD_VALUE,
        false => codes::RANK_MISMATCH,
    };
    let message = format!("{has}, so {needs}, not {}{zero}", cx.args.value("dims"));
    Err(cx.problem(code, Blame::Param("dims"), message).suggest_set("dims", tuple_of(&order)))
}

fn sorted(numbers: &[i64]) -> Vec<i64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted
}

/// The order of the dimensions 1 to `count` that keeps what `given` says, as far as that goes.
fn completed(given: &[i64], count: i64) -> Vec<i64> {
    let mut order: Vec<i64> = Vec::new();
    for dim in given.iter().copied().chain(1..=count) {
        if (1..=count).contains(&dim) && !order.contains(&dim) {
            order.push(dim);
        }
    }
    order
}

fn repeat_vector(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_rank(0, 2, "a vector (features)")?;
    let input = cx.input();
    Ok(Outcome::new(Shape::new([input.batch(), cx.args.dim("n"), input.last()])))
}

fn explain_reshape(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let Some(target) = cx.args.sizes("target_shape") else { return Vec::new() };
    let total = Dim::product(cx.input().unbatched());
    let elements = explain::line("elements", &explain::product(cx.input().unbatched()), &total);
    let free = target.iter().position(|size| size.number() == Some(-1));
    let left = free.and_then(|free| {
        let kept: Vec<Dim> = target
            .iter()
            .map(Size::dim)
            .enumerate()
            .filter(|(at, _)| *at != free)
            .map(|(_, dim)| dim)
            .collect();
        let (size, result) = (explain::size(&total), output.unbatched().get(free)?);
        let formula = match kept.as_slice() {
            [] => size,
            [one] => format!("{size}/{}", explain::size(one)),
            several => format!("{size}/({})", explain::product(several)),
        };
        explain::line(&format!("axis {}", free + 1), &formula, result)
    });
    elements.into_iter().chain(left).collect()
}

fn explain_flatten(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let Ok(Some((start @ 1.., end))) = flattened(cx) else { return Vec::new() };
    let folded = cx.input().dims().get(start..=end).unwrap_or_default();
    let (formula, size) = (explain::product(folded), output.dims().get(start));
    size.and_then(|size| explain::line("features", &formula, size)).into_iter().collect()
}

fn explain_permute(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let order = cx.args.sizes("dims").unwrap_or_default();
    let axes = order.iter().zip(output.unbatched()).enumerate();
    let line = |(at, (from, size)): (usize, (&Size, &Dim))| {
        let formula = format!("axis {} of the input", from.number()?);
        explain::line(&format!("axis {}", at + 1), &formula, size)
    };
    axes.filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_pytorch};
    use expect_test::expect;

    #[test]
    fn pytorch_flattens_some_dimensions() {
        check_pytorch(
            r#"
        Flatten() on (4, 4, 8)
        Flatten(start_dim=2) on (4, 4, 8)
        Flatten(start_dim=1, end_dim=2) on (T, 4, 8)
        Flatten(start_dim=-2) on (3, 4, 8)
        Flatten(start_dim=3, end_dim=2) on (4, 4, 8)
        Flatten(start_dim=5) on (4, 4, 8)
        Flatten(start_dim=0) on (4, 4, 8)
            "#,
            expect![[r#"
                128  params 0
                4×32  params 0
                4*T×8  params 0
                3×32  params 0
                error bad-value: `Flatten`: `start_dim` is axis 3, which comes after `end_dim`, axis 2
                  fix: start_dim=2
                error axis-out-of-range: `Flatten`: `start_dim=5` is no axis: the axes of the input (4×4×8) are 1 to 3, or -3 to -1; 0 is the batch
                  fix: start_dim=-1
                ?  params 0
                warning bad-value: `Flatten`: axis 0 is the batch, which becomes part of the features here; write 1 to keep it
                  fix: start_dim=1"#]],
        );
    }

    #[test]
    fn elements_are_kept() {
        check(
            r#"
        Reshape((7, 7, 64)) on (3136)
        Reshape((-1, 64)) on (56, 56)
        Reshape((-1, 4)) on (T, 8)
        Reshape((-1, 3)) on (T, 8)
        Flatten() on (7, 7, 64)
        Flatten() on (T, 64)
        Permute((2, 1)) on (T, 8)
        RepeatVector(4) on (8)
            "#,
            expect![[r#"
                7×7×64  params 0
                49×64  params 0
                2*T×4  params 0
                ?×3  params 0
                3136  params 0
                64*T  params 0
                8×T  params 0
                4×8  params 0"#]],
        );
    }

    #[test]
    fn targets_that_do_not_fit() {
        check(
            r#"
        Reshape((4, 5)) on (4, 20)
        Reshape((-1, 7)) on (4, 20)
        Reshape((-1, -1)) on (4, 20)
        Reshape((-2, 40)) on (4, 20)
        Reshape(target_shape=80) on (5, 16)
        Reshape((5, 3)) on (T, 8)
        Reshape((None, 5)) on (4, 20)
            "#,
            expect![[r#"
                error size-mismatch: `Reshape`: 80 elements come in (4×20), but `target_shape=(4, 5)` holds 20
                  fix: target_shape=(16, 5)
                  fix: target_shape=(-1, 5)
                error size-mismatch: `Reshape`: 80 elements come in (4×20), which `target_shape=(-1, 7)` cannot hold: 7 does not divide 80
                  fix: target_shape=(-1,)
                error bad-value: `Reshape`: only one dimension of `target_shape` may be -1; write a number for the other, such as 1
                  fix: target_shape=(-1, 1)
                error bad-value: `Reshape`: `target_shape` has -2; a dimension is a positive number, or -1 for what is left
                  fix: target_shape=(-1, 40)
                80  params 0
                error bad-type: `Reshape`: `target_shape` must be a tuple of whole numbers, not 80; write (80,)
                  fix: target_shape=(80,)
                error size-mismatch: `Reshape`: 8*T elements come in (T×8), but `target_shape=(5, 3)` holds 15
                ?×5  params 0
                error bad-type: `Reshape`: element 1 of `target_shape` must be a whole number, not None; write -1
                  fix: target_shape=(-1, 5)"#]],
        );
    }

    #[test]
    fn orders_count_from_one() {
        check(
            r#"
        Permute((1, 0)) on (4, 8)
        Permute((1, 1)) on (4, 8)
        Permute((3, 1)) on (28, 28, 3)
        Permute((2, 1)) on (8)
        Permute((2, 1)) on (4, 8, 3)
        RepeatVector(2.0) on (4)
        RepeatVector(2) on (4, 8)
            "#,
            expect![[r#"
                error bad-value: `Permute`: the input 4×8 has 2 dimensions, so `dims` needs each of 1 to 2 once, not (1, 0); the first dimension is 1, the batch is not counted
                  fix: dims=(2, 1)
                error bad-value: `Permute`: the input 4×8 has 2 dimensions, so `dims` needs each of 1 to 2 once, not (1, 1)
                  fix: dims=(1, 2)
                error rank-mismatch: `Permute`: the input 28×28×3 has 3 dimensions, so `dims` needs each of 1 to 3 once, not (3, 1)
                  fix: dims=(3, 1, 2)
                error rank-mismatch: `Permute`: the 8 features that come in are 1 dimension, so `dims` is (1,), not (2, 1)
                  fix: dims=(1,)
                error rank-mismatch: `Permute`: the input 4×8×3 has 3 dimensions, so `dims` needs each of 1 to 3 once, not (2, 1)
                  fix: dims=(2, 1, 3)
                2×4  params 0
                error float-for-integer: `RepeatVector`: `n` must be a whole number, not 2.0; write 2
                  fix: n=2
                error rank-mismatch: `RepeatVector`: takes a vector (features): 1 dimension besides the batch, but the input (4×8) has 2
                  help: `Flatten()` keeps every element; a global pooling keeps one number per channel
                  fix: Flatten() before"#]],
        );
    }
}
