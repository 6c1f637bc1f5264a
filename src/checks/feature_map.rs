//! A Dense layer over a feature map at the end of a classifier.

use crate::diagnostics::{Diagnostic, codes};
use crate::lang::losses::is_classification;
use crate::model::analysis::NetworkModel;
use crate::model::hir::{ExprKind, Section, SectionKind};
use crate::model::place::Place;

/// Reports the first Dense or Output over a feature map that reaches an output of `network`, where
/// the loss is one of a classifier.
pub fn check<'a>(
    network: &NetworkModel,
    sections: impl Iterator<Item = &'a Section>,
) -> Option<Diagnostic<Place>> {
    let is_classifier = sections.into_iter().any(|section| match &section.kind {
        SectionKind::Loss(Some(loss)) => match &loss.kind {
            ExprKind::Str(name) | ExprKind::Name(name) => is_classification(name),
            ExprKind::Call(call) => is_classification(&call.name.value),
            _ => false,
        },
        _ => false,
    });
    if !is_classifier {
        return None;
    }
    let place = network.outputs.iter().find_map(|output| output.dense_on_map)?;
    Some(
        Diagnostic::new(
            codes::DENSE_ON_FEATURE_MAP,
            place,
            "this layer works on the last axis of a feature map, so the network gives one answer for each position and not one for the whole",
        )
        .with_help("flatten or pool before it: `Flatten()` or `GlobalAveragePooling2D()`"),
    )
}
