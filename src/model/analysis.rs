//! A file as a whole: the networks with their tables, and everything that was found about layers and
//! macros.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::chunks::ends_in_common;
use super::db::{ChunkResult, Db, evaluate, inputs, unused_macro};
use super::document::{Document, Network, Revision};
use super::eval::MAX_LAYERS;
pub use super::lift::lift;
use super::place::Place;
use super::result::{Counts, Finding, Node, count_layers};
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
    /// The state of the file that it is of.
    revision: Revision,
    heads: Arc<Heads>,
}

/// A network with its layers.
#[derive(Debug)]
pub struct NetworkModel {
    /// Its name, where it has one.
    pub name: Option<SmolStr>,
    /// Its inputs.
    pub inputs: Arc<Vec<(Option<SmolStr>, Tensor)>>,
    /// The chunks of its statements.
    pub chunks: Vec<ChunkModel>,
    /// Whether its layers have a hyperparameter to search.
    pub searches: bool,
    /// The tensors that leave the network.
    pub outputs: Tensors,
    /// The numbers of all layers together.
    pub counts: Counts,
    /// The fewest parameters that the layers have: those whose number is known.
    pub parameters_at_least: u64,
}

/// A chunk of a network's statements.
#[derive(Debug, Clone, PartialEq)]
pub struct ChunkModel {
    /// The number of its first statement.
    pub base: u32,
    /// What it was evaluated to. While it stays the same object, nothing in the chunk has changed.
    pub result: Arc<ChunkResult>,
    summary: Summary,
}

impl ChunkModel {
    fn new(result: &Arc<ChunkResult>) -> ChunkModel {
        let summary = Summary {
            next: result.nodes.last().map(|node| node.index + 1),
            continues_run: result.continues_run,
            counts: result.counts,
            parameters_at_least: result.parameters_at_least,
            expansion: result.expansion,
            searches: result.searches,
            says_more: !result.findings.is_empty()
                || !result.devices.is_empty()
                || !result.expansions.is_empty(),
        };
        ChunkModel { base: 0, result: result.clone(), summary }
    }

    /// The statements with their layers.
    pub fn nodes(&self) -> &Arc<[Node]> {
        &self.result.nodes
    }
}

/// What a network needs of each of its chunks. It stands beside the other chunks' and not in the
/// result, so that going over all chunks after each edit reads little memory.
#[derive(Debug, Clone, PartialEq)]
struct Summary {
    /// The number of the statement after its last, from the first of the chunk; `None` without any.
    next: Option<u32>,
    continues_run: bool,
    counts: Counts,
    parameters_at_least: u64,
    expansion: u64,
    searches: bool,
    /// Whether there are findings, devices or expansions of macros.
    says_more: bool,
}

/// What does not depend on the statements of networks.
#[derive(Debug, Default)]
struct Heads {
    findings: Vec<Diagnostic<Place>>,
    /// The devices that the bodies of macros name.
    devices: Vec<(SmolStr, Place)>,
}

impl Heads {
    fn of(db: &dyn Db, document: &Document) -> Heads {
        let bodies = document.macros.iter().flat_map(|definition| definition.stmts.pieces());
        let devices = bodies.flat_map(|piece| piece.record.devices()).collect();
        let mut findings = Vec::new();
        let uses = whole::MacroUses::of(document);
        for (at, definition) in document.macros.iter().enumerate() {
            if uses.is_unused(at) {
                let body = unused_macro(db, document.file, definition.input);
                let lifted = lift(body.to_vec(), &count_calls(&body));
                findings.extend(lifted.into_iter().map(|finding| finding.diagnostic));
            }
        }
        whole::check(document, &uses, &mut findings);
        Heads { findings, devices }
    }
}

/// Everything that is known of `document`.
pub fn analyze(db: &dyn Db, document: &Document) -> Analysis {
    analyze_after(db, document, None)
}

/// The same. What has not changed since an earlier state of the file was analyzed is taken from there.
pub fn analyze_after(db: &dyn Db, document: &Document, before: Option<&Analysis>) -> Analysis {
    let _span = tracing::debug_span!("analyze").entered();
    let revision = document.revision();
    let heads = match before {
        Some(before) if before.revision.heads == revision.heads => before.heads.clone(),
        _ => Arc::new(Heads::of(db, document)),
    };
    let mut networks = Vec::new();
    let mut found: Vec<Finding> = Vec::new();
    let mut expansions: BTreeMap<SmolStr, u64> = BTreeMap::new();
    let mut devices = heads.devices.clone();
    for (at, network) in document.networks.iter().enumerate() {
        let before = before.and_then(|before| before.networks.get(at));
        let before = before.map_or(&[][..], |before| &before.chunks);
        let model = network_model(db, network, before, &mut found, &mut expansions, &mut devices);
        networks.push(model);
    }
    let found = lift(found, &expansions).into_iter().map(|finding| finding.diagnostic);
    let findings = found.chain(heads.findings.iter().cloned()).collect();
    Analysis { networks, findings, expansions, devices, revision, heads }
}

impl Analysis {
    /// Whether it is that of the file as it is now.
    pub fn is_of(&self, document: &Document) -> bool {
        self.revision == document.revision()
    }
}

/// Calls of macros inside the body of an unused one, as far as findings show them.
fn count_calls(findings: &[Finding]) -> BTreeMap<SmolStr, u64> {
    let calls = findings.iter().flat_map(|finding| &finding.calls);
    calls.map(|call| (call.name.clone(), u64::MAX)).collect()
}

/// The chunks with these results. `before` are those of an earlier state: where a result is the same
/// object, the chunk is taken from there.
fn chunk_models(results: &[Arc<ChunkResult>], before: &[ChunkModel]) -> Vec<ChunkModel> {
    let same = |result: &Arc<_>, chunk: &ChunkModel| Arc::ptr_eq(result, &chunk.result);
    let (prefix, suffix) = ends_in_common(results, before, same);
    let changed = &results[prefix..results.len() - suffix];
    let mut chunks = Vec::with_capacity(results.len());
    chunks.extend_from_slice(&before[..prefix]);
    chunks.extend(changed.iter().map(ChunkModel::new));
    chunks.extend_from_slice(&before[before.len() - suffix..]);
    chunks
}

fn network_model(
    db: &dyn Db,
    network: &Network,
    before: &[ChunkModel],
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
    let mut chunks = chunk_models(&results, before);
    let mut searches = false;
    let mut counts = Counts::ZERO;
    let mut parameters_at_least = 0u64;
    let (mut next, mut expanded) = (0, 0u64);
    for (chunk, input) in chunks.iter_mut().zip(&chunk_inputs) {
        let ChunkModel { base, result, summary } = chunk;
        *base = next - u32::from(summary.continues_run && next > 0);
        next = summary.next.map_or(next, |number| *base + number);
        counts = counts + summary.counts;
        parameters_at_least = parameters_at_least.saturating_add(summary.parameters_at_least);
        searches |= summary.searches;
        if summary.says_more {
            found.extend(result.findings.iter().map(|finding| placed(finding, *base)));
            devices.extend(result.devices.iter().cloned());
            for (name, count) in &result.expansions {
                *expansions.entry(name.clone()).or_default() += count;
            }
        }
        // A chunk bounds its own expansion; that of all chunks together is bounded here.
        let before = expanded;
        expanded = expanded.saturating_add(summary.expansion);
        if expanded > MAX_LAYERS && before <= MAX_LAYERS && summary.expansion <= MAX_LAYERS {
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
    let end = results.last().map_or(&start.state, |result| &result.state);
    found.extend(whole::check_inputs(network, end).into_iter().map(plain));
    let name = network.header.name.as_ref().map(|name| name.value.clone());
    NetworkModel {
        name,
        inputs: start.state.inputs.clone(),
        chunks,
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
