//! The shapes of a layer in the layout that it does not have: PyTorch has the channels first, and the
//! text mostly has them last.

use crate::ide::view::{shape_text, shape_view};
use crate::lang::{Args, Value, find_layer};
use crate::model::result::Layer;
use crate::model::tensor::Tensor;

/// `With the channels first: 3×28×28 → 8×26×26`, for a layer that has a layout.
pub(super) fn other_layout(layer: &Layer) -> Option<String> {
    let entry = find_layer(&layer.layer)?;
    let (index, _) = entry.param("data_format")?;
    let mut given = vec![None; entry.params.len()];
    if let Some((_, value)) = layer.args.iter().find(|(at, _)| *at == index) {
        given[index] = Some(value.as_constant().cloned().unwrap_or(Value::Unknown));
    }
    let args = Args::new(entry, layer.framework, &given);
    let is_first = match args.value("data_format") {
        Value::None => false,
        value => value.as_text()?.eq_ignore_ascii_case("channels_first"),
    };
    let moved = |tensor: &Tensor| {
        let mut view = shape_view(tensor)?;
        // A vector of features has one layout.
        if let Some(dims) = view.get_mut(1..).filter(|dims| dims.len() > 1) {
            match is_first {
                true => dims.rotate_left(1),
                false => dims.rotate_right(1),
            }
        }
        Some(shape_text(&view))
    };
    let (input, output) = (moved(layer.inputs.first()?)?, moved(layer.outputs.first()?)?);
    let place = if is_first { "last" } else { "first" };
    Some(format!("With the channels {place}: `{input} → {output}`"))
}

#[cfg(test)]
mod tests {
    use crate::ide::HoverConfig;
    use crate::ide::fixture::at_cursor;
    use crate::text::TextSize;
    use expect_test::{Expect, expect};

    fn check(layers: &str, expect: Expect) {
        let text = format!("network N {{\n  input: (28, 28, 3)\n  layers:\n    {layers}\n}}\n");
        let (analysis, offset): (_, TextSize) = at_cursor(&text);
        let config = HoverConfig { other_layout: true, ..HoverConfig::default() };
        let markdown = analysis.hover(offset, &config).expect("a layer has a hover").markdown;
        let line = markdown.lines().find(|line| line.starts_with("With the channels"));
        expect.assert_eq(line.unwrap_or("no other layout"));
    }

    #[test]
    fn channels_go_to_the_other_end() {
        check("Con$0v2D(8, 3)", expect!["With the channels first: `3×28×28 → 8×26×26`"]);
        check(
            "Conv$02D(8, 3, data_format=\"channels_first\")",
            expect!["With the channels last: `28×3×28 → 26×1×8`"],
        );
        check("GlobalAv$0eragePooling2D()", expect!["With the channels first: `3×28×28 → 3`"]);
        check("De$0nse(8)", expect!["no other layout"]);
    }
}
