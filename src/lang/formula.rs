//! Formulas of counts: how many parameters a layer has, how many multiply-accumulates and other
//! operations it does, what it keeps. An entry of the layer table writes them as text, over names that
//! stand for sizes of what comes in and goes out. The pages show the text; the auxiliary operations
//! are counted by it, and tests hold the others to what the rules count.
//!
//! Names in a formula are those of [`SYMBOLS`], else parameters of the layer: a number for itself, a
//! tuple for its product, `true` and a text for 1, `false` and `None` for 0.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::args::Size;
use super::geometry::channels_first;
use super::layer::{Kind, LayerEntry};
use super::layers::{self, activation_cost};
use super::rule::RuleCx;
use super::value::Value;
use crate::shape::{Count, Dim, Shape};

/// The counts of a layer, as text, for one example. What is not arithmetic is said in words, which
/// begin with `the`.
#[derive(Debug, Clone, Copy)]
pub struct Formulas {
    /// Trainable parameters.
    pub trainable: &'static str,
    /// Parameters that training does not change.
    pub non_trainable: &'static str,
    /// Multiply-accumulates of contractions.
    pub macs: &'static str,
    /// Other operations when the network answers: bias, normalization, activation, pooling, softmax. An
    /// operation is one for each element that a function of one is applied to, or the usual number of
    /// them for a function of several steps; an estimate, unlike the multiply-accumulates.
    pub aux: &'static str,
    /// Elements kept in memory.
    pub activation: &'static str,
}

impl Formulas {
    /// A layer without weights that does nothing worth counting.
    pub(super) const NONE: Formulas =
        Formulas { trainable: "0", non_trainable: "0", macs: "0", aux: "0", activation: "out" };
}

/// A name of formulas.
pub struct Symbol {
    /// The name.
    pub name: &'static str,
    /// What it stands for.
    pub doc: &'static str,
    value: fn(&RuleCx<'_>, &Shape) -> Count,
}

const fn symbol(
    name: &'static str,
    doc: &'static str,
    value: fn(&RuleCx<'_>, &Shape) -> Count,
) -> Symbol {
    Symbol { name, doc, value }
}

/// The names that stand for sizes.
pub static SYMBOLS: &[Symbol] = &[
    symbol(
        "in",
        "elements of what comes in, the first operand where there are several",
        |cx, _| cx.input().elements(),
    ),
    symbol("all_in", "elements of all operands", |cx, _| {
        cx.inputs.iter().map(Shape::elements).sum()
    }),
    symbol("out", "elements of what goes out", |_, out| out.elements()),
    symbol("n", "number of operands", |cx, _| Count::known(cx.inputs.len() as u64)),
    symbol("others", "number of operands after the first", |cx, _| {
        Count::known(cx.inputs.len().saturating_sub(1) as u64)
    }),
    symbol("C", "channels of what comes in", |cx, _| channels(cx)),
    symbol(
        "group",
        "channels of what comes in that one filter sees: C divided by `groups`",
        |cx, _| {
            let groups = cx.args.int("groups").and_then(|groups| u64::try_from(groups).ok());
            match groups.filter(|&groups| groups > 0) {
                Some(groups) => {
                    channel_dim(cx).map_or(Count::Unknown, |dim| Count::from(dim.floor_div(groups)))
                }
                None => Count::Unknown,
            }
        },
    ),
    symbol("F", "the last dimension of what comes in", |cx, _| Count::from(cx.input().last())),
    symbol("T", "steps of what comes in: its first dimension after the batch", |cx, _| {
        cx.input().dims().get(1).map_or(Count::Unknown, Count::from)
    }),
    symbol("rows", "product of the dimensions of what comes in, but for the last", |cx, _| {
        steps(cx.input())
    }),
    symbol("kernel", "product of `kernel_size`", |cx, _| sizes(cx, "kernel_size")),
    symbol("pool", "product of `pool_size`", |cx, _| sizes(cx, "pool_size")),
    symbol("positions", "product of the spatial dimensions of what goes out", |cx, out| {
        spatial(cx, out)
    }),
    symbol("sources", "product of the spatial dimensions of what comes in", |cx, _| {
        spatial(cx, cx.input())
    }),
    symbol("act", "operations of the activation function for each element", |cx, _| {
        match cx.args.value("activation") {
            Value::None => Count::ZERO,
            value => value.as_text().and_then(activation_cost).map_or(Count::Unknown, Count::known),
        }
    }),
    symbol("axes", "product of the sizes of `axis`", |cx, _| sizes_of_axes(cx, true)),
    symbol(
        "slopes",
        "product of the dimensions of what comes in, but for `shared_axes`",
        |cx, _| sizes_of_axes(cx, false),
    ),
    symbol("summed", "the size of the dimension that is summed over", |cx, _| summed(cx)),
    symbol("interpolated", "0 with `interpolation=\"nearest\"`, else 1", |cx, _| {
        let is_nearest = cx.args.text("interpolation").map(|mode| mode == "nearest");
        is_nearest.map_or(Count::Unknown, |nearest| Count::known(u64::from(!nearest)))
    }),
    symbol("learnable", "1 with `encoding_type=\"learnable\"`, else 0", |cx, _| {
        is_text(cx, "encoding_type", "learnable")
    }),
    symbol("concat", "1 with `score_mode=\"concat\"`, else 0", |cx, _| {
        is_text(cx, "score_mode", "concat")
    }),
    symbol("dot", "1 with `score_mode=\"dot\"`, else 0", |cx, _| is_text(cx, "score_mode", "dot")),
    symbol("Tq", "steps of the query", |cx, _| steps(cx.input())),
    symbol("Tk", "steps of the key and the value", |cx, _| steps(value(cx))),
    symbol("dq", "features of the query", |cx, _| Count::from(cx.input().last())),
    symbol("dk", "features of the key", |cx, _| {
        Count::from(cx.inputs.get(2).unwrap_or(value(cx)).last())
    }),
    symbol("dv", "features of the value", |cx, _| Count::from(value(cx).last())),
    symbol("do", "features of what goes out: `output_shape`, or the query's", |cx, out| {
        match cx.args.sizes("output_shape") {
            Some(sizes) if !sizes.is_empty() => {
                Count::product(&sizes.iter().map(Size::dim).collect::<Vec<Dim>>())
            }
            _ => Count::from(out.last()),
        }
    }),
    symbol("value_size", "`value_dim`, or `key_dim` where that is not given", |cx, _| {
        let given = if cx.args.is_none("value_dim") { "key_dim" } else { "value_dim" };
        Count::from(cx.args.dim(given))
    }),
];

fn is_text(cx: &RuleCx<'_>, param: &str, wanted: &str) -> Count {
    let found = cx.args.text(param).map(|text| text == wanted);
    found.map_or(Count::Unknown, |found| Count::known(u64::from(found)))
}

/// The value's shape of an attention; the query's where it attends to itself.
fn value<'a>(cx: &'a RuleCx<'_>) -> &'a Shape {
    cx.inputs.get(1).unwrap_or(cx.input())
}

/// The product of all dimensions but the batch and the last.
fn steps(shape: &Shape) -> Count {
    match shape.unbatched().split_last() {
        Some((_, steps)) => Count::product(steps),
        None => Count::known(1),
    }
}

/// How many spatial dimensions the layer's windows have.
fn spatial_rank(cx: &RuleCx<'_>) -> Option<usize> {
    let windows = ["kernel_size", "pool_size"].into_iter();
    windows.filter_map(|name| cx.args.entry().param(name)).find_map(|(_, param)| match param.kind {
        Kind::Ints { rank, .. } => Some(rank),
        _ => None,
    })
}

fn sizes(cx: &RuleCx<'_>, param: &str) -> Count {
    let Some(rank) = spatial_rank(cx) else { return Count::Unknown };
    let sizes = cx.args.lengths(param, rank).into_iter();
    sizes.map(|size| size.map_or(Count::Unknown, Count::known)).fold(Count::known(1), |a, b| a * b)
}

/// The axis of the channels of a shape with `rank` spatial dimensions. `None` where the layout is not
/// known.
fn channel_axis(cx: &RuleCx<'_>, shape: &Shape, rank: usize) -> Option<usize> {
    match channels_first(cx)? {
        true => shape.rank().checked_sub(rank + 1),
        false => shape.rank().checked_sub(1),
    }
}

fn channel_dim(cx: &RuleCx<'_>) -> Option<Dim> {
    let rank = spatial_rank(cx).unwrap_or(cx.input().rank().saturating_sub(2));
    cx.input().dims().get(channel_axis(cx, cx.input(), rank)?).cloned()
}

fn channels(cx: &RuleCx<'_>) -> Count {
    channel_dim(cx).map_or(Count::Unknown, Count::from)
}

fn spatial(cx: &RuleCx<'_>, shape: &Shape) -> Count {
    let rank = spatial_rank(cx).unwrap_or(shape.rank().saturating_sub(2));
    let Some(channel) = channel_axis(cx, shape, rank) else { return Count::Unknown };
    let first = match channel + 1 == shape.rank() && rank > 0 {
        true => channel.saturating_sub(rank),
        false => channel + 1,
    };
    Count::product(shape.dims().iter().skip(first).take(rank))
}

/// The product of the dimensions that the layer's axes name, or of the others.
fn sizes_of_axes(cx: &RuleCx<'_>, named: bool) -> Count {
    let param = if named { "axis" } else { "shared_axes" };
    let axes: Vec<usize> = match (cx.args.is_none(param), cx.args.sizes(param)) {
        (true, _) => Vec::new(),
        (false, Some(axes)) => {
            let index = |axis: i64| match named {
                true => cx.input().axis(axis),
                // These count from 1 and leave the batch out, so that they are axes as they are.
                false => usize::try_from(axis).ok(),
            };
            let axes: Option<Vec<usize>> =
                axes.iter().map(|axis| axis.number().and_then(index)).collect();
            match axes {
                Some(axes) => axes,
                None => return Count::Unknown,
            }
        }
        (false, None) => return Count::Unknown,
    };
    let dims = cx.input().dims().iter().enumerate().skip(1);
    Count::product(dims.filter(|(at, _)| axes.contains(at) == named).map(|(_, dim)| dim))
}

fn summed(cx: &RuleCx<'_>) -> Count {
    let axis = cx.args.sizes("axes").and_then(|axes| axes.first()?.number());
    let dim = axis.and_then(|axis| cx.input().axis(axis)).and_then(|at| cx.input().dims().get(at));
    dim.map_or(Count::Unknown, Count::from)
}

/// The value of a parameter in a formula.
fn param(cx: &RuleCx<'_>, name: &str) -> Count {
    match cx.args.value(name) {
        Value::None => Count::ZERO,
        Value::Bool(flag) => Count::known(u64::from(flag)),
        Value::Str(_) | Value::Name(_) => Count::known(1),
        Value::Tuple(elements) | Value::List(elements) => elements
            .iter()
            .map(|element| element.as_int().and_then(|number| u64::try_from(number).ok()))
            .fold(Count::known(1), |all, size| all * size.map_or(Count::Unknown, Count::known)),
        _ => Count::from(cx.args.dim(name)),
    }
}

/// A formula, read.
enum Expr {
    Sum(Vec<Expr>),
    Product(Vec<Expr>),
    Number(u64),
    Symbol(&'static Symbol),
    Param(&'static str),
}

impl Expr {
    fn value(&self, cx: &RuleCx<'_>, output: &Shape) -> Count {
        match self {
            Expr::Sum(terms) => terms.iter().map(|term| term.value(cx, output)).sum(),
            Expr::Product(factors) => {
                let mut product = Count::known(1);
                for factor in factors {
                    product = product * factor.value(cx, output);
                    // What is multiplied by nothing need not be known.
                    if product == Count::ZERO {
                        break;
                    }
                }
                product
            }
            Expr::Number(number) => Count::known(*number),
            Expr::Symbol(symbol) => (symbol.value)(cx, output),
            Expr::Param(name) => param(cx, name),
        }
    }
}

/// Reads sums and products of names and numbers. The texts are those of the table, so nesting is
/// theirs.
struct Reader<'a> {
    entry: &'static LayerEntry,
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self, text: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn sum(&mut self) -> Option<Expr> {
        let mut terms = vec![self.product()?];
        while self.skip("+") {
            terms.push(self.product()?);
        }
        Some(Expr::Sum(terms))
    }

    fn product(&mut self) -> Option<Expr> {
        let mut factors = vec![self.one()?];
        while self.skip("×") {
            factors.push(self.one()?);
        }
        Some(Expr::Product(factors))
    }

    fn one(&mut self) -> Option<Expr> {
        if self.skip("(") {
            let sum = self.sum()?;
            return self.skip(")").then_some(sum);
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if let Ok(number) = word.parse() {
            return Some(Expr::Number(number));
        }
        match SYMBOLS.iter().find(|symbol| symbol.name == word) {
            Some(symbol) => Some(Expr::Symbol(symbol)),
            None => self.entry.param(word).map(|(_, param)| Expr::Param(param.name)),
        }
    }
}

fn read(entry: &'static LayerEntry, text: &str) -> Option<Expr> {
    let mut reader = Reader { entry, rest: text };
    let sum = reader.sum()?;
    reader.rest.trim().is_empty().then_some(sum)
}

/// The formulas of auxiliary operations that are not 0, by the layer's name.
static AUX: LazyLock<FxHashMap<&'static str, Expr>> = LazyLock::new(|| {
    let entries = layers::all().filter(|entry| entry.formulas.aux != "0");
    entries.filter_map(|entry| Some((entry.name, read(entry, entry.formulas.aux)?))).collect()
});

/// The auxiliary operations of a layer that is no wrapper and gives `output`.
pub fn aux_flops(cx: &RuleCx<'_>, output: Option<&Shape>) -> Count {
    let entry = cx.args.entry();
    if entry.formulas.aux == "0" {
        return Count::ZERO;
    }
    match (AUX.get(entry.name), output) {
        // A block in the place of a part does what its layers do, which no formula says.
        (Some(formula), Some(output)) if cx.block.is_none() => formula.value(cx, output),
        _ => Count::Unknown,
    }
}

/// What a formula gives; `None` where it is said in words.
#[cfg(test)]
pub(super) fn evaluate(cx: &RuleCx<'_>, text: &str, output: &Shape) -> Option<Count> {
    if text.starts_with("the ") {
        return None;
    }
    let entry = cx.args.entry();
    let formula = read(entry, text).unwrap_or_else(|| panic!("{}: {text}", entry.name));
    Some(formula.value(cx, output))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::testing::{aux, formulas};
    use crate::lang::{Args, Framework, Rule};

    /// A layer of each kind that has formulas, with arguments that change them.
    const LAYERS: &str = r#"
        Dense(10) on (784)
        Dense(10, use_bias=false) on (5, 7, 16)
        Output(3, "softmax") on (8)
        EinsumDense("abc,cd->abd", (5, 7), bias_axes="d") on (5, 3)
        Embedding(1000, 64) on (20)
        Masking() on (20, 8)
        Identity() on (20, 8)
        ActivityRegularization(0.1) on (8)
        Rescaling(0.5) on (8, 8, 3)
        Activation("gelu") on (20, 8)
        ReLU() on (20, 8)
        LeakyReLU() on (20, 8)
        ELU() on (20, 8)
        Softmax() on (20, 8)
        PReLU() on (8, 8, 16)
        PReLU(shared_axes=(1, 2)) on (8, 8, 16)
        Conv1D(8, 3, strides=2) on (20, 4)
        Conv2D(32, (3, 5), "relu") on (28, 28, 3)
        Conv2D(8, 3, data_format="channels_first", groups=2) on (4, 10, 12)
        Conv2D(8, 3, use_bias=false, padding="same", strides=2) on (9, 9, 3)
        Conv3D(2, (1, 2, 3)) on (4, 5, 6, 1)
        Conv1DTranspose(8, 3, strides=2) on (20, 4)
        Conv2DTranspose(8, 3, strides=2, use_bias=false) on (7, 7, 4)
        Conv3DTranspose(2, 3) on (4, 4, 4, 3)
        DepthwiseConv1D(3) on (20, 4)
        DepthwiseConv2D(3, depth_multiplier=2) on (8, 8, 3)
        SeparableConv1D(16, 3) on (20, 4)
        SeparableConv2D(16, 3, depth_multiplier=2) on (9, 9, 3)
        MaxPooling1D(2) on (20, 4)
        MaxPooling2D(3, strides=2) on (28, 28, 3)
        MaxPooling3D(2) on (8, 8, 8, 3)
        AveragePooling1D(2) on (20, 4)
        AveragePooling2D(2) on (28, 28, 3)
        AveragePooling3D(2) on (8, 8, 8, 3)
        GlobalMaxPooling1D() on (20, 4)
        GlobalMaxPooling2D() on (7, 7, 4)
        GlobalMaxPooling3D() on (7, 7, 7, 4)
        GlobalAveragePooling1D() on (20, 4)
        GlobalAveragePooling2D(keepdims=true) on (7, 7, 4)
        GlobalAveragePooling3D() on (7, 7, 7, 4)
        AdaptiveMaxPooling1D(5) on (20, 4)
        AdaptiveMaxPooling2D(5) on (20, 20, 4)
        AdaptiveMaxPooling3D(5) on (20, 20, 20, 4)
        AdaptiveAveragePooling1D(5) on (20, 4)
        AdaptiveAveragePooling2D(5) on (20, 20, 4)
        AdaptiveAveragePooling3D(5) on (20, 20, 20, 4)
        LSTM(64) on (10, 32)
        LSTM(8, return_sequences=true, use_bias=false) on (10, 32)
        GRU(8) on (10, 4)
        GRU(8, reset_after=false) on (10, 4)
        GRU(8, use_bias=false) on (10, 4)
        SimpleRNN(8) on (10, 4)
        SimpleRNNDropoutWrapper(8) on (10, 4)
        GRUDropoutWrapper(8) on (10, 4)
        LSTMDropoutWrapper(8) on (10, 4)
        LSTMCell(8) on (4)
        GRUCell(8) on (4)
        SimpleRNNCell(8) on (4)
        RNN(LSTMCell(8)) on (10, 4)
        ConvLSTM1D(4, 3) on (5, 20, 3)
        ConvLSTM2D(4, 3, return_sequences=true, padding="same") on (5, 20, 20, 3)
        ConvLSTM2D(4, 3, data_format="channels_first", strides=2) on (5, 3, 20, 20)
        ConvLSTM3D(4, 3, use_bias=false) on (5, 9, 9, 9, 3)
        Bidirectional(LSTM(8)) on (10, 4)
        TimeDistributed(Dense(8)) on (10, 4)
        SpectralNormalization(Dense(8)) on (4)
        BatchNormalization() on (8, 8, 32)
        BatchNormalization(axis=1, center=false, renorm=true) on (8, 8, 32)
        LayerNormalization() on (20, 8)
        LayerNormalization(axis=(1, 2), scale=false) on (20, 8)
        GroupNormalization(groups=4) on (8, 8, 32)
        InstanceNormalization() on (8, 8, 32)
        RMSNormalization() on (20, 8)
        UnitNormalization() on (20, 8)
        Normalization() on (20, 8)
        Normalization(axis=None) on (20, 8)
        Dropout(0.5) on (8)
        GaussianDropout(0.5) on (8)
        AlphaDropout(0.5) on (8)
        GaussianNoise(0.5) on (8)
        SpatialDropout1D(0.5) on (20, 8)
        SpatialDropout2D(0.5) on (20, 20, 8)
        SpatialDropout3D(0.5) on (20, 20, 20, 8)
        Reshape((4, -1)) on (8, 8)
        Flatten() on (8, 8)
        Permute((2, 1)) on (3, 5)
        RepeatVector(4) on (8)
        ZeroPadding1D(1) on (8, 3)
        ZeroPadding2D(1) on (8, 8, 3)
        ZeroPadding3D(1) on (8, 8, 8, 3)
        Cropping1D(1) on (8, 3)
        Cropping2D(1) on (8, 8, 3)
        Cropping3D(1) on (8, 8, 8, 3)
        UpSampling1D(2) on (8, 3)
        UpSampling2D(2, interpolation="bilinear") on (8, 8, 3)
        UpSampling3D(2) on (8, 8, 8, 3)
        Resizing(224, 200) on (28, 28, 3)
        CenterCrop(20, 20) on (28, 28, 3)
        Add() on (8, 8, 16); (8, 8, 16); (8, 8, 16)
        Subtract() on (8); (8)
        Multiply() on (8, 8, 16); (1, 1, 16)
        Average() on (8); (8)
        Maximum() on (8); (8)
        Minimum() on (8); (8)
        Concatenate() on (8, 8, 16); (8, 8, 32)
        Dot(axes=-1) on (8); (8)
        Dot(axes=(2, 1), normalize=true) on (4, 8); (8, 3)
        MultiHeadAttention(8, 64) on (20, 128)
        MultiHeadAttention(2, 8, value_dim=5, output_shape=7, use_bias=false) on (6, 16); (9, 12); (9, 10)
        MultiHeadAttention(2, 8, use_gate=true) on (6, 16)
        GroupQueryAttention(8, 4, 2) on (10, 32)
        GroupQueryAttention(8, 4, 2, use_gate=true) on (10, 32); (6, 32); (6, 20)
        GroupQueryAttention(8, 4, 2, use_bias=false) on (10, 32)
        Attention() on (10, 8); (20, 8)
        Attention(use_scale=true, score_mode="concat") on (3, 8); (4, 8)
        AdditiveAttention() on (3, 8); (4, 8)
        TransformerEncoder(num_heads=4, ff_dim=32, num_layers=2) on (10, 16)
        TransformerDecoder(num_heads=4, ff_dim=32) on (10, 16)
        PositionalEncoding(20, "learnable") on (10, 16)
        PositionalEncoding() on (10, 16)
        CustomShape(Name, (32, 32)) on (784)
        "#;

    #[test]
    fn formulas_are_what_the_rules_count() {
        let mut wrong = Vec::new();
        for (line, _, found) in formulas(LAYERS) {
            for (text, value, counted) in found {
                if value != counted || value == Count::Unknown {
                    wrong.push(format!("{line}: {text} = {value}, counted {counted}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Every layer by the examples of its required parameters, on inputs of every number of dimensions
    /// that it takes, so that a new entry is held to its formulas without being named here.
    #[test]
    fn formulas_hold_for_the_example_of_every_layer() {
        let mut wrong = Vec::new();
        for entry in layers::all() {
            let Rule::Pure(rule) = entry.rule else { continue };
            let given = entry.examples();
            let args = Args::new(entry, Framework::Keras, &given);
            let mut taken = 0;
            for rank in 1..=6 {
                let shape = Shape::batched(vec![Dim::Known(32); rank]);
                let inputs = [shape.clone(), shape];
                let number = if entry.is_merge() { 2 } else { 1 };
                let cx = RuleCx::new(&args, &inputs[..number]);
                let Ok(outcome) = rule(&cx) else { continue };
                let Some(output) = outcome.outputs.first() else { continue };
                taken += 1;
                for (text, counted) in [
                    (entry.formulas.trainable, outcome.trainable),
                    (entry.formulas.non_trainable, outcome.non_trainable),
                    (entry.formulas.macs, outcome.macs),
                    (entry.formulas.activation, outcome.activation),
                ] {
                    // A rule may leave open what it cannot tell, as attention over no steps.
                    let value = evaluate(&cx, text, output).filter(|_| counted != Count::Unknown);
                    if value.is_some_and(|value| value != counted) {
                        wrong.push(format!("{} on {}: {text}", entry.name, inputs[0]));
                    }
                }
            }
            // An example of `Reshape` or of an equation fits inputs of its own.
            let shaped = ["Reshape", "Permute", "EinsumDense"].contains(&entry.name);
            assert!(taken > 0 || shaped, "{} takes nothing", entry.name);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn formulas_are_read() {
        for entry in layers::all() {
            let Formulas { trainable, non_trainable, macs, aux, activation } = entry.formulas;
            for text in [trainable, non_trainable, macs, aux, activation] {
                assert!(text.starts_with("the ") || read(entry, text).is_some(), "{text}");
            }
        }
    }

    #[test]
    fn auxiliary_operations() {
        let check = |line: &str, wanted: u64| assert_eq!(aux(line), Count::known(wanted), "{line}");
        check("Dense(10) on (784)", 10);
        check("Dense(10, \"softmax\") on (784)", 10 + 5 * 10);
        check("Conv2D(32, 3, \"relu\", use_bias=false) on (28, 28, 1)", 26 * 26 * 32);
        check("MaxPooling2D(2) on (28, 28, 3)", 4 * 14 * 14 * 3);
        check("BatchNormalization() on (8, 8, 32)", 2 * 8 * 8 * 32);
        check("Add() on (8); (8); (8)", 16);
        check("LSTM(8) on (10, 4)", 10 * 8 * 13);
        check("Dropout(0.5) on (8)", 0);
        check("MultiHeadAttention(2, 4, use_bias=false) on (10, 8)", 5 * 2 * 10 * 10);
        check("UpSampling2D(2) on (8, 8, 3)", 0);
        check("ConvLSTM1D(4, 3) on (5, 20, 3)", 5 * 18 * 4 * 13);
    }

    #[test]
    fn every_function_has_a_cost_but_the_one_that_sorts() {
        for name in layers::ACTIVATIONS {
            assert_eq!(activation_cost(name).is_none(), *name == "sparsemax", "{name}");
        }
    }
}
