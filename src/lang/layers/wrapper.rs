//! Layers around other layers.

use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Suggestion,
    Value,
};
use crate::shape::{Count, Dim, Shape};

const fn wrapped(example: &'static str) -> Param {
    required("layer", Kind::Layer, example, "The layer inside.")
}

/// Wrappers.
pub static LAYERS: &[LayerEntry] = &[
    LayerEntry::new(
        "Bidirectional",
        Category::Wrapper,
        Rule::Wrapper {
            enter: both_ways,
            leave: merge_ways,
            inner: &[
                "LSTM",
                "GRU",
                "SimpleRNN",
                "RNN",
                "ConvLSTM1D",
                "ConvLSTM2D",
                "ConvLSTM3D",
                "LSTMDropoutWrapper",
                "GRUDropoutWrapper",
                "SimpleRNNDropoutWrapper",
            ],
        },
        &[
            wrapped("LSTM(64)"),
            optional(
                "merge_mode",
                Kind::Choice { values: &["concat", "sum", "mul", "ave", "None"], any_case: false },
                Default::Str("concat"),
                "How the two outputs are put together; `None` gives both.",
            ),
            free("weights", "The weights to start from."),
            optional(
                "backward_layer",
                Kind::Layer,
                Default::None,
                "The layer that reads backwards, where it is not a copy.",
            ),
        ],
        "Runs a recurrent layer forwards and backwards over a sequence.",
    )
    .explained(explain_both_ways)
    .gives("the inner layer's, with twice the features where `merge_mode` is \"concat\"")
    .in_torch("bidirectional=True")
    .noting("It has twice the parameters and FLOPs of the inner layer."),
    LayerEntry::new(
        "TimeDistributed",
        Category::Wrapper,
        Rule::Wrapper { enter: each_step, leave: put_steps_back, inner: &[] },
        &[wrapped("Dense(64)")],
        "Applies a layer to each step of a sequence.",
    )
    .gives("(batch, steps, …the inner layer's)")
    .noting("The parameters are those of the inner layer, however many steps there are."),
    LayerEntry::new(
        "SpectralNormalization",
        Category::Wrapper,
        Rule::Wrapper {
            enter: as_it_is,
            leave: count_vector,
            inner: &[
                "Dense",
                "Output",
                "EinsumDense",
                "Embedding",
                "Conv1D",
                "Conv2D",
                "Conv3D",
                "Conv1DTranspose",
                "Conv2DTranspose",
                "Conv3DTranspose",
                "DepthwiseConv1D",
                "DepthwiseConv2D",
            ],
        },
        &[
            wrapped("Conv2D(32, 3)"),
            optional(
                "power_iterations",
                POSITIVE,
                Default::Int(1),
                "How often the largest factor is estimated each step.",
            ),
        ],
        "Divides the kernel of a layer by the largest factor by which it stretches its input.",
    )
    .gives("the inner layer's")
    .in_torch("torch.nn.utils.spectral_norm"),
];

/// Whether `outer` can wrap `inner`; the problem's blame is the outer layer's parameter.
pub fn check_inner(outer: &LayerEntry, inner: &LayerEntry) -> Option<Problem> {
    let Rule::Wrapper { inner: taken, .. } = outer.rule else { return None };
    if taken.is_empty() || taken.contains(&inner.name) {
        return None;
    }
    let param = outer.params.first().map_or("layer", |param| param.name);
    Some(Problem::new(
        codes::BAD_INNER_LAYER,
        Blame::Param(param),
        format!(
            "`{}` cannot wrap `{}`; it takes {}",
            outer.name,
            inner.name,
            match outer.name {
                "Bidirectional" => "`LSTM`, `GRU`, `SimpleRNN`, `RNN` or a `ConvLSTM` layer",
                "RNN" => "`LSTMCell`, `GRUCell` or `SimpleRNNCell`",
                _ => "a layer with one kernel, such as `Dense` or `Conv2D`",
            }
        ),
    ))
}

fn both_ways(cx: &RuleCx<'_>, input: &Shape) -> Result<Shape, Problem> {
    let backwards = cx.inner.first().and_then(|inner| inner.bool("go_backwards"));
    if backwards == Some(true) && cx.args.is_none("backward_layer") {
        return Err(cx
            .problem(
                codes::INCOMPATIBLE_PARAMETERS,
                Blame::Param("layer"),
                "reads both ways by itself; the layer inside must not have `go_backwards=true`",
            )
            .suggest(Suggestion::RemoveInner { param: "go_backwards" }));
    }
    Ok(input.clone())
}

fn merge_ways(cx: &RuleCx<'_>, _: &Shape, inner: Outcome) -> Result<Outcome, Problem> {
    let twice = |count: Count| match cx.args.is_none("backward_layer") {
        true => count * 2,
        false => count + Count::Unknown,
    };
    let mode = cx.args.value("merge_mode");
    let outputs = match (mode, inner.outputs.split_first()) {
        (Value::Unknown, _) | (_, None) => Vec::new(),
        (mode, Some((output, states))) => {
            let merged = match mode.as_text() {
                None => vec![output.clone(), output.clone()],
                Some("concat") => vec![output.with_last(output.last().times(2))],
                Some(_) => vec![output.clone()],
            };
            merged.into_iter().chain(states.iter().cloned()).chain(states.iter().cloned()).collect()
        }
    };
    Ok(Outcome {
        outputs,
        trainable: twice(inner.trainable),
        non_trainable: twice(inner.non_trainable),
        macs: twice(inner.macs),
        activation: twice(inner.activation),
        warnings: inner.warnings,
    })
}

fn each_step(cx: &RuleCx<'_>, input: &Shape) -> Result<Shape, Problem> {
    if input.rank() >= 3 {
        let rest = input.dims()[2..].iter().cloned();
        return Ok(Shape::new([input.batch()].into_iter().chain(rest)));
    }
    let problem = cx.problem(
        codes::RANK_MISMATCH,
        Blame::Layer,
        match input.unbatched() {
            [] => "takes a sequence (steps, …), but the input has nothing but the batch".to_owned(),
            _ => format!(
                "takes a sequence (steps, …): at least 2 dimensions besides the batch, but the input ({input}) has 1"
            ),
        },
    );
    let problem = problem.suggest(Suggestion::AllSteps { operand: 0 });
    let alone = cx.inner.first().is_some_and(|inner| match inner.entry().rule {
        Rule::Pure(rule) => {
            rule(&RuleCx { args: inner, inputs: std::slice::from_ref(input), ..*cx }).is_ok()
        }
        _ => false,
    });
    Err(match alone {
        true => problem
            .suggest(Suggestion::Unwrap)
            .help("leave `TimeDistributed` away where there are no steps"),
        false => problem.help(
            "write how many steps there are in the input, before what the layer inside takes of each",
        ),
    })
}

fn put_steps_back(_: &RuleCx<'_>, input: &Shape, inner: Outcome) -> Result<Outcome, Problem> {
    let steps = input.dims().get(1).cloned().unwrap_or(Dim::Unknown);
    let run = Count::from(&steps);
    let with_steps = |shape: &Shape| {
        let rest = shape.unbatched().iter().cloned();
        Shape::new([shape.batch(), steps.clone()].into_iter().chain(rest))
    };
    Ok(Outcome {
        outputs: inner.outputs.iter().map(with_steps).collect(),
        macs: run * inner.macs,
        activation: run * inner.activation,
        ..inner
    })
}

fn as_it_is(_: &RuleCx<'_>, input: &Shape) -> Result<Shape, Problem> {
    Ok(input.clone())
}

/// The estimate is kept in a vector as long as the last dimension of the kernel.
fn count_vector(cx: &RuleCx<'_>, input: &Shape, inner: Outcome) -> Result<Outcome, Problem> {
    let length = match cx.inner.first() {
        Some(args) => {
            let name = args.entry().name;
            match args.entry().channels {
                _ if name == "EinsumDense" => Dim::Unknown,
                _ if name.ends_with("Transpose") => match args.text("data_format").as_deref() {
                    Some("channels_first") => input.dims().get(1).cloned().unwrap_or(Dim::Unknown),
                    _ => input.last(),
                },
                Some(channels) => args.dim(channels),
                None => args.dim("depth_multiplier"),
            }
        }
        None => Dim::Unknown,
    };
    let non_trainable = inner.non_trainable + Count::from(&length);
    Ok(Outcome { non_trainable, ..inner })
}

fn explain_both_ways(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let joined = cx.args.text("merge_mode").as_deref() == Some("concat");
    let features = output.last();
    if !joined {
        return explain::line("features", "those of one direction", &features)
            .into_iter()
            .collect();
    }
    let half = explain::size(&features.floor_div(2));
    explain::line("features", &format!("{half} + {half}"), &features).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn both_ways() {
        check(
            r#"
        Bidirectional(LSTM(64)) on (T, 32)
        Bidirectional(GRU(8, return_sequences=true), merge_mode="sum") on (10, 4)
        Bidirectional(LSTM(8), merge_mode=None) on (10, 4)
        Bidirectional(LSTM(8, return_state=true)) on (10, 4)
        Bidirectional(LSTM(8, go_backwards=true)) on (10, 4)
        Bidirectional(LSTM(8), merge_mode="add") on (10, 4)
            "#,
            expect![[r#"
                128  params 49,664  macs ?
                10×8  params 672  macs 5,760
                8 | 8  params 832  macs 7,680
                16 | 8 | 8 | 8 | 8  params 832  macs 7,680
                error incompatible-parameters: `Bidirectional`: reads both ways by itself; the layer inside must not have `go_backwards=true`
                  fix: remove go_backwards inside
                ?  params 832  macs 7,680
                error bad-value: `Bidirectional`: `merge_mode` must be "concat", "sum", "mul", "ave" or None, not "add"; write "concat"
                  fix: merge_mode="concat""#]],
        );
    }

    #[test]
    fn each_step() {
        check(
            r#"
        TimeDistributed(Dense(10)) on (T, 32)
        TimeDistributed(Conv2D(4, 3)) on (5, 8, 8, 3)
        TimeDistributed(Flatten()) on (8)
        TimeDistributed() on (8, 4)
        TimeDistributed(Dense) on (8, 4)
            "#,
            expect![[r#"
                T×10  params 330  macs ?
                5×6×6×4  params 112  macs 19,440
                error rank-mismatch: `TimeDistributed`: takes a sequence (steps, …): at least 2 dimensions besides the batch, but the input (8) has 1
                  help: leave `TimeDistributed` away where there are no steps
                  fix: all steps of what makes operand 0
                  fix: only the layer inside
                ?  params 0
                error missing-parameter: `TimeDistributed` needs `layer`, a layer; write for example `layer=Dense(64)`
                  fix: layer=Dense(64)
                ?  params 0
                error bad-type: `TimeDistributed`: `layer` must be a layer, not the name `Dense`; write Dense(units=64)
                  fix: layer=Dense(units=64)"#]],
        );
    }

    #[test]
    fn spectral_norm_keeps_a_vector() {
        check(
            r#"
        SpectralNormalization(Conv2D(4, 3)) on (8, 8, 3)
        SpectralNormalization(Conv2DTranspose(4, 3)) on (8, 8, 3)
        SpectralNormalization(Dense(4)) on (8)
            "#,
            expect![[r#"
                6×6×4  params 112 + 4  macs 3,888
                10×10×4  params 112 + 3  macs 6,912
                4  params 36 + 4  macs 32"#]],
        );
    }

    #[test]
    fn inner_layers_are_checked() {
        check(
            r#"
        Bidirectional(Dense(8)) on (10, 4)
        RNN(LSTM(8)) on (10, 4)
            "#,
            expect![[r#"
                10×16  params 80  macs 640
                error bad-inner-layer: `Bidirectional` cannot wrap `Dense`; it takes `LSTM`, `GRU`, `SimpleRNN`, `RNN` or a `ConvLSTM` layer
                ?  macs ?
                error bad-inner-layer: `RNN` cannot wrap `LSTM`; it takes `LSTMCell`, `GRUCell` or `SimpleRNNCell`
                error rank-mismatch: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (4) has 1
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: 1 as the last dimension where operand 0 is the input: write how many features a step has in the input, as in `(4, 1)`; token ids need an `Embedding` before this layer
                  fix: Reshape((4, 1)) before"#]],
        );
    }
}
