//! Dense and its kin.

use super::activation::glu;
use super::shared::*;
use crate::lang::explain;
use crate::lang::{
    Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Role, Rule, RuleCx,
};
use crate::shape::{Count, Dim, Shape};

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
    initializer("embeddings_initializer", "uniform", "How the vectors start."),
    regularizer("embeddings_regularizer", "A penalty on the vectors."),
    constraint("embeddings_constraint", "A bound on the vectors."),
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
        .known_as(Role::Dense)
        .explained(explain_dense)
        .gives("(batch, …, units)")
        .counting("F×units + use_bias×units", "rows×F×units")
        .costing("use_bias×out + act×out")
        .in_torch("nn.Linear")
        .noting(
            "It works on the last dimension and keeps the others: an image is not flattened. \
Parameters are `features*units + units`.",
        ),
    core("Output", dense, DENSE, "The Dense layer that ends a network.")
        .ordered(DENSE_ORDER)
        .sized_by("units")
        .known_as(Role::Output)
        .explained(explain_dense)
        .gives("(batch, …, units)")
        .counting("F×units + use_bias×units", "rows×F×units")
        .costing("use_bias×out + act×out")
        .in_keras("keras.layers.Dense")
        .in_torch("nn.Linear")
        .noting("The same as `Dense`; the name says that nothing comes after it."),
    core("Embedding", embedding, EMBEDDING, "Looks up a vector for each whole number.")
        .sized_by("output_dim")
        .explained(explain_embedding)
        .gives("(batch, …, output_dim)")
        .counting("input_dim×output_dim", "0")
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
    )
    .costing("2×out"),
    core("Identity", unchanged, &[], "Gives what it is given.").in_torch("nn.Identity"),
    core(
        "ActivityRegularization",
        unchanged,
        &[
            optional(
                "l1",
                USUAL_NOT_NEGATIVE,
                Default::Float(0.0),
                "The factor of the sum of absolute values.",
            ),
            optional(
                "l2",
                USUAL_NOT_NEGATIVE,
                Default::Float(0.0),
                "The factor of the sum of squares.",
            ),
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
    )
    .costing("2×out")
    .in_torch("x * scale + offset"),
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

fn explain_dense(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let units = output.last();
    let weights: Vec<Dim> = vec![cx.input().last(), units.clone()];
    let terms: Vec<Vec<Dim>> =
        [Some(weights), explain::bias(cx, &units)].into_iter().flatten().collect();
    let features = explain::line("features", "units", &units);
    features.into_iter().chain(explain::parameters(&terms)).collect()
}

fn explain_embedding(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let features = explain::line("features", "output_dim", &output.last());
    let vectors = vec![cx.args.dim("input_dim"), output.last()];
    features.into_iter().chain(explain::parameters(&[vectors])).collect()
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn dense_works_on_the_last_dimension() {
        check(
            r#"
        Dense(10, "softmax") on (784)
        Dense(units=8, use_bias=false) on (5, 7, 16)
        Dense(32..512) on (64)
        Dense(10) on (32..512)
        Dense(4) on (T, 8)
        Dense(true) on (8)
            "#,
            expect![[r#"
                10  params 7,850  macs 7,840
                5×7×8  params 128  macs 4,480
                32..512  params 2,080..33,280  macs 2,048..32,768
                10  params 330..5,130  macs 320..5,120
                T×4  params 36  macs ?
                1  params 9  macs 8
                warning bad-type: `Dense`: `units` must be a whole number of at least 1; Keras takes true for 1
                  fix: units=1"#]],
        );
    }

    #[test]
    fn dense_needs_to_know_its_features() {
        check(
            r#"
        Dense(10) on (?)
        Dense(10) on (5, T)
        Dense(10) on ()
            "#,
            expect![[r#"
                error unknown-dimension: `Dense`: the number of features must be a number to build the layer, but is unknown
                  help: give that dimension a number where it comes from
                  fix: a global pooling where a Flatten makes operand 0
                error unknown-dimension: `Dense`: the last dimension of 5×T must be a number to build the layer, but is unknown
                  help: give that dimension a number where it comes from
                error rank-mismatch: `Dense`: takes at least 1 dimension besides the batch, but the input has nothing else"#]],
        );
    }

    #[test]
    fn units_are_whole_numbers() {
        check(
            r#"
        Dense() on (8)
        Dense(256.0) on (8)
        Dense(7.5) on (8)
        Dense(-3) on (8)
        Dense("64") on (8)
        Dense((8, 8)) on (8)
        Dense(width) on (8)
            "#,
            expect![[r#"
                ?  macs ?
                error missing-parameter: `Dense` needs `units`, a whole number of at least 1; write for example `units=64`
                  fix: units=64
                256  params 2,304  macs 2,048
                error float-for-integer: `Dense`: `units` must be a whole number, not 256.0; write 256
                  fix: units=256
                ?  macs ?
                error bad-type: `Dense`: `units` must be a whole number of at least 1, not 7.5; write 8
                  fix: units=8
                ?  macs ?
                error bad-value: `Dense`: `units` must be a whole number of at least 1, not -3; write 3
                  fix: units=3
                ?  macs ?
                error bad-type: `Dense`: `units` must be a whole number of at least 1, not "64"; write 64
                  fix: units=64
                ?  macs ?
                error bad-type: `Dense`: `units` must be a whole number of at least 1, not (8, 8); write 8
                  fix: units=8
                ?  macs ?
                error bad-type: `Dense`: `units` must be a whole number of at least 1, not the name `width`"#]],
        );
    }

    #[test]
    fn glu_halves_when_it_runs() {
        check(
            r#"
        Dense(8, "glu") on (4)
        Dense(7, "glu") on (4)
            "#,
            expect![[r#"
                8  params 40  macs 32
                warning run-time-shape: `Dense`: `glu` halves the last dimension (8) when the network runs, but Keras builds the next layer for all of it
                error bad-value: `Dense`: `glu` halves the last dimension, which must be even; it is 7, 8 works
                  fix: units=8"#]],
        );
    }

    #[test]
    fn embedding_adds_a_dimension() {
        check(
            r#"
        Embedding(10000, 64) on (128)
        Embedding(vocab_size=100, embedding_dim=true) on (T)
        Embedding(100, 8, input_length=10) on (10)
            "#,
            expect![[r#"
                128×64  params 640,000
                T×?
                hint parameter-alias: `Embedding`: the parameter is called `input_dim`; `vocab_size` is another name for it
                  fix: call it input_dim
                hint parameter-alias: `Embedding`: the parameter is called `output_dim`; `embedding_dim` is another name for it
                  fix: call it output_dim
                error bad-type: `Embedding`: `output_dim` must be a whole number of at least 1, not true; write 1
                  fix: output_dim=1
                10×8  params 800
                warning deprecated-parameter: `Embedding`: `input_length` is of older versions of Keras and has no effect now
                  fix: remove it"#]],
        );
    }
}
