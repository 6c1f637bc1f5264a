//! EinsumDense: a dense layer whose contraction is written as an equation.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Problem, Rule, RuleCx, Value,
};
use crate::shape::{Count, Dim, Shape};

/// EinsumDense.
pub static LAYERS: &[LayerEntry] = &[LayerEntry::new(
    "EinsumDense",
    Category::Core,
    Rule::Pure(einsum_dense),
    &[
        required("equation", Kind::Str, "\"abc,cd->abd\"", "The contraction: input, weights, output."),
        required(
            "output_shape",
            Kind::Sizes { one: true, none: true },
            "(None, 64)",
            "The output's shape without the batch; `None` for a dimension that is not known.",
        ),
        ACTIVATION,
        optional("bias_axes", Kind::Str, Default::None, "The letters of the output that the bias runs over."),
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
        KERNEL_REGULARIZER,
        BIAS_REGULARIZER,
        KERNEL_CONSTRAINT,
        BIAS_CONSTRAINT,
        LORA_RANK,
        LORA_ALPHA,
        free("gptq_unpacked_column_size", "The number of columns before quantization."),
        QUANTIZATION_CONFIG,
    ],
    "Multiplies by weights along the dimensions that an equation names.",
)
.gives("(batch, *output_shape)")
.in_torch("torch.einsum")
.noting("The equation has one of the forms `ab,bc->ac`, `...b,bc->...c` and `ab...,bc->ac...`. Keras takes `output_shape` at its word.")];

/// Where the dots of an equation are.
#[derive(PartialEq)]
enum Dots {
    None,
    Left,
    Right,
}

/// An equation, taken apart.
struct Equation {
    dots: Dots,
    input: Vec<char>,
    weights: Vec<char>,
    output: Vec<char>,
}

impl Equation {
    fn parse(text: &str) -> Option<Equation> {
        let (operands, output) = text.split_once("->")?;
        let (input, weights) = operands.split_once(',')?;
        let letters = |text: &str| {
            let all = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
            all.then(|| text.chars().collect::<Vec<char>>())
        };
        let (dots, input, output) = match (
            input.strip_prefix("..."),
            output.strip_prefix("..."),
            input.strip_suffix("..."),
            output.strip_suffix("..."),
        ) {
            (Some(input), Some(output), _, _) => (Dots::Left, input, output),
            (None, None, Some(input), Some(output)) if input.len() > 1 => {
                (Dots::Right, input, output)
            }
            _ => (Dots::None, input, output),
        };
        Some(Equation {
            dots,
            input: letters(input)?,
            weights: letters(weights)?,
            output: letters(output)?,
        })
    }
}

/// An equation of two operands without an output, with the output that einsum gives it: the letters
/// that stand in one operand only.
fn with_output(text: &str) -> Option<String> {
    let (input, weights) = text.split_once(',')?;
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic());
    if !plain(input) || !plain(weights) {
        return None;
    }
    let kept = input.chars().filter(|&c| !weights.contains(c));
    let made = weights.chars().filter(|&c| !input.contains(c));
    Some(format!("{text}->{}", kept.chain(made).collect::<String>()))
}

fn einsum_dense(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let (text, given) = (cx.args.value("equation"), cx.args.sizes("output_shape"));
    let Some(text) = text.as_text() else {
        return Ok(Outcome::shapeless());
    };
    let wrong = |message: String| cx.problem(codes::BAD_VALUE, Blame::Param("equation"), message);
    let Some(equation) = Equation::parse(text) else {
        let problem = wrong(format!(
            "`{text}` is not of the form \"ab,bc->ac\", \"...b,bc->...c\" or \"ab...,bc->ac...\""
        ));
        return Err(match with_output(text) {
            Some(equation) => problem.suggest_set("equation", format!("\"{equation}\"")),
            None => problem,
        }
        .help("write the letters of the input with the batch, a comma, those of the weights, `->`, and those of the output"));
    };
    let Some(given) = given else {
        return Ok(Outcome::shapeless());
    };
    let input = cx.input().dims();
    let Equation { dots, input: from, weights, output: to } = equation;
    let left = dots == Dots::Left;
    let elided = input.len() as i64 - from.len() as i64;
    if elided < 0 || (elided > 0 && dots == Dots::None) {
        return Err(cx.problem(
            codes::RANK_MISMATCH,
            Blame::Param("equation"),
            format!(
                "`{text}` names {} dimensions with the batch, but the input {} has {}",
                from.len(),
                cx.input(),
                input.len()
            ),
        ));
    }
    let elided = elided as usize;
    let mut full: Vec<Dim> = vec![cx.input().batch()];
    if left && elided > 0 {
        full.extend(input[1..elided].iter().cloned());
    }
    full.extend(given.iter().map(|size| size.dim()));
    if !left && elided > 0 {
        full.extend(input[input.len() - elided..].iter().cloned());
    }
    let input_dim = |letter: char| {
        let index = from.iter().position(|&other| other == letter)?;
        input.get(if left { index + elided } else { index })
    };
    let output_dim = |letter: char| {
        let index = to.iter().position(|&other| other == letter)?;
        full.get(if left { index + elided } else { index })
    };
    for (index, &letter) in from.iter().enumerate() {
        if let (Some(a), Some(b)) = (input_dim(letter), output_dim(letter))
            && to.contains(&letter)
            && a.never_equals(b)
        {
            // What is given for dimensions that the input does not have stands at the end.
            let mut sizes: Vec<Option<u64>> =
                given.iter().rev().map(|size| size.dim().known()).collect();
            sizes.resize(to.len().saturating_sub(1), None);
            sizes.reverse();
            for (size, letter) in sizes.iter_mut().zip(&to[1..]) {
                if from.contains(letter) {
                    *size = input_dim(*letter).and_then(Dim::known);
                }
            }
            let problem = cx
                .problem(
                    codes::SHAPE_MISMATCH,
                    Blame::Param("output_shape"),
                    format!("dimension `{letter}` of `{text}` is {a} in the input but {b} in `output_shape`"),
                )
                .dim(0, if left { index + elided } else { index });
            let sizes: Option<Vec<Value>> = sizes
                .into_iter()
                .map(|size| Some(Value::Int(i64::try_from(size?).ok()?)))
                .collect();
            return Err(match sizes {
                Some(sizes) if elided == 0 => {
                    problem.suggest_set("output_shape", Value::Tuple(sizes))
                }
                _ => problem,
            });
        }
    }
    let too_short = |letter: char| {
        cx.problem(
            codes::RANK_MISMATCH,
            Blame::Param("output_shape"),
            format!("`output_shape` is too short for `{text}`: it has no dimension `{letter}`"),
        )
    };
    if let Some(&letter) =
        from.iter().find(|letter| to.contains(letter) && output_dim(**letter).is_none())
    {
        return Err(too_short(letter));
    }
    for &letter in &to {
        if !from.contains(&letter) && !weights.contains(&letter) {
            return Err(wrong(format!(
                "`{letter}` of the output stands neither for a dimension of the input nor of the weights"
            )));
        }
    }
    let mut sizes: Vec<(char, Dim)> = Vec::new();
    for &letter in &weights {
        let known = match to.contains(&letter) {
            true => output_dim(letter),
            false => input_dim(letter),
        };
        match known {
            Some(dim) => sizes.push((letter, dim.clone())),
            None if from.contains(&letter) || to.contains(&letter) => {
                return Err(too_short(letter));
            }
            None => {
                return Err(wrong(format!(
                    "`{letter}` of the weights stands neither for a dimension of the input nor of the output"
                )));
            }
        }
    }
    let size_of = |letter: char| output_dim(letter).cloned();
    let bias = bias(cx, &to, size_of)?;
    // A hyperparameter or an argument that has been reported is not the author's `None`.
    let unknown = sizes.iter().find(|(_, dim)| !dim.is_determined());
    if let Some((letter, _)) = unknown
        && given.iter().all(|size| !matches!(size, crate::lang::Size::Unknown(_)))
    {
        return Err(cx.problem(
            codes::UNKNOWN_DIMENSION,
            Blame::Param("output_shape"),
            format!(
                "the weights of `{text}` run over dimension `{letter}`, which must be a number"
            ),
        ));
    }
    let kernel = Count::product(sizes.iter().map(|(_, dim)| dim));
    let mut contracted: Vec<(char, Dim)> = sizes;
    for &letter in &from {
        if let Some(dim) = input_dim(letter)
            && contracted.iter().all(|(other, _)| *other != letter)
        {
            contracted.push((letter, dim.clone()));
        }
    }
    if !left {
        contracted.retain(|(letter, _)| Some(letter) != from.first());
    }
    let outer =
        if left && elided > 0 { Count::product(&input[1..elided]) } else { Count::known(1) };
    let macs = Count::product(contracted.iter().map(|(_, dim)| dim)) * outer;
    // The real rank is the equation's; Keras reports what `output_shape` says.
    let real = to.len() + elided;
    let warning = (full.len() != real).then(|| {
        cx.problem(
            codes::RUN_TIME_SHAPE,
            Blame::Param("output_shape"),
            format!(
                "`output_shape` has {} dimensions, but `{text}` gives {} besides the batch when the network runs",
                given.len(),
                real.saturating_sub(1)
            ),
        )
    });
    Ok(Outcome::new(Shape::new(full)).trainable(kernel + bias).macs(macs).warn(warning))
}

/// The parameters of the bias: it runs over its axes, and is 1 wide along the others after the first
/// of them.
fn bias(
    cx: &RuleCx<'_>,
    to: &[char],
    size_of: impl Fn(char) -> Option<Dim>,
) -> Result<Count, Problem> {
    let axes = cx.args.value("bias_axes");
    let Some(axes) = axes.as_text() else {
        return Ok(if cx.args.is_none("bias_axes") { Count::ZERO } else { Count::Unknown });
    };
    let mut count = Count::known(1);
    for letter in axes.chars() {
        let dim = to.contains(&letter).then(|| size_of(letter)).flatten();
        let Some(dim) = dim else {
            return Err(cx.problem(
                codes::BAD_VALUE,
                Blame::Param("bias_axes"),
                format!(
                    "`{letter}` is no dimension of the output; choose among `{}`",
                    to.iter().collect::<String>()
                ),
            ));
        };
        if !dim.is_determined() {
            return Err(cx.problem(
                codes::UNKNOWN_DIMENSION,
                Blame::Param("bias_axes"),
                format!("the bias runs over dimension `{letter}`, which must be a number"),
            ));
        }
        count = count * Count::from(&dim);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn equations_name_dimensions() {
        check(
            r#"
        EinsumDense("ab,bc->ac", 7, bias_axes="c") on (8)
        EinsumDense("abc,cd->abd", (None, 16)) on (4, 12)
        EinsumDense("...b,bc->...c", 5) on (8)
        EinsumDense("ab...,bc->ac...", 5) on (8, 3)
            "#,
            expect![[r#"
                7  params 63  macs 56
                ?×16  params 192  macs 768
                5  params 40  macs 40
                5×3  params 40  macs 40"#]],
        );
    }

    #[test]
    fn equations_are_checked() {
        check(
            r#"
        EinsumDense("ab,bc", 7) on (8)
        EinsumDense("abc,cd->abd", 7) on (5, 3)
        EinsumDense("abc,cd->abd", (5, 7), bias_axes="x") on (5, 3)
        EinsumDense("ab,bc->ac", (None,)) on (8)
            "#,
            expect![[r#"
                error bad-value: `EinsumDense`: `ab,bc` is not of the form "ab,bc->ac", "...b,bc->...c" or "ab...,bc->ac..."
                  help: write the letters of the input with the batch, a comma, those of the weights, `->`, and those of the output
                  fix: equation="ab,bc->ac"
                error shape-mismatch: `EinsumDense`: dimension `b` of `abc,cd->abd` is 5 in the input but 7 in `output_shape`
                  fix: output_shape=(5, 7)
                error bad-value: `EinsumDense`: `x` is no dimension of the output; choose among `abd`
                error unknown-dimension: `EinsumDense`: the weights of `ab,bc->ac` run over dimension `c`, which must be a number"#]],
        );
    }
}
