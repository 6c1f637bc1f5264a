//! Names that only this language has: a shape set by hand, and names that its grammar knows although
//! no framework layer stands behind them.

use super::shared::*;
use crate::lang::{Category, Kind, LayerEntry, Outcome, Problem, Rule, RuleCx, Size};
use crate::shape::Shape;

const fn opaque(name: &'static str, summary: &'static str) -> LayerEntry {
    LayerEntry::new(name, Category::Special, Rule::Opaque, &[], summary)
        .in_keras("")
        .counting_as("the layer is not looked into")
        .gives("`output_shape` where it is given, else unknown")
        .noting("Any parameter is kept. The shape is not modelled; `output_shape=(…)`, without the batch, says it.")
}

/// The language's own names.
pub static LAYERS: &[LayerEntry] = &[
    LayerEntry::new(
        "CustomShape",
        Category::Special,
        Rule::Pure(custom_shape),
        &[
            required("layer", Kind::Any, "Name", "The name of the layer that the shape stands for."),
            required(
                "shape",
                Kind::Sizes { one: false, none: true },
                "(32, 32)",
                "The shape that comes out, without the batch.",
            ),
        ],
        "Sets the shape by hand.",
    )
    .sets_shape()
    .in_keras("")
    .gives("(batch, *shape)"),
    LayerEntry::new(
        "Lambda",
        Category::Special,
        Rule::Opaque,
        &[required("function", Kind::Str, "\"x * 2\"", "The function, as text.")],
        "Applies a function that is written in Python.",
    )
    .counting_as("the layer is not looked into")
        .gives("`output_shape` where it is given, else unknown")
    .noting("The function is not looked into; `output_shape=(…)`, without the batch, says what comes out."),
    opaque("ConvGRU2D", "A convolutional gated recurrent unit over images."),
    opaque("CapsuleLayer", "A layer of capsules."),
    opaque("SqueezeExcitation", "Weighs the channels of an image by what it shows as a whole."),
    opaque("Inception", "Several convolutions side by side."),
    opaque("GraphConv", "A convolution over a graph."),
    opaque("GraphAttention", "Attention over a graph."),
    opaque("QuantumLayer", "A quantum circuit."),
    opaque("DynamicLayer", "A layer that is decided when the network runs."),
    opaque("L1", "A penalty on absolute values; a regularizer, no layer of a network."),
    opaque("L2", "A penalty on squares; a regularizer, no layer of a network."),
    opaque("L1L2", "A penalty on absolute values and squares; a regularizer, no layer of a network."),
    opaque("Branch", "A branch. It is written `name: { … }`, and starts where the branches before it start."),
];

fn custom_shape(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let Some(sizes) = cx.args.sizes("shape") else {
        return Ok(Outcome::shapeless());
    };
    let dims = sizes.iter().map(Size::dim);
    Ok(Outcome::new(Shape::new([cx.input().batch()].into_iter().chain(dims))))
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn shapes_by_hand() {
        check(
            r#"
        CustomShape(Name, (32, 32)) on (784)
        CustomShape(Name, 32) on (784)
        Lambda("x * 2") on (8)
        SqueezeExcitation(ratio=16) on (8, 8, 3)
            "#,
            expect![[r#"
                32×32  params 0
                32  params 0
                error bad-type: `CustomShape`: `shape` must be a tuple of whole numbers, not 32; write (32,)
                  fix: shape=(32,)
                ?  params ?  macs ?
                ?  params ?  macs ?"#]],
        );
    }
}
