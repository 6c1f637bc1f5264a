//! ConvLSTM: a long short-term memory whose gates are convolutions.

use super::convolution::check_steps;
use super::recurrent::params::{
    GO_BACKWARDS, INPUT_DROPOUT, RECURRENT_ACTIVATION, RETURN_SEQUENCES, RETURN_STATE,
    STATE_DROPOUT, STATEFUL, TANH, UNIT_FORGET_BIAS,
};
use super::recurrent::{check_stateful, clipped, outputs};
use super::shared::*;
use crate::lang::explain;
use crate::lang::geometry::{Image, Window, channels_first};
use crate::lang::{Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};
use crate::shape::{Count, Dim, Shape};

const fn params<const RANK: usize>() -> [Param; 27] {
    [
        FILTERS,
        kernel_size(RANK),
        optional(
            "strides",
            Kind::Ints { rank: RANK, min: 1 },
            Default::Int(1),
            "How far the kernel moves each step.",
        ),
        PADDING,
        DATA_FORMAT,
        optional(
            "dilation_rate",
            Kind::Ints { rank: RANK, min: 1 },
            Default::Int(1),
            "How far apart the kernel's elements are.",
        ),
        TANH,
        RECURRENT_ACTIVATION,
        USE_BIAS,
        KERNEL_INITIALIZER,
        RECURRENT_INITIALIZER,
        BIAS_INITIALIZER,
        UNIT_FORGET_BIAS,
        KERNEL_REGULARIZER,
        RECURRENT_REGULARIZER,
        BIAS_REGULARIZER,
        ACTIVITY_REGULARIZER,
        KERNEL_CONSTRAINT,
        RECURRENT_CONSTRAINT,
        BIAS_CONSTRAINT,
        INPUT_DROPOUT,
        STATE_DROPOUT,
        SEED,
        RETURN_SEQUENCES,
        RETURN_STATE,
        GO_BACKWARDS,
        STATEFUL,
    ]
}

const PARAMS_1: &[Param] = &params::<1>();
const PARAMS_2: &[Param] = &params::<2>();
const PARAMS_3: &[Param] = &params::<3>();

const fn entry(
    name: &'static str,
    rule: Rule,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Recurrent, rule, params, summary)
        .explained(explain_conv_lstm)
        .counting(
            "kernel×4×filters×(C + filters) + 4×use_bias×filters",
            "T×positions×kernel×4×filters×(C + filters)",
        )
        .keeping("T×positions×filters")
        .costing("T×positions×filters×(4×use_bias + 9)")
        .sized_by("filters")
        .gives("(batch, *positions, filters), or with `return_sequences=true` (batch, steps, *positions, filters)")
        .noting("Its spatial sizes must be known, because the state starts with them.")
}

/// Convolutional recurrent layers.
pub static LAYERS: &[LayerEntry] = &[
    entry(
        "ConvLSTM1D",
        Rule::Pure(conv_lstm::<1>),
        PARAMS_1,
        "Runs a convolutional LSTM over sequences of sequences.",
    ),
    entry(
        "ConvLSTM2D",
        Rule::Pure(conv_lstm::<2>),
        PARAMS_2,
        "Runs a convolutional LSTM over a sequence of images.",
    ),
    entry(
        "ConvLSTM3D",
        Rule::Pure(conv_lstm::<3>),
        PARAMS_3,
        "Runs a convolutional LSTM over a sequence of volumes.",
    ),
];

fn conv_lstm<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let axes = match (RANK, channels_first(cx).unwrap_or(false)) {
        (1, false) => "a sequence (time, steps, channels)",
        (2, false) => "a sequence of images (time, height, width, channels)",
        (_, false) => "a sequence of volumes (time, depth, height, width, channels)",
        (1, true) => "a sequence (time, channels, steps)",
        (2, true) => "a sequence of images (time, channels, height, width)",
        (_, true) => "a sequence of volumes (time, channels, depth, height, width)",
    };
    cx.need_rank(0, RANK + 3, axes)?;
    check_steps(cx, RANK)?;
    let Some(first) = channels_first(cx) else {
        return Ok(Outcome::shapeless());
    };
    let input = cx.input();
    let dims = input.dims();
    let frame = Shape::new([input.batch()].into_iter().chain(dims[2..].iter().cloned()));
    let image = Image::of(&frame, first);
    // One axis further right than in the frame, because of the time.
    let depth = cx.determined(0, image.channel_axis + 1)?;
    for index in 0..RANK {
        cx.determined(0, image.axis(index) + 1)?;
    }
    check_stateful(cx)?;
    let window = Window::kernel(cx, RANK);
    let positions = window.positions(cx, &image)?;
    let filters = cx.args.dim("filters");
    let width = Count::from(&filters);
    let volume = window.volume().map_or(Count::Unknown, Count::known);
    let gated = volume * width * 4;
    let weights = gated * (Count::from(&depth) + width);
    let run = Count::from(&dims[1]);
    let count = Count::product(&positions);
    let last = image.with(positions, filters);
    let Some(outputs) = outputs(cx, &dims[1], &last, vec![last.clone(); 2]) else {
        return Ok(Outcome::shapeless());
    };
    Ok(Outcome { outputs, ..Outcome::new(last) }
        .trainable(weights + cx.if_set("use_bias", width * 4))
        .macs(run * count * weights)
        .activation(run * count * width)
        .warn(clipped(cx)))
}

fn explain_conv_lstm(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let first = channels_first(cx).unwrap_or(false);
    let frame = |shape: &Shape, skip: usize| {
        let dims = shape.dims().iter().skip(skip + 1).cloned();
        Image::of(&Shape::new(std::iter::once(shape.batch()).chain(dims)), first)
    };
    let all = cx.args.bool("return_sequences") == Some(true);
    let (image, output) = (frame(cx.input(), 1), frame(output, usize::from(all)));
    let window = Window::kernel(cx, image.spatial.len());
    let mut lines = window.explain(&image, &output);
    lines.extend(explain::line("channels", "filters", &output.channels));
    let mut weights: Vec<Dim> =
        window.size.iter().map(|size| size.map_or(Dim::Unknown, Dim::Known)).collect();
    let gated = output.channels.times(4);
    weights.extend([image.channels.add(&output.channels), gated.clone()]);
    let terms: Vec<Vec<Dim>> =
        [Some(weights), explain::bias(cx, &gated)].into_iter().flatten().collect();
    lines.extend(explain::parameters(&terms));
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn gates_are_convolutions() {
        check(
            r#"
        ConvLSTM2D(8, 3, padding="same", return_sequences=true) on (T, 16, 16, 3)
        ConvLSTM1D(4, 3, return_state=true) on (5, 8, 2)
            "#,
            expect![[r#"
                T×16×16×8  params 3,200  macs ?
                6×4 | 6×4 | 6×4  params 304  macs 8,640"#]],
        );
    }

    #[test]
    fn spatial_sizes_are_needed() {
        check(
            r#"
        ConvLSTM2D(8, 3) on (5, ?, 16, 3)
        ConvLSTM2D(8, 7) on (4, 5, 5, 2)
        ConvLSTM2D(8, 3) on (16, 16, 3)
            "#,
            expect![[r#"
                error unknown-dimension: `ConvLSTM2D`: dimension 2 of 5×?×16×3 must be a number to build the layer, but is unknown
                  help: give that dimension a number where it comes from
                error kernel-too-large: `ConvLSTM2D`: `kernel_size` 7×7 does not fit the 5×5 input; the largest that fits is 5×5, or use `padding="same"`
                  fix: kernel_size=5
                  fix: padding="same"
                error rank-mismatch: `ConvLSTM2D`: takes a sequence of images (time, height, width, channels): 4 dimensions besides the batch, but the input (16×16×3) has 3
                  help: for a sequence of rows write `ConvLSTM1D`
                  fix: all steps of what makes operand 0
                  fix: ConvLSTM1D instead
                  fix: Reshape((16, 16, 3, 1)) before"#]],
        );
    }
}
