//! A Dense layer over a feature map at the end of a classifier.

use super::{called, loss};
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::losses::is_classification;
use crate::model::analysis::NetworkModel;
use crate::model::document::Document;
use crate::model::hir::SectionKind;
use crate::model::place::Place;

/// Reports the first Dense or Output over a feature map that reaches an output of `network` whose loss
/// is one of a classifier.
pub fn check(document: &Document, at: usize, network: &NetworkModel) -> Option<Diagnostic<Place>> {
    let loss = document.sections(at).find_map(|(_, section)| match &section.kind {
        SectionKind::Loss(loss) => loss.as_ref(),
        _ => None,
    })?;
    let count = network.outputs.len();
    let is_classifier = |at: usize| {
        loss::of_output(loss, at, count).and_then(called).is_some_and(is_classification)
    };
    let mut outputs = network.outputs.iter().enumerate();
    let (place, output) = outputs.find_map(|(at, output)| {
        Some((output.dense_on_map.filter(|_| is_classifier(at))?, output))
    })?;
    let pooling = match output.rank().and_then(|rank| rank.checked_sub(2)) {
        Some(axes @ 1..=3) => format!("GlobalAveragePooling{axes}D()"),
        _ => "GlobalAveragePooling2D()".to_owned(),
    };
    let mut finding = Diagnostic::new(
        codes::DENSE_ON_FEATURE_MAP,
        place,
        "this layer works on the last axis of a feature map, so the network gives one answer for each position and not one for the whole",
    )
    .with_help(format!("flatten or pool before it: `Flatten()` or `{pooling}`"));
    // In a macro's body the change would be one of all uses.
    if document.network_range(at).contains_range(document.range(place)) {
        for layer in ["Flatten()", &pooling] {
            let edit = place.start().edit(format!("{layer}\n"));
            finding = finding.with_fix(format!("Insert `{layer}` before it"), vec![edit]);
        }
    }
    Some(finding)
}
