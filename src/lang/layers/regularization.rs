//! Dropout and noise: layers that do something in training only.

use super::core::unchanged;
use super::shared::*;
use crate::diagnostics::codes;
use crate::lang::geometry::{Image, channels_first};
use crate::lang::{Blame, Category, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};

const NOISE_SHAPE: Param =
    free("noise_shape", "The shape of the mask; a dimension of 1 is dropped as a whole.");
const SPATIAL: &[Param] = &[RATE, DATA_FORMAT, SEED];

const fn noise(
    name: &'static str,
    rule: fn(&RuleCx<'_>) -> Result<Outcome, Problem>,
    params: &'static [Param],
    summary: &'static str,
) -> LayerEntry {
    LayerEntry::new(name, Category::Regularization, Rule::Pure(rule), params, summary)
}

/// Dropout and noise.
pub static LAYERS: &[LayerEntry] = &[
    noise(
        "Dropout",
        drop,
        &[RATE, NOISE_SHAPE, SEED],
        "Drops a share of the elements in training.",
    )
    .ordered(&["rate"])
    .in_torch("nn.Dropout"),
    noise("GaussianDropout", drop, &[RATE, SEED], "Multiplies by noise around 1 in training."),
    noise(
        "AlphaDropout",
        drop,
        &[RATE, NOISE_SHAPE, SEED],
        "Drops elements in training and keeps mean and variance.",
    )
    .in_torch("nn.AlphaDropout"),
    noise(
        "GaussianNoise",
        unchanged,
        &[required("stddev", SHARE, "0.1", "The standard deviation of the noise."), SEED],
        "Adds noise in training.",
    ),
    noise(
        "SpatialDropout1D",
        spatial::<1>,
        &[RATE, SEED],
        "Drops whole channels of a sequence in training.",
    )
    .in_torch("nn.Dropout1d"),
    noise(
        "SpatialDropout2D",
        spatial::<2>,
        SPATIAL,
        "Drops whole channels of an image in training.",
    )
    .in_torch("nn.Dropout2d"),
    noise(
        "SpatialDropout3D",
        spatial::<3>,
        SPATIAL,
        "Drops whole channels of a volume in training.",
    )
    .in_torch("nn.Dropout3d"),
];

/// Dropout in any of its forms. A share of 1 is taken, and leaves nothing.
fn drop(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    let all = cx.args.number("rate").filter(|rate| *rate == 1.0).map(|_| {
        let message = format!(
            "`rate={}` drops every element in training; a share below 1 keeps some",
            cx.args.value("rate")
        );
        cx.problem(codes::BAD_VALUE, Blame::Param("rate"), message)
            .as_warning()
            .suggest_set("rate", RATE.example)
    });
    Ok(unchanged(cx)?.warn(all))
}

fn spatial<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    // The layout makes no difference to the shape, so it need not be known.
    if channels_first(cx).is_some() {
        Image::read(cx, RANK)?;
    }
    drop(cx)
}

#[cfg(test)]
mod tests {
    use crate::lang::testing::check;
    use expect_test::expect;

    #[test]
    fn rates_are_shares() {
        check(
            r#"
        Dropout(0.5) on (8)
        Dropout(1) on (8)
        Dropout(rate=50) on (8)
        Dropout(p=0.2) on (8)
        Dropout(-0.1) on (8)
        Dropout("0.5") on (8)
        SpatialDropout2D(0.2) on (8, 4)
            "#,
            expect![[r#"
                8  params 0
                8  params 0
                warning bad-value: `Dropout`: `rate=1` drops every element in training; a share below 1 keeps some
                  fix: rate=0.5
                8  params 0
                error bad-value: `Dropout`: `rate` must be a number between 0 and 1, not 50; write 0.5
                  fix: rate=0.5
                8  params 0
                hint parameter-alias: `Dropout`: the parameter is called `rate`; `p` is PyTorch's name for it
                  fix: call it rate
                8  params 0
                error bad-value: `Dropout`: `rate` must be a number between 0 and 1, not -0.1; write 0.1
                  fix: rate=0.1
                8  params 0
                error bad-type: `Dropout`: `rate` must be a number between 0 and 1, not "0.5"; write 0.5
                  fix: rate=0.5
                error rank-mismatch: `SpatialDropout2D`: takes (height, width, channels): 3 dimensions besides the batch, but the input (8×4) has 2
                  help: for a sequence write `SpatialDropout1D`
                  fix: all steps of what makes operand 0
                  fix: SpatialDropout1D instead
                  fix: 1 as the last dimension where operand 0 is the input: write the channel in the input: `(8, 4, 1)`; for a sequence write `SpatialDropout1D`
                  fix: Reshape((8, 4, 1)) before"#]],
        );
    }
}
