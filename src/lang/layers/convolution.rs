//! Convolutions: plain, depthwise and separable, in one, two and three dimensions.
//!
//! They differ only in how many weights each position takes and how many channels come out.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::geometry::{Image, Window, channels_first};
use crate::lang::pytorch::{Module, check_padding, check_padding_mode};
use crate::lang::{Blame, Category, Explain, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};
use crate::shape::{Count, Dim, Shape};

const fn conv(
    name: &'static str,
    rank: usize,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    let rule = match rank {
        1 => Rule::Pure(convolve::<1>),
        2 => Rule::Pure(convolve::<2>),
        _ => Rule::Pure(convolve::<3>),
    };
    let explain: Explain = match rank {
        1 => explain_convolution::<1>,
        2 => explain_convolution::<2>,
        _ => explain_convolution::<3>,
    };
    LayerEntry::new(name, Category::Convolution, rule, params, summary)
        .explained(explain)
        .gives("(batch, *positions, filters)")
        .costing("use_bias×out + act×out")
        .noting(CONV_NOTES)
        .noting_for_torch(CONV_TORCH_NOTES)
}

const CONV_NOTES: &str = "The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` \
with `padding=\"valid\"` and `ceil(size / stride)` with `\"same\"`. Keras refuses strides over 1 together with a dilation rate over 1.";
const CONV_TORCH_NOTES: &str = "PyTorch takes strides and dilation together, and numbers for `padding`: \
`floor((size + 2*padding - dilation*(kernel-1) - 1) / stride) + 1`. Its `\"same\"` needs strides of 1.";

const fn conv_params<const RANK: usize>() -> [Param; 17] {
    [
        FILTERS,
        kernel_size(RANK),
        strides(RANK),
        padding(RANK, if RANK == 1 { PADDING_OR_CAUSAL } else { PADDING }),
        DATA_FORMAT,
        dilation_rate(RANK),
        GROUPS,
        ACTIVATION,
        USE_BIAS,
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
        KERNEL_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
        KERNEL_CONSTRAINT,
        BIAS_CONSTRAINT,
        PADDING_MODE,
    ]
}

const fn depthwise_params<const RANK: usize>() -> [Param; 15] {
    [
        kernel_size(RANK),
        strides(RANK),
        padding(RANK, PADDING),
        DEPTH_MULTIPLIER,
        DATA_FORMAT,
        dilation_rate(RANK),
        ACTIVATION,
        USE_BIAS,
        DEPTHWISE_INITIALIZER,
        BIAS_INITIALIZER,
        DEPTHWISE_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
        DEPTHWISE_CONSTRAINT,
        BIAS_CONSTRAINT,
    ]
}

const fn separable_params<const RANK: usize>() -> [Param; 19] {
    [
        FILTERS,
        kernel_size(RANK),
        strides(RANK),
        padding(RANK, PADDING),
        DATA_FORMAT,
        dilation_rate(RANK),
        DEPTH_MULTIPLIER,
        ACTIVATION,
        USE_BIAS,
        DEPTHWISE_INITIALIZER,
        POINTWISE_INITIALIZER,
        BIAS_INITIALIZER,
        DEPTHWISE_REGULARIZER,
        POINTWISE_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
        DEPTHWISE_CONSTRAINT,
        POINTWISE_CONSTRAINT,
        BIAS_CONSTRAINT,
    ]
}

const CONV_1: &[Param] = &conv_params::<1>();
const CONV_2: &[Param] = &conv_params::<2>();
const CONV_3: &[Param] = &conv_params::<3>();
const DEPTHWISE_1: &[Param] = &depthwise_params::<1>();
const DEPTHWISE_2: &[Param] = &depthwise_params::<2>();
const SEPARABLE_1: &[Param] = &separable_params::<1>();
const SEPARABLE_2: &[Param] = &separable_params::<2>();
const CONV_ORDER: &[&str] = &["filters", "kernel_size", "activation"];

/// Convolutions.
pub static LAYERS: &[LayerEntry] = &[
    conv("Conv1D", 1, CONV_1, "Convolution along a sequence.")
        .also(&["Convolution1D"])
        .ordered(CONV_ORDER)
        .sized_by("filters")
        .counting("kernel×group×filters + use_bias×filters", "positions×kernel×group×filters")
        .in_torch("nn.Conv1d"),
    conv("Conv2D", 2, CONV_2, "Convolution over an image.")
        .also(&["Convolution2D", "Conv2d"])
        .ordered(CONV_ORDER)
        .sized_by("filters")
        .counting("kernel×group×filters + use_bias×filters", "positions×kernel×group×filters")
        .in_torch("nn.Conv2d"),
    conv("Conv3D", 3, CONV_3, "Convolution over a volume.")
        .also(&["Convolution3D"])
        .ordered(CONV_ORDER)
        .sized_by("filters")
        .counting("kernel×group×filters + use_bias×filters", "positions×kernel×group×filters")
        .in_torch("nn.Conv3d"),
    conv("DepthwiseConv1D", 1, DEPTHWISE_1, "Convolution of each channel of a sequence by itself.")
        .gives("(batch, positions, channels * depth_multiplier)")
        .counting(
            "kernel×C×depth_multiplier + use_bias×C×depth_multiplier",
            "positions×kernel×C×depth_multiplier",
        )
        .in_torch("nn.Conv1d(groups=channels)"),
    conv("DepthwiseConv2D", 2, DEPTHWISE_2, "Convolution of each channel of an image by itself.")
        .gives("(batch, *positions, channels * depth_multiplier)")
        .counting(
            "kernel×C×depth_multiplier + use_bias×C×depth_multiplier",
            "positions×kernel×C×depth_multiplier",
        )
        .in_torch("nn.Conv2d(groups=channels)"),
    conv(
        "SeparableConv1D",
        1,
        SEPARABLE_1,
        "Depthwise convolution along a sequence, then a pointwise one.",
    )
    .also(&["SeparableConvolution1D"])
    .sized_by("filters")
    .counting(
        "kernel×C×depth_multiplier + C×depth_multiplier×filters + use_bias×filters",
        "positions×(kernel×C×depth_multiplier + C×depth_multiplier×filters)",
    )
    .keeping("out + positions×C×depth_multiplier")
    .in_torch("nn.Conv1d(groups=channels) and nn.Conv1d(kernel_size=1)"),
    conv(
        "SeparableConv2D",
        2,
        SEPARABLE_2,
        "Depthwise convolution over an image, then a pointwise one.",
    )
    .also(&["SeparableConvolution2D"])
    .sized_by("filters")
    .counting(
        "kernel×C×depth_multiplier + C×depth_multiplier×filters + use_bias×filters",
        "positions×(kernel×C×depth_multiplier + C×depth_multiplier×filters)",
    )
    .keeping("out + positions×C×depth_multiplier")
    .in_torch("nn.Conv2d(groups=channels) and nn.Conv2d(kernel_size=1)"),
];

/// What a convolution does with the channels.
enum Channels {
    /// Every output channel sees every input channel of its group.
    Grouped,
    /// Every input channel has output channels of its own.
    Depthwise,
    /// Depthwise, and then every output channel sees all of these.
    Separable,
}

fn channels(name: &str) -> Channels {
    match name {
        name if name.starts_with("Depthwise") => Channels::Depthwise,
        name if name.starts_with("Separable") => Channels::Separable,
        _ => Channels::Grouped,
    }
}

fn convolve<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let channels = channels(cx.name());
    check_padding(cx, Module::Convolution, RANK)?;
    if let Channels::Grouped = channels {
        check_steps(cx, RANK)?;
        check_filters_groups(cx)?;
    }
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let depth = cx.determined(0, image.channel_axis)?;
    check_padding_mode(cx, RANK, &image.spatial)?;
    let window = Window::kernel(cx, RANK);
    let (width, weights, between) = match channels {
        Channels::Grouped => {
            let filters = cx.args.dim("filters");
            let per_group = per_group(cx, &depth, image.channel_axis)?;
            let weights = per_group * Count::from(&filters);
            (filters, times(window.volume(), weights), None)
        }
        Channels::Depthwise => {
            let width = depth.mul(&cx.args.dim("depth_multiplier"));
            let weights = times(window.volume(), Count::from(&width));
            (width, weights, None)
        }
        Channels::Separable => {
            let filters = cx.args.dim("filters");
            let inner = Count::from(depth.mul(&cx.args.dim("depth_multiplier")));
            let weights = times(window.volume(), inner) + inner * Count::from(&filters);
            (filters, weights, Some(inner))
        }
    };
    let positions = window.positions(cx, &image)?;
    let count = Count::product(&positions);
    let outcome = Outcome::new(image.with(positions, width.clone()))
        .trainable(weights + cx.bias(&width))
        .macs(count * weights);
    Ok(match between {
        Some(inner) => {
            let kept = outcome.activation + count * inner;
            outcome.activation(kept)
        }
        None => outcome,
    })
}

fn times(volume: Option<u64>, count: Count) -> Count {
    volume.map_or(Count::Unknown, Count::known) * count
}

/// Keras takes strides or dilation, not both. Depthwise and separable convolutions take both, and so
/// does PyTorch.
pub(super) fn check_steps(cx: &RuleCx<'_>, rank: usize) -> Result<(), Problem> {
    let over_one = |param: &str| {
        cx.args.lengths(param, rank).into_iter().any(|step| step.is_some_and(|step| step > 1))
    };
    if cx.is_pytorch() || !(over_one("strides") && over_one("dilation_rate")) {
        return Ok(());
    }
    Err(cx
        .problem(
            codes::INCOMPATIBLE_PARAMETERS,
            Blame::Param("dilation_rate"),
            format!(
                "`strides={}` and `dilation_rate={}` are not taken together; one of them must be 1",
                cx.args.value("strides"),
                cx.args.value("dilation_rate"),
            ),
        )
        .suggest_set("dilation_rate", 1)
        .suggest_set("strides", 1))
}

pub(super) fn check_filters_groups(cx: &RuleCx<'_>) -> Result<(), Problem> {
    let (Some(groups), Some(filters)) = (positive(cx, "groups"), positive(cx, "filters")) else {
        return Ok(());
    };
    if filters % groups == 0 {
        return Ok(());
    }
    let channels = match channels_first(cx) {
        Some(true) => cx.input().dims().get(1).and_then(Dim::known),
        _ => cx.input().last().known(),
    };
    let divisor = nearest_divisor(groups, |n| {
        filters % n == 0 && channels.is_none_or(|channels| channels % n == 0)
    });
    let rounded = filters.div_ceil(groups).saturating_mul(groups);
    Err(cx
        .problem(
            codes::INDIVISIBLE,
            Blame::Param("groups"),
            format!(
                "`groups={groups}` does not divide `filters={filters}`; `filters={rounded}` or `groups={divisor}` works"
            ),
        )
        .suggest_set("filters", rounded)
        .suggest_set("groups", divisor))
}

/// How many input channels each output channel sees.
pub(super) fn per_group(cx: &RuleCx<'_>, depth: &Dim, axis: usize) -> Result<Count, Problem> {
    let Some(groups) = positive(cx, "groups") else { return Ok(Count::Unknown) };
    if let Some(channels) = depth.known()
        && channels % groups != 0
    {
        let filters = positive(cx, "filters");
        let divisor = nearest_divisor(groups, |n| {
            channels % n == 0 && filters.is_none_or(|filters| filters % n == 0)
        });
        return Err(cx
            .problem(
                codes::INDIVISIBLE,
                Blame::Param("groups"),
                format!(
                    "`groups={groups}` does not divide the {channels} input channels; `groups={divisor}` works"
                ),
            )
            .suggest_set("groups", divisor)
            .dim(0, axis));
    }
    Ok(Count::from(depth.floor_div(groups)))
}

pub(super) fn positive(cx: &RuleCx<'_>, param: &str) -> Option<u64> {
    cx.args.int(param).and_then(|number| u64::try_from(number).ok()).filter(|&number| number > 0)
}

/// The number nearest to `wanted` (the smaller of two) that `works`; 1 where none is near.
pub(super) fn nearest_divisor(wanted: u64, works: impl Fn(u64) -> bool) -> u64 {
    /// How far is looked.
    const REACH: u64 = 4096;
    (0..REACH)
        .flat_map(|step| [wanted.checked_sub(step), wanted.checked_add(step)])
        .flatten()
        .find(|&n| n > 0 && works(n))
        .unwrap_or(1)
}

fn explain_convolution<const RANK: usize>(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let first = channels_first(cx).unwrap_or(false);
    let (image, output) = (Image::of(cx.input(), first), Image::of(output, first));
    let window = Window::kernel(cx, RANK);
    let mut lines = window.explain(&image, &output);
    let depth = image.channels.clone();
    let kernel: Vec<Dim> =
        window.size.iter().map(|size| size.map_or(Dim::Unknown, Dim::Known)).collect();
    let with = |more: &[Dim]| [kernel.as_slice(), more].concat();
    let multiplier = cx.args.dim("depth_multiplier");
    let (formula, mut terms) = match channels(cx.name()) {
        Channels::Grouped => {
            let groups = positive(cx, "groups").unwrap_or(1);
            let width = cx.args.dim("filters");
            ("filters".to_owned(), vec![with(&[depth.floor_div(groups), width])])
        }
        Channels::Depthwise => (
            format!("{}×{}", explain::size(&depth), explain::size(&multiplier)),
            vec![with(&[depth, multiplier])],
        ),
        Channels::Separable => {
            let pointwise = vec![depth.mul(&multiplier), cx.args.dim("filters")];
            ("filters".to_owned(), vec![with(&[depth, multiplier]), pointwise])
        }
    };
    lines.extend(explain::line("channels", &formula, &output.channels));
    terms.extend(explain::bias(cx, &output.channels));
    lines.extend(explain::parameters(&terms));
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn sizes_follow_padding_strides_and_dilation() {
        check(
            r#"
        Conv2D(32, (3, 3), "relu") on (28, 28, 1)
        Conv2D(filters=8, kernel_size=3, strides=2, padding="SAME") on (7, 8, 3)
        Conv1D(4, 4, strides=3) on (T, 4)
        Conv1D(8, 3, padding="causal", dilation_rate=2) on (50, 2)
        Conv3D(2, (1, 2, 3)) on (4, 4, 4, 1)
        Conv2D(8, 3, data_format="channels_first", groups=2) on (4, 10, 12)
        Conv2D(16..64, 3) on (28, 28, 3)
            "#,
            expect![[r#"
                26×26×32  params 320  macs 194,688
                4×4×8  params 224  macs 3,456
                floor((T-1)/3)×4  params 68  macs ?
                50×8  params 56  macs 2,400
                4×3×2×2  params 14  macs 288
                8×8×10  params 152  macs 11,520
                26×26×16..64  params 448..1,792  macs 292,032..1,168,128"#]],
        );
    }

    #[test]
    fn depthwise_and_separable_have_one_bias() {
        check(
            r#"
        DepthwiseConv2D(3, depth_multiplier=2) on (8, 8, 3)
        SeparableConv2D(16, 3, strides=2, dilation_rate=2, padding="same") on (9, 9, 3)
            "#,
            expect![[r#"
                6×6×6  params 60  macs 1,944
                5×5×16  params 91  macs 1,875"#]],
        );
    }

    #[test]
    fn a_kernel_that_does_not_fit_says_what_does() {
        check(
            r#"
        Conv2D(8, (5, 5)) on (3, 3, 1)
        Conv2D(8, (3, 7)) on (8, 3, 1)
        Conv2D(8, 5) on (3, 32, 32)
        Conv2D(8, 3, dilation_rate=3) on (6, 14, 2)
        Conv2D(8, 5) on (T, 3, 1)
        Conv1D(8, 5) on (T, 4)
            "#,
            expect![[r#"
                error kernel-too-large: `Conv2D`: `kernel_size` 5×5 does not fit the 3×3 input; the largest that fits is 3×3, or use `padding="same"`
                  fix: kernel_size=3
                  fix: padding="same"
                error kernel-too-large: `Conv2D`: `kernel_size` 3×7 does not fit the 8×3 input; the largest that fits is 3×3, or use `padding="same"`
                  fix: kernel_size=3
                  fix: padding="same"
                error kernel-too-large: `Conv2D`: `kernel_size` 5×5 does not fit the 3×32 input; the largest that fits is 3×5, or use `padding="same"`
                  help: the last dimension is read as the channels; where they come first, write them last in the input, or `data_format="channels_first"` here
                error kernel-too-large: `Conv2D`: `kernel_size` 3×3 with its dilation spans 7×7, which does not fit the 6×14 input; the largest that fits is 2×3, or use `padding="same"`
                  fix: kernel_size=(2, 3)
                  fix: padding="same"
                error kernel-too-large: `Conv2D`: `kernel_size` 5×5 does not fit the T×3 input; the largest that fits is 5×3, or use `padding="same"`
                  fix: kernel_size=(5, 3)
                  fix: padding="same"
                (T-4)×8  params 168  macs ?"#]],
        );
    }

    #[test]
    fn groups_divide_channels_and_filters() {
        check(
            r#"
        Conv2D(8, 1, groups=4) on (9, 9, 6)
        Conv2D(6, 1, groups=4) on (9, 9, 8)
            "#,
            expect![[r#"
                error indivisible: `Conv2D`: `groups=4` does not divide the 6 input channels; `groups=2` works
                  fix: groups=2
                error indivisible: `Conv2D`: `groups=4` does not divide `filters=6`; `filters=8` or `groups=2` works
                  fix: filters=8
                  fix: groups=2"#]],
        );
    }

    #[test]
    fn the_rank_is_mended() {
        check(
            r#"
        Conv2D(8, 3) on (784)
        Conv2D(8, 3) on (28, 28)
        Conv2D(8, 3) on (8, 28, 28, 3)
        Conv1D(8, 3) on (28, 28, 3)
            "#,
            expect![[r#"
                error rank-mismatch: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (784) has 1
                  help: a vector becomes an image with `Reshape((height, width, channels))` before this layer
                  fix: no Flatten before operand 0
                  fix: Reshape((28, 28, 1)) before
                error rank-mismatch: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (28×28) has 2
                  help: for a sequence write `Conv1D`
                  fix: all steps of what makes operand 0
                  fix: 1 as the last dimension where operand 0 is the input: write the channel in the input: `(28, 28, 1)`; for a sequence write `Conv1D`
                  fix: Conv1D instead
                  fix: Reshape((28, 28, 1)) before
                error rank-mismatch: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (8×28×28×3) has 4
                  help: for a volume write `Conv3D`; for a sequence run it on each step with `TimeDistributed(Conv2D(…))`
                  fix: Conv3D instead
                  fix: TimeDistributed around it
                error rank-mismatch: `Conv1D`: takes (steps, channels): 2 dimensions besides the batch, but the input (28×28×3) has 3
                  help: for an image write `Conv2D`; for a sequence run it on each step with `TimeDistributed(Conv1D(…))`
                  fix: Conv2D instead
                  fix: TimeDistributed around it"#]],
        );
    }

    #[test]
    fn what_keras_refuses() {
        check(
            r#"
        Conv2D(8, 3, strides=2, dilation_rate=2) on (9, 9, 1)
        Conv2D(8, 3) on (9, 9, ?)
            "#,
            expect![[r#"
                error incompatible-parameters: `Conv2D`: `strides=2` and `dilation_rate=2` are not taken together; one of them must be 1
                  fix: dilation_rate=1
                  fix: strides=1
                error unknown-dimension: `Conv2D`: the last dimension of 9×9×? must be a number to build the layer, but is unknown
                  help: give that dimension a number where it comes from"#]],
        );
    }

    #[test]
    fn what_is_wrong_is_unknown_and_the_rest_goes_on() {
        check(
            r#"
        Conv2D(8, 2.5) on (9, 9, 1)
        Conv2D(8.0, 3) on (9, 9, 1)
        Conv2D(8, 3, padding=1) on (9, 9, 1)
        Conv2D(8, 3, data_format="NCHW") on (9, 9, 1)
            "#,
            expect![[r#"
                ?×?×8  macs ?
                error bad-type: `Conv2D`: `kernel_size` must be a whole number or a tuple of 2, each at least 1, not 2.5; write 3
                  fix: kernel_size=3
                7×7×8  params 80  macs 3,528
                error float-for-integer: `Conv2D`: `filters` must be a whole number, not 8.0; write 8
                  fix: filters=8
                ?×?×8  params 80  macs ?
                error bad-type: `Conv2D`: `padding` must be "valid" or "same", not 1; write "same"
                  help: numbers are for ZeroPadding layers before this one; "same" pads so that stride 1 keeps the size
                  fix: padding="same"
                ?×?×?  macs ?
                error bad-value: `Conv2D`: `data_format` must be "channels_last" or "channels_first", not "NCHW"; write "channels_first"
                  fix: data_format="channels_first""#]],
        );
    }
}
