//! What is meant, beyond shapes: checks that read the model and never change a shape.

mod feature_map;

use crate::diagnostics::Diagnostic;
use crate::model::analysis::Analysis;
use crate::model::document::Document;
use crate::model::place::Place;

/// What the checks find in a file.
pub fn check(document: &Document, analysis: &Analysis) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for (at, network) in analysis.networks.iter().enumerate() {
        findings.extend(feature_map::check(network, document.sections(at).map(|(_, section)| section)));
    }
    findings
}
