//! What is meant, beyond shapes: checks that read the model and never change a shape.
//!
//! The checks of sections, devices and research forms are pure functions of one piece of the
//! high-level form, with places relative to that piece; [`check`] puts them together for a file.

mod arguments;
mod feature_map;
#[cfg(test)]
mod fixture;
mod hyperparameters;
mod keys;
mod sections;
mod values;

pub use hyperparameters::check_hpo;
pub use keys::{check_device, check_research};
pub use sections::check_section;

use crate::diagnostics::Diagnostic;
use crate::model::analysis::Analysis;
use crate::model::document::Document;
use crate::model::place::Place;

/// What the checks find in a file.
pub fn check(document: &Document, analysis: &Analysis) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    for (at, network) in analysis.networks.iter().enumerate() {
        for (owner, section) in document.sections(at) {
            let found = check_section(section).into_iter();
            findings
                .extend(found.map(|finding| finding.map_places(|range| Place::new(owner, range))));
        }
        findings
            .extend(feature_map::check(network, document.sections(at).map(|(_, section)| section)));
    }
    for (owner, form) in document.research() {
        let found = check_research(form).into_iter();
        findings.extend(found.map(|finding| finding.map_places(|range| Place::new(owner, range))));
    }
    for (device, place) in &analysis.devices {
        let found = check_device(device, place.range).into_iter();
        findings.extend(
            found.map(|finding| finding.map_places(|range| Place::new(place.owner, range))),
        );
    }
    findings
}
