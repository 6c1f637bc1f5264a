//! Activation layers, and the names of the activation functions.

use super::core::unchanged;
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Size,
    Suggestion, Value,
};
use crate::shape::{Count, Dim};

/// How many operations an activation function takes for each element, as they are usually counted: a
/// comparison, a sum and a product are one, an exponential is one.
pub fn activation_cost(name: &str) -> Option<u64> {
    Some(match name {
        "linear" => 0,
        "relu" | "threshold" | "exponential" => 1,
        "relu6" | "leaky_relu" | "hard_tanh" | "hard_shrink" => 2,
        "elu" | "celu" | "softplus" | "softsign" | "hard_sigmoid" | "soft_shrink" | "glu"
        | "sparse_sigmoid" => 3,
        "sigmoid" | "selu" | "sparse_plus" | "squareplus" => 4,
        "tanh" | "softmax" | "silu" | "swish" | "hard_silu" | "hard_swish" | "log_sigmoid" => 5,
        "log_softmax" | "tanh_shrink" => 6,
        "gelu" => 8,
        "mish" => 9,
        _ => return None,
    })
}

/// The activation functions that Keras knows by name. Letter case matters.
pub const ACTIVATIONS: &[&str] = &[
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "linear",
    "gelu",
    "silu",
    "swish",
    "elu",
    "selu",
    "leaky_relu",
    "softplus",
    "softsign",
    "mish",
    "relu6",
    "celu",
    "exponential",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "log_sigmoid",
    "log_softmax",
    "soft_shrink",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "tanh_shrink",
];

const fn activation(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Activation, Rule::Pure(rule), params, summary)
}

/// Activation layers.
pub static LAYERS: &[LayerEntry] = &[
    activation(
        "Activation",
        apply,
        &[required(
            "activation",
            Kind::Activation,
            "\"relu\"",
            "The name of the function.",
        )],
        "Applies an activation function by name.",
    )
    .ordered(&["activation"])
    .costing("act×out")
    .in_torch("nn.ReLU and its kin"),
    activation(
        "ReLU",
        unchanged,
        &[
            optional("max_value", NOT_NEGATIVE, Default::None, "The largest value that comes out."),
            optional("negative_slope", NOT_NEGATIVE, Default::Float(0.0), "The factor below the threshold."),
            optional("threshold", NOT_NEGATIVE, Default::Float(0.0), "From where on values pass."),
        ],
        "Lets positive values pass and cuts off the others.",
    )
    .costing("out")
    .in_torch("nn.ReLU"),
    activation(
        "LeakyReLU",
        unchanged,
        &[optional(
            "negative_slope",
            NOT_NEGATIVE,
            Default::Float(0.3),
            "The factor of negative values.",
        )
        .in_pytorch(NUMBER, Some(Default::Float(0.01)), "")],
        "Lets positive values pass and shrinks the others.",
    )
    .costing("2×out")
    .in_torch("nn.LeakyReLU")
    .noting("The slope is 0.3 by default here and in Keras, 0.01 in PyTorch."),
    activation(
        "ELU",
        unchanged,
        &[optional("alpha", NUMBER, Default::Float(1.0), "The scale of negative values.")],
        "Lets positive values pass and bends the others exponentially.",
    )
    .costing("3×out")
    .in_torch("nn.ELU"),
    activation(
        "Softmax",
        softmax,
        &[optional("axis", AXES, Default::Int(-1), "The axis that adds up to 1.")],
        "Turns numbers into shares that add up to 1.",
    )
    .costing("5×out")
    .in_torch("nn.Softmax"),
    activation(
        "PReLU",
        prelu,
        &[
            initializer("alpha_initializer", "Zeros", "How the slopes start."),
            regularizer("alpha_regularizer", "A penalty on the slopes."),
            constraint("alpha_constraint", "A bound on the slopes."),
            optional(
                "shared_axes",
                AXES,
                Default::None,
                "Axes that share a slope, counted from 1 without the batch.",
            )
            .keras_only(),
            optional(
                "num_parameters",
                POSITIVE,
                Default::Int(1),
                "How many slopes there are: one for all, or one for each channel.",
            )
            .pytorch_only(),
        ],
        "Lets positive values pass and multiplies the others by learned slopes.",
    )
    .counting("slopes", "0")
    .costing("3×out")
    .in_torch("nn.PReLU")
    .noting("Without `shared_axes` every element has a slope of its own; after a convolution, `shared_axes=(1, 2)` gives one for each channel.")
    .noting_for_torch("PyTorch has one slope for all, or `num_parameters` for the channels."),
];

/// What the activation `glu` means for a layer whose last dimension is `width`, which comes from
/// `param`: it halves that dimension when the layer runs, although Keras builds the next layer for
/// the whole.
pub(super) fn glu(
    cx: &RuleCx<'_>,
    width: &Dim,
    param: &'static str,
) -> Result<Option<Problem>, Problem> {
    if cx.args.value("activation").as_text() != Some("glu") {
        return Ok(None);
    }
    let blame = Blame::Param("activation");
    match width.known() {
        Some(odd) if odd % 2 == 1 => {
            let problem = cx.problem(
                codes::BAD_VALUE,
                blame,
                format!(
                    "`glu` halves the last dimension, which must be even; it is {odd}, {} works",
                    odd.saturating_add(1)
                ),
            );
            Err(match cx.args.is_given(param) && param != "activation" {
                true => problem.suggest_set(param, odd.saturating_add(1)),
                false => problem,
            })
        }
        _ => Ok(Some(cx.problem(
            codes::RUN_TIME_SHAPE,
            blame,
            format!(
                "`glu` halves the last dimension ({width}) when the network runs, but Keras builds the next layer for all of it"
            ),
        ))),
    }
}

fn apply(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let glu = glu(cx, &cx.input().last(), "activation")?;
    Ok(Outcome::new(cx.input().clone()).warn(glu))
}

/// One axis or a list of axes, as numbers; an element that is not known is left out.
pub(super) fn axes(cx: &RuleCx<'_>, param: &str) -> Option<Vec<i64>> {
    Some(cx.args.sizes(param)?.iter().filter_map(Size::number).collect())
}

/// Keras finds a wrong axis only when the network runs.
fn softmax(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let mut over_batch = None;
    for axis in axes(cx, "axis").unwrap_or_default() {
        if cx.axis_of(0, "axis", axis)? == 0 {
            let problem = cx.problem(
                codes::BAD_VALUE,
                Blame::Param("axis"),
                format!("`axis={axis}` is the batch, so the examples of a batch would share one sum; the last dimension is -1"),
            );
            over_batch = Some(problem.as_warning().suggest_set("axis", -1));
        }
    }
    Ok(unchanged(cx)?.warn(over_batch))
}

/// PyTorch has one slope, or one for each channel. Channels may be first or last in the text.
fn prelu_in_pytorch(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let slopes = cx.args.dim("num_parameters");
    let dims = cx.input().unbatched();
    let ends = [dims.last(), dims.first()];
    let fits = |slopes: &Dim| {
        *slopes == Dim::Known(1)
            || ends.into_iter().any(|end| end.is_none_or(|end| !end.never_equals(slopes)))
    };
    if fits(&slopes) {
        return Ok(unchanged(cx)?.trainable(Count::from(slopes)));
    }
    let channels = cx.input().last();
    Err(cx
        .problem(
            codes::SHAPE_MISMATCH,
            Blame::Param("num_parameters"),
            format!("`num_parameters={slopes}` must be 1 or the number of channels, {channels}"),
        )
        .suggest_set("num_parameters", 1))
}

fn prelu(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    if cx.is_pytorch() {
        return prelu_in_pytorch(cx);
    }
    let input = cx.input();
    let mut slopes: Vec<Option<Dim>> = input.unbatched().iter().cloned().map(Some).collect();
    let mut warning = None;
    for axis in axes(cx, "shared_axes").unwrap_or_default() {
        // Keras subtracts 1 and indexes from the end where that is negative.
        let Some(index) = python_index(axis.saturating_sub(1), slopes.len()) else {
            let last = slopes.len();
            let within = |axis: &i64| (1..=last as i64).contains(axis);
            let mut kept: Vec<i64> = axes(cx, "shared_axes").unwrap_or_default();
            kept.retain(within);
            if kept.is_empty() {
                // One slope for each channel is what they are shared for.
                kept = (1..last.max(2) as i64).collect();
            }
            let problem = cx.problem(
                codes::AXIS_OUT_OF_RANGE,
                Blame::Param("shared_axes"),
                format!("`shared_axes` has {axis}; the axes of {input} are 1 to {last}, without the batch"),
            );
            return Err(problem.suggest_set(
                "shared_axes",
                Value::Tuple(kept.into_iter().map(Value::Int).collect()),
            ));
        };
        if axis < 1 {
            let counted_from_one = axes(cx, "shared_axes")
                .unwrap_or_default()
                .into_iter()
                .map(|other| Value::Int(if other == axis { index as i64 + 1 } else { other }))
                .collect();
            warning = Some(
                cx.problem(
                    codes::BAD_VALUE,
                    Blame::Param("shared_axes"),
                    format!(
                        "axes count from 1 here, so Keras takes {axis} for axis {}; write {} if that is meant",
                        index + 1,
                        index + 1
                    ),
                )
                .as_warning()
                .suggest_set("shared_axes", Value::Tuple(counted_from_one)),
            );
        }
        slopes[index] = None;
    }
    if cx.args.value("shared_axes") == Value::Unknown {
        return Ok(Outcome::new(input.clone()).trainable(Count::Unknown));
    }
    let mut count = Count::known(1);
    for (index, slope) in slopes.iter().enumerate() {
        if let Some(dim) = slope {
            let sized = cx.determined(0, index + 1).map_err(|problem| {
                let problem = problem
                    .help("let the slopes be shared along that dimension with `shared_axes`");
                let mut axes: Vec<String> = (0..slopes.len())
                    .filter(|&at| slopes[at].as_ref().is_none_or(|dim| !dim.is_determined()))
                    .map(|at| (at + 1).to_string())
                    .collect();
                if let [only] = axes.as_mut_slice() {
                    only.push(',');
                }
                problem.suggest(Suggestion::Set {
                    param: "shared_axes",
                    value: format!("({})", axes.join(", ")),
                })
            });
            sized?;
            count = count * Count::from(dim);
        }
    }
    Ok(Outcome::new(input.clone()).trainable(count).warn(warning))
}

/// The index that Python means by `index` in a list of `len`.
fn python_index(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let from_start = if index < 0 { index.checked_add(len)? } else { index };
    if (0..len).contains(&from_start) { usize::try_from(from_start).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn names_are_checked() {
        check(
            r#"
        Activation("relu") on (8)
        Activation(relu) on (8)
        Activation("Softmax") on (8)
        Activation("rellu") on (8)
        Activation("threshold") on (8)
        Activation(3) on (8)
            "#,
            expect![[r#"
                8  params 0
                8  params 0
                hint unquoted-string: `Activation`: `activation=relu` is read as the string "relu"
                  fix: activation="relu"
                8  params 0
                error unknown-activation: `Activation`: the names of activation functions are in lower case: "softmax", not "Softmax"
                  fix: activation="softmax"
                8  params 0
                error unknown-activation: `Activation`: there is no activation function "rellu"; did you mean "relu"?
                  fix: activation="relu"
                8  params 0
                error unknown-activation: `Activation`: the function "threshold" needs two more numbers, so it cannot be named; use "relu", or the layer `ReLU(threshold=1.0)`
                  fix: activation="relu"
                8  params 0
                error bad-type: `Activation`: `activation` must be the name of an activation function, not 3; for example "relu"
                  fix: activation="relu""#]],
        );
    }

    #[test]
    fn a_softmax_over_the_batch_is_hardly_meant() {
        check(
            r#"
        Softmax(axis=0) on (20, 8)
        Softmax(axis=1) on (20, 8)
            "#,
            expect![[r#"
                20×8  params 0
                warning bad-value: `Softmax`: `axis=0` is the batch, so the examples of a batch would share one sum; the last dimension is -1
                  fix: axis=-1
                20×8  params 0"#]],
        );
    }

    #[test]
    fn slopes_are_shared_along_axes() {
        check(
            r#"
        PReLU() on (8, 8, 16)
        PReLU(shared_axes=(1, 2)) on (?, ?, 16)
        PReLU(shared_axes=(9,)) on (8, 8)
        PReLU(shared_axes=(0,)) on (8, 16)
        PReLU() on (T, 16)
            "#,
            expect![[r#"
                8×8×16  params 1,024
                ?×?×16  params 16
                error axis-out-of-range: `PReLU`: `shared_axes` has 9; the axes of 8×8 are 1 to 2, without the batch
                  fix: shared_axes=(1,)
                8×16  params 8
                warning bad-value: `PReLU`: axes count from 1 here, so Keras takes 0 for axis 2; write 2 if that is meant
                  fix: shared_axes=(2,)
                error unknown-dimension: `PReLU`: dimension 1 of T×16 must be a number to build the layer, but is unknown
                  help: let the slopes be shared along that dimension with `shared_axes`
                  fix: shared_axes=(1,)"#]],
        );
    }

    #[test]
    fn values_have_signs() {
        check(
            r#"
        ReLU(threshold=-1.0) on (8)
        LeakyReLU(alpha=0.2) on (8)
        Softmax(axis=9) on (8, 8)
            "#,
            expect![[r#"
                8  params 0
                error bad-value: `ReLU`: `threshold` must be a number of at least 0, not -1.0; write 1.0
                  fix: threshold=1.0
                8  params 0
                warning deprecated-parameter: `LeakyReLU`: `alpha` is the old name of `negative_slope`
                  fix: call it negative_slope
                error axis-out-of-range: `Softmax`: `axis=9` is no axis: the axes of the input (8×8) are 1 to 2, or -2 to -1; 0 is the batch
                  fix: axis=-1"#]],
        );
    }
}
