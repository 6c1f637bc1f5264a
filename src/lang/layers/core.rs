//! Dense and its kin.

use super::activation::glu;
use super::shared::*;
use crate::lang::{Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};
use crate::shape::{Count, Shape};

const DENSE: &[Param] = &[
    UNITS,
    ACTIVATION,
    USE_BIAS,
    KERNEL_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    BIAS_CONSTRAINT,
    LORA_RANK,
    LORA_ALPHA,
    QUANTIZATION_CONFIG,
];
const DENSE_ORDER: &[&str] = &["units", "activation"];

const EMBEDDING: &[Param] = &[
    required(
        "input_dim",
        Kind::StrictInt { min: 1 },
        "10000",
        "How many different indices there are: the largest index plus 1.",
    ),
    required(
        "output_dim",
        Kind::StrictInt { min: 1 },
        "64",
        "How many numbers stand for each index.",
    ),
    optional(
        "embeddings_initializer",
        Kind::Any,
        Default::Str("uniform"),
        "How the vectors start.",
    ),
    free("embeddings_regularizer", "A penalty on the vectors."),
    free("embeddings_constraint", "A bound on the vectors."),
    optional(
        "mask_zero",
        Kind::Bool,
        Default::Bool(false),
        "Whether index 0 is padding that later layers skip.",
    ),
    free("weights", "The vectors to start from."),
    LORA_RANK,
    LORA_ALPHA,
    QUANTIZATION_CONFIG,
];

const fn core(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Core, Rule::Pure(rule), params, summary)
}

/// The layers that belong to no other family.
pub static LAYERS: &[LayerEntry] = &[
    core("Dense", dense, DENSE, "Multiplies the last dimension by a matrix of weights.")
        .also(&["Linear"])
        .ordered(DENSE_ORDER)
        .sized_by("units")
        .gives("(batch, …, units)")
        .in_torch("nn.Linear")
        .noting(
            "It works on the last dimension and keeps the others: an image is not flattened. \
Parameters are `features*units + units`.",
        ),
    core("Output", dense, DENSE, "The Dense layer that ends a network.")
        .ordered(DENSE_ORDER)
        .sized_by("units")
        .gives("(batch, …, units)")
        .in_torch("nn.Linear")
        .noting("The same as `Dense`; the name says that nothing comes after it."),
    core("Embedding", embedding, EMBEDDING, "Looks up a vector for each whole number.")
        .sized_by("output_dim")
        .gives("(batch, …, output_dim)")
        .in_torch("nn.Embedding")
        .noting("Looking up is no multiplication, so it has no FLOPs."),
    core(
        "Masking",
        unchanged,
        &[optional(
            "mask_value",
            NUMBER,
            Default::Float(0.0),
            "Steps that hold nothing but this number are skipped.",
        )],
        "Marks the steps of a sequence that later layers skip.",
    ),
    core("Identity", unchanged, &[], "Gives what it is given.").in_torch("nn.Identity"),
    core(
        "ActivityRegularization",
        unchanged,
        &[
            optional(
                "l1",
                NUMBER,
                Default::Float(0.0),
                "The factor of the sum of absolute values.",
            ),
            optional("l2", NUMBER, Default::Float(0.0), "The factor of the sum of squares."),
        ],
        "Adds a penalty on what passes through it to the loss.",
    ),
    core(
        "Rescaling",
        unchanged,
        &[
            required("scale", Kind::Any, "0.00392156862745098", "What the input is multiplied by."),
            optional("offset", Kind::Any, Default::Float(0.0), "What is added then."),
        ],
        "Multiplies by a number and adds another.",
    ),
];

/// A layer that changes numbers and no shape.
pub(super) fn unchanged(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    Ok(Outcome::new(cx.input().clone()))
}

fn dense(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_min_rank(2)?;
    let input = cx.input();
    let features = cx.determined(0, input.rank() - 1)?;
    let units = cx.args.dim("units");
    let glu = glu(cx, &units, "units")?;
    let weights = Count::from(&features) * Count::from(&units);
    let rows = Count::product(&input.dims()[1..input.rank() - 1]);
    Ok(Outcome::new(input.with_last(units.clone()))
        .trainable(weights + cx.bias(&units))
        .macs(rows * weights)
        .warn(glu))
}

fn embedding(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let width = cx.args.dim("output_dim");
    let vectors = Count::from(cx.args.dim("input_dim")) * Count::from(&width);
    let output = Shape::new(cx.input().dims().iter().cloned().chain([width]));
    Ok(Outcome::new(output).trainable(vectors))
}
