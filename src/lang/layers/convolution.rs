//! Convolutions: plain, depthwise and separable, in one, two and three dimensions.
//!
//! They differ only in how many weights each position takes and how many channels come out.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::geometry::{Image, Window};
use crate::lang::{Blame, Category, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};
use crate::shape::{Count, Dim};

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
    LayerEntry::new(name, Category::Convolution, rule, params, summary)
        .gives("(batch, *positions, filters)")
        .noting(CONV_NOTES)
}

const CONV_NOTES: &str = "The size of each spatial dimension is `floor((size - dilation*(kernel-1) - 1) / stride) + 1` \
with `padding=\"valid\"` and `ceil(size / stride)` with `\"same\"`. Keras refuses strides over 1 together with a dilation rate over 1.";

const fn conv_params<const RANK: usize>() -> [Param; 16] {
    [
        FILTERS,
        kernel_size(RANK),
        strides(RANK),
        if RANK == 1 { PADDING_OR_CAUSAL } else { PADDING },
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
    ]
}

const fn depthwise_params<const RANK: usize>() -> [Param; 15] {
    [
        kernel_size(RANK),
        strides(RANK),
        PADDING,
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
        PADDING,
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
        .in_torch("nn.Conv1d"),
    conv("Conv2D", 2, CONV_2, "Convolution over an image.")
        .also(&["Convolution2D", "Conv2d"])
        .ordered(CONV_ORDER)
        .sized_by("filters")
        .in_torch("nn.Conv2d"),
    conv("Conv3D", 3, CONV_3, "Convolution over a volume.")
        .also(&["Convolution3D"])
        .ordered(CONV_ORDER)
        .sized_by("filters")
        .in_torch("nn.Conv3d"),
    conv("DepthwiseConv1D", 1, DEPTHWISE_1, "Convolution of each channel of a sequence by itself.")
        .gives("(batch, positions, channels * depth_multiplier)")
        .in_torch("nn.Conv1d(groups=channels)"),
    conv("DepthwiseConv2D", 2, DEPTHWISE_2, "Convolution of each channel of an image by itself.")
        .gives("(batch, *positions, channels * depth_multiplier)")
        .in_torch("nn.Conv2d(groups=channels)"),
    conv(
        "SeparableConv1D",
        1,
        SEPARABLE_1,
        "Depthwise convolution along a sequence, then a pointwise one.",
    )
    .also(&["SeparableConvolution1D"])
    .sized_by("filters"),
    conv(
        "SeparableConv2D",
        2,
        SEPARABLE_2,
        "Depthwise convolution over an image, then a pointwise one.",
    )
    .also(&["SeparableConvolution2D"])
    .sized_by("filters"),
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

fn convolve<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let channels = match cx.name() {
        name if name.starts_with("Depthwise") => Channels::Depthwise,
        name if name.starts_with("Separable") => Channels::Separable,
        _ => Channels::Grouped,
    };
    if let Channels::Grouped = channels {
        check_steps(cx, RANK)?;
        check_filters_groups(cx)?;
    }
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let depth = cx.determined(0, image.channel_axis)?;
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

/// Keras takes strides or dilation, not both. Depthwise and separable convolutions take both.
pub(super) fn check_steps(cx: &RuleCx<'_>, rank: usize) -> Result<(), Problem> {
    let over_one = |param: &str| {
        cx.args.lengths(param, rank).into_iter().any(|step| step.is_some_and(|step| step > 1))
    };
    if !(over_one("strides") && over_one("dilation_rate")) {
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

fn check_filters_groups(cx: &RuleCx<'_>) -> Result<(), Problem> {
    let (Some(groups), Some(filters)) = (positive(cx, "groups"), positive(cx, "filters")) else {
        return Ok(());
    };
    if filters % groups == 0 {
        return Ok(());
    }
    let channels = cx.input().last().known();
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
fn per_group(cx: &RuleCx<'_>, depth: &Dim, axis: usize) -> Result<Count, Problem> {
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
