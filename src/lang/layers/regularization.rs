//! Dropout and noise: layers that do something in training only.

use super::core::unchanged;
use super::shared::*;
use crate::lang::geometry::{Image, channels_first};
use crate::lang::{Category, LayerEntry, Outcome, Param, Problem, Rule, RuleCx};

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
        unchanged,
        &[RATE, NOISE_SHAPE, SEED],
        "Drops a share of the elements in training.",
    )
    .ordered(&["rate"])
    .in_torch("nn.Dropout"),
    noise("GaussianDropout", unchanged, &[RATE, SEED], "Multiplies by noise around 1 in training."),
    noise(
        "AlphaDropout",
        unchanged,
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

fn spatial<const RANK: usize>(cx: &RuleCx<'_>) -> Result<Outcome, Problem> {
    // The layout makes no difference to the shape, so it need not be known.
    if channels_first(cx).is_some() {
        Image::read(cx, RANK)?;
    }
    unchanged(cx)
}
