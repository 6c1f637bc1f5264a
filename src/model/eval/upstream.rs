//! What mends a layer above the one that fails. A rule knows its operands' shapes and nothing of what
//! made them, so it suggests what would help if this or that layer did, and here it is looked up
//! whether one did.

use crate::lang::{Category, Role, Suggestion, find_layer};
use crate::model::place::Place;
use crate::model::tensor::{Producer, Tensor};
use crate::shape::Dim;
use crate::text::TextEdit;

/// A change of what made an operand, and what there is to say about it.
pub(super) struct Upstream {
    /// What to do; it takes the place of what the rule says.
    pub help: String,
    /// What made the operand so.
    pub related: Option<(Place, String)>,
    /// The change.
    pub fix: Option<(String, Vec<TextEdit<Place>>)>,
}

/// What `suggestion` comes to for these operands, where it is about what made one of them. `None`
/// where what made it is not what the rule has thought of.
pub(super) fn upstream(suggestion: &Suggestion, operands: &[Tensor]) -> Option<Upstream> {
    match suggestion {
        Suggestion::AllSteps { operand } => {
            let tensor = operands.get(*operand)?;
            let last = tensor.producer.as_ref()?;
            let producer = match &last.last_step_of {
                Some(producer) => producer,
                None => Some(last).filter(|producer| producer.recurrent())?,
            };
            if producer.input_rank? != tensor.rank()? + 1 {
                return None;
            }
            let layer = producer.layer();
            Some(Upstream {
                help: format!(
                    "write `return_sequences=true` in the `{layer}` before, which now gives only its last step"
                ),
                related: Some((
                    producer.call().name,
                    format!("this `{layer}` gives only its last step"),
                )),
                fix: set_on(producer, "return_sequences", "true"),
            })
        }
        Suggestion::WidenInput { operand, first, help } => {
            let tensor = operands.get(*operand)?;
            let sizes = tensor.origins.get(1..)?.iter();
            let sizes: Option<Vec<Place>> = sizes
                .map(|origin| {
                    origin.as_ref().filter(|origin| origin.layer == "input").map(|it| it.place)
                })
                .collect();
            let sizes = sizes.filter(|_| tensor.producer.is_none() && !tensor.leading_none)?;
            // A size that stands alone may have no parentheses to write another one into.
            let edit = match (sizes.as_slice(), first) {
                ([first, _, ..], true) => Some(first.start().edit("1, ")),
                ([.., _, last], false) => Some(last.end().edit(", 1")),
                _ => None,
            };
            let end = if *first { "first" } else { "last" };
            let title = format!("Add a {end} dimension of 1 to the input");
            Some(Upstream {
                help: help.clone(),
                related: None,
                fix: edit.map(|edit| (title, vec![edit])),
            })
        }
        Suggestion::RemoveFlatten { operand, rank } => {
            let producer = operands.get(*operand)?.producer.as_ref()?;
            if !is_flatten(producer) || producer.input_rank != Some(*rank) {
                return None;
            }
            Some(Upstream {
                help: "take the `Flatten` before away, or move it behind this layer".to_string(),
                related: Some((
                    producer.call().name,
                    "this `Flatten` makes one dimension of all".to_string(),
                )),
                fix: Some((
                    "Delete the `Flatten` before".to_string(),
                    vec![producer.call().whole.edit("")],
                )),
            })
        }
        Suggestion::PoolInstead { operand } => {
            let producer = operands.get(*operand)?.producer.as_ref()?;
            let spatial = producer.input_rank?.checked_sub(2)?;
            if !is_flatten(producer) || !(1..=3).contains(&spatial) {
                return None;
            }
            let pooling = format!("GlobalAveragePooling{spatial}D()");
            Some(Upstream {
                help: format!(
                    "write `{pooling}` in the place of `Flatten`: it gives one number per channel, whatever the size"
                ),
                related: Some((
                    producer.call().name,
                    "this `Flatten` makes a number of features that is not known".to_string(),
                )),
                fix: Some((
                    format!("Change `Flatten` to `{pooling}`"),
                    vec![producer.call().whole.edit(pooling)],
                )),
            })
        }
        _ => None,
    }
}

fn is_flatten(producer: &Producer) -> bool {
    find_layer(producer.layer()).is_some_and(|entry| entry.role == Role::Flatten)
}

/// The change that gives a parameter of the layer which made `tensor` this value.
pub(super) fn set_on_producer(
    tensor: &Tensor,
    param: &'static str,
    value: &str,
) -> Option<(String, Vec<TextEdit<Place>>)> {
    set_on(tensor.producer.as_ref()?, param, value)
}

fn set_on(
    producer: &Producer,
    param: &'static str,
    value: &str,
) -> Option<(String, Vec<TextEdit<Place>>)> {
    let param = if param == Suggestion::CHANNELS { producer.written.channels? } else { param };
    let entry = find_layer(producer.layer())?;
    entry.param(param)?;
    let edit = producer.set(param, value)?;
    Some((format!("Set `{param}={value}` on `{}` before", producer.layer()), vec![edit]))
}

/// The change that makes dimension `axis` of operand `operand` this large where its size was made:
/// in the input, if nothing but layers that pass it on stand between, or in the layer that gives the
/// channels.
pub(super) fn resize(
    operands: &[Tensor],
    operand: usize,
    axis: usize,
    size: u64,
) -> Option<(String, Vec<TextEdit<Place>>)> {
    let tensor = operands.get(operand)?;
    let origin = tensor.origins.get(axis)?.as_ref()?;
    if let Some(producer) = &tensor.producer {
        return match producer.given(producer.written.channels?)? {
            Some(place) if place == origin.place => {
                set_on(producer, Suggestion::CHANNELS, &size.to_string())
            }
            _ => None,
        };
    }
    // Where both come from one input, a change of it changes both.
    let shared = operands.iter().enumerate().any(|(at, other)| {
        at != operand && other.origins.iter().flatten().any(|it| it.place == origin.place)
    });
    let [only] = tensor.choices(axis)[..] else { return None };
    if shared || origin.layer != "input" || !only.is_known() {
        return None;
    }
    Some((
        format!("Change {only} to {size} in the input"),
        vec![origin.place.edit(size.to_string())],
    ))
}

/// The change that gives the convolutions which made these operands `padding="same"`, where their
/// inputs have one size and they move by one position.
pub(super) fn keep_borders(
    operands: &[Tensor],
    which: &[usize],
) -> Option<(String, Vec<TextEdit<Place>>)> {
    let mut edits = Vec::new();
    let mut size: Option<Vec<Dim>> = None;
    for (at, tensor) in operands.iter().enumerate() {
        let shape = tensor.shape.as_constant()?.as_ref()?;
        let kept = match which.contains(&at) {
            true => {
                let producer = tensor.producer.as_ref()?;
                let entry = find_layer(producer.layer())?;
                entry.param("padding")?;
                let is_given = |param: &str| producer.given(param).is_some();
                if entry.category != Category::Convolution
                    || ["padding", "strides", "data_format"].into_iter().any(is_given)
                {
                    return None;
                }
                let (_, edit) = set_on(producer, "padding", "\"same\"")?;
                edits.extend(edit);
                producer.input.as_ref()?
            }
            false => shape,
        };
        let spatial = kept.unbatched().split_last()?.1.to_vec();
        if !spatial.iter().all(Dim::is_known) || size.is_some_and(|size| size != spatial) {
            return None;
        }
        size = Some(spatial);
    }
    let title = match edits.len() {
        0 => return None,
        1 => "Add `padding=\"same\"` to the convolution before",
        _ => "Add `padding=\"same\"` to the convolutions before",
    };
    Some((title.to_string(), edits))
}

#[cfg(test)]
mod tests {
    use crate::model::fixture::check;
    use expect_test::expect;

    fn check_on(input: &str, layers: &str, expect: expect_test::Expect) {
        check(&format!("input: {input}\nlayers:\n{layers}"), expect);
    }

    #[test]
    fn steps_that_a_recurrent_layer_drops_are_asked_of_it() {
        check_on(
            "(20, 8)",
            "Bidirectional(LSTM(64))\nDropout(0.2)\nGRU(32)",
            expect![[r#"
            0 Bidirectional → 128, 37,376 parameters
            1 Dropout → 128
            2 GRU → ?
            6:1 error rank-mismatch `GRU`: `GRU`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (128) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64, return_sequences=false)\nConv1D(8, 3)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 Conv1D → ?
            5:1 error rank-mismatch `Conv1D`: `Conv1D`: takes (steps, channels): 2 dimensions besides the batch, but the input (64) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "GRU(64)\nTimeDistributed(Dense(8))",
            expect![[r#"
                0 GRU → 64, 14,208 parameters
                1 TimeDistributed → ?
                5:1 error rank-mismatch `TimeDistributed`: `TimeDistributed`: takes a sequence (steps, …): at least 2 dimensions besides the batch, but the input (64) has 1
                    help: write `return_sequences=true` in the `GRU` before, which now gives only its last step
                    line 4: this `GRU` gives only its last step
                    fix: Set `return_sequences=true` on `GRU` before
                    fix: Take `TimeDistributed` away
            "#]],
        );
        check_on(
            "(20, 8)",
            "SimpleRNN(64)\nGlobalAveragePooling1D()",
            expect![[r#"
                0 SimpleRNN → 64, 4,672 parameters
                1 GlobalAveragePooling1D → ?
                5:1 error rank-mismatch `GlobalAveragePooling1D`: `GlobalAveragePooling1D`: takes 1 spatial dimension and channels; the 64 features that come in have no spatial dimension left
                    help: write `return_sequences=true` in the `SimpleRNN` before, which now gives only its last step
                    line 4: this `SimpleRNN` gives only its last step
                    fix: Set `return_sequences=true` on `SimpleRNN` before
                    fix: Delete `GlobalAveragePooling1D`
            "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64)\nMultiHeadAttention(4, 16)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 MultiHeadAttention → ?
            5:1 error rank-mismatch `MultiHeadAttention`: `MultiHeadAttention`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                line 4: this `LSTM` gives only its last step
                fix: Set `return_sequences=true` on `LSTM` before
        "#]],
        );
        check_on(
            "(5, 20, 20, 3)",
            "ConvLSTM2D(4, 3)\nConvLSTM2D(4, 3)",
            expect![[r#"
            0 ConvLSTM2D → 18×18×4, 1,024 parameters
            1 ConvLSTM2D → ?
            5:1 error rank-mismatch `ConvLSTM2D`: `ConvLSTM2D`: takes a sequence of images (time, height, width, channels): 4 dimensions besides the batch, but the input (18×18×4) has 3
                help: write `return_sequences=true` in the `ConvLSTM2D` before, which now gives only its last step
                line 4: this `ConvLSTM2D` gives only its last step
                fix: Set `return_sequences=true` on `ConvLSTM2D` before
                fix: Change to `ConvLSTM1D`
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64, return_sequences=true)\nConv2D(8, 3)",
            expect![[r#"
            0 LSTM → 20×64, 18,688 parameters
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (20×64) has 2
                help: for a sequence write `Conv1D`
                fix: Change to `Conv1D`
                fix: Insert `Reshape((20, 64, 1))` before
        "#]],
        );
        check_on(
            "(20, 8)",
            "LSTM(64)\nRepeatVector(3)\nLSTM(8)",
            expect![[r#"
            0 LSTM → 64, 18,688 parameters
            1 RepeatVector → 3×64
            2 LSTM → 8, 2,336 parameters
        "#]],
        );
    }

    #[test]
    fn steps_are_asked_for_through_layers_that_work_on_features() {
        check_on(
            "(20, 8)",
            "LSTM(64)\nDense(32)\nDropout(0.1)\nLayerNormalization()\nLSTM(8)",
            expect![[r#"
                0 LSTM → 64, 18,688 parameters
                1 Dense → 32, 2,080 parameters
                2 Dropout → 32
                3 LayerNormalization → 32, 64 parameters
                4 LSTM → ?
                8:1 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (32) has 1
                    help: write `return_sequences=true` in the `LSTM` before, which now gives only its last step
                    line 4: this `LSTM` gives only its last step
                    fix: Set `return_sequences=true` on `LSTM` before
            "#]],
        );
    }

    #[test]
    fn operands_are_made_to_agree() {
        check_on(
            "(32, 32, 3)",
            "a: { Conv2D(8, 3) }\nb: { Conv2D(8, 5) }\nConcatenate()",
            expect![[r#"
                0.a.0 Conv2D → 30×30×8, 224 parameters
                0.b.0 Conv2D → 28×28×8, 608 parameters
                1 Concatenate → ?
                6:1 error shape-mismatch `Concatenate`: `Concatenate`: joins along axis 3, so every other dimension must be equal; 30×30×8 and 28×28×8 have 30 and 28
                    line 4: `Conv2D` makes this dimension 30
                    line 5: `Conv2D` makes this dimension 28
                    fix: Add `padding="same"` to the convolutions before
            "#]],
        );
        check_on(
            "(32, 32, 3)",
            "Conv2D(8, 3, padding=\"same\", name=\"skip\")\nConv2D(8, 3)\nAdd(\"skip\")",
            expect![[r#"
                0 Conv2D → 32×32×8, 224 parameters
                1 Conv2D → 30×30×8, 584 parameters
                2 Add → ?
                6:1 error shape-mismatch `Add`: `Add`: 30×30×8 and 32×32×8 do not fit: 30 and 32 must be equal, or one of them 1
                    line 5: `Conv2D` makes this dimension 30
                    line 2: `input` makes this dimension 32
                    fix: Add `padding="same"` to the convolution before
            "#]],
        );
        check_on(
            "{ a: (10,), b: (12,) }",
            "a: { }\nb: { Dropout(0.1) }\nAdd()",
            expect![[r#"
                0.b.0 Dropout → 12
                1 Add → ?
                6:1 error shape-mismatch `Add`: `Add`: 10 and 12 do not fit: 10 and 12 must be equal, or one of them 1
                    line 2: `input` makes this dimension 10
                    line 2: `input` makes this dimension 12
                    fix: Change 12 to 10 in the input
                    fix: Change 10 to 12 in the input
            "#]],
        );
        check_on(
            "(10, 4)",
            "a: { Dense(8) }\nb: { Dense(9) }\nc: { Dense(8) }\nAdd()",
            expect![[r#"
                0.a.0 Dense → 10×8, 40 parameters
                0.b.0 Dense → 10×9, 45 parameters
                0.c.0 Dense → 10×8, 40 parameters
                1 Add → ?
                7:1 error shape-mismatch `Add`: `Add`: 10×8 and 10×9 do not fit: 8 and 9 must be equal, or one of them 1
                    line 4: `Dense` makes this dimension 8
                    line 5: `Dense` makes this dimension 9
                    fix: Set `units=8` on `Dense` before
            "#]],
        );
    }

    #[test]
    fn a_wrapper_that_passes_its_input_on_lets_a_reshape_stand_before() {
        check_on(
            "(8,)",
            "Bidirectional(LSTM(4))",
            expect![[r#"
            0 Bidirectional → ?
            4:15 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (8) has 1
                help: write how many features a step has in the input, as in `(8, 1)`; token ids need an `Embedding` before this layer
                fix: Insert `Reshape((8, 1))` before
        "#]],
        );
        check_on(
            "(5, 8)",
            "TimeDistributed(LSTM(4))",
            expect![[r#"
            0 TimeDistributed → ?
            4:17 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (8) has 1
                help: write how many features a step has in the input, as in `(8, 1)`; token ids need an `Embedding` before this layer
                fix: Add a last dimension of 1 to the input
        "#]],
        );
        check_on(
            "(5, 8)",
            "Bidirectional(GRU(units=8, go_backwards=true, use_bias=false))",
            expect![[r#"
                0 Bidirectional → ?
                4:15 error incompatible-parameters `GRU(units=8, go_backwards=true, use_bias=false)`: `Bidirectional`: reads both ways by itself; the layer inside must not have `go_backwards=true`
                    fix: Remove `go_backwards`
            "#]],
        );
    }

    #[test]
    fn an_input_that_lacks_a_dimension_is_given_one() {
        check_on(
            "(28, 28)",
            "Dropout(0.1)\nConv2D(8, 3)",
            expect![[r#"
            0 Dropout → 28×28
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (28×28) has 2
                help: write the channel in the input: `(28, 28, 1)`; for a sequence write `Conv1D`
                fix: Add a last dimension of 1 to the input
                fix: Change to `Conv1D`
                fix: Insert `Reshape((28, 28, 1))` before
        "#]],
        );
        check_on(
            "(28, 28)",
            "Conv2D(8, 3, data_format=\"channels_first\")",
            expect![[r#"
            0 Conv2D → ?
            4:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (channels, height, width): 3 dimensions besides the batch, but the input (28×28) has 2
                help: write the channel in the input: `(1, 28, 28)`; for a sequence write `Conv1D`
                fix: Add a first dimension of 1 to the input
                fix: Change to `Conv1D`
                fix: Insert `Reshape((1, 28, 28))` before
        "#]],
        );
        check_on(
            "(28, 28)",
            "Conv1D(8, 3)\nConv2D(8, (3, 3))",
            expect![[r#"
            0 Conv1D → 26×8, 680 parameters
            1 Conv2D → ?
            5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (26×8) has 2
                help: for a sequence write `Conv1D`
                fix: Change to `Conv1D`
                fix: Insert `Reshape((26, 8, 1))` before
        "#]],
        );
        check_on(
            "(100, 16)",
            "Conv1D(16, 3)\nMaxPooling2D((2, 2))",
            expect![[r#"
            0 Conv1D → 98×16, 784 parameters
            1 MaxPooling2D → ?
            5:1 error rank-mismatch `MaxPooling2D`: `MaxPooling2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (98×16) has 2
                help: for a sequence write `MaxPooling1D`
                fix: Change to `MaxPooling1D`
                fix: Insert `Reshape((98, 16, 1))` before
        "#]],
        );
        check_on(
            "(100, 16)",
            "Conv1D(16, 3)\nMaxPooling2D((2, 1))",
            expect![[r#"
            0 Conv1D → 98×16, 784 parameters
            1 MaxPooling2D → ?
            5:1 error rank-mismatch `MaxPooling2D`: `MaxPooling2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (98×16) has 2
                help: for a sequence write `MaxPooling1D`
                fix: Insert `Reshape((98, 16, 1))` before
        "#]],
        );
        check_on(
            "(64)",
            "LSTM(8)",
            expect![[r#"
            0 LSTM → ?
            4:1 error rank-mismatch `LSTM`: `LSTM`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                help: write how many features a step has in the input, as in `(64, 1)`; token ids need an `Embedding` before this layer
                fix: Insert `Reshape((64, 1))` before
        "#]],
        );
        check_on(
            "(64)",
            "TransformerEncoder(num_heads=4)",
            expect![[r#"
                0 TransformerEncoder → ?
                4:1 error rank-mismatch `TransformerEncoder`: `TransformerEncoder`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (64) has 1
                    help: token ids become a sequence with `Embedding(10000, 64)` before this layer
                    fix: Insert `Reshape((1, 64))` before
            "#]],
        );
        check_on(
            "(7, 7, 64)",
            "TransformerEncoder(num_heads=4)",
            expect![[r#"
                0 TransformerEncoder → ?
                4:1 error rank-mismatch `TransformerEncoder`: `TransformerEncoder`: takes a sequence (steps, features): 2 dimensions besides the batch, but the input (7×7×64) has 3
                    help: for a sequence run it on each step with `TimeDistributed(TransformerEncoder(…))`
                    fix: Insert `Reshape((49, 64))` before
                    fix: Write `TimeDistributed(…)` around it
            "#]],
        );
    }

    #[test]
    fn a_flatten_over_unknown_sizes_gives_way_to_a_pooling() {
        check_on(
            "(T, 64)",
            "Flatten()\nDropout(0.1)\nDense(10)",
            expect![[r#"
            0 Flatten → 64*T
            1 Dropout → 64*T
            2 Dense → ?
            6:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling1D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 4: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling1D()`
        "#]],
        );
        check_on(
            "(None, H, W, 3)",
            "Conv2D(8, 3)\nFlatten()\nDense(10)",
            expect![[r#"
            0 Conv2D → (H-2)×(W-2)×8, 224 parameters
            1 Flatten → -16*H+8*H*W-16*W+32
            2 Dense → ?
            6:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling2D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 5: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling2D()`
        "#]],
        );
        check_on(
            "(None, None, 64)",
            "Flatten()\nDense(10)",
            expect![[r#"
            0 Flatten → ?
            1 Dense → ?
            5:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: write `GlobalAveragePooling1D()` in the place of `Flatten`: it gives one number per channel, whatever the size
                line 4: this `Flatten` makes a number of features that is not known
                fix: Change `Flatten` to `GlobalAveragePooling1D()`
        "#]],
        );
        check_on(
            "(T)",
            "Dense(10)",
            expect![[r#"
            0 Dense → ?
            4:1 error unknown-dimension `Dense`: `Dense`: the number of features must be a number to build the layer, but is unknown
                help: give that dimension a number where it comes from
                line 2: `input` makes this dimension T
        "#]],
        );
    }

    #[test]
    fn a_flatten_too_early_is_taken_away() {
        check_on(
            "(28, 28, 1)",
            "Flatten()\nDropout(0.1)\nConv2D(8, 3)",
            expect![[r#"
            0 Flatten → 784
            1 Dropout → 784
            2 Conv2D → ?
            6:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (784) has 1
                help: take the `Flatten` before away, or move it behind this layer
                line 4: this `Flatten` makes one dimension of all
                fix: Delete the `Flatten` before
        "#]],
        );
        check_on(
            "(7, 7, 64)",
            "Flatten()\nGlobalAveragePooling2D()",
            expect![[r#"
                0 Flatten → 3136
                1 GlobalAveragePooling2D → ?
                5:1 error rank-mismatch `GlobalAveragePooling2D`: `GlobalAveragePooling2D`: takes 2 spatial dimensions and channels; the 3136 features that come in have no spatial dimension left
                    help: take the `Flatten` before away, or move it behind this layer
                    line 4: this `Flatten` makes one dimension of all
                    fix: Delete the `Flatten` before
                    fix: Delete `GlobalAveragePooling2D`
            "#]],
        );
        check_on(
            "(100, 8)",
            "Flatten()\nConv2D(8, 3)",
            expect![[r#"
                0 Flatten → 800
                1 Conv2D → ?
                5:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (800) has 1
                    help: a vector becomes an image with `Reshape((height, width, channels))` before this layer
            "#]],
        );
        check_on(
            "(10)",
            "Conv2D(8, 3)",
            expect![[r#"
                0 Conv2D → ?
                4:1 error rank-mismatch `Conv2D`: `Conv2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (10) has 1
                    help: a vector becomes an image with `Reshape((height, width, channels))` before this layer
            "#]],
        );
    }

    #[test]
    fn a_width_that_both_operands_have_is_left_alone() {
        check(
            "Conv2D(8, 3, name=\"c\")\nConcatenate(\"c\")\nAdd(\"c\")",
            expect![[r#"
            0 Conv2D → 30×30×8, 224 parameters
            1 Concatenate → 30×30×16
            2 Add → ?
            4:1 error shape-mismatch `Add`: `Add`: 30×30×16 and 30×30×8 do not fit: 16 and 8 must be equal, or one of them 1
                line 3: `Concatenate` makes this dimension 16
                line 2: `Conv2D` makes this dimension 8
        "#]],
        );
        check(
            "Conv2D(8, 1, name=\"c\")\nConv2D(4, 1)\nAdd(\"c\")",
            expect![[r#"
            0 Conv2D → 32×32×8, 32 parameters
            1 Conv2D → 32×32×4, 36 parameters
            2 Add → ?
            4:1 error shape-mismatch `Add`: `Add`: 32×32×4 and 32×32×8 do not fit: 4 and 8 must be equal, or one of them 1
                line 3: `Conv2D` makes this dimension 4
                line 2: `Conv2D` makes this dimension 8
                fix: Set `filters=8` on `Conv2D` before
        "#]],
        );
    }
}
