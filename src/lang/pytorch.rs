//! What PyTorch's modules ask of windows, and Keras's layers do not: padding by numbers, strings only
//! where a module takes them, and no more padding than a window can use.
//!
//! The rules are those of `torch.nn` 2.15. Where a check fails, the message names the number that
//! does what the text means, which for `"same"` is the one that gives Keras's size.

use super::geometry::{Padding, channels_first, tuple};
use super::rule::{Blame, Outcome, Problem, RuleCx, Suggestion};
use crate::diagnostics::codes;
use crate::shape::{Dim, Shape};

/// The modules that take a padding, by what they make of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Module {
    /// `nn.Conv1d` and its kin: numbers, `"valid"`, and `"same"` with strides of 1.
    Convolution,
    /// `nn.ConvTranspose1d` and its kin: numbers.
    Transposed,
    /// `nn.MaxPool1d`, `nn.AvgPool1d` and their kin: numbers up to half of the window.
    Pooling,
}

/// A window's numbers along one dimension.
struct Step {
    size: u64,
    stride: u64,
    dilation: u64,
}

impl Step {
    fn span(&self) -> u64 {
        self.size.saturating_sub(1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// The padding that keeps `ceil(size / stride)` positions. With an even window there is no such
    /// number, and the one below comes nearest.
    fn same(&self) -> u64 {
        self.span().saturating_sub(1) / 2
    }
}

fn steps(cx: &RuleCx<'_>, module: Module, rank: usize) -> Option<Vec<Step>> {
    let (size, dilation) = match module {
        Module::Pooling => ("pool_size", "dilation"),
        _ => ("kernel_size", "dilation_rate"),
    };
    let sizes = cx.args.lengths(size, rank);
    let strides = match cx.args.is_none("strides") {
        true => sizes.clone(),
        false => cx.args.lengths("strides", rank),
    };
    let dilations = match cx.args.entry().param(dilation) {
        Some(_) => cx.args.lengths(dilation, rank),
        None => vec![Some(1); rank],
    };
    sizes
        .into_iter()
        .zip(strides)
        .zip(dilations)
        .map(|((size, stride), dilation)| {
            Some(Step { size: size?, stride: stride?, dilation: dilation? })
        })
        .collect()
}

/// Checks the argument `padding` as `module` of PyTorch does; under Keras's rules it is a string of
/// a table and needs no check.
pub(super) fn check_padding(cx: &RuleCx<'_>, module: Module, rank: usize) -> Result<(), Problem> {
    if !cx.is_pytorch() {
        return Ok(());
    }
    let Some(steps) = steps(cx, module, rank) else { return Ok(()) };
    match (cx.args.text("padding").as_deref(), module) {
        (Some("same"), Module::Convolution) if steps.iter().any(|step| step.stride != 1) => {
            Err(same_with_strides(cx, &steps))
        }
        (Some(_), Module::Convolution) => Ok(()),
        (Some(text), _) => Err(no_string(cx, text, module, &steps)),
        (None, Module::Pooling) => check_half(cx, rank, &steps),
        (None, _) => Ok(()),
    }
}

fn problem(cx: &RuleCx<'_>, message: String) -> Problem {
    cx.problem(codes::INCOMPATIBLE_PARAMETERS, Blame::Param("padding"), message)
}

fn set(param: &'static str, value: impl ToString) -> Suggestion {
    Suggestion::Set { param, value: value.to_string() }
}

fn same_with_strides(cx: &RuleCx<'_>, steps: &[Step]) -> Problem {
    let number = tuple(&steps.iter().map(Step::same).collect::<Vec<_>>());
    let exact = steps.iter().all(|step| step.span() % 2 == 1);
    let does = match exact {
        true => "gives the size that Keras means by it",
        false => "comes nearest to the size that Keras means by it",
    };
    problem(
        cx,
        format!(
            "`padding=\"same\"` needs strides of 1 in PyTorch, not {}; `padding={number}` {does}",
            cx.args.value("strides"),
        ),
    )
    .suggest_set("padding", number)
    .suggest_set("strides", 1)
}

fn no_string(cx: &RuleCx<'_>, text: &str, module: Module, steps: &[Step]) -> Problem {
    if text == "valid" {
        return problem(
            cx,
            "PyTorch takes a number for `padding` here; `padding=0` is what \"valid\" means"
                .to_owned(),
        )
        .suggest_set("padding", 0);
    }
    let takes = "PyTorch takes a number for `padding` here";
    if module == Module::Transposed {
        // (size-1)*stride - 2*padding + span + output_padding = size*stride
        let odd = |step: &Step| step.span() % 2 != step.stride % 2;
        let padding = |step: &Step| step.span().saturating_sub(step.stride).div_ceil(2);
        let extra = |step: &Step| match step.span() < step.stride {
            true => step.stride - step.span(),
            false => u64::from(odd(step)),
        };
        let number = tuple(&steps.iter().map(padding).collect::<Vec<_>>());
        let extra: Vec<u64> = steps.iter().map(extra).collect();
        let more = match extra.iter().all(|&extra| extra == 0) {
            true => String::new(),
            false => format!(" with `output_padding={}`", tuple(&extra)),
        };
        return problem(
            cx,
            format!("{takes}; `padding={number}`{more} multiplies the size by the stride"),
        )
        .suggest(match extra.iter().all(|&extra| extra == 0) {
            true => set("padding", number),
            false => Suggestion::Together(vec![
                set("padding", number),
                set("output_padding", tuple(&extra)),
            ]),
        });
    }
    let even = steps.iter().any(|step| step.span() % 2 == 0);
    let apart = steps.iter().all(|step| step.span() == step.stride);
    if even && apart {
        return problem(
            cx,
            format!(
                "{takes}; `padding=0` with `ceil_mode=true` gives the size that \"same\" means"
            ),
        )
        .suggest(Suggestion::Together(vec![set("padding", 0), set("ceil_mode", true)]));
    }
    let number = tuple(&steps.iter().map(Step::same).collect::<Vec<_>>());
    let does = match even {
        true => "comes nearest to the size that \"same\" means",
        false => "gives the size that \"same\" means",
    };
    problem(cx, format!("{takes}; `padding={number}` {does}")).suggest_set("padding", number)
}

/// A pooling's padding is at most half of the window, whose dilation does not count.
fn check_half(cx: &RuleCx<'_>, rank: usize, steps: &[Step]) -> Result<(), Problem> {
    let padding = Padding::of(cx, rank);
    let too_much = |index: usize| {
        let half = steps[index].size / 2;
        padding.end(index).is_some_and(|end| end > half)
    };
    if !(0..rank).any(too_much) {
        return Ok(());
    }
    let ends = (0..rank).map(|index| padding.end(index).unwrap_or(0).min(steps[index].size / 2));
    let mended = tuple(&ends.collect::<Vec<_>>());
    Err(problem(
        cx,
        format!(
            "`padding={}` is more than half of `pool_size={}`; {mended} is the most",
            cx.args.value("padding"),
            cx.args.value("pool_size"),
        ),
    )
    .suggest_set("padding", mended))
}

/// `nn.AvgPool3d` wants its window to fit the image without the padding, even with `ceil_mode`.
pub(super) fn check_unpadded(cx: &RuleCx<'_>, sizes: &[Dim]) -> Result<(), Problem> {
    if !cx.is_pytorch() {
        return Ok(());
    }
    let window = cx.args.lengths("pool_size", sizes.len());
    let pairs = || window.iter().zip(sizes);
    let fits = |(window, size): (&Option<u64>, &Dim)| match (window, size.bounds().1) {
        (Some(window), Some(size)) => *window <= size,
        _ => true,
    };
    if pairs().all(fits) {
        return Ok(());
    }
    let fitting = pairs().map(|(window, size)| {
        let window = window.unwrap_or(1);
        size.bounds().1.map_or(window, |size| window.min(size.max(1)))
    });
    let fitting = tuple(&fitting.collect::<Vec<_>>());
    let problem = cx.problem(
        codes::KERNEL_TOO_LARGE,
        Blame::Param("pool_size"),
        format!(
            "`pool_size={}` must fit the input {} without its padding; {fitting} is the largest that fits",
            cx.args.value("pool_size"),
            cx.input(),
        ),
    );
    Err(problem.suggest_set("pool_size", fitting))
}

/// `nn.AdaptiveAvgPool2d(1)` and its sibling of three dimensions are a plain mean over the last
/// dimensions, which takes an input of more dimensions than they are for.
pub(super) fn mean_of_all(cx: &RuleCx<'_>, rank: usize) -> Option<Outcome> {
    let input = cx.input();
    let one = cx.args.lengths("output_size", rank).iter().all(|size| *size == Some(1));
    let is_mean = cx.is_pytorch() && rank > 1 && cx.name().contains("Average") && one;
    if !is_mean || channels_first(cx) != Some(true) || input.rank() <= rank + 2 {
        return None;
    }
    let kept = input.dims()[..input.rank() - rank].iter().cloned();
    Some(Outcome::new(Shape::new(kept.chain(vec![Dim::Known(1); rank]))))
}

/// Checks that `padding_mode` finds enough in the image to pad with: "reflect" less than a whole
/// dimension, "circular" no more than one.
pub(super) fn check_padding_mode(
    cx: &RuleCx<'_>,
    rank: usize,
    sizes: &[Dim],
) -> Result<(), Problem> {
    if !cx.is_pytorch() || cx.args.entry().param("padding_mode").is_none() {
        return Ok(());
    }
    let mode = cx.args.text("padding_mode").unwrap_or_default();
    let over = match mode.as_str() {
        "reflect" => 1,
        "circular" => 0,
        _ => return Ok(()),
    };
    let Some(steps) = steps(cx, Module::Convolution, rank) else { return Ok(()) };
    let padding = Padding::of(cx, rank);
    for (index, size) in sizes.iter().enumerate() {
        let end = match padding {
            Padding::Same => Some((steps[index].span() - 1).div_ceil(2)),
            _ => padding.end(index),
        };
        let (Some(end), Some(size)) = (end, size.bounds().1) else { continue };
        let most = size.saturating_sub(over);
        if end > most {
            return Err(problem(
                cx,
                format!(
                    "`padding_mode=\"{mode}\"` cannot pad a dimension of {size} by {end}; {most} is the most"
                ),
            )
            .suggest_set("padding_mode", "\"zeros\""));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_explained_pytorch, check_pytorch};
    use expect_test::expect;

    #[test]
    fn convolutions_pad_by_numbers() {
        check_pytorch(
            r#"
        Conv2D(8, 3, padding=1) on (28, 28, 3)
        Conv2D(8, 3, padding=(2,), strides=(2,), dilation_rate=2) on (9, 8, 3)
        Conv2D(8, (5, 3), padding=(2, 0), data_format="channels_first") on (3, 9, 8)
        Conv1D(8, 4, padding="same") on (T, 3)
        Conv1D(8, 4, padding=2, strides=2) on (T, 3)
        DepthwiseConv2D(3, padding=1, strides=2, dilation_rate=2) on (9, 9, 3)
            "#,
            expect![[r#"
                28×28×8  params 224  macs 169,344
                5×4×8  params 224  macs 4,320
                8×9×6  params 368  macs 19,440
                T×8  params 104  macs ?
                (floor(T/2)+1)×8  params 104  macs ?
                4×4×3  params 30  macs 432"#]],
        );
    }

    #[test]
    fn same_is_for_strides_of_one() {
        check_pytorch(
            r#"
        Conv2D(8, 3, strides=2, padding="same") on (28, 28, 3)
        Conv2D(8, (4, 5), strides=2, padding="same") on (28, 28, 3)
        Conv2D(8, 3, padding="SAME") on (28, 28, 3)
        Conv1D(8, 3, padding="causal") on (28, 3)
        MaxPooling2D(3, padding="same") on (28, 28, 3)
        MaxPooling2D(2, padding="same") on (28, 28, 3)
        MaxPooling2D(2, 1, padding="same") on (28, 28, 3)
        AveragePooling2D(2, padding="valid") on (28, 28, 3)
        Conv2DTranspose(8, 3, strides=2, padding="same") on (7, 7, 3)
        Conv2DTranspose(8, 2, strides=3, padding="same") on (7, 7, 3)
        Conv2DTranspose(8, 4, strides=2, padding="same") on (7, 7, 3)
            "#,
            expect![[r#"
                error incompatible-parameters: `Conv2D`: `padding="same"` needs strides of 1 in PyTorch, not 2; `padding=1` gives the size that Keras means by it
                  fix: padding=1
                  fix: strides=1
                error incompatible-parameters: `Conv2D`: `padding="same"` needs strides of 1 in PyTorch, not 2; `padding=(1, 2)` comes nearest to the size that Keras means by it
                  fix: padding=(1, 2)
                  fix: strides=1
                ?×?×8  params 224  macs ?
                error bad-value: `Conv2D`: `padding` must be a whole number or a tuple of 2, each at least 0, or "valid" or "same", not "SAME"; write "same"
                  fix: padding="same"
                ?×8  params 80  macs ?
                error bad-value: `Conv1D`: `padding` must be a whole number of at least 0, "valid" or "same", not "causal"
                  help: PyTorch has no causal padding: write `ZeroPadding1D((dilation*(kernel-1), 0))` before the layer, and no padding here
                error incompatible-parameters: `MaxPooling2D`: PyTorch takes a number for `padding` here; `padding=1` gives the size that "same" means
                  fix: padding=1
                error incompatible-parameters: `MaxPooling2D`: PyTorch takes a number for `padding` here; `padding=0` with `ceil_mode=true` gives the size that "same" means
                  fix: padding=0 and ceil_mode=true
                error incompatible-parameters: `MaxPooling2D`: PyTorch takes a number for `padding` here; `padding=0` comes nearest to the size that "same" means
                  fix: padding=0
                error incompatible-parameters: `AveragePooling2D`: PyTorch takes a number for `padding` here; `padding=0` is what "valid" means
                  fix: padding=0
                error incompatible-parameters: `Conv2DTranspose`: PyTorch takes a number for `padding` here; `padding=1` with `output_padding=1` multiplies the size by the stride
                  fix: padding=1 and output_padding=1
                error incompatible-parameters: `Conv2DTranspose`: PyTorch takes a number for `padding` here; `padding=0` with `output_padding=1` multiplies the size by the stride
                  fix: padding=0 and output_padding=1
                error incompatible-parameters: `Conv2DTranspose`: PyTorch takes a number for `padding` here; `padding=1` multiplies the size by the stride
                  fix: padding=1"#]],
        );
    }

    #[test]
    fn the_padding_that_is_named_gives_the_size_of_same() {
        check_pytorch(
            r#"
        Conv2D(8, 3, strides=2, padding=1) on (28, 27, 3)
        MaxPooling2D(3, padding=1) on (28, 27, 3)
        MaxPooling2D(2, padding=0, ceil_mode=true) on (28, 27, 3)
        Conv2DTranspose(8, 3, strides=2, padding=1, output_padding=1) on (7, 7, 3)
        Conv2DTranspose(8, 2, strides=3, padding=0, output_padding=1) on (7, 7, 3)
        Conv2DTranspose(8, 4, strides=2, padding=1) on (7, 7, 3)
            "#,
            expect![[r#"
                14×14×8  params 224  macs 42,336
                10×9×3  params 0
                14×14×3  params 0
                14×14×8  params 224  macs 10,584
                21×21×8  params 104  macs 4,704
                14×14×8  params 392  macs 18,816"#]],
        );
    }

    #[test]
    fn a_pooling_takes_half_a_window_of_padding() {
        check_pytorch(
            r#"
        MaxPooling2D(3, padding=1) on (28, 28, 3)
        MaxPooling2D(3, padding=2, dilation=2) on (28, 28, 3)
        AveragePooling2D((2, 5), padding=(2, 2)) on (28, 28, 3)
        AveragePooling3D(4, strides=2, padding=1) on (2, 6, 4, 8)
        AdaptiveAveragePooling2D(1, data_format="channels_first") on (8, 6, 5, 3)
            "#,
            expect![[r#"
                10×10×3  params 0
                error incompatible-parameters: `MaxPooling2D`: `padding=2` is more than half of `pool_size=3`; 1 is the most
                  fix: padding=1
                error incompatible-parameters: `AveragePooling2D`: `padding=(2, 2)` is more than half of `pool_size=(2, 5)`; (1, 2) is the most
                  fix: padding=(1, 2)
                error kernel-too-large: `AveragePooling3D`: `pool_size=4` must fit the input 2×6×4×8 without its padding; (2, 4, 4) is the largest that fits
                  fix: pool_size=(2, 4, 4)
                8×6×1×1  params 0"#]],
        );
    }

    #[test]
    fn a_partial_window_counts_where_it_begins_in_the_input() {
        check_pytorch(
            r#"
        MaxPooling1D(3, strides=2, ceil_mode=true) on (6, 3)
        MaxPooling1D(1, strides=2, ceil_mode=true) on (4, 3)
        MaxPooling1D(25, ceil_mode=true) on (12, 3)
        MaxPooling1D(20, strides=1, ceil_mode=true) on (12, 3)
        MaxPooling1D(3, strides=2, ceil_mode=true) on (T, 3)
        MaxPooling1D(2, strides=3, ceil_mode=true) on (T, 3)
        MaxPooling1D(2) on (7, 3)
        MaxPooling1D() on (7, 3)
            "#,
            expect![[r#"
                3×3  params 0
                2×3  params 0
                1×3  params 0
                error kernel-too-large: `MaxPooling1D`: `pool_size` 20 does not fit the input of length 12; the largest that fits is 12, or use `padding=4`
                  fix: pool_size=12
                  fix: padding=4
                floor(T/2)×3  params 0
                ?×3  params 0
                3×3  params 0
                ?×3  params 0
                error missing-parameter: `MaxPooling1D` needs `pool_size`, a whole number of at least 1; write for example `pool_size=2`
                  fix: pool_size=2"#]],
        );
    }

    #[test]
    fn a_window_that_does_not_fit_names_a_padding() {
        check_pytorch(
            r#"
        Conv2D(8, 5) on (3, 3, 1)
        Conv2D(8, 8, padding=1) on (3, 9, 1)
        MaxPooling2D(5) on (3, 3, 1)
            "#,
            expect![[r#"
                error kernel-too-large: `Conv2D`: `kernel_size` 5×5 does not fit the 3×3 input; the largest that fits is 3×3, or use `padding=1`
                  fix: kernel_size=3
                  fix: padding=1
                error kernel-too-large: `Conv2D`: `kernel_size` 8×8 does not fit the 3×9 input padded by 1; the largest that fits is 5×8, or use `padding=(3, 1)`
                  fix: kernel_size=(5, 8)
                  fix: padding=(3, 1)
                error kernel-too-large: `MaxPooling2D`: `pool_size` 5×5 does not fit the 3×3 input; the largest that fits is 3×3, or use `padding=1`
                  fix: pool_size=3
                  fix: padding=1"#]],
        );
    }

    #[test]
    fn padding_modes_take_from_the_image() {
        check_pytorch(
            r#"
        Conv2D(8, 3, padding=2, padding_mode="reflect") on (9, 9, 1)
        Conv2D(8, 7, padding=3, padding_mode="reflect") on (3, 9, 1)
        Conv2D(8, 7, padding="same", padding_mode="circular") on (2, 9, 1)
        Conv2D(8, 7, padding=3, padding_mode="mirror") on (3, 9, 1)
            "#,
            expect![[r#"
                11×11×8  params 80  macs 8,712
                error incompatible-parameters: `Conv2D`: `padding_mode="reflect"` cannot pad a dimension of 3 by 3; 2 is the most
                  fix: padding_mode="zeros"
                error incompatible-parameters: `Conv2D`: `padding_mode="circular"` cannot pad a dimension of 2 by 3; 2 is the most
                  fix: padding_mode="zeros"
                3×9×8  params 400  macs 10,584
                error bad-value: `Conv2D`: `padding_mode` must be "zeros", "reflect", "replicate" or "circular", not "mirror"; write "zeros"
                  fix: padding_mode="zeros""#]],
        );
    }

    #[test]
    fn accounts_have_the_padding() {
        check_explained_pytorch(
            r#"
        Conv2D(8, (3, 5), padding=(1, 0), strides=2, dilation_rate=2) on (28, 28, 3)
        MaxPooling1D(3, strides=2, padding=1, ceil_mode=true) on (28, 3)
        MaxPooling1D(1, strides=2, ceil_mode=true) on (4, 3)
        Conv2DTranspose(8, 3, strides=2, padding=1, output_padding=1, groups=2) on (7, 7, 4)
            "#,
            expect![[r#"
                Conv2D(8, (3, 5), padding=(1, 0), strides=2, dilation_rate=2)
                  height: floor((28 + 2×1 − 2×(3 − 1) − 1)/2) + 1 = 13
                  width: floor((28 − 2×(5 − 1) − 1)/2) + 1 = 10
                  channels: filters = 8
                  parameters: 3×5×3×8 + 8 = 368
                MaxPooling1D(3, strides=2, padding=1, ceil_mode=true)
                  steps: ceil((28 + 2×1 − 3)/2) + 1 = 15
                MaxPooling1D(1, strides=2, ceil_mode=true)
                  steps: ceil((4 − 1)/2) + 1 − 1 = 2
                Conv2DTranspose(8, 3, strides=2, padding=1, output_padding=1, groups=2)
                  height: (7 − 1)×2 + 3 + 1 − 2×1 = 14
                  width: (7 − 1)×2 + 3 + 1 − 2×1 = 14
                  channels: filters = 8
                  parameters: 3×3×2×8 + 8 = 152"#]],
        );
    }

    #[test]
    fn keras_has_none_of_it() {
        check(
            r#"
        MaxPooling2D(3, ceil_mode=true) on (28, 28, 3)
        Conv2DTranspose(8, 3, groups=2) on (28, 28, 4)
        Conv2D(8, 3, padding_mode="reflect") on (28, 28, 3)
        MaxPooling2D(2, 2, "valid", "channels_last", 2) on (8, 8, 3)
            "#,
            expect![[r#"
                9×9×3  params 0
                error unknown-parameter: `MaxPooling2D`: Keras has no `ceil_mode`; it is a parameter of PyTorch's `nn.MaxPool2d`
                  help: with the setting `framework = "pytorch"` PyTorch's rules hold
                  fix: remove it
                30×30×8  params 296  macs 225,792
                error unknown-parameter: `Conv2DTranspose`: Keras has no `groups`; it is a parameter of PyTorch's `nn.ConvTranspose2d`
                  help: with the setting `framework = "pytorch"` PyTorch's rules hold
                  fix: remove it
                26×26×8  params 224  macs 146,016
                error unknown-parameter: `Conv2D`: Keras has no `padding_mode`; it is a parameter of PyTorch's `nn.Conv2d`
                  help: with the setting `framework = "pytorch"` PyTorch's rules hold
                  fix: remove it
                4×4×3  params 0"#]],
        );
    }
}
