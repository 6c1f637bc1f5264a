//! Checks of two layers of which the second takes the output of the first, and nothing else does.

use super::facts::Site;
use super::layers::{View, elements, is_certain, is_dense};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::{Category, Value};
use crate::model::place::Place;
use crate::model::result::Finding;
use crate::shape::grouped;

/// How many times as large an output is a jump.
const JUMP: u64 = 10;
/// How small a part of what comes in is a sharp reduction: one of this many.
const REDUCTION: u64 = 100;

/// The layer that a finding about two of them is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    First,
    Second,
}

/// A check of two layers.
type Check = fn(&View<'_>, &View<'_>) -> Option<Diagnostic<Place>>;

/// The checks, each of which asks first what rules most layers out.
const PAIR: &[(Which, Check)] = &[
    (Which::Second, consecutive_activations),
    (Which::First, bias_before_normalization),
    (Which::First, dropout_before_normalization),
    (Which::Second, convolution_after_dense),
    (Which::Second, size_change),
];

/// Gives `found` what is wrong with two layers in a row.
pub(super) fn pair(
    first: &View<'_>,
    second: &View<'_>,
    mut found: impl FnMut(Which, Diagnostic<Place>),
) {
    // The output of a layer with a name may be used elsewhere too.
    let is_private = first.layer.name.is_none();
    if !is_private || !is_certain(first.layer) || !is_certain(second.layer) {
        return;
    }
    for (which, check) in PAIR {
        if let Some(diagnostic) = check(first, second) {
            found(*which, diagnostic);
        }
    }
}

/// What is wrong with two layers in a row that stand in two pieces of a network.
pub(super) fn meeting(before: &Site, after: &Site) -> Vec<(Which, Finding)> {
    let (Some(first), Some(second)) = (View::of(&before.layer), View::of(&after.layer)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    pair(&first, &second, |which, diagnostic| {
        let site = match which {
            Which::First => before,
            Which::Second => after,
        };
        findings.push((which, site.finding(diagnostic)));
    });
    findings
}

fn consecutive_activations(first: &View<'_>, second: &View<'_>) -> Option<Diagnostic<Place>> {
    if !second.is_activation() {
        return None;
    }
    let (one, two) = (first.activation()?, second.activation()?);
    if one == "linear" || two == "linear" {
        return None;
    }
    let same = one == two && one == "relu";
    let message = match same {
        true => format!(
            "`{}` applies `relu` to what `{}` has applied it to already",
            second.entry.name, first.entry.name
        ),
        false => format!(
            "`{}` applies `{two}` to what `{}` has applied `{one}` to",
            second.entry.name, first.entry.name
        ),
    };
    let mut finding = Diagnostic::new(codes::CONSECUTIVE_ACTIVATIONS, second.layer.place, message)
        .with_related(first.layer.place, format!("`{one}` is applied here"));
    let without_first = match first.is_activation() {
        true => Some(vec![first.layer.place.edit("")]),
        false => first.set("activation", "\"linear\""),
    };
    if same {
        let edits = vec![second.layer.place.edit("")];
        finding = finding.with_fix(format!("Remove `{}`", second.entry.name), edits);
    } else if let Some(edits) = without_first
        && first.layer.place.owner == second.layer.place.owner
    {
        finding = finding.with_fix(format!("Leave `{one}` out"), edits);
    }
    Some(finding)
}

/// Whether it is a batch normalization of the last axis.
fn is_batch_norm(view: &View<'_>) -> bool {
    view.entry.name == "BatchNormalization" && view.args().int("axis") == Some(-1)
}

fn bias_before_normalization(first: &View<'_>, second: &View<'_>) -> Option<Diagnostic<Place>> {
    let has_kernel = first.entry.category == Category::Convolution || is_dense(first.entry);
    if !has_kernel || !is_batch_norm(second) {
        return None;
    }
    first.entry.param("use_bias")?;
    let args = first.args();
    let has_bias = args.value("use_bias") == Value::Bool(true);
    let first_axis = args.text("data_format").as_deref() == Some("channels_first");
    if !has_bias || first_axis || first.activation()? != "linear" {
        return None;
    }
    let mut finding = Diagnostic::new(
        codes::BIAS_BEFORE_NORMALIZATION,
        first.layer.place,
        format!(
            "the bias of `{}` is cancelled by the `BatchNormalization` after it; write `use_bias=false`",
            first.entry.name
        ),
    )
    .with_related(second.layer.place, "this subtracts the mean, and the bias with it");
    if let Some(edits) = first.set("use_bias", "false") {
        finding = finding.with_fix("Set `use_bias=false`", edits);
    }
    Some(finding)
}

fn dropout_before_normalization(first: &View<'_>, second: &View<'_>) -> Option<Diagnostic<Place>> {
    let is_dropout = first.entry.category == Category::Regularization
        && first.entry.name.ends_with("Dropout")
        || first.entry.name.starts_with("SpatialDropout");
    if !is_dropout || second.entry.name != "BatchNormalization" {
        return None;
    }
    Some(
        Diagnostic::new(
            codes::DROPOUT_BEFORE_NORMALIZATION,
            first.layer.place,
            format!(
                "`{}` before `BatchNormalization` makes its statistics wrong when the network is used",
                first.entry.name
            ),
        )
        .with_related(second.layer.place, "this gathers statistics of what was dropped")
        .with_help("put it after the normalization"),
    )
}

fn convolution_after_dense(first: &View<'_>, second: &View<'_>) -> Option<Diagnostic<Place>> {
    let is_late = is_dense(first.entry) || first.entry.category == Category::Recurrent;
    if !is_late || second.entry.category != Category::Convolution {
        return None;
    }
    Some(
        Diagnostic::new(
            codes::CONVOLUTION_AFTER_DENSE,
            second.layer.place,
            format!(
                "`{}` stands right after `{}`; convolutions mostly come before such layers",
                second.entry.name, first.entry.name
            ),
        )
        .with_related(first.layer.place, format!("the `{}`", first.entry.name)),
    )
}

fn size_change(first: &View<'_>, second: &View<'_>) -> Option<Diagnostic<Place>> {
    let before = elements(first.layer.outputs.first()?)?;
    let after = elements(second.layer.outputs.first()?)?;
    let name = second.entry.name;
    if after > before.saturating_mul(JUMP) {
        let message = format!(
            "`{name}` gives {} numbers for each example, more than {JUMP} times the {} of the layer before",
            grouped(after),
            grouped(before)
        );
        return Some(
            Diagnostic::new(codes::SIZE_JUMP, second.layer.place, message)
                .with_related(first.layer.place, format!("the `{}` before", first.entry.name)),
        );
    }
    // What pools, cuts or reads a sequence to its end does so by intention.
    let has_kernel = second.entry.category == Category::Convolution || is_dense(second.entry);
    if has_kernel && after.saturating_mul(REDUCTION) < before {
        // One decimal, rounded down, so that what is shown as 100 is 100.
        let percent = 100.0 - (after as f64 * 1000.0 / before as f64).ceil() / 10.0;
        let message = format!(
            "`{name}` gives {} of {} numbers: {percent:.1} %, more than 99 %, is given up in one step",
            grouped(after),
            grouped(before)
        );
        return Some(
            Diagnostic::new(codes::SHARP_REDUCTION, second.layer.place, message)
                .with_help("a layer of a size in between loses less"),
        );
    }
    None
}
