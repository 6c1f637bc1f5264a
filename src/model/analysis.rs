//! A file as a whole: the networks with their tables, and everything that was found about layers and
//! macros.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::db::{ChunkResult, Db, evaluate, inputs, unused_macro};
use super::document::{Document, Network};
use super::eval::MAX_LAYERS;
pub use super::lift::lift;
use super::place::Place;
use super::result::{Counts, Finding, Memo, Node, count_layers};
use super::tensor::{Tensor, Tensors};
use super::whole;
use crate::diagnostics::{Diagnostic, codes};
use crate::shape::grouped;

/// A file as a whole.
#[derive(Debug)]
pub struct Analysis {
    /// The networks in the order of the text.
    pub networks: Vec<NetworkModel>,
    /// What was found, in no particular order.
    pub findings: Vec<Diagnostic<Place>>,
    /// The devices that statements name, with where they stand.
    pub devices: Vec<(SmolStr, Place)>,
    /// How often each macro was expanded.
    pub expansions: BTreeMap<SmolStr, u64>,
}

/// A network with its layers.
#[derive(Debug)]
pub struct NetworkModel {
    /// Its name, where it has one.
    pub name: Option<SmolStr>,
    /// Its inputs.
    pub inputs: Arc<Vec<(Option<SmolStr>, Tensor)>>,
    /// The chunks: the number of the first statement, and the statements.
    pub chunks: Vec<(u32, Arc<[Node]>)>,
    /// For each chunk, what the checks have made of it.
    pub memos: Vec<Arc<Memo>>,
    /// Whether its layers have a hyperparameter to search.
    pub searches: bool,
    /// The tensors that leave the network.
    pub outputs: Tensors,
    /// The numbers of all layers together.
    pub counts: Counts,
    /// The fewest parameters that the layers have: those whose number is known.
    pub parameters_at_least: u64,
}

/// Everything that is known of `document`.
pub fn analyze(db: &dyn Db, document: &Document) -> Analysis {
    let _span = tracing::debug_span!("analyze").entered();
    let mut networks = Vec::new();
    let mut found: Vec<Finding> = Vec::new();
    let mut expansions: BTreeMap<SmolStr, u64> = BTreeMap::new();
    let bodies = document.macros.iter().flat_map(|definition| definition.stmts.pieces());
    let mut devices: Vec<(SmolStr, Place)> =
        bodies.flat_map(|piece| piece.record.devices()).collect();
    for network in &document.networks {
        networks.push(network_model(db, network, &mut found, &mut expansions, &mut devices));
    }
    let mut findings: Vec<Diagnostic<Place>> =
        lift(found, &expansions).into_iter().map(|finding| finding.diagnostic).collect();
    let uses = whole::MacroUses::of(document);
    for (at, definition) in document.macros.iter().enumerate() {
        if uses.is_unused(at) {
            let body = unused_macro(db, document.file, definition.input);
            findings.extend(
                lift(body.to_vec(), &count_calls(&body))
                    .into_iter()
                    .map(|finding| finding.diagnostic),
            );
        }
    }
    whole::check(document, &uses, &mut findings);
    Analysis { networks, findings, expansions, devices }
}

/// Calls of macros inside the body of an unused one, as far as findings show them.
fn count_calls(findings: &[Finding]) -> BTreeMap<SmolStr, u64> {
    let calls = findings.iter().flat_map(|finding| &finding.calls);
    calls.map(|call| (call.name.clone(), u64::MAX)).collect()
}

fn network_model(
    db: &dyn Db,
    network: &Network,
    found: &mut Vec<Finding>,
    expansions: &mut BTreeMap<SmolStr, u64>,
    devices: &mut Vec<(SmolStr, Place)>,
) -> NetworkModel {
    let start = inputs(db, network.input);
    let plain = |diagnostic| Finding { diagnostic, calls: Vec::new(), of_use: false, path: None };
    found.extend(start.findings.iter().cloned().map(plain));
    let chunk_inputs: Vec<_> =
        network.stmts.chunks.iter().filter_map(|chunk| chunk.input).collect();
    let results = evaluate(db, &chunk_inputs);
    let mut chunks = Vec::new();
    let mut memos = Vec::new();
    let mut searches = false;
    let mut counts = Counts::ZERO;
    let mut parameters_at_least = 0u64;
    let (mut next, mut expanded) = (0, 0u64);
    for (result, input) in results.iter().zip(&chunk_inputs) {
        let base = next - u32::from(result.continues_run && next > 0);
        next = result.nodes.last().map_or(next, |node| base + node.index + 1);
        counts = counts + result.counts;
        parameters_at_least = parameters_at_least.saturating_add(result.parameters_at_least);
        chunks.push((base, result.nodes.clone()));
        memos.push(result.memo.clone());
        searches |= result.searches;
        found.extend(result.findings.iter().map(|finding| placed(finding, base)));
        devices.extend(result.devices.iter().cloned());
        for (name, count) in &result.expansions {
            *expansions.entry(name.clone()).or_default() += count;
        }
        // A chunk bounds its own expansion; that of all chunks together is bounded here.
        let before = expanded;
        expanded = expanded.saturating_add(result.expansion);
        if expanded > MAX_LAYERS && before <= MAX_LAYERS && result.expansion <= MAX_LAYERS {
            let largest = result
                .nodes
                .iter()
                .zip(input.records(db).iter())
                .max_by_key(|(node, _)| count_layers(&node.parts));
            if let Some((_, record)) = largest {
                let message = format!(
                    "repeats and macros make more than {} layers here",
                    grouped(MAX_LAYERS)
                );
                let place = Place::new(record.owner, record.stmt.range);
                found.push(plain(Diagnostic::new(codes::EXPANSION_TOO_LARGE, place, message)));
            }
        }
    }
    let end = results
        .last()
        .map_or_else(|| start.state.clone(), |result: &Arc<ChunkResult>| result.state.clone());
    found.extend(whole::check_inputs(network, &end).into_iter().map(plain));
    let name = network.header.name.as_ref().map(|name| name.value.clone());
    NetworkModel {
        name,
        inputs: start.state.inputs.clone(),
        chunks,
        memos,
        searches,
        outputs: end.flowing(),
        counts,
        parameters_at_least,
    }
}

/// The finding with its whole path.
fn placed(finding: &Finding, base: u32) -> Finding {
    let mut finding = finding.clone();
    if let Some((first, rest)) = finding.path.take() {
        finding.diagnostic.path = Some(format_smolstr!("{}{rest}", base + first).into());
    }
    finding
}
