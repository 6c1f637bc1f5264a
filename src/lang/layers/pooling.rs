//! Pooling: over windows, over everything, and to a given size.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::geometry::{Image, Window, channels_first};
use crate::lang::pytorch::{Module, check_padding, check_unpadded, mean_of_all};
use crate::lang::require::shown;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Suggestion,
    Value,
};
use crate::shape::{Count, Dim, Shape};

const fn pool_size(rank: usize, required_: bool) -> Param {
    let kind = Kind::Ints { rank, min: 1 };
    let doc = "The size of the window, one number or one for each spatial dimension.";
    let default = match rank {
        1 => Default::Int(2),
        2 => Default::Ints(&[2, 2]),
        _ => Default::Ints(&[2, 2, 2]),
    };
    let param = match required_ {
        true => required("pool_size", kind, "2", doc),
        false => optional("pool_size", kind, default, doc),
    };
    param.in_pytorch(Kind::Spread { rank, min: 1 }, None, "2")
}

const CEIL_MODE: Param = optional(
    "ceil_mode",
    Kind::Bool,
    Default::Bool(false),
    "Whether a last window that reaches past the end of the input counts as well.",
)
.pytorch_only();
const COUNT_INCLUDE_PAD: Param = optional(
    "count_include_pad",
    Kind::Bool,
    Default::Bool(true),
    "Whether the zeros of the padding are part of the average.",
)
.pytorch_only();

const fn dilation(rank: usize) -> Param {
    optional(
        "dilation",
        Kind::Spread { rank, min: 1 },
        Default::Int(1),
        "How far apart the window's elements are.",
    )
    .pytorch_only()
}

/// Keras has a default for the largest and none for the average; PyTorch has none.
const fn window_params<const RANK: usize, const AVERAGE: bool>() -> [Param; 6] {
    [
        pool_size(RANK, AVERAGE),
        optional(
            "strides",
            Kind::Ints { rank: RANK, min: 1 },
            Default::None,
            "How far the window moves each step; its own size where not given.",
        )
        .in_pytorch(Kind::Spread { rank: RANK, min: 1 }, Some(Default::None), ""),
        padding_number(RANK, PADDING_EXACT),
        DATA_FORMAT,
        CEIL_MODE,
        if AVERAGE { COUNT_INCLUDE_PAD } else { dilation(RANK) },
    ]
}

const KEEPDIMS: Param = optional(
    "keepdims",
    Kind::Bool,
    Default::Bool(false),
    "Whether the spatial dimensions stay, with size 1.",
);
const GLOBAL: &[Param] = &[DATA_FORMAT, KEEPDIMS];

const fn adaptive_params<const RANK: usize>() -> [Param; 2] {
    let doc = "The size of the output, one number or one for each spatial dimension.";
    let size = required("output_size", Kind::Ints { rank: RANK, min: 1 }, "1", doc);
    [size.in_pytorch(Kind::OutputSizes { rank: RANK }, None, "1"), DATA_FORMAT_EXACT]
}

const MAX_1: &[Param] = &window_params::<1, false>();
const MAX_2: &[Param] = &window_params::<2, false>();
const MAX_3: &[Param] = &window_params::<3, false>();
const AVERAGE_1: &[Param] = &window_params::<1, true>();
const AVERAGE_2: &[Param] = &window_params::<2, true>();
const AVERAGE_3: &[Param] = &window_params::<3, true>();
const ADAPTIVE_1: &[Param] = &adaptive_params::<1>();
const ADAPTIVE_2: &[Param] = &adaptive_params::<2>();
const ADAPTIVE_3: &[Param] = &adaptive_params::<3>();

const fn entry(
    name: &'static str,
    rule: Rule,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Pooling, rule, params, summary)
}

const fn window(
    name: &'static str,
    rule: Rule,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    entry(name, rule, params, summary).explained(explain_window).costing("pool×out").gives("(batch, *positions, channels)").noting(
        "The size of each spatial dimension is `floor((size - pool) / stride) + 1` with `padding=\"valid\"` and \
`ceil(size / stride)` with `\"same\"`.",
    )
    .noting_for_torch(
        "PyTorch takes numbers for `padding`, at most half of the window: \
`floor((size + 2*padding - dilation*(pool-1) - 1) / stride) + 1`. With `ceil_mode=true` it is rounded up, \
but for a window that would begin in the padding behind the input.",
    )
}

const fn global(name: &'static str, rule: Rule, summary: &'static str) -> LayerEntry {
    entry(name, rule, GLOBAL, summary)
        .explained(explain_global)
        .costing("in")
        .gives("(batch, channels), or with `keepdims=true` (batch, 1, …, channels)")
}

const fn adaptive(
    name: &'static str,
    rule: Rule,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    entry(name, rule, params, summary)
        .explained(explain_adaptive)
        .costing("in")
        .gives("(batch, *output_size, channels)")
}

const POOL_1: Rule = Rule::Pure(pool::<1>);
const POOL_2: Rule = Rule::Pure(pool::<2>);
const POOL_3: Rule = Rule::Pure(pool::<3>);
const GLOBAL_1: Rule = Rule::Pure(pool_all::<1>);
const GLOBAL_2: Rule = Rule::Pure(pool_all::<2>);
const GLOBAL_3: Rule = Rule::Pure(pool_all::<3>);
const TO_SIZE_1: Rule = Rule::Pure(pool_to_size::<1>);
const TO_SIZE_2: Rule = Rule::Pure(pool_to_size::<2>);
const TO_SIZE_3: Rule = Rule::Pure(pool_to_size::<3>);
const MAX_ORDER: &[&str] = &["pool_size", "strides", "padding"];

/// Pooling layers.
pub static LAYERS: &[LayerEntry] = &[
    window("MaxPooling1D", POOL_1, MAX_1, "The largest element of each window of a sequence.")
        .also(&["MaxPool1D"])
        .ordered(MAX_ORDER)
        .in_torch("nn.MaxPool1d"),
    window("MaxPooling2D", POOL_2, MAX_2, "The largest element of each window of an image.")
        .also(&["MaxPool2D"])
        .ordered(MAX_ORDER)
        .in_torch("nn.MaxPool2d"),
    window("MaxPooling3D", POOL_3, MAX_3, "The largest element of each window of a volume.")
        .also(&["MaxPool3D"])
        .ordered(MAX_ORDER)
        .in_torch("nn.MaxPool3d"),
    window("AveragePooling1D", POOL_1, AVERAGE_1, "The average of each window of a sequence.")
        .also(&["AvgPool1D"])
        .in_torch("nn.AvgPool1d"),
    window("AveragePooling2D", POOL_2, AVERAGE_2, "The average of each window of an image.")
        .also(&["AvgPool2D"])
        .in_torch("nn.AvgPool2d"),
    window("AveragePooling3D", POOL_3, AVERAGE_3, "The average of each window of a volume.")
        .also(&["AvgPool3D"])
        .in_torch("nn.AvgPool3d"),
    global("GlobalMaxPooling1D", GLOBAL_1, "The largest element of each channel of a sequence.")
        .also(&["GlobalMaxPool1D"])
        .in_torch("nn.AdaptiveMaxPool1d(1) and nn.Flatten()"),
    global("GlobalMaxPooling2D", GLOBAL_2, "The largest element of each channel of an image.")
        .also(&["GlobalMaxPool2D"])
        .in_torch("nn.AdaptiveMaxPool2d(1) and nn.Flatten()"),
    global("GlobalMaxPooling3D", GLOBAL_3, "The largest element of each channel of a volume.")
        .also(&["GlobalMaxPool3D"])
        .in_torch("nn.AdaptiveMaxPool3d(1) and nn.Flatten()"),
    global("GlobalAveragePooling1D", GLOBAL_1, "The average of each channel of a sequence.")
        .also(&["GlobalAvgPool1D"])
        .in_torch("nn.AdaptiveAvgPool1d(1) and nn.Flatten()"),
    global("GlobalAveragePooling2D", GLOBAL_2, "The average of each channel of an image.")
        .also(&["GlobalAvgPool2D"])
        .in_torch("nn.AdaptiveAvgPool2d(1) and nn.Flatten()"),
    global("GlobalAveragePooling3D", GLOBAL_3, "The average of each channel of a volume.")
        .also(&["GlobalAvgPool3D"])
        .in_torch("nn.AdaptiveAvgPool3d(1) and nn.Flatten()"),
    adaptive(
        "AdaptiveMaxPooling1D",
        TO_SIZE_1,
        ADAPTIVE_1,
        "Pools a sequence to a given length by the largest element.",
    )
    .in_torch("nn.AdaptiveMaxPool1d"),
    adaptive(
        "AdaptiveMaxPooling2D",
        TO_SIZE_2,
        ADAPTIVE_2,
        "Pools an image to a given size by the largest element.",
    )
    .in_torch("nn.AdaptiveMaxPool2d"),
    adaptive(
        "AdaptiveMaxPooling3D",
        TO_SIZE_3,
        ADAPTIVE_3,
        "Pools a volume to a given size by the largest element.",
    )
    .in_torch("nn.AdaptiveMaxPool3d"),
    adaptive(
        "AdaptiveAveragePooling1D",
        TO_SIZE_1,
        ADAPTIVE_1,
        "Pools a sequence to a given length by the average.",
    )
    .in_torch("nn.AdaptiveAvgPool1d"),
    adaptive(
        "AdaptiveAveragePooling2D",
        TO_SIZE_2,
        ADAPTIVE_2,
        "Pools an image to a given size by the average.",
    )
    .in_torch("nn.AdaptiveAvgPool2d"),
    adaptive(
        "AdaptiveAveragePooling3D",
        TO_SIZE_3,
        ADAPTIVE_3,
        "Pools a volume to a given size by the average.",
    )
    .in_torch("nn.AdaptiveAvgPool3d"),
];

fn pool<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    check_padding(cx, Module::Pooling, RANK)?;
    if RANK == 3 && cx.name().starts_with("Average") {
        check_unpadded(cx, &image.spatial)?;
    }
    let positions = Window::pool(cx, RANK).positions(cx, &image)?;
    Ok(Outcome::new(image.with(positions, image.channels.clone())))
}

fn pool_all<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    if cx.input().rank() == 2 {
        let problem = cx.problem(
            codes::RANK_MISMATCH,
            Blame::Layer,
            format!(
                "takes {RANK} spatial dimension{} and channels; the {} that come in have no spatial dimension left",
                if RANK == 1 { "" } else { "s" },
                shown(cx.input()),
            ),
        )
        .help("take the layer away, or place it before the layer that removes the spatial dimensions")
        .suggest(Suggestion::RemoveFlatten { operand: 0, rank: RANK + 2 });
        let problem = match RANK {
            1 => problem.suggest(Suggestion::AllSteps { operand: 0 }),
            _ => problem,
        };
        return Err(problem.suggest(Suggestion::RemoveLayer));
    }
    let image = Image::read(cx, RANK)?;
    let (Some(image), Some(keep)) = (image, cx.args.bool("keepdims")) else {
        return Ok(match cx.args.bool("keepdims") {
            Some(true) => Outcome::unknown(RANK + 2),
            Some(false) => Outcome::unknown(2),
            None => Outcome::shapeless().trainable(Count::ZERO),
        });
    };
    Ok(Outcome::new(match keep {
        true => image.with(vec![Dim::Known(1); RANK], image.channels.clone()),
        false => Shape::new([cx.input().batch(), image.channels]),
    }))
}

fn pool_to_size<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    if let Some(outcome) = mean_of_all(cx, RANK) {
        return Ok(outcome);
    }
    let Some(image) = Image::read(cx, RANK)? else {
        return Ok(Outcome::unknown(RANK + 2));
    };
    // PyTorch's `None` keeps a dimension.
    let kept: Vec<bool> = match cx.args.value("output_size").elements() {
        Some(sizes) => sizes.iter().map(|size| *size == Value::None).collect(),
        None => vec![false; RANK],
    };
    let sizes = cx.args.lengths("output_size", RANK).into_iter().zip(kept).zip(&image.spatial);
    let sizes = sizes.map(|((size, kept), own)| match (size, kept) {
        (_, true) => own.clone(),
        (Some(size), _) => Dim::Known(size),
        (None, _) => Dim::Unknown,
    });
    Ok(Outcome::new(image.with(sizes.collect(), image.channels.clone())))
}

fn image(cx: &RuleCx<'_>, shape: &Shape) -> Image {
    Image::of(shape, channels_first(cx).unwrap_or(false))
}

fn explain_window(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let input = image(cx, cx.input());
    Window::pool(cx, input.spatial.len()).explain(&input, &image(cx, output))
}

fn explain_global(cx: &RuleCx<'_>, _: &Shape) -> Vec<String> {
    let input = image(cx, cx.input());
    let of = match cx.name().contains("Max") {
        true => "the largest",
        false => "the average",
    };
    let channels = &input.channels;
    vec![format!(
        "channels: {channels}, each {of} of {} elements",
        explain::product(&input.spatial)
    )]
}

fn explain_adaptive(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let output = image(cx, output);
    let names = explain::spatial_axes(output.spatial.len());
    let sizes = names.iter().zip(&output.spatial);
    sizes.filter_map(|(name, size)| explain::line(name, "output_size", size)).collect()
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn windows_move_by_their_own_size() {
        check(
            r#"
        MaxPooling2D((2, 2)) on (28, 28, 32)
        MaxPooling2D((3, 3), 2, "same") on (28, 27, 32)
        AveragePooling1D(2) on (T, 8)
        MaxPooling2D(33) on (32, 8, 16)
            "#,
            expect![[r#"
                14×14×32  params 0
                14×14×32  params 0
                floor(T/2)×8  params 0
                error kernel-too-large: `MaxPooling2D`: `pool_size` 33×33 does not fit the 32×8 input; the largest that fits is 32×8, or use `padding="same"`
                  fix: pool_size=(32, 8)
                  fix: padding="same""#]],
        );
    }

    #[test]
    fn global_pooling_keeps_the_channels() {
        check(
            r#"
        GlobalAveragePooling2D() on (?, ?, 64)
        GlobalMaxPooling1D(keepdims=true) on (T, 8)
        GlobalAveragePooling2D(data_format="channels_first") on (3, 8, 8)
        GlobalAveragePooling1D() on (64)
        GlobalAveragePooling2D() on (49, 64)
            "#,
            expect![[r#"
                64  params 0
                1×8  params 0
                3  params 0
                error rank-mismatch: `GlobalAveragePooling1D`: takes 1 spatial dimension and channels; the 64 features that come in have no spatial dimension left
                  help: take the layer away, or place it before the layer that removes the spatial dimensions
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: remove the layer
                error rank-mismatch: `GlobalAveragePooling2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (49×64) has 2
                  help: for a sequence write `GlobalAveragePooling1D`
                  fix: all steps of what makes operand 0
                  fix: GlobalAveragePooling1D instead
                  fix: 1 as the last dimension where operand 0 is the input: write the channel in the input: `(49, 64, 1)`; for a sequence write `GlobalAveragePooling1D`
                  fix: Reshape((49, 64, 1)) before"#]],
        );
    }

    #[test]
    fn adaptive_pooling_gives_the_size() {
        check(
            r#"
        AdaptiveAveragePooling2D(7) on (20, 31, 8)
        AdaptiveMaxPooling1D((None,)) on (20, 8)
            "#,
            expect![[r#"
                7×7×8  params 0
                ?×8  params 0
                error bad-type: `AdaptiveMaxPooling1D`: element 1 of `output_size` must be a whole number of at least 1, not None; write 1
                  fix: output_size=(1,)"#]],
        );
    }
}
