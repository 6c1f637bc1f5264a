//! Transposed convolutions, which turn each input position into a patch of the output.

use super::convolution::{check_filters_groups, check_steps, per_group, positive};
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::geometry::{Image, Padding, channels_first};
use crate::lang::pytorch::{Module, check_padding};
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx,
};
use crate::shape::{Count, Dim, Shape};

const fn output_padding(rank: usize) -> Param {
    optional(
        "output_padding",
        Kind::Ints { rank, min: 0 },
        Default::None,
        "How much is added to the end of each output dimension; must be less than the stride.",
    )
    .in_pytorch(Kind::Spread { rank, min: 0 }, Some(Default::Int(0)), "")
}

/// Keras has the data format before the output padding for three dimensions.
const fn params<const RANK: usize>() -> [Param; 17] {
    let (fifth, sixth) = match RANK {
        3 => (DATA_FORMAT, output_padding(RANK)),
        _ => (output_padding(RANK), DATA_FORMAT),
    };
    [
        FILTERS,
        kernel_size(RANK),
        strides(RANK),
        padding_number(RANK, PADDING),
        fifth,
        sixth,
        dilation_rate(RANK),
        ACTIVATION,
        USE_BIAS,
        KERNEL_INITIALIZER,
        BIAS_INITIALIZER,
        KERNEL_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
        KERNEL_CONSTRAINT,
        BIAS_CONSTRAINT,
        GROUPS.pytorch_only(),
    ]
}

const PARAMS_1: &[Param] = &params::<1>();
const PARAMS_2: &[Param] = &params::<2>();
const PARAMS_3: &[Param] = &params::<3>();

const fn transposed(
    name: &'static str,
    rule: Rule,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Convolution, rule, params, summary)
        .explained(explain_transposed)
        .sized_by("filters")
        .gives("(batch, *positions, filters)")
        .counting("kernel×C×filters + use_bias×filters", "sources×kernel×C×filters")
        .costing("use_bias×out + act×out")
        .noting(
            "With `padding=\"same\"` each spatial dimension becomes `size * stride`; with `\"valid\"` it becomes \
`(size-1)*stride + max(kernel, stride)`, the kernel counted with its dilation. `output_padding` sets the end by hand.",
        )
        .noting_for_torch(
            "PyTorch takes numbers for `padding`: `(size-1)*stride - 2*padding + dilation*(kernel-1) + output_padding + 1`. \
`output_padding` must be less than the stride or the dilation.",
        )
}

/// Transposed convolutions.
pub static LAYERS: &[LayerEntry] = &[
    transposed(
        "Conv1DTranspose",
        Rule::Pure(transpose::<1>),
        PARAMS_1,
        "Transposed convolution along a sequence.",
    )
    .also(&["Convolution1DTranspose"])
    .in_torch("nn.ConvTranspose1d"),
    transposed(
        "Conv2DTranspose",
        Rule::Pure(transpose::<2>),
        PARAMS_2,
        "Transposed convolution over an image.",
    )
    .also(&["Convolution2DTranspose"])
    .in_torch("nn.ConvTranspose2d"),
    transposed(
        "Conv3DTranspose",
        Rule::Pure(transpose::<3>),
        PARAMS_3,
        "Transposed convolution over a volume.",
    )
    .also(&["Convolution3DTranspose"])
    .in_torch("nn.ConvTranspose3d"),
];

fn transpose<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_padding(cx, Module::Transposed, RANK)?;
    check_output_padding(cx, RANK)?;
    check_steps(cx, RANK)?;
    check_filters_groups(cx)?;
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    let depth = cx.determined(0, image.channel_axis)?;
    let filters = cx.args.dim("filters");
    let kernel = cx.args.lengths("kernel_size", RANK);
    let volume = kernel.iter().try_fold(1u64, |all, size| Some(all.saturating_mul((*size)?)));
    let weights = volume.map_or(Count::Unknown, Count::known)
        * per_group(cx, &depth, image.channel_axis)?
        * Count::from(&filters);
    let positions = (0..RANK).map(|index| grown(cx, RANK, index, &image.spatial[index]));
    let positions: Vec<Dim> = positions.collect::<Result<_, _>>()?;
    let inputs = Count::product(&image.spatial);
    Ok(Outcome::new(image.with(positions, filters.clone()))
        .trainable(weights + cx.bias(&filters))
        .macs(inputs * weights))
}

/// The size of output dimension `index`.
fn grown(cx: &RuleCx<'_>, rank: usize, index: usize, size: &Dim) -> Result<Dim, Problem> {
    let length = |param: &str| cx.args.lengths(param, rank)[index];
    let (Some(stride), padding) = (length("strides"), Padding::of(cx, rank)) else {
        return Ok(Dim::Unknown);
    };
    let same = matches!(padding, Padding::Same);
    let explicit = !cx.args.is_none("output_padding");
    if same && !explicit {
        return Ok(size.times(stride));
    }
    let (Some(kernel), Some(dilation)) = (length("kernel_size"), length("dilation_rate")) else {
        return Ok(Dim::Unknown);
    };
    let span = kernel.saturating_sub(1).saturating_mul(dilation).saturating_add(1);
    let end = match (explicit, length("output_padding")) {
        (true, Some(padding)) if same => span % 2 + padding,
        (true, Some(padding)) => span.saturating_add(padding),
        (true, None) => return Ok(Dim::Unknown),
        (false, _) => span.max(stride),
    };
    let Some(before) = size.offset(-1).map(|steps| steps.times(stride)) else {
        return Ok(Dim::Unknown);
    };
    let whole = before.add(&Dim::Known(end));
    let cut = match (same, padding.end(index)) {
        (true, _) => 0,
        (false, Some(padding)) => padding.saturating_mul(2),
        (false, None) => return Ok(Dim::Unknown),
    };
    match whole.bounds().1 {
        Some(whole) if whole <= cut => Err(nothing_left(cx, whole, cut)),
        _ => Ok(i64::try_from(cut).ok().and_then(|cut| whole.offset(-cut)).unwrap_or(Dim::Unknown)),
    }
}

/// PyTorch takes the padding off the output, of which something must stay.
fn nothing_left(cx: &RuleCx<'_>, whole: u64, cut: u64) -> Problem {
    let most = whole.saturating_sub(1) / 2;
    cx.problem(
        codes::INCOMPATIBLE_PARAMETERS,
        Blame::Param("padding"),
        format!(
            "`padding={}` takes {cut} off an output of {whole}, of which nothing is left; {most} is the most",
            cx.args.value("padding"),
        ),
    )
    .suggest_set("padding", most)
}

fn check_output_padding(cx: &RuleCx<'_>, rank: usize) -> Result<(), Problem> {
    if cx.args.is_none("output_padding") {
        return Ok(());
    }
    let lengths = |param: &str| cx.args.lengths(param, rank).into_iter();
    let (padding, strides) = (lengths("output_padding"), lengths("strides"));
    let wrong = padding.zip(strides).zip(lengths("dilation_rate")).find_map(|steps| {
        let ((padding, stride), dilation) = (steps.0, steps.1?);
        let (padding, stride) = (padding?, stride?);
        // PyTorch takes as much as the dilation allows, too.
        let refused = padding >= stride && !(cx.is_pytorch() && padding < dilation);
        refused.then_some((padding, stride))
    });
    let Some((padding, stride)) = wrong else { return Ok(()) };
    let dilated = cx
        .args
        .lengths("dilation_rate", rank)
        .into_iter()
        .any(|rate| rate.is_some_and(|rate| rate > 1));
    let problem = cx.problem(
        codes::INCOMPATIBLE_PARAMETERS,
        Blame::Param("output_padding"),
        format!(
            "`output_padding` {padding} must be less than the stride {stride} of its dimension; {} works",
            match stride {
                1 if dilated => "only no output padding".to_owned(),
                1 => format!("`strides={}` or no output padding", padding.saturating_add(1)),
                _ => format!("{} or less", stride - 1),
            }
        ),
    );
    Err(match (stride, positive(cx, "strides")) {
        (1, _) => problem
            .suggest(crate::lang::Suggestion::Remove { param: "output_padding" })
            .suggest_set("strides", padding.saturating_add(1)),
        _ => problem.suggest_set("output_padding", stride - 1),
    })
}

fn explain_transposed(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let first = channels_first(cx).unwrap_or(false);
    let (image, output) = (Image::of(cx.input(), first), Image::of(output, first));
    let rank = image.spatial.len();
    let lengths = |param: &str| cx.args.lengths(param, rank);
    let (kernel, strides, dilation) =
        (lengths("kernel_size"), lengths("strides"), lengths("dilation_rate"));
    let around = Padding::of(cx, rank);
    let same = matches!(around, Padding::Same);
    let explicit = (!cx.args.is_none("output_padding")).then(|| lengths("output_padding"));
    let axis = |(index, name): (usize, &&str)| {
        let (size, stride) = (explain::size(&image.spatial[index]), strides[index]?);
        let span = match (kernel[index]?, dilation[index]?) {
            (kernel, 1) => kernel.to_string(),
            (kernel, dilation) => format!("({dilation}×({kernel} − 1) + 1)"),
        };
        let formula = match &explicit {
            None if same => format!("{size}×{stride}"),
            None => format!("({size} − 1)×{stride} + max({span}, {stride})"),
            Some(padding) => match same {
                true => format!("({size} − 1)×{stride} + {span} mod 2 + {}", padding[index]?),
                false => format!("({size} − 1)×{stride} + {span} + {}", padding[index]?),
            },
        };
        let formula = match around.end(index) {
            None | Some(0) => formula,
            Some(padding) => format!("{formula} − 2×{padding}"),
        };
        explain::line(name, &formula, output.spatial.get(index)?)
    };
    let names = explain::spatial_axes(rank);
    let mut lines: Vec<String> = names.iter().enumerate().filter_map(axis).collect();
    lines.extend(explain::line("channels", "filters", &output.channels));
    let mut weights: Vec<Dim> =
        kernel.iter().map(|size| size.map_or(Dim::Unknown, Dim::Known)).collect();
    let groups = positive(cx, "groups").unwrap_or(1);
    weights.extend([image.channels.floor_div(groups), output.channels.clone()]);
    let terms: Vec<Vec<Dim>> =
        [Some(weights), explain::bias(cx, &output.channels)].into_iter().flatten().collect();
    lines.extend(explain::parameters(&terms));
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn sizes_grow() {
        check(
            r#"
        Conv2DTranspose(4, 3, strides=2, padding="same") on (7, 7, 8)
        Conv2DTranspose(4, 2, strides=3) on (7, 7, 8)
        Conv1DTranspose(4, 3, strides=2, output_padding=1) on (T, 8)
        Conv2DTranspose(4, 3, strides=2, padding="same", output_padding=1) on (4, 4, 2)
        Conv1DTranspose(32, 17, use_bias=false) on (12, 3)
            "#,
            expect![[r#"
                14×14×4  params 292  macs 14,112
                21×21×4  params 132  macs 6,272
                (2*T+2)×4  params 100  macs ?
                8×8×4  params 76  macs 1,152
                28×32  params 1,632  macs 19,584"#]],
        );
    }

    #[test]
    fn output_padding_is_less_than_the_stride() {
        check(
            r#"
        Conv2DTranspose(1, (1, 5), output_padding=(1, 1)) on (20, 20, 6)
        Conv2DTranspose(1, 3, strides=2, output_padding=2) on (20, 20, 6)
            "#,
            expect![[r#"
                error incompatible-parameters: `Conv2DTranspose`: `output_padding` 1 must be less than the stride 1 of its dimension; `strides=2` or no output padding works
                  fix: remove output_padding
                  fix: strides=2
                error incompatible-parameters: `Conv2DTranspose`: `output_padding` 2 must be less than the stride 2 of its dimension; 1 or less works
                  fix: output_padding=1"#]],
        );
    }
}
