//! What is meant, beyond shapes: checks that read the model and never change a shape.
//!
//! - Sections, devices and research forms are checked one by one, by pure functions of one piece of the
//!   high-level form with places relative to that piece ([`check_section`], [`check_device`]).
//! - Layers are checked alone ([`layers`]) and with the one before ([`pairs`]), when the [`facts`] of
//!   a piece of a network are made; these are kept for the next state of the file ([`pieces`]).
//! - A network as a whole is checked from the facts of its pieces: its runs of branches ([`branches`]), its
//!   outputs against their losses and metrics ([`output`], [`loss`], [`metric`]), its hyperparameters
//!   against the search ([`search`]), its [`cost`] against bounds.
//! - Fixes that depend on the text around a layer are added at the end ([`reorder`]).
//!
//! [`check`] says everything that does not depend on settings; [`check_settings`] the rest.

mod arguments;
mod branches;
mod cost;
mod facts;
mod feature_map;
mod field;
#[cfg(test)]
mod fixture;
mod hyperparameters;
mod keys;
mod layers;
mod layout;
mod loss;
mod metric;
mod names;
mod output;
mod pairs;
mod pieces;
mod portability;
mod reorder;
mod search;
mod sections;
mod values;

pub use hyperparameters::check_hpo;
pub use keys::{check_device, check_research};
pub use reorder::offer as offer_moves;
pub use sections::check_section;

pub use pieces::Summary;

use pieces::Pieces;

use std::sync::Arc;

use crate::config::Config;
use crate::diagnostics::{Diagnostic, codes};
use crate::lang::Framework;
use crate::lang::losses::is_classification;
use crate::model::analysis::{Analysis, NetworkModel, lift};
use crate::model::document::Document;
use crate::model::hir::{Expr, ExprKind, SectionKind};
use crate::model::place::{OwnerId, Place};
use crate::model::result::Finding;

/// What the checks find in a file, whatever the settings are.
pub fn check(
    document: &Document,
    analysis: &Analysis,
    summary: &Summary,
    framework: Framework,
) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    let mut of_layers: Vec<Finding> = Vec::new();
    for (at, (model, pieces)) in analysis.networks.iter().zip(&summary.networks).enumerate() {
        for (owner, section) in document.sections(at) {
            let found = check_section(section).into_iter();
            findings
                .extend(found.map(|finding| finding.map_places(|range| Place::new(owner, range))));
        }
        let network = Network::new(document, at, model, pieces);
        findings.extend(feature_map::check(document, at, model));
        findings.extend(search::check(document, at, model));
        findings.extend(network.costs().unbuildable());
        network.check(framework, &mut of_layers);
    }
    findings.extend(lifted(of_layers, analysis));
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

/// What there is to say about a file by the settings: costs over a bound, and what is only looked for
/// where a setting asks for it.
pub fn check_settings(
    document: &Document,
    analysis: &Analysis,
    summary: &Summary,
    config: &Config,
) -> Arc<Vec<Diagnostic<Place>>> {
    summary.by_settings(config, || find_by_settings(document, analysis, summary, config))
}

fn find_by_settings(
    document: &Document,
    analysis: &Analysis,
    summary: &Summary,
    config: &Config,
) -> Vec<Diagnostic<Place>> {
    let mut findings = Vec::new();
    let mut of_layers: Vec<Finding> = Vec::new();
    for (at, (model, pieces)) in analysis.networks.iter().zip(&summary.networks).enumerate() {
        let network = Network::new(document, at, model, pieces);
        of_layers.extend(network.costs().check(config));
        if config.is_on(codes::PORTABLE_LAYER) {
            network.portability(&mut of_layers);
        }
        if config.is_on(codes::SECTION_ORDER) {
            findings.extend(layout::section_order(document, at));
        }
    }
    findings.extend(lifted(of_layers, analysis));
    if config.is_on(codes::UNUSED_LAYER_NAME) {
        findings.extend(summary.names(document).unused(document));
    }
    findings
}

/// What there is to say about the comments of a file by the settings.
pub fn check_comments(document: &Document, config: &Config) -> Vec<Diagnostic> {
    match config.is_on(codes::PORTABLE_COMMENT) {
        true => layout::comments(document),
        false => Vec::new(),
    }
}

/// Findings in macro bodies, where they are reported.
fn lifted(findings: Vec<Finding>, analysis: &Analysis) -> impl Iterator<Item = Diagnostic<Place>> {
    lift(findings, &analysis.expansions).into_iter().map(|finding| finding.diagnostic)
}

/// A network with the facts of its pieces.
struct Network<'a> {
    model: &'a NetworkModel,
    pieces: &'a Pieces,
    head: Place,
    loss: Option<(OwnerId, &'a Expr)>,
    metrics: Option<(OwnerId, &'a [Expr])>,
    optimizer: Option<&'a str>,
}

impl<'a> Network<'a> {
    fn new(
        document: &'a Document,
        at: usize,
        model: &'a NetworkModel,
        pieces: &'a Pieces,
    ) -> Network<'a> {
        let mut network = Network {
            model,
            pieces,
            head: document.network_head(at),
            loss: None,
            metrics: None,
            optimizer: None,
        };
        for (owner, section) in document.sections(at) {
            // The first of several sections of a kind holds.
            match &section.kind {
                SectionKind::Loss(Some(loss)) => {
                    network.loss = network.loss.or(Some((owner, loss)))
                }
                SectionKind::Metrics(metrics) => {
                    network.metrics = network.metrics.or(Some((owner, metrics)));
                }
                SectionKind::Optimizer(Some(optimizer)) => {
                    network.optimizer = network.optimizer.or(called(optimizer));
                }
                _ => {}
            }
        }
        network
    }

    /// The findings about its layers.
    fn check(&self, framework: Framework, findings: &mut Vec<Finding>) {
        let found = self.pieces.findings();
        findings.extend(found.map(|(finding, piece)| self.placed(finding.clone(), piece)));
        let (end, piece) = self.pieces.end();
        let output = output::Output {
            framework,
            end,
            outputs: &self.model.outputs,
            loss: self.loss,
            metrics: self.metrics,
        };
        let found = output.check().into_iter();
        findings.extend(found.map(|finding| self.placed(finding, piece)));
        findings.extend(self.receptive_field());
    }

    /// The layers that the two frameworks do not answer alike.
    fn portability(&self, findings: &mut Vec<Finding>) {
        for (at, piece) in self.pieces.all().iter().enumerate() {
            let found = piece.facts().differences(piece.nodes()).iter().cloned();
            findings.extend(found.map(|finding| self.placed(finding, at)));
        }
    }

    /// A finding about a layer of piece number `piece`, with its whole path.
    fn placed(&self, mut finding: Finding, piece: usize) -> Finding {
        let base = self.model.chunks.get(piece).map_or(0, |chunk| chunk.base);
        if let Some((first, rest)) = finding.path.take() {
            finding.diagnostic.path = Some(format!("{}{rest}", base + first));
        }
        finding
    }

    fn receptive_field(&self) -> Option<Finding> {
        let ([(_, input)], Some((_, loss))) = (self.model.inputs.as_slice(), self.loss) else {
            return None;
        };
        if !is_classification(called(loss)?) {
            return None;
        }
        let sizes = layers::spatial(input)?;
        let mut field = field::Field::default();
        for piece in self.pieces.all() {
            // Nothing makes a field smaller, so the layers behind are not looked at.
            if field.end.is_some() || !field.is_small(&sizes) {
                break;
            }
            field = field.then(piece.facts().field(piece.nodes()));
        }
        let Some(field::MapEnd::Pooled(place)) = field.end else { return None };
        if !field.is_small(&sizes) {
            return None;
        }
        let fields: Vec<u64> = field.sees().collect();
        let text = |sizes: &[u64]| sizes.iter().map(u64::to_string).collect::<Vec<_>>().join("×");
        let diagnostic = Diagnostic::new(
            codes::SMALL_RECEPTIVE_FIELD,
            place,
            format!(
                "each position that is pooled here sees {} of the input's {}",
                text(&fields[..sizes.len().min(fields.len())]),
                text(&sizes)
            ),
        )
        .with_help(
            "more convolutions, larger kernels, strides or poolings before it let it see more",
        );
        Some(Finding { diagnostic, calls: Vec::new(), of_use: false, path: None })
    }

    fn costs(&self) -> cost::Network<'_> {
        cost::Network {
            place: self.head,
            name: match &self.model.name {
                Some(name) => format!("`{name}`"),
                None => "the network".to_owned(),
            },
            counts: self.model.counts,
            pieces: self.pieces.all(),
            optimizer: self.optimizer,
        }
    }
}

/// The name of a loss or an optimizer, where it is one.
fn called(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Call(call) => Some(&call.name.value),
        _ => values::name(expr),
    }
}
