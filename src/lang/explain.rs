//! Formulas with the numbers of one layer in them: what the accounts of the layer table are made of.
//!
//! A line says `label: formula = result`. Where a number is not known the line is left out.

use super::rule::RuleCx;
use crate::shape::{Count, Dim};

/// The names of the spatial axes of an image with `rank` of them.
pub(super) fn spatial_axes(rank: usize) -> &'static [&'static str] {
    match rank {
        1 => &["steps"],
        2 => &["height", "width"],
        _ => &["depth", "height", "width"],
    }
}

/// A size inside a formula: bounds where it lies between two, parentheses around a sum.
pub(super) fn size(dim: &Dim) -> String {
    if let (false, (low, Some(high))) = (dim.is_known(), dim.bounds()) {
        return format!("({low}..{high})");
    }
    let text = dim.to_string();
    match text.contains(['+', '-']) && !text.ends_with(')') {
        true => format!("({text})"),
        false => text,
    }
}

/// `26×26×32`
pub(super) fn product<'a>(dims: impl IntoIterator<Item = &'a Dim>) -> String {
    dims.into_iter().map(size).collect::<Vec<_>>().join("×")
}

/// `label: formula = result`; none where the result is not known.
pub(super) fn line(label: &str, formula: &str, result: &Dim) -> Option<String> {
    if *result == Dim::Unknown {
        return None;
    }
    let result = match (result.is_known(), result.bounds()) {
        (false, (low, Some(high))) => format!("{low}..{high}"),
        _ => result.to_string(),
    };
    match result == formula {
        true => Some(format!("{label}: {result}")),
        false => Some(format!("{label}: {formula} = {result}")),
    }
}

/// `parameters: 3×3×1×32 + 32 = 320`, a product for each term.
pub(super) fn parameters(terms: &[Vec<Dim>]) -> Option<String> {
    named_count("parameters", terms)
}

/// The same for another count.
pub(super) fn named_count(label: &str, terms: &[Vec<Dim>]) -> Option<String> {
    let total: Count = terms.iter().map(Count::product).sum();
    if total == Count::Unknown || total == Count::ZERO {
        return None;
    }
    let formula = terms.iter().map(product).collect::<Vec<_>>().join(" + ");
    let result = total.to_string();
    match formula == result.replace(',', "") {
        true => Some(format!("{label}: {result}")),
        false => Some(format!("{label}: {formula} = {result}")),
    }
}

/// The term of a bias of `width` numbers, where the layer has one.
pub(super) fn bias(cx: &RuleCx<'_>, width: &Dim) -> Option<Vec<Dim>> {
    (cx.args.bool("use_bias") == Some(true)).then(|| vec![width.clone()])
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check_explained;
    use expect_test::expect;

    #[test]
    fn windows() {
        check_explained(
            r#"
        Conv2D(32, (3, 3), "relu") on (28, 28, 1)
        Conv2D(filters=8, kernel_size=3, strides=2, padding="same", use_bias=false) on (7, 8, 3)
        Conv1D(4, 4, strides=3) on (T, 4)
        Conv1D(8, 3, dilation_rate=2) on (50, 2)
        Conv2D(8, 3, data_format="channels_first", groups=2) on (4, 10, 12)
        Conv2D(16..64, 3) on (28, 28, 3)
        DepthwiseConv2D(3, depth_multiplier=2) on (8, 8, 3)
        SeparableConv2D(16, 3) on (9, 9, 3)
        Conv2DTranspose(8, 3, strides=2, padding="same") on (7, 7, 4)
        Conv2DTranspose(8, 3, strides=2, output_padding=1) on (7, 7, 4)
        Conv1DTranspose(8, 4, strides=2, padding="same", output_padding=1) on (7, 4)
        Conv1DTranspose(8, 2, strides=5, dilation_rate=1) on (7, 4)
        DepthwiseConv2D(3, dilation_rate=2, padding="same", strides=2) on (9, 9, 3)
        MaxPooling1D(3, strides=2, padding="same") on (T, 4)
        ConvLSTM1D(4, 3) on (5, 8, 2)
        Conv1DTranspose(8, 3, strides=2) on (7, 4)
        MaxPooling2D(2) on (13, 13, 32)
        GlobalAveragePooling2D() on (7, 7, 512)
        AdaptiveAveragePooling2D((3, 5)) on (7, 7, 512)
        ConvLSTM2D(8, 3, padding="same", return_sequences=true) on (T, 16, 16, 3)
            "#,
            expect![[r#"
                Conv2D(32, (3, 3), "relu")
                  height: floor((28 − 3)/1) + 1 = 26
                  width: floor((28 − 3)/1) + 1 = 26
                  channels: filters = 32
                  parameters: 3×3×1×32 + 32 = 320
                Conv2D(filters=8, kernel_size=3, strides=2, padding="same", use_bias=false)
                  height: ceil(7/2) = 4
                  width: ceil(8/2) = 4
                  channels: filters = 8
                  parameters: 3×3×3×8 = 216
                Conv1D(4, 4, strides=3)
                  steps: floor((T − 4)/3) + 1 = floor((T-1)/3)
                  channels: filters = 4
                  parameters: 4×4×4 + 4 = 68
                Conv1D(8, 3, dilation_rate=2)
                  steps: floor((50 − 2×(3 − 1) − 1)/1) + 1 = 46
                  channels: filters = 8
                  parameters: 3×2×8 + 8 = 56
                Conv2D(8, 3, data_format="channels_first", groups=2)
                  height: floor((10 − 3)/1) + 1 = 8
                  width: floor((12 − 3)/1) + 1 = 10
                  channels: filters = 8
                  parameters: 3×3×2×8 + 8 = 152
                Conv2D(16..64, 3)
                  height: floor((28 − 3)/1) + 1 = 26
                  width: floor((28 − 3)/1) + 1 = 26
                  channels: filters = 16..64
                  parameters: 3×3×3×(16..64) + (16..64) = 448..1,792
                DepthwiseConv2D(3, depth_multiplier=2)
                  height: floor((8 − 3)/1) + 1 = 6
                  width: floor((8 − 3)/1) + 1 = 6
                  channels: 3×2 = 6
                  parameters: 3×3×3×2 + 6 = 60
                SeparableConv2D(16, 3)
                  height: floor((9 − 3)/1) + 1 = 7
                  width: floor((9 − 3)/1) + 1 = 7
                  channels: filters = 16
                  parameters: 3×3×3×1 + 3×16 + 16 = 91
                Conv2DTranspose(8, 3, strides=2, padding="same")
                  height: 7×2 = 14
                  width: 7×2 = 14
                  channels: filters = 8
                  parameters: 3×3×4×8 + 8 = 296
                Conv2DTranspose(8, 3, strides=2, output_padding=1)
                  height: (7 − 1)×2 + 3 + 1 = 16
                  width: (7 − 1)×2 + 3 + 1 = 16
                  channels: filters = 8
                  parameters: 3×3×4×8 + 8 = 296
                Conv1DTranspose(8, 4, strides=2, padding="same", output_padding=1)
                  steps: (7 − 1)×2 + 4 mod 2 + 1 = 13
                  channels: filters = 8
                  parameters: 4×4×8 + 8 = 136
                Conv1DTranspose(8, 2, strides=5, dilation_rate=1)
                  steps: (7 − 1)×5 + max(2, 5) = 35
                  channels: filters = 8
                  parameters: 2×4×8 + 8 = 72
                DepthwiseConv2D(3, dilation_rate=2, padding="same", strides=2)
                  height: ceil(9/2) = 5
                  width: ceil(9/2) = 5
                  channels: 3×1 = 3
                  parameters: 3×3×3×1 + 3 = 30
                MaxPooling1D(3, strides=2, padding="same")
                  steps: ceil(T/2) = floor((T-1)/2)+1
                ConvLSTM1D(4, 3)
                  steps: floor((8 − 3)/1) + 1 = 6
                  channels: filters = 4
                  parameters: 3×6×16 + 16 = 304
                Conv1DTranspose(8, 3, strides=2)
                  steps: (7 − 1)×2 + max(3, 2) = 15
                  channels: filters = 8
                  parameters: 3×4×8 + 8 = 104
                MaxPooling2D(2)
                  height: floor((13 − 2)/2) + 1 = 6
                  width: floor((13 − 2)/2) + 1 = 6
                GlobalAveragePooling2D()
                  channels: 512, each the average of 7×7 elements
                AdaptiveAveragePooling2D((3, 5))
                  height: output_size = 3
                  width: output_size = 5
                ConvLSTM2D(8, 3, padding="same", return_sequences=true)
                  height: ceil(16/1) = 16
                  width: ceil(16/1) = 16
                  channels: filters = 8
                  parameters: 3×3×11×32 + 32 = 3,200"#]],
        );
    }

    #[test]
    fn features_and_sequences() {
        check_explained(
            r#"
        Dense(10) on (784)
        Dense(10, use_bias=false) on (784)
        EinsumDense("abc,cd->abd", (5, 7), bias_axes="d") on (5, 3)
        EinsumDense("...b,bc->...c", 7) on (5, 3)
        Embedding(1000, 64) on (20)
        LSTM(64) on (10, 32)
        GRU(8, return_sequences=true) on (T, 4)
        GRU(8, reset_after=false) on (3, 4)
        GRU(8, use_bias=false) on (3, 4)
        SimpleRNN(8, use_bias=false) on (5, 4)
        LSTMCell(8) on (4)
        Bidirectional(LSTM(16)) on (10, 4)
        MultiHeadAttention(8, 64) on (20, 128)
        Attention() on (10, 64); (20, 64)
        TransformerEncoder(num_heads=4, ff_dim=32, num_layers=2) on (10, 16)
            "#,
            expect![[r#"
                Dense(10)
                  features: units = 10
                  parameters: 784×10 + 10 = 7,850
                Dense(10, use_bias=false)
                  features: units = 10
                  parameters: 784×10 = 7,840
                EinsumDense("abc,cd->abd", (5, 7), bias_axes="d")
                  `c`: 3
                  `d`: 7
                  parameters: 3×7 + 7 = 28
                EinsumDense("...b,bc->...c", 7)
                  `b`: 3
                  `c`: 7
                  parameters: 3×7 = 21
                Embedding(1000, 64)
                  features: output_dim = 64
                  parameters: 1000×64 = 64,000
                LSTM(64)
                  steps: the last of 10
                  features: units = 64
                  parameters: 4×(64×(32 + 64) + 64) = 24,832
                GRU(8, return_sequences=true)
                  steps: all T, because of return_sequences=true
                  features: units = 8
                  parameters: 3×(8×(4 + 8) + 2×8) = 336
                GRU(8, reset_after=false)
                  steps: the last of 3
                  features: units = 8
                  parameters: 3×(8×(4 + 8) + 8) = 312
                GRU(8, use_bias=false)
                  steps: the last of 3
                  features: units = 8
                  parameters: 3×8×(4 + 8) = 288
                SimpleRNN(8, use_bias=false)
                  steps: the last of 5
                  features: units = 8
                  parameters: 8×(4 + 8) = 96
                LSTMCell(8)
                  features: units = 8
                  parameters: 4×(8×(4 + 8) + 8) = 416
                Bidirectional(LSTM(16))
                  features: 16 + 16 = 32
                MultiHeadAttention(8, 64)
                  steps: the query's 20, each looking at 20
                  features: the query's = 128
                  query parameters: 128×8×64 + 8×64 = 66,048
                  key parameters: 128×8×64 + 8×64 = 66,048
                  value parameters: 128×8×64 + 8×64 = 66,048
                  output parameters: 8×64×128 + 128 = 65,664
                Attention()
                  steps: the query's 10, each looking at 20
                  features: the value's = 64
                TransformerEncoder(num_heads=4, ff_dim=32, num_layers=2)
                  features of a head: 16/4 = 4
                  attention parameters: 4×16×16 + 4×16 = 1,088
                  feed-forward parameters: 2×16×32 + 32 + 16 = 1,072
                  normalization parameters: 2×2×16 = 64
                  all of it 2 times"#]],
        );
    }

    #[test]
    fn shapes_and_merges() {
        check_explained(
            r#"
        Flatten() on (26, 26, 32)
        Flatten() on (T, 32)
        Reshape((4, -1)) on (8, 8)
        Reshape((64,)) on (8, 8)
        Permute((2, 1)) on (3, 5)
        RepeatVector(4) on (8)
        ZeroPadding2D(((1, 0), (2, 2))) on (8, 8, 3)
        Cropping1D(2) on (9, 3)
        UpSampling2D(2) on (7, 7, 8)
        Resizing(224, 200) on (28, 28, 3)
        Concatenate() on (8, 8, 32); (8, 8, 64)
        Add() on (8, 8, 32); (8, 8, 32)
        Multiply() on (8, 8, 32); (1, 1, 32)
        Dot(1) on (8); (8)
        BatchNormalization() on (8, 8, 32)
        LayerNormalization(center=false) on (8, 32)
            "#,
            expect![[r#"
                Flatten()
                  features: 26×26×32 = 21632
                Flatten()
                  features: T×32 = 32*T
                Reshape((4, -1))
                  elements: 8×8 = 64
                  axis 2: 64/4 = 16
                Reshape((64,))
                  elements: 8×8 = 64
                Permute((2, 1))
                  axis 1: axis 2 of the input = 5
                  axis 2: axis 1 of the input = 3
                RepeatVector(4)
                  steps: n = 4
                ZeroPadding2D(((1, 0), (2, 2)))
                  height: 1 + 8 + 0 = 9
                  width: 2 + 8 + 2 = 12
                Cropping1D(2)
                  steps: 9 − 2 − 2 = 5
                UpSampling2D(2)
                  height: 7×2 = 14
                  width: 7×2 = 14
                Resizing(224, 200)
                  height: 224
                  width: 200
                Concatenate()
                  axis 3: 32 + 64 = 96
                Add()
                  each of the 2 operands: 8×8×32
                Multiply()
                  axis 1: max(8, 1) = 8
                  axis 2: max(8, 1) = 8
                Dot(1)
                  sum over axis 1 of 8 and axis 1 of 8: 8 products
                BatchNormalization()
                  trainable: 2×32 = 64
                  moving averages: 2×32 = 64
                LayerNormalization(center=false)
                  trainable: 1×32 = 32"#]],
        );
    }
}
