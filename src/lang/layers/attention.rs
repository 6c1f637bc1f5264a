//! Attention.

use super::activation::axes;
use super::composite::check_heads;
use super::convolution::{nearest_divisor, positive};
use super::merging::{check_operands, equal};
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::require::shown;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Operands, Outcome, Param, Problem, Rule, RuleCx,
    Suggestion, Value,
};
use crate::shape::{Count, Dim, Shape};

const USE_GATE: Param =
    optional("use_gate", Kind::Bool, Default::Bool(false), "Whether a gate is learned as well.");
const SLIDING_WINDOW: Param =
    free("sliding_window", "How far each position sees, where not everything.");
const FLASH_ATTENTION: Param = free("flash_attention", "Whether the fast version is used.");

/// Keras takes it when the layer is called; here a layer's construction and its call are one.
const USE_CAUSAL_MASK: Param = optional(
    "use_causal_mask",
    Kind::Bool,
    Default::Bool(false),
    "Whether a position sees earlier ones only; in Keras an argument of the call.",
);

/// Keras builds these layers with any dropout and fails in training.
const ANY_DROPOUT: Param = Param { kind: NUMBER, ..DROPOUT };

const MULTI_HEAD: &[Param] = &[
    required("num_heads", POSITIVE, "8", "How many heads there are."),
    required("key_dim", POSITIVE, "64", "How many features each head compares.").in_pytorch(
        POSITIVE,
        Some(Default::None),
        "",
    ),
    optional(
        "value_dim",
        POSITIVE,
        Default::None,
        "How many features each head gives; `key_dim` where not given.",
    )
    .keras_only(),
    DROPOUT,
    USE_BIAS,
    optional(
        "output_shape",
        Kind::Sizes { one: true, none: false },
        Default::None,
        "The features of the output; the query's where not given.",
    )
    .keras_only(),
    optional(
        "attention_axes",
        AXES,
        Default::None,
        "The axes that attend to one another; all but batch and features where not given.",
    )
    .keras_only(),
    SLIDING_WINDOW,
    FLASH_ATTENTION,
    KERNEL_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    BIAS_CONSTRAINT,
    USE_GATE,
    SEED,
    USE_CAUSAL_MASK,
];
const GROUPED: &[Param] = &[
    required("head_dim", POSITIVE, "64", "How many features each head has."),
    required("num_query_heads", POSITIVE, "8", "How many heads ask."),
    required(
        "num_key_value_heads",
        POSITIVE,
        "2",
        "How many heads answer; must divide `num_query_heads`.",
    ),
    DROPOUT,
    USE_BIAS,
    SLIDING_WINDOW,
    FLASH_ATTENTION,
    KERNEL_INITIALIZER,
    BIAS_INITIALIZER,
    KERNEL_REGULARIZER,
    BIAS_REGULARIZER,
    ACTIVITY_REGULARIZER,
    KERNEL_CONSTRAINT,
    BIAS_CONSTRAINT,
    USE_GATE,
    SEED,
    USE_CAUSAL_MASK,
];

const fn attention(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    operands: Operands,
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Attention, Rule::Pure(rule), params, summary)
        .takes(operands)
        .explained(explain_attention)
}

const QUERY_VALUE_KEY: Operands = Operands::Several { max: Some(3) };

/// Attention layers.
pub static LAYERS: &[LayerEntry] = &[
    attention("MultiHeadAttention", multi_head, MULTI_HEAD, Operands::OneOr(3), "Lets each position of a sequence look at all others, with several heads.")
        .ordered(&["num_heads", "key_dim", "value_dim"])
        .gives("(batch, …the query's steps, the query's features or `output_shape`)")
        .counting(
            "num_heads×(dq×key_dim + dk×key_dim + dv×value_size + value_size×do + use_gate×dq×value_size) + use_bias×(num_heads×(2×key_dim + value_size + use_gate×value_size) + do)",
            "num_heads×(Tq×dq×key_dim + Tk×(dk×key_dim + dv×value_size) + Tq×Tk×(key_dim + value_size) + Tq×value_size×do + use_gate×Tq×dq×value_size)",
        )
        .costing("5×num_heads×Tq×Tk + use_bias×(Tq×(num_heads×key_dim + do) + Tk×num_heads×(key_dim + value_size))")
        .keeping("Tq×do + num_heads×(Tq×Tk + Tq×key_dim + Tk×(key_dim + value_size))")
        .in_torch("nn.MultiheadAttention")
        .noting("With one tensor it attends to itself; operands are query, value, key. `key_dim` is the size of one head, so the features need not be a multiple of `num_heads`; PyTorch's `embed_dim` does."),
    attention("GroupQueryAttention", grouped, GROUPED, Operands::OneOr(3), "Multi-head attention whose query heads share keys and values.")
        .also(&["GroupedQueryAttention"])
        .counting(
            "(2 + use_gate)×dq×num_query_heads×head_dim + (dk + dv)×num_key_value_heads×head_dim + use_bias×((1 + use_gate)×num_query_heads×head_dim + 2×num_key_value_heads×head_dim + dq)",
            "Tq×(2 + use_gate)×dq×num_query_heads×head_dim + Tk×(dk + dv)×num_key_value_heads×head_dim + 2×Tq×Tk×num_query_heads×head_dim",
        )
        .costing("5×num_query_heads×Tq×Tk + use_bias×(Tq×((1 + use_gate)×num_query_heads×head_dim + dq) + 2×Tk×num_key_value_heads×head_dim)")
        .keeping("out + num_query_heads×(Tq×Tk + Tq×head_dim) + 2×Tk×num_key_value_heads×head_dim")
        .gives("the query's shape")
        .in_torch("F.scaled_dot_product_attention(enable_gqa=True)"),
    attention(
        "Attention",
        dot_product,
        &[
            optional("use_scale", Kind::Bool, Default::Bool(false), "Whether scores are multiplied by a learned number."),
            optional(
                "score_mode",
                Kind::Choice { values: &["dot", "concat"], any_case: false },
                Default::Str("dot"),
                "How query and key are compared.",
            ),
            ANY_DROPOUT,
            SEED,
            USE_CAUSAL_MASK,
        ],
        QUERY_VALUE_KEY,
        "Lets a query look at values by the product of query and key.",
    )
    .counting("use_scale + concat", "Tq×Tk×(dot×dq + dv)")
    .costing("Tq×Tk×(3×concat×dq + 5)")
    .keeping("out + Tq×Tk")
    .gives("(batch, the query's steps, the value's features)")
    .in_torch("F.scaled_dot_product_attention")
    .noting("Operands are query, value and, where it is not the value, key."),
    attention(
        "AdditiveAttention",
        additive,
        &[
            optional("use_scale", Kind::Bool, Default::Bool(true), "Whether scores are weighted by a learned vector."),
            ANY_DROPOUT,
            USE_CAUSAL_MASK,
        ],
        QUERY_VALUE_KEY,
        "Lets a query look at values by the sum of query and key.",
    )
    .counting("use_scale×dq", "Tq×Tk×dv")
    .costing("Tq×Tk×(3×dq + 5)")
    .keeping("out + Tq×Tk")
    .gives("(batch, the query's steps, the value's features)")
    .noting("Operands are query, value and, where it is not the value, key."),
];

/// Query and the tensor that is attended to (the query itself where there is one tensor).
fn query_and_value<'a>(cx: &'a RuleCx<'_>) -> (&'a Shape, &'a Shape, usize) {
    let value = if cx.inputs.len() > 1 { 1 } else { 0 };
    (&cx.inputs[0], &cx.inputs[value], value)
}

/// Keys and values are pairs, so there are as many of each. Keras sees it when the network runs.
fn check_lengths(cx: &RuleCx<'_>) -> Result<(), Problem> {
    let [_, value, key] = cx.inputs else { return Ok(()) };
    if value.rank() < 3 || key.rank() < 3 {
        return Ok(());
    }
    let (at, other) = (value.rank() - 2, key.rank() - 2);
    let (values, keys) = (&value.dims()[at], &key.dims()[other]);
    if !values.never_equals(keys) {
        return Ok(());
    }
    let problem = cx
        .problem(
            codes::SHAPE_MISMATCH,
            Blame::Layer,
            format!("the value {value} has {values} steps and the key {key} has {keys}; they must be equal"),
        )
        .dim(1, at)
        .dim(2, other);
    Err(equal(problem, (1, at, values), (2, other, keys)))
}

fn multi_head(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_operands(cx)?;
    let (query, value, value_at) = query_and_value(cx);
    if query.rank() < 3 {
        cx.need_rank(0, 3, "a sequence (steps, features)")?;
    }
    if value.rank() != query.rank() {
        return Err(cx.problem(
            codes::RANK_MISMATCH,
            Blame::Layer,
            format!("query {query} and value {value} must have the same number of dimensions"),
        ));
    }
    check_lengths(cx)?;
    let last = query.rank() - 1;
    let asked = Count::from(cx.determined(0, last)?);
    let answered = Count::from(cx.determined(value_at, last)?);
    // The key may have features of its own.
    let keyed = match cx.inputs.get(2) {
        Some(key) => Count::from(cx.determined(2, key.rank() - 1)?),
        None => answered,
    };
    if cx.is_pytorch() {
        cx.need_rank(0, 3, "a sequence (steps, features)")?;
        check_heads(cx, &query.last())?;
    }
    let heads = Count::from(cx.args.dim("num_heads"));
    let (key, width) = head_sizes(cx);
    let other_size = other_head_size(cx, &key);
    let (key, width) = (Count::from(key), Count::from(width));
    // Keras takes an empty shape for none at all.
    let output: Vec<Dim> = match cx.args.is_none("output_shape") {
        true => vec![query.last()],
        false => match cx.args.sizes("output_shape") {
            Some(sizes) if sizes.is_empty() => vec![query.last()],
            Some(sizes) => sizes.iter().map(|size| size.dim()).collect(),
            None => vec![Dim::Unknown],
        },
    };
    let given = Count::product(&output);
    let gate = cx.if_set("use_gate", asked * heads * width);
    let gate_bias = cx.if_set("use_gate", heads * width);
    let kernels = heads * (asked * key + keyed * key + answered * width + width * given) + gate;
    let biases = heads * (key * 2 + width) + given + gate_bias;
    let middle = 1..last;
    let attends: Vec<usize> = match cx.args.is_none("attention_axes") {
        true => middle.clone().collect(),
        false => match axes(cx, "attention_axes") {
            Some(given) => {
                let found: Result<Vec<usize>, Problem> =
                    given.into_iter().map(|axis| cx.axis_of(0, "attention_axes", axis)).collect();
                found?
            }
            None => return Ok(Outcome::unknown(query.rank())),
        },
    };
    let size = |shape: &Shape, axes: &mut dyn Iterator<Item = usize>| {
        axes.fold(Count::known(1), |all, axis| all * Count::from(&shape.dims()[axis]))
    };
    let (asks, answers) = (size(query, &mut middle.clone()), size(value, &mut middle.clone()));
    let (near, far) =
        (size(query, &mut attends.iter().copied()), size(value, &mut attends.iter().copied()));
    let apart = size(query, &mut middle.filter(|axis| !attends.contains(axis)));
    let macs = asks * asked * heads * key
        + answers * heads * (keyed * key + answered * width)
        + apart * heads * near * far * (key + width)
        + asks * heads * width * given
        + asks * gate;
    let kept = query.dims()[..last].iter().cloned().chain(output);
    let outcome = Outcome::new(Shape::new(kept));
    let activation = outcome.activation
        + apart * heads * near * far
        + asks * heads * key
        + answers * heads * (key + width);
    let outcome = outcome.trainable(kernels + cx.if_set("use_bias", biases));
    Ok(outcome.macs(macs).activation(activation).warn(other_size))
}

/// How many features each head compares and gives. PyTorch's heads split the query's features.
fn head_sizes(cx: &RuleCx<'_>) -> (Dim, Dim) {
    let key = match (cx.is_pytorch(), positive(cx, "num_heads")) {
        (true, Some(heads)) => cx.input().last().floor_div(heads),
        (true, None) => Dim::Unknown,
        (false, _) => cx.args.dim("key_dim"),
    };
    match cx.is_pytorch() || cx.args.is_none("value_dim") {
        true => (key.clone(), key),
        false => (key, cx.args.dim("value_dim")),
    }
}

/// A `key_dim` that is not what PyTorch's heads have.
fn other_head_size(cx: &RuleCx<'_>, size: &Dim) -> Option<Problem> {
    let given = positive(cx, "key_dim").filter(|_| cx.is_pytorch())?;
    let heads = positive(cx, "num_heads")?;
    size.never_equals(&Dim::Known(given)).then(|| {
        cx.problem(
            codes::IGNORED_PARAMETER,
            Blame::Param("key_dim"),
            format!(
                "`key_dim={given}` has no effect: PyTorch's {heads} heads split the {} features of the query into {size} each",
                cx.input().last()
            ),
        )
        .suggest_set("key_dim", size)
    })
}

fn grouped(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    check_operands(cx)?;
    if let (Some(asking), Some(answering)) =
        (positive(cx, "num_query_heads"), positive(cx, "num_key_value_heads"))
        && asking % answering != 0
    {
        let divisor = nearest_divisor(answering, |n| asking % n == 0);
        return Err(cx
            .problem(
                codes::INDIVISIBLE,
                Blame::Param("num_key_value_heads"),
                format!("`num_key_value_heads={answering}` does not divide `num_query_heads={asking}`; {divisor} works"),
            )
            .suggest_set("num_key_value_heads", divisor));
    }
    for operand in 0..cx.inputs.len() {
        cx.need_rank(operand, 3, "a sequence (steps, features)")?;
    }
    check_lengths(cx)?;
    let (query, value, value_at) = query_and_value(cx);
    let (asked, answered) = (cx.determined(0, 2)?, cx.determined(value_at, 2)?);
    if asked.never_equals(&answered) {
        let problem = cx
            .problem(
                codes::SHAPE_MISMATCH,
                Blame::Layer,
                format!("query {query} and value {value} must have the same number of features"),
            )
            .dim(0, 2)
            .dim(value_at, 2);
        return Err(match asked.known() {
            Some(size) => problem.suggest(Suggestion::Resize { operand: value_at, axis: 2, size }),
            None => problem,
        });
    }
    let keyed = match cx.inputs.get(2) {
        Some(_) => Count::from(cx.determined(2, 2)?),
        None => Count::from(&answered),
    };
    let (asked, answered) = (Count::from(asked), Count::from(answered));
    let count = |param: &str| Count::from(cx.args.dim(param));
    let asking = count("num_query_heads") * count("head_dim");
    let answering = count("num_key_value_heads") * count("head_dim");
    let gate = cx.if_set("use_gate", asked * asking);
    let kernels = asked * asking * 2 + (keyed + answered) * answering + gate;
    let biases = asking + answering * 2 + asked + cx.if_set("use_gate", asking);
    let (near, far) = (Count::from(&query.dims()[1]), Count::from(&value.dims()[1]));
    let macs = near * asked * asking * 2
        + far * (keyed + answered) * answering
        + near * far * asking * 2
        + near * gate;
    let outcome = Outcome::new(query.clone());
    let activation = outcome.activation
        + count("num_query_heads") * near * far
        + near * asking
        + far * answering * 2;
    Ok(outcome.trainable(kernels + cx.if_set("use_bias", biases)).macs(macs).activation(activation))
}

/// What attention without projections asks of query, value and key: the last dimensions of query and
/// key agree, and the key is as long as the value. Gives a warning where an operand has no steps,
/// which Keras lets pass.
fn check_operand_sizes(cx: &RuleCx<'_>) -> Result<Option<Problem>, Problem> {
    check_operands(cx)?;
    let key_at = if cx.inputs.len() > 2 { 2 } else { 1 };
    let (query, key) = (&cx.inputs[0], &cx.inputs[key_at]);
    if query.last().never_equals(&key.last()) {
        let name = if key_at == 2 { "key" } else { "value" };
        let problem = cx
            .problem(
                codes::SHAPE_MISMATCH,
                Blame::Layer,
                format!("the last dimensions of query {query} and {name} {key} must be equal"),
            )
            .dim(0, query.rank() - 1)
            .dim(key_at, key.rank() - 1);
        return Err(equal(
            problem,
            (0, query.rank() - 1, &query.last()),
            (key_at, key.rank() - 1, &key.last()),
        ));
    }
    check_lengths(cx)?;
    let Some(operand) = cx.inputs.iter().position(|shape| shape.rank() == 2) else {
        return Ok(None);
    };
    let problem = cx.problem(
        codes::RANK_MISMATCH,
        Blame::Layer,
        format!(
            "attends over steps, but operand {} ({}) has none, so Keras attends over the batch",
            operand + 1,
            shown(&cx.inputs[operand])
        ),
    );
    Ok(Some(problem.as_warning().suggest(Suggestion::AllSteps { operand })))
}

/// Query × value positions, for tensors of a batch, steps and features.
fn scores(cx: &RuleCx<'_>) -> Count {
    let (query, value) = (&cx.inputs[0], &cx.inputs[1]);
    match (query.dims(), value.dims()) {
        ([_, asks, _], [_, answers, _]) => Count::from(asks) * Count::from(answers),
        _ => Count::Unknown,
    }
}

fn attended(cx: &RuleCx<'_>) -> Outcome {
    let outcome = Outcome::new(cx.inputs[0].with_last(cx.inputs[1].last()));
    let activation = outcome.activation + scores(cx);
    outcome.activation(activation)
}

fn no_share(cx: &RuleCx<'_>) -> Option<Problem> {
    let rate = cx.args.number("dropout").filter(|rate| !(0.0..=1.0).contains(rate))?;
    let meant = meant_share(rate);
    let problem = cx.problem(
        codes::BAD_VALUE,
        Blame::Param("dropout"),
        format!(
            "`dropout` is a share between 0 and 1; with {} the layer is built, and fails in training",
            cx.args.value("dropout")
        ),
    );
    Some(problem.as_warning().suggest_set("dropout", Value::Float(meant)))
}

fn dot_product(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let warning = check_operand_sizes(cx)?;
    let mode = cx.args.text("score_mode");
    let compared = match mode.as_deref() {
        Some("dot") => Count::from(cx.inputs[0].last()),
        Some(_) => Count::ZERO,
        None => Count::Unknown,
    };
    let weight = match mode.as_deref() {
        Some("concat") => Count::known(1),
        Some(_) => Count::ZERO,
        None => Count::Between(0, 1),
    };
    let macs = scores(cx) * (compared + Count::from(cx.inputs[1].last()));
    let weights = cx.if_set("use_scale", Count::known(1)) + weight;
    Ok(attended(cx).trainable(weights).macs(macs).warn(warning).warn(no_share(cx)))
}

fn additive(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let warning = check_operand_sizes(cx)?;
    let weights = match cx.args.bool("use_scale") {
        Some(false) => Count::ZERO,
        _ => {
            let features = cx.determined(0, cx.inputs[0].rank().saturating_sub(1))?;
            cx.if_set("use_scale", Count::from(features))
        }
    };
    let macs = scores(cx) * Count::from(cx.inputs[1].last());
    Ok(attended(cx).trainable(weights).macs(macs).warn(warning).warn(no_share(cx)))
}

fn explain_attention(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let (query, value, _) = query_and_value(cx);
    let mut lines = Vec::new();
    let (Some(asked), Some(answered)) = (query.dims().get(1), value.dims().get(1)) else {
        return lines;
    };
    lines.push(format!("steps: the query's {asked}, each looking at {answered}"));
    let heads = cx.args.dim("num_heads");
    if cx.name() != "MultiHeadAttention" {
        lines.extend(explain::line("features", "the value's", &output.last()));
        return lines;
    }
    let (key, width) = head_sizes(cx);
    let written = if cx.args.is_none("output_shape") { "the query's" } else { "output_shape" };
    lines.extend(explain::line("features", written, &output.last()));
    let projection = |label: &str, from: Dim, to: &[&Dim], width: &[&Dim]| {
        let weights: Vec<Dim> =
            [from].into_iter().chain(to.iter().map(|&dim| dim.clone())).collect();
        let bias = width.iter().map(|&dim| dim.clone()).collect();
        let has_bias = cx.args.bool("use_bias") == Some(true);
        let terms: Vec<Vec<Dim>> = if has_bias { vec![weights, bias] } else { vec![weights] };
        explain::named_count(label, &terms)
    };
    lines.extend(projection("query parameters", query.last(), &[&heads, &key], &[&heads, &key]));
    let keyed = cx.inputs.get(2).unwrap_or(value).last();
    lines.extend(projection("key parameters", keyed, &[&heads, &key], &[&heads, &key]));
    lines.extend(projection(
        "value parameters",
        value.last(),
        &[&heads, &width],
        &[&heads, &width],
    ));
    let inside = heads.clone();
    lines.extend(projection(
        "output parameters",
        inside,
        &[&width, &output.last()],
        &[&output.last()],
    ));
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_pytorch};
    use expect_test::expect;

    #[test]
    fn pytorchs_heads_split_the_features() {
        check_pytorch(
            r#"
        MultiHeadAttention(8) on (128, 512)
        MultiHeadAttention(8, 64, use_bias=false) on (128, 512)
        MultiHeadAttention(4, 64) on (10, 64); (7, 32)
        MultiHeadAttention(2) on (5, 8); (6, 7); (6, 9)
        MultiHeadAttention(8) on (128, 100)
        MultiHeadAttention(8, value_dim=4) on (128, 64)
        MultiHeadAttention(8) on (4, 4, 64)
            "#,
            expect![[r#"
                128×512  params 1,050,624  macs 150,994,944
                128×512  params 1,048,576  macs 150,994,944
                10×64  params 12,544  macs 119,552
                warning ignored-parameter: `MultiHeadAttention`: `key_dim=64` has no effect: PyTorch's 4 heads split the 64 features of the query into 16 each
                  fix: key_dim=16
                5×8  params 288  macs 1,888
                error indivisible: `MultiHeadAttention`: `num_heads=8` does not divide the width 100 of the input; `num_heads=10` works, or a width of 104
                  fix: num_heads=10
                  fix: channels=104 on what makes operand 0
                128×64  params 16,640  macs 4,194,304
                warning ignored-parameter: `MultiHeadAttention`: `value_dim` has no effect; PyTorch's `nn.MultiheadAttention` has no such parameter
                  fix: remove it
                error rank-mismatch: `MultiHeadAttention`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (4×4×64) has 3
                  help: for a sequence run it on each step with `TimeDistributed(MultiHeadAttention(…))`
                  fix: Reshape((16, 64)) before
                  fix: TimeDistributed around it"#]],
        );
    }

    #[test]
    fn multi_head_attention() {
        check(
            r#"
        MultiHeadAttention(8, 64) on (128, 512)
        MultiHeadAttention(2, 3) on (5, 8); (6, 7); (6, 9)
        MultiHeadAttention(8, 64, use_causal_mask=true) on (128, 512)
        MultiHeadAttention(num_heads=2, key_dim=4, value_dim=3, output_shape=7) on (T, 16); (5, 12)
        MultiHeadAttention(2, 4) on (16)
        MultiHeadAttention(2, 4, mode="cross") on (5, 16)
        MultiHeadAttention(2) on (5, 16)
            "#,
            expect![[r#"
                128×512  params 1,050,624  macs 150,994,944
                5×8  params 218  macs 1,416
                128×512  params 1,050,624  macs 150,994,944
                T×7  params 367  macs ?
                error rank-mismatch: `MultiHeadAttention`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (16) has 1
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: 1 as the last dimension where operand 0 is the input: token ids become a sequence with `Embedding(10000, 64)` before this layer
                  fix: Reshape((1, 16)) before
                5×16  params 552  macs 2,960
                warning ignored-parameter: `MultiHeadAttention`: `mode` has no effect; with one tensor it attends to itself; for cross-attention name the other one, as in `MultiHeadAttention(8, 64, "memory")`
                  fix: remove it
                5×16  macs ?
                error missing-parameter: `MultiHeadAttention` needs `key_dim`, a whole number of at least 1; write for example `key_dim=64`
                  fix: key_dim=64"#]],
        );
    }

    #[test]
    fn grouped_queries() {
        check(
            r#"
        GroupQueryAttention(8, 4, 2, use_causal_mask=true) on (10, 32)
        GroupQueryAttention(8, 5, 2) on (10, 32)
        GroupQueryAttention(8, 4, 2) on (10, 32); (10, 16)
            "#,
            expect![[r#"
                10×32  params 3,168  macs 37,120
                error indivisible: `GroupQueryAttention`: `num_key_value_heads=2` does not divide `num_query_heads=5`; 1 works
                  fix: num_key_value_heads=1
                error shape-mismatch: `GroupQueryAttention`: query 10×32 and value 10×16 must have the same number of features
                  fix: axis 2 of operand 1 is 32"#]],
        );
    }

    #[test]
    fn attention_without_projections() {
        check(
            r#"
        Attention(use_causal_mask=true) on (3, 8); (4, 8)
        Attention(use_scale=true, score_mode="concat") on (3, 8); (4, 8)
        Attention() on (3, 8); (4, 6)
        AdditiveAttention(use_causal_mask=true) on (3, 8); (4, 8); (5, 8)
        AdditiveAttention() on (8); (8)
        Attention() on (3, 8)
            "#,
            expect![[r#"
                3×8  params 0  macs 192
                3×8  params 2  macs 96
                error shape-mismatch: `Attention`: the last dimensions of query 3×8 and value 4×6 must be equal
                  fix: axis 2 of operand 1 is 8
                  fix: axis 2 of operand 0 is 6
                error shape-mismatch: `AdditiveAttention`: the value 4×8 has 4 steps and the key 5×8 has 5; they must be equal
                  fix: axis 1 of operand 2 is 4
                  fix: axis 1 of operand 1 is 5
                8  params 8  macs ?
                warning rank-mismatch: `AdditiveAttention`: attends over steps, but operand 1 (8 features) has none, so Keras attends over the batch
                  fix: all steps of what makes operand 0
                error too-few-operands: `Attention`: takes a query and a value, but only one tensor comes in
                  help: write it after branches, or name the value: `Attention("name")`; `MultiHeadAttention` takes one tensor for both"#]],
        );
    }
}
