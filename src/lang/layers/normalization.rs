//! Normalization layers.

use super::activation::axes;
use super::convolution::nearest_divisor;
use super::core::unchanged;
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Value,
};
use crate::shape::{Count, Dim, Shape};

const fn axis(kind: Kind, doc: &'static str) -> Param {
    optional("axis", kind, Default::Int(-1), doc)
}
const ONE_AXIS: Kind = Kind::Axis { truncates: false };
const EPSILON: Param = optional(
    "epsilon",
    USUAL_NOT_NEGATIVE,
    Default::Float(0.001),
    "A small number that keeps the division from failing.",
);
const CENTER: Param =
    optional("center", Kind::Bool, Default::Bool(true), "Whether a learned offset is added.");
const SCALE: Param =
    optional("scale", Kind::Bool, Default::Bool(true), "Whether a learned factor is applied.");

const BATCH: &[Param] = &[
    axis(Kind::Axis { truncates: true }, "The axis of the features: 1 where channels come first."),
    optional(
        "momentum",
        USUAL_SHARE,
        Default::Float(0.99),
        "How slowly the moving averages follow.",
    ),
    EPSILON,
    CENTER,
    SCALE,
    BETA_INITIALIZER,
    GAMMA_INITIALIZER,
    initializer("moving_mean_initializer", "zeros", "How the moving mean starts."),
    initializer("moving_variance_initializer", "ones", "How the moving variance starts."),
    BETA_REGULARIZER,
    GAMMA_REGULARIZER,
    BETA_CONSTRAINT,
    GAMMA_CONSTRAINT,
    optional("renorm", Kind::Bool, Default::Bool(false), "Whether batches are renormalized."),
    free("renorm_clipping", "Bounds of the renormalization."),
    optional(
        "renorm_momentum",
        USUAL_SHARE,
        Default::Float(0.99),
        "How slowly the renormalization follows.",
    ),
    optional(
        "synchronized",
        Kind::Bool,
        Default::Bool(false),
        "Whether all devices share the batch statistics.",
    ),
];
const LAYER: &[Param] = &[
    axis(AXES, "The axis or axes that are normalized together."),
    EPSILON,
    CENTER,
    SCALE,
    BETA_INITIALIZER,
    GAMMA_INITIALIZER,
    BETA_REGULARIZER,
    GAMMA_REGULARIZER,
    BETA_CONSTRAINT,
    GAMMA_CONSTRAINT,
];
const GROUP: &[Param] = &[
    optional(
        "groups",
        Kind::Int { min: -1 },
        Default::Int(32),
        "How many groups the channels are split into; -1 for one per channel.",
    )
    .in_pytorch(POSITIVE, Some(Default::Int(32)), ""),
    axis(ONE_AXIS, "The axis of the channels."),
    EPSILON,
    CENTER,
    SCALE,
    BETA_INITIALIZER,
    GAMMA_INITIALIZER,
    BETA_REGULARIZER,
    GAMMA_REGULARIZER,
    BETA_CONSTRAINT,
    GAMMA_CONSTRAINT,
];
/// PyTorch's has no parameters unless it is asked for them.
const fn off(param: Param) -> Param {
    param.in_pytorch(param.kind, Some(Default::Bool(false)), "")
}

const INSTANCE: &[Param] = &[
    axis(ONE_AXIS, "The axis of the channels."),
    EPSILON,
    off(CENTER),
    off(SCALE),
    BETA_INITIALIZER,
    GAMMA_INITIALIZER,
    BETA_REGULARIZER,
    GAMMA_REGULARIZER,
    BETA_CONSTRAINT,
    GAMMA_CONSTRAINT,
];

const fn norm(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Normalization, Rule::Pure(rule), params, summary)
        .explained(explain_normalization)
}

/// Normalization layers.
pub static LAYERS: &[LayerEntry] = &[
    norm("BatchNormalization", batch, BATCH, "Normalizes each feature over the batch.")
        .counting("(center + scale)×axes", "0")
        .freezing("(2 + 3×renorm)×axes")
        .costing("2×out")
        .in_torch("nn.BatchNorm1d, 2d, 3d")
        .noting("Each feature has two trainable parameters and two moving averages that training does not count as trainable."),
    norm("LayerNormalization", layer, LAYER, "Normalizes each example over its features.")
        .counting("(center + scale)×axes", "0")
        .costing("8×out")
        .in_torch("nn.LayerNorm"),
    norm("GroupNormalization", group, GROUP, "Normalizes groups of channels of each example.")
        .counting("(center + scale)×axes", "0")
        .costing("8×out")
        .in_torch("nn.GroupNorm"),
    norm("InstanceNormalization", group, INSTANCE, "Normalizes each channel of each example.")
        .counting("(center + scale)×axes", "0")
        .costing("8×out")
        .in_keras("keras.layers.GroupNormalization(groups=-1)")
        .in_torch("nn.InstanceNorm1d, 2d, 3d")
        .noting("Keras has it as `GroupNormalization(groups=-1)`.")
        .noting_for_torch("PyTorch's has no factor and no offset by default."),
    norm(
        "RMSNormalization",
        root_mean_square,
        &[
            axis(AXES, "The trailing axis or axes that are normalized together."),
            optional("epsilon", USUAL_NOT_NEGATIVE, Default::Float(1e-6), "A small number that keeps the division from failing."),
        ],
        "Divides each example by the root mean square of its features.",
    )
    .counting("axes", "0")
    .costing("4×out")
    .in_torch("nn.RMSNorm"),
    norm(
        "UnitNormalization",
        unchanged,
        &[axis(AXES, "The axis or axes along which the length becomes 1.")],
        "Scales each example to length 1.",
    )
    .costing("3×out")
    .in_torch("F.normalize"),
    norm(
        "Normalization",
        normalization,
        &[
            optional("axis", Kind::Axes { none: true }, Default::Int(-1), "The axes that keep a mean of their own; `None` for one mean."),
            free("mean", "The mean, where it is known beforehand."),
            free("variance", "The variance, where it is known beforehand."),
            optional("invert", Kind::Bool, Default::Bool(false), "Whether the normalization is undone."),
        ],
        "Shifts and scales features to mean 0 and variance 1, with statistics from the data.",
    )
    .freezing("2×axes + 1")
    .costing("2×out")
    .in_torch("torchvision.transforms.Normalize"),
];

/// Factor and offset for `features`.
fn affine(cx: &RuleCx<'_>, features: Count) -> Count {
    cx.if_set("scale", features) + cx.if_set("center", features)
}

/// The size of the one axis that is normalized along.
fn along(cx: &RuleCx<'_>) -> Result<Option<(Dim, usize)>, Problem> {
    let Some(axis) = (match cx.args.value("axis") {
        // Keras cuts the fraction off where it takes one at all.
        Value::Float(number) => Some(number as i64),
        value => value.as_int(),
    }) else {
        return Ok(None);
    };
    let axis = cx.axis_of(0, "axis", axis)?;
    Ok(Some((cx.determined(0, axis)?, axis)))
}

/// The product of the sizes of the axes that are normalized together.
fn over(cx: &RuleCx<'_>) -> Result<Option<(Count, Vec<usize>)>, Problem> {
    let Some(given) = axes(cx, "axis") else { return Ok(None) };
    let mut found = Vec::new();
    let mut size = Count::known(1);
    for axis in given {
        let axis = cx.axis_of(0, "axis", axis)?;
        size = size * Count::from(cx.determined(0, axis)?);
        found.push(axis);
    }
    Ok(Some((size, found)))
}

fn batch(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_min_rank(2)?;
    let features = match along(cx)? {
        Some((features, _)) => Count::from(features),
        None => Count::Unknown,
    };
    let averages = features * 2 + cx.if_set("renorm", features * 3);
    let outcome = unchanged(cx)?.trainable(affine(cx, features));
    Ok(outcome.non_trainable(averages))
}

fn layer(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    // Without factor and offset there are no weights, so nothing has to be known.
    if cx.args.bool("center") == Some(false) && cx.args.bool("scale") == Some(false) {
        for axis in axes(cx, "axis").unwrap_or_default() {
            cx.axis_of(0, "axis", axis)?;
        }
        return unchanged(cx);
    }
    let features = over(cx)?.map_or(Count::Unknown, |(features, _)| features);
    Ok(unchanged(cx)?.trainable(affine(cx, features)))
}

fn group(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let groups = match cx.args.entry().param("groups") {
        Some(_) => cx.args.int("groups"),
        None => Some(-1),
    };
    if groups == Some(0) {
        return Err(cx
            .problem(
                codes::BAD_VALUE,
                Blame::Param("groups"),
                "`groups` must be at least 1, or -1 for one group per channel, not 0",
            )
            .suggest_set("groups", -1));
    }
    let Some((channels, axis)) = along(cx)? else {
        return Ok(unchanged(cx)?.trainable(Count::Unknown));
    };
    if let (Some(groups), Some(known)) =
        (groups.and_then(|groups| u64::try_from(groups).ok()), channels.known())
        && (known < groups || known % groups != 0)
    {
        let divisor = nearest_divisor(groups, |n| n <= known && known % n == 0);
        let message = match cx.args.is_given("groups") {
            true => format!(
                "`groups={groups}` does not divide the {known} channels; `groups={divisor}` works"
            ),
            false => format!(
                "the default `groups={groups}` does not divide the {known} channels; `groups={divisor}` works"
            ),
        };
        return Err(cx
            .problem(codes::INDIVISIBLE, Blame::Param("groups"), message)
            .suggest_set("groups", divisor)
            .dim(0, axis));
    }
    Ok(unchanged(cx)?.trainable(affine(cx, Count::from(&channels))))
}

/// Keras builds it for any axes and runs it for trailing ones only.
fn root_mean_square(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some((size, mut axes)) = over(cx)? else {
        return Ok(unchanged(cx)?.trainable(Count::Unknown));
    };
    axes.sort_unstable();
    let rank = cx.input().rank();
    if axes.iter().enumerate().any(|(at, &axis)| axis + axes.len() != rank + at) {
        return Err(cx
            .problem(
                codes::BAD_VALUE,
                Blame::Param("axis"),
                format!(
                    "normalizes trailing axes only; `axis={}` leaves the last dimension of {} out",
                    cx.args.value("axis"),
                    cx.input()
                ),
            )
            .suggest_set("axis", -1));
    }
    Ok(unchanged(cx)?.trainable(size))
}

fn normalization(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let size = match cx.args.is_none("axis") {
        true => Count::known(1),
        false => over(cx)?.map_or(Count::Unknown, |(size, _)| size),
    };
    // Mean, variance, and how much has been counted.
    Ok(unchanged(cx)?.non_trainable(size * 2 + Count::known(1)))
}

fn explain_normalization(cx: &RuleCx<'_>, _: &Shape) -> Vec<String> {
    let Some(given) = axes(cx, "axis") else { return Vec::new() };
    let sizes: Vec<Dim> = given
        .into_iter()
        .filter_map(|axis| Some(cx.input().dims()[cx.input().axis(axis)?].clone()))
        .collect();
    let set =
        |param: &str| cx.args.entry().param(param).is_some() && cx.args.bool(param) == Some(true);
    let learned = match cx.name() {
        "RMSNormalization" => 1,
        _ => u64::from(set("scale")) + u64::from(set("center")),
    };
    let times = |number: u64| [vec![Dim::Known(number)], sizes.clone()].concat();
    let mut lines = Vec::new();
    if learned > 0 {
        lines.extend(explain::named_count("trainable", &[times(learned)]));
    }
    if cx.name() == "BatchNormalization" {
        lines.extend(explain::named_count("moving averages", &[times(2)]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn numbers_that_keras_takes_and_nobody_means() {
        check(
            r#"
        BatchNormalization(momentum=2) on (8)
        LayerNormalization(epsilon=-1) on (8)
        BatchNormalization(momentum="x") on (8)
            "#,
            expect![[r#"
                8  params 16 + 16
                warning bad-value: `BatchNormalization`: `momentum` is a number between 0 and 1, though Keras takes 2 too; 0.99 is usual
                  fix: momentum=0.99
                8  params 16
                warning bad-value: `LayerNormalization`: `epsilon` is a number of at least 0, though Keras takes -1 too; 0.001 is usual
                  fix: epsilon=0.001
                8  params 16 + 16
                error bad-type: `BatchNormalization`: `momentum` must be a number between 0 and 1, not "x"; write 0.99
                  fix: momentum=0.99"#]],
        );
    }

    #[test]
    fn counts() {
        check(
            r#"
        BatchNormalization() on (28, 28, 32)
        BatchNormalization(axis=1, scale=false) on (32, 8, 8)
        BatchNormalization(renorm=true) on (8)
        LayerNormalization(axis=(1, 2)) on (4, 8)
        GroupNormalization(groups=4) on (8, 8, 16)
        InstanceNormalization() on (8, 8, 16)
        RMSNormalization() on (T, 16)
        Normalization(axis=None) on (8)
            "#,
            expect![[r#"
                28×28×32  params 64 + 64
                32×8×8  params 32 + 64
                8  params 16 + 40
                4×8  params 64
                8×8×16  params 32
                8×8×16  params 32
                T×16  params 16
                8  params 0 + 3"#]],
        );
    }

    #[test]
    fn groups_divide_the_channels() {
        check(
            r#"
        GroupNormalization() on (8, 8, 48)
        GroupNormalization(groups=0) on (8, 8, 48)
        GroupNormalization(groups=5) on (12, 12)
            "#,
            expect![[r#"
                error indivisible: `GroupNormalization`: the default `groups=32` does not divide the 48 channels; `groups=24` works
                  fix: groups=24
                error bad-value: `GroupNormalization`: `groups` must be at least 1, or -1 for one group per channel, not 0
                  fix: groups=-1
                error indivisible: `GroupNormalization`: `groups=5` does not divide the 12 channels; `groups=4` works
                  fix: groups=4"#]],
        );
    }

    #[test]
    fn axes_exist() {
        check(
            r#"
        LayerNormalization(axis=7) on (12, 3)
        BatchNormalization(axis=0) on (4)
        BatchNormalization(axis=1.0) on (8)
        BatchNormalization(axis=(1, 2)) on (8, 4)
        LayerNormalization(axis=1.5) on (8, 4)
        RMSNormalization(axis=1) on (10, 12)
            "#,
            expect![[r#"
                error axis-out-of-range: `LayerNormalization`: `axis=7` is no axis: the axes of the input (12×3) are 1 to 2, or -2 to -1; 0 is the batch
                  fix: axis=-1
                error unknown-dimension: `BatchNormalization`: the batch size must be a number to build the layer, but is unknown
                  help: the batch is axis 0; the last dimension is axis -1
                  fix: axis=-1
                8  params 16 + 16
                warning float-for-integer: `BatchNormalization`: `axis` must be a whole number, not 1.0; write 1
                  fix: axis=1
                8×4 + ?
                error bad-type: `BatchNormalization`: `axis` must be one axis, a whole number, not (1, 2); write -1
                  fix: axis=-1
                8×4
                error bad-type: `LayerNormalization`: `axis` must be an axis or a tuple of axes, not 1.5; write -1
                  fix: axis=-1
                error bad-value: `RMSNormalization`: normalizes trailing axes only; `axis=1` leaves the last dimension of 10×12 out
                  fix: axis=-1"#]],
        );
    }
}
