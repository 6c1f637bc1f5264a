//! Layers that this language builds of several of Keras's: transformer blocks and positions.

use super::convolution::{nearest_divisor, positive};
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::explain;
use crate::lang::{
    Blame, Category, Default, Kind, LayerEntry, Outcome, Param, Problem, Rule, RuleCx, Suggestion,
};
use crate::shape::{Count, Dim, Shape};

const NUM_HEADS: Param = optional(
    "num_heads",
    POSITIVE,
    Default::Int(8),
    "How many heads there are; must divide the width.",
);
const FF_DIM: Param =
    optional("ff_dim", POSITIVE, Default::Int(512), "How wide the feed-forward part is inside.");
const RATE: Param =
    optional("dropout", SHARE, Default::Float(0.1), "The share of elements that training drops.");
const NUM_LAYERS: Param =
    optional("num_layers", POSITIVE, Default::Int(1), "How many blocks are stacked.");
const D_MODEL: Param = optional(
    "d_model",
    POSITIVE,
    Default::None,
    "The width; it is always the input's last dimension.",
);

/// Transformers and positional encodings.
pub static LAYERS: &[LayerEntry] = &[
    LayerEntry::new(
        "TransformerEncoder",
        Category::Composite,
        Rule::Pure(transformer::<1>),
        &[
            NUM_HEADS,
            FF_DIM,
            RATE,
            NUM_LAYERS,
            optional("activation", Kind::Activation, Default::Str("relu"), "The function inside the feed-forward part."),
            optional("use_attention_mask", Kind::Bool, Default::Bool(false), "Whether a mask is taken."),
            D_MODEL,
        ],
        "Self-attention and a feed-forward part, each with a residual connection and a normalization.",
    )
    .also(&["Transformer"])
    .with_block()
    .in_keras("keras.layers.MultiHeadAttention, Dense, LayerNormalization and Add")
    .counting("num_layers×(4×F×F + 4×F + 2×F×ff_dim + ff_dim + F + 4×F)", "num_layers×(4×T×F×F + 2×T×T×F + 2×T×F×ff_dim)")
    .costing("num_layers×T×(5×num_heads×T + 23×F + (1 + act)×ff_dim)")
    .keeping("num_layers×(T×(6×F + ff_dim) + num_heads×T×T)")
    .explained(explain_transformer::<1>)
    .in_torch("nn.TransformerEncoderLayer")
    .noting(TRANSFORMER_NOTES),
    LayerEntry::new(
        "TransformerDecoder",
        Category::Composite,
        Rule::Pure(transformer::<2>),
        &[
            NUM_HEADS,
            FF_DIM,
            RATE,
            NUM_LAYERS,
            D_MODEL,
            optional("use_causal_mask", Kind::Bool, Default::Bool(true), "Whether a position sees earlier ones only."),
        ],
        "Causal self-attention, attention to a memory, and a feed-forward part, each with a residual connection and a normalization.",
    )
    .with_block()
    .in_keras("keras.layers.MultiHeadAttention, Dense, LayerNormalization and Add")
    .counting("num_layers×(8×F×F + 8×F + 2×F×ff_dim + ff_dim + F + 6×F)", "num_layers×(8×T×F×F + 4×T×T×F + 2×T×F×ff_dim)")
    .costing("num_layers×T×(10×num_heads×T + 36×F + 2×ff_dim)")
    .keeping("num_layers×(T×(6×F + ff_dim) + num_heads×T×T)")
    .explained(explain_transformer::<2>)
    .in_torch("nn.TransformerDecoderLayer")
    .noting(TRANSFORMER_NOTES),
    LayerEntry::new(
        "PositionalEncoding",
        Category::Composite,
        Rule::Pure(positions),
        &[
            optional("max_len", POSITIVE, Default::Int(5000), "The longest sequence."),
            optional(
                "encoding_type",
                Kind::Choice { values: &["sinusoidal", "learnable"], any_case: false },
                Default::Str("sinusoidal"),
                "Whether positions are sines or learned.",
            ),
        ],
        "Adds to each step of a sequence something that tells its position.",
    )
    .in_keras("keras.layers.Embedding of the positions and Add")
    .counting("learnable×max_len×F", "0")
    .costing("out")
    .ordered(&["max_len", "encoding_type"]),
];

const TRANSFORMER_NOTES: &str = "With the width d and `ff_dim` f, each attention has `4*d*d + 4*d` parameters, the feed-forward part \
`2*d*f + f + d`, and each normalization `2*d`. A block `{ … }` after it takes the place of the feed-forward part and must keep the shape.";

/// An encoder has one attention, a decoder two.
fn transformer<const ATTENTIONS: u64>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_rank(0, 3, "a sequence (steps, features)")?;
    let input = cx.input();
    let width = cx.determined(0, 2)?;
    check_heads(cx, &width)?;
    let d = Count::from(&width);
    let steps = Count::from(&input.dims()[1]);
    let layers = Count::from(cx.args.dim("num_layers"));
    let inside = Count::from(cx.args.dim("ff_dim"));
    let attention = (d * d + d) * 4;
    let attention_macs = steps * d * d * 4 + steps * steps * d * 2;
    let (feed, feed_macs, fixed) = match cx.block {
        Some(block) => {
            if let Some(output) = &block.output
                && (output.rank() != input.rank()
                    || output
                        .unbatched()
                        .iter()
                        .zip(input.unbatched())
                        .any(|(a, b)| a.never_equals(b)))
            {
                return Err(replaced(cx, output));
            }
            (block.trainable, block.macs, block.non_trainable)
        }
        None => (d * inside * 2 + inside + d, steps * d * inside * 2, Count::ZERO),
    };
    let norms = d * 2 * (ATTENTIONS + 1);
    let outcome = Outcome::new(input.clone());
    let heads = Count::from(cx.args.dim("num_heads"));
    let activation = layers * (steps * (d * 6 + inside) + heads * steps * steps);
    Ok(outcome
        .trainable(layers * (attention * ATTENTIONS + feed + norms))
        .non_trainable(layers * fixed)
        .macs(layers * (attention_macs * ATTENTIONS + feed_macs))
        .activation(activation)
        .warn(other_width(cx, &width)))
}

fn replaced(cx: &RuleCx<'_>, output: &Shape) -> Problem {
    let input = cx.input();
    let problem = cx.problem(
        codes::SHAPE_MISMATCH,
        Blame::Layer,
        format!("the block takes the place of the feed-forward part and must keep the shape {input}, but gives {output}"),
    );
    match (output.rank() == input.rank(), input.last().known()) {
        (true, Some(width)) => problem.help(format!(
            "end the block with a layer that gives {width} features, such as `Dense({width})`"
        )),
        _ => problem,
    }
}

pub(super) fn check_heads(cx: &RuleCx<'_>, width: &Dim) -> Result<(), Problem> {
    let (Some(heads), Some(width)) = (positive(cx, "num_heads"), width.known()) else {
        return Ok(());
    };
    if width % heads == 0 {
        return Ok(());
    }
    let divisor = nearest_divisor(heads, |n| n <= width && width % n == 0);
    let rounded = width.div_ceil(heads).saturating_mul(heads);
    let which = match cx.args.is_given("num_heads") {
        true => "",
        false => "the default ",
    };
    Err(cx
        .problem(
            codes::INDIVISIBLE,
            Blame::Param("num_heads"),
            format!(
                "{which}`num_heads={heads}` does not divide the width {width} of the input; `num_heads={divisor}` works, or a width of {rounded}"
            ),
        )
        .suggest_set("num_heads", divisor)
        .suggest(Suggestion::SetOnProducer {
            operand: 0,
            param: Suggestion::CHANNELS,
            value: rounded.to_string(),
        })
        .dim(0, 2))
}

/// A `d_model` that is not the input's width means something else than the author thinks.
fn other_width(cx: &RuleCx<'_>, width: &Dim) -> Option<Problem> {
    let given = positive(cx, "d_model")?;
    width.never_equals(&Dim::Known(given)).then(|| {
        cx.problem(
            codes::SHAPE_MISMATCH,
            Blame::Param("d_model"),
            format!(
                "`d_model={given}` has no effect: the width is the input's last dimension, {width}"
            ),
        )
        .as_warning()
        .suggest_set("d_model", width)
        .dim(0, 2)
    })
}

fn positions(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    cx.need_rank(0, 3, "a sequence (steps, features)")?;
    let input = cx.input();
    let outcome = Outcome::new(input.clone());
    match cx.args.text("encoding_type").as_deref() {
        Some("sinusoidal") => {
            if let Some(width) = input.last().known().filter(|width| width % 2 == 1) {
                let even = width.saturating_add(1);
                return Err(cx
                    .problem(
                        codes::INDIVISIBLE,
                        Blame::Layer,
                        format!("sinusoidal positions come in pairs of sine and cosine, so the width must be even; it is {width}, {even} works"),
                    )
                    .suggest(Suggestion::SetOnProducer {
                        operand: 0,
                        param: Suggestion::CHANNELS,
                        value: even.to_string(),
                    })
                    .suggest_set("encoding_type", "\"learnable\"")
                    .dim(0, 2));
            }
            Ok(outcome)
        }
        Some(_) => {
            let (steps, longest) = (&input.dims()[1], cx.args.dim("max_len"));
            if let (Some(steps), Some(longest)) = (steps.bounds().1, longest.bounds().1)
                && input.dims()[1].bounds().0 > longest
            {
                return Err(cx
                    .problem(
                        codes::BAD_VALUE,
                        Blame::Param("max_len"),
                        format!("`max_len={longest}` is less than the {} steps of the input; {steps} or more works", input.dims()[1]),
                    )
                    .suggest_set("max_len", steps)
                    .dim(0, 1));
            }
            let width = cx.determined(0, 2)?;
            Ok(outcome.trainable(Count::from(&longest) * Count::from(&width)))
        }
        None => Ok(outcome.trainable(Count::Unknown)),
    }
}

fn explain_transformer<const ATTENTIONS: u64>(cx: &RuleCx<'_>, output: &Shape) -> Vec<String> {
    let (width, inside) = (output.last(), cx.args.dim("ff_dim"));
    let number = |number: u64| Dim::Known(number);
    let mut lines = Vec::new();
    if let (Some(heads), Some(all)) = (positive(cx, "num_heads"), width.known()) {
        lines.push(format!("features of a head: {all}/{heads} = {}", all / heads));
    }
    let attention = [number(4), width.clone(), width.clone()];
    let bias = [number(4), width.clone()];
    let each = |terms: &[&[Dim]], times: u64| -> Vec<Vec<Dim>> {
        let factor = (times > 1).then(|| number(times));
        let term = |term: &&[Dim]| factor.iter().chain(term.iter()).cloned().collect();
        terms.iter().map(term).collect()
    };
    let attentions = each(&[&attention, &bias], ATTENTIONS);
    lines.extend(explain::named_count("attention parameters", &attentions));
    if cx.block.is_none() {
        let feed =
            [vec![number(2), width.clone(), inside.clone()], vec![inside], vec![width.clone()]];
        lines.extend(explain::named_count("feed-forward parameters", &feed));
    }
    let norms = vec![number(ATTENTIONS + 1), number(2), width];
    lines.extend(explain::named_count("normalization parameters", &[norms]));
    match positive(cx, "num_layers") {
        Some(layers) if layers > 1 => lines.push(format!("all of it {layers} times")),
        _ => {}
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::{check, check_block};
    use expect_test::expect;

    #[test]
    fn a_block_takes_the_place_of_the_feed_forward_part() {
        check_block(
            "TransformerEncoder(num_heads=4) on (T, 64)",
            "(T, 64)",
            1000,
            expect!["T×64  params 17,896  macs ?"],
        );
        check_block(
            "TransformerEncoder(num_heads=4) on (T, 64)",
            "(T, 32)",
            1000,
            expect![[r#"
                error shape-mismatch: `TransformerEncoder`: the block takes the place of the feed-forward part and must keep the shape T×64, but gives T×32
                  help: end the block with a layer that gives 64 features, such as `Dense(64)`"#]],
        );
    }

    #[test]
    fn transformers() {
        check(
            r#"
        TransformerEncoder(num_heads=8, ff_dim=2048) on (T, 512)
        TransformerEncoder(num_heads=12, dff=3072, num_layers=12) on (128, 768)
        TransformerDecoder(num_heads=8, ff_dim=2048) on (10, 512)
        TransformerEncoder() on (10, 100)
        TransformerEncoder(d_model=64) on (10, 128)
        TransformerEncoder() on (128)
            "#,
            expect![[r#"
                T×512  params 3,152,384  macs ?
                128×768  params 85,054,464  macs 11,173,625,856
                hint parameter-alias: `TransformerEncoder`: the parameter is called `ff_dim`; `dff` is another name for it
                  fix: call it ff_dim
                10×512  params 4,204,032  macs 42,147,840
                error indivisible: `TransformerEncoder`: the default `num_heads=8` does not divide the width 100 of the input; `num_heads=10` works, or a width of 104
                  fix: num_heads=10
                  fix: channels=104 on what makes operand 0
                10×128  params 198,272  macs 1,991,680
                warning shape-mismatch: `TransformerEncoder`: `d_model=64` has no effect: the width is the input's last dimension, 128
                  fix: d_model=128
                error rank-mismatch: `TransformerEncoder`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (128) has 1
                  fix: no Flatten before operand 0
                  fix: all steps of what makes operand 0
                  fix: 1 as the last dimension where operand 0 is the input: token ids become a sequence with `Embedding(10000, 64)` before this layer
                  fix: Reshape((1, 128)) before"#]],
        );
    }

    #[test]
    fn positions_come_in_pairs() {
        check(
            r#"
        PositionalEncoding() on (T, 64)
        PositionalEncoding(100, "learnable") on (50, 64)
        PositionalEncoding(5, "learnable") on (10, 8)
        PositionalEncoding(d_model=7) on (10, 7)
            "#,
            expect![[r#"
                T×64  params 0
                50×64  params 6,400
                error bad-value: `PositionalEncoding`: `max_len=5` is less than the 10 steps of the input; 10 or more works
                  fix: max_len=10
                warning ignored-parameter: `PositionalEncoding`: `d_model` has no effect; the width is the input's last dimension
                  fix: remove it
                error indivisible: `PositionalEncoding`: sinusoidal positions come in pairs of sine and cosine, so the width must be even; it is 7, 8 works
                  fix: channels=8 on what makes operand 0
                  fix: encoding_type="learnable""#]],
        );
    }
}
