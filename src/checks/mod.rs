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
use crate::model::hir::{Stmt, StmtKind};
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
    for (owner, stmt) in document.statements() {
        let mut found = Vec::new();
        devices(stmt, &mut found);
        findings.extend(
            found.into_iter().map(|finding| finding.map_places(|range| Place::new(owner, range))),
        );
    }
    findings
}

/// The devices of a statement and of those inside it. The parser bounds how deep they nest.
fn devices(stmt: &Stmt, findings: &mut Vec<Diagnostic>) {
    if let Some(device) = &stmt.device {
        findings.extend(check_device(&device.value, device.range));
    }
    let branch = match &stmt.kind {
        StmtKind::Branch(branch) => Some(&branch.block),
        _ => None,
    };
    for inner in branch.into_iter().chain(&stmt.block).flat_map(|block| &block.stmts) {
        devices(inner, findings);
    }
}
